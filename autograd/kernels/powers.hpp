#pragma once

#include <xtgrad/autograd/kernels/exponential.hpp>

namespace xtgrad {
inline namespace XTGRAD_TARGET {

// Powers of two, logarithms of base 2 and 10, cube roots and lengths, right to 2 units in the last place. Whole powers of two, their logarithms of
// base 2 and the cube roots of cubes are exact.

template <class T>
struct PowerNumbers;
template <>
struct PowerNumbers<float> {
    static constexpr float lowest  = -152; // 2^x is 0 below,
    static constexpr float highest = 130;  // and overflows above
    // (2^r − 1)/r for |r| ≤ ½, minimax for the relative error of 2^r: 0.13 units.
    static constexpr std::array<float, 6> power_of_two{0x1.62e430p-1F, 0x1.ebfb8ep-3F,  0x1.c6afaep-5F,
                                                       0x1.3b6c04p-7F, 0x1.5eee7cp-10F, 0x1.150340p-13F};
    // 1/ln 2, 1/ln 10 and log10 2 as sums of a short number, whose product with another short one is exact, and the rest.
    static constexpr std::uint32_t short_bits  = 0xfffff000;
    static constexpr float         log2_e_high = 0x1.716p+0F, log2_e_low = -0x1.7135a8p-13F;
    static constexpr float         log10_e_high = 0x1.bccp-2F, log10_e_low = -0x1.09d5b2p-15F;
    static constexpr float         log10_two_high = 0x1.344p-2F, log10_two_low = 0x1.3509f8p-18F;
    // 1/∛m for m between 1/√2 and √2, minimax, to 2^−14.7: 0.1 units after Newton's step.
    static constexpr std::array<float, 5> reciprocal_cube_root{0x1.dfe070p+0F, -0x1.dca0c0p+0F, 0x1.8fb15ap+0F, -0x1.679ea8p-1F, 0x1.06e5f6p-3F};
    static constexpr int                  thirds_up = 8;                 // 2^(3·8) makes every subnormal number normal
    static constexpr float far = 0x1p60F, near = 0x1p-50F, up = 0x1p90F; // squares of lengths between them are normal; others are scaled
};
template <>
struct PowerNumbers<double> {
    static constexpr double lowest  = -1077;
    static constexpr double highest = 1026;
    // 0.19 units.
    static constexpr std::array<double, 11> power_of_two{0x1.62e42fefa39f3p-1,  0x1.ebfbdff82c598p-3,  0x1.c6b08d7048f30p-5,  0x1.3b2ab6fba1e1cp-7,
                                                         0x1.5d87fe7bbc07ep-10, 0x1.4309130961210p-13, 0x1.ffcbee3a4c898p-17, 0x1.62bfd49eb7facp-20,
                                                         0x1.b5416923e760bp-24, 0x1.e605f99f6daa1p-28, 0x1.c0615294089c9p-32};
    static constexpr std::uint64_t          short_bits  = 0xffffffff00000000;
    static constexpr double                 log2_e_high = 0x1.71547652p+0, log2_e_low = 0x1.705fc2eefa200p-33;
    static constexpr double                 log10_e_high = 0x1.bcb7b152p-2, log10_e_low = 0x1.b9438ca9aadd5p-36;
    static constexpr double                 log10_two_high = 0x1.344135p-2, log10_two_low = 0x1.3ef3fde623e25p-31;
    // To 2^−20.1: less than 0.01 units.
    static constexpr std::array<double, 7> reciprocal_cube_root{0x1.0e13f9b3bb63ep+1,  -0x1.93679620a5be2p+1, 0x1.1c0b759b906bcp+2,
                                                                -0x1.02bb4c36433b9p+2, 0x1.207ecf8d6aecbp+1,  -0x1.66f12badbc842p-1,
                                                                0x1.7e196a7a5e80cp-4};
    static constexpr int                   thirds_up = 18;
    static constexpr double                far = 0x1p500, near = 0x1p-400, up = 0x1p660;
};

/// 2^x as 2^whole · (1 + rest).
template <class T>
struct SplitPowerOfTwo {
    WholeNumber<T> whole;
    Lanes<T>       rest;

    [[gnu::always_inline]] explicit SplitPowerOfTwo(Lanes<T> x) : whole(x + ExponentialNumbers<T>::to_whole) {
        const Lanes<T> r = x - whole.value;
        rest             = r * polynomial(r, PowerNumbers<T>::power_of_two);
    }
};

template <class T>
[[gnu::always_inline]] inline Lanes<T> exp2_of(Lanes<T> x) {
    const SplitPowerOfTwo<T> split(at_most(at_least(x, PowerNumbers<T>::lowest), PowerNumbers<T>::highest));
    return scaled(split.rest + T(1), split.whole);
}

/// log(1 + f), where 1 + f is between 1/√2 and √2, times a factor, plus a short number and a small one: the scheme of FreeBSD's e_log2.c and
/// e_log10.c.
template <class T>
[[gnu::always_inline]] inline Lanes<T> logarithm_times(Lanes<T> f, T factor_high, T factor_low, Lanes<T> plus, Lanes<T> plus_low) {
    const Lanes<T> square = f * f;
    const Lanes<T> half   = T(0.5) * square;
    const Lanes<T> high   = (LaneBits<T>(f - half) & PowerNumbers<T>::short_bits).lanes();
    const Lanes<T> low    = logarithm_past_square(f, square, (f - high) - half);
    const Lanes<T> times  = high * factor_high;
    const Lanes<T> sum    = plus + times;
    const Lanes<T> lost   = (plus - sum) + times;
    return sum + (lost + multiply_add(low, Lanes<T>(factor_high), multiply_add(low + high, Lanes<T>(factor_low), plus_low)));
}
template <class T>
[[gnu::always_inline]] inline Lanes<T> log2_of(Lanes<T> x) {
    using P = PowerNumbers<T>;
    return logarithm_by(x, [](Lanes<T> exponent, Lanes<T> f) { return logarithm_times(f, P::log2_e_high, P::log2_e_low, exponent, Lanes<T>(T(0))); });
}
template <class T>
[[gnu::always_inline]] inline Lanes<T> log10_of(Lanes<T> x) {
    using P = PowerNumbers<T>;
    return logarithm_by(x, [](Lanes<T> exponent, Lanes<T> f) {
        return logarithm_times(f, P::log10_e_high, P::log10_e_low, exponent * P::log10_two_high, exponent * P::log10_two_low);
    });
}

/// x·2ⁿ without overflow on the way; n need not be whole.
template <class T>
[[gnu::always_inline]] inline Lanes<T> ldexp_of(Lanes<T> x, Lanes<T> n) {
    using N                           = ExponentialNumbers<T>;
    constexpr T              most     = T(2) * (N::bias + T(N::digits) + T(10)); // takes every number to 0 or infinity
    constexpr T              infinity = std::numeric_limits<T>::infinity();
    constexpr int            up       = N::digits + 1;
    const Lanes<T>           size     = abs(x);
    const LaneMask<T>        tiny     = size < std::numeric_limits<T>::min();
    const SplitNumber<T>     number(select(tiny, size * T(std::uint64_t{1} << up), size));
    const Lanes<T>           exponent = select(tiny, number.exponent - T(up), number.exponent);
    const SplitPowerOfTwo<T> power(at_most(at_least(n, -most), most));
    // The sum is brought to where it is 0 or infinite.
    const Lanes<T> sum    = at_most(at_least(exponent + power.whole.value, T(-1.5) * N::bias), T(1.5) * N::bias);
    const Lanes<T> result = with_sign_of(x, scaled(number.mantissa + number.mantissa * power.rest, WholeNumber<T>(sum + N::to_whole)));
    // 0, infinity and NaN have no exponent; 2ⁿ itself may be 0 or infinite.
    const Lanes<T> edge = select(n < infinity, select(n > -infinity, Lanes<T>(T(1)), Lanes<T>(T(0))), n);
    return select(size > T(0) && size < infinity, result, x * edge);
}

/// ∛x of x = 2^(3k) · 2^j · m, j of −1, 0 and 1: from 1/∛m to ∛(2^j·m) by a step of Newton's.
template <class T>
[[gnu::always_inline]] inline Lanes<T> cbrt_of(Lanes<T> x) {
    using N                   = ExponentialNumbers<T>;
    using P                   = PowerNumbers<T>;
    const Lanes<T>       size = abs(x);
    const LaneMask<T>    tiny = size < std::numeric_limits<T>::min();
    const SplitNumber<T> number(select(tiny, size * T(std::uint64_t{1} << (3 * P::thirds_up)), size));
    const WholeNumber<T> third(multiply_add(number.exponent, Lanes<T>(T(1) / T(3)), Lanes<T>(N::to_whole)));
    const Lanes<T>       over = number.exponent - T(3) * third.value;
    const auto           more = over > T(0), less = over < T(0);
    const Lanes<T>       m = number.mantissa;
    Lanes<T>             r = polynomial(m, P::reciprocal_cube_root);
    if constexpr (sizeof(T) == 8) {
        // (1 − e)^(−1/3) = 1 + e/3 + 2e²/9 + …, of which the rest is less than 2^−57.
        const Lanes<T> e = T(1) - m * (r * r * r);
        r                = multiply_add(r * e, multiply_add(e, Lanes<T>(T(2) / T(9)), Lanes<T>(T(1) / T(3))), r);
    }
    r = r * select(more, Lanes<T>(T(0.79370052598409973738)), select(less, Lanes<T>(T(1.25992104989487316477)), Lanes<T>(T(1))));
    const Lanes<T> scaled_m = m * select(more, Lanes<T>(T(2)), select(less, Lanes<T>(T(0.5)), Lanes<T>(T(1))));
    const Lanes<T> square   = r * r;
    const Lanes<T> y        = scaled_m * square;
    const Lanes<T> wrong    = scaled_m - y * y * y;
    const Lanes<T> root     = multiply_add(wrong, square * T(1.0 / 3.0), y);
    const Lanes<T> exponent = select(tiny, third.value - T(P::thirds_up), third.value);
    const Lanes<T> result   = with_sign_of(x, root * scaled_normal(T(1), WholeNumber<T>(exponent + N::to_whole)));
    return select(size > T(0) && size < std::numeric_limits<T>::infinity(), result, x);
}

/// √(a² + b²), scaled where squares would leave the range.
template <class T>
[[gnu::always_inline]] inline Lanes<T> hypot_of(Lanes<T> a, Lanes<T> b) {
    using P                    = PowerNumbers<T>;
    constexpr T       infinity = std::numeric_limits<T>::infinity();
    const Lanes<T>    x = abs(a), y = abs(b);
    const LaneMask<T> far = x > P::far || y > P::far, near = x < P::near && y < P::near;
    const Lanes<T>    scale = select(far, Lanes<T>(T(1) / P::up), select(near, Lanes<T>(P::up), Lanes<T>(T(1))));
    const Lanes<T>    back  = select(far, Lanes<T>(P::up), select(near, Lanes<T>(T(1) / P::up), Lanes<T>(T(1))));
    const Lanes<T>    p = x * scale, q = y * scale;
    const Lanes<T>    length = sqrt(p * p + q * q) * back;
    return select(equal(x, infinity) || equal(y, infinity), Lanes<T>(infinity), length);
}

} // namespace XTGRAD_TARGET
} // namespace xtgrad
