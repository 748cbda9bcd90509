#pragma once

#include <xtgrad/autograd/kernels/exponential.hpp>

namespace xtgrad {
inline namespace XTGRAD_TARGET {

// Hyperbolic functions and their inverses, by the exponential and the logarithm of exponential.hpp. Right to 3 units in the last place.

template <class T>
struct HyperbolicNumbers;
template <>
struct HyperbolicNumbers<float> {
    static constexpr float highest = 89.5F;    // sinh and cosh overflow above
    static constexpr float tiny    = 0x1p-20F; // odd functions are x below
    static constexpr float huge    = 0x1p25F;  // arsinh x and arcosh x are log(2x) above
};
template <>
struct HyperbolicNumbers<double> {
    static constexpr double highest = 710.6;
    static constexpr double tiny    = 0x1p-40;
    static constexpr double huge    = 0x1p54;
};

/// e^|x|, by the quarter of its power of two: sinh and cosh overflow later than it does.
template <class T>
struct SplitGrowth {
    SplitExponential<T> split;
    Lanes<T>            quarter;

    [[gnu::always_inline]] explicit SplitGrowth(Lanes<T> x)
        : split(at_most(abs(x), HyperbolicNumbers<T>::highest)), quarter(scaled_normal(T(0.25), split.whole)) {}
};

/// (E + E/(1 + E))/2 for E = e^|x| − 1.
template <class T>
[[gnu::always_inline]] inline Lanes<T> sinh_of(Lanes<T> x) {
    const SplitGrowth<T> growth(x);
    const Lanes<T>       e = multiply_add(growth.quarter, growth.split.rest, growth.quarter - T(0.25));
    const Lanes<T>       y = T(2) * (e + e / multiply_add(e, Lanes<T>(T(4)), Lanes<T>(T(1))));
    return select(abs(x) < HyperbolicNumbers<T>::tiny, x, with_sign_of(x, y));
}

/// (e^|x| + e^−|x|)/2.
template <class T>
[[gnu::always_inline]] inline Lanes<T> cosh_of(Lanes<T> x) {
    const SplitGrowth<T> growth(x);
    const Lanes<T>       e = multiply_add(growth.quarter, growth.split.rest, growth.quarter);
    return T(2) * (e + T(0.0625) / e);
}

/// log(1 + t) for t ≥ 0, and log(2t) where t is huge.
template <class T>
[[gnu::always_inline]] inline Lanes<T> log_of_successor(Lanes<T> t, LaneMask<T> huge) {
    const SplitSuccessor<T> sum(t);
    const Lanes<T>          exponent = select(huge, sum.exponent + T(1), sum.exponent);
    return select(t < std::numeric_limits<T>::infinity(), finish_logarithm(exponent, sum.f), t);
}

/// log(1 + |x| + x²/(1 + √(1 + x²))).
template <class T>
[[gnu::always_inline]] inline Lanes<T> asinh_of(Lanes<T> x) {
    const Lanes<T>    size   = abs(x);
    const LaneMask<T> huge   = size > HyperbolicNumbers<T>::huge;
    const Lanes<T>    square = x * x;
    const Lanes<T>    more   = square / (T(1) + sqrt(T(1) + square));
    return with_sign_of(x, log_of_successor(select(huge, size, size + more), huge));
}

/// log(1 + t + √(t·(2 + t))) for t = x − 1.
template <class T>
[[gnu::always_inline]] inline Lanes<T> acosh_of(Lanes<T> x) {
    const LaneMask<T> huge  = x > HyperbolicNumbers<T>::huge;
    const Lanes<T>    t     = x - T(1);
    const Lanes<T>    value = log_of_successor(select(huge, x, t + sqrt(t * (t + T(2)))), huge);
    return select(x < T(1), Lanes<T>(std::numeric_limits<T>::quiet_NaN()), value);
}

/// log(1 + 2|x|/(1 − |x|))/2.
template <class T>
[[gnu::always_inline]] inline Lanes<T> atanh_of(Lanes<T> x) {
    const Lanes<T> size = abs(x);
    return with_sign_of(x, T(0.5) * log1p_of((size + size) / (T(1) - size)));
}

} // namespace XTGRAD_TARGET
} // namespace xtgrad
