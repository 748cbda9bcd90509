#include <algorithm>

#include <xtgrad/autograd/apply.hpp>
#include <xtgrad/autograd/ops/indices.hpp>

namespace xtgrad {

template <Scalar T>
Variable<T> Slice::vjp(const Variable<T>& g) const {
    return apply<Pad, T>({.lattice = lattice, .shape = input_shape}, SourceLocation{"", 0}, g);
}

template <Scalar T>
Variable<T> Pad::vjp(const Variable<T>& g) const {
    return apply<Slice, T>({.lattice = lattice, .shape = input_shape}, SourceLocation{"", 0}, g);
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
    Index step;
};

// NumPy's slice.indices().
Span resolve(std::string_view operation, const Range& range, Index extent, std::size_t axis, SourceLocation where) {
    const Index step = range.step();
    if (step == 0) throw ValueError(std::string(operation) + ": the step on axis " + std::to_string(axis) + " is 0", where);
    const Index lowest  = step > 0 ? 0 : -1;
    const Index highest = step > 0 ? extent : extent - 1;
    const auto  bound   = [&](Index place) { return std::clamp(place < 0 ? place + extent : place, lowest, highest); };
    const Index start   = range.has_start() ? bound(range.start()) : (step > 0 ? lowest : highest);
    const Index stop    = range.has_stop() ? bound(range.stop()) : (step > 0 ? highest : lowest);
    const Index length  = step > 0 ? stop - start : start - stop;
    if (length <= 0) return {0, 0, 1};
    // A step that leads out at once may be too large to be multiplied, and the least Index to be negated.
    if (step >= length || step <= -length) return {start, 1, 1};
    return {start, (length - 1) / (step > 0 ? step : -step) + 1, step};
}

// The entries without the marks between axes, one for each axis.
struct Entries {
    std::vector<Range>       of_axes;
    std::vector<std::size_t> new_before; // before which axis new ones stand
};

Entries entries_of(std::string_view operation, const Shape& shape, const std::vector<Range>& ranges, SourceLocation where) {
    const auto axes = static_cast<std::size_t>(
        std::count_if(ranges.begin(), ranges.end(), [](const Range& range) { return !range.is_ellipsis() && !range.is_newaxis(); }));
    if (axes > shape.size())
        throw ShapeError(std::string(operation) + ": " + std::to_string(axes) + " ranges for an array of shape " + to_string(shape), where);
    if (std::count_if(ranges.begin(), ranges.end(), [](const Range& range) { return range.is_ellipsis(); }) > 1)
        throw ShapeError(std::string(operation) + ": there is more than one ellipsis; which axes each stands for is not determined", where);
    Entries entries;
    for (const Range& range : ranges) {
        if (range.is_ellipsis()) {
            entries.of_axes.insert(entries.of_axes.end(), shape.size() - axes, Range::all());
        } else if (range.is_newaxis()) {
            entries.new_before.push_back(entries.of_axes.size());
        } else {
            entries.of_axes.push_back(range);
        }
    }
    entries.of_axes.resize(shape.size(), Range::all());
    return entries;
}

} // namespace

Selection select(std::string_view operation, const Shape& shape, const std::vector<Range>& ranges, SourceLocation where) {
    const Entries entries = entries_of(operation, shape, ranges, where);
    Selection     selection;
    const auto    add_new = [&](std::size_t before) {
        for (auto count = std::count(entries.new_before.begin(), entries.new_before.end(), before); count > 0; --count) selection.result.push_back(1);
    };
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        add_new(axis);
        const Range& range = entries.of_axes[axis];
        const Span   span  = range.single() ? Span{checked_index(operation, range.start(), shape[axis], axis, where), 1, 1}
                                            : resolve(operation, range, static_cast<Index>(shape[axis]), axis, where);
        selection.lattice.starts.push_back(span.start);
        selection.lattice.steps.push_back(span.step);
        selection.spans.push_back(static_cast<std::size_t>(span.count));
        if (!range.single()) selection.result.push_back(static_cast<std::size_t>(span.count));
    }
    add_new(shape.size());
    return selection;
}

template <Scalar T>
Variable<T> slice(const Variable<T>& x, const std::vector<Range>& ranges, SourceLocation where) {
    Selection         selection = select("slice", x.shape(), ranges, where);
    const Variable<T> part      = apply<Slice, T>({.lattice = std::move(selection.lattice), .shape = selection.spans}, where, x);
    return part.shape() == selection.result ? part : reshape<T>(part, selection.result, where);
}

namespace {

// The parts between places that ascend from 0 to the extent.
template <Scalar T>
std::vector<Variable<T>> cut(const Variable<T>& x, const std::vector<Index>& places, std::size_t axis, SourceLocation where) {
    std::vector<Variable<T>> parts;
    std::vector<Range>       ranges(axis, Range::all());
    ranges.push_back(Range::all());
    for (std::size_t part = 0; part + 1 < places.size(); ++part) {
        ranges.back() = Range(places[part], places[part + 1]);
        parts.push_back(slice<T>(x, ranges, where));
    }
    return parts;
}

} // namespace

