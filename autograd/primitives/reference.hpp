#pragma once

#include <algorithm>
#include <numeric>
#include <vector>

#include <xtgrad/array/random.hpp>
#include <xtgrad/autograd/primitive.hpp>

// What the references of structured primitives are written in: plain loops over index vectors, for numbers of any type, apart from the
// kernels they check.

namespace xtgrad {

using GridIndex = std::vector<std::size_t>;

template <class Q>
struct Grid {
    Shape          shape;
    std::vector<Q> elements;

    explicit Grid(Shape extents) : shape(std::move(extents)) {
        std::size_t count = 1;
        for (const std::size_t extent : shape) count *= extent;
        elements.assign(count, Q(0));
    }
    std::size_t offset(const GridIndex& index) const {
        std::size_t place = 0;
        for (std::size_t axis = 0; axis < shape.size(); ++axis) place = place * shape[axis] + index[axis];
        return place;
    }
    Q&       operator[](const GridIndex& index) { return elements[offset(index)]; }
    const Q& operator[](const GridIndex& index) const { return elements[offset(index)]; }
};

template <class Visit>
void for_each_index(const Shape& shape, Visit&& visit) {
    GridIndex   index(shape.size(), 0);
    std::size_t count = 1;
    for (const std::size_t extent : shape) count *= extent;
    for (std::size_t step = 0; step < count; ++step) {
        visit(static_cast<const GridIndex&>(index));
        for (std::size_t axis = shape.size(); axis-- > 0;) {
            if (++index[axis] < shape[axis]) break;
            index[axis] = 0;
        }
    }
}

/// Gathers the elements along `axes` for each place of the result, whose reduced axes have extent 1, and reduces each group.
template <class Q, class Reduce>
Grid<Q> reduce_grid(const Grid<Q>& x, const AxisList& axes, Reduce&& reduce) {
    Shape shape = x.shape;
    for (const std::size_t axis : axes) shape[axis] = 1;
    Grid<Q>                     result(shape);
    std::vector<std::vector<Q>> groups(result.elements.size());
    for_each_index(x.shape, [&](const GridIndex& index) {
        GridIndex place = index;
        for (const std::size_t axis : axes) place[axis] = 0;
        groups[result.offset(place)].push_back(x[index]);
    });
    for (std::size_t place = 0; place < groups.size(); ++place) result.elements[place] = reduce(groups[place]);
    return result;
}

/// Draws for samples: the same on every run.
inline Array<double> sample_array(const Shape& shape, double low = -3, double high = 3) {
    std::size_t seed = 17;
    for (const std::size_t extent : shape) seed = seed * 31 + extent;
    return Random(seed).uniform_array<double>(shape, low, high);
}

/// Every kind of axes: none, one, several, all; 0-d and, where the operation allows it, nothing to reduce.
template <class P>
std::vector<Sample<P>> reduction_samples(bool of_nothing = true) {
    std::vector<Sample<P>> samples;
    const auto             add = [&](const Shape& shape, AxisList axes, bool keeps = true) {
        P primitive;
        primitive.axes = std::move(axes);
        primitive.keep = keeps;
        samples.push_back({primitive, {sample_array(shape)}});
    };
    add({}, {});
    add({1}, {0});
    add({5}, {0});
    add({37}, {0});
    add({2, 3}, {});
    add({2, 3}, {0});
    add({2, 3}, {1});
    add({2, 3}, {0, 1});
    add({3, 21}, {0});
    add({2, 3, 4}, {1});
    add({2, 3, 4}, {0, 2});
    add({2, 3, 4}, {0, 2}, false);
    add({3, 2}, {0, 1}, false);
    add({2, 1, 2, 3}, {0, 1, 3});
    add({2100}, {0});
    add({70, 40}, {0});
    add({40, 70}, {1});
    add({5, 30, 20}, {1});
    add({0, 3}, {1});
    if (of_nothing) {
        add({0}, {0});
        add({2, 0, 3}, {1});
    }
    return samples;
}

} // namespace xtgrad
