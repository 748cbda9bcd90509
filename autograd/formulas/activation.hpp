#pragma once

#include <limits>
#include <numbers>

#include <xtgrad/autograd/formulas/formula.hpp>

namespace xtgrad {

/// x itself, with a gradient that is NaN where x is: choosing x would pass it on.
auto kept(const auto& x) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return clip(x, -infinity, infinity);
}

/// x·share(x) for a share that goes to 1 on the right and to 0 on the left, faster than x grows. Far out it is relu(x) to the last bit; there
/// the product would have ∞·0.
auto gated(const auto& x, const auto& share) { return where(abs(x) > 1e4, relu(x), x * share); }

struct Silu : Formula<1> {
    static constexpr std::string_view name = "silu";

    static auto of(const auto& x) { return gated(x, sigmoid(x)); }
    static auto reference(auto x) { return x / (1 + exp(-x)); }
    // The derivative has a zero at −1.28.
    static constexpr std::array<Interval, 1> samples() { return {{{-1, 5}}}; }
};

struct Gelu : Formula<1> {
    static constexpr std::string_view name = "gelu";

    static auto of(const auto& x) { return gated(x, ndtr(x)); }
    static auto reference(auto x) { return x * erfc(-x / sqrt(decltype(x)(2))) / 2; }
    // The derivative has a zero at −0.75.
    static constexpr std::array<Interval, 1> samples() { return {{{-0.5, 5}}}; }
};

struct GeluTanh : Formula<1> {
    static constexpr std::string_view name = "gelu_tanh";

    // (1 + tanh u)/2 is the sigmoid of 2u, which keeps its digits on the left.
    static auto of(const auto& x) {
        constexpr double scale = 2 * std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
        return gated(x, sigmoid(scale * (x * (1 + 0.044715 * square(x)))));
    }
    static auto reference(auto x) {
        using Q = decltype(x);
        return x / 2 * (1 + tanh(sqrt(Q(1) / (2 * atan(Q(1)))) * (x + Q(0.044715) * x * x * x)));
    }
    static constexpr std::array<Interval, 1> samples() { return {{{-0.5, 5}}}; }
};

struct Mish : Formula<1> {
    static constexpr std::string_view name = "mish";

    static auto of(const auto& x) { return gated(x, tanh(softplus(x))); }
    static auto reference(auto x) { return x * tanh(log(1 + exp(x))); }
    // The derivative has a zero at −1.19.
    static constexpr std::array<Interval, 1> samples() { return {{{-0.8, 5}}}; }
};

struct LogSigmoid : Formula<1> {
    static constexpr std::string_view name = "log_sigmoid";

    static auto                              of(const auto& x) { return -softplus(-x); }
    static auto                              reference(auto x) { return -log(1 + exp(-x)); }
    static constexpr std::array<Interval, 1> samples() { return {{{-5, 5}}}; }
};

/// relu(x) + slope·min(x, 0): exact on both sides, and NaN for NaN in the gradient too.
auto leaky(const auto& x, const auto& slope) { return relu(x) + slope * clip(x, -std::numeric_limits<double>::infinity(), 0); }

struct LeakyRelu : Formula<2> {
    static constexpr std::string_view name = "leaky_relu";

    static auto of(const auto& x, const auto& slope) { return leaky(x, slope); }
    template <class Q>
    static Q reference(Q x, Q slope) {
        return x > 0 ? x : slope * x;
    }
    static constexpr std::array<Interval, 2> samples() { return {{{-3, 3}, {0.01, 0.5}}}; }
};

struct Prelu : Formula<2> {
    static constexpr std::string_view name = "prelu";

    static auto of(const auto& x, const auto& slope) { return leaky(x, slope); }
    template <class Q>
    static Q reference(Q x, Q slope) {
        return x > 0 ? x : slope * x;
    }
    static constexpr std::array<Interval, 2> samples() { return {{{-3, 3}, {-0.5, 0.5}}}; }
};

struct Relu6 : Formula<1> {
    static constexpr std::string_view name = "relu6";

    static auto of(const auto& x) { return clip(x, 0, 6); }
    template <class Q>
    static Q reference(Q x) {
        return x < 0 ? Q(0) : x > 6 ? Q(6) : x;
    }
    static constexpr std::array<Interval, 1> samples() { return {{{-4, 9}}}; }
};

struct Hardtanh : Formula<3> {
    static constexpr std::string_view name = "hardtanh";

    static void check(SourceLocation where, const auto& /*x*/, const auto& low, const auto& high) {
        if (!all(low <= high)) throw ValueError("hardtanh: the lower bound must not exceed the upper one, and neither may be NaN", where);
    }
    static auto of(const auto& x, const auto& low, const auto& high) { return clip(x, low, high); }
    template <class Q>
    static Q reference(Q x, Q low, Q high) {
        return x < low ? low : x > high ? high : x;
    }
    static constexpr std::array<Interval, 3> samples() { return {{{-3, 3}, {-1.5, -0.5}, {0.5, 1.5}}}; }
};

struct Hardsigmoid : Formula<1> {
    static constexpr std::string_view name = "hardsigmoid";