template <Scalar T>
std::vector<Variable<T>> split(const Variable<T>& x, Index count, Index axis, SourceLocation where) {
    const std::size_t along  = normalize_axis("split", axis, x.dimension(), where);
    const auto        extent = static_cast<Index>(x.shape()[along]);
    if (count < 1) throw ValueError("split: into " + std::to_string(count) + " parts; there must be at least one", where);
    if (extent % count != 0) {
        throw ShapeError("split: " + std::to_string(count) + " equal parts of axis " + std::to_string(along) + " of shape " + to_string(x.shape()) +
                             " are not to be had; give the places where it is to be cut",
                         where);
    }
    std::vector<Index> places;
    for (Index part = 0; part <= count; ++part) places.push_back(part * (extent / count));
    return cut<T>(x, places, along, where);
}

template <Scalar T>
std::vector<Variable<T>> split(const Variable<T>& x, const std::vector<Index>& places, Index axis, SourceLocation where) {
    const std::size_t  along  = normalize_axis("split", axis, x.dimension(), where);
    const auto         extent = static_cast<Index>(x.shape()[along]);
    std::vector<Index> ascending{0};
    for (const Index place : places) {
        const Index from_front = place < 0 ? place + extent : place;
        if (from_front < 0 || from_front > extent) {
            throw ValueError("split: place " + std::to_string(place) + " lies beyond axis " + std::to_string(along) + " of extent " +
                                 std::to_string(extent),
                             where);
        }
        if (from_front < ascending.back()) {
            throw ValueError("split: place " + std::to_string(place) + " lies before the one named before it; places must ascend", where);
        }
        ascending.push_back(from_front);
    }
    ascending.push_back(extent);
    return cut<T>(x, ascending, along, where);
}

namespace {

Shape padded_shape(const Shape& shape, const Widths& widths, PadMode mode, SourceLocation where) {
    if (widths.size() != shape.size())
        throw ShapeError("pad: " + std::to_string(widths.size()) + " pairs of widths for an array of shape " + to_string(shape), where);
    Shape result;
    for (std::size_t axis = 0; axis < widths.size(); ++axis) {
        Index extent = 0;
        if (widths[axis][0] < 0 || widths[axis][1] < 0)
            throw ValueError("pad: a width on axis " + std::to_string(axis) + " is negative; slice() removes elements", where);
        if (__builtin_add_overflow(widths[axis][0], widths[axis][1], &extent) || __builtin_add_overflow(extent, shape[axis], &extent))
            throw ShapeError("pad: the extent of axis " + std::to_string(axis) + " would be too large", where);
        if (mode != PadMode::constant && shape[axis] == 0 && extent > 0) {
            throw ShapeError("pad: axis " + std::to_string(axis) + " of shape " + to_string(shape) + " has no element to " +
                                 (mode == PadMode::edge || mode == PadMode::wrap ? "repeat" : "reflect"),
                             where);
        }
        result.push_back(static_cast<std::size_t>(extent));
    }
    element_count(result, where);
    return result;
}

// The place that a mode takes for one outside of an axis.
Index inside(PadMode mode, Index place, Index extent) {
    if (mode == PadMode::edge || extent == 1) return std::clamp<Index>(place, 0, extent - 1);
    // The edge's own element is passed once or twice on the way there and back.
    const Index twice  = mode == PadMode::symmetric ? 1 : 0;
    const Index period = mode == PadMode::wrap ? extent : 2 * (extent - 1 + twice);
    const Index phase  = ((place % period) + period) % period;
    return phase < extent ? phase : period - twice - phase;
}

} // namespace

template <Scalar T>
Variable<T> pad(const Variable<T>& x, const Widths& widths, PadMode mode, double value, SourceLocation where) {
    const Shape shape = padded_shape(x.shape(), widths, mode, where);
    if (mode == PadMode::constant) {
        Pad primitive{.lattice = {}, .shape = shape, .value = value};
        for (std::size_t axis = 0; axis < x.dimension(); ++axis) {
            primitive.lattice.starts.push_back(widths[axis][0]);
            primitive.lattice.steps.push_back(1);
        }
        return apply<Pad, T>(std::move(primitive), where, x);
    }
    Variable<T> result = x;
    for (std::size_t axis = 0; axis < x.dimension(); ++axis) {
        const auto [before, after] = widths[axis];
        if (before == 0 && after == 0) continue;
        const auto extent = static_cast<Index>(x.shape()[axis]);
        PlaceList  places;
        for (Index place = -before; place < extent + after; ++place) places.push_back(inside(mode, place, extent));
        result = pick<T>(result, places, axis, where);
    }
    return result;
}

