#pragma once

#include <xtgrad/autograd/primitive.hpp>

namespace xtgrad {

/// What reaches a derivative through a cotangent g of the sweep before. Where g is exactly 0 the derivative belongs to a branch that was not
/// taken, and nothing infinite or undefined may come back through it either.
template <class V>
Cotangent<V> through(const Cotangent<V>& h, const V& g) {
    return h.only_where(!equal(g, V(0)) || isfinite(h.value()));
}

/// The product of a cotangent and a derivative as it is recorded: with the strong zero in its value, and the ordinary product's vjp.
struct CotangentProduct : Elementwise<2> {
    static constexpr std::string_view name = "cotangent_product";

    static auto forward(auto g, auto factor) { return cotangent_product(g, factor); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& h, const V& g, const V& factor) {
        return each([=] { return h * factor; }, [=] { return through(h, g) * g; });
    }
    static auto                              reference(auto g, auto factor) { return g * factor; }
    static constexpr std::array<Interval, 2> samples() { return {{{-3, 3}, {-3, 3}}}; }
};

struct CotangentQuotient : Elementwise<2> {
    static constexpr std::string_view name = "cotangent_quotient";

    static auto forward(auto g, auto divisor) { return cotangent_quotient(g, divisor); }
    // Both quotients are of cotangents: 0/0² is 0 as 0/0 is.
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& h, const V& g, const V& divisor) {
        return each([=] { return h / divisor; }, [=] { return -(through(h, g) * cotangent_quotient(cotangent_quotient(g, divisor), divisor)); });
    }
    static auto                              reference(auto g, auto divisor) { return g / divisor; }
    static constexpr std::array<Interval, 2> samples() { return {{{-3, 3}, {0.4, 3}}}; }
};

} // namespace xtgrad
