#pragma once

#include <algorithm>

namespace xtgrad::benchmarks::floor {

/// tanh in float as a rational function of degrees 13 and 6, the coefficients of Eigen's ptanh (Eigen 3.4, MathFunctionsImpl.h): error 2e-7, and
/// loops over it become SIMD, in half the time of the C library's vector form.
inline float fast_tanh(float x) {
    x              = std::min(std::max(x, -7.90531110763549805F), 7.90531110763549805F);
    const float x2 = x * x;
    float       p  = -2.76076847742355e-16F;
    p              = p * x2 + 2.00018790482477e-13F;
    p              = p * x2 + -8.60467152213735e-11F;
    p              = p * x2 + 5.12229709037114e-08F;
    p              = p * x2 + 1.48572235717979e-05F;
    p              = p * x2 + 6.37261928875436e-04F;
    p              = p * x2 + 4.89352455891786e-03F;
    float q        = 1.19825839466702e-06F;
    q              = q * x2 + 1.18534705686654e-04F;
    q              = q * x2 + 2.26843463243900e-03F;
    q              = q * x2 + 4.89352518554385e-03F;
    return x * p / q;
}

} // namespace xtgrad::benchmarks::floor
