#pragma once

#include <xtgrad/autograd/primitive.hpp>

namespace xtgrad {

/// The gradient of a step: zero, but NaN for NaN.
template <class V>
Cotangent<V> of_a_step(const Cotangent<V>& g, const V& x) {
    return g * select(equal(x, x), V(0), x);
}

struct Floor : Elementwise<1> {
    static constexpr std::string_view name = "floor";

    static auto forward(auto x) { return floor(x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return of_a_step(g, x);
    }
    static auto                              reference(auto x) { return floor(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-3, 3}}}; }
};

struct Ceil : Elementwise<1> {
    static constexpr std::string_view name = "ceil";

    static auto forward(auto x) { return ceil(x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return of_a_step(g, x);
    }
    static auto                              reference(auto x) { return -floor(-x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-3, 3}}}; }
};

struct Round : Elementwise<1> {
    static constexpr std::string_view name = "round";

    static auto forward(auto x) { return round(x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return of_a_step(g, x);
    }
    // But for halves, which are not drawn.
    static auto                              reference(auto x) { return floor(x + 0.5); }
    static constexpr std::array<Interval, 1> samples() { return {{{-3, 3}}}; }
};

struct Trunc : Elementwise<1> {
    static constexpr std::string_view name = "trunc";

    static auto forward(auto x) { return trunc(x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return of_a_step(g, x);
    }
    template <class Q>
    static Q reference(Q x) {
        return x < 0 ? -floor(-x) : floor(x);
    }
    static constexpr std::array<Interval, 1> samples() { return {{{-3, 3}}}; }
};

struct Fmod : Elementwise<2> {
    static constexpr std::string_view name = "fmod";

    static auto forward(auto a, auto b) { return fmod(a, b); }
    // a − y is a whole multiple of b.
    template <class V>
    static auto vjp_from_both(const Cotangent<V>& g, const V& a, const V& b, const V& y) {
        return each([=] { return g * select(equal(y, y), V(1), y); }, [=] { return -(g * round((a - y) / b)); });
    }
    template <class Q>
    static Q reference(Q a, Q b) {
        const Q quotient = a / b;
        return a - b * (quotient < 0 ? -floor(-quotient) : floor(quotient));
    }
    static constexpr std::array<Interval, 2> samples() { return {{{-7, 7}, {0.5, 2.5}}}; }
};

struct Remainder : Elementwise<2> {
    static constexpr std::string_view name = "remainder";

    static auto forward(auto a, auto b) { return remainder(a, b); }
    template <class V>
    static auto vjp_from_both(const Cotangent<V>& g, const V& a, const V& b, const V& y) {
        return each([=] { return g * select(equal(y, y), V(1), y); }, [=] { return -(g * round((a - y) / b)); });
    }
    static auto                              reference(auto a, auto b) { return a - b * floor(a / b); }
    static constexpr std::array<Interval, 2> samples() { return {{{-7, 7}, {0.5, 2.5}}}; }
};

/// |a| with the sign bit of b.
struct Copysign : Elementwise<2> {
    static constexpr std::string_view name = "copysign";

    static auto forward(auto a, auto b) { return copysign(a, b); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& a, const V& b) {
        return each([=] { return g * (sign(a) * copysign(V(1), b)); }, no_contribution);
    }
    template <class Q>
    static Q reference(Q a, Q b) {
        return (a < 0) == (b < 0) ? a : -a;
    }
    static constexpr std::array<Interval, 2> samples() { return {{{-3, 3}, {-3, 3}}}; }
};

} // namespace xtgrad
