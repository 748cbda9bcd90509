#pragma once

#include <xtgrad/autograd/functions/arguments.hpp>
#include <xtgrad/autograd/functions/overloads.hpp>
#include <xtgrad/autograd/primitives.hpp>

namespace xtgrad {

template <Scalar T>
class Variable;

namespace ops {

template <class P, Scalar T>
Variable<T> reduce(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation where);
template <Scalar T>
Array<Index> argmax(const Variable<T>& x, const Axes& axes, SourceLocation where);

} // namespace ops

/// Reductions over axes. `Self` is Variable or Parameter, by value: an exact match, against which xtensor's templates lose.
template <Scalar T, class Self>
class ReductionFunctions {
    using V = Variable<T>;

    // NOLINTBEGIN(performance-unnecessary-value-param)
public:
    /// The sum over `axes`, pairwise, so that the error grows with the logarithm of the count.
    XTGRAD_REDUCER(sum, (ops::reduce<Sum, T>))
    /// The mean over `axes`; of nothing NaN, with gradient zeros.
    XTGRAD_REDUCER(mean, (ops::reduce<Mean, T>))
    /// The largest element over `axes`; ties share the gradient evenly; NaN if any is; throws ShapeError for a maximum of nothing.
    XTGRAD_REDUCER(amax, (ops::reduce<Amax, T>))
    /// The smallest element over `axes`, as amax.
    XTGRAD_REDUCER(amin, (ops::reduce<Amin, T>))
    /// log Σ e^x over `axes` without overflow; −inf (gradient 0) where all elements are −inf.
    XTGRAD_REDUCER(logsumexp, (ops::reduce<Logsumexp, T>))

    /// The place of the largest element, the first of equals: in the flattened array, or along one axis. NaN counts as largest. Throws
    /// ShapeError for an empty array.
    friend Array<Index> argmax(Self x, SourceLocation where = {}) { return ops::argmax<T>(x, Axes::every(), where); }
    friend Array<Index> argmax(Self x, Index axis, SourceLocation where = {}) { return ops::argmax<T>(x, axis, where); }
    // NOLINTEND(performance-unnecessary-value-param)
};

} // namespace xtgrad
