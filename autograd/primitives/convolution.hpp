#pragma once

#include <memory>

#include <xtgrad/autograd/convolution.hpp>
#include <xtgrad/autograd/kernels/selected_convolution.hpp>
#include <xtgrad/autograd/primitive.hpp>
#include <xtgrad/autograd/primitives/reference.hpp>

namespace xtgrad {

/// What the sums of a convolution share: y, x and weight are each linear in the other two, and each is the sum over the same products. With a
/// selection y has the positions alone that a pooling chose, in the shape of its result.
struct ConvolutionSum {
    Conv2dOptions                       options{};
    kernels::Convolution                extents{};
    std::shared_ptr<kernels::Selection> selection{};

    /// What a computation leaves for others beside its result.
    const void* side_result() const noexcept { return selection.get(); }

    Shape image_shape() const { return {extents.batch, extents.groups * extents.in_channels, extents.image.height, extents.image.width}; }
    Shape weight_shape() const { return {extents.groups * extents.out_channels, extents.in_channels, extents.kernel.height, extents.kernel.width}; }
    Shape result_shape() const {
        const kernels::Sides& sides = selection == nullptr ? extents.result : selection->pooling.result;
        return {extents.batch, extents.groups * extents.out_channels, sides.height, sides.width};
    }
    /// Where in the whole convolution the element of the result at `place`, of index `y`, stands.
    std::array<std::size_t, 2> position(const GridIndex& y, std::size_t place) const {
        if (selection == nullptr) return {y[2], y[3]};
        const kernels::Pooling& pooling = selection->pooling;
        const std::size_t       winner  = selection->winners.visit([&](const auto* all) { return std::size_t{all[place]}; });
        return {y[2] * pooling.stride.height + winner / pooling.window.width * pooling.dilation.height - pooling.padding.height,
                y[3] * pooling.stride.width + winner % pooling.window.width * pooling.dilation.width - pooling.padding.width};
    }

    /// Calls visit(place in the image, place in the weight, place in the result) for each product.
    template <class Visit>
    void for_each_product(Visit&& visit) const {
        std::size_t place = 0;
        for_each_index(result_shape(), [&](const GridIndex& y) {
            const auto [y_row, y_column] = position(y, place++);
            const std::size_t corner_row = y_row * extents.stride.height, corner_column = y_column * extents.stride.width;
            for_each_index({extents.in_channels, extents.kernel.height, extents.kernel.width}, [&](const GridIndex& under) {
                const std::size_t row    = corner_row + under[1] * extents.dilation.height;
                const std::size_t column = corner_column + under[2] * extents.dilation.width;
                if (row < extents.padding.height || row >= extents.image.height + extents.padding.height) return;
                if (column < extents.padding.width || column >= extents.image.width + extents.padding.width) return;
                visit(GridIndex{y[0], y[1] / extents.out_channels * extents.in_channels + under[0], row - extents.padding.height,
                                column - extents.padding.width},
                      GridIndex{y[1], under[0], under[1], under[2]}, y);
            });
        });
    }
    template <class Q>
    Grid<Q> result_of(const Grid<Q>& x, const Grid<Q>& weight) const {
        Grid<Q> y(result_shape());
        for_each_product(
            [&](const GridIndex& of_x, const GridIndex& of_weight, const GridIndex& of_y) { y[of_y] = y[of_y] + x[of_x] * weight[of_weight]; });
        return y;
    }

    template <Scalar T>
    static Variable<T> result(const ConvolutionSum& sum, const Variable<T>& x, const Variable<T>& weight);
    template <Scalar T>
    static Variable<T> input_gradient(const ConvolutionSum& sum, const Variable<T>& g, const Variable<T>& weight);
    template <Scalar T>
    static Variable<T> weight_gradient(const ConvolutionSum& sum, const Variable<T>& x, const Variable<T>& g);

    /// Sums with a selection, made by a pooled convolution, and inputs for the whole.
    static std::vector<Sample<ConvolutionSum>> selected_samples();

