#include <cmath>

#include <xtgrad/array/blas.hpp>
#include <xtgrad/autograd/apply.hpp>
#include <xtgrad/autograd/ops/matrix.hpp>
#include <xtgrad/autograd/primitives/linear_systems.hpp>

namespace xtgrad {

using namespace ops::matrix;

void Cholesky::infer(SourceLocation where, const Shape& a) {
    require_square("cholesky", a, where);
    stack = MatrixStack(a);
    line  = where;
}

template <Scalar T>
Value<T> Cholesky::forward(const Value<T>& a) const {
    require_symmetric("cholesky", a, line);
    Value<T>          l    = Value<T>::uninitialized(a.shape());
    const std::size_t size = stack.rows * stack.rows;
    std::copy_n(a.data(), a.size(), l.mutable_data());
    for (std::size_t which = 0; which < stack.count; ++which) {
        const std::size_t minor = lapack::cholesky(stack.rows, l.mutable_data() + which * size);
        if (minor == 0) continue;
        throw FactorizationError("cholesky: " + which_matrix(which, stack.count) + " of shape " + to_string(a.shape()) +
                                     " is not positive definite: its leading minor of order " + std::to_string(minor) +
                                     " is not positive; a multiple of the identity added to it may help",
                                 which, minor, line);
    }
    return l;
}

template <Scalar T>
Variable<T> Cholesky::vjp_from_output(const Variable<T>& g, const Variable<T>& l) const {
    return apply<CholeskyGradient, T>({}, inherited, l, g);
}

template <Scalar T>
Value<T> CholeskyGradient::forward(const Value<T>& l, const Value<T>& g) const {
    Value<T>          y    = Value<T>::uninitialized(l.shape());
    const std::size_t n    = stack.rows;
    const auto        size = static_cast<Index>(n);
    for (std::size_t which = 0; which < stack.count; ++which) {
        const T* factor    = l.data() + which * n * n;
        const T* cotangent = g.data() + which * n * n;
        T*       result    = y.mutable_data() + which * n * n;
        for (std::size_t row = 0; row < n; ++row) {
            std::copy_n(cotangent + row * n, row + 1, result + row * n);
            std::fill(result + row * n + row + 1, result + (row + 1) * n, T{0});
        }
        trmm<T>({}, true, size, size, factor, result);
        for (std::size_t row = 0; row < n; ++row) {
            result[row * n + row] /= 2;
            std::fill(result + row * n + row + 1, result + (row + 1) * n, T{0});
        }
        trsm<T>({}, true, size, size, factor, result);
        trsm_right<T>({}, false, size, size, factor, result);
        constexpr std::size_t block = 16;
        for (std::size_t first = 0; first < n; first += block) {
            for (std::size_t other = 0; other <= first; other += block) {
                for (std::size_t row = first; row < std::min(first + block, n); ++row) {
                    for (std::size_t column = other; column < std::min(other + block, row); ++column) {
                        const T mean             = (result[row * n + column] + result[column * n + row]) / 2;
                        result[row * n + column] = mean;
                        result[column * n + row] = mean;
                    }
                }
            }
        }
    }
    return y;
}

template <Scalar T>
Variable<T> CholeskyGradient::for_factor(const Variable<T>& h, const Variable<T>& l, const Variable<T>& g, const Variable<T>& y) {
    const Variable<T> z = ops::matrix::solve_triangular(l, symmetrized(h), {});
    const Variable<T> k = ops::matrix::solve_triangular(l, swapped(z), {});
    return triangle(product(triangle(g, true), half_triangle(k), false, true) - product(y, z, false, true) * T{2}, true);
}

template <Scalar T>
Variable<T> CholeskyGradient::for_cotangent(const Variable<T>& h, const Variable<T>& l) {
    const Variable<T> z = ops::matrix::solve_triangular(l, symmetrized(h), {});
    const Variable<T> k = ops::matrix::solve_triangular(l, swapped(z), {});
    return triangle(product(triangle(l, true), half_triangle(k)), true);
}

namespace ops {

template <Scalar T>
Variable<T> cholesky(const Variable<T>& a, SourceLocation where) {
    return apply<Cholesky, T>({}, where, a);
}

template <Scalar T>
Variable<T> cholesky_logdet(const Variable<T>& l, SourceLocation where) {
    require_square("cholesky_logdet", l.shape(), where);
    const SourceScope scope(where);
    return sum(log(matrix::diagonal(l)), -1) * T{2};
}

template <Scalar T>
Variable<T> cholesky_solve(const Operand<T>& right, const Operand<T>& factor) {
    const SourceLocation where = right.where();
    Variable<T>          b     = right.variable();
    Variable<T>          l     = factor.variable();
    require_square("cholesky_solve", l.shape(), where);
    const SourceScope scope(where);
    return all_or_nothing([&] { return solve_triangular<T>(l, solve_triangular<T>(l, b, {}), {.transposed = true}); });
}

#define XTGRAD_COMPILE(T)                                                                                                                            \
    template Variable<T> cholesky<T>(const Variable<T>&, SourceLocation);                                                                            \
    template Variable<T> cholesky_logdet<T>(const Variable<T>&, SourceLocation);                                                                     \
    template Variable<T> cholesky_solve<T>(const Operand<T>&, const Operand<T>&);
XTGRAD_COMPILE(float)
XTGRAD_COMPILE(double)
#undef XTGRAD_COMPILE

} // namespace ops

XTGRAD_COMPILE_PRIMITIVE(Cholesky)
XTGRAD_COMPILE_PRIMITIVE(CholeskyGradient)

} // namespace xtgrad
