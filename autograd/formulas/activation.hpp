#pragma once

#include <xtgrad/autograd/formulas/formula.hpp>

namespace xtgrad {

struct Silu : Formula<1> {
    static constexpr std::string_view name = "silu";

    // −∞ times the sigmoid's 0 would be no number.
    static auto of(const auto& x) { return where(equal(x, -std::numeric_limits<double>::infinity()), 0, x) * sigmoid(x); }
    static auto reference(auto x) { return x / (1 + exp(-x)); }
    static constexpr std::array<Interval, 1> samples() { return {{{-5, 5}}}; }
};

struct LeakyRelu : Formula<2> {
    static constexpr std::string_view name = "leaky_relu";

    static auto of(const auto& x, const auto& slope) { return where(x > 0, x, slope * x); }
    template <class Q>
    static Q reference(Q x, Q slope) {
        return x > 0 ? x : slope * x;
    }
    static constexpr std::array<Interval, 2> samples() { return {{{-3, 3}, {0.01, 0.5}}}; }
};

} // namespace xtgrad
