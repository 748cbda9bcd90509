#pragma once

#include <xtgrad/autograd/functions/arguments.hpp>
#include <xtgrad/autograd/functions/overloads.hpp>
#include <xtgrad/autograd/primitives.hpp>

namespace xtgrad {

template <Scalar T>
class Variable;

namespace ops {

template <Scalar T>
Variable<T> sort(const Variable<T>& x, Index axis, SourceLocation where);
template <Scalar T>
Array<Index> argsort(const Variable<T>& x, Index axis, SourceLocation where);
template <Scalar T>
Variable<T> topk(const Variable<T>& x, Index k, Index axis, SourceLocation where);
template <Scalar T>
Variable<T> median(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation where);
template <Scalar T>
Variable<T> quantile(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation where, double q);
template <Scalar T>
Variable<T> quantiles(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation where, const std::vector<double>& q);

} // namespace ops

/// Order, and what is chosen by it. A compiled program sorts anew at each replay. `Self` is Variable or Parameter, by value: an exact match,
/// against which xtensor's templates lose.
template <Scalar T, class Self>
class SortingFunctions {
    using V = Variable<T>;

    // NOLINTBEGIN(performance-unnecessary-value-param)
public:
    /// The elements along an axis in ascending order, NaN last; equals keep their order, and the gradient goes back by place.
    friend V sort(Self x, Index axis = -1, SourceLocation where = {}) { return ops::sort<T>(x, axis, where); }
    /// The places of the elements along an axis in ascending order, NaN last; equals keep their order.
    friend Array<Index> argsort(Self x, Index axis = -1, SourceLocation where = {}) { return ops::argsort<T>(x, axis, where); }
    /// The k largest elements along an axis, the largest first; of equals the first is taken, and NaN counts as largest. Throws ValueError where
    /// k is negative or more than the axis has.
    friend V topk(Self x, Index k, Index axis = -1, SourceLocation where = {}) { return ops::topk<T>(x, k, axis, where); }
    /// The median over `axes`, of an even count the mean of the two in the middle. NaN where an element is, or of nothing (with gradient zeros).
    /// Of equals in the middle the place in the stable order decides which has the gradient.
    XTGRAD_REDUCER(median, (ops::median<T>))
    /// The quantile over `axes` of probability q, linear between the neighbours of the place q·(count − 1) in the ascending order, which is
    /// NumPy's default. NaN where an element is, or of nothing (with gradient zeros). Throws ValueError for q outside [0, 1].
    XTGRAD_REDUCER_OF(quantile, double, q, (ops::quantile<T>))
    /// The quantiles over `axes` of several probabilities, along a new first axis, as in NumPy.
    XTGRAD_REDUCER_OF(quantile, std::vector<double>, q, (ops::quantiles<T>))
    // NOLINTEND(performance-unnecessary-value-param)
};

} // namespace xtgrad
