#pragma once

#include <memory>

#include <xtgrad/autograd/convolution.hpp>
#include <xtgrad/autograd/kernels/pooling.hpp>
#include <xtgrad/autograd/primitive.hpp>
#include <xtgrad/autograd/primitives/reference.hpp>

namespace xtgrad {

/// What a pooling and the gradients through it share. The winners are known once the pooling is computed, and found anew where it is computed
/// again, as a compiled program does.
struct PoolingPlan {
    kernels::Pooling                  extents{};
    Shape                             image_shape{};
    Shape                             result_shape{};
    std::shared_ptr<kernels::Winners> winners{};

    /// What a computation leaves for others beside its result.
    const void* side_result() const noexcept { return winners.get(); }

    /// Calls visit(place in the result, place in the image) for each element under each window, a window's in row-major order.
    template <class Visit>
    void for_each_element(Visit&& visit) const {
        for_each_index(result_shape, [&](const GridIndex& y) {
            for_each_index({extents.window.height, extents.window.width}, [&](const GridIndex& under) {
                const std::size_t row    = y[2] * extents.stride.height + under[0] * extents.dilation.height;
                const std::size_t column = y[3] * extents.stride.width + under[1] * extents.dilation.width;
                if (row < extents.padding.height || row >= extents.image.height + extents.padding.height) return;
                if (column < extents.padding.width || column >= extents.image.width + extents.padding.width) return;
                visit(y, GridIndex{y[0], y[1], row - extents.padding.height, column - extents.padding.width});
            });
        });
    }
    template <class Visit>
    void for_each_winner(Visit&& visit) const {
        std::size_t place = 0;
        for_each_index(result_shape, [&](const GridIndex& y) {
            const std::size_t winner = winners->visit([&](const auto* all) { return std::size_t{all[place]}; });
            ++place;
            visit(y, GridIndex{y[0], y[1],
                               y[2] * extents.stride.height + winner / extents.window.width * extents.dilation.height - extents.padding.height,
                               y[3] * extents.stride.width + winner % extents.window.width * extents.dilation.width - extents.padding.width});
        });
    }

    template <Scalar T>
    static Variable<T> scattered(const PoolingPlan& plan, const Variable<T>& g);
    template <Scalar T>
    static Variable<T> gathered(const PoolingPlan& plan, const Variable<T>& x);
};

/// The largest element under a window at each of its places. The first of equals takes the whole gradient, NaN is larger than any number.
struct MaxPool2d : PoolingPlan {
    static constexpr std::string_view name  = "max_pool2d";
    static constexpr std::size_t      arity = 1;

    PerSide          window{1};
    MaxPool2dOptions options{};

    void infer(SourceLocation where, const Shape& x);
    template <Scalar T>
    Value<T> forward(const Value<T>& x) {
        Value<T> y = Value<T>::uninitialized(result_shape);
        if (winners == nullptr) winners = std::allocate_shared<kernels::Winners>(PoolAllocator<kernels::Winners>(), extents);
        kernels::max_pool<T>(extents, x.data(), y.mutable_data(), *winners);
        return y;
    }
    template <Scalar T>
    Variable<T> vjp(const Variable<T>& g) const {
        return scattered<T>(*this, g);
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x) const {
        Grid<Q>           y(result_shape);
        std::vector<bool> found(y.elements.size(), false);
        for_each_element([&](const GridIndex& of_y, const GridIndex& of_x) {
            const std::size_t place = y.offset(of_y);
            if (!found[place] || y[of_y] < x[of_x]) y[of_y] = x[of_x];
            found[place] = true;
        });
        return y;
    }
    static std::vector<Sample<MaxPool2d>> samples() {
        std::vector<Sample<MaxPool2d>> samples;
        const auto                     add = [&](const PerSide& of_window, const MaxPool2dOptions& with, const Shape& shape) {
            MaxPool2d primitive;
            primitive.window  = of_window;
            primitive.options = with;
            samples.push_back({primitive, {sample_array(shape)}});
        };
        add(1, {}, {1, 2, 2, 3});
        add(2, {}, {2, 3, 4, 6});
        add(2, {}, {1, 2, 5, 3});
        add(2, {}, {2, 1, 2, 40});
        add({1, 3}, {}, {1, 1, 1, 9});
        add({3, 4}, {}, {2, 2, 3, 4});
        add(2, {}, {0, 2, 4, 4});
        add(3, {.stride = 1}, {1, 2, 4, 5});
        add(3, {.stride = 2, .padding = 1}, {2, 1, 5, 4});
        add({2, 3}, {.stride = {2, 1}, .padding = {1, 0}, .dilation = {1, 2}}, {1, 2, 3, 6});
        add(2, {.stride = 3, .dilation = 2}, {1, 1, 6, 7});
        add({1, 300}, {.stride = 60}, {1, 1, 1, 500});
        return samples;
    }
    /// Those samples once they are computed: plans with winners.
    static std::vector<PoolingPlan> sample_plans() {
        std::vector<PoolingPlan> plans;
        for (Sample<MaxPool2d>& sample : samples()) {
            sample.primitive.infer({}, sample.inputs[0].shape());
            sample.primitive.forward(Value<double>(Array<double>(sample.inputs[0])));
            plans.push_back(sample.primitive);
        }
        return plans;
    }
};

/// Zeros, to which each element is added at the winner of its window. The adjoint is GatherWinners.
struct ScatterToWinners : PoolingPlan {
    static constexpr std::string_view name  = "scatter_to_winners";
    static constexpr std::size_t      arity = 1;

    void infer(SourceLocation, const Shape&) {}
    template <Scalar T>
    Value<T> forward(const Value<T>& g) const {
        Value<T> dx = Value<T>::uninitialized(image_shape);
        kernels::scatter_to_winners<T>(extents, *winners, g.data(), dx.mutable_data());
        return dx;
    }
    template <Scalar T>
    Variable<T> vjp(const Variable<T>& h) const {
        return gathered<T>(*this, h);
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& g) const {
        Grid<Q> dx(image_shape);
        for_each_winner([&](const GridIndex& of_y, const GridIndex& of_x) { dx[of_x] = dx[of_x] + g[of_y]; });
        return dx;
    }
    static std::vector<Sample<ScatterToWinners>> samples() {
        std::vector<Sample<ScatterToWinners>> samples;
        for (const PoolingPlan& plan : MaxPool2d::sample_plans()) samples.push_back({{plan}, {sample_array(plan.result_shape)}});
        return samples;
    }
};

/// The element at the winner of each window. The adjoint is ScatterToWinners.
struct GatherWinners : PoolingPlan {
    static constexpr std::string_view name  = "gather_winners";
    static constexpr std::size_t      arity = 1;

    void infer(SourceLocation, const Shape&) {}
    template <Scalar T>
    Value<T> forward(const Value<T>& x) const {
        Value<T> y = Value<T>::uninitialized(result_shape);
        kernels::gather_winners<T>(extents, *winners, x.data(), y.mutable_data());
        return y;
    }
    template <Scalar T>
    Variable<T> vjp(const Variable<T>& g) const {
        return scattered<T>(*this, g);
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x) const {
        Grid<Q> y(result_shape);
        for_each_winner([&](const GridIndex& of_y, const GridIndex& of_x) { y[of_y] = x[of_x]; });
        return y;
    }
    static std::vector<Sample<GatherWinners>> samples() {
        std::vector<Sample<GatherWinners>> samples;
        for (const PoolingPlan& plan : MaxPool2d::sample_plans()) samples.push_back({{plan}, {sample_array(plan.image_shape)}});
        return samples;
    }
};

} // namespace xtgrad
