#pragma once

#include <xtgrad/autograd/kernels/lanes.hpp>
#include <xtgrad/autograd/kernels/special.hpp>

namespace xtgrad {
inline namespace XTGRAD_TARGET {

// Functions of lanes that are computed number by number: by the C library, or by kernels/special.hpp in double. Their values are the same on every
// instruction set.

template <class T, bool z, class F>
Lanes<T, z> each_lane(Lanes<T, z> x, F f) {
    return Lanes<T, z>::lane_by_lane(x, x, [&](T number, T) { return static_cast<T>(f(number)); });
}
template <class T, bool z, class F>
Lanes<T, z> each_lane(Lanes<T, z> x, Lanes<T, z> y, F f) {
    return Lanes<T, z>::lane_by_lane(x, y, [&](T a, T b) { return static_cast<T>(f(a, b)); });
}

#define XTGRAD_OF_EACH_LANE(name, function)                                                                                                          \
    template <class T, bool z>                                                                                                                       \
    Lanes<T, z> name(Lanes<T, z> x) {                                                                                                                \
        return each_lane(x, [](T number) { return function(number); });                                                                              \
    }
#define XTGRAD_OF_EACH_PAIR(name, function)                                                                                                          \
    template <class T, bool z>                                                                                                                       \
    Lanes<T, z> name(Lanes<T, z> x, Lanes<T, z> y) {                                                                                                 \
        return each_lane(x, y, [](T a, T b) { return function(a, b); });                                                                             \
    }

XTGRAD_OF_EACH_LANE(tan, std::tan)
XTGRAD_OF_EACH_LANE(asin, std::asin)
XTGRAD_OF_EACH_LANE(acos, std::acos)
XTGRAD_OF_EACH_LANE(atan, std::atan)
XTGRAD_OF_EACH_LANE(sinh, std::sinh)
XTGRAD_OF_EACH_LANE(cosh, std::cosh)
XTGRAD_OF_EACH_LANE(asinh, std::asinh)
XTGRAD_OF_EACH_LANE(acosh, std::acosh)
XTGRAD_OF_EACH_LANE(atanh, std::atanh)
XTGRAD_OF_EACH_LANE(cbrt, std::cbrt)
XTGRAD_OF_EACH_LANE(exp2, std::exp2)
XTGRAD_OF_EACH_LANE(log2, std::log2)
XTGRAD_OF_EACH_LANE(log10, std::log10)
XTGRAD_OF_EACH_LANE(floor, std::floor)
XTGRAD_OF_EACH_LANE(ceil, std::ceil)
XTGRAD_OF_EACH_LANE(trunc, std::trunc)
// Half to even, as the rounding direction is unless somebody changed it.
XTGRAD_OF_EACH_LANE(round, std::nearbyint)
XTGRAD_OF_EACH_LANE(lgamma, special::lgamma)
XTGRAD_OF_EACH_PAIR(hypot, std::hypot)
XTGRAD_OF_EACH_PAIR(atan2, std::atan2)
XTGRAD_OF_EACH_PAIR(fmod, std::fmod)
XTGRAD_OF_EACH_PAIR(copysign, std::copysign)
XTGRAD_OF_EACH_PAIR(remainder, special::remainder)
XTGRAD_OF_EACH_PAIR(ldexp, special::ldexp)
XTGRAD_OF_EACH_PAIR(bessel_i, special::bessel_i)

#undef XTGRAD_OF_EACH_LANE
#undef XTGRAD_OF_EACH_PAIR

} // namespace XTGRAD_TARGET
} // namespace xtgrad
