#pragma once

#include <xtgrad/autograd/tape.hpp>

namespace xtgrad {

/// An argument of a functional form: a Variable, or anything that is evaluated to an array.
template <class X>
concept DifferentiableInput = Expression<X> || std::derived_from<std::decay_t<X>, AnyVariable>;

namespace functional {

// Variables come back as Variables, arrays as arrays.
template <class X>
inline constexpr bool is_variable = std::derived_from<std::decay_t<X>, AnyVariable>;

template <class X>
auto watched(Tape& tape, const X& x, SourceLocation where) {
    using T = typename X::value_type;
    if constexpr (is_variable<X>) {
        // Under an outer tape the argument keeps its history: what is done with it here stays differentiable there.
        return x.recorded() ? ops::alias<T>(x, where) : tape.watch(x, where);
    } else {
        return tape.watch(x, where);
    }
}

} // namespace functional

/// The value of `f` at `x…` and its gradient with respect to each argument, as a tuple to be taken apart:
/// `auto [value, dx] = value_and_gradient(f, x)`. `f` takes Variables and returns one with a single element.
///
/// The forms return what they were given: for arrays a number and Arrays; for Variables, Variables. With Variables under an outer tape the
/// gradient is itself recorded, so that forms nest to any order; without one they are constants. Arguments are all arrays or all Variables. Throws
/// what `f` and Tape::gradient throw.
template <class F, DifferentiableInput... X>
requires(sizeof...(X) > 0) auto value_and_gradient(F&& f, const X&... x) {
    constexpr bool variables = (functional::is_variable<X> && ...);
    static_assert(variables || !(functional::is_variable<X> || ...), "xtgrad: give all arguments as arrays, or all as Variables");
    const SourceLocation where("value_and_gradient", 0);
    const bool           nested = Tape::in_scope();
    Tape                 tape(where);
    // Braces, because they evaluate in order.
    const std::tuple inputs{functional::watched(tape, x, where)...};
    const auto       value = std::apply(std::forward<F>(f), inputs);
    // Variadic functions have no defaulted last argument: the line that made the value stands for that of the call.
    const SourceLocation made_at = value.recorded() ? value.any_value().node()->made_at : where;
    if constexpr (variables) {
        // Without a tape around it nobody can differentiate the result again.
        if (!nested) return std::tuple_cat(std::tuple{value.detach()}, tape.gradient(value, inputs, as_variables, made_at));
        return std::tuple_cat(std::tuple{value}, tape.gradient(value, inputs, create_graph, made_at));
    } else {
        auto gradients = tape.gradient(value, inputs, made_at);
        return std::tuple_cat(std::tuple{value.item()}, std::move(gradients));
    }
}

/// The gradient of `f` at `x…`: one array (or Variable) for one argument, a tuple for several. As value_and_gradient.
template <class F, DifferentiableInput... X>
requires(sizeof...(X) > 0) auto gradient(F&& f, const X&... x) {
    auto all = value_and_gradient(std::forward<F>(f), x...);
    if constexpr (sizeof...(X) == 1) {
        return std::get<1>(std::move(all));
    } else {
        return std::apply([](auto&&, auto&&... gradients) { return std::tuple{std::move(gradients)...}; }, std::move(all));
    }
}

} // namespace xtgrad
