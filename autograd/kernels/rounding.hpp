#pragma once

#include <xtgrad/autograd/kernels/exponential.hpp>

namespace xtgrad {
inline namespace XTGRAD_TARGET {

// Rounding to whole numbers and the remainders of divisions, exact as the C library's. A result keeps the sign bit of its argument, zeros too.

/// One of the directions of the instruction set: 0 to nearest, 1 down, 2 up, 3 towards zero.
template <int direction, class T>
Lanes<T> rounded_to_whole(Lanes<T> x) {
#if defined(__AVX512F__) || defined(__AVX2__)
    constexpr int quietly = direction | 8; // raises no floating-point exception
#endif
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 4) {
        return Lanes<T>(xsimd::batch<T>(_mm512_maskz_roundscale_ps(static_cast<__mmask16>(-1), x.batch(), quietly)));
    } else {
        return Lanes<T>(xsimd::batch<T>(_mm512_maskz_roundscale_pd(static_cast<__mmask8>(-1), x.batch(), quietly)));
    }
#elif defined(__AVX2__)
    if constexpr (sizeof(T) == 4) {
        return Lanes<T>(xsimd::batch<T>(_mm256_round_ps(x.batch(), quietly)));
    } else {
        return Lanes<T>(xsimd::batch<T>(_mm256_round_pd(x.batch(), quietly)));
    }
#else
    const Lanes<T> magnitude  = abs(x);
    constexpr T    whole_from = T(std::uint64_t{1} << ExponentialNumbers<T>::digits); // from here on numbers have no fraction
    const Lanes<T> near       = select(magnitude < whole_from, (magnitude + whole_from) - whole_from, magnitude);
    if constexpr (direction == 0) return with_sign_of(x, near);
    if constexpr (direction == 3) return with_sign_of(x, select(near > magnitude, near - T(1), near));
    const Lanes<T> whole = with_sign_of(x, near);
    if constexpr (direction == 1) return with_sign_of(x, abs(select(whole > x, whole - T(1), whole)));
    return with_sign_of(x, abs(select(whole < x, whole + T(1), whole)));
#endif
}

template <class T, bool z>
Lanes<T, z> floor(Lanes<T, z> x) {
    return Lanes<T, z>(rounded_to_whole<1>(Lanes<T>(x.batch())).batch());
}
template <class T, bool z>
Lanes<T, z> ceil(Lanes<T, z> x) {
    return Lanes<T, z>(rounded_to_whole<2>(Lanes<T>(x.batch())).batch());
}
template <class T, bool z>
Lanes<T, z> trunc(Lanes<T, z> x) {
    return Lanes<T, z>(rounded_to_whole<3>(Lanes<T>(x.batch())).batch());
}
/// Half to even.
template <class T, bool z>
Lanes<T, z> round(Lanes<T, z> x) {
    return Lanes<T, z>(rounded_to_whole<0>(Lanes<T>(x.batch())).batch());
}

template <class T>
Lanes<T> copysign_of(Lanes<T> x, Lanes<T> sign) {
    return with_sign_of(sign, abs(x));
}

#if defined(__AVX512F__) || defined(__FMA__)
/// a − quotient·b where that is a number of the type.
template <class T>
Lanes<T> rest_of_division(Lanes<T> a, Lanes<T> quotient, Lanes<T> b) {
    return multiply_add(-quotient, b, a);
}
template <class T>
inline constexpr T least_dividend = 0;
template <class T>
inline constexpr T largest_divisor = std::numeric_limits<T>::max();
#else
/// By Dekker's exact product ("A floating-point technique for extending the available precision", 1971).
template <class T>
Lanes<T> rest_of_division(Lanes<T> a, Lanes<T> quotient, Lanes<T> b) {
    constexpr T splitter = T((std::uint64_t{1} << (ExponentialNumbers<T>::digits / 2 + 1)) + 1);
    const auto high_of = [](Lanes<T> x) {
        const Lanes<T> times = x * splitter;
        return times - (times - x);
    };
    const Lanes<T> product = quotient * b;
    const Lanes<T> q_high = high_of(quotient), b_high = high_of(b);
    const Lanes<T> q_low = quotient - q_high, b_low = b - b_high;
    const Lanes<T> lost = ((q_high * b_high - product) + q_high * b_low + q_low * b_high) + q_low * b_low;
    return (a - product) - lost;
}
// Between them the splitter's products are finite, and what a product loses is a number.
template <class T>
inline constexpr T least_dividend = std::numeric_limits<T>::min() / std::numeric_limits<T>::epsilon() * 4;
template <class T>
inline constexpr T largest_divisor = std::numeric_limits<T>::max() * std::numeric_limits<T>::epsilon() / 4;
#endif

/// The remainder of a/b, of the sign of a. The quotient, rounded to the type and down, is right or one too large; where it is not exact, and near the
/// ends of the range, the C library computes.
template <class T>
[[gnu::always_inline]] inline Lanes<T> fmod_of(Lanes<T> a, Lanes<T> b) {
    constexpr T    reach = T(std::uint64_t{1} << ExponentialNumbers<T>::digits);
    const Lanes<T> x = abs(a), y = abs(b);
    const Lanes<T> quotient = rounded_to_whole<3>(x / y);
    const Lanes<T> rest     = rest_of_division(x, quotient, y);
    const Lanes<T> result   = with_sign_of(a, select(rest < T(0), rest + y, rest));
    const auto     within   = quotient < reach && y <= largest_divisor<T> && (x >= least_dividend<T> || equal(quotient, T(0)));
    if (any(!within)) [[unlikely]] {
        return select(within, result, Lanes<T>::lane_by_lane(a, b, [](T p, T q) { return std::fmod(p, q); }));
    }
    return result;
}

/// The remainder of a/b of the sign of b, as numpy.remainder.
template <class T>
[[gnu::always_inline]] inline Lanes<T> remainder_of(Lanes<T> a, Lanes<T> b) {
    const Lanes<T> rest  = fmod_of(a, b);
    const Lanes<T> other = select((rest < T(0) && b > T(0)) || (rest > T(0) && b < T(0)), rest + b, rest);
    return select(equal(rest, T(0)), with_sign_of(b, abs(rest)), other);
}

} // namespace XTGRAD_TARGET
} // namespace xtgrad
