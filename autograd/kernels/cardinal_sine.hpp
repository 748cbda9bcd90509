#pragma once

#include <array>
#include <numbers>

#include <xtgrad/autograd/kernels/scalar_lanes.hpp>

namespace xtgrad {
inline namespace XTGRAD_TARGET {

/// sin(πx) and cos(πx) for |x| ≤ QuarterTurn<T>::reach: the half turns are counted exactly.
template <class T>
struct HalfTurnAngle {
    Lanes<T> sine;
    Lanes<T> cosine;

    [[gnu::always_inline]] explicit HalfTurnAngle(Lanes<T> x) {
        const auto          rounded  = [](Lanes<T> y) { return (y + QuarterTurn<T>::to_whole) - QuarterTurn<T>::to_whole; };
        const Lanes<T>      quarters = rounded(x + x);
        const SmallAngle<T> small((x - T(0.5) * quarters) * T(std::numbers::pi));
        const Lanes<T>      side = quarters - T(4) * rounded(T(0.25) * quarters); // −2 … 2
        const LaneMask<T>   odd  = equal(abs(side), T(1));
        const LaneMask<T>   back = equal(abs(side), T(2));
        const Lanes<T>      s    = select(odd, small.cosine, small.sine);
        const Lanes<T>      c    = select(odd, small.sine, small.cosine);
        sine                     = select(back || equal(side, T(-1)), -s, s);
        cosine                   = select(back || equal(side, T(1)), -c, c);
    }
};

/// (cos t − sin t/t)/t as its power series Σ (−1)ᵏ·2k·t²ᵏ⁻¹/(2k + 1)!, for |t| ≤ 1.3, where the difference cancels: 0.02 units.
template <class T>
[[gnu::always_inline]] inline Lanes<T> sinc_slope_of_small(Lanes<T> t) {
    constexpr auto coefficients = [] {
        std::array<T, sizeof(T) == 4 ? 6 : 10> numbers{};
        long double                            factorial = 1; // (2k + 1)!
        for (std::size_t k = 1; k <= numbers.size(); ++k) {
            factorial *= static_cast<long double>(2 * k * (2 * k + 1));
            numbers[k - 1] = static_cast<T>((k % 2 == 0 ? 1 : -1) * static_cast<long double>(2 * k) / factorial);
        }
        return numbers;
    }();
    return t * polynomial(t * t, coefficients);
}

/// The value and the first derivative, right to 4 units in the last place of the larger of the result and 1/x. Other orders, and numbers past the
/// reach, are computed one by one.
template <class T, bool strong_zero>
Lanes<T, strong_zero> sinc_derivative(Lanes<T, strong_zero> of_order, Lanes<T, strong_zero> of) {
    constexpr T            pi = T(std::numbers::pi);
    const Lanes<T>         n(of_order.batch()), x(of.batch());
    const LaneMask<T>      within = abs(x) <= QuarterTurn<T>::reach;
    const Lanes<T>         inner  = select(within, x, Lanes<T>(T(0)));
    const HalfTurnAngle<T> angle(inner);
    const Lanes<T>         t     = pi * inner;
    const Lanes<T>         value = select(equal(t, T(0)), Lanes<T>(T(1)), angle.sine / t);
    const LaneMask<T>      first = equal(n, T(0)), second = equal(n, T(1));
    Lanes<T>               result = value;
    if (any(second)) {
        const Lanes<T> slope = select(abs(inner) < T(0.4), pi * sinc_slope_of_small(t), (angle.cosine - value) / inner);
        result               = select(second, slope, value);
    }
    const LaneMask<T> rest = !((first || second) && within);
    if (any(rest)) [[unlikely]]
        result = select(rest, each_lane(n, x, [](T a, T b) { return special::sinc_derivative(a, b); }), result);
    return Lanes<T, strong_zero>(result.batch());
}

} // namespace XTGRAD_TARGET
} // namespace xtgrad
