#pragma once

#include <array>

#include <xtgrad/autograd/kernels/scalar_lanes.hpp>

namespace xtgrad {
inline namespace XTGRAD_TARGET {

// The first two derivatives of log Γ for lanes of positive numbers, without branches, right to 5 units in the last place; digamma to 8
// between 3 and 4, where the recurrence cancels.

template <class T>
struct GammaFunctionNumbers;
template <>
struct GammaFunctionNumbers<float> {
    // The root of digamma in two parts, and digamma over the distance from it, in 2x − 3 for x between 1 and 2: 0.32 units. The polynomials
    // interpolate at Chebyshev's points, computed in 40 digits.
    static constexpr float                 root = 0x1.762d86p+0F, rest = 0x1.ab5f2p-27F;
    static constexpr std::array<float, 10> quotient{0x1.e6f0ccp-1F,   -0x1.b1cb64p-3F, 0x1.ec9f6cp-5F,   -0x1.2fed84p-6F, 0x1.859896p-8F,
                                                    -0x1.fbf640p-10F, 0x1.4283a8p-11F, -0x1.aac8eep-13F, 0x1.87b9eap-14F, -0x1.049beep-15F};
    // From here on Stirling's series is used, with so many terms.
    static constexpr float       far   = 5;
    static constexpr std::size_t terms = 4;
};
template <>
struct GammaFunctionNumbers<double> {
    static constexpr double root = 0x1.762d86356be3fp+0, rest = 0x1.b86a722197829p-54;
    // 0.32 units.
    static constexpr std::array<double, 22> quotient{
        0x1.e6f0cbb873617p-1,  -0x1.b1cb63005ee97p-3,  0x1.eca189b8e6da1p-5,  -0x1.2feeeb98a7cd8p-6,  0x1.8512e5905d180p-8,  -0x1.fb442029cdbf4p-10,
        0x1.4de9aa05d3418p-11, -0x1.b9f8b1367959dp-13, 0x1.256475e5ac975p-14, -0x1.86355f6f68797p-16, 0x1.03c00801ba958p-17, -0x1.5a071c746535bp-19,
        0x1.cd3e42d157015p-21, -0x1.33661f9073563p-22, 0x1.980fc9c9f0be8p-24, -0x1.1002aaf6255f5p-25, 0x1.7b3b41b0b38cdp-27, -0x1.f99f529bd0771p-29,
        0x1.dc8ae08af0fc4p-31, -0x1.3db05b36d9a48p-32, 0x1.104c9d0897b58p-32, -0x1.6b107f71aa124p-34};
    static constexpr double      far   = 11;
    static constexpr std::size_t terms = 8;
};

/// B(2j), Bernoulli's numbers.
inline constexpr std::array<double, 8> bernoulli_numbers{1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510};

/// Σ B(2j)/(2j)^divided·zʲ⁻¹, over the terms that the type needs.
template <class T, bool divided>
[[gnu::always_inline]] inline Lanes<T> stirling_series(Lanes<T> z) {
    constexpr auto coefficients = [] {
        std::array<T, GammaFunctionNumbers<T>::terms> numbers{};
        for (std::size_t j = 0; j < numbers.size(); ++j) {
            numbers[j] = static_cast<T>(divided ? bernoulli_numbers[j] / static_cast<double>(2 * j + 2) : bernoulli_numbers[j]);
        }
        return numbers;
    }();
    return polynomial(z, coefficients);
}

/// The sum of term(x + k) over the k ≥ 0 with x + k < far, and x + k for the first k that is left out.
template <class T>
struct Climb {
    Lanes<T> sum = Lanes<T>(T(0));
    Lanes<T> top;

    template <class Term>
    [[gnu::always_inline]] Climb(Lanes<T> x, Term term) : top(x) {
        for (int step = 0; step < static_cast<int>(GammaFunctionNumbers<T>::far); ++step) {
            const LaneMask<T> below = top < GammaFunctionNumbers<T>::far;
            sum                     = select(below, sum + term(top), sum);
            top                     = select(below, top + T(1), top);
        }
    }
};

/// Digamma of x > 0: near its root by the polynomial, which the recurrence takes to 3 and 0, and beyond by Stirling's series (DLMF 5.11.2) and the
/// recurrence.
template <class T>
[[gnu::always_inline]] inline Lanes<T> digamma_of(Lanes<T> x) {
    using N                 = GammaFunctionNumbers<T>;
    const LaneMask<T> below = x < T(1);
    const LaneMask<T> above = x > T(2);
    const Lanes<T>    down  = x - T(1); // exact where it is used
    const Lanes<T>    inner = at_most(at_least(select(below, x + T(1), select(above, down, x)), T(1)), T(2));
    // x + 1 is rounded, the distance from the root is not.
    const Lanes<T> from_root  = select(below, x - (N::root - T(1)), inner - N::root) - N::rest;
    const Lanes<T> at_inner   = from_root * polynomial(T(2) * inner - T(3), N::quotient);
    const Lanes<T> correction = select(below, T(-1) / x, select(above, T(1) / down, Lanes<T>(T(0))));
    const Climb<T> climb(x, [](Lanes<T> at) { return T(1) / at; });
    const Lanes<T> inverse = T(1) / climb.top;
    const Lanes<T> z       = inverse * inverse;
    const Lanes<T> far     = log_of(climb.top) - (T(0.5) * inverse + z * stirling_series<T, true>(z));
    return select(x < T(3), at_inner + correction, far - climb.sum);
}

/// Trigamma of x > 0 (DLMF 5.15.8): every term but Stirling's is positive.
template <class T>
[[gnu::always_inline]] inline Lanes<T> trigamma_of(Lanes<T> x) {
    const Climb<T> climb(x, [](Lanes<T> at) { return T(1) / (at * at); });
    const Lanes<T> inverse = T(1) / climb.top;
    const Lanes<T> z       = inverse * inverse;
    return climb.sum + (inverse + (T(0.5) * z + inverse * z * stirling_series<T, false>(z)));
}

/// Other orders, and numbers that are not positive, are computed one by one.
template <class T, bool strong_zero>
Lanes<T, strong_zero> polygamma(Lanes<T, strong_zero> of_order, Lanes<T, strong_zero> of) {
    const Lanes<T>    n(of_order.batch()), x(of.batch());
    const LaneMask<T> first = equal(n, T(0)), second = equal(n, T(1));
    const LaneMask<T> rest  = !((first || second) && x > T(0));
    Lanes<T>          value = any(first) ? digamma_of(x) : Lanes<T>(T(0));
    if (any(second)) value = select(second, trigamma_of(x), value);
    if (any(rest)) value = select(rest, each_lane(n, x, [](T a, T b) { return special::polygamma(a, b); }), value);
    return Lanes<T, strong_zero>(value.batch());
}

} // namespace XTGRAD_TARGET
} // namespace xtgrad
