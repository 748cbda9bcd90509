// A vjp that is not linear in its cotangent: functions take numbers, not cotangents.
// expect: (no matching function for call to .*exp|use of undeclared identifier .*exp)

#include <xtgrad/autograd/kernels/elementwise.hpp>

using namespace xtgrad;

struct Exponential : Elementwise<1> {
    static constexpr std::string_view name = "exponential";
    static auto                       forward(auto x) { return exp(x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
#ifdef XTGRAD_MUST_FAIL
        return exp(g) * x;
#else
        return g * exp(x);
#endif
    }
    static auto                              reference(auto x) { return exp(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-3, 3}}}; }
};

auto kernel() { return kernels::kernel_of<Exponential, double>(); }
