#include <algorithm>

#include <xtgrad/autograd/apply.hpp>
#include <xtgrad/autograd/primitives/shape.hpp>

namespace xtgrad {

namespace ops {

template <Scalar T>
Variable<T> alias(const Variable<T>& x, SourceLocation where) {
    return apply<Alias, T>({}, where, x);
}

template <Scalar T>
Variable<T> reshape(const Variable<T>& x, const Extents& extents, SourceLocation where) {
    Shape       shape;
    const auto& asked    = extents.listed();
    std::size_t known    = 1;
    const auto  inferred = std::count(asked.begin(), asked.end(), Index{-1});
    const auto  complain = [&](const std::string& why) {
        std::string text = "[";
        for (std::size_t axis = 0; axis < asked.size(); ++axis) text += (axis == 0 ? "" : ", ") + std::to_string(asked[axis]);
        throw ShapeError("reshape: " + to_string(x.shape()) + " to " + text + "]: " + why, where);
    };
    if (inferred > 1) complain("only one extent can be inferred");
    for (const Index extent : asked) {
        if (extent < -1) complain("an extent is negative");
        shape.push_back(extent < 0 ? 0 : static_cast<std::size_t>(extent));
        if (extent >= 0 && __builtin_mul_overflow(known, static_cast<std::size_t>(extent), &known)) complain("the product of the extents overflows");
    }
    if (inferred == 1) {
        if (known == 0) complain("an extent cannot be inferred beside one of 0");
        if (x.size() % known != 0) complain("the extents do not divide " + std::to_string(x.size()) + " elements");
        *(shape.begin() + (std::find(asked.begin(), asked.end(), Index{-1}) - asked.begin())) = x.size() / known;
    } else if (known != x.size()) {
        complain("the sizes " + std::to_string(x.size()) + " and " + std::to_string(known) + " differ");
    }
    return apply<Reshape, T>({.shape = shape}, where, x);
}

template <Scalar T>
Variable<T> ravel(const Variable<T>& x, SourceLocation where) {
    return apply<Reshape, T>({.shape = {x.size()}}, where, x);
}

template <Scalar T>
Variable<T> transpose(const Variable<T>& x, const Axes& axes, SourceLocation where) {
    Transpose primitive;
    if (axes.is_every()) {
        for (std::size_t axis = x.dimension(); axis-- > 0;) primitive.axes.push_back(axis);
    } else {
        if (axes.normalized("transpose", x.dimension(), where).size() != x.dimension()) {
            throw ShapeError("transpose: " + std::to_string(axes.listed().size()) + " axes are named of an array of shape " + to_string(x.shape()),
                             where);
        }
        for (const Index axis : axes.listed()) primitive.axes.push_back(normalize_axis("transpose", axis, x.dimension(), where));
    }
    return apply<Transpose, T>(std::move(primitive), where, x);
}

template <Scalar T>
Variable<T> moveaxis(const Variable<T>& x, const Axes& source, const Axes& destination, SourceLocation where) {
    const std::size_t rank = x.dimension();
    if (source.listed().size() != destination.listed().size()) {
        throw ShapeError(
            "moveaxis: " + std::to_string(source.listed().size()) + " axes to " + std::to_string(destination.listed().size()) + " places", where);
    }
    const AxisList moved  = source.normalized("moveaxis", rank, where);
    const AxisList places = destination.normalized("moveaxis", rank, where);
    // Axis i of the result is order[i] of x.
    AxisList    order(rank);
    std::size_t next = 0;
    for (std::size_t place = 0; place < rank; ++place) {
        if (std::binary_search(places.begin(), places.end(), place)) continue;
        while (std::binary_search(moved.begin(), moved.end(), next)) ++next;
        order[place] = next++;
    }
    for (std::size_t entry = 0; entry < moved.size(); ++entry) {
        order[normalize_axis("moveaxis", destination.listed()[entry], rank, where)] = normalize_axis("moveaxis", source.listed()[entry], rank, where);
    }
    return std::is_sorted(order.begin(), order.end()) ? x : apply<Transpose, T>({.axes = order}, where, x);
}

template <Scalar T>
Variable<T> swapaxes(const Variable<T>& x, Index axis1, Index axis2, SourceLocation where) {
    AxisList order(x.dimension());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::swap(order[normalize_axis("swapaxes", axis1, x.dimension(), where)], order[normalize_axis("swapaxes", axis2, x.dimension(), where)]);
    return std::is_sorted(order.begin(), order.end()) ? x : apply<Transpose, T>({.axes = order}, where, x);
}

template <Scalar T>
Variable<T> broadcast_to(const Variable<T>& x, const Extents& extents, SourceLocation where) {
    Shape shape;
    for (const Index extent : extents.listed()) {
        if (extent < 0) throw ShapeError("broadcast_to: an extent is negative", where);
        shape.push_back(static_cast<std::size_t>(extent));
    }
    element_count(shape, where);
    if (shape.size() < x.dimension() || broadcast_shapes("broadcast_to", x.shape(), shape, where) != shape) {
        throw ShapeError("broadcast_to: " + to_string(x.shape()) + " does not broadcast to " + to_string(shape), where);
    }
    if (shape == x.shape()) return x;
    return apply<BroadcastTo, T>({.shape = shape}, where, x);
}

template <Scalar T>
Variable<T> expand_dims(const Variable<T>& x, const Axes& axes, SourceLocation where) {
    const std::size_t rank   = x.dimension() + axes.listed().size();
    const auto        places = axes.normalized("expand_dims", rank, where);
    Shape             shape;
    std::size_t       next = 0;
    for (std::size_t axis = 0; axis < rank; ++axis) shape.push_back(std::binary_search(places.begin(), places.end(), axis) ? 1 : x.shape()[next++]);
    return apply<Reshape, T>({.shape = shape}, where, x);
}

template <Scalar T>
Variable<T> squeeze(const Variable<T>& x, const Axes& axes, SourceLocation where) {
    const auto places = axes.normalized("squeeze", x.dimension(), where);
    Shape      shape;
    for (std::size_t axis = 0; axis < x.dimension(); ++axis) {
        const bool named = std::binary_search(places.begin(), places.end(), axis);
        if (named && x.shape()[axis] == 1) continue;
        if (named && !axes.is_every()) {
            throw ShapeError("squeeze: axis " + std::to_string(axis) + " of shape " + to_string(x.shape()) + " has extent " +
                                 std::to_string(x.shape()[axis]) + ", not 1",
                             where);
        }
        shape.push_back(x.shape()[axis]);
    }
    return apply<Reshape, T>({.shape = shape}, where, x);
}

#define XTGRAD_INSTANTIATE(T)                                                                                                                        \
    template Variable<T> alias<T>(const Variable<T>&, SourceLocation);                                                                               \
    template Variable<T> reshape<T>(const Variable<T>&, const Extents&, SourceLocation);                                                             \
    template Variable<T> ravel<T>(const Variable<T>&, SourceLocation);                                                                               \
    template Variable<T> moveaxis<T>(const Variable<T>&, const Axes&, const Axes&, SourceLocation);                                                  \
    template Variable<T> swapaxes<T>(const Variable<T>&, Index, Index, SourceLocation);                                                              \
    template Variable<T> transpose<T>(const Variable<T>&, const Axes&, SourceLocation);                                                              \
    template Variable<T> broadcast_to<T>(const Variable<T>&, const Extents&, SourceLocation);                                                        \
    template Variable<T> expand_dims<T>(const Variable<T>&, const Axes&, SourceLocation);                                                            \
    template Variable<T> squeeze<T>(const Variable<T>&, const Axes&, SourceLocation);
XTGRAD_INSTANTIATE(float)
XTGRAD_INSTANTIATE(double)
#undef XTGRAD_INSTANTIATE

} // namespace ops

XTGRAD_COMPILE_PRIMITIVE(Alias)
XTGRAD_COMPILE_PRIMITIVE(Reshape)
XTGRAD_COMPILE_PRIMITIVE(Transpose)
XTGRAD_COMPILE_PRIMITIVE(BroadcastTo)

} // namespace xtgrad
