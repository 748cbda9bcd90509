#pragma once

#include <optional>

#include <xtgrad/autograd/functions/arguments.hpp>
#include <xtgrad/autograd/primitives.hpp>

namespace xtgrad {

template <Scalar T>
class Variable;
template <Scalar T>
class Operand;

namespace ops {

/// Along one axis, or over the flattened array.
template <class P, Scalar T>
Variable<T> scan(const Variable<T>& x, std::optional<Index> axis, SourceLocation where);
template <Scalar T>
Variable<T> linear_recurrence(const Variable<T>& a, const Variable<T>& b, Index axis, SourceLocation where);
template <Scalar T>
Variable<T> diff(const Variable<T>& x, Index n, Index axis, SourceLocation where);
template <Scalar T>
Variable<T> trapz(const Variable<T>& y, double dx, Index axis, SourceLocation where);
template <Scalar T>
Variable<T> trapz(const Variable<T>& y, const Operand<T>& x, Index axis);

} // namespace ops

/// What runs along an axis. `Self` is Variable or Parameter, by value: an exact match, against which xtensor's templates lose.
template <Scalar T, class Self>
class ScanFunctions {
    using V = Variable<T>;

    // NOLINTBEGIN(performance-unnecessary-value-param)
public:
    /// The running sums of the flattened array: y_i = x_0 + … + x_i, a one-dimensional result. The error of each is at most 66 ε Σ|x|, however
    /// long the array.
    friend V cumsum(Self x, SourceLocation where = {}) { return ops::scan<Cumsum, T>(x, {}, where); }
    /// The running sums along an axis. The error of each is at most 66 ε Σ|x|, however long the axis.
    friend V cumsum(Self x, Index axis, SourceLocation where = {}) { return ops::scan<Cumsum, T>(x, axis, where); }
    /// The running products of the flattened array: y_i = x_0 · … · x_i. The gradient is made without division and right beside zeros.
    friend V cumprod(Self x, SourceLocation where = {}) { return ops::scan<Cumprod, T>(x, {}, where); }
    /// The running products along an axis. The gradient is made without division and right beside zeros.
    friend V cumprod(Self x, Index axis, SourceLocation where = {}) { return ops::scan<Cumprod, T>(x, axis, where); }
    /// The largest element so far of the flattened array. Of equals the latest takes the gradient; NaN is larger than any number and stays, with
    /// gradient NaN at it.
    friend V cummax(Self x, SourceLocation where = {}) { return ops::scan<Cummax, T>(x, {}, where); }
    /// The largest element so far along an axis. Of equals the latest takes the gradient; NaN stays, with gradient NaN at it.
    friend V cummax(Self x, Index axis, SourceLocation where = {}) { return ops::scan<Cummax, T>(x, axis, where); }
    /// The smallest element so far of the flattened array. Of equals the latest takes the gradient; NaN stays, with gradient NaN at it.
    friend V cummin(Self x, SourceLocation where = {}) { return ops::scan<Cummin, T>(x, {}, where); }
    /// The smallest element so far along an axis. Of equals the latest takes the gradient; NaN stays, with gradient NaN at it.
    friend V cummin(Self x, Index axis, SourceLocation where = {}) { return ops::scan<Cummin, T>(x, axis, where); }
    /// log(e^x_0 + … + e^x_i) for each i of the flattened array, without overflow; −inf, with gradient 0, as long as all x are −inf.
    friend V logcumsumexp(Self x, SourceLocation where = {}) { return ops::scan<Logcumsumexp, T>(x, {}, where); }
    /// log(e^x_0 + … + e^x_i) for each i along an axis, without overflow; −inf, with gradient 0, as long as all x are −inf.
    friend V logcumsumexp(Self x, Index axis, SourceLocation where = {}) { return ops::scan<Logcumsumexp, T>(x, axis, where); }
    /// The linear recurrence y_i = a_i·y_{i−1} + b_i along an axis, y_0 = b_0; a and b have one shape, or ShapeError.
    friend V linear_recurrence(Self a, const Operand<T>& b, Index axis = -1, SourceLocation where = {}) {
        return ops::linear_recurrence<T>(a, b.variable(), axis, where);
    }
    /// The n-th difference along an axis: n times x_{i+1} − x_i, an element less each time. Throws ValueError for a negative n. As numpy.diff.
    friend V diff(Self x, Index n = 1, Index axis = -1, SourceLocation where = {}) { return ops::diff<T>(x, n, axis, where); }
    /// The integral along an axis by the trapezoidal rule, of samples one apart: Σ (y_i + y_{i+1})/2; 0 of fewer than two samples.
    friend V trapz(Self y, SourceLocation where = {}) { return ops::trapz<T>(y, 1, -1, where); }
    /// The integral along an axis by the trapezoidal rule, of samples `dx` apart: Σ dx·(y_i + y_{i+1})/2.
    template <class Number>
    requires std::is_arithmetic_v<Number>
    friend V trapz(Self y, Number dx, Index axis = -1, SourceLocation where = {}) { return ops::trapz<T>(y, static_cast<double>(dx), axis, where); }
    /// The integral along an axis by the trapezoidal rule, of samples at the places x: Σ (x_{i+1} − x_i)·(y_i + y_{i+1})/2. The places are one line
    /// for all, or an array of y's shape, or ShapeError; they have a gradient too. As numpy.trapz.
    friend V trapz(Self y, const Operand<T>& x, Index axis = -1) { return ops::trapz<T>(y, x, axis); }
    // NOLINTEND(performance-unnecessary-value-param)
};

} // namespace xtgrad
