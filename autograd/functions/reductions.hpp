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
Variable<T> variance(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation where, Index ddof = 0);
template <Scalar T>
Variable<T> stddev(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation where, Index ddof = 0);
template <Scalar T>
Variable<T> norm(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation where, double p = 2);
template <Scalar T>
Variable<T> nansum(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation where);
template <Scalar T>
Variable<T> nanmean(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation where);
template <Scalar T>
Array<Index> argmax(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation where);
template <Scalar T>
Array<Index> argmin(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation where);
template <Scalar T>
Array<Index> count_nonzero(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation where);

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

    /// The product over `axes`, 1 of nothing. The gradient is the product of the other elements, made without division, so that it is right
    /// beside any number of zeros, as are the derivatives of higher order. Underflow or overflow on the way stays.
    XTGRAD_REDUCER(prod, (ops::reduce<Prod, T>))
    /// The variance over `axes`: the mean of the squared deviations from the mean, in two passes. NaN of nothing, with gradient zeros.
    XTGRAD_REDUCER(variance, (ops::variance<T>))
    /// The variance over `axes` with `ddof` delta degrees of freedom: the squared deviations are summed and divided by max(count − ddof, 0), as
    /// in NumPy; of one element with ddof 1 it is NaN, and so is its gradient.
    XTGRAD_REDUCER_WITH_INTEGER(variance, (ops::variance<T>))
    /// The standard deviation over `axes`: the square root of the variance, without overflow or underflow of the squares. Where all elements are
    /// equal it is 0, with gradient 0.
    XTGRAD_REDUCER(stddev, (ops::stddev<T>))
    /// The standard deviation over `axes` with `ddof` delta degrees of freedom, as `variance` takes them.
    XTGRAD_REDUCER_WITH_INTEGER(stddev, (ops::stddev<T>))
    /// The Euclidean norm √Σx² of all elements, without overflow or underflow of the squares; 0 of nothing. Its gradient is x / norm, and 0 where
    /// the norm is 0.
    friend V norm(Self x, SourceLocation where = {}) { return ops::norm<T>(x, Axes::every(), false, where); }
    /// The Euclidean norm √Σx² of all elements with the axes kept.
    friend V norm(Self x, KeepDims, SourceLocation where = {}) { return ops::norm<T>(x, Axes::every(), true, where); }
    /// The norm of order p of the vectors along `axes`: (Σ|x|^p)^(1/p); for p = 0 the number of elements that are not 0 (with gradient 0), for
    /// p = ∞ the largest |x|, where ties share the gradient. No power overflows or underflows on the way. The gradient is 0 at an element of 0
    /// for p ≤ 1, and everywhere where the norm is 0. Throws ValueError for a negative or undefined p.
    XTGRAD_REDUCER_OF(norm, double, p, (ops::norm<T>))
    /// The sum over `axes` of what is not NaN, 0 where all is; the gradient at NaN is 0. As numpy.nansum.
    XTGRAD_REDUCER(nansum, (ops::nansum<T>))
    /// The mean over `axes` of what is not NaN; NaN, with gradient zeros, where all is. The gradient at NaN is 0. As numpy.nanmean.
    XTGRAD_REDUCER(nanmean, (ops::nanmean<T>))

    /// The place of the largest element, the first of equals, in the flattened array. NaN counts as largest. Throws ShapeError for an empty
    /// array.
    friend Array<Index> argmax(Self x, SourceLocation where = {}) { return ops::argmax<T>(x, Axes::every(), false, where); }
    /// The places of the largest elements along one axis, the first of equals. NaN counts as largest. Throws ShapeError where the axis is empty.
    friend Array<Index> argmax(Self x, Index axis, SourceLocation where = {}) { return ops::argmax<T>(x, axis, false, where); }
    /// The places of the largest elements along one axis, which is kept with extent 1.
    friend Array<Index> argmax(Self x, Index axis, KeepDims, SourceLocation where = {}) { return ops::argmax<T>(x, axis, true, where); }
    /// The place of the smallest element, the first of equals, in the flattened array. NaN counts as smallest, as in NumPy. Throws ShapeError
    /// for an empty array.
    friend Array<Index> argmin(Self x, SourceLocation where = {}) { return ops::argmin<T>(x, Axes::every(), false, where); }
    /// The places of the smallest elements along one axis, the first of equals. NaN counts as smallest. Throws ShapeError where the axis is empty.
    friend Array<Index> argmin(Self x, Index axis, SourceLocation where = {}) { return ops::argmin<T>(x, axis, false, where); }
    /// The places of the smallest elements along one axis, which is kept with extent 1.
    friend Array<Index> argmin(Self x, Index axis, KeepDims, SourceLocation where = {}) { return ops::argmin<T>(x, axis, true, where); }
    /// How many elements over `axes` are not 0; NaN is not 0.
    XTGRAD_REDUCER_TO(count_nonzero, Array<Index>, (ops::count_nonzero<T>))
    // NOLINTEND(performance-unnecessary-value-param)
};

} // namespace xtgrad