    static auto of(const auto& x) { return clip(x + 3, 0, 6) / 6; }
    template <class Q>
    static Q reference(Q x) {
        return x < -3 ? Q(0) : x > 3 ? Q(1) : (x + 3) / 6;
    }
    static constexpr std::array<Interval, 1> samples() { return {{{-5, 5}}}; }
};

struct Hardswish : Formula<1> {
    static constexpr std::string_view name = "hardswish";

    static auto of(const auto& x) { return where(x < -3, 0, where(x > 3, x, x * (x + 3) / 6)); }
    template <class Q>
    static Q reference(Q x) {
        return x < -3 ? Q(0) : x > 3 ? x : x * (x + 3) / 6;
    }
    // The derivative has a zero at −1.5.
    static constexpr std::array<Interval, 1> samples() { return {{{-1.2, 5}}}; }
};

struct Elu : Formula<2> {
    static constexpr std::string_view name = "elu";

    static auto of(const auto& x, const auto& alpha) { return where(x > 0, x, alpha * expm1(x)); }
    template <class Q>
    static Q reference(Q x, Q alpha) {
        return x > 0 ? x : alpha * expm1(x);
    }
    static constexpr std::array<Interval, 2> samples() { return {{{-4, 3}, {0.5, 2}}}; }
};

struct Selu : Formula<1> {
    static constexpr std::string_view name = "selu";

    // The fixed point of "Self-normalizing neural networks", Klambauer et al., 2017.
    static constexpr double scale = 1.0507009873554804934193349852946;
    static constexpr double alpha = 1.6732632423543772848170429916717;

    static auto of(const auto& x) { return scale * where(x > 0, x, alpha * expm1(x)); }
    template <class Q>
    static Q reference(Q x) {
        return Q(scale) * (x > 0 ? x : Q(alpha) * expm1(x));
    }
    static constexpr std::array<Interval, 1> samples() { return {{{-4, 3}}}; }
};

struct Celu : Formula<2> {
    static constexpr std::string_view name = "celu";

    static void check(SourceLocation where, const auto& /*x*/, const auto& alpha) {
        if (!all(not_equal(alpha, 0))) throw ValueError("celu: alpha must not be 0, it divides", where);
    }
    static auto of(const auto& x, const auto& alpha) { return where(x > 0, x, alpha * expm1(x / alpha)); }
    template <class Q>
    static Q reference(Q x, Q alpha) {
        return x > 0 ? x : alpha * expm1(x / alpha);
    }
    // By alpha the derivative is a difference that cancels near x = 0, and is nothing above.
    static constexpr std::array<Interval, 2> samples() { return {{{-4, -1}, {0.5, 1.5}}}; }
};

struct Softshrink : Formula<2> {
    static constexpr std::string_view name = "softshrink";

    static void check(SourceLocation where, const auto& /*x*/, const auto& threshold) {
        if (!all(threshold >= 0)) throw ValueError("softshrink: the threshold must not be negative", where);
    }
    static auto of(const auto& x, const auto& threshold) { return where(abs(x) <= threshold, 0, kept(x) - threshold * sign(x)); }
    template <class Q>
    static Q reference(Q x, Q threshold) {
        return x > threshold ? x - threshold : x < -threshold ? x + threshold : Q(0);
    }
    static constexpr std::array<Interval, 2> samples() { return {{{-3, 3}, {0.2, 0.8}}}; }
};

struct Hardshrink : Formula<2> {
    static constexpr std::string_view name = "hardshrink";

    static auto of(const auto& x, const auto& threshold) { return where(abs(x) <= threshold, 0, kept(x)); }
    template <class Q>
    static Q reference(Q x, Q threshold) {
        return x > threshold || x < -threshold ? x : Q(0);
    }
    static constexpr std::array<Interval, 2> samples() { return {{{-0.95, 0.95}, {0, 1, true}}}; }
};

struct Tanhshrink : Formula<1> {
    static constexpr std::string_view name = "tanhshrink";

    // Near 0 the difference would cancel. With tanh x = x/(1 + A) for Lambert's continued fraction A = x²/(3 + x²/(5 + …)), DLMF 4.39.1, it is
    // x·A/(1 + A), whose parts and derivatives are all positive.
    static auto of(const auto& x) {
        const auto squared  = square(x);
        auto       fraction = squared / 21;
        for (int odd = 19; odd >= 3; odd -= 2) fraction = squared / (odd + fraction);
        return where(abs(x) < 0.75, x * fraction / (1 + fraction), x - tanh(x));
    }
    static auto                              reference(auto x) { return x - tanh(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-3, 3}}}; }
};

struct Threshold : Formula<3> {
    static constexpr std::string_view name = "threshold";

    static auto of(const auto& x, const auto& threshold, const auto& value) { return where(x <= threshold, value, kept(x)); }
    template <class Q>
    static Q reference(Q x, Q threshold, Q value) {
        return x > threshold ? x : value;
    }
    // Away from the jumps.
    static constexpr std::array<Interval, 3> samples() { return {{{0.05, 0.95}, {0, 1, true}, {-3, 3}}}; }
};

} // namespace xtgrad
