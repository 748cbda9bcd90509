#pragma once

#include <limits>
#include <numbers>

#include <xtgrad/autograd/formulas/formula.hpp>

namespace xtgrad {

struct Reciprocal : Formula<1> {
    static constexpr std::string_view name = "reciprocal";

    static auto                              of(const auto& x) { return 1 / x; }
    static auto                              reference(auto x) { return 1 / x; }
    static constexpr std::array<Interval, 1> samples() { return {{{0.4, 3}}}; }
};

struct Rsqrt : Formula<1> {
    static constexpr std::string_view name = "rsqrt";

    static auto                              of(const auto& x) { return 1 / sqrt(x); }
    static auto                              reference(auto x) { return 1 / sqrt(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{0.1, 9}}}; }
};

struct Deg2rad : Formula<1> {
    static constexpr std::string_view name = "deg2rad";

    static auto                              of(const auto& x) { return x * (std::numbers::pi / 180); }
    static auto                              reference(auto x) { return x * atan(decltype(x)(1)) / 45; }
    static constexpr std::array<Interval, 1> samples() { return {{{-360, 360}}}; }
};

struct Rad2deg : Formula<1> {
    static constexpr std::string_view name = "rad2deg";

    static auto                              of(const auto& x) { return x * (180 / std::numbers::pi); }
    static auto                              reference(auto x) { return 45 * x / atan(decltype(x)(1)); }
    static constexpr std::array<Interval, 1> samples() { return {{{-6, 6}}}; }
};

struct Frac : Formula<1> {
    static constexpr std::string_view name = "frac";

    static auto of(const auto& x) { return fmod(x, 1); }
    template <class Q>
    static Q reference(Q x) {
        return x < 0 ? x + floor(-x) : x - floor(x);
    }
    static constexpr std::array<Interval, 1> samples() { return {{{-3, 3}}}; }
};

struct NanToNum : Formula<1> {
    static constexpr std::string_view name = "nan_to_num";

    static auto of(const auto& x) {
        constexpr auto largest = std::numeric_limits<typename std::decay_t<decltype(x)>::value_type>::max();
        return where(not_equal(x, x), 0, clip(x, -largest, largest));
    }
    static auto                              reference(auto x) { return x; }
    static constexpr std::array<Interval, 1> samples() { return {{{-3, 3}}}; }
};

struct Heaviside : Formula<2> {
    static constexpr std::string_view name = "heaviside";

    static auto of(const auto& x, const auto& at_zero) { return where(equal(x, 0), at_zero, (sign(x) + 1) / 2); }
    template <class Q>
    static Q reference(Q x, Q at_zero) {
        return x < 0 ? Q(0) : x > 0 ? Q(1) : at_zero;
    }
    static constexpr std::array<Interval, 2> samples() { return {{{-3, 3}, {0, 1}}}; }
};

struct Addcmul : Formula<3> {
    static constexpr std::string_view name = "addcmul";

    static auto                              of(const auto& x, const auto& a, const auto& b) { return x + a * b; }
    static auto                              of(const auto& x, const auto& a, const auto& b, const auto& value) { return x + value * (a * b); }
    static auto                              reference(auto x, auto a, auto b) { return x + a * b; }
    static constexpr std::array<Interval, 3> samples() { return {{{-3, 3}, {-3, 3}, {-3, 3}}}; }
};

struct Addcdiv : Formula<3> {
    static constexpr std::string_view name = "addcdiv";

    static auto                              of(const auto& x, const auto& a, const auto& b) { return x + a / b; }
    static auto                              of(const auto& x, const auto& a, const auto& b, const auto& value) { return x + value * (a / b); }
    static auto                              reference(auto x, auto a, auto b) { return x + a / b; }
    static constexpr std::array<Interval, 3> samples() { return {{{-3, 3}, {-3, 3}, {0.4, 3}}}; }
};

/// The larger of a and b plus what the smaller adds, each side by one smooth expression, so that derivatives of every order are right at ties. Where
/// both are infinite and alike, as the logarithm of a sum over an axis: the gradient is 0 at −∞, and shared at +∞.
auto log_of_sum(const auto& a, const auto& b, const auto& added) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return where(equal(a, b) && equal(abs(a), infinity), where(a > 0, maximum(a, b), -infinity), where(a > b, a + added(b - a), b + added(a - b)));
}

struct Logaddexp : Formula<2> {
    static constexpr std::string_view name = "logaddexp";

    static auto of(const auto& a, const auto& b) {
        return log_of_sum(a, b, [](const auto& difference) { return softplus(difference); });
    }
    static auto                              reference(auto a, auto b) { return log(exp(a) + exp(b)); }
    static constexpr std::array<Interval, 2> samples() { return {{{-3, 3}, {-3, 3}}}; }
};

struct Logaddexp2 : Formula<2> {
    static constexpr std::string_view name = "logaddexp2";

    static auto of(const auto& a, const auto& b) {
        return log_of_sum(a, b, [](const auto& difference) { return log1p(exp2(difference)) / std::numbers::ln2; });
    }
    static auto                              reference(auto a, auto b) { return log2(exp2(a) + exp2(b)); }
    static constexpr std::array<Interval, 2> samples() { return {{{-3, 3}, {-3, 3}}}; }
};

} // namespace xtgrad
