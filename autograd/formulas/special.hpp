#pragma once

#include <xtgrad/autograd/formulas/formula.hpp>

namespace xtgrad {

struct Sinc : Formula<1> {
    static constexpr std::string_view name = "sinc";

    static auto of(const auto& x) { return sinc_derivative(0, x); }
    static auto reference(auto x) {
        const auto t = 4 * atan(decltype(x)(1)) * x;
        return sin(t) / t;
    }
    static constexpr std::array<Interval, 1> samples() { return {{{0.1, 1.2}}}; }
};

struct Erfcx : Formula<1> {
    static constexpr std::string_view name = "erfcx";

    static auto                              of(const auto& x) { return erfcx_moment(0, x); }
    static auto                              reference(auto x) { return exp(x * x) * erfc(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-2, 4}}}; }
};

struct Digamma : Formula<1> {
    static constexpr std::string_view name = "digamma";

    static auto                              of(const auto& x) { return polygamma(0, x); }
    static constexpr std::array<Interval, 1> samples() { return {{{0.2, 6}}}; }
};

struct I0 : Formula<1> {
    static constexpr std::string_view name = "i0";

    static auto                              of(const auto& x) { return bessel_i(0, x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-6, 6}}}; }
};

struct I1 : Formula<1> {
    static constexpr std::string_view name = "i1";

    static auto                              of(const auto& x) { return bessel_i(1, x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-6, 6}}}; }
};

struct Logit : Formula<1> {
    static constexpr std::string_view name = "logit";

    static auto                              of(const auto& x) { return log(x) - log1p(-x); }
    static auto                              reference(auto x) { return log(x / (1 - x)); }
    static constexpr std::array<Interval, 1> samples() { return {{{0.05, 0.95}}}; }
};

} // namespace xtgrad