template <Scalar T>
Variable<T> pad(const Variable<T>& x, Index width, PadMode mode, double value, SourceLocation where) {
    return pad<T>(x, Widths(x.dimension(), {width, width}), mode, value, where);
}

template <Scalar T>
Variable<T> sliding_window(const Variable<T>& x, const std::vector<Index>& window, const Axes& axes, SourceLocation where) {
    std::vector<Index> listed = axes.listed();
    if (axes.is_every()) {
        listed.resize(x.dimension());
        std::iota(listed.begin(), listed.end(), Index{0});
    }
    if (listed.size() != window.size()) {
        throw ShapeError("sliding_window: " + std::to_string(window.size()) + " widths for " + std::to_string(listed.size()) +
                             (axes.is_every() ? " axes of shape " + to_string(x.shape()) : std::string(" axes")),
                         where);
    }
    // All is checked before anything is recorded. An axis may be named again: its windows have windows.
    AxisList           along;
    std::vector<Shape> shapes;
    Shape              shape = x.shape();
    for (std::size_t entry = 0; entry < window.size(); ++entry) {
        const std::size_t axis  = normalize_axis("sliding_window", listed[entry], x.dimension(), where);
        const Index       width = window[entry];
        if (width < 0) throw ValueError("sliding_window: the width " + std::to_string(width) + " is negative", where);
        if (static_cast<std::size_t>(width) > shape[axis]) {
            throw ShapeError("sliding_window: a window of " + std::to_string(width) + " is wider than axis " + std::to_string(axis) + " of extent " +
                                 std::to_string(shape[axis]),
                             where);
        }
        shape[axis] -= static_cast<std::size_t>(width) - 1;
        along.push_back(axis);
        shapes.push_back(with_axis(shape, axis + 1, static_cast<std::size_t>(width)));
        element_count(shapes.back(), where);
        shape.push_back(static_cast<std::size_t>(width));
    }
    Variable<T> result = x;
    for (std::size_t entry = 0; entry < window.size(); ++entry) {
        PlaceList places;
        for (Index start = 0; start < static_cast<Index>(shapes[entry][along[entry]]); ++start) {
            for (Index place = 0; place < window[entry]; ++place) places.push_back(start + place);
        }
        const Variable<T> windows = reshape<T>(pick<T>(result, places, along[entry], where), shapes[entry], where);
        result                    = moveaxis<T>(windows, static_cast<Index>(along[entry]) + 1, -1, where);
    }
    return result;
}

template <Scalar T>
Variable<T> index_update(const Variable<T>& x, const std::vector<Range>& ranges, const Operand<T>& source, SourceLocation where) {
    const Composition        scope(where);
    const Selection          selection = select("index_update", x.shape(), ranges, where);
    const Variable<T>        values    = broadcast_source<T>("index_update", source, selection.result, where);
    std::vector<Replacement> replacements;
    replacements.reserve(values.size());
    const auto [first, steps] = selection.lattice.in(x.shape());
    const Steps zero(selection.spans.size(), 0);
    // The rows of the part, and within a row its last axis.
    const std::size_t    count = selection.spans.empty() ? 1 : selection.spans.back();
    const std::ptrdiff_t step  = selection.spans.empty() ? 0 : steps.back();
    kernels::for_each_row(selection.spans, steps, zero, [&, start = first](std::ptrdiff_t row, std::ptrdiff_t) {
        for (std::size_t place = 0; place < count; ++place)
            replacements.push_back({static_cast<std::size_t>(start + row + static_cast<std::ptrdiff_t>(place) * step), replacements.size()});
    });
    return replaced<T>(x, values, replacements, where);
}

#define XTGRAD_INSTANTIATE(T)                                                                                                                        \
    template Variable<T>              slice<T>(const Variable<T>&, const std::vector<Range>&, SourceLocation);                                       \
    template std::vector<Variable<T>> split<T>(const Variable<T>&, Index, Index, SourceLocation);                                                    \
    template std::vector<Variable<T>> split<T>(const Variable<T>&, const std::vector<Index>&, Index, SourceLocation);                                \
    template Variable<T>              pad<T>(const Variable<T>&, const Widths&, PadMode, double, SourceLocation);                                    \
    template Variable<T>              pad<T>(const Variable<T>&, Index, PadMode, double, SourceLocation);                                            \
    template Variable<T>              sliding_window<T>(const Variable<T>&, const std::vector<Index>&, const Axes&, SourceLocation);                 \
    template Variable<T>              index_update<T>(const Variable<T>&, const std::vector<Range>&, const Operand<T>&, SourceLocation);
XTGRAD_INSTANTIATE(float)
XTGRAD_INSTANTIATE(double)
#undef XTGRAD_INSTANTIATE

} // namespace ops

XTGRAD_COMPILE_PRIMITIVE(Slice)
XTGRAD_COMPILE_PRIMITIVE(Pad)

} // namespace xtgrad
