#pragma once

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

} // namespace xtgrad
