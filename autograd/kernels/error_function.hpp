#pragma once

#include <array>
#include <limits>
#include <numbers>

#include <xtgrad/autograd/kernels/scalar_lanes.hpp>

namespace xtgrad {
inline namespace XTGRAD_TARGET {

// The error function of lanes and its kin, without branches, right to 5 units in the last place, in their tails too. All go through
// erfcx(x) = e^(x²)·erfc(x), which is near 1/(x√π) in the tail, and e^(−x²) of a square that is kept in two parts.
//
// The polynomials interpolate at Chebyshev's points, computed in 40 digits and then rounded. Beside each stands what it adds to the error.

template <class T>
struct ErrorFunctionNumbers;
template <>
struct ErrorFunctionNumbers<float> {
    static constexpr float split = 0x1.001p+12F; // halves a number's digits
    static constexpr float far   = 11;           // e^(−x²) is 0 there
    static constexpr float most  = 0x1p100F;     // past it erfcx is 1/(x√π)
    // (1 + 2x)·erfcx(x) in (x − 3)/(x + 3): 0.44 units.
    static constexpr std::array<float, 12> scaled{0x1.40c522p+0F,  -0x1.15c084p-3F,  -0x1.85a112p-5F,  0x1.09832cp-3F,
                                                  -0x1.e88d32p-4F, 0x1.17cf94p-4F,   -0x1.855798p-6F,  0x1.489188p-9F,
                                                  0x1.eb892ap-10F, -0x1.80ded4p-11F, -0x1.842196p-14F, 0x1.4fdb64p-14F};
    // erf(x)/x in x² for |x| ≤ 0.85: 0.48 units.
    static constexpr std::array<float, 7> small{0x1.20dd76p+0F, -0x1.812746p-2F,  0x1.ce2eaep-4F, -0x1.b81dcep-6F,
                                                0x1.5569a6p-8F, -0x1.b0652ep-11F, 0x1.7331c6p-14F};
};
template <>
struct ErrorFunctionNumbers<double> {
    static constexpr double split = 0x1.0000002p+27;
    static constexpr double far   = 28;
    static constexpr double most  = 0x1p1000;
    // 0.22 units.
    static constexpr std::array<double, 25> scaled{
        0x1.40c522d7e4987p+0,   -0x1.15c084bb9e8f2p-3,  -0x1.85a15c58aa5e6p-5,  0x1.098366a5b466cp-3,   -0x1.e88b803a49228p-4,
        0x1.17ca2877f2532p-4,   -0x1.8574c40bd189cp-6,  0x1.4b884e41eebcbp-9,   0x1.ef1bdd4ca47a3p-10,  -0x1.98db50d72f6fdp-11,
        -0x1.b91279aaf4f8dp-14, 0x1.065a34115a389p-13,  0x1.4c2781340ddffp-18,  -0x1.513b482a54a1dp-16, -0x1.88ba0a324bea9p-21,
        0x1.d20f41dbcb1c9p-19,  0x1.7f26fd7caec6cp-22,  -0x1.4b0fad3f74c42p-21, -0x1.3015c7bf14f83p-23, 0x1.b58741910ab37p-24,
        0x1.67206d83c9b49p-25,  -0x1.c9e3f1cd92f55p-27, -0x1.24124a7979a56p-27, 0x1.0fbd1ff90e1c0p-30,  0x1.e750cac4778c1p-31};
    // 0.13 units.
    static constexpr std::array<double, 13> small{0x1.20dd750429b6dp+0,  -0x1.812746b0379e7p-2,  0x1.ce2f21a042bdcp-4,  -0x1.b82ce312888a5p-6,
                                                  0x1.565bcd0e5fbdcp-8,  -0x1.c02db3fd21469p-11, 0x1.f9a3266239bc5p-14, -0x1.f4d248fb63865p-17,
                                                  0x1.b9e51c00397c4p-20, -0x1.5f5a5fa90256bp-23, 0x1.faaabb29b6e4ap-27, -0x1.4381296d812bfp-30,
                                                  0x1.29496bc840cbap-34};
};

/// x² for |x| below `far`, and what its rounding lost.
template <class T>
struct SquareInParts {
    Lanes<T> high;
    Lanes<T> low;

    [[gnu::always_inline]] explicit SquareInParts(Lanes<T> x) : high(x * x) {
#ifdef __FMA__
        low = multiply_add(x, x, -high);
#else
        // Dekker's product.
        const Lanes<T> scaled = x * ErrorFunctionNumbers<T>::split;
        const Lanes<T> upper  = scaled - (scaled - x);
        const Lanes<T> lower  = x - upper;
        low                   = ((upper * upper - high) + T(2) * upper * lower) + lower * lower;
#endif
    }
};

/// e^(−share·x²), where share is a power of two.
template <class T>
[[gnu::always_inline]] inline Lanes<T> gaussian_of(Lanes<T> x, T share) {
    const SquareInParts<T> square(at_most(abs(x), ErrorFunctionNumbers<T>::far / share));
    const Lanes<T>         e = exponential_of_negative(-share * square.high);
    return e - e * (share * square.low);
}

/// For x ≥ 0.
template <class T>
[[gnu::always_inline]] inline Lanes<T> erfcx_of(Lanes<T> x) {
    const Lanes<T> finite = at_most(x, ErrorFunctionNumbers<T>::most);
    const Lanes<T> t      = (finite - T(3)) / (finite + T(3));
    return polynomial(t, ErrorFunctionNumbers<T>::scaled) * T(0.5) / (x + T(0.5));
}

/// erf for |x| ≤ 0.85.
template <class T>
[[gnu::always_inline]] inline Lanes<T> erf_of_small(Lanes<T> x) {
    return x * polynomial(at_most(x * x, T(1)), ErrorFunctionNumbers<T>::small);
}

template <class T>
[[gnu::always_inline]] inline Lanes<T> erf_of(Lanes<T> x) {
    const Lanes<T> size = abs(x);
    const Lanes<T> tail = T(1) - gaussian_of(x, T(1)) * erfcx_of(size);
    return select(size <= T(0.85), erf_of_small(x), with_sign_of(x, tail));
}

// Within it 1 − erf(x) has more digits than the tail's formula.
template <class T>
LaneMask<T> is_inner(Lanes<T> size) {
    return size <= T(0.5);
}

template <class T>
[[gnu::always_inline]] inline Lanes<T> erfc_of(Lanes<T> x) {
    const Lanes<T> size = abs(x);
    const Lanes<T> tail = gaussian_of(x, T(1)) * erfcx_of(size);
    return select(is_inner(size), T(1) - erf_of_small(x), select(x < T(0), T(2) - tail, tail));
}

/// The distribution function of the standard normal distribution at −size: erfc(size/√2)/2, where size/√2 is rounded where it does not matter.
template <class T>
[[gnu::always_inline]] inline Lanes<T> left_ndtr_of(Lanes<T> size) {
    const Lanes<T> x     = size * T(1 / std::numbers::sqrt2);
    const Lanes<T> outer = gaussian_of(size, T(0.5)) * erfcx_of(x);
    return T(0.5) * select(is_inner(x), T(1) - erf_of_small(x), outer);
}

template <class T>
[[gnu::always_inline]] inline Lanes<T> ndtr_of(Lanes<T> x) {
    const Lanes<T> left = left_ndtr_of(abs(x));
    return select(x > T(0), T(1) - left, left);
}

/// On the left log(erfcx(−x/√2)/2) − x²/2, whose parts have one sign; else the logarithm of 1 less the part on the right.
template <class T>
[[gnu::always_inline]] inline Lanes<T> log_ndtr_of(Lanes<T> x) {
    const Lanes<T> size = abs(x);
    const Lanes<T> left = log_of(T(0.5) * erfcx_of(size * T(1 / std::numbers::sqrt2))) - T(0.5) * size * size;
    return select(x < T(-1), left, log1p_of(-ndtr_of(-x)));
}

template <class T>
[[gnu::always_inline]] inline Lanes<T> scaled_erfc_of(Lanes<T> x) {
    const Lanes<T>         size = abs(x);
    const SquareInParts<T> square(at_most(size, ErrorFunctionNumbers<T>::far));
    const Lanes<T>         e     = exponential_of(square.high) * (T(1) + square.low);
    const Lanes<T>         right = erfcx_of(size);
    return select(is_inner(size), e * (T(1) - erf_of_small(x)), select(x < T(0), T(2) * e - right, right));
}

/// By Halley's method from Winitzki's approximation ("A handy approximation for the error function and its inverse", 2008), right to 2e-3; near 0
/// from the series, because that approximation cancels there.
template <class T>
[[gnu::always_inline]] inline Lanes<T> erfinv_of(Lanes<T> x) {
    constexpr T       half_root_pi = T(0.88622692545275801365);
    constexpr T       a            = T(0.147);
    const Lanes<T>    size         = abs(x);
    const Lanes<T>    rest         = T(1) - size; // exact where it counts
    const Lanes<T>    left         = log_of(rest * (T(1) + size));
    const Lanes<T>    middle       = T(2 / (std::numbers::pi * 0.147)) + T(0.5) * left;
    const Lanes<T>    near         = half_root_pi * size * (T(1) + T(std::numbers::pi / 12) * size * size);
    const LaneMask<T> tail         = size > T(0.5);
    Lanes<T>          y            = select(size < T(0.1), near, sqrt(sqrt(middle * middle - left / a) - middle));
    y                              = at_most(y, ErrorFunctionNumbers<T>::far);
    for (int step = 0; step < (sizeof(T) == 4 ? 2 : 3); ++step) {
        const Lanes<T> over   = select(tail, rest - erfc_of(y), erf_of(y) - size);
        const Lanes<T> newton = over * half_root_pi * exponential_of(y * y);
        y                     = y - newton / (T(1) + y * newton);
    }
    const Lanes<T> at_ends = select(equal(size, T(1)), Lanes<T>(std::numeric_limits<T>::infinity()), Lanes<T>(std::numeric_limits<T>::quiet_NaN()));
    return with_sign_of(x, select(size < T(1), y, at_ends));
}

/// e^(−x²).
template <class T, bool z>
Lanes<T, z> gaussian(Lanes<T, z> x) {
    return Lanes<T, z>(gaussian_of(Lanes<T>(x.batch()), T(1)).batch());
}

/// Orders above 0 are computed one by one.
template <class T, bool z>
Lanes<T, z> erfcx_moment(Lanes<T, z> of_order, Lanes<T, z> of) {
    const Lanes<T>    n(of_order.batch()), x(of.batch());
    const Lanes<T>    value = scaled_erfc_of(x);
    const LaneMask<T> rest  = !equal(n, T(0));
    if (!any(rest)) return Lanes<T, z>(value.batch());
    return Lanes<T, z>(select(rest, each_lane(n, x, [](T a, T b) { return special::erfcx_moment(a, b); }), value).batch());
}

/// x·log(y) and x·log(1 + y), 0 where x is 0 and y is a number.
template <class T, bool z>
Lanes<T, z> xlogy(Lanes<T, z> x, Lanes<T, z> y) {
    return select(equal(x, T(0)) && equal(y, y), Lanes<T, z>(T(0)), x * log(y));
}
template <class T, bool z>
Lanes<T, z> xlog1py(Lanes<T, z> x, Lanes<T, z> y) {
    return select(equal(x, T(0)) && equal(y, y), Lanes<T, z>(T(0)), x * log1p(y));
}

} // namespace XTGRAD_TARGET
} // namespace xtgrad
