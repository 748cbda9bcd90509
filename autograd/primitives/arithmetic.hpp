#pragma once

#include <limits>
#include <numbers>

#include <xtgrad/autograd/primitive.hpp>

namespace xtgrad {

struct Add : Elementwise<2> {
    static constexpr std::string_view name = "add";

    static auto forward(auto a, auto b) { return a + b; }
    template <class V>
    static constexpr auto vjp(const Cotangent<V>& g) {
        return each([=] { return g; }, [=] { return g; });
    }
    static auto                              reference(auto a, auto b) { return a + b; }
    static constexpr std::array<Interval, 2> samples() { return {{{-3, 3}, {-3, 3}}}; }
};

struct Subtract : Elementwise<2> {
    static constexpr std::string_view name = "subtract";

    static auto forward(auto a, auto b) { return a - b; }
    template <class V>
    static constexpr auto vjp(const Cotangent<V>& g) {
        return each([=] { return g; }, [=] { return -g; });
    }
    static auto                              reference(auto a, auto b) { return a - b; }
    static constexpr std::array<Interval, 2> samples() { return {{{-3, 3}, {-3, 3}}}; }
};

struct Multiply : Elementwise<2> {
    static constexpr std::string_view name = "multiply";

    static auto forward(auto a, auto b) { return a * b; }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& a, const V& b) {
        return each([=] { return g * b; }, [=] { return g * a; });
    }
    static auto                              reference(auto a, auto b) { return a * b; }
    static constexpr std::array<Interval, 2> samples() { return {{{-3, 3}, {-3, 3}}}; }
};

struct Divide : Elementwise<2> {
    static constexpr std::string_view name = "divide";

    static auto forward(auto a, auto b) { return a / b; }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& a, const V& b) {
        return each([=] { return g / b; }, [=] { return -((g / b) * (a / b)); });
    }
    static auto                              reference(auto a, auto b) { return a / b; }
    static constexpr std::array<Interval, 2> samples() { return {{{-3, 3}, {0.4, 3}}}; }
};

struct Negate : Elementwise<1> {
    static constexpr std::string_view name = "negate";

    static auto forward(auto x) { return -x; }
    template <class V>
    static constexpr auto vjp(const Cotangent<V>& g) {
        return -g;
    }
    static auto                              reference(auto x) { return -x; }
    static constexpr std::array<Interval, 1> samples() { return {{{-3, 3}}}; }
};

struct Square : Elementwise<1> {
    static constexpr std::string_view name = "square";

    static auto forward(auto x) { return square(x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g * (x + x);
    }
    static auto                              reference(auto x) { return x * x; }
    static constexpr std::array<Interval, 1> samples() { return {{{-3, 3}}}; }
};

struct Sqrt : Elementwise<1> {
    static constexpr std::string_view name = "sqrt";

    static auto forward(auto x) { return sqrt(x); }
    template <class V>
    static auto vjp_from_output(const Cotangent<V>& g, const V& y) {
        return g / (y + y);
    }
    static auto                              reference(auto x) { return sqrt(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{0.1, 9}}}; }
};

struct Pow : Elementwise<2> {
    static constexpr std::string_view name = "pow";

    static auto forward(auto a, auto b) { return pow(a, b); }
    // Where the exponent is 0 the power is 1 whatever the base; where the base is 0 its logarithm must not meet a power of 0.
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& a, const V& b) {
        return each([=] { return g * select(equal(b, V(0)), V(0), b * pow(a, b - V(1))); },
                    [=] { return g * select(equal(a, V(0)) && b >= V(0), V(0), log(a) * pow(a, b)); });
    }
    static auto                              reference(auto a, auto b) { return pow(a, b); }
    static constexpr std::array<Interval, 2> samples() { return {{{0.2, 3}, {-2.5, 2.5}}}; }
};

struct Cbrt : Elementwise<1> {
    static constexpr std::string_view name = "cbrt";

    static auto forward(auto x) { return cbrt(x); }
    template <class V>
    static auto vjp_from_output(const Cotangent<V>& g, const V& y) {
        return g / (V(3) * (y * y));
    }
    static auto                              reference(auto x) { return cbrt(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{0.1, 9}}}; }
};

struct Hypot : Elementwise<2> {
    static constexpr std::string_view name = "hypot";

    /// a over the length of (a, b), 0 at the origin. By the ratio of the smaller to the larger, so that neither it nor its own derivatives
    /// overflow or cancel, and with its limit where one alone is infinite.
    template <class V>
    static V share(const V& a, const V& b) {
        const auto larger = abs(a) >= abs(b);
        const V    ratio  = select(larger, b / a, a / b);
        const V    root   = sqrt(V(1) + ratio * ratio);
        return select(equal(a, V(0)) && equal(b, V(0)), V(0), select(larger, sign(a), sign(b) * ratio) / root);
    }
    static auto forward(auto a, auto b) { return hypot(a, b); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& a, const V& b) {
        return each([=] { return g * share(a, b); }, [=] { return g * share(b, a); });
    }
    static auto                              reference(auto a, auto b) { return sqrt(a * a + b * b); }
    static constexpr std::array<Interval, 2> samples() { return {{{0.3, 3}, {-3, -0.3}}}; }
};

/// The angle of the point (x, y).
struct Atan2 : Elementwise<2> {
    static constexpr std::string_view name = "atan2";

    // x over the square of the length, which may itself overflow.
    template <class V>
    static V part(const V& x, const V& y) {
        const V    length = hypot(x, y);
        const auto far    = equal(length, V(std::numeric_limits<double>::infinity()));
        return select(equal(length, V(0)) || (far && equal(x, x) && equal(y, y)), V(0), (x / length) / length);
    }
    static auto forward(auto y, auto x) { return atan2(y, x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& y, const V& x) {
        return each([=] { return g * part(x, y); }, [=] { return -(g * part(y, x)); });
    }
    static auto                              reference(auto y, auto x) { return atan2(y, x); }
    static constexpr std::array<Interval, 2> samples() { return {{{-3, -0.3}, {-3, 3}}}; }
};

/// x·2ⁿ.
struct Ldexp : Elementwise<2> {
    static constexpr std::string_view name = "ldexp";

    static auto forward(auto x, auto n) { return ldexp(x, n); }
    template <class V>
    static auto vjp_from_both(const Cotangent<V>& g, const V&, const V& n, const V& y) {
        return each([=] { return g * exp2(n); }, [=] { return g * (y * V(std::numbers::ln2)); });
    }
    static auto                              reference(auto x, auto n) { return x * exp2(n); }
    static constexpr std::array<Interval, 2> samples() { return {{{-3, 3}, {-4, 4}}}; }
};

/// From a to b, exact at both ends.
struct Lerp : Elementwise<3> {
    static constexpr std::string_view name = "lerp";

    template <class V>
    static V forward(const V& a, const V& b, const V& weight) {
        return select(weight < V(0.5), a + weight * (b - a), b - (V(1) - weight) * (b - a));
    }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& a, const V& b, const V& weight) {
        return each([=] { return g * (V(1) - weight); }, [=] { return g * weight; }, [=] { return g * (b - a); });
    }
    static auto                              reference(auto a, auto b, auto weight) { return a + weight * (b - a); }
    static constexpr std::array<Interval, 3> samples() { return {{{-3, 3}, {-3, 3}, {-0.5, 1.5}}}; }
};

} // namespace xtgrad
