#pragma once

#include <xtgrad/autograd/functions/arguments.hpp>
#include <xtgrad/autograd/functions/overloads.hpp>
#include <xtgrad/autograd/primitives.hpp>

namespace xtgrad {

template <Scalar T>
class Variable;

/// Which elements of a line come first. NaN is larger than any number.
enum class Order { ascending, descending };

/// What a quantile is whose place in the order lies between two elements: numpy.quantile's methods of these names.
enum class QuantileMethod {
    linear,   // the line between them
    lower,    // the first
    higher,   // the second
    midpoint, // their mean
    nearest   // the nearer; of both the one whose place is even
};

namespace ops {

template <Scalar T>
Variable<T> sort(const Variable<T>& x, Index axis, Order order, SourceLocation where);
template <Scalar T>
Array<Index> argsort(const Variable<T>& x, Index axis, Order order, SourceLocation where);
template <Scalar T>
Variable<T> topk(const Variable<T>& x, Index k, Index axis, Order order, SourceLocation where);
template <Scalar T>
Array<Index> argtopk(const Variable<T>& x, Index k, Index axis, Order order, SourceLocation where);
template <Scalar T>
Variable<T> median(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation where);
template <Scalar T>
Variable<T> quantile(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation where, double q,
                     QuantileMethod method = QuantileMethod::linear);
template <Scalar T>
Variable<T> quantiles(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation where, const std::vector<double>& q,
                      QuantileMethod method = QuantileMethod::linear);

} // namespace ops

/// Order, and what is chosen by it. A compiled program sorts anew at each replay. `Self` is Variable or Parameter, by value: an exact match,
/// against which xtensor's templates lose.
template <Scalar T, class Self>
class SortingFunctions {
    using V = Variable<T>;

    // NOLINTBEGIN(performance-unnecessary-value-param)
public:
    /// The elements along an axis in ascending order, NaN last; equals keep their order, and the gradient goes back by place.
    friend V sort(Self x, Index axis = -1, SourceLocation where = {}) { return ops::sort<T>(x, axis, Order::ascending, where); }
    /// The elements along an axis in ascending order, NaN last, or in descending order, NaN first, as PyTorch's sort; equals keep their order.
    friend V sort(Self x, Index axis, Order order, SourceLocation where = {}) { return ops::sort<T>(x, axis, order, where); }
    /// The places of the elements along an axis in ascending order, NaN last; equals keep their order.
    friend Array<Index> argsort(Self x, Index axis = -1, SourceLocation where = {}) { return ops::argsort<T>(x, axis, Order::ascending, where); }
    /// The places of the elements along an axis in the order in which `sort` has them: take_along_axis(x, argsort(x, axis, order), axis) is
    /// sort(x, axis, order).
    friend Array<Index> argsort(Self x, Index axis, Order order, SourceLocation where = {}) { return ops::argsort<T>(x, axis, order, where); }
    /// The k largest elements along an axis, the largest first; of equals the first is taken, and NaN counts as largest. Throws ValueError where
    /// k is negative or more than the axis has.
    friend V topk(Self x, Index k, Index axis = -1, SourceLocation where = {}) { return ops::topk<T>(x, k, axis, Order::descending, where); }
    /// The k largest elements along an axis in descending order, the k smallest in ascending order, as PyTorch's topk with its option `largest`.
    friend V topk(Self x, Index k, Index axis, Order order, SourceLocation where = {}) { return ops::topk<T>(x, k, axis, order, where); }
    /// The places along an axis of what `topk` takes, in its order: PyTorch's topk returns them beside the elements.
    friend Array<Index> argtopk(Self x, Index k, Index axis = -1, Order order = Order::descending, SourceLocation where = {}) {
        return ops::argtopk<T>(x, k, axis, order, where);
    }
    /// The median over `axes`, of an even count the mean of the two in the middle. NaN where an element is, or of nothing (with gradient zeros).
    /// Of equals in the middle the place in the stable order decides which has the gradient.
    XTGRAD_REDUCER(median, (ops::median<T>))
    /// The quantile over `axes` of probability q, linear between the neighbours of the place q·(count − 1) in the ascending order, which is
    /// NumPy's default. NaN where an element is, or of nothing (with gradient zeros). Throws ValueError for q outside [0, 1].
    XTGRAD_REDUCER_OF(quantile, double, q, (ops::quantile<T>))
    /// The quantiles over `axes` of several probabilities, along a new first axis, as in NumPy.
    XTGRAD_REDUCER_OF(quantile, std::vector<double>, q, (ops::quantiles<T>))
    /// The quantile of all elements by one of NumPy's methods: linear, lower, higher, midpoint or nearest (of both the one in an even place).
    friend V quantile(Self x, double q, QuantileMethod method, SourceLocation where = {}) {
        return ops::quantile<T>(x, Axes::every(), false, where, q, method);
    }
    /// The quantile over `axes` by one of NumPy's methods.
    friend V quantile(Self x, double q, Axes axes, QuantileMethod method, SourceLocation where = {}) {
        return ops::quantile<T>(x, axes, false, where, q, method);
    }
    /// The quantile over `axes`, which are kept, by one of NumPy's methods.
    friend V quantile(Self x, double q, Axes axes, QuantileMethod method, KeepDims, SourceLocation where = {}) {
        return ops::quantile<T>(x, axes, true, where, q, method);
    }
    /// The quantiles over `axes` of several probabilities by one of NumPy's methods, along a new first axis.
    friend V quantile(Self x, std::vector<double> q, Axes axes, QuantileMethod method, SourceLocation where = {}) {
        return ops::quantiles<T>(x, axes, false, where, q, method);
    }
    /// The quantiles over `axes`, which are kept, of several probabilities by one of NumPy's methods, along a new first axis.
    friend V quantile(Self x, std::vector<double> q, Axes axes, QuantileMethod method, KeepDims, SourceLocation where = {}) {
        return ops::quantiles<T>(x, axes, true, where, q, method);
    }
    // NOLINTEND(performance-unnecessary-value-param)
};

} // namespace xtgrad
