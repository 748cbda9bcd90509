// A primitive without a derivative.
// expect: an elementwise primitive needs a name, samples, and exactly one vjp

#include <xtgrad/autograd/kernels/elementwise.hpp>

using namespace xtgrad;

struct Cube : Elementwise<1> {
    static constexpr std::string_view name = "cube";
    static auto                       forward(auto x) { return x * x * x; }
#ifndef XTGRAD_MUST_FAIL
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g * (V(3) * x * x);
    }
#endif
    static auto                              reference(auto x) { return x * x * x; }
    static constexpr std::array<Interval, 1> samples() { return {{{-3, 3}}}; }
};

auto kernel() { return kernels::kernel_of<Cube, double>(); }
