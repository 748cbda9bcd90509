#include <algorithm>
#include <numeric>

#include <xtgrad/autograd/ops/indices.hpp>

// Elements repeated, reversed, shifted and turned.

namespace xtgrad::ops {

namespace {

std::size_t checked_count(std::string_view operation, Index count, SourceLocation where) {
    if (count < 0) throw ValueError(std::string(operation) + ": the count " + std::to_string(count) + " is negative", where);
    return static_cast<std::size_t>(count);
}

std::size_t product(std::string_view operation, std::size_t extent, std::size_t count, SourceLocation where) {
    std::size_t result = 0;
    if (__builtin_mul_overflow(extent, count, &result)) {
        throw ShapeError(std::string(operation) + ": an extent of " + std::to_string(extent) + ", " + std::to_string(count) + " times, is too large",
                         where);
    }
    return result;
}

} // namespace

template <Scalar T>
Variable<T> repeat(const Variable<T>& x, Index count, SourceLocation where) {
    element_count({product("repeat", x.size(), checked_count("repeat", count, where), where)}, where);
    return repeat<T>(ravel<T>(x, where), count, 0, where);
}

template <Scalar T>
Variable<T> repeat(const Variable<T>& x, Index count, Index axis, SourceLocation where) {
    const std::size_t along = normalize_axis("repeat", axis, x.dimension(), where);
    const std::size_t times = checked_count("repeat", count, where);
    Shape             shape = x.shape();
    shape[along]            = product("repeat", shape[along], times, where);
    element_count(shape, where);
    return reshape<T>(broadcast_to<T>(expand_dims<T>(x, along + 1, where), with_axis(x.shape(), along + 1, times), where), shape, where);
}

template <Scalar T>
Variable<T> repeat(const Variable<T>& x, const std::vector<Index>& counts, Index axis, SourceLocation where) {
    const std::size_t along = normalize_axis("repeat", axis, x.dimension(), where);
    if (counts.size() != x.shape()[along]) {
        throw ShapeError(
            "repeat: " + std::to_string(counts.size()) + " counts for axis " + std::to_string(along) + " of shape " + to_string(x.shape()), where);
    }
    PlaceList places;
    for (std::size_t place = 0; place < counts.size(); ++place)
        places.insert(places.end(), checked_count("repeat", counts[place], where), static_cast<Index>(place));
    return pick<T>(x, places, along, where);
}

template <Scalar T>
Variable<T> tile(const Variable<T>& x, const std::vector<Index>& counts, SourceLocation where) {
    const std::size_t rank = std::max(x.dimension(), counts.size());
    // Each axis that is repeated gets one before it, along which the copies stand.
    Shape apart;
    Shape copies;
    Shape result;
    for (std::size_t axis = 0; axis < rank; ++axis) {
        const std::size_t before_x      = rank - x.dimension();
        const std::size_t before_counts = rank - counts.size();
        const std::size_t extent        = axis < before_x ? 1 : x.shape()[axis - before_x];
        const std::size_t times         = axis < before_counts ? 1 : checked_count("tile", counts[axis - before_counts], where);
        if (times != 1) {
            apart.push_back(1);
            copies.push_back(times);
        }
        apart.push_back(extent);
        copies.push_back(extent);
        result.push_back(product("tile", extent, times, where));
    }
    element_count(result, where);
    return reshape<T>(broadcast_to<T>(reshape<T>(x, apart, where), copies, where), result, where);
}

template <Scalar T>
Variable<T> flip(const Variable<T>& x, const Axes& axes, SourceLocation where) {
    const AxisList     reversed = axes.normalized("flip", x.dimension(), where);
    std::vector<Range> ranges(x.dimension(), Range::all());
    for (const std::size_t axis : reversed) ranges[axis] = Range::every(-1);
    return slice<T>(x, ranges, where);
}

template <Scalar T>
Variable<T> roll(const Variable<T>& x, const std::vector<Index>& shifts, const Axes& axes, SourceLocation where) {
    const std::size_t named = axes.is_every() ? 1 : axes.listed().size();
    if (named != shifts.size()) {
        throw ShapeError("roll: " + std::to_string(shifts.size()) + (shifts.size() == 1 ? " shift for " : " shifts for ") +
                             (axes.is_every() ? std::string("the flattened array") : std::to_string(named) + (named == 1 ? " axis" : " axes")),
                         where);
    }
    if (axes.is_every()) return reshape<T>(roll<T>(ravel<T>(x, where), shifts, 0, where), x.shape(), where);
    for (const Index axis : axes.listed()) normalize_axis("roll", axis, x.dimension(), where);
    Variable<T> result = x;
    for (std::size_t entry = 0; entry < shifts.size(); ++entry) {
        const std::size_t axis   = normalize_axis("roll", axes.listed()[entry], x.dimension(), where);
        const auto        extent = static_cast<Index>(x.shape()[axis]);
        PlaceList         places(static_cast<std::size_t>(extent));
        std::iota(places.begin(), places.end(), Index{0});
        if (extent > 0) {
            const Index back = (shifts[entry] % extent + extent) % extent;
            std::rotate(places.begin(), places.end() - back, places.end());
        }
        result = pick<T>(result, places, axis, where);
    }
    return result;
}

template <Scalar T>
Variable<T> rot90(const Variable<T>& x, Index count, const std::array<Index, 2>& axes, SourceLocation where) {
    const std::size_t first  = normalize_axis("rot90", axes[0], x.dimension(), where);
    const std::size_t second = normalize_axis("rot90", axes[1], x.dimension(), where);
    if (first == second) throw ShapeError("rot90: axis " + std::to_string(first) + " is named twice; a plane has two", where);
    switch ((count % 4 + 4) % 4) {
    case 0:
        return alias<T>(x, where);
    case 1:
        return swapaxes<T>(flip<T>(x, second, where), axes[0], axes[1], where);
    case 2:
        return flip<T>(x, {axes[0], axes[1]}, where);
    default:
        return flip<T>(swapaxes<T>(x, axes[0], axes[1], where), second, where);
    }
}

#define XTGRAD_INSTANTIATE(T)                                                                                                                        \
    template Variable<T> repeat<T>(const Variable<T>&, Index, SourceLocation);                                                                       \
    template Variable<T> repeat<T>(const Variable<T>&, Index, Index, SourceLocation);                                                                \
    template Variable<T> repeat<T>(const Variable<T>&, const std::vector<Index>&, Index, SourceLocation);                                            \
    template Variable<T> tile<T>(const Variable<T>&, const std::vector<Index>&, SourceLocation);                                                     \
    template Variable<T> flip<T>(const Variable<T>&, const Axes&, SourceLocation);                                                                   \
    template Variable<T> roll<T>(const Variable<T>&, const std::vector<Index>&, const Axes&, SourceLocation);                                        \
    template Variable<T> rot90<T>(const Variable<T>&, Index, const std::array<Index, 2>&, SourceLocation);
XTGRAD_INSTANTIATE(float)
XTGRAD_INSTANTIATE(double)
#undef XTGRAD_INSTANTIATE

} // namespace xtgrad::ops
