#pragma once

#include <xtgrad/autograd/formulas/formula.hpp>

namespace xtgrad {

struct Reciprocal : Formula<1> {
    static constexpr std::string_view name = "reciprocal";

    static auto                              of(const auto& x) { return 1 / x; }
    static auto                              reference(auto x) { return 1 / x; }
    static constexpr std::array<Interval, 1> samples() { return {{{0.4, 3}}}; }
};

} // namespace xtgrad
