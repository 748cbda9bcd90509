#pragma once

#include <array>

#include <xtgrad/autograd/kernels/lanes.hpp>

namespace xtgrad {
inline namespace XTGRAD_TARGET {

// Sine, cosine and tangent of lanes. xsimd's choose how to reduce the argument by the largest lane, so that a value depends on its neighbours.

/// π/2 as a sum of short numbers, whose products with a count of quarter turns are exact within `reach` (Cody and Waite, "Software
/// manual for the elementary functions", 1980).
template <class T>
struct QuarterTurn;
template <>
struct QuarterTurn<double> {
    static constexpr std::array<double, 3> parts{0x1.921fb544p+0, 0x1.0b4611a6p-34, 0x1.3198a2e037073p-69};
    static constexpr double                reach      = 0x1p20;   // the largest |x|
    static constexpr double                to_whole   = 0x1.8p52; // x + this − this is x, rounded to a whole number
    static constexpr int                   last_power = 18;
};
template <>
struct QuarterTurn<float> {
    static constexpr std::array<float, 4> parts{0x1.92p+0F, 0x1.fap-12F, 0x1.54p-20F, 0x1.10b46p-30F};
    static constexpr float                reach      = 0x1p10F;
    static constexpr float                to_whole   = 0x1.8p23F;
    static constexpr int                  last_power = 10;
};

/// Sine and cosine of an angle between −π/4 and π/4 by their Taylor series, up to the power below which the rest is less than 0.05 ULP.
template <class T>
struct SmallAngle {
    Lanes<T> sine;
    Lanes<T> cosine;

    /// Of r + low, where low is given: what the rounding of r lost.
    template <class... Low>
    explicit SmallAngle(Lanes<T> r, Low... low) {
        const Lanes<T> z = r * r;
        Lanes<T>       s(T(0));
        Lanes<T>       c(T(0));
        for (int power = QuarterTurn<T>::last_power; power >= 4; power -= 2) {
            c = multiply_add(c, z, Lanes<T>(reciprocal_factorial(power)));
            s = multiply_add(s, z, Lanes<T>(reciprocal_factorial(power - 1)));
        }
        sine = r + ((r * z * s) + ... + low);
        // 1 − z/2 is rounded; what that lost is put back.
        const Lanes<T> half = z * T(0.5);
        const Lanes<T> most = T(1) - half;
        cosine              = most + (((T(1) - most) - half) + ((z * z * c) - ... - (r * low)));
    }

private:
    /// With the sign of the series: 1/4!, −1/6!, … and −1/3!, 1/5!, …
    static constexpr T reciprocal_factorial(int n) {
        long double factorial = 1;
        for (int factor = 2; factor <= n; ++factor) factorial *= factor;
        return static_cast<T>((n % 4 == 0 || n % 4 == 1 ? 1 : -1) / factorial);
    }
};

/// An angle as quarter turns (−2 to 2, modulo 4) and a rest.
template <class T>
struct Reduced {
    Lanes<T> turns;
    Lanes<T> rest;
    Lanes<T> low{T(0)}; // what the rounding of the rest lost

    explicit Reduced(Lanes<T> x) : rest(x) {
        constexpr T    two_over_pi = T(0.63661977236758134308);
        const Lanes<T> whole       = rounded(x * two_over_pi);
        for (const T part : QuarterTurn<T>::parts) {
            const Lanes<T> less = multiply_add(whole, Lanes<T>(-part), rest);
            low                 = low + multiply_add(whole, Lanes<T>(-part), rest - less);
            rest                = less;
        }
        turns = whole - T(4) * rounded(whole * T(0.25));
    }

private:
    static Lanes<T> rounded(Lanes<T> x) { return (x + QuarterTurn<T>::to_whole) - QuarterTurn<T>::to_whole; }
};

/// Lanes beyond the reduction's reach, infinite ones and NaN are left to the C library.
template <class T, class F>
Lanes<T> beyond_reach(Lanes<T> x, Lanes<T> within, F of_number) {
    const LaneMask<T> beyond = !(abs(x) <= QuarterTurn<T>::reach);
    if (any(beyond)) [[unlikely]] {
        return select(beyond, Lanes<T>::lane_by_lane(x, x, [&](T number, T) { return of_number(number); }), within);
    }
    return within;
}

template <class T>
Lanes<T> sine_of(Lanes<T> x) {
    const Reduced<T>    angle(x);
    const SmallAngle<T> small(angle.rest);
    const auto          odd    = equal(abs(angle.turns), T(1));
    const Lanes<T>      value  = select(odd, small.cosine, small.sine);
    const auto          minus  = equal(angle.turns, T(-1)) || equal(abs(angle.turns), T(2));
    const Lanes<T>      result = select(equal(x, T(0)), x, select(minus, -value, value)); // −0 stays −0
    return beyond_reach(x, result, [](T number) { return std::sin(number); });
}

template <class T>
Lanes<T> cosine_of(Lanes<T> x) {
    const Reduced<T>    angle(x);
    const SmallAngle<T> small(angle.rest);
    const auto          odd   = equal(abs(angle.turns), T(1));
    const Lanes<T>      value = select(odd, small.sine, small.cosine);
    const auto          minus = equal(angle.turns, T(1)) || equal(abs(angle.turns), T(2));
    return beyond_reach(x, select(minus, -value, value), [](T number) { return std::cos(number); });
}

/// Sine over cosine, of odd quarter turns the negative reciprocal. What the reduction rounds is magnified here.
template <class T>
Lanes<T> tangent_of(Lanes<T> x) {
    const Reduced<T>    angle(x);
    const SmallAngle<T> small(angle.rest, angle.low);
    const auto          odd    = equal(abs(angle.turns), T(1));
    const Lanes<T>      value  = select(odd, -small.cosine, small.sine) / select(odd, small.sine, small.cosine);
    const Lanes<T>      result = select(equal(x, T(0)), x, value); // −0 stays −0
    return beyond_reach(x, result, [](T number) { return std::tan(number); });
}

template <class T, bool z>
Lanes<T, z> tan(Lanes<T, z> x) {
    return Lanes<T, z>(tangent_of(Lanes<T>(x.batch())).batch());
}

} // namespace XTGRAD_TARGET
} // namespace xtgrad
