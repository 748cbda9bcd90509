#include <cmath>

#include <xtgrad/autograd/functions/reductions.hpp>
#include <xtgrad/autograd/functions/sorting.hpp>
#include <xtgrad/autograd/ops/composition.hpp>
#include <xtgrad/autograd/ops/merged_axes.hpp>

namespace xtgrad::ops {

namespace {

Axes as_axes(const AxisList& axes) { return std::vector<Index>(axes.begin(), axes.end()); }

template <Scalar T>
Variable<T> with_axes_put_back(const Variable<T>& y, const Shape& shape, const AxisList& axes) {
    Shape kept = shape;
    for (const std::size_t axis : axes) kept[axis] = 1;
    return reshape(y, kept);
}

/// The deviations from the mean over some axes, and what the sum of their squares is divided by.
template <Scalar T>
struct Deviations {
    Axes        axes;
    Variable<T> of_each;
    double      divisor;

    Deviations(std::string_view name, const Variable<T>& x, const Axes& asked, Index ddof, SourceLocation location)
        : axes(as_axes(asked.normalized(name, x.dimension(), location))), of_each(x - mean(x, axes, keep_dims)) {
        double count = 1;
        for (const Index axis : axes.listed()) count *= static_cast<double>(x.shape()[static_cast<std::size_t>(axis)]);
        divisor = std::max(count - static_cast<double>(ddof), 0.0);
    }
};

} // namespace

template <Scalar T>
Variable<T> variance(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation location, Index ddof) {
    const Composition   scope(location);
    const Deviations<T> deviations("variance", x, axes, ddof, location);
    const Variable<T>   squares = square(deviations.of_each);
    return (keep ? sum(squares, deviations.axes, keep_dims) : sum(squares, deviations.axes)) / deviations.divisor;
}

template <Scalar T>
Variable<T> stddev(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation location, Index ddof) {
    const Composition   scope(location);
    const Deviations<T> deviations("stddev", x, axes, ddof, location);
    // Without a degree of freedom there is no gradient of least norm either.
    if (deviations.divisor == 0) return sqrt(variance<T>(x, axes, keep, location, ddof));
    return norm<T>(deviations.of_each, deviations.axes, keep, location, 2) / std::sqrt(deviations.divisor);
}

template <Scalar T>
Variable<T> nansum(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation location) {
    const Composition scope(location);
    const AxisList    over    = axes.normalized("nansum", x.dimension(), location);
    const Variable<T> defined = where(equal(x, x), x, 0);
    return keep ? sum(defined, as_axes(over), keep_dims) : sum(defined, as_axes(over));
}

template <Scalar T>
Variable<T> nanmean(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation location) {
    const Composition scope(location);
    const Axes        over    = as_axes(axes.normalized("nanmean", x.dimension(), location));
    const Mask        defined = equal(x, x);
    const Variable<T> count   = sum(where(defined, Variable<T>(1), Variable<T>(0)), over, keep_dims);
    const Variable<T> result  = sum(where(defined, x, 0), over, keep_dims) / count;
    return keep ? result : squeeze(result, over);
}

namespace {

/// The second's share in the quantile at a fraction of the way from the element in place `below` to the next.
double share_of_second(QuantileMethod method, std::size_t below, double fraction) {
    if (fraction == 0) return 0;
    switch (method) {
    case QuantileMethod::lower:
        return 0;
    case QuantileMethod::higher:
        return 1;
    case QuantileMethod::midpoint:
        return 0.5;
    case QuantileMethod::nearest:
        return fraction > 0.5 || (fraction == 0.5 && below % 2 == 1) ? 1 : 0;
    default:
        return fraction;
    }
}

template <Scalar T>
std::vector<Variable<T>> quantiles_of(std::string_view name, const Variable<T>& x, const Axes& axes, bool keep,
                                      const std::vector<double>& probabilities, QuantileMethod method, SourceLocation location) {
    const AxisList   over = axes.normalized(name, x.dimension(), location);
    const MergedAxes merged(x.shape(), over);
    for (const double q : probabilities) {
        if (!(q >= 0 && q <= 1)) {
            throw ValueError(std::string(name) + ": a probability must lie in [0, 1], got " + std::to_string(q), location);
        }
    }
    if (merged.count() == 0) {
        const Variable<T> nothing = keep ? mean(x, as_axes(over), keep_dims) : mean(x, as_axes(over));
        return std::vector<Variable<T>>(probabilities.size(), nothing);
    }
    const Variable<T> line  = sort<T>(merged.merge(x), static_cast<Index>(merged.axis()), Order::ascending, location);
    const auto        place = [&](std::size_t rank) {
        std::vector<Range> ranges(merged.axis(), Range::all());
        ranges.push_back(Range(static_cast<Index>(rank)));
        return slice(line, ranges);
    };
    const Variable<T>        last    = place(merged.count() - 1);
    const Mask               defined = equal(last, last);
    std::vector<Variable<T>> result;
    for (const double q : probabilities) {
        const double      position = q * static_cast<double>(merged.count() - 1);
        const auto        below    = static_cast<std::size_t>(position);
        const double      share    = share_of_second(method, below, position - static_cast<double>(below));
        const Variable<T> number = share == 0 ? place(below) : share == 1 ? place(below + 1) : (1 - share) * place(below) + share * place(below + 1);
        // The square of the NaN, so that its gradient is NaN too.
        const Variable<T> quantile = where(defined, number, last * last);
        result.push_back(keep ? with_axes_put_back(quantile, x.shape(), over) : quantile);
    }
    return result;
}

} // namespace

template <Scalar T>
Variable<T> median(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation location) {
    const Composition scope(location);
    return quantiles_of("median", x, axes, keep, {0.5}, QuantileMethod::linear, location).front();
}

template <Scalar T>
Variable<T> quantile(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation location, double q, QuantileMethod method) {
    const Composition scope(location);
    return quantiles_of("quantile", x, axes, keep, {q}, method, location).front();
}

template <Scalar T>
Variable<T> quantiles(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation location, const std::vector<double>& q,
                      QuantileMethod method) {
    const Composition scope(location);
    if (q.empty()) throw ValueError("quantile: there is no probability in the list", location);
    std::vector<Variable<T>> each = quantiles_of("quantile", x, axes, keep, q, method, location);
    for (Variable<T>& one : each) one = expand_dims(one, 0);
    return concatenate(each, 0, location);
}

#define XTGRAD_INSTANTIATE(T)                                                                                                                        \
    template Variable<T> variance<T>(const Variable<T>&, const Axes&, bool, SourceLocation, Index);                                                  \
    template Variable<T> stddev<T>(const Variable<T>&, const Axes&, bool, SourceLocation, Index);                                                    \
    template Variable<T> nansum<T>(const Variable<T>&, const Axes&, bool, SourceLocation);                                                           \
    template Variable<T> nanmean<T>(const Variable<T>&, const Axes&, bool, SourceLocation);                                                          \
    template Variable<T> median<T>(const Variable<T>&, const Axes&, bool, SourceLocation);                                                           \
    template Variable<T> quantile<T>(const Variable<T>&, const Axes&, bool, SourceLocation, double, QuantileMethod);                                 \
    template Variable<T> quantiles<T>(const Variable<T>&, const Axes&, bool, SourceLocation, const std::vector<double>&, QuantileMethod);
XTGRAD_INSTANTIATE(float)
XTGRAD_INSTANTIATE(double)
#undef XTGRAD_INSTANTIATE

} // namespace xtgrad::ops