    struct SampleShapes {
        Conv2dOptions options;
        Shape         image, weight;
    };
    /// Strides, padding, dilation and groups; 1×1; a kernel as large as the image; no image; a single row; more channels than a panel of lanes
    /// and fewer than a vector.
    static std::vector<SampleShapes> sample_shapes() {
        return {{{}, {1, 1, 3, 4}, {1, 1, 2, 2}},
                {{}, {2, 2, 4, 4}, {3, 2, 3, 2}},
                {{}, {2, 3, 2, 3}, {2, 3, 1, 1}},
                {{}, {2, 1, 3, 2}, {2, 1, 3, 2}},
                {{}, {2, 2, 1, 9}, {2, 2, 1, 3}},
                {{}, {0, 2, 3, 3}, {2, 2, 2, 2}},
                {{}, {1, 1, 2, 2}, {35, 1, 1, 2}},
                {{}, {1, 19, 2, 2}, {2, 19, 2, 1}},
                {{.stride = 2}, {2, 1, 6, 5}, {2, 1, 3, 2}},
                {{.stride = {1, 3}, .padding = {1, 0}}, {1, 2, 3, 7}, {2, 2, 2, 3}},
                {{.padding = 1}, {2, 2, 3, 3}, {2, 2, 3, 3}},
                {{.padding = {2, 3}}, {1, 1, 1, 2}, {2, 1, 2, 2}},
                {{.dilation = 2}, {1, 1, 5, 4}, {2, 1, 2, 2}},
                {{.stride = 2, .padding = {1, 2}, .dilation = {2, 1}}, {2, 1, 5, 4}, {1, 1, 2, 3}},
                {{.groups = 2}, {2, 4, 3, 3}, {6, 2, 2, 2}},
                {{.stride = {2, 1}, .padding = 1, .dilation = {1, 2}, .groups = 3}, {1, 3, 4, 5}, {3, 1, 2, 2}}};
    }
};

/// The products under a kernel at each of its places, summed: what neural networks call a convolution (the kernel is not mirrored).
struct Conv2d : ConvolutionSum {
    static constexpr std::string_view name  = "conv2d";
    static constexpr std::size_t      arity = 2;

    void infer(SourceLocation where, const Shape& x, const Shape& weight);
    template <Scalar T>
    Value<T> forward(const Value<T>& x, const Value<T>& weight) const {
        Value<T> y = Value<T>::uninitialized(result_shape());
        if (selection == nullptr) {
            kernels::convolve<T>(extents, x.data(), weight.data(), nullptr, y.mutable_data());
        } else {
            kernels::convolve_selected<T>(extents, *selection, x.data(), weight.data(), y.mutable_data());
        }
        return y;
    }
    template <Scalar T>
    auto vjp_from_input(const Variable<T>& g, const Variable<T>& x, const Variable<T>& weight) const {
        return each([=, this] { return input_gradient<T>(*this, g, weight); }, [=, this] { return weight_gradient<T>(*this, x, g); });
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x, const Grid<Q>& weight) const {
        return result_of(x, weight);
    }
    static std::vector<Sample<Conv2d>> samples() {
        std::vector<Sample<Conv2d>> samples;
        for (const auto& [options, image, weight] : sample_shapes()) samples.push_back({{{options}}, {sample_array(image), sample_array(weight)}});
        for (const auto& [sum, inputs] : selected_samples()) samples.push_back({{sum}, inputs});
        return samples;
    }
};

/// The same with a number added to each channel of the result, where it costs nothing.
struct BiasedConv2d : ConvolutionSum {
    static constexpr std::string_view name  = "biased_conv2d";
    static constexpr std::size_t      arity = 3;

    void infer(SourceLocation where, const Shape& x, const Shape& weight, const Shape& bias);
    template <Scalar T>
    Value<T> forward(const Value<T>& x, const Value<T>& weight, const Value<T>& bias) const {
        Value<T> y = Value<T>::uninitialized(result_shape());
        kernels::convolve<T>(extents, x.data(), weight.data(), bias.data(), y.mutable_data());
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
        Grid<Q> y = result_of(x, weight);
        for_each_index(y.shape, [&](const GridIndex& index) { y[index] = y[index] + bias[{index[1]}]; });
        return y;
    }
    static std::vector<Sample<BiasedConv2d>> samples() {
        std::vector<Sample<BiasedConv2d>> samples;
        for (const auto& [options, image, weight] : sample_shapes())
            samples.push_back({{{options}}, {sample_array(image), sample_array(weight), sample_array({weight[0]})}});
        return samples;
    }
};

/// The gradient of a convolution by its images, from the cotangent of the result: the transposed convolution.
struct Conv2dInputGradient : ConvolutionSum {
    static constexpr std::string_view name  = "conv2d_input_gradient";
    static constexpr std::size_t      arity = 2;

