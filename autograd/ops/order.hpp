#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include <xtgrad/autograd/primitives/lines.hpp>

namespace xtgrad::ops {

/// An element of a line and its place there.
template <Scalar T>
struct Placed {
    T     element;
    Index place;
};

/// Whether `a` comes before `b` in ascending order: NaN last.
template <Scalar T>
bool before(T a, T b) {
    return a < b || (std::isnan(b) && !std::isnan(a));
}

/// Sorts the first `count` of `line`; equals by place, the first first. NaN is larger than any number.
template <Scalar T>
void order(std::vector<Placed<T>>& line, std::size_t count, bool descending) {
    const auto ahead = [descending](const Placed<T>& a, const Placed<T>& b) {
        const bool a_first = descending ? before(b.element, a.element) : before(a.element, b.element);
        const bool b_first = descending ? before(a.element, b.element) : before(b.element, a.element);
        return a_first || (!b_first && a.place < b.place);
    };
    const auto middle = line.begin() + static_cast<std::ptrdiff_t>(count);
    if (count == line.size()) {
        std::sort(line.begin(), line.end(), ahead);
    } else {
        std::partial_sort(line.begin(), middle, line.end(), ahead);
    }
}

/// Sorts each line; calls `put(place in the result, element)`, where the result has `count` elements along the axis.
template <Scalar T, class Put>
void order_lines(const Lines& lines, const T* x, std::size_t count, bool descending, Put&& put) {
    std::vector<Placed<T>> line(lines.length);
    lines.for_each([&](std::size_t first, std::size_t index) {
        for (std::size_t place = 0; place < lines.length; ++place) line[place] = {x[first + place * lines.inner], static_cast<Index>(place)};
        order(line, count, descending);
        const std::size_t to = index / lines.inner * count * lines.inner + index % lines.inner;
        for (std::size_t rank = 0; rank < count; ++rank) put(to + rank * lines.inner, line[rank]);
    });
}

/// How many of an axis topk() takes; throws ValueError where it does not have as many. In ops/sorting.cpp.
std::size_t checked_count(std::string_view operation, Index k, const Shape& shape, std::size_t axis, SourceLocation where);

} // namespace xtgrad::ops
