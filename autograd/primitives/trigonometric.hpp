#pragma once

#include <limits>
#include <numbers>

#include <xtgrad/autograd/primitive.hpp>

namespace xtgrad {

struct Tan : Elementwise<1> {
    static constexpr std::string_view name = "tan";

    static auto forward(auto x) { return tan(x); }
    template <class V>
    static auto vjp_from_output(const Cotangent<V>& g, const V& y) {
        return g * (V(1) + y * y);
    }
    static auto                              reference(auto x) { return tan(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-1.4, 1.4}}}; }
};

struct Asin : Elementwise<1> {
    static constexpr std::string_view name = "asin";

    static auto forward(auto x) { return asin(x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g / sqrt((V(1) - x) * (V(1) + x));
    }
    static auto                              reference(auto x) { return asin(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-0.95, 0.95}}}; }
};

struct Acos : Elementwise<1> {
    static constexpr std::string_view name = "acos";

    static auto forward(auto x) { return acos(x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return -(g / sqrt((V(1) - x) * (V(1) + x)));
    }
    static auto                              reference(auto x) { return acos(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-0.95, 0.95}}}; }
};

struct Atan : Elementwise<1> {
    static constexpr std::string_view name = "atan";

    static auto forward(auto x) { return atan(x); }
    // Where x² overflows, the derivative is less than the smallest normal number.
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g / (V(1) + x * x);
    }
    static auto                              reference(auto x) { return atan(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-4, 4}}}; }
};

struct Sinh : Elementwise<1> {
    static constexpr std::string_view name = "sinh";

    static auto forward(auto x) { return sinh(x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g * cosh(x);
    }
    static auto                              reference(auto x) { return sinh(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-3, 3}}}; }
};

struct Cosh : Elementwise<1> {
    static constexpr std::string_view name = "cosh";

    static auto forward(auto x) { return cosh(x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g * sinh(x);
    }
    static auto                              reference(auto x) { return cosh(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-3, 3}}}; }
};

struct Asinh : Elementwise<1> {
    static constexpr std::string_view name = "asinh";

    static auto forward(auto x) { return asinh(x); }
    // √(1 + x²) without overflow.
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g / hypot(V(1), x);
    }
    static auto                              reference(auto x) { return asinh(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-4, 4}}}; }
};

struct Acosh : Elementwise<1> {
    static constexpr std::string_view name = "acosh";

    static auto forward(auto x) { return acosh(x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g / (sqrt(x - V(1)) * sqrt(x + V(1)));
    }
    static auto                              reference(auto x) { return acosh(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{1.1, 6}}}; }
};

struct Atanh : Elementwise<1> {
    static constexpr std::string_view name = "atanh";

    static auto forward(auto x) { return atanh(x); }
    // Outside the domain 1/(1 − x²) is finite; the gradient of a NaN must be NaN.
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g / select(abs(x) > V(1), V(std::numeric_limits<double>::quiet_NaN()), (V(1) - x) * (V(1) + x));
    }
    static auto                              reference(auto x) { return atanh(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-0.95, 0.95}}}; }
};

/// The derivatives of sinc, of every order: each is the derivative of the one before.
struct SincDerivative : Elementwise<2> {
    static constexpr std::string_view name = "sinc_derivative";

    static auto forward(auto n, auto x) { return sinc_derivative(n, x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& n, const V& x) {
        return each(no_contribution, [=] { return g * sinc_derivative(n + V(1), x); });
    }
    template <class Q>
    static Q reference(Q n, Q x) {
        const Q t = Q(4) * atan(Q(1)) * x;
        return n > 0 ? (cos(t) - sin(t) / t) / x : sin(t) / t;
    }
    // Where neither it nor its next two derivatives has a zero.
    static constexpr std::array<Interval, 2> samples() { return {{{0, 1, true}, {0.1, 0.6}}}; }
};

} // namespace xtgrad
