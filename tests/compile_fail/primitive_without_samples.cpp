// A primitive that the gradient suite could not check.
// expect: an elementwise primitive needs a name, samples, and exactly one vjp

#include <xtgrad/autograd/kernels/elementwise.hpp>

using namespace xtgrad;

struct Twice : Elementwise<1> {
    static constexpr std::string_view name = "twice";
    static auto                       forward(auto x) { return x + x; }
    template <class V>
    static auto vjp(const Cotangent<V>& g) {
        return g + g;
    }
    static auto reference(auto x) { return x + x; }
#ifndef XTGRAD_MUST_FAIL
    static constexpr std::array<Interval, 1> samples() { return {{{-3, 3}}}; }
#endif
};

auto kernel() { return kernels::kernel_of<Twice, double>(); }
