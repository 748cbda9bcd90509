#pragma once

// Every function of lanes that primitives call, by subject.

#include <xtgrad/autograd/kernels/cardinal_sine.hpp>
#include <xtgrad/autograd/kernels/error_function.hpp>
#include <xtgrad/autograd/kernels/gamma_function.hpp>
#include <xtgrad/autograd/kernels/hyperbolic.hpp>
#include <xtgrad/autograd/kernels/inverse_trigonometry.hpp>
#include <xtgrad/autograd/kernels/lanes.hpp>
#include <xtgrad/autograd/kernels/powers.hpp>
#include <xtgrad/autograd/kernels/rounding.hpp>
#include <xtgrad/autograd/kernels/scalar_lanes.hpp>

namespace xtgrad {
inline namespace XTGRAD_TARGET {

// The names under which rules find what the headers call name_of, of lanes with the strong zero and without.

#define XTGRAD_OF_LANES(name)                                                                                                                        \
    template <class T, bool z>                                                                                                                       \
    Lanes<T, z> name(Lanes<T, z> x) {                                                                                                                \
        return Lanes<T, z>(name##_of(Lanes<T>(x.batch())).batch());                                                                                  \
    }
#define XTGRAD_OF_PAIRS(name)                                                                                                                        \
    template <class T, bool z>                                                                                                                       \
    Lanes<T, z> name(Lanes<T, z> x, Lanes<T, z> y) {                                                                                                 \
        return Lanes<T, z>(name##_of(Lanes<T>(x.batch()), Lanes<T>(y.batch())).batch());                                                             \
    }

XTGRAD_OF_LANES(sinh)
XTGRAD_OF_LANES(cosh)
XTGRAD_OF_LANES(asinh)
XTGRAD_OF_LANES(acosh)
XTGRAD_OF_LANES(atanh)
XTGRAD_OF_LANES(asin)
XTGRAD_OF_LANES(acos)
XTGRAD_OF_LANES(atan)
XTGRAD_OF_PAIRS(atan2)
XTGRAD_OF_LANES(exp2)
XTGRAD_OF_LANES(log2)
XTGRAD_OF_LANES(log10)
XTGRAD_OF_LANES(cbrt)
XTGRAD_OF_PAIRS(ldexp)
XTGRAD_OF_PAIRS(hypot)
XTGRAD_OF_PAIRS(fmod)
XTGRAD_OF_PAIRS(remainder)
XTGRAD_OF_PAIRS(copysign)
XTGRAD_OF_LANES(erf)
XTGRAD_OF_LANES(erfc)
XTGRAD_OF_LANES(erfinv)
XTGRAD_OF_LANES(ndtr)
XTGRAD_OF_LANES(log_ndtr)

#undef XTGRAD_OF_LANES
#undef XTGRAD_OF_PAIRS

} // namespace XTGRAD_TARGET
} // namespace xtgrad
