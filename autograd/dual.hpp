#pragma once

#include <array>

#include <xtgrad/autograd/formulas/elementwise.hpp>
#include <xtgrad/autograd/kernels/scalar_lanes.hpp>
#include <xtgrad/autograd/primitives/elementwise.hpp>

namespace xtgrad {
inline namespace XTGRAD_TARGET {

template <class V, std::size_t N>
struct DualKind;

/// A number with its derivatives in N directions, over lanes or over other duals. Every elementwise primitive works on it: the value by its
/// forward rule, the derivatives by its vjp, which for an elementwise function is the product with the derivative from either side. With
/// N = 0 it is the plain number. Products have the strong zero where those of V do.
template <class V, std::size_t N>
class Dual : public ElementwiseFunctions<DualKind<V, N>> {
public:
    using value_type = typename V::value_type;

    Dual() = default;
    explicit Dual(const V& number) : value(number) { partials.fill(V(0)); }
    template <class Number>
    requires std::is_arithmetic_v<Number> Dual(Number number) : value(number) { partials.fill(V(0)); }

    // Number by number, as lanes are copied register by register.
    Dual(const Dual& other) : value(other.value) {
        for (std::size_t n = 0; n < N; ++n) partials[n] = other.partials[n];
    }
    Dual& operator=(const Dual& other) {
        value = other.value;
        for (std::size_t n = 0; n < N; ++n) partials[n] = other.partials[n];
        return *this;
    }
    ~Dual() = default;

    V                value;
    std::array<V, N> partials;

    friend Dual cotangent_product(const Dual& g, const Dual& factor) { return DualKind<V, N>::template apply<CotangentProduct>(g, factor); }
    friend Dual cotangent_quotient(const Dual& g, const Dual& divisor) { return DualKind<V, N>::template apply<CotangentQuotient>(g, divisor); }
    friend auto isfinite(const Dual& x) { return isfinite(x.value); }
    template <class Truth>
    friend Dual select(const Truth& truth, const Dual& a, const Dual& b) {
        return DualKind<V, N>::choose(truth, a, b);
    }
};

// The masks of lanes are those of the duals over them.
template <class T, bool strong_zero>
LaneMask<T> truth_of(const Lanes<T, strong_zero>&);
template <class V, std::size_t N>
auto truth_of(const Dual<V, N>& dual) {
    return truth_of(dual.value);
}

template <class V, std::size_t N>
struct DualKind {
    using Number = Dual<V, N>;
    using Input  = const Number&;
    using Exact  = Number;
    using Truth  = decltype(truth_of(std::declval<V>()));

    template <class P, class... In>
    [[gnu::always_inline]] static Number apply(const In&... x) {
        constexpr VjpForm form = rules::elementwise_form<P, V>;
        Number            y(P::forward(x.value...));
        if constexpr (N > 0) {
            const std::array<V, sizeof...(In)> values{x.value...};
            if constexpr (form.saves == Saves::nothing) {
                // Linear: the derivatives themselves go through the rule.
                for (std::size_t n = 0; n < N; ++n) y.partials[n] = linear<P>(std::index_sequence_for<In...>{}, x.partials[n]...);
            } else {
                const auto rule = rules::call<form.saves>(P{}, Cotangent<V>(V(1)), values, y.value, std::make_index_sequence<form.inputs>{});
                add_products(y, rule, x...);
            }
        }
        return y;
    }
    template <class P>
    static Number of_order(Input order, Input x) {
        return apply<P>(order, x);
    }
    template <class F, class... In>
    static Number compose(const In&... x) {
        return F::of(x...);
    }
    static Truth compare(Comparison comparison, Input a, Input b) {
        switch (comparison) {
        case Comparison::less:
            return a.value < b.value;
        case Comparison::less_equal:
            return a.value <= b.value;
        case Comparison::equal:
            return equal(a.value, b.value);
        default:
            return !equal(a.value, b.value);
        }
    }
    static Number choose(const Truth& truth, Input a, Input b) {
        Number y(select(truth, a.value, b.value));
        for (std::size_t n = 0; n < N; ++n) y.partials[n] = select(truth, a.partials[n], b.partials[n]);
        return y;
    }

private:
    template <class P, std::size_t... I, class... Tangent>
    [[gnu::always_inline]] static V linear(std::index_sequence<I...>, const Tangent&... tangent) {
        if constexpr (P::arity == 1) {
            return (P::vjp(Cotangent<V>(tangent)).value(), ...);
        } else {
            return (std::get<I>(P::vjp(Cotangent<V>(tangent)).contributions)().value() + ...);
        }
    }

    template <class Rule, class... In>
    [[gnu::always_inline]] static void add_products(Number& y, const Rule& rule, const In&... x) {
        if constexpr (sizeof...(In) == 1) {
            for (std::size_t n = 0; n < N; ++n) y.partials[n] = cotangent_product((x.partials[n], ...), rule.value());
        } else {
            std::apply(
                [&](const auto&... contribution) {
                    bool       first = true;
                    const auto add   = [&](const auto& lazy, const auto& input) {
                        if constexpr (!std::is_same_v<decltype(lazy()), NoContribution>) {
                            const V derivative = lazy().value();
                            for (std::size_t n = 0; n < N; ++n) {
                                const V term  = cotangent_product(input.partials[n], derivative);
                                y.partials[n] = first ? term : y.partials[n] + term;
                            }
                            first = false;
                        }
                    };
                    (add(contribution, x), ...);
                },
                rule.contributions);
        }
    }
};

} // namespace XTGRAD_TARGET
} // namespace xtgrad
