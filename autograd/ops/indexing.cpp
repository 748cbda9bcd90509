#include <algorithm>
#include <numeric>

#include <xtensor/xbroadcast.hpp>

#include <xtgrad/autograd/apply.hpp>
#include <xtgrad/autograd/ops/indices.hpp>

namespace xtgrad {

template <Scalar T>
Variable<T> Gather::vjp(const Variable<T>& g) const {
    return apply<ScatterAdd, T>({.index = index, .axis = axis, .shape = input_shape}, SourceLocation{"", 0}, g);
}

template <Scalar T>
Variable<T> ScatterAdd::vjp(const Variable<T>& g) const {
    return apply<Gather, T>({.index = index, .axis = axis}, SourceLocation{"", 0}, g);
}

namespace ops {

namespace {

std::string out_of_range(std::string_view operation, Index index, const std::string& place, std::size_t extent, std::optional<std::size_t> axis) {
    const std::string of = axis ? "axis " + std::to_string(*axis) + " of extent " : std::string("the flattened array of extent ");
    return std::string(operation) + ": index " + std::to_string(index) + place + " is out of range for " + of + std::to_string(extent);
}

// " at place [1, 2]" of a flat place in an array of a shape.
std::string place_text(const Shape& shape, std::size_t place) {
    if (shape.size() == 0) return {};
    std::string text;
    for (std::size_t axis = shape.size(); axis-- > 0; place /= shape[axis])
        text = std::to_string(place % shape[axis]) + (text.empty() ? "" : ", ") + text;
    return " at place [" + text + "]";
}

void check_alike_but_for(std::string_view operation, const Shape& shape, const Shape& index, std::size_t axis, SourceLocation where) {
    bool alike = shape.size() == index.size();
    for (std::size_t other = 0; alike && other < shape.size(); ++other) alike = other == axis || shape[other] == index[other];
    if (!alike) {
        throw ShapeError(std::string(operation) + ": the array has shape " + to_string(shape) + ", the index " + to_string(index) +
                             "; they may differ on axis " + std::to_string(axis) + " alone",
                         where);
    }
}

Shape shape_of(const Array<Index>& index) { return Shape(index.shape().begin(), index.shape().end()); }

// The shape of take(x, index, axis).
Shape taken_shape(const Shape& x, const Shape& index, std::size_t axis) {
    Shape shape(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(axis));
    for (const std::size_t extent : index) shape.push_back(extent);
    for (std::size_t after = axis + 1; after < x.size(); ++after) shape.push_back(x[after]);
    return shape;
}

// An index of any shape as a list along one axis.
std::shared_ptr<const Array<Index>> listed(std::string_view operation, Indices index, std::size_t extent, std::optional<std::size_t> axis,
                                           SourceLocation where) {
    const auto list = checked_indices(operation, std::move(index), extent, axis, where);
    list->reshape({list->size()});
    return list;
}

// The truths of a mask under a shape that it broadcasts to: where it is true, in row-major order.
PlaceList true_places(const Mask& mask, const Shape& shape) {
    Steps       steps(shape.size(), 0);
    const Steps own = row_major_steps(mask.shape());
    for (std::size_t back = 1; back <= mask.dimension(); ++back) {
        if (mask.shape()[mask.dimension() - back] != 1) steps[shape.size() - back] = own[mask.dimension() - back];
    }
    Array<bool> truths(shape);
    kernels::copy_strided<bool>(shape, truths.data(), row_major_steps(shape), mask.array().data(), steps);
    PlaceList places;
    places.reserve(static_cast<std::size_t>(std::count(truths.data(), truths.data() + truths.size(), true)));
    for (std::size_t place = 0; place < truths.size(); ++place) {
        if (truths.data()[place]) places.push_back(static_cast<Index>(place));
    }
    return places;
}

} // namespace

Index checked_index(std::string_view operation, Index index, std::size_t extent, std::size_t axis, SourceLocation where) {
    const auto size = static_cast<Index>(extent);
    if (index < -size || index >= size) throw ValueError(out_of_range(operation, index, {}, extent, axis), where);
    return index < 0 ? index + size : index;
}

std::shared_ptr<Array<Index>> checked_indices(std::string_view operation, Indices index, std::size_t extent, std::optional<std::size_t> axis,
                                              SourceLocation where) {
    auto       checked = std::make_shared<Array<Index>>(std::move(index).array());
    const auto size    = static_cast<Index>(extent);
    for (std::size_t place = 0; place < checked->size(); ++place) {
        Index& entry = checked->data()[place];
        if (entry < -size || entry >= size)
            throw ValueError(out_of_range(operation, entry, place_text(shape_of(*checked), place), extent, axis), where);
        if (entry < 0) entry += size;
    }
    return checked;
}

template <Scalar T>
Variable<T> pick(const Variable<T>& x, const PlaceList& places, std::size_t axis, SourceLocation where) {
    auto index = std::make_shared<Array<Index>>(Shape{places.size()});
    std::copy(places.begin(), places.end(), index->data());
    return apply<Gather, T>({.index = std::move(index), .axis = axis}, where, x);
}

// A choice among the elements of both, laid end to end, so that no arithmetic touches the values and each gradient goes one way.
template <Scalar T>
Variable<T> replaced(const Variable<T>& x, const Variable<T>& source, const std::vector<Replacement>& replacements, SourceLocation where) {
    PlaceList choice(x.size());
    std::iota(choice.begin(), choice.end(), Index{0});
    for (const auto& [place, of_source] : replacements) choice[place] = static_cast<Index>(x.size() + of_source);
    const Variable<T> both = concatenate({ravel<T>(x, where), ravel<T>(source, where)}, 0, where);
    return reshape<T>(pick<T>(both, choice, 0, where), x.shape(), where);
}

template <Scalar T>
Variable<T> broadcast_source(std::string_view operation, const Operand<T>& source, const Shape& shape, SourceLocation where) {
    const Variable<T>& x = source.variable();
    if (x.dimension() > shape.size() || broadcast_shapes(std::string(operation) + ": source", x.shape(), shape, where) != shape) {
        throw ShapeError(std::string(operation) + ": the source of shape " + to_string(x.shape()) + " does not broadcast to " + to_string(shape),
                         where);
    }
    return broadcast_to<T>(x, shape, where);
}

template <Scalar T>
Variable<T> take(const Variable<T>& x, Indices index, SourceLocation where) {
    const Shape shape = shape_of(index.array());
    Gather      primitive;
    primitive.axis  = 0;
    primitive.index = listed("take", std::move(index), x.size(), std::nullopt, where);
    return reshape<T>(apply<Gather, T>(std::move(primitive), where, ravel<T>(x, where)), shape, where);
}

template <Scalar T>
Variable<T> take(const Variable<T>& x, Indices index, Index axis, SourceLocation where) {
    Gather primitive;
    primitive.axis    = normalize_axis("take", axis, x.dimension(), where);
    const Shape shape = taken_shape(x.shape(), shape_of(index.array()), primitive.axis);
    element_count(shape, where);
    primitive.index         = listed("take", std::move(index), x.shape()[primitive.axis], primitive.axis, where);
    const Variable<T> parts = apply<Gather, T>(std::move(primitive), where, x);
    return parts.shape() == shape ? parts : reshape<T>(parts, shape, where);
}

template <Scalar T>
Variable<T> take_along_axis(const Variable<T>& x, Indices index, Index axis, SourceLocation where) {
    Gather primitive;
    primitive.axis            = normalize_axis("take_along_axis", axis, x.dimension(), where);
    const std::size_t along   = primitive.axis;
    const Shape       indexed = shape_of(index.array());
    if (indexed.size() != x.dimension()) {
        throw ShapeError("take_along_axis: the array has shape " + to_string(x.shape()) + ", the index " + to_string(indexed) +
                             "; they must have as many axes",
                         where);
    }
    primitive.index = checked_indices("take_along_axis", std::move(index), x.shape()[along], along, where);
    // Along all other axes both broadcast.
    Shape of_x      = x.shape();
    Shape of_index  = indexed;
    of_x[along]     = 1;
    of_index[along] = 1;
    Shape picked    = broadcast_shapes("take_along_axis", of_x, of_index, where);
    picked[along]   = indexed[along];
    element_count(picked, where);
    Shape wide  = picked;
    wide[along] = x.shape()[along];
    element_count(wide, where);
    if (picked != indexed) primitive.index = std::make_shared<const Array<Index>>(xt::broadcast(*primitive.index, picked));
    const Variable<T> broadcast = broadcast_to<T>(x, wide, where);
    return apply<Gather, T>(std::move(primitive), where, broadcast);
}

template <Scalar T>
Variable<T> gather(const Variable<T>& x, Indices index, Index axis, SourceLocation where) {
    Gather primitive;
    primitive.axis = normalize_axis("gather", axis, x.dimension(), where);
    check_alike_but_for("gather", x.shape(), shape_of(index.array()), primitive.axis, where);
    primitive.index = checked_indices("gather", std::move(index), x.shape()[primitive.axis], primitive.axis, where);
    return apply<Gather, T>(std::move(primitive), where, x);
}

template <Scalar T>
Variable<T> scatter(const Variable<T>& x, Indices index, Index axis, const Operand<T>& source, SourceLocation where) {
    const Composition scope(where);
    const std::size_t along = normalize_axis("scatter", axis, x.dimension(), where);
    check_alike_but_for("scatter", x.shape(), shape_of(index.array()), along, where);
    const auto               places = checked_indices("scatter", std::move(index), x.shape()[along], along, where);
    const Variable<T>        values = broadcast_source<T>("scatter", source, shape_of(*places), where);
    std::vector<Replacement> replacements;
    replacements.reserve(values.size());
    AlongAxis(x.shape(), *places, along).for_each(places->data(), [&](std::size_t mine, std::size_t theirs) {
        replacements.push_back({theirs, mine});
    });
    return replaced<T>(x, values, replacements, where);
}

template <Scalar T>
Variable<T> scatter_add(const Variable<T>& x, Indices index, Index axis, const Extents& shape, SourceLocation where) {
    ScatterAdd primitive;
    for (const Index extent : shape.listed()) {
        if (extent < 0) throw ShapeError("scatter_add: an extent of the result is negative", where);
        primitive.shape.push_back(static_cast<std::size_t>(extent));
    }
    element_count(primitive.shape, where);
    primitive.axis      = normalize_axis("scatter_add", axis, primitive.shape.size(), where);
    const Shape indexed = shape_of(index.array());
    check_alike_but_for("scatter_add", primitive.shape, indexed, primitive.axis, where);
    if (indexed != x.shape())
        throw ShapeError("scatter_add: the array has shape " + to_string(x.shape()) + ", its index " + to_string(indexed), where);
    primitive.index = checked_indices("scatter_add", std::move(index), primitive.shape[primitive.axis], primitive.axis, where);
    return apply<ScatterAdd, T>(std::move(primitive), where, x);
}

template <Scalar T>
Variable<T> index_add(const Variable<T>& x, Indices index, Index axis, const Operand<T>& source, SourceLocation where) {
    const Composition scope(where);
    ScatterAdd        primitive;
    primitive.axis          = normalize_axis("index_add", axis, x.dimension(), where);
    primitive.shape         = x.shape();
    const Shape indexed     = shape_of(index.array());
    primitive.index         = listed("index_add", std::move(index), x.shape()[primitive.axis], primitive.axis, where);
    const Shape       shape = taken_shape(x.shape(), indexed, primitive.axis);
    const Variable<T> values =
        reshape<T>(broadcast_source<T>("index_add", source, shape, where), AlongAxis::picked(x.shape(), *primitive.index, primitive.axis), where);
    return x + apply<ScatterAdd, T>(std::move(primitive), where, values);
}

template <Scalar T>
Variable<T> masked_select(const Variable<T>& x, const Mask& mask, SourceLocation where) {
    const Composition scope(where);
    const Shape       shape = broadcast_shapes("masked_select: array and mask", x.shape(), mask.shape(), where);
    element_count(shape, where);
    return pick<T>(ravel<T>(broadcast_to<T>(x, shape, where), where), true_places(mask, shape), 0, where);
}

template <Scalar T>
Variable<T> masked_scatter(const Variable<T>& x, const Mask& mask, const Operand<T>& source, SourceLocation where) {
    const Composition scope(where);
    if (mask.dimension() > x.dimension() || broadcast_shapes("masked_scatter: array and mask", x.shape(), mask.shape(), where) != x.shape()) {
        throw ShapeError(
            "masked_scatter: the mask of shape " + to_string(mask.shape()) + " does not broadcast to the array's, " + to_string(x.shape()), where);
    }
    const PlaceList    places = true_places(mask, x.shape());
    const Variable<T>& values = source.variable();
    if (values.size() < places.size()) {
        throw ShapeError("masked_scatter: the mask holds at " + std::to_string(places.size()) + " places, and the source has " +
                             std::to_string(values.size()) + " elements",
                         where);
    }
    std::vector<Replacement> replacements;
    replacements.reserve(places.size());
    for (const Index place : places) replacements.push_back({static_cast<std::size_t>(place), replacements.size()});
    return replaced<T>(x, values, replacements, where);
}

#define XTGRAD_INSTANTIATE(T)                                                                                                                        \
    template Variable<T> pick<T>(const Variable<T>&, const PlaceList&, std::size_t, SourceLocation);                                                 \
    template Variable<T> replaced<T>(const Variable<T>&, const Variable<T>&, const std::vector<Replacement>&, SourceLocation);                       \
    template Variable<T> broadcast_source<T>(std::string_view, const Operand<T>&, const Shape&, SourceLocation);                                     \
    template Variable<T> take<T>(const Variable<T>&, Indices, SourceLocation);                                                                       \
    template Variable<T> take<T>(const Variable<T>&, Indices, Index, SourceLocation);                                                                \
    template Variable<T> take_along_axis<T>(const Variable<T>&, Indices, Index, SourceLocation);                                                     \
    template Variable<T> gather<T>(const Variable<T>&, Indices, Index, SourceLocation);                                                              \
    template Variable<T> scatter<T>(const Variable<T>&, Indices, Index, const Operand<T>&, SourceLocation);                                          \
    template Variable<T> scatter_add<T>(const Variable<T>&, Indices, Index, const Extents&, SourceLocation);                                         \
    template Variable<T> index_add<T>(const Variable<T>&, Indices, Index, const Operand<T>&, SourceLocation);                                        \
    template Variable<T> masked_select<T>(const Variable<T>&, const Mask&, SourceLocation);                                                          \
    template Variable<T> masked_scatter<T>(const Variable<T>&, const Mask&, const Operand<T>&, SourceLocation);
XTGRAD_INSTANTIATE(float)
XTGRAD_INSTANTIATE(double)
#undef XTGRAD_INSTANTIATE

} // namespace ops

XTGRAD_COMPILE_PRIMITIVE(Gather)
XTGRAD_COMPILE_PRIMITIVE(ScatterAdd)

// For sorting.cpp.
template Variable<float>  ScatterAdd::vjp<float>(const Variable<float>&) const;
template Variable<double> ScatterAdd::vjp<double>(const Variable<double>&) const;

} // namespace xtgrad
