#pragma once

#include <array>
#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <xtgrad/autograd/cotangent.hpp>
#include <xtgrad/autograd/variable.hpp>

namespace xtgrad {

/// What every primitive has: a name, samples for the gradient suite, a reference to check against, and exactly one of `vjp`,
/// `vjp_from_input`, `vjp_from_output`, `vjp_from_both`, whose parameters say what is saved. The two kinds below add the rest.
template <class P>
concept Described = requires {
    { P::name } -> std::convertible_to<std::string_view>;
    P::samples();
};

/// The base of a primitive that works on each element by itself, under broadcasting. Its rules are generic formulas: over SIMD lanes they are
/// the fused path, over Variables the recorded path, for derivatives of higher order.
template <std::size_t N>
struct Elementwise {
    static constexpr std::size_t arity = N;
};

/// Where the suite draws one input of an elementwise primitive from.
struct Interval {
    double low;
    double high;
    /// Drawn as 0 or 1, without a gradient.
    bool truth = false;
};

/// A structured primitive works on whole arrays and is an object whose attributes are members. It has `arity` (0 stands for any number of
/// inputs), `void infer(SourceLocation, const Shape&…)`, which checks the input shapes and stores what is needed of them, and
/// `Value<T> forward(const Value<T>&…) const`.

/// A structured primitive with attributes set, and inputs for it.
template <class P>
struct Sample {
    P                          primitive;
    std::vector<Array<double>> inputs;
};

template <class P>
concept IsElementwise = std::derived_from<P, Elementwise<1>> || std::derived_from<P, Elementwise<2>> || std::derived_from<P, Elementwise<3>>;

enum class Saves { nothing, inputs, output, both };

/// How a vjp is called: which of the four it is, and how many of the first inputs it takes.
struct VjpForm {
    Saves       saves       = Saves::nothing;
    std::size_t inputs      = 0;
    int         definitions = 0;
};

namespace rules {

// Calls the vjp of `P` (an object for structured primitives, used as a type for elementwise ones) with g, `sizeof...(I)` inputs from `x`,
// and the output.
template <Saves saves, class P, class G, class X, class Y, std::size_t... I>
constexpr auto call(const P& primitive, const G& g, const X& x, const Y& y, std::index_sequence<I...>) {
    if constexpr (saves == Saves::nothing) {
        return primitive.vjp(g);
    } else if constexpr (saves == Saves::inputs) {
        return primitive.vjp_from_input(g, x[I]...);
    } else if constexpr (saves == Saves::output) {
        return primitive.vjp_from_output(g, y);
    } else {
        return primitive.vjp_from_both(g, x[I]..., y);
    }
}

template <std::size_t, class V>
using Repeat = V;

template <class P, class G, class V, std::size_t... I>
constexpr bool takes_inputs(std::index_sequence<I...>) {
    return requires(const P& p, const G& g, const Repeat<I, V>&... x) { p.vjp_from_input(g, x...); };
}
template <class P, class G, class V, std::size_t... I>
constexpr bool takes_both(std::index_sequence<I...>) {
    return requires(const P& p, const G& g, const V& y, const Repeat<I, V>&... x) { p.vjp_from_both(g, x..., y); };
}

/// Finds the vjp of `P` for a cotangent of type G and values of type V.
template <class P, class G, class V>
constexpr VjpForm vjp_form() {
    VjpForm form;
    if constexpr (requires(const P& p, const G& g) { p.vjp(g); }) form = {Saves::nothing, 0, form.definitions + 1};
    if constexpr (requires(const P& p, const G& g, const V& y) { p.vjp_from_output(g, y); }) form = {Saves::output, 0, form.definitions + 1};
    constexpr std::size_t most = P::arity;
    const auto            look = [&]<std::size_t count>() {
        if constexpr (count <= most) {
            if constexpr (takes_inputs<P, G, V>(std::make_index_sequence<count>{})) form = {Saves::inputs, count, form.definitions + 1};
            if constexpr (takes_both<P, G, V>(std::make_index_sequence<count>{})) form = {Saves::both, count, form.definitions + 1};
        }
    };
    look.template operator()<1>();
    look.template operator()<2>();
    look.template operator()<3>();
    return form;
}

/// The vjp of an elementwise primitive over V.
template <class P, class V>
inline constexpr VjpForm elementwise_form = vjp_form<P, Cotangent<V>, V>();

} // namespace rules

/// A complete elementwise primitive, over lanes, numbers or Variables of type V.
template <class P, class V>
concept ElementwiseRule = IsElementwise<P> && Described<P> && rules::elementwise_form<P, V>
.definitions == 1;

/// A complete structured primitive.
template <class P, class T>
concept StructuredRule = Described<P> && rules::vjp_form<P, Variable<T>, Variable<T>>()
.definitions == 1;

/// Runs a structured primitive: checks the shapes, computes, and records where an input is recorded. Compiled where the primitive's public
/// function is (ops/*.cpp).
template <class P, Scalar T>
Variable<T> apply(P primitive, std::span<const Variable<T>> operands, SourceLocation where);

} // namespace xtgrad
