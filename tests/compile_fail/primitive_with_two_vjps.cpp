// A primitive whose derivative stands in two places.
// expect: an elementwise primitive needs a name, samples, and exactly one vjp

#include <xtgrad/autograd/kernels/elementwise.hpp>

using namespace xtgrad;

struct Exponential : Elementwise<1> {
    static constexpr std::string_view name = "exponential";
    static auto                       forward(auto x) { return exp(x); }
    template <class V>
    static auto vjp_from_output(const Cotangent<V>& g, const V& y) {
        return g * y;
    }
#ifdef XTGRAD_MUST_FAIL
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g * exp(x);
    }
#endif
    static auto                              reference(auto x) { return exp(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-3, 3}}}; }
};

auto kernel() { return kernels::kernel_of<Exponential, double>(); }
