#pragma once

#include <xtgrad/autograd/primitive.hpp>

namespace xtgrad {

/// The product of a cotangent and a derivative as it is recorded: with the strong zero in its value, and the ordinary product's vjp.
struct CotangentProduct : Elementwise<2> {
    static constexpr std::string_view name = "cotangent_product";

    static auto forward(auto g, auto factor) { return cotangent_product(g, factor); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& h, const V& g, const V& factor) {
        return each([=] { return h * factor; }, [=] { return h * g; });
    }
    static auto                              reference(auto g, auto factor) { return g * factor; }
    static constexpr std::array<Interval, 2> samples() { return {{{-3, 3}, {-3, 3}}}; }
};

struct CotangentQuotient : Elementwise<2> {
    static constexpr std::string_view name = "cotangent_quotient";

    static auto forward(auto g, auto divisor) { return cotangent_quotient(g, divisor); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& h, const V& g, const V& divisor) {
        return each([=] { return h / divisor; }, [=] { return -((h / divisor) * cotangent_quotient(g, divisor)); });
    }
    static auto                              reference(auto g, auto divisor) { return g / divisor; }
    static constexpr std::array<Interval, 2> samples() { return {{{-3, 3}, {0.4, 3}}}; }
};

} // namespace xtgrad
