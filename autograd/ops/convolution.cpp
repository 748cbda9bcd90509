#include <xtgrad/autograd/primitives/pooled_convolution.hpp>

#include <xtgrad/autograd/apply.hpp>
#include <xtgrad/autograd/ops/window.hpp>

namespace xtgrad {

namespace {

kernels::Convolution checked_extents(const Conv2dOptions& options, const Shape& x, const Shape& weight, SourceLocation where) {
    const std::string operation = "conv2d: images " + to_string(x) + ", weight " + to_string(weight) + ": ";
    if (x.size() != 4) throw ShapeError(operation + "the images must have the axes [batch, channels, height, width]", where);
    if (weight.size() != 4) throw ShapeError(operation + "the weight must have the axes [outputs, inputs / groups, height, width]", where);
    if (options.groups < 1) throw ValueError(operation + "groups is " + std::to_string(options.groups) + ", must be at least 1", where);
    for (std::size_t axis = 0; axis < 4; ++axis) {
        if (weight[axis] == 0 || (axis > 0 && x[axis] == 0)) throw ShapeError(operation + "an extent other than the batch's is 0", where);
    }
    const auto groups = static_cast<std::size_t>(options.groups);
    if (x[1] % groups != 0 || x[1] / groups != weight[1]) {
        throw ShapeError(operation + "the images' " + std::to_string(x[1]) + " channels must be the weight's " + std::to_string(weight[1]) +
                             " times " + std::to_string(groups) + (groups == 1 ? " group" : " groups"),
                         where);
    }
    if (weight[0] % groups != 0) {
        throw ShapeError(operation + "the weight's " + std::to_string(weight[0]) + " outputs cannot be shared out among " + std::to_string(groups) +
                             " groups",
                         where);
    }
    const ops::Windows   windows(operation, {x[2], x[3]}, {weight[2], weight[3]}, options.stride, options.padding, options.dilation, where);
    kernels::Convolution extents{.batch        = x[0],
                                 .groups       = groups,
                                 .in_channels  = weight[1],
                                 .out_channels = weight[0] / groups,
                                 .image        = {x[2], x[3]},
                                 .kernel       = {weight[2], weight[3]},
                                 .stride       = windows.stride,
                                 .padding      = windows.padding,
                                 .dilation     = windows.dilation,
                                 .result       = windows.result};
    element_count({x[0], weight[0], windows.result.height, windows.result.width}, where);
    // What the kernels work in: the images with their padding, and channels filled up to a vector's width.
    element_count(
        {std::max<std::size_t>(x[0], 1), x[1] + groups * BufferPool::slack, x[2] + 2 * windows.padding.height, x[3] + 2 * windows.padding.width},
        where);
    return extents;
}

void check_bias(const Shape& weight, const Shape& bias, SourceLocation where) {
    if (bias != Shape{weight[0]}) {
        throw ShapeError(
            "conv2d: the bias has shape " + to_string(bias) + ", the weight " + to_string(weight) + " needs " + to_string(Shape{weight[0]}), where);
    }
}

} // namespace

void Conv2d::infer(SourceLocation where, const Shape& x, const Shape& weight) { extents = checked_extents(options, x, weight, where); }

void BiasedConv2d::infer(SourceLocation where, const Shape& x, const Shape& weight, const Shape& bias) {
    extents = checked_extents(options, x, weight, where);
    check_bias(weight, bias, where);
}

void PooledConv2d::infer(SourceLocation where, const Shape& x, const Shape& weight, const Shape& bias) {
    extents = checked_extents(options, x, weight, where);
    check_bias(weight, bias, where);
    pooling = ops::checked_pooling(result_shape(), window, pooling_options, where);
}

std::vector<Sample<ConvolutionSum>> ConvolutionSum::selected_samples() {
    std::vector<Sample<ConvolutionSum>> samples;
    for (const auto& [primitive, inputs] : PooledConv2d::samples()) {
        PooledConv2d computed = primitive;
        computed.infer({}, inputs[0].shape(), inputs[1].shape(), inputs[2].shape());
        const auto value = [&all = inputs](std::size_t input) { return Value<double>(Array<double>(all[input])); };
        computed.forward(value(0), value(1), value(2));
        samples.push_back({computed, {inputs[0], inputs[1]}});
    }
    return samples;
}

template <Scalar T>
Variable<T> ConvolutionSum::result(const ConvolutionSum& sum, const Variable<T>& x, const Variable<T>& weight) {
    return apply<Conv2d, T>({sum}, SourceLocation{"", 0}, x, weight);
}

template <Scalar T>
Variable<T> ConvolutionSum::input_gradient(const ConvolutionSum& sum, const Variable<T>& g, const Variable<T>& weight) {
    return apply<Conv2dInputGradient, T>({sum}, SourceLocation{"", 0}, g, weight);
}

template <Scalar T>
Variable<T> ConvolutionSum::weight_gradient(const ConvolutionSum& sum, const Variable<T>& x, const Variable<T>& g) {
    return apply<Conv2dWeightGradient, T>({sum}, SourceLocation{"", 0}, x, g);
}

namespace ops {

template <Scalar T>
Variable<T> conv2d(const Operand<T>& x, const Operand<T>& weight, const Conv2dOptions& options) {
    return apply<Conv2d, T>({{options}}, x.where(), x.variable(), weight.variable());
}

template <Scalar T>
Variable<T> conv2d(const Operand<T>& x, const Operand<T>& weight, const Operand<T>& bias, const Conv2dOptions& options) {
    return apply<BiasedConv2d, T>({{options}}, x.where(), x.variable(), weight.variable(), bias.variable());
}

template <Scalar T>
Variable<T> conv2d_max_pool2d(const Operand<T>& x, const Operand<T>& weight, const Operand<T>& bias, const Conv2dOptions& options,
                              const PerSide& window, const MaxPool2dOptions& pooling) {
    PooledConv2d primitive;
    primitive.options         = options;
    primitive.window          = window;
    primitive.pooling_options = pooling;
    return apply<PooledConv2d, T>(std::move(primitive), x.where(), x.variable(), weight.variable(), bias.variable());
}

#define XTGRAD_INSTANTIATE(T)                                                                                                                        \
    template Variable<T> conv2d<T>(const Operand<T>&, const Operand<T>&, const Conv2dOptions&);                                                      \
    template Variable<T> conv2d<T>(const Operand<T>&, const Operand<T>&, const Operand<T>&, const Conv2dOptions&);                                   \
    template Variable<T> conv2d_max_pool2d<T>(const Operand<T>&, const Operand<T>&, const Operand<T>&, const Conv2dOptions&, const PerSide&,         \
                                              const MaxPool2dOptions&);
XTGRAD_INSTANTIATE(float)
XTGRAD_INSTANTIATE(double)
#undef XTGRAD_INSTANTIATE

} // namespace ops

XTGRAD_COMPILE_PRIMITIVE(Conv2d)
XTGRAD_COMPILE_PRIMITIVE(BiasedConv2d)
XTGRAD_COMPILE_PRIMITIVE(PooledConv2d)
XTGRAD_COMPILE_PRIMITIVE(Conv2dInputGradient)
XTGRAD_COMPILE_PRIMITIVE(Conv2dWeightGradient)

} // namespace xtgrad
