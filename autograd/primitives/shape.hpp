#pragma once

#include <numeric>

#include <xtgrad/autograd/kernels/copy.hpp>
#include <xtgrad/autograd/primitive.hpp>
#include <xtgrad/autograd/primitives/reference.hpp>

namespace xtgrad {

/// Distances between neighbours along each axis, in elements.
using Steps = xt::svector<std::ptrdiff_t, 4>;

/// Those of a row-major array.
inline Steps row_major_steps(const Shape& shape) {
    Steps          steps(shape.size());
    std::ptrdiff_t step = 1;
    for (std::size_t axis = shape.size(); axis-- > 0; step *= static_cast<std::ptrdiff_t>(shape[axis])) steps[axis] = step;
    return steps;
}

/// The same value at a place of its own: what a nested gradient differentiates by.
struct Alias {
    static constexpr std::string_view name  = "alias";
    static constexpr std::size_t      arity = 1;

    void infer(SourceLocation, const Shape&) {}
    template <Scalar T>
    Value<T> forward(const Value<T>& x) const {
        return x.viewed_as(x.shape());
    }
    template <Scalar T>
    Variable<T> vjp(const Variable<T>& g) const {
        return g;
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x) const {
        return x;
    }
    static std::vector<Sample<Alias>> samples() { return {{{}, {sample_array({})}}, {{}, {sample_array({2, 3})}}, {{}, {sample_array({0, 3})}}}; }
};

struct Reshape {
    static constexpr std::string_view name  = "reshape";
    static constexpr std::size_t      arity = 1;

    Shape shape;
    Shape input_shape{};
    bool  operator==(const Reshape&) const = default;

    void infer(SourceLocation, const Shape& x) { input_shape = x; }
    template <Scalar T>
    Value<T> forward(const Value<T>& x) const {
        return x.viewed_as(shape);
    }
    template <Scalar T>
    Variable<T> vjp(const Variable<T>& g) const {
        return reshape(g, input_shape);
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x) const {
        Grid<Q> result(shape);
        result.elements = x.elements;
        return result;
    }
    static std::vector<Sample<Reshape>> samples() {
        return {{{.shape = {}}, {sample_array({1})}},
                {{.shape = {6}}, {sample_array({2, 3})}},
                {{.shape = {3, 1, 2}}, {sample_array({2, 3})}},
                {{.shape = {40, 30}}, {sample_array({30, 40})}},
                {{.shape = {0, 7}}, {sample_array({0, 3})}}};
    }
};

struct Transpose {
    static constexpr std::string_view name  = "transpose";
    static constexpr std::size_t      arity = 1;

    AxisList axes; // axes[i] is where axis i of the result comes from
    bool     operator==(const Transpose&) const = default;

    void infer(SourceLocation, const Shape&) {}
    template <Scalar T>
    Value<T> forward(const Value<T>& x) const {
        const Steps from = row_major_steps(x.shape());
        Shape       shape(axes.size());
        Steps       from_steps(axes.size());
        for (std::size_t axis = 0; axis < axes.size(); ++axis) {
            shape[axis]      = x.shape()[axes[axis]];
            from_steps[axis] = from[axes[axis]];
        }
        Value<T> y = Value<T>::uninitialized(shape);
        kernels::copy_strided<T>(shape, y.mutable_data(), row_major_steps(shape), x.data(), from_steps);
        return y;
    }
    template <Scalar T>
    Variable<T> vjp(const Variable<T>& g) const {
        std::vector<Index> inverse(axes.size());
        for (std::size_t axis = 0; axis < axes.size(); ++axis) inverse[axes[axis]] = static_cast<Index>(axis);
        return transpose(g, Axes(inverse));
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x) const {
        Shape shape(axes.size());
        for (std::size_t axis = 0; axis < axes.size(); ++axis) shape[axis] = x.shape[axes[axis]];
        Grid<Q> y(shape);
        for_each_index(shape, [&](const GridIndex& index) {
            GridIndex from(index.size());
            for (std::size_t axis = 0; axis < axes.size(); ++axis) from[axes[axis]] = index[axis];
            y[index] = x[from];
        });
        return y;
    }
    static std::vector<Sample<Transpose>> samples() {
        return {{{.axes = {}}, {sample_array({})}},           {{.axes = {0}}, {sample_array({3})}},
                {{.axes = {1, 0}}, {sample_array({2, 3})}},   {{.axes = {2, 0, 1}}, {sample_array({2, 3, 4})}},
                {{.axes = {1, 0}}, {sample_array({35, 41})}}, {{.axes = {1, 0}}, {sample_array({0, 3})}}};
    }
};

struct BroadcastTo {
    static constexpr std::string_view name  = "broadcast_to";
    static constexpr std::size_t      arity = 1;

    Shape shape;
    Shape input_shape{};
    bool  operator==(const BroadcastTo&) const = default;

