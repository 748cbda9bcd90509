#include <algorithm>

#include <xtgrad/autograd/apply.hpp>
#include <xtgrad/autograd/primitives/indexing.hpp>

namespace xtgrad {

template <Scalar T>
Variable<T> Slice::vjp(const Variable<T>& g) const {
    return apply<Pad, T>({.lattice = lattice, .shape = input_shape}, SourceLocation{"", 0}, g);
}

template <Scalar T>
Variable<T> Pad::vjp(const Variable<T>& g) const {
    return apply<Slice, T>({.lattice = lattice, .shape = input_shape}, SourceLocation{"", 0}, g);
}

template <Scalar T>
Variable<T> Gather::vjp(const Variable<T>& g) const {
    return apply<ScatterAdd, T>({.index = index, .axis = axis, .shape = input_shape}, SourceLocation{"", 0}, g);
}

template <Scalar T>
Variable<T> ScatterAdd::vjp(const Variable<T>& g) const {
    return apply<Gather, T>({.index = index, .axis = axis}, SourceLocation{"", 0}, g);
}

Range Range::from(Index start, Index step) {
    Range range      = every(step);
    range.start_     = start;
    range.has_start_ = true;
    return range;
}

Range Range::every(Index step) {
    Range range;
    range.step_ = step;
    return range;
}

namespace ops {

namespace {

struct Span {
    Index start;
    Index count;
};

// NumPy's slice.indices().
Span resolve(const Range& range, Index extent, std::size_t axis, SourceLocation where) {
    const Index step = range.step();
    if (step == 0) throw ValueError("slice: the step on axis " + std::to_string(axis) + " is 0", where);
    const Index lowest  = step > 0 ? 0 : -1;
    const Index highest = step > 0 ? extent : extent - 1;
    const auto  bound   = [&](Index place) { return std::clamp(place < 0 ? place + extent : place, lowest, highest); };
    const Index start   = range.has_start() ? bound(range.start()) : (step > 0 ? lowest : highest);
    const Index stop    = range.has_stop() ? bound(range.stop()) : (step > 0 ? highest : lowest);
    const Index length  = step > 0 ? stop - start : start - stop;
    const Index stride  = step > 0 ? step : -step;
    return {start, length <= 0 ? 0 : (length - 1) / stride + 1};
}

Index checked_index(std::string_view operation, Index index, std::size_t extent, std::size_t axis, SourceLocation where) {
    const Index size = static_cast<Index>(extent);
    if (index < -size || index >= size) {
        throw ValueError(std::string(operation) + ": index " + std::to_string(index) + " is out of range for axis " + std::to_string(axis) +
                             " of extent " + std::to_string(extent),
                         where);
    }
    return index < 0 ? index + size : index;
}

// Negative indices made positive, all within `extent`.
std::shared_ptr<const Array<Index>> checked_indices(std::string_view operation, const Array<Index>& index, std::size_t extent, std::size_t axis,
                                                    SourceLocation where) {
    auto checked = std::make_shared<Array<Index>>(index);
    for (Index& place : checked->storage()) place = checked_index(operation, place, extent, axis, where);
    return checked;
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

} // namespace

template <Scalar T>
Variable<T> slice(const Variable<T>& x, const std::vector<Range>& ranges, SourceLocation where) {
    if (ranges.size() > x.dimension()) {
        throw ShapeError("slice: " + std::to_string(ranges.size()) + " ranges for an array of shape " + to_string(x.shape()), where);
    }
    Slice primitive;
    Shape without_singles;
    for (std::size_t axis = 0; axis < x.dimension(); ++axis) {
        const Range range  = axis < ranges.size() ? ranges[axis] : Range::all();
        const Index extent = static_cast<Index>(x.shape()[axis]);
        const Span  span =
            range.single() ? Span{checked_index("slice", range.start(), x.shape()[axis], axis, where), 1} : resolve(range, extent, axis, where);
        primitive.lattice.starts.push_back(span.start);
        primitive.lattice.steps.push_back(range.step());
        primitive.shape.push_back(static_cast<std::size_t>(span.count));
        if (!range.single()) without_singles.push_back(static_cast<std::size_t>(span.count));
    }
    const Variable<T> part = apply<Slice, T>(std::move(primitive), where, x);
    return part.shape() == without_singles ? part : reshape<T>(part, without_singles, where);
}

template <Scalar T>
Variable<T> pad(const Variable<T>& x, const std::vector<std::array<Index, 2>>& widths, SourceLocation where) {
    if (widths.size() != x.dimension()) {
        throw ShapeError("pad: " + std::to_string(widths.size()) + " pairs of widths for an array of shape " + to_string(x.shape()), where);
    }
    Pad primitive;
    for (std::size_t axis = 0; axis < x.dimension(); ++axis) {
        if (widths[axis][0] < 0 || widths[axis][1] < 0)
            throw ValueError("pad: a width on axis " + std::to_string(axis) + " is negative; slice() removes elements", where);
        primitive.lattice.starts.push_back(widths[axis][0]);
        primitive.lattice.steps.push_back(1);
        primitive.shape.push_back(x.shape()[axis] + static_cast<std::size_t>(widths[axis][0] + widths[axis][1]));
    }
    return apply<Pad, T>(std::move(primitive), where, x);
}

template <Scalar T>
Variable<T> gather(const Variable<T>& x, const Array<Index>& index, Index axis, SourceLocation where) {
    Gather primitive;
    primitive.axis = normalize_axis("gather", axis, x.dimension(), where);
    check_alike_but_for("gather", x.shape(), index.shape(), primitive.axis, where);
    primitive.index = checked_indices("gather", index, x.shape()[primitive.axis], primitive.axis, where);
    return apply<Gather, T>(std::move(primitive), where, x);
}

template <Scalar T>
Variable<T> scatter_add(const Variable<T>& x, const Array<Index>& index, Index axis, const Extents& shape, SourceLocation where) {
    ScatterAdd primitive;
    for (const Index extent : shape.listed()) {
        if (extent < 0) throw ShapeError("scatter_add: an extent of the result is negative", where);
        primitive.shape.push_back(static_cast<std::size_t>(extent));
    }
    element_count(primitive.shape, where);
    primitive.axis = normalize_axis("scatter_add", axis, primitive.shape.size(), where);
    check_alike_but_for("scatter_add", primitive.shape, index.shape(), primitive.axis, where);
    if (index.shape() != x.shape()) {
        throw ShapeError("scatter_add: the array has shape " + to_string(x.shape()) + ", its index " + to_string(index.shape()), where);
    }
    primitive.index = checked_indices("scatter_add", index, primitive.shape[primitive.axis], primitive.axis, where);
    return apply<ScatterAdd, T>(std::move(primitive), where, x);
}

#define XTGRAD_INSTANTIATE(T)                                                                                                                        \
    template Variable<T> slice<T>(const Variable<T>&, const std::vector<Range>&, SourceLocation);                                                    \
    template Variable<T> pad<T>(const Variable<T>&, const std::vector<std::array<Index, 2>>&, SourceLocation);                                       \
    template Variable<T> gather<T>(const Variable<T>&, const Array<Index>&, Index, SourceLocation);                                                  \
    template Variable<T> scatter_add<T>(const Variable<T>&, const Array<Index>&, Index, const Extents&, SourceLocation);
XTGRAD_INSTANTIATE(float)
XTGRAD_INSTANTIATE(double)
#undef XTGRAD_INSTANTIATE

} // namespace ops

XTGRAD_COMPILE_PRIMITIVE(Slice)
XTGRAD_COMPILE_PRIMITIVE(Pad)
XTGRAD_COMPILE_PRIMITIVE(Gather)
XTGRAD_COMPILE_PRIMITIVE(ScatterAdd)

} // namespace xtgrad
