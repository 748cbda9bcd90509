#pragma once

#include <xtgrad/autograd/formulas.hpp>
#include <xtgrad/autograd/primitives.hpp>

namespace xtgrad {

/// Exponentials, logarithms, trigonometric and special functions, elementwise. In float the special ones are computed in double.
template <class Kind>
class TranscendentalFunctions {
    using V  = typename Kind::Number;
    using In = typename Kind::Input;

    // NOLINTBEGIN(bugprone-easily-swappable-parameters)
public:
    /// e^x.
    friend V exp(In x) { return Kind::template apply<Exp>(x); }
    /// 2^x.
    friend V exp2(In x) { return Kind::template apply<Exp2>(x); }
    /// e^x − 1 without cancellation near 0.
    friend V expm1(In x) { return Kind::template apply<Expm1>(x); }
    /// Natural logarithm; −inf at 0, NaN (with a NaN gradient) below.
    friend V log(In x) { return Kind::template apply<Log>(x); }
    /// Logarithm to base 2; −inf at 0, NaN (with a NaN gradient) below.
    friend V log2(In x) { return Kind::template apply<Log2>(x); }
    /// Logarithm to base 10; −inf at 0, NaN (with a NaN gradient) below.
    friend V log10(In x) { return Kind::template apply<Log10>(x); }
    /// log(1 + x) without cancellation near 0; −inf at −1, NaN (with a NaN gradient) below.
    friend V log1p(In x) { return Kind::template apply<Log1p>(x); }
    /// log(e^a + e^b) without overflow. Infinite arguments give the limits; of two that are −inf both have gradient 0, as in logsumexp.
    friend V logaddexp(In a, In b) { return Kind::template compose<Logaddexp>(a, b); }
    /// log2(2^a + 2^b) without overflow. Infinite arguments give the limits; of two that are −inf both have gradient 0, as in logsumexp.
    friend V logaddexp2(In a, In b) { return Kind::template compose<Logaddexp2>(a, b); }

    /// Sine; NaN at ±inf.
    friend V sin(In x) { return Kind::template apply<Sin>(x); }
    /// Cosine; NaN at ±inf.
    friend V cos(In x) { return Kind::template apply<Cos>(x); }
    /// Tangent; NaN at ±inf.
    friend V tan(In x) { return Kind::template apply<Tan>(x); }
    /// Inverse sine, from −π/2 to π/2; the gradient is inf at ±1, value and gradient are NaN beyond.
    friend V asin(In x) { return Kind::template apply<Asin>(x); }
    /// Inverse cosine, from 0 to π; the gradient is −inf at ±1, value and gradient are NaN beyond.
    friend V acos(In x) { return Kind::template apply<Acos>(x); }
    /// Inverse tangent, from −π/2 to π/2.
    friend V atan(In x) { return Kind::template apply<Atan>(x); }
    /// Hyperbolic sine.
    friend V sinh(In x) { return Kind::template apply<Sinh>(x); }
    /// Hyperbolic cosine.
    friend V cosh(In x) { return Kind::template apply<Cosh>(x); }
    /// Hyperbolic tangent; its gradient keeps its digits where the value rounds to ±1.
    friend V tanh(In x) { return Kind::template apply<Tanh>(x); }
    /// Inverse hyperbolic sine.
    friend V asinh(In x) { return Kind::template apply<Asinh>(x); }
    /// Inverse hyperbolic cosine; the gradient is inf at 1, value and gradient are NaN below.
    friend V acosh(In x) { return Kind::template apply<Acosh>(x); }
    /// Inverse hyperbolic tangent; ±inf with gradient inf at ±1, value and gradient are NaN beyond.
    friend V atanh(In x) { return Kind::template apply<Atanh>(x); }
    /// sin(πx)/(πx), 1 at 0, as numpy.sinc; exactly 0 at the other whole numbers. Derivatives keep their digits near 0.
    friend V sinc(In x) { return Kind::template compose<Sinc>(x); }
    /// The n-th derivative of sinc; throws ValueError where n is not a whole number from 0 on. n has no gradient.
    friend V sinc_derivative(In n, In x) { return Kind::template of_order<SincDerivative>(n, x); }

    /// e^(−x²), to full accuracy in the tails, where x² is rounded.
    friend V gaussian(In x) { return Kind::template apply<Gaussian>(x); }
    /// The error function, 2/√π·∫₀ˣ e^(−u²) du.
    friend V erf(In x) { return Kind::template apply<Erf>(x); }
    /// 1 − erf(x) without cancellation.
    friend V erfc(In x) { return Kind::template apply<Erfc>(x); }
    /// e^(x²)·erfc(x) without overflow on the right.
    friend V erfcx(In x) { return Kind::template compose<Erfcx>(x); }
    /// 2/√π·∫₀^∞ uⁿ·e^(−u² − 2ux) du: of order 0 it is erfcx, and −2 times the next is the derivative of each. Throws ValueError where n is not a
    /// whole number from 0 on. n has no gradient.
    friend V erfcx_moment(In n, In x) { return Kind::template of_order<ErfcxMoment>(n, x); }
    /// The inverse of erf; ±inf with gradient inf at ±1, value and gradient are NaN beyond.
    friend V erfinv(In x) { return Kind::template apply<Erfinv>(x); }
    /// The distribution function of the standard normal distribution, to full accuracy in the left tail.
    friend V ndtr(In x) { return Kind::template apply<Ndtr>(x); }
    /// log(ndtr(x)) without underflow or cancellation: as far on the left as there are numbers.
    friend V log_ndtr(In x) { return Kind::template apply<LogNdtr>(x); }
    /// log |Γ(x)|; inf at 0 and at negative whole numbers.
    friend V lgamma(In x) { return Kind::template apply<Lgamma>(x); }
    /// The derivative of lgamma; NaN at negative whole numbers, infinite at 0 with the sign that the limit has on the side of its sign.
    friend V digamma(In x) { return Kind::template compose<Digamma>(x); }
    /// The n-th derivative of digamma; throws ValueError where n is not a whole number from 0 on. n has no gradient.
    friend V polygamma(In n, In x) { return Kind::template of_order<Polygamma>(n, x); }
    /// The modified Bessel function of the first kind of order 0.
    friend V i0(In x) { return Kind::template compose<I0>(x); }
    /// The modified Bessel function of the first kind of order 1.
    friend V i1(In x) { return Kind::template compose<I1>(x); }
    /// The modified Bessel function of the first kind of order n; throws ValueError where n is not a whole number from 0 on. n has no gradient.
    friend V bessel_i(In n, In x) { return Kind::template of_order<BesselI>(n, x); }
    /// −x·log x, 0 at 0 with gradient inf; below 0 the value is −inf and the gradient NaN.
    friend V entr(In x) { return Kind::template apply<Entr>(x); }
    /// x·log y, and 0 where x is 0 and y is a number. There the gradient in y is 0, and that in x is log y, or 0 where y is not positive.
    friend V xlogy(In x, In y) { return Kind::template apply<Xlogy>(x, y); }
    /// x·log(1 + y), and 0 where x is 0 and y is a number. There the gradient in y is 0, and that in x is log(1 + y), or 0 where y is at most −1.
    friend V xlog1py(In x, In y) { return Kind::template apply<Xlog1py>(x, y); }
    /// log(x/(1 − x)), the inverse of sigmoid; ∓inf with gradient inf at 0 and 1, value and gradient are NaN outside.
    friend V logit(In x) { return Kind::template compose<Logit>(x); }
    // NOLINTEND(bugprone-easily-swappable-parameters)
};

} // namespace xtgrad
