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

XTGRAD_OF_EACH_LANE(lgamma, special::lgamma)
XTGRAD_OF_EACH_PAIR(bessel_i, special::bessel_i)

#undef XTGRAD_OF_EACH_LANE
#undef XTGRAD_OF_EACH_PAIR

} // namespace XTGRAD_TARGET
} // namespace xtgrad
