#pragma once

#include <array>

#include <xtgrad/autograd/formulas/elementwise.hpp>
#include <xtgrad/autograd/kernels/functions.hpp>
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
    explicit Dual(const V& number) : value(number) { make_constant(); }
    template <class Number>
    requires std::is_arithmetic_v<Number> Dual(Number number) : value(number) { make_constant(); }

    // Number by number, as lanes are copied register by register.
    Dual(const Dual& other) : value(other.value) {
        for (std::size_t n = 0; n < N; ++n) set(n, other.partials_[n], other.depends_[n]);
    }
    Dual& operator=(const Dual& other) {
        value = other.value;
        for (std::size_t n = 0; n < N; ++n) set(n, other.partials_[n], other.depends_[n]);
        return *this;
    }
    ~Dual() = default;

    V value;

    const V& partial(std::size_t direction) const { return partials_[direction]; }
    /// Whether a direction changes the number at all; where it does not, the partial is 0. Compilers know this of every number in a function without
    /// loops, and leave out the products with such zeros, which they may not do of their own accord.
    bool depends(std::size_t direction) const { return depends_[direction]; }
    void set(std::size_t direction, const V& partial, bool dependent = true) {
        partials_[direction] = partial;
        depends_[direction]  = dependent;
    }

    friend Dual cotangent_product(const Dual& g, const Dual& factor) { return DualKind<V, N>::template apply<CotangentProduct>(g, factor); }
    friend Dual cotangent_quotient(const Dual& g, const Dual& divisor) { return DualKind<V, N>::template apply<CotangentQuotient>(g, divisor); }
    friend auto isfinite(const Dual& x) { return isfinite(x.value); }
    template <class Truth>
    friend Dual select(const Truth& truth, const Dual& a, const Dual& b) {
        return DualKind<V, N>::choose(truth, a, b);
    }

private:
    void make_constant() {
        for (std::size_t n = 0; n < N; ++n) set(n, V(0), false);
    }

    std::array<V, N>    partials_;
    std::array<bool, N> depends_{};
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
                for (std::size_t n = 0; n < N; ++n) add_linear<P>(y, n, std::index_sequence_for<In...>{}, x...);
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
        for (std::size_t n = 0; n < N; ++n) y.set(n, select(truth, a.partial(n), b.partial(n)), a.depends(n) || b.depends(n));
        return y;
    }

private:
    [[gnu::always_inline]] static void add(Number& y, std::size_t direction, const V& term) {
        y.set(direction, y.depends(direction) ? V(y.partial(direction) + term) : term);
    }

    template <class P, std::size_t... I, class... In>
    [[gnu::always_inline]] static void add_linear(Number& y, std::size_t n, std::index_sequence<I...>, const In&... x) {
        const auto add_one = [&]<std::size_t input>(const Number& from) {
            if (!from.depends(n)) return;
            if constexpr (P::arity == 1) {
                add(y, n, P::vjp(Cotangent<V>(from.partial(n))).value());
            } else {
                add(y, n, std::get<input>(P::vjp(Cotangent<V>(from.partial(n))).contributions)().value());
            }
        };
        (add_one.template operator()<I>(x), ...);
    }

    template <class Rule, class... In>
    [[gnu::always_inline]] static void add_products(Number& y, const Rule& rule, const In&... x) {
        const auto add_one = [&](const V& derivative, const Number& from) {
            for (std::size_t n = 0; n < N; ++n) {
                if (from.depends(n)) add(y, n, cotangent_product(from.partial(n), derivative));
            }
        };
        if constexpr (sizeof...(In) == 1) {
            (add_one(rule.value(), x), ...);
        } else {
            std::apply(
                [&](const auto&... contribution) {
                    const auto add_lazy = [&](const auto& lazy, const Number& from) {
                        if constexpr (!std::is_same_v<decltype(lazy()), NoContribution>) add_one(lazy().value(), from);
                    };
                    (add_lazy(contribution, x), ...);
                },
                rule.contributions);
        }
    }
};

} // namespace XTGRAD_TARGET
} // namespace xtgrad