    void infer(SourceLocation, const Shape& x) { input_shape = x; }
    template <Scalar T>
    Value<T> forward(const Value<T>& x) const {
        // The gradient of a sum of all elements: one number, which the next operation reads in place.
        if (x.size() == 1) return Value<T>::repeated(shape, *x.data());
        Value<T>   y = Value<T>::uninitialized(shape);
        Steps      from(shape.size(), 0);
        const auto own = row_major_steps(x.shape());
        for (std::size_t back = 1; back <= x.dimension(); ++back) {
            if (x.shape()[x.dimension() - back] != 1) from[shape.size() - back] = own[x.dimension() - back];
        }
        kernels::copy_strided<T>(shape, y.mutable_data(), row_major_steps(shape), x.data(), from);
        return y;
    }
    // The sum over the repeated axes is what the sweep does with any contribution of a broadcast shape.
    template <Scalar T>
    Variable<T> vjp(const Variable<T>& g) const {
        return g;
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x) const {
        Grid<Q> y(shape);
        for_each_index(shape, [&](const GridIndex& index) {
            GridIndex from(index.end() - static_cast<std::ptrdiff_t>(x.shape.size()), index.end());
            for (std::size_t axis = 0; axis < from.size(); ++axis) from[axis] = x.shape[axis] == 1 ? 0 : from[axis];
            y[index] = x[from];
        });
        return y;
    }
    static std::vector<Sample<BroadcastTo>> samples() {
        return {{{.shape = {3}}, {sample_array({})}},           {{.shape = {2, 3}}, {sample_array({3})}},
                {{.shape = {2, 3}}, {sample_array({2, 1})}},    {{.shape = {4, 2, 3}}, {sample_array({1, 2, 1})}},
                {{.shape = {37, 41}}, {sample_array({37, 1})}}, {{.shape = {37, 41}}, {sample_array({41})}},
                {{.shape = {0, 3}}, {sample_array({1, 3})}}};
    }
};

struct Concatenate {
    static constexpr std::string_view name  = "concatenate";
    static constexpr std::size_t      arity = 0;

    std::size_t        axis = 0;
    std::vector<Shape> input_shapes{};
    bool               operator==(const Concatenate&) const = default;

    void infer(SourceLocation where, const std::vector<Shape>& shapes);
    template <Scalar T>
    Value<T> forward(const std::vector<Value<T>>& parts) const {
        Shape shape = input_shapes.front();
        shape[axis] = 0;
        for (const Shape& part : input_shapes) shape[axis] += part[axis];
        const std::size_t outer =
            std::accumulate(shape.begin(), shape.begin() + static_cast<std::ptrdiff_t>(axis), std::size_t{1}, std::multiplies<>());
        Value<T> y  = Value<T>::uninitialized(shape);
        T*       to = y.mutable_data();
        for (std::size_t row = 0; row < outer; ++row) {
            for (const Value<T>& part : parts) {
                const std::size_t count = part.size() / outer;
                to                      = std::copy_n(part.data() + row * count, count, to);
            }
        }
        return y;
    }
    template <Scalar T>
    auto vjp(const Variable<T>& g) const {
        return [this, g](std::size_t input) {
            Index start = 0;
            for (std::size_t before = 0; before < input; ++before) start += static_cast<Index>(input_shapes[before][axis]);
            std::vector<Range> ranges(axis, Range::all());
            ranges.emplace_back(start, start + static_cast<Index>(input_shapes[input][axis]));
            return slice(g, ranges);
        };
    }
    template <class Q>
    Grid<Q> reference(const std::vector<Grid<Q>>& parts) const {
        Shape shape = parts.front().shape;
        shape[axis] = 0;
        for (const Grid<Q>& part : parts) shape[axis] += part.shape[axis];
        Grid<Q>     y(shape);
        std::size_t start = 0;
        for (const Grid<Q>& part : parts) {
            for_each_index(part.shape, [&](GridIndex index) {
                const Q& element = part[index];
                index[axis] += start;
                y[index] = element;
            });
            start += part.shape[axis];
        }
        return y;
    }
    static std::vector<Sample<Concatenate>> samples() {
        return {{{.axis = 0}, {sample_array({3})}},
                {{.axis = 0}, {sample_array({2, 3}), sample_array({1, 3})}},
                {{.axis = 1}, {sample_array({2, 3}), sample_array({2, 0}), sample_array({2, 4})}},
                {{.axis = 1}, {sample_array({2, 1, 2}), sample_array({2, 2, 2})}},
                {{.axis = 1}, {sample_array({35, 20}), sample_array({35, 33})}}};
    }
};

/// The values as another scalar type. Its record is one of two types, and so has its own class (ops/cast.cpp).
struct Cast {
    static constexpr std::string_view name = "cast";

    template <Scalar To, Scalar From>
    static Value<To> forward(const Value<From>& x) {
        Value<To> y = Value<To>::uninitialized(x.shape());
        std::transform(x.data(), x.data() + x.size(), y.mutable_data(), [](From element) { return static_cast<To>(element); });
        return y;
    }
    template <Scalar From, Scalar To>
    static Variable<From> vjp(const Variable<To>& g) {
        return cast<From>(g);
    }
    template <class Q>
    static Q reference(Q x) {
        return x;
    }
    /// To the other type and back: to float and back loses digits, so the suite looks at float inputs.
    static std::vector<Array<double>> samples() { return {sample_array({}), sample_array({2, 3}), sample_array({0, 3})}; }
};

} // namespace xtgrad
