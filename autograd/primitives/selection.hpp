#pragma once

#include <xtgrad/autograd/primitive.hpp>

namespace xtgrad {

struct Abs : Elementwise<1> {
    static constexpr std::string_view name = "abs";

    static auto forward(auto x) { return abs(x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g * sign(x);
    }
    template <class Q>
    static Q reference(Q x) {
        return x < 0 ? -x : x;
    }
    static constexpr std::array<Interval, 1> samples() { return {{{-3, 3}}}; }
};

struct Sign : Elementwise<1> {
    static constexpr std::string_view name = "sign";

    static auto forward(auto x) { return sign(x); }
    // Zero, but NaN for NaN.
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g * select(equal(x, x), V(0), x);
    }
    template <class Q>
    static Q reference(Q x) {
        return x < 0 ? Q(-1) : x > 0 ? Q(1) : Q(0);
    }
    static constexpr std::array<Interval, 1> samples() { return {{{-3, 3}}}; }
};

struct Maximum : Elementwise<2> {
    static constexpr std::string_view name = "maximum";

    template <class V>
    static V forward(const V& a, const V& b) {
        return select(a > b || !equal(a, a), a, b);
    }
    // One to the larger, a half each at a tie, NaN where either is.
    template <class V>
    static V share(const V& mine, const V& other) {
        return select(mine > other, V(1), select(mine < other, V(0), select(equal(mine, other), V(0.5), mine + other)));
    }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& a, const V& b) {
        return each([=] { return g * share(a, b); }, [=] { return g * share(b, a); });
    }
    template <class Q>
    static Q reference(Q a, Q b) {
        return a > b ? a : b;
    }
    static constexpr std::array<Interval, 2> samples() { return {{{-3, 3}, {-3, 3}}}; }
};

struct Minimum : Elementwise<2> {
    static constexpr std::string_view name = "minimum";

    template <class V>
    static V forward(const V& a, const V& b) {
        return select(a < b || !equal(a, a), a, b);
    }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& a, const V& b) {
        return each([=] { return g * Maximum::share(b, a); }, [=] { return g * Maximum::share(a, b); });
    }
    template <class Q>
    static Q reference(Q a, Q b) {
        return a < b ? a : b;
    }
    static constexpr std::array<Interval, 2> samples() { return {{{-3, 3}, {-3, 3}}}; }
};

/// The larger of both, and the other where one is NaN.
struct Fmax : Elementwise<2> {
    static constexpr std::string_view name = "fmax";

    template <class V>
    static V forward(const V& a, const V& b) {
        return select(a > b || !equal(b, b), a, b);
    }
    // Maximum's, but that a number has all against NaN.
    template <class V>
    static V share(const V& mine, const V& other, const V& of_numbers) {
        const auto is  = equal(mine, mine);
        const auto has = equal(other, other);
        return select(is && !has, V(1), select(has && !is, V(0), of_numbers));
    }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& a, const V& b) {
        return each([=] { return g * share(a, b, Maximum::share(a, b)); }, [=] { return g * share(b, a, Maximum::share(b, a)); });
    }
    template <class Q>
    static Q reference(Q a, Q b) {
        return a > b ? a : b;
    }
    static constexpr std::array<Interval, 2> samples() { return {{{-3, 3}, {-3, 3}}}; }
};

struct Fmin : Elementwise<2> {
    static constexpr std::string_view name = "fmin";

    template <class V>
    static V forward(const V& a, const V& b) {
        return select(a < b || !equal(b, b), a, b);
    }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& a, const V& b) {
        return each([=] { return g * Fmax::share(a, b, Maximum::share(b, a)); }, [=] { return g * Fmax::share(b, a, Maximum::share(a, b)); });
    }
    template <class Q>
    static Q reference(Q a, Q b) {
        return a < b ? a : b;
    }
    static constexpr std::array<Interval, 2> samples() { return {{{-3, 3}, {-3, 3}}}; }
};

/// The condition comes as zeros and ones.
struct Where : Elementwise<3> {
    static constexpr std::string_view name = "where";

    template <class V>
    static V forward(const V& condition, const V& a, const V& b) {
        return select(equal(condition, V(0)), b, a);
    }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& condition) {
        return each(
            no_contribution, [=] { return g.only_where(!equal(condition, V(0))); }, [=] { return g.only_where(equal(condition, V(0))); });
    }
    template <class Q>
    static Q reference(Q condition, Q a, Q b) {
        return condition < 0 || condition > 0 ? a : b;
    }
    static constexpr std::array<Interval, 3> samples() { return {{{0, 1, true}, {-3, 3}, {-3, 3}}}; }
};

struct Clip : Elementwise<3> {
    static constexpr std::string_view name = "clip";

    template <class V>
    static V forward(const V& x, const V& low, const V& high) {
        return select(x < low, low, select(x > high, high, x));
    }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x, const V& low, const V& high) {
        return each([=] { return g * select(x < low || x > high, V(0), select(equal(x, x), V(1), x)); }, [=] { return g.only_where(x < low); },
                    [=] { return g.only_where(x > high); });
    }
    template <class Q>
    static Q reference(Q x, Q low, Q high) {
        return x < low ? low : x > high ? high : x;
    }
    static constexpr std::array<Interval, 3> samples() { return {{{-3, 3}, {-1.5, -0.5}, {0.5, 1.5}}}; }
};

} // namespace xtgrad
