#pragma once

#include <xtgrad/autograd/primitives.hpp>

namespace xtgrad {

/// Every elementwise function that is composed of primitives, once, as ElementwisePrimitives lists those. The gradient suite and the documentation's
/// tables fold over it.
using ElementwiseFormulas = PrimitiveList<
    // formulas/arithmetic.hpp
    struct Reciprocal,
    // formulas/activation.hpp
    struct Silu, struct LeakyRelu>;

} // namespace xtgrad
