#pragma once

#include <xtgrad/array/array.hpp>

namespace xtgrad {

template <Scalar T>
class Variable;
template <Scalar T>
class Operand;

/// Which operands of a matrix product are transposed.
enum class Transposed { first, second, both };

namespace ops {

template <Scalar T>
Variable<T> matmul(const Operand<T>& a, const Operand<T>& b, bool transpose_a, bool transpose_b);
template <Scalar T>
Variable<T> affine(const Operand<T>& x, const Operand<T>& weight, const Operand<T>& bias);
/// scale·Σ(a − b)² over all elements; throws ShapeError where the shapes differ.
template <Scalar T>
Variable<T> squared_error(const Variable<T>& a, const Variable<T>& b, double scale, SourceLocation where);

} // namespace ops

/// Products of matrices.
template <Scalar T>
class MatrixFunctions {
    using V  = Variable<T>;
    using In = const Operand<T>&;

public:
    /// The matrix product of numpy.matmul: 1-D operands are vectors, leading axes of higher ranks broadcast. A product of two vectors is a
    /// single number. Throws ShapeError where the inner extents differ.
    friend V matmul(In a, In b) { return ops::matmul<T>(a, b, false, false); }
    /// The same with the last two axes of one operand, or of both, exchanged, which costs nothing.
    friend V matmul(In a, In b, Transposed which) { return ops::matmul<T>(a, b, which != Transposed::second, which != Transposed::first); }
    /// x·weightᵀ + bias for a weight of shape [outputs, inputs] and a bias of shape [outputs]: a linear layer, as PyTorch's linear. The axes of x
    /// before the last are batch axes. Throws ShapeError where the extents do not fit.
    friend V affine(In x, In weight, In bias) { return ops::affine<T>(x, weight, bias); }
};

} // namespace xtgrad