    void infer(SourceLocation, const Shape&, const Shape&) {}
    template <Scalar T>
    Value<T> forward(const Value<T>& g, const Value<T>& weight) const {
        Value<T> dx = Value<T>::uninitialized(image_shape());
        if (selection == nullptr) {
            kernels::convolution_input_gradient<T>(extents, g.data(), weight.data(), dx.mutable_data());
        } else {
            kernels::selected_input_gradient<T>(extents, *selection, g.data(), weight.data(), dx.mutable_data());
        }
        return dx;
    }
    template <Scalar T>
    auto vjp_from_input(const Variable<T>& h, const Variable<T>& g, const Variable<T>& weight) const {
        return each([=, this] { return result<T>(*this, h, weight); }, [=, this] { return weight_gradient<T>(*this, h, g); });
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& g, const Grid<Q>& weight) const {
        Grid<Q> dx(image_shape());
        for_each_product(
            [&](const GridIndex& of_x, const GridIndex& of_weight, const GridIndex& of_y) { dx[of_x] = dx[of_x] + g[of_y] * weight[of_weight]; });
        return dx;
    }
    static std::vector<Sample<Conv2dInputGradient>> samples() {
        std::vector<Sample<Conv2dInputGradient>> samples;
        for (const auto& [options, image, weight] : sample_shapes()) {
            Conv2d convolution{{options}};
            convolution.infer({}, image, weight);
            samples.push_back({{convolution}, {sample_array(convolution.result_shape()), sample_array(weight)}});
        }
        for (const auto& [sum, inputs] : selected_samples()) samples.push_back({{sum}, {sample_array(sum.result_shape()), inputs[1]}});
        return samples;
    }
};

/// The gradient of a convolution by its weight, from the cotangent of the result.
struct Conv2dWeightGradient : ConvolutionSum {
    static constexpr std::string_view name  = "conv2d_weight_gradient";
    static constexpr std::size_t      arity = 2;

    void infer(SourceLocation, const Shape&, const Shape&) {}
    template <Scalar T>
    Value<T> forward(const Value<T>& x, const Value<T>& g) const {
        Value<T> dweight = Value<T>::uninitialized(weight_shape());
        if (selection == nullptr) {
            kernels::convolution_weight_gradient<T>(extents, x.data(), g.data(), dweight.mutable_data());
        } else {
            kernels::selected_weight_gradient<T>(extents, *selection, x.data(), g.data(), dweight.mutable_data());
        }
        return dweight;
    }
    template <Scalar T>
    auto vjp_from_input(const Variable<T>& h, const Variable<T>& x, const Variable<T>& g) const {
        return each([=, this] { return input_gradient<T>(*this, g, h); }, [=, this] { return result<T>(*this, x, h); });
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x, const Grid<Q>& g) const {
        Grid<Q> dweight(weight_shape());
        for_each_product([&](const GridIndex& of_x, const GridIndex& of_weight, const GridIndex& of_y) {
            dweight[of_weight] = dweight[of_weight] + x[of_x] * g[of_y];
        });
        return dweight;
    }
    static std::vector<Sample<Conv2dWeightGradient>> samples() {
        std::vector<Sample<Conv2dWeightGradient>> samples;
        for (const auto& [options, image, weight] : sample_shapes()) {
            Conv2d convolution{{options}};
            convolution.infer({}, image, weight);
            samples.push_back({{convolution}, {sample_array(image), sample_array(convolution.result_shape())}});
        }
        for (const auto& [sum, inputs] : selected_samples()) samples.push_back({{sum}, {inputs[0], sample_array(sum.result_shape())}});
        return samples;
    }
};

} // namespace xtgrad
