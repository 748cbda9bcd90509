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
    Value<T>   l      = copy_of(a);
    const auto factor = [&](std::size_t which, T* matrix) {
        const std::size_t minor = lapack::cholesky(stack.rows, matrix);
        if (minor == 0) return;
        throw FactorizationError("cholesky: " + which_matrix(which, stack.count) + " of shape " + to_string(a.shape()) +
                                     " is not positive definite: its leading minor of order " + std::to_string(minor) +
                                     " is not positive; a multiple of the identity added to it may help",
                                 which, minor, line);
    };
    stack.for_each(factor, l);
    return l;
}

template <Scalar T>
Variable<T> Cholesky::vjp_from_output(const Variable<T>& g, const Variable<T>& l) const {
    return apply<CholeskyGradient, T>({}, inherited, l, g);
}

template <Scalar T>
Value<T> CholeskyGradient::forward(const Value<T>& l, const Value<T>& g) const {
    Value<T>          y             = Value<T>::uninitialized(l.shape());
    const std::size_t n             = stack.rows;
    const auto        size          = static_cast<Index>(n);
    const auto        differentiate = [&](std::size_t, const T* factor, const T* cotangent, T* result) {
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
    };
    stack.for_each(differentiate, l, g, y);
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

namespace {

/// The matrix behind a factor that stands on the tape, as a place; its value is not to be read.
template <Scalar T>
Variable<T> matrix_behind(const Variable<T>& l) {
    const RecordList& list = RecordList::current();
    if (list.alive(l)) {
        const auto* record = dynamic_cast<const StructuredRecord<Cholesky, T>*>(&list.at(l.place()));
        if (record != nullptr && record->inputs[0] != AnyVariable::no_place)
            return Variable<T>(AnyVariable(l.any_value(), record->inputs[0], list.at(record->inputs[0]).serial));
    }
    return l.detach();
}

/// What is for a becomes what is for l.
template <Scalar T>
Variable<T> through_factor(const Variable<T>& of_matrix, const Variable<T>& l) {
    return triangle(product(of_matrix, triangle(l, true)), true) * T{2};
}

[[noreturn]] void throw_zero(std::string_view operation, std::size_t which, std::size_t count, const Shape& shape, std::size_t row,
                             SourceLocation where) {
    throw FactorizationError(std::string(operation) + ": " + which_matrix(which, count) + " of shape " + to_string(shape) +
                                 " is singular: the element of the factor's diagonal in row " + std::to_string(row) + " is 0",
                             which, row + 1, where);
}

template <Scalar T>
void require_regular_factor(std::string_view operation, const Value<T>& l, const MatrixStack& stack, SourceLocation where) {
    const std::size_t n = stack.rows;
    for (std::size_t place = 0; place < stack.count * n; ++place) {
        if (l.data()[place * n + place % n] == T{0}) throw_zero(operation, place / n, stack.count, l.shape(), place % n, where);
    }
}

} // namespace

void CholeskyLogdet::infer(SourceLocation where, const Shape& l, const Shape&) {
    require_square("cholesky_logdet", l, where);
    stack = MatrixStack(l);
    shape = Shape(l.begin(), l.end() - 2);
}

template <Scalar T>
Value<T> CholeskyLogdet::forward(const Value<T>& l, const Value<T>&) const {
    Value<T>          y              = Value<T>::uninitialized(shape);
    const std::size_t n              = stack.rows;
    const auto        add_logarithms = [n](std::size_t, const T* factor, T* result) {
        T sum = 0;
        for (std::size_t i = 0; i < n; ++i) sum += std::log(factor[i * (n + 1)]);
        *result = 2 * sum;
    };
    stack.for_each(add_logarithms, l, y);
    return y;
}

template <Scalar T>
Variable<T> CholeskyLogdet::for_factor(const Variable<T>& g, const Variable<T>& l) {
    return identity<T>(l.shape().back()) * expand_dims(T{2} * expand_dims(g, -1, inherited) / ops::matrix::diagonal(l), -1, inherited);
}

template <Scalar T>
Variable<T> CholeskyLogdet::for_matrix(const Variable<T>& g, const Variable<T>& l) {
    return ops::matrix::cholesky_inverse<T>(l) * expand_dims(g, Axes{-2, -1}, inherited);
}

void CholeskySolve::infer(SourceLocation where, const Shape& l, const Shape& b, const Shape&) {
    stack   = MatrixStack(l);
    columns = b.back();
    line    = where;
}

template <Scalar T>
Value<T> CholeskySolve::forward(const Value<T>& l, const Value<T>& b, const Value<T>&) const {
    require_regular_factor("cholesky_solve", l, stack, line);
    Value<T>   x         = copy_of(b);
    const auto n         = static_cast<Index>(stack.rows);
    const auto width     = static_cast<Index>(columns);
    const auto solve_one = [&](std::size_t, const T* factor, T* result) {
        trsm<T>({}, false, n, width, factor, result);
        trsm<T>({}, true, n, width, factor, result);
    };
    stack.for_each(solve_one, l, x);
    return x;
}

template <Scalar T>
Variable<T> CholeskySolve::solved(const Variable<T>& l, const Variable<T>& g) {
    return apply<CholeskySolve, T>({}, inherited, l, g, matrix_behind(l));
}

template <Scalar T>
Variable<T> CholeskySolve::for_matrix(const Variable<T>& g, const Variable<T>& l, const Variable<T>& y) {
    // Half of it and its mirror image, so that it is symmetric to the last bit. That of a single product is the product the other way round.
    const Variable<T> solution = solved<T>(l, g) * T(-0.5);
    const Variable<T> half     = product(solution, y, false, true);
    return half + (y.shape().back() == 1 ? product(y, solution, false, true) : swapped(half));
}

template <Scalar T>
Variable<T> CholeskySolve::for_factor(const Variable<T>& g, const Variable<T>& l, const Variable<T>& y) {
    return through_factor(for_matrix<T>(g, l, y), l);
}

void CholeskyInverse::infer(SourceLocation where, const Shape& l, const Shape&) {
    stack = MatrixStack(l);
    line  = where;
}

template <Scalar T>
Value<T> CholeskyInverse::forward(const Value<T>& l, const Value<T>&) const {
    require_regular_factor("cholesky_inverse", l, stack, line);
    Value<T> y = copy_of(l);
    stack.for_each([&](std::size_t, T* matrix) { lapack::cholesky_inverse(stack.rows, matrix); }, y);
    return y;
}

template <Scalar T>
Variable<T> CholeskyInverse::for_matrix(const Variable<T>& g, const Variable<T>& y) {
    const Variable<T> half = product(y * T(-0.5), product(symmetrized(g), y));
    return half + swapped(half);
}

template <Scalar T>
Variable<T> CholeskyInverse::for_factor(const Variable<T>& g, const Variable<T>& l, const Variable<T>& y) {
    return through_factor(for_matrix<T>(g, y), l);
}

namespace ops {

template <Scalar T>
Variable<T> matrix::cholesky_inverse(const Variable<T>& l) {
    return apply<CholeskyInverse, T>({}, inherited, l, matrix_behind(l));
}

template <Scalar T>
Variable<T> cholesky(const Variable<T>& a, SourceLocation where) {
    return apply<Cholesky, T>({}, where, a);
}

template <Scalar T>
Variable<T> cholesky_logdet(const Variable<T>& l, SourceLocation where) {
    return apply<CholeskyLogdet, T>({}, where, l, matrix_behind(l));
}

template <Scalar T>
Variable<T> cholesky_solve(const Operand<T>& right, const Operand<T>& factor) {
    const SourceLocation where  = right.where();
    Variable<T>          b      = right.variable();
    Variable<T>          l      = factor.variable();
    const bool           vector = b.dimension() == 1;
    require_system("cholesky_solve", l.shape(), b.shape(), where);
    const Composition scope(where);
    if (vector) b = expand_dims(b, 1, where);
    broadcast_stacks("cholesky_solve", l, b, where);
    const Variable<T> x = apply<CholeskySolve, T>({}, where, l, b, matrix_behind(l));
    return vector ? squeeze(x, -1, where) : x;
}

#define XTGRAD_COMPILE(T)                                                                                                                            \
    template Variable<T> matrix::cholesky_inverse<T>(const Variable<T>&);                                                                            \
    template Variable<T> cholesky<T>(const Variable<T>&, SourceLocation);                                                                            \
    template Variable<T> cholesky_logdet<T>(const Variable<T>&, SourceLocation);                                                                     \
    template Variable<T> cholesky_solve<T>(const Operand<T>&, const Operand<T>&);
XTGRAD_COMPILE(float)
XTGRAD_COMPILE(double)
#undef XTGRAD_COMPILE

} // namespace ops

XTGRAD_COMPILE_PRIMITIVE(Cholesky)
XTGRAD_COMPILE_PRIMITIVE(CholeskyGradient)
XTGRAD_COMPILE_PRIMITIVE(CholeskyLogdet)
XTGRAD_COMPILE_PRIMITIVE(CholeskySolve)
XTGRAD_COMPILE_PRIMITIVE(CholeskyInverse)

} // namespace xtgrad
