// A vjp that is not linear in its cotangent: a cotangent has no product with a cotangent.
// expect: (no match for .*operator\*|invalid operands to binary expression)
// expect: Cotangent<

#include <xtgrad/autograd/kernels/elementwise.hpp>

using namespace xtgrad;

struct Twice : Elementwise<1> {
    static constexpr std::string_view name = "twice";
    static auto                       forward(auto x) { return x + x; }
    template <class V>
    static auto vjp(const Cotangent<V>& g) {
#ifdef XTGRAD_MUST_FAIL
        return g * g;
#else
        return g + g;
#endif
    }
    static auto                              reference(auto x) { return x + x; }
    static constexpr std::array<Interval, 1> samples() { return {{{-3, 3}}}; }
};

auto kernel() { return kernels::kernel_of<Twice, double>(); }
