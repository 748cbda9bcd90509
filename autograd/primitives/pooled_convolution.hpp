#pragma once

#include <xtgrad/autograd/primitives/convolution.hpp>
#include <xtgrad/autograd/primitives/pooling.hpp>

namespace xtgrad {

/// max_pool2d(conv2d(x, weight, bias)) in one: the whole result of the convolution is never in memory, and its gradients visit the winners alone.
struct PooledConv2d : ConvolutionSum {
    static constexpr std::string_view name  = "conv2d_max_pool2d";
    static constexpr std::size_t      arity = 3;

    PerSide          window{1};
    MaxPool2dOptions pooling_options{};
    kernels::Pooling pooling{};

    void infer(SourceLocation where, const Shape& x, const Shape& weight, const Shape& bias);
    template <Scalar T>
    Value<T> forward(const Value<T>& x, const Value<T>& weight, const Value<T>& bias) {
        if (selection == nullptr) selection = std::allocate_shared<kernels::Selection>(PoolAllocator<kernels::Selection>(), pooling);
        Value<T> y = Value<T>::uninitialized({extents.batch, extents.groups * extents.out_channels, pooling.result.height, pooling.result.width});
        kernels::convolve_and_pool<T>(extents, x.data(), weight.data(), bias.data(), y.mutable_data(), *selection);
        return y;
    }
    template <Scalar T>
    auto vjp_from_input(const Variable<T>& g, const Variable<T>& x, const Variable<T>& weight) const {
        return each([=, this] { return input_gradient<T>(*this, g, weight); }, [=, this] { return weight_gradient<T>(*this, x, g); },
                    [=] {
                        return sum(g, Axes{0, 2, 3});
                    });
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x, const Grid<Q>& weight, const Grid<Q>& bias) const {
        BiasedConv2d convolution{{options}};
        convolution.infer({}, x.shape, weight.shape, bias.shape);
        const Grid<Q> whole = convolution.reference(x, weight, bias);
        MaxPool2d     pool;
        pool.window  = window;
        pool.options = pooling_options;
        pool.infer({}, whole.shape);
        return pool.reference(whole);
    }
    static std::vector<Sample<PooledConv2d>> samples() {
        std::vector<Sample<PooledConv2d>> samples;
        const auto add = [&](const Shape& image, const Shape& weight, const PerSide& of_window, const Conv2dOptions& options = {},
                             const MaxPool2dOptions& of_pooling = {}) {
            PooledConv2d primitive;
            primitive.options         = options;
            primitive.window          = of_window;
            primitive.pooling_options = of_pooling;
            samples.push_back({primitive, {sample_array(image), sample_array(weight), sample_array({weight[0]})}});
        };
        add({1, 1, 5, 5}, {1, 1, 2, 2}, 2);
        add({2, 2, 6, 5}, {3, 2, 3, 2}, 2);
        add({2, 1, 4, 4}, {19, 1, 1, 1}, {2, 4});
        add({1, 16, 3, 3}, {2, 16, 2, 2}, 2);
        add({0, 1, 5, 5}, {2, 1, 2, 2}, 2);
        add({1, 4, 5, 6}, {4, 2, 2, 2}, {2, 3}, {.padding = {1, 0}, .groups = 2});
        add({1, 2, 7, 7}, {2, 2, 2, 2}, 2, {.stride = {1, 2}, .dilation = {1, 2}}, {.stride = 2, .padding = 1});
        add({1, 1, 6, 6}, {2, 1, 2, 3}, 2, {}, {.stride = 1});
        return samples;
    }
};

} // namespace xtgrad
