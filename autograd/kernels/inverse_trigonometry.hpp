#pragma once

#include <xtgrad/autograd/kernels/exponential.hpp>

namespace xtgrad {
inline namespace XTGRAD_TARGET {

// Angles, in lanes. Right to 3 units in the last place. The polynomials are minimax for the relative error of the whole function (Remez's algorithm
// in 60 digits), then rounded; beside each stands what it adds to the error.

template <class T>
struct InverseTrigonometryNumbers;
template <>
struct InverseTrigonometryNumbers<float> {
    // (atan(u)/u − 1)/u² in u², |u| ≤ tan(π/8): 0.03 units.
    static constexpr std::array<float, 5> tangent{-0x1.555556p-2F, 0x1.999628p-3F, -0x1.23fd90p-3F, 0x1.b59156p-4F, -0x1.0136b8p-4F};
    // (asin(x)/x − 1)/x² in x², |x| ≤ ½: 0.07 units.
    static constexpr std::array<float, 5> sine{0x1.555556p-3F, 0x1.331f5cp-4F, 0x1.7200eep-5F, 0x1.a21450p-6F, 0x1.48756ep-5F};
    // π/4, the first number short: three times it is exact.
    static constexpr float eighth_high = 0x1.921fb8p-1F, eighth_low = -0x1.5dde98p-24F;
};
template <>
struct InverseTrigonometryNumbers<double> {
    // 0.02 units.
    static constexpr std::array<double, 11> tangent{-0x1.5555555555555p-2, 0x1.9999999998315p-3, -0x1.249249238befcp-3, 0x1.c71c7130ebdf5p-4,
                                                    -0x1.745d00499f183p-4, 0x1.3b118fe451810p-4, -0x1.10f086aa57a9ap-4, 0x1.df4fb217def64p-5,
                                                    -0x1.9de029f6f7d1cp-5, 0x1.3a5589620a8fcp-5, -0x1.2a8fe7171f47ep-6};
    // 0.09 units.
    static constexpr std::array<double, 12> sine{0x1.5555555555555p-3, 0x1.333333334660ap-4, 0x1.6db6db57bd263p-5,  0x1.f1c7265c4fe43p-6,
                                                 0x1.6e8a6fcd5b38dp-6, 0x1.1c655c972f19dp-6, 0x1.c772c6b8fbf64p-7,  0x1.8c01312aca031p-7,
                                                 0x1.c1e93dca11e38p-8, 0x1.31d7272d4f3ebp-6, -0x1.ea0b85bdf628dp-7, 0x1.fd6504bc1a915p-6};
    static constexpr double                 eighth_high = 0x1.921fb54442d18p-1, eighth_low = 0x1.1a62633145c07p-55;
};

/// The angle of (x, y) for x and y not below 0, of which not both are 0 or infinite, and whose sum is finite: by the smaller over the larger, and
/// beyond tan(π/8) by the difference to π/4. Then the angle to the other half of the axis where `left`.
template <class T>
[[gnu::always_inline]] inline Lanes<T> angle_of(Lanes<T> y, Lanes<T> x, LaneMask<T> left) {
    using A                   = InverseTrigonometryNumbers<T>;
    const LaneMask<T> steep   = y > x;
    const Lanes<T>    less    = select(steep, x, y);
    const Lanes<T>    more    = select(steep, y, x);
    const LaneMask<T> oblique = less > more * T(0.41421356237309504880);
    const Lanes<T>    u       = select(oblique, less - more, less) / select(oblique, less + more, more);
    const Lanes<T>    squared = u * u;
    const Lanes<T>    angle   = multiply_add(u * squared, polynomial(squared, A::tangent), u);
    // ±angle and a count of eighths of the circle.
    const Lanes<T> first  = select(oblique, Lanes<T>(T(1)), Lanes<T>(T(0)));
    const Lanes<T> second = select(steep, T(2) - first, first);
    const Lanes<T> third  = select(left, T(4) - second, second);
    const Lanes<T> turned = select(steep, -angle, angle);
    return multiply_add(third, Lanes<T>(A::eighth_high), multiply_add(third, Lanes<T>(A::eighth_low), select(left, -turned, turned)));
}

template <class T>
[[gnu::always_inline]] inline Lanes<T> atan_of(Lanes<T> x) {
    return with_sign_of(x, angle_of(abs(x), Lanes<T>(T(1)), Lanes<T>(T(0)) > T(0)));
}

template <class T>
[[gnu::always_inline]] inline Lanes<T> atan2_of(Lanes<T> y, Lanes<T> x) {
    constexpr T       infinity = std::numeric_limits<T>::infinity();
    Lanes<T>          height = abs(y), width = abs(x);
    const LaneMask<T> diagonal = equal(height, infinity) && equal(width, infinity), origin = equal(height + width, T(0));
    // To where sums are finite and products normal.
    const Lanes<T> up      = select(height + width < T(1), Lanes<T>(T(2) / std::numeric_limits<T>::epsilon()), Lanes<T>(T(1)));
    const Lanes<T> scale   = select(height + width > std::numeric_limits<T>::max() / 2, Lanes<T>(T(0.25)), up);
    height                 = select(diagonal, Lanes<T>(T(1)), height * scale);
    width                  = select(diagonal || origin, Lanes<T>(T(1)), width * scale);
    const LaneMask<T> left = with_sign_of(x, Lanes<T>(T(1))) < T(0);
    return with_sign_of(y, angle_of(height, width, left));
}

/// asin(x) of |x| ≤ ½ is x + x³·P(x²); of larger numbers π/2 − 2·asin(√((1 − |x|)/2)).
template <class T>
struct ArcSine {
    LaneMask<T> steep;
    Lanes<T>    root; // x or √((1 − |x|)/2), not below 0
    Lanes<T>    rest; // its arc sine less itself

    [[gnu::always_inline]] explicit ArcSine(Lanes<T> x) : steep(abs(x) > T(0.5)) {
        const Lanes<T> size = abs(x);
        const Lanes<T> part = select(steep, T(0.5) - T(0.5) * size, size * size);
        root                = select(steep, sqrt(part), size);
        rest                = root * part * polynomial(part, InverseTrigonometryNumbers<T>::sine);
    }
};

template <class T>
[[gnu::always_inline]] inline Lanes<T> asin_of(Lanes<T> x) {
    using A = InverseTrigonometryNumbers<T>;
    const ArcSine<T> arc(x);
    const Lanes<T>   high = T(2) * (A::eighth_high - arc.root), low = T(2) * (A::eighth_low - arc.rest);
    return with_sign_of(x, select(arc.steep, high + low, arc.root + arc.rest));
}

/// Twice the arc of the root near 1, π less that near −1, π/2 less the arc sine between.
template <class T>
[[gnu::always_inline]] inline Lanes<T> acos_of(Lanes<T> x) {
    using A = InverseTrigonometryNumbers<T>;
    const ArcSine<T>  arc(x);
    const LaneMask<T> minus = x < T(0);
    const Lanes<T>    root  = select(arc.steep, arc.root + arc.root, arc.root);
    const Lanes<T>    rest  = select(arc.steep, arc.rest + arc.rest, arc.rest);
    const Lanes<T>    turns = select(arc.steep, select(minus, Lanes<T>(T(4)), Lanes<T>(T(0))), Lanes<T>(T(2)));
    const LaneMask<T> add   = (arc.steep && !minus) || (minus && !arc.steep);
    const Lanes<T>    high = turns * A::eighth_high, low = turns * A::eighth_low;
    const Lanes<T>    whole = high + select(add, root, -root);
    const Lanes<T>    lost  = (high - whole) + select(add, root, -root);
    return whole + (lost + (low + select(add, rest, -rest)));
}

} // namespace XTGRAD_TARGET
} // namespace xtgrad
