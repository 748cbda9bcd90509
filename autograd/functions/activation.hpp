#pragma once

#include <xtgrad/autograd/formulas.hpp>
#include <xtgrad/autograd/primitives.hpp>

namespace xtgrad {

/// Activation functions. Numbers that they take beside x may be Variables, and have gradients; all broadcast. NaN gives a NaN value and a NaN
/// gradient.
template <class Kind>
class ActivationFunctions {
    using V  = typename Kind::Number;
    using In = typename Kind::Input;

    // NOLINTBEGIN(bugprone-easily-swappable-parameters)
public:
    /// 1/(1 + e^−x), to full accuracy in both tails.
    friend V sigmoid(In x) { return Kind::template apply<Sigmoid>(x); }
    /// log(sigmoid(x)) without overflow.
    friend V log_sigmoid(In x) { return Kind::template compose<LogSigmoid>(x); }
    /// log(1 + e^x) without overflow.
    friend V softplus(In x) { return Kind::template apply<Softplus>(x); }
    /// x/(1 + |x|); ±1 at ±inf.
    friend V softsign(In x) { return Kind::template apply<Softsign>(x); }
    /// max(x, 0), gradient 0 at 0; NaN stays NaN.
    friend V relu(In x) { return Kind::template apply<Relu>(x); }
    /// min(max(x, 0), 6), gradient 1 on the closed interval.
    friend V relu6(In x) { return Kind::template compose<Relu6>(x); }
    /// x above 0, slope·x elsewhere; the gradient at 0 is the slope.
    friend V leaky_relu(In x, In slope) { return Kind::template compose<LeakyRelu>(x, slope); }
    /// With a slope of 0.01.
    friend V leaky_relu(In x) { return with<LeakyRelu>(x, 0.01); }
    /// x above 0, slope·x elsewhere, with slopes that are learned; the gradient at 0 is the slope. One slope for each channel of [batch, channels, …]
    /// is an array of shape [channels, 1, …].
    friend V prelu(In x, In slope) { return Kind::template compose<Prelu>(x, slope); }
    /// x above 0, alpha·(e^x − 1) elsewhere; the gradient at 0 is alpha.
    friend V elu(In x, In alpha) { return Kind::template compose<Elu>(x, alpha); }
    /// With an alpha of 1.
    friend V elu(In x) { return with<Elu>(x, 1); }
    /// The scaled elu of "Self-normalizing neural networks", Klambauer et al., 2017.
    friend V selu(In x) { return Kind::template compose<Selu>(x); }
    /// x above 0, alpha·(e^(x/alpha) − 1) elsewhere, which is smooth for every alpha; throws ValueError where alpha is 0.
    friend V celu(In x, In alpha) { return Kind::template compose<Celu>(x, alpha); }
    /// With an alpha of 1.
    friend V celu(In x) { return with<Celu>(x, 1); }
    /// x times the distribution function of the standard normal distribution; at ±inf the limits.
    friend V gelu(In x) { return Kind::template compose<Gelu>(x); }
    /// The approximation of gelu by x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))); at ±inf the limits.
    friend V gelu_tanh(In x) { return Kind::template compose<GeluTanh>(x); }
    /// x·sigmoid(x), also known as swish; at ±inf the limits.
    friend V silu(In x) { return Kind::template compose<Silu>(x); }
    /// x·tanh(softplus(x)); at ±inf the limits.
    friend V mish(In x) { return Kind::template compose<Mish>(x); }
    /// x limited to [low, high], gradient 1 on the closed interval; throws ValueError where low > high.
    friend V hardtanh(In x, In low, In high) { return Kind::template compose<Hardtanh>(x, low, high); }
    /// Between −1 and 1.
    friend V hardtanh(In x) { return with<Hardtanh>(x, -1, 1); }
    /// x/6 + 1/2 limited to [0, 1], gradient 1/6 on the closed interval.
    friend V hardsigmoid(In x) { return Kind::template compose<Hardsigmoid>(x); }
    /// x·hardsigmoid(x), with the gradient of x·(x + 3)/6 on the closed interval from −3 to 3; at ±inf the limits.
    friend V hardswish(In x) { return Kind::template compose<Hardswish>(x); }
    /// x moved towards 0 by the threshold, 0 within it, where the gradient is 0 on the closed interval; throws ValueError where the threshold is
    /// negative.
    friend V softshrink(In x, In threshold) { return Kind::template compose<Softshrink>(x, threshold); }
    /// With a threshold of 1/2.
    friend V softshrink(In x) { return with<Softshrink>(x, 0.5); }
    /// x outside [−threshold, threshold], 0 inside; the threshold has gradient 0.
    friend V hardshrink(In x, In threshold) { return Kind::template compose<Hardshrink>(x, threshold); }
    /// With a threshold of 1/2.
    friend V hardshrink(In x) { return with<Hardshrink>(x, 0.5); }
    /// x − tanh(x) without cancellation near 0.
    friend V tanhshrink(In x) { return Kind::template compose<Tanhshrink>(x); }
    /// x above the threshold, `value` elsewhere; the threshold has gradient 0.
    friend V threshold(In x, In threshold, In value) { return Kind::template compose<Threshold>(x, threshold, value); }
    // NOLINTEND(bugprone-easily-swappable-parameters)

private:
    // Numbers that a formula takes by default.
    template <class F, class... Number>
    static V with(In x, Number... numbers) {
        return Kind::template compose<F>(x, static_cast<In>(numbers)...);
    }
};

} // namespace xtgrad
