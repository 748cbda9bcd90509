#include <algorithm>

#include <xtgrad/autograd/apply.hpp>
#include <xtgrad/autograd/primitives/shape.hpp>

namespace xtgrad {

void Concatenate::infer(SourceLocation where, const std::vector<Shape>& shapes) {
    input_shapes = shapes;
    for (const Shape& part : shapes) {
        bool fits = part.size() == shapes.front().size();
        for (std::size_t other = 0; fits && other < part.size(); ++other) fits = other == axis || part[other] == shapes.front()[other];
        if (!fits) {
            throw ShapeError("concatenate: shapes " + to_string(shapes.front()) + " and " + to_string(part) + " may differ on axis " +
                                 std::to_string(axis) + " alone",
                             where);
        }
    }
}

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

namespace {

template <Scalar T>
Variable<T> concatenate_parts(const std::vector<Variable<T>>& parts, Index axis, SourceLocation where) {
    if (parts.empty()) throw ShapeError("concatenate: there is nothing to join", where);
    if (parts.front().dimension() == 0)
        throw ShapeError("concatenate: single numbers have no axis to be joined along; expand_dims() gives them one", where);
    return apply<Concatenate, T>({.axis = normalize_axis("concatenate", axis, parts.front().dimension(), where)}, parts, where);
}

} // namespace

} // namespace ops

Variable<float> concatenate(const std::vector<Variable<float>>& parts, Index axis, SourceLocation where) {
    return ops::concatenate_parts<float>(parts, axis, where);
}
Variable<double> concatenate(const std::vector<Variable<double>>& parts, Index axis, SourceLocation where) {
    return ops::concatenate_parts<double>(parts, axis, where);
}

namespace ops {

#define XTGRAD_INSTANTIATE(T)                                                                                                                        \
    template Variable<T> alias<T>(const Variable<T>&, SourceLocation);                                                                               \
    template Variable<T> reshape<T>(const Variable<T>&, const Extents&, SourceLocation);                                                             \
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
XTGRAD_COMPILE_PRIMITIVE(Concatenate)

} // namespace xtgrad
