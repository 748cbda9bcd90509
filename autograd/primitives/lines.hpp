#pragma once

#include <xtgrad/autograd/primitives/reference.hpp>

// What works on each line along one axis by itself.

namespace xtgrad {

/// The lines of a contiguous array along one axis: `outer` × `inner` of them, of `length` elements that are `inner` apart.
struct Lines {
    std::size_t outer  = 1;
    std::size_t length = 1;
    std::size_t inner  = 1;

    Lines(const Shape& shape, std::size_t axis) : length(shape[axis]) {
        for (std::size_t before = 0; before < axis; ++before) outer *= shape[before];
        for (std::size_t after = axis + 1; after < shape.size(); ++after) inner *= shape[after];
    }
    /// Calls visit(place of the line's first element, index of the line).
    template <class Visit>
    void for_each(Visit&& visit) const {
        for (std::size_t o = 0; o < outer; ++o) {
            for (std::size_t i = 0; i < inner; ++i) visit(o * length * inner + i, o * inner + i);
        }
    }
};

/// A scan over plain loops: `first(place)` where a line begins, `next(value before, place)` after it.
template <class Q, class First, class Next>
Grid<Q> scan_grid(const Shape& shape, std::size_t axis, bool reverse, First&& first, Next&& next) {
    Grid<Q> y(shape);
    for_each_index(shape, [&](const GridIndex& index) {
        GridIndex at = index;
        if (reverse) at[axis] = shape[axis] - 1 - index[axis];
        GridIndex before = at;
        before[axis]     = reverse ? at[axis] + 1 : at[axis] - 1;
        y[at]            = index[axis] == 0 ? first(at) : next(y[before], at);
    });
    return y;
}

/// Each axis of arrays of several ranks, a line of one element and none, lines longer than a block, and more of them than a vector has lanes.
template <class P>
std::vector<Sample<P>> line_samples(double low = -3, double high = 3) {
    std::vector<Sample<P>> samples;
    const auto             add = [&](const Shape& shape, std::size_t axis) {
        samples.emplace_back();
        samples.back().primitive.axis = axis;
        samples.back().inputs.assign(P::arity, sample_array(shape, low, high));
        for (std::size_t input = 1; input < P::arity; ++input) {
            for (double& element : samples.back().inputs[input].storage()) element = 0.25 - element / 2;
        }
    };
    add({1}, 0);
    add({5}, 0);
    add({2, 3}, 0);
    add({2, 3}, 1);
    add({2, 3, 4}, 1);
    add({3, 1, 2}, 1);
    add({4, 35}, 0);
    add({3, 70}, 1);
    add({0, 3}, 1);
    add({3, 0}, 1);
    return samples;
}

} // namespace xtgrad
