#pragma once

#include <tuple>
#include <utility>

namespace xtgrad {

/// What a vjp is given: the cotangent of its output, over lanes, numbers or Variables. It has linear operations only, so that a vjp which is
/// not linear in it does not compile.
///
/// Products and quotients have the **strong zero**: where the ordinary result would be NaN and the cotangent is exactly zero, the
/// contribution is zero. So an infinite or undefined derivative in a branch that `where` did not take cannot poison the gradient, while a
/// finite derivative keeps the ordinary product, and derivatives through a zero cotangent stay right.
template <class V>
class Cotangent {
public:
    explicit constexpr Cotangent(V value) : value_(std::move(value)) {}

    friend constexpr Cotangent operator*(const Cotangent& g, const V& factor) { return Cotangent(cotangent_product(g.value_, factor)); }
    friend constexpr Cotangent operator/(const Cotangent& g, const V& divisor) { return Cotangent(cotangent_quotient(g.value_, divisor)); }
    friend constexpr Cotangent operator-(const Cotangent& g) { return Cotangent(-g.value_); }
    friend constexpr Cotangent operator+(const Cotangent& a, const Cotangent& b) { return Cotangent(a.value_ + b.value_); }
    friend constexpr Cotangent operator-(const Cotangent& a, const Cotangent& b) { return Cotangent(a.value_ - b.value_); }

    /// This cotangent where the mask holds, else exactly zero.
    template <class M>
    constexpr Cotangent only_where(const M& mask) const {
        return Cotangent(select(mask, value_, V(0)));
    }

    constexpr const V& value() const { return value_; }

private:
    V value_;
};

/// One lazy contribution for each input. Those that nobody wants are never computed.
template <class... F>
struct Each {
    std::tuple<F...> contributions;
};
template <class... F>
constexpr Each<F...> each(F... contributions) {
    return {std::tuple<F...>(std::move(contributions)...)};
}

/// The contribution of an input that has none by nature, as a condition.
struct NoContribution {};
inline constexpr auto no_contribution = [] { return NoContribution{}; };

} // namespace xtgrad
