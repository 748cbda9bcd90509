#pragma once

#include <array>
#include <cstdint>

#include <xtgrad/autograd/kernels/lanes.hpp>

namespace xtgrad {
inline namespace XTGRAD_TARGET {

// Exponentials and logarithms of lanes, and what is made of them, without branches: a map inlines them, and what its value and its derivative have
// in common is computed once. Right to 3 units in the last place, subnormal numbers too; infinities, NaN and the sign of zero as in C.
//
// The polynomials and the rational function are minimax: polynomials by Remez's algorithm in 60 digits, the rational function by Lawson's weights
// in least squares, both for the relative error of the whole function, then rounded. Beside each stands what it adds to the error.

template <class T>
struct ExponentialNumbers;
template <>
struct ExponentialNumbers<float> {
    using Bits                       = std::uint32_t;
    static constexpr int   digits    = 23;
    static constexpr float bias      = 127;
    static constexpr float to_whole  = 0x1.8p23F; // x + this − this is x, rounded to a whole number
    static constexpr float log2_e    = 0x1.715476p+0F;
    static constexpr float ln2_high  = 0x1.62e4p-1F; // short: its products with an exponent are exact
    static constexpr float ln2_low   = 0x1.7f7d1cp-20F;
    static constexpr float lowest    = -104; // e^x is 0 below,
    static constexpr float highest   = 89;   // and overflows above
    static constexpr float minus_one = -20;  // e^x − 1 is −1 below
    // (e^r − 1 − r − r²/2)/r³ for |r| ≤ ln2/2: 0.12 units.
    static constexpr std::array<float, 4> exponential{0x1.5554b6p-3F, 0x1.5555bap-5F, 0x1.122478p-7F, 0x1.6c55a0p-10F};
    // (log(1 + f) − f + f²/2)/f³ for 1 + f between 1/√2 and √2: 0.05 units.
    static constexpr std::array<float, 8> logarithm{0x1.555554p-2F, -0x1.000226p-2F, 0x1.99a008p-3F, -0x1.547244p-3F,
                                                    0x1.22da1ep-3F, -0x1.0d8542p-3F, 0x1.055b68p-3F, -0x1.38b57ap-4F};
};
template <>
struct ExponentialNumbers<double> {
    using Bits                        = std::uint64_t;
    static constexpr int    digits    = 52;
    static constexpr double bias      = 1023;
    static constexpr double to_whole  = 0x1.8p52;
    static constexpr double log2_e    = 0x1.71547652b82fep+0;
    static constexpr double ln2_high  = 0x1.62e42feep-1;
    static constexpr double ln2_low   = 0x1.a39ef35793c76p-33;
    static constexpr double lowest    = -745.2;
    static constexpr double highest   = 710;
    static constexpr double minus_one = -40;
    // 0.11 units.
    static constexpr std::array<double, 9> exponential{0x1.555555555553ep-3,  0x1.5555555553aa9p-5,  0x1.1111111118ef3p-7,
                                                       0x1.6c16c17a268d1p-10, 0x1.a01a017125081p-13, 0x1.a019b30814470p-16,
                                                       0x1.71de982b427d5p-19, 0x1.28980fd6f1c11p-22, 0x1.ae48e7a30a8eep-26};
    // (log((1 + s)/(1 − s)) − 2s)/s³ in s², s = f/(2 + f): 0.01 units.
    static constexpr std::array<double, 7> logarithm{0x1.5555555555594p-1, 0x1.999999997f388p-2, 0x1.249249428c3c8p-2, 0x1.c71c5182fcce9p-3,
                                                     0x1.74665c1945eebp-3, 0x1.399ea1a7c7feep-3, 0x1.2f261abdf22efp-3};
};

/// c_0 + c_1·x + c_2·x² + …
template <class T, std::size_t N>
[[gnu::always_inline]] inline Lanes<T> polynomial(Lanes<T> x, const std::array<T, N>& coefficients) {
    Lanes<T> sum(coefficients[N - 1]);
    for (std::size_t power = N - 1; power-- > 0;) sum = multiply_add(sum, x, Lanes<T>(coefficients[power]));
    return sum;
}

/// Bit patterns of lanes.
template <class T>
class LaneBits {
public:
    using Bits  = typename ExponentialNumbers<T>::Bits;
    using Batch = xsimd::batch<Bits>;

    explicit LaneBits(Lanes<T> x) : batch_(xsimd::bitwise_cast<Batch>(x.batch())) {}
    explicit LaneBits(Batch batch) : batch_(batch) {}

    Lanes<T> lanes() const { return Lanes<T>(xsimd::bitwise_cast<xsimd::batch<T>>(batch_)); }

    friend LaneBits operator+(LaneBits x, Bits y) { return LaneBits(x.batch_ + Batch(y)); }
    friend LaneBits operator-(LaneBits x, LaneBits y) { return LaneBits(x.batch_ - y.batch_); }
    friend LaneBits operator&(LaneBits x, Bits y) { return LaneBits(x.batch_ & Batch(y)); }
    friend LaneBits operator|(LaneBits x, LaneBits y) { return LaneBits(x.batch_ | y.batch_); }
    friend LaneBits operator<<(LaneBits x, int places) { return LaneBits(x.batch_ << places); }
    friend LaneBits operator>>(LaneBits x, int places) { return LaneBits(x.batch_ >> places); }

    static constexpr Bits sign = Bits{1} << (sizeof(T) * 8 - 1);
    static constexpr Bits of(T number) { return __builtin_bit_cast(Bits, number); }

private:
    Batch batch_;
};

/// Lanes that are not below 0, or are zeros or NaN, with the signs of `x`.
template <class T>
Lanes<T> with_sign_of(Lanes<T> x, Lanes<T> lanes) {
    return (LaneBits<T>(lanes) | (LaneBits<T>(x) & LaneBits<T>::sign)).lanes();
}

/// −|x|
template <class T>
Lanes<T> minus_abs(Lanes<T> x) {
    return (LaneBits<T>(x) | LaneBits<T>(Lanes<T>(-T(0)))).lanes();
}

/// A whole number, and its sum with `to_whole`, whose lowest bits are the number's.
template <class T>
struct WholeNumber {
    using N = ExponentialNumbers<T>;

    Lanes<T> biased;
    Lanes<T> value;

    explicit WholeNumber(Lanes<T> biased_number) : biased(biased_number), value(biased_number - N::to_whole) {}
};

#ifdef __AVX512F__
inline Lanes<float> scale(Lanes<float> x, Lanes<float> whole) {
    return Lanes<float>(xsimd::batch<float>(_mm512_maskz_scalef_ps(static_cast<__mmask16>(-1), x.batch(), whole.batch())));
}
inline Lanes<double> scale(Lanes<double> x, Lanes<double> whole) {
    return Lanes<double>(xsimd::batch<double>(_mm512_maskz_scalef_pd(static_cast<__mmask8>(-1), x.batch(), whole.batch())));
}
#endif

/// number · 2^whole, where that is a normal number.
template <class T>
Lanes<T> scaled_normal(T number, WholeNumber<T> whole) {
#ifdef __AVX512F__
    return scale(Lanes<T>(number), whole.value);
#else
    return ((LaneBits<T>(whole.biased) << ExponentialNumbers<T>::digits) + LaneBits<T>::of(number)).lanes();
#endif
}

/// x · 2^whole, rounded once, for whole numbers up to twice the largest exponent.
template <class T>
[[gnu::always_inline]] inline Lanes<T> scaled(Lanes<T> x, WholeNumber<T> whole) {
#ifdef __AVX512F__
    return scale(x, whole.value);
#else
    using N = ExponentialNumbers<T>;
    const WholeNumber<T> half(multiply_add(whole.value, Lanes<T>(T(0.5)), Lanes<T>(N::to_whole)));
    const LaneBits<T>    rest = LaneBits<T>(whole.biased) - LaneBits<T>(half.biased);
    return x * scaled_normal(T(1), half) * ((rest << N::digits) + LaneBits<T>::of(T(1))).lanes();
#endif
}

/// e^x as 2^whole · (1 + rest).
template <class T>
struct SplitExponential {
    using N = ExponentialNumbers<T>;

    WholeNumber<T> whole;
    Lanes<T>       rest;

    [[gnu::always_inline]] explicit SplitExponential(Lanes<T> x) : whole(multiply_add(x, Lanes<T>(N::log2_e), Lanes<T>(N::to_whole))) {
        const Lanes<T> high = multiply_add(whole.value, Lanes<T>(-N::ln2_high), x);
        const Lanes<T> r    = multiply_add(whole.value, Lanes<T>(-N::ln2_low), high);
        const Lanes<T> q    = multiply_add(polynomial(r, N::exponential), r, Lanes<T>(T(0.5)));
        rest                = multiply_add(r * r, q, r);
    }
};

/// e^x for x ≤ 0, or NaN.
template <class T>
[[gnu::always_inline]] inline Lanes<T> exponential_of_negative(Lanes<T> x) {
    const SplitExponential<T> split(at_least(x, ExponentialNumbers<T>::lowest));
    return scaled(split.rest + T(1), split.whole);
}
template <class T>
[[gnu::always_inline]] inline Lanes<T> exponential_of(Lanes<T> x) {
    return exponential_of_negative(at_most(x, ExponentialNumbers<T>::highest));
}

/// e^x − 1 as 2·(2^(whole−1)·rest + (2^(whole−1) − ½)): 2^whole itself may overflow where the result does not.
template <class T>
[[gnu::always_inline]] inline Lanes<T> expm1_of(Lanes<T> x) {
    using N = ExponentialNumbers<T>;
    const SplitExponential<T> split(at_most(at_least(x, N::minus_one), N::highest));
    const Lanes<T>            half = scaled_normal(T(0.5), split.whole);
    return with_sign_of(x, T(2) * multiply_add(half, split.rest, half - T(0.5)));
}

/// Through e^−|x|, which neither overflows nor cancels in either tail.
template <class T>
[[gnu::always_inline]] inline Lanes<T> sigmoid_of(Lanes<T> x) {
    const Lanes<T> e = exponential_of_negative(minus_abs(x));
    return select(x >= T(0), Lanes<T>(T(1)), e) / (e + T(1));
}

/// σ(x)·σ(−x) = e/(1 + e)², e = e^−|x|.
template <class T>
[[gnu::always_inline]] inline Lanes<T> sigmoid_slope_of(Lanes<T> x) {
    const Lanes<T> e     = exponential_of_negative(minus_abs(x));
    const Lanes<T> below = e + T(1);
    return e / (below * below);
}

/// −t/(2 + t) for t = e^−2|x| − 1, through −t/2.
template <class T>
[[gnu::always_inline]] inline Lanes<T> tanh_of(Lanes<T> x) {
    const SplitExponential<T> split(at_least(minus_abs(x + x), ExponentialNumbers<T>::minus_one));
    const Lanes<T>            minus_half = scaled_normal(T(-0.5), split.whole);
    const Lanes<T>            minus      = multiply_add(minus_half, split.rest, minus_half + T(0.5));
    return with_sign_of(x, minus / (T(1) - minus));
}

/// log(1 + f) − f + f²/2 + more, where 1 + f is between 1/√2 and √2.
template <class T>
Lanes<T> logarithm_past_square(Lanes<T> f, Lanes<T> square, Lanes<T> more) {
    using N = ExponentialNumbers<T>;
    if constexpr (sizeof(T) == 4) {
        return multiply_add(square * f, polynomial(f, N::logarithm), more);
    } else {
        const Lanes<T> s = f / (f + T(2));
        const Lanes<T> z = s * s;
        return multiply_add(s, T(0.5) * square + z * polynomial(z, N::logarithm), more);
    }
}

/// log(2^exponent · (1 + f)), where 1 + f is between 1/√2 and √2: log(1 + f) = f − (f²/2 − …), the scheme of FreeBSD's e_log.c.
template <class T>
Lanes<T> finish_logarithm(Lanes<T> exponent, Lanes<T> f) {
    using N               = ExponentialNumbers<T>;
    const Lanes<T> square = f * f;
    const Lanes<T> later  = logarithm_past_square(f, square, exponent * N::ln2_low);
    return multiply_add(exponent, Lanes<T>(N::ln2_high), f - (T(0.5) * square - later));
}

/// A positive normal number as 2^exponent · mantissa, the mantissa between 1/√2 and √2.
template <class T>
struct SplitNumber {
    Lanes<T> exponent;
    Lanes<T> mantissa;

    explicit SplitNumber(Lanes<T> x) {
        using N                 = ExponentialNumbers<T>;
        using B                 = LaneBits<T>;
        constexpr auto lowest   = B::of(T(0.70710678118654752440));
        constexpr auto fraction = (typename B::Bits{1} << N::digits) - 1;
        const B        shifted  = B(x) + (B::of(T(1)) - lowest);
        mantissa                = ((shifted & fraction) + lowest).lanes();
        exponent                = ((shifted >> N::digits) | B(Lanes<T>(N::to_whole))).lanes() - (N::to_whole + N::bias);
    }
};

/// A logarithm of any base, by its value at 2^exponent · (1 + f).
template <class T, class F>
[[gnu::always_inline]] inline Lanes<T> logarithm_by(Lanes<T> x, F finish) {
    constexpr T          infinity = std::numeric_limits<T>::infinity();
    constexpr int        up       = ExponentialNumbers<T>::digits + 1; // makes every subnormal number normal
    const LaneMask<T>    tiny     = x < std::numeric_limits<T>::min();
    const SplitNumber<T> number(select(tiny, x * T(std::uint64_t{1} << up), x));
    const Lanes<T>       exponent = select(tiny, number.exponent - T(up), number.exponent);
    const Lanes<T>       result   = select(x < infinity, finish(exponent, number.mantissa - T(1)), x);
    return select(x > T(0), result, select(equal(x, T(0)), Lanes<T>(-infinity), Lanes<T>(std::numeric_limits<T>::quiet_NaN())));
}

template <class T>
Lanes<T> log_of(Lanes<T> x) {
    return logarithm_by(x, [](Lanes<T> exponent, Lanes<T> f) { return finish_logarithm(exponent, f); });
}

/// 1 + x for x > −1 as 2^exponent · (1 + f); the rounding error of the sum joins f.
template <class T>
struct SplitSuccessor {
    Lanes<T> exponent;
    Lanes<T> f;

    explicit SplitSuccessor(Lanes<T> x) {
        using N                     = ExponentialNumbers<T>;
        const Lanes<T>       sum    = x + T(1);
        const Lanes<T>       larger = at_least(x, T(1));
        const Lanes<T>       lost   = at_most(x, T(1)) - (sum - larger);
        const SplitNumber<T> number(sum);
        // The largest numbers lose nothing that counts.
        const Lanes<T> unit = scaled_normal(T(1), WholeNumber<T>(at_least(-number.exponent, T(1) - N::bias) + N::to_whole));
        exponent            = number.exponent;
        f                   = multiply_add(lost, unit, number.mantissa - T(1));
    }
};

template <class T>
Lanes<T> log1p_of(Lanes<T> x) {
    constexpr T             infinity = std::numeric_limits<T>::infinity();
    const SplitSuccessor<T> sum(x);
    const Lanes<T>          result = with_sign_of(x, finish_logarithm(sum.exponent, sum.f));
    const Lanes<T>          within = select(x < infinity, result, x);
    return select(x > T(-1), within, select(equal(x, T(-1)), Lanes<T>(-infinity), Lanes<T>(std::numeric_limits<T>::quiet_NaN())));
}

} // namespace XTGRAD_TARGET
} // namespace xtgrad
