#pragma once

#include <xtgrad/autograd/primitives.hpp>

namespace xtgrad {

/// Every elementwise function that is composed of primitives, once, as ElementwisePrimitives lists those. The gradient suite and the documentation's
/// tables fold over it.
using ElementwiseFormulas = PrimitiveList<
    // formulas/arithmetic.hpp
    struct Reciprocal, struct Rsqrt, struct Deg2rad, struct Rad2deg, struct Frac, struct NanToNum, struct Heaviside, struct Addcmul, struct Addcdiv,
    struct Logaddexp, struct Logaddexp2,
    // formulas/special.hpp
    struct Sinc, struct Erfcx, struct Digamma, struct I0, struct I1, struct Logit,
    // formulas/activation.hpp
    struct Silu, struct Gelu, struct GeluTanh, struct Mish, struct LogSigmoid, struct LeakyRelu, struct Prelu, struct Relu6, struct Hardtanh,
    struct Hardsigmoid, struct Hardswish, struct Elu, struct Selu, struct Celu, struct Softshrink, struct Hardshrink, struct Tanhshrink,
    struct Threshold>;

} // namespace xtgrad
