#pragma once

#include <algorithm>

#include <xtgrad/autograd/ops/composition.hpp>

// What the operations of linear algebra are made of, on matrices in the last two axes. Compiled in ops/matrix.cpp.

namespace xtgrad::ops::matrix {

/// The line of a record that a backward pass makes: that of the forward operation, which a SourceScope holds.
inline constexpr SourceLocation inherited{"", 0};

/// Throws ShapeError unless `shape` has two axes at least (and, if square, the last two alike); `operation` begins the message.
void require_matrix(std::string_view operation, const Shape& shape, SourceLocation where);
void require_square(std::string_view operation, const Shape& shape, SourceLocation where);
/// Throws ShapeError unless a is square and b fits as its right side, a vector where it has one axis.
void require_system(std::string_view operation, const Shape& a, const Shape& b, SourceLocation where);
/// A number in a message: nine digits, and as many zeros as a power of ten saves.
std::string text_of(double number);
/// "matrix 3 of the stack" where there are several.
std::string which_matrix(std::size_t which, std::size_t count);
/// Throws ValueError where a matrix of the stack is not symmetric within 1e-8 of its largest element (1e-4 in float).
template <Scalar T>
void require_symmetric(std::string_view operation, const Value<T>& a, SourceLocation where);

/// A copy to be worked on in place.
template <Scalar T>
Value<T> copy_of(const Value<T>& x) {
    Value<T> result = Value<T>::uninitialized(x.shape());
    std::copy_n(x.data(), x.size(), result.mutable_data());
    return result;
}

template <Scalar T>
Variable<T> identity(std::size_t n);
template <Scalar T>
Variable<T> swapped(const Variable<T>& x);
template <Scalar T>
Variable<T> product(const Variable<T>& a, const Variable<T>& b, bool transpose_a = false, bool transpose_b = false);
template <Scalar T>
Variable<T> symmetrized(const Variable<T>& x);
/// The lower or upper triangle with the diagonal or without; elsewhere 0, whatever stands there.
template <Scalar T>
Variable<T> triangle(const Variable<T>& x, bool lower, bool with_diagonal = true);
/// The lower triangle with half the diagonal.
template <Scalar T>
Variable<T> half_triangle(const Variable<T>& x);
template <Scalar T>
Variable<T> rows(const Variable<T>& x, std::size_t begin, std::size_t end);
template <Scalar T>
Variable<T> columns(const Variable<T>& x, std::size_t begin, std::size_t end);
/// The elements [..., i, i] as [..., i].
template <Scalar T>
Variable<T> diagonal(const Variable<T>& x);
/// A place of the last axis, which disappears.
template <Scalar T>
Variable<T> at(const Variable<T>& x, Index place);
/// Each column (row) times a number of the last axis of `factors`.
template <Scalar T>
Variable<T> scale_columns(const Variable<T>& x, const Variable<T>& factors);
template <Scalar T>
Variable<T> scale_rows(const Variable<T>& x, const Variable<T>& factors);
/// Brings both to the same leading axes.
template <Scalar T>
void broadcast_stacks(std::string_view operation, Variable<T>& a, Variable<T>& b, SourceLocation where);

/// The square root with gradient 0 at 0, as norms have it.
template <Scalar T>
Variable<T> root_of_squares(const Variable<T>& x);
/// `largest` where one can divide by it, else 1; without a gradient.
template <Scalar T>
Variable<T> usable_scale(const Variable<T>& largest);

/// For stacks with the same leading axes; compiled in ops/solve.cpp, as what follows.
template <Scalar T>
Variable<T> solve_triangular(const Variable<T>& a, const Variable<T>& b, const SolveTriangularOptions& options);
/// (l·lᵀ)⁻¹; compiled in ops/cholesky.cpp.
template <Scalar T>
Variable<T> cholesky_inverse(const Variable<T>& l);
/// The inverse; of a singular matrix NaN instead of an error.
template <Scalar T>
Variable<T> inverse_or_nan(const Variable<T>& a);

} // namespace xtgrad::ops::matrix
