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
    Value<T>          y = Value<T>::uninitialized(shape);
    const std::size_t n = stack.rows;
    for (std::size_t which = 0; which < stack.count; ++which) {
        T sum = 0;
        for (std::size_t i = 0; i < n; ++i) sum += std::log(l.data()[which * n * n + i * (n + 1)]);
        y.mutable_data()[which] = 2 * sum;
    }
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
    Value<T>   x     = Value<T>::uninitialized(b.shape());
    const auto n     = static_cast<Index>(stack.rows);
    const auto width = static_cast<Index>(columns);
    std::copy_n(b.data(), b.size(), x.mutable_data());
    for (std::size_t which = 0; which < stack.count; ++which) {
        const T* factor = l.data() + which * stack.rows * stack.rows;
        T*       result = x.mutable_data() + which * stack.rows * columns;
        trsm<T>({}, false, n, width, factor, result);
        trsm<T>({}, true, n, width, factor, result);
    }
    return x;
}

template <Scalar T>
Variable<T> CholeskySolve::solved(const Variable<T>& l, const Variable<T>& g) {
    return apply<CholeskySolve, T>({}, inherited, l, g, matrix_behind(l));
}

template <Scalar T>
Variable<T> CholeskySolve::for_matrix(const Variable<T>& g, const Variable<T>& l, const Variable<T>& y) {
    // Half of it and its mirror image, so that it is symmetric to the last bit.
    const Variable<T> half = product(solved<T>(l, g) * T(-0.5), y, false, true);
    return half + swapped(half);
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
    Value<T> y = Value<T>::uninitialized(l.shape());
    std::copy_n(l.data(), l.size(), y.mutable_data());
    for (std::size_t which = 0; which < stack.count; ++which)
        lapack::cholesky_inverse(stack.rows, y.mutable_data() + which * stack.rows * stack.rows);
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
    const SourceScope scope(where);
    return all_or_nothing([&] {
        if (vector) b = expand_dims(b, 1, where);
        broadcast_stacks("cholesky_solve", l, b, where);
        const Variable<T> x = apply<CholeskySolve, T>({}, where, l, b, matrix_behind(l));
        return vector ? squeeze(x, -1, where) : x;
    });
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
