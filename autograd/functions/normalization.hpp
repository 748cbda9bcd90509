#pragma once

#include <xtgrad/autograd/functions/arguments.hpp>
#include <xtgrad/autograd/mask.hpp>
#include <xtgrad/autograd/primitives.hpp>

namespace xtgrad {

template <Scalar T>
class Variable;

namespace ops {

template <Scalar T>
Variable<T> softmax(const Variable<T>& x, const Axes& axes, SourceLocation where);
template <Scalar T>
Variable<T> log_softmax(const Variable<T>& x, const Axes& axes, SourceLocation where);
template <Scalar T>
Variable<T> masked_softmax(const Variable<T>& x, const Mask& mask, const Axes& axes, SourceLocation where);
template <Scalar T>
Variable<T> normalize(const Variable<T>& x, const Axes& axes, double p, SourceLocation where);
template <Scalar T>
Variable<T> glu(const Variable<T>& x, Index axis, SourceLocation where);

} // namespace ops

/// Arrays made of all elements along an axis and of each: softmax and its kin, norms, gates. `Self` is Variable or Parameter, by value.
template <Scalar T, class Self>
class NormalizationFunctions {
    using V = Variable<T>;

    // NOLINTBEGIN(performance-unnecessary-value-param)
public:
    /// e^x_i / Σ_j e^x_j along an axis, without overflow. NaN along a line that is all −inf, or has +inf or NaN.
    friend V softmax(Self x, Index axis = -1, SourceLocation where = {}) { return ops::softmax<T>(x, axis, where); }
    /// The softmax over several axes together: the result adds to 1 over them.
    friend V softmax(Self x, Axes axes, SourceLocation where = {}) { return ops::softmax<T>(x, axes, where); }
    /// The logarithm of the softmax along an axis without cancellation: x_i − max − log Σ_j e^(x_j − max). NaN where the softmax is.
    friend V log_softmax(Self x, Index axis = -1, SourceLocation where = {}) { return ops::log_softmax<T>(x, axis, where); }
    /// The logarithm of the softmax over several axes together.
    friend V log_softmax(Self x, Axes axes, SourceLocation where = {}) { return ops::log_softmax<T>(x, axes, where); }
    /// The softmax along an axis of the elements where the mask is true; 0, with gradient 0, elsewhere, whatever stands there, and along lines
    /// without a true element. The mask broadcasts to x's shape, or ShapeError.
    friend V masked_softmax(Self x, const Mask& mask, Index axis = -1, SourceLocation where = {}) {
        return ops::masked_softmax<T>(x, mask, axis, where);
    }
    /// The masked softmax over several axes together.
    friend V masked_softmax(Self x, const Mask& mask, Axes axes, SourceLocation where = {}) { return ops::masked_softmax<T>(x, mask, axes, where); }
    /// x divided by its norm of order p along an axis; where the norm is 0 the value is 0, and the gradient 0. Throws ValueError as `norm` does.
    friend V normalize(Self x, Index axis = -1, double p = 2, SourceLocation where = {}) { return ops::normalize<T>(x, axis, p, where); }
    /// x divided by its norm of order p over several axes together.
    friend V normalize(Self x, Axes axes, double p = 2, SourceLocation where = {}) { return ops::normalize<T>(x, axes, p, where); }
    /// The gated linear unit a·sigmoid(b), where a and b are the halves of x along an axis. Throws ShapeError where its extent is odd.
    /// (Dauphin et al. 2017)
    friend V glu(Self x, Index axis = -1, SourceLocation where = {}) { return ops::glu<T>(x, axis, where); }
    // NOLINTEND(performance-unnecessary-value-param)
};

} // namespace xtgrad
