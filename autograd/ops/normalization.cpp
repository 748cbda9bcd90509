#include <xtgrad/autograd/functions/normalization.hpp>

#include <xtgrad/autograd/functions/reductions.hpp>
#include <xtgrad/autograd/ops/composition.hpp>
#include <xtgrad/autograd/variable.hpp>

namespace xtgrad::ops {

namespace {

Axes checked(std::string_view name, const Axes& axes, std::size_t rank, SourceLocation location) {
    const AxisList list = axes.normalized(name, rank, location);
    return std::vector<Index>(list.begin(), list.end());
}

template <Scalar T>
bool has_nothing(const Variable<T>& x, const Axes& axes) {
    return std::any_of(axes.listed().begin(), axes.listed().end(), [&](Index axis) { return x.shape()[static_cast<std::size_t>(axis)] == 0; });
}

// The softmax does not change when a number is taken from all x: the largest, held constant.
template <Scalar T>
Variable<T> shifted_by_largest(const Variable<T>& x, const Axes& axes, SourceLocation location) {
    return has_nothing(x, axes) ? x : x - reduce<Amax, T>(x.detach(), axes, true, location);
}

} // namespace

template <Scalar T>
Variable<T> softmax(const Variable<T>& x, const Axes& axes, SourceLocation location) {
    const Composition scope(location);
    const Axes        over  = checked("softmax", axes, x.dimension(), location);
    const Variable<T> terms = exp(shifted_by_largest(x, over, location));
    return terms / reduce<Sum, T>(terms, over, true, location);
}

template <Scalar T>
Variable<T> log_softmax(const Variable<T>& x, const Axes& axes, SourceLocation location) {
    const Composition scope(location);
    const Axes        over  = checked("log_softmax", axes, x.dimension(), location);
    const Variable<T> shift = shifted_by_largest(x, over, location);
    return shift - log(reduce<Sum, T>(exp(shift), over, true, location));
}

template <Scalar T>
Variable<T> masked_softmax(const Variable<T>& x, const Mask& mask, const Axes& axes, SourceLocation location) {
    const Composition scope(location);
    const Axes        over = checked("masked_softmax", axes, x.dimension(), location);
    if (mask.dimension() > x.dimension() || broadcast_shapes("masked_softmax", x.shape(), mask.shape(), location) != x.shape()) {
        throw ShapeError("masked_softmax: a mask of shape " + to_string(mask.shape()) + " does not broadcast to an array of shape " +
                             to_string(x.shape()),
                         location);
    }
    if (x.size() == 0) return x;
    const Variable<T> kept    = where(mask, Variable<T>(1), Variable<T>(0)) + zeros<T>(x.shape());
    const Mask        any     = amax(kept, over, keep_dims) > 0;
    const Variable<T> largest = amax(where(mask, x.detach(), -std::numeric_limits<T>::infinity()), over, keep_dims);
    const Variable<T> terms   = where(mask, exp(x - where(any, largest, 0)), 0);
    // Once more, because a line whose softmax is NaN makes 0 / NaN of a masked element.
    return where(mask, terms / where(any, sum(terms, over, keep_dims), 1), 0);
}

template <Scalar T>
Variable<T> normalize(const Variable<T>& x, const Axes& axes, double p, SourceLocation location) {
    const Composition scope(location);
    const Variable<T> length = norm<T>(x, checked("normalize", axes, x.dimension(), location), true, location, p);
    return x / where(equal(length, 0), std::numeric_limits<T>::infinity(), length);
}

template <Scalar T>
Variable<T> glu(const Variable<T>& x, Index axis, SourceLocation location) {
    const Composition scope(location);
    const std::size_t along  = normalize_axis("glu", axis, x.dimension(), location);
    const Index       extent = static_cast<Index>(x.shape()[along]);
    if (extent % 2 != 0) {
        throw ShapeError("glu: axis " + std::to_string(along) + " of shape " + to_string(x.shape()) + " has an odd extent and cannot be halved",
                         location);
    }
    std::vector<Range> first(along, Range::all());
    std::vector<Range> second = first;
    first.push_back(Range(0, extent / 2));
    second.push_back(Range(extent / 2, extent));
    return slice(x, first) * sigmoid(slice(x, second));
}

#define XTGRAD_INSTANTIATE(T)                                                                                                                        \
    template Variable<T> softmax<T>(const Variable<T>&, const Axes&, SourceLocation);                                                                \
    template Variable<T> log_softmax<T>(const Variable<T>&, const Axes&, SourceLocation);                                                            \
    template Variable<T> masked_softmax<T>(const Variable<T>&, const Mask&, const Axes&, SourceLocation);                                            \
    template Variable<T> normalize<T>(const Variable<T>&, const Axes&, double, SourceLocation);                                                      \
    template Variable<T> glu<T>(const Variable<T>&, Index, SourceLocation);
XTGRAD_INSTANTIATE(float)
XTGRAD_INSTANTIATE(double)
#undef XTGRAD_INSTANTIATE

} // namespace xtgrad::ops
