#pragma once

#include <xtgrad/autograd/primitives/transcendental.hpp>

namespace xtgrad {

struct Sigmoid : Elementwise<1> {
    static constexpr std::string_view name = "sigmoid";

    static auto forward(auto x) { return sigmoid(x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g * sigmoid_slope(x);
    }
    static auto                              reference(auto x) { return 1 / (1 + exp(-x)); }
    static constexpr std::array<Interval, 1> samples() { return {{{-5, 5}}}; }
};

struct Softplus : Elementwise<1> {
    static constexpr std::string_view name = "softplus";

    template <class V>
    static V forward(const V& x) {
        return select(x > V(0), x, V(0)) + log1p(exp(-abs(x)));
    }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g * sigmoid(x);
    }
    static auto                              reference(auto x) { return log(1 + exp(x)); }
    static constexpr std::array<Interval, 1> samples() { return {{{-5, 5}}}; }
};

struct Relu : Elementwise<1> {
    static constexpr std::string_view name = "relu";

    // A NaN is neither above nor below 0, and stays.
    template <class V>
    static V forward(const V& x) {
        return select(x <= V(0), V(0), x);
    }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g * select(x > V(0), V(1), select(x <= V(0), V(0), x));
    }
    template <class Q>
    static Q reference(Q x) {
        return x > 0 ? x : Q(0);
    }
    static constexpr std::array<Interval, 1> samples() { return {{{-3, 3}}}; }
};

struct Softsign : Elementwise<1> {
    static constexpr std::string_view name = "softsign";

    template <class V>
    static V forward(const V& x) {
        return select(isfinite(x), x / (V(1) + abs(x)), sign(x));
    }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        const V rest = V(1) / (V(1) + abs(x));
        return g * (rest * rest);
    }
    template <class Q>
    static Q reference(Q x) {
        return x / (x < 0 ? 1 - x : 1 + x);
    }
    static constexpr std::array<Interval, 1> samples() { return {{{-5, 5}}}; }
};

} // namespace xtgrad
