#pragma once

#include <limits>
#include <numbers>

#include <xtgrad/autograd/primitive.hpp>

namespace xtgrad {

struct Exp : Elementwise<1> {
    static constexpr std::string_view name = "exp";

    static auto forward(auto x) { return exp(x); }
    template <class V>
    static auto vjp_from_output(const Cotangent<V>& g, const V& y) {
        return g * y;
    }
    static auto                              reference(auto x) { return exp(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-4, 4}}}; }
};

struct Expm1 : Elementwise<1> {
    static constexpr std::string_view name = "expm1";

    static auto forward(auto x) { return expm1(x); }
    // y + 1 would lose every digit for large negative x.
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g * exp(x);
    }
    static auto                              reference(auto x) { return expm1(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-4, 4}}}; }
};

struct Log : Elementwise<1> {
    static constexpr std::string_view name = "log";

    static auto forward(auto x) { return log(x); }
    // Outside the domain 1/x is finite; the gradient of a NaN must be NaN.
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g / select(x < V(0), V(std::numeric_limits<double>::quiet_NaN()), x);
    }
    static auto                              reference(auto x) { return log(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{0.05, 9}}}; }
};

struct Log1p : Elementwise<1> {
    static constexpr std::string_view name = "log1p";

    static auto forward(auto x) { return log1p(x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g / select(x < V(-1), V(std::numeric_limits<double>::quiet_NaN()), V(1) + x);
    }
    static auto                              reference(auto x) { return log1p(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-0.9, 9}}}; }
};

struct Sin : Elementwise<1> {
    static constexpr std::string_view name = "sin";

    static auto forward(auto x) { return sin(x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g * cos(x);
    }
    static auto                              reference(auto x) { return sin(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-4, 4}}}; }
};

struct Cos : Elementwise<1> {
    static constexpr std::string_view name = "cos";

    static auto forward(auto x) { return cos(x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return -(g * sin(x));
    }
    static auto                              reference(auto x) { return cos(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-4, 4}}}; }
};

/// σ(x)·σ(−x), the derivative of sigmoid; y·(1 − y) would be 0 for x above 37. A map's lanes have it at
/// once: kernels/lanes.hpp.
template <class V>
V sigmoid_slope(const V& x) {
    return sigmoid(x) * sigmoid(-x);
}

struct Tanh : Elementwise<1> {
    static constexpr std::string_view name = "tanh";

    static auto forward(auto x) { return tanh(x); }
    // sech²x = 4·σ(2x)·σ(−2x): 1 − y² would be 0 where the derivative is still 1e-17.
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g * (V(4) * sigmoid_slope(V(x + x)));
    }
    static auto                              reference(auto x) { return tanh(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-3, 3}}}; }
};

struct Exp2 : Elementwise<1> {
    static constexpr std::string_view name = "exp2";

    static auto forward(auto x) { return exp2(x); }
    template <class V>
    static auto vjp_from_output(const Cotangent<V>& g, const V& y) {
        return g * (y * V(std::numbers::ln2));
    }
    static auto                              reference(auto x) { return exp2(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-5, 5}}}; }
};

/// 1/(x·log base), NaN where the logarithm is.
template <class V>
Cotangent<V> of_a_logarithm(const Cotangent<V>& g, const V& x, double log_of_base) {
    return g / select(x < V(0), V(std::numeric_limits<double>::quiet_NaN()), x * V(log_of_base));
}

struct Log2 : Elementwise<1> {
    static constexpr std::string_view name = "log2";

    static auto forward(auto x) { return log2(x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return of_a_logarithm(g, x, std::numbers::ln2);
    }
    static auto                              reference(auto x) { return log2(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{0.05, 9}}}; }
};

struct Log10 : Elementwise<1> {
    static constexpr std::string_view name = "log10";

    static auto forward(auto x) { return log10(x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return of_a_logarithm(g, x, std::numbers::ln10);
    }
    static auto                              reference(auto x) { return log10(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{0.05, 9}}}; }
};

} // namespace xtgrad
