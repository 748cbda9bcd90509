#pragma once

#include <xtgrad/autograd/primitives.hpp>

namespace xtgrad {

/// Formulas that are one record, with kernels of their own for each instruction set: networks apply them to large arrays. The recorded derivative is
/// that of the composition.
using FusedFormulas = PrimitiveList<
    // formulas/arithmetic.hpp
    struct Logaddexp,
    // formulas/activation.hpp
    struct Silu, struct Gelu, struct GeluTanh, struct Mish, struct LogSigmoid, struct LeakyRelu, struct Hardsigmoid, struct Hardswish, struct Elu,
    struct Selu, struct Celu, struct Softshrink, struct Hardshrink, struct Tanhshrink>;

/// Formulas that record what they call.
using ComposedFormulas = PrimitiveList<
    // formulas/arithmetic.hpp
    struct Reciprocal, struct Rsqrt, struct Deg2rad, struct Rad2deg, struct Frac, struct NanToNum, struct Heaviside, struct Addcmul, struct Addcdiv,
    struct Logaddexp2,
    // formulas/special.hpp
    struct Sinc, struct Erfcx, struct Digamma, struct I0, struct I1, struct Logit,
    // formulas/activation.hpp
    struct Prelu, struct Relu6, struct Hardtanh, struct Threshold>;

/// Every elementwise function that is composed of primitives, once, as ElementwisePrimitives lists those. The gradient suite and the documentation's
/// tables fold over it.
using ElementwiseFormulas = Joined<FusedFormulas, ComposedFormulas>::List;

} // namespace xtgrad
