#pragma once

#include <xtgrad/autograd/inputs.hpp>

namespace xtgrad {

namespace functional {

using AnyVariables = std::vector<AnyVariable>;

/// Whether a tape stands around that of the form, so that recording the derivative is of use to somebody.
bool within_a_tape() noexcept;

// The forms on their own tape, for both scalar types (functional.cpp). Results are never empty: zeros where nothing arrives, as where `y` is a
// constant. They are recorded or plain as `creates_graph` says.
AnyVariables gradient_of(Tape& tape, const AnyVariable& y, const AnyVariable* cotangent, const AnyVariables& sources, bool creates_graph,
                         SourceLocation where);
AnyVariables jvp_of(Tape& tape, const AnyVariable& y, const AnyVariables& sources, const AnyVariables& tangents, bool creates_graph,
                    SourceLocation where);
AnyVariables jacobian_of(Tape& tape, const AnyVariable& y, const AnyVariables& sources, bool creates_graph, SourceLocation where);
/// A block for each pair of sources, row by row.
AnyVariables hessian_of(Tape& tape, const AnyVariable& y, const AnyVariables& sources, bool creates_graph, SourceLocation where);
AnyVariables hessian_vector_product_of(Tape& tape, const AnyVariable& y, const AnyVariables& sources, const AnyVariables& vectors, bool creates_graph,
                                       SourceLocation where);

/// The value as the form's tape is to see it: recorded there, or a constant.
AnyVariable on_tape(const Tape& tape, const AnyVariable& value, SourceLocation where);
/// A value whose tape has ended stands on no other: it is a constant.
void settle(AnyVariable& value) noexcept;

/// What a form computed, when its tape has ended.
template <class Inputs, Scalar T>
struct Run {
    Inputs       inputs; // watched; good for their shapes and forms
    Variable<T>  value;
    AnyVariables results;
};

template <class F, class Inputs>
auto value_of(F&& f, const Inputs& inputs) {
    auto y = std::apply(std::forward<F>(f), arguments(inputs));
    if constexpr (is_variable<decltype(y)>) {
        return y;
    } else if constexpr (requires { typename decltype(y)::value_type; }) {
        return Operand<typename decltype(y)::value_type>(y).variable();
    } else {
        return Variable<typename ScalarOfInputs<Inputs>::type>(y);
    }
}

/// Calls `f` at `x` on a tape and lets `work(tape, y, sources, inputs)` differentiate.
template <class F, class X, class Work>
auto run(F&& f, const X& x, SourceLocation where, Work&& work) {
    watch_parameters(x, where);
    auto done = [&] {
        Tape tape(where);
        auto inputs = watched(tape, x, where);
        auto y      = value_of(std::forward<F>(f), inputs);
        using T     = typename decltype(y)::value_type;
        y           = Variable<T>(on_tape(tape, y, where));
        AnyVariables sources;
        SourceForm<decltype(inputs)>::collect(inputs, sources, where);
        AnyVariables results = work(tape, y, sources, inputs);
        return Run<decltype(inputs), T>{std::move(inputs), std::move(y), std::move(results)};
    }();
    settle(done.value);
    for (AnyVariable& result : done.results) settle(result);
    return done;
}

/// Results in the form of the inputs.
template <bool variables, class Inputs>
auto delivered(const Inputs& inputs, AnyVariables& results) {
    auto next = results.begin();
    return SourceForm<Inputs>::template deliver<std::conditional_t<variables, AsVariables, AsArrays>>(inputs, next);
}

/// A value of any shape.
template <bool variables, Scalar T>
auto delivered_value(Variable<T>&& value) {
    if constexpr (variables) {
        return std::move(value);
    } else {
        return Array<T>(value.value());
    }
}

// The line of the value, for forms that know no better: variadic functions have no defaulted last argument.
inline SourceLocation line_of(const AnyVariable& value, SourceLocation where) { return value.recorded() ? value.any_value().node()->made_at : where; }

template <bool variables, class F, class X>
auto value_and_gradient(F&& f, const X& x, SourceLocation where) {
    auto done = run(std::forward<F>(f), x, where, [&](Tape& tape, const auto& y, const AnyVariables& sources, const auto&) {
        return gradient_of(tape, y, nullptr, sources, variables && within_a_tape(), line_of(y, where));
    });
    auto form = delivered<variables>(done.inputs, done.results);
    if constexpr (variables) {
        return std::tuple{std::move(done.value), std::move(form)};
    } else {
        return std::tuple{done.value.item(), std::move(form)};
    }
}

template <bool variables, class F, class X, class V>
auto vjp(F&& f, const X& x, const V& cotangent, SourceLocation where) {
    auto done = run(std::forward<F>(f), x, where, [&](Tape& tape, const auto& y, const AnyVariables& sources, const auto&) {
        const std::decay_t<decltype(y)> seed(cotangent);
        return gradient_of(tape, y, &seed, sources, variables && within_a_tape(), where);
    });
    auto form = delivered<variables>(done.inputs, done.results);
    return std::tuple{delivered_value<variables>(std::move(done.value)), std::move(form)};
}

template <bool variables, class F, class X, class V>
auto jvp(F&& f, const X& x, const V& tangents, SourceLocation where) {
    auto done    = run(std::forward<F>(f), x, where, [&](Tape& tape, const auto& y, const AnyVariables& sources, const auto& inputs) {
        AnyVariables flat;
        collect_directions("jvp: the tangent", inputs, tangents, flat, where);
        return jvp_of(tape, y, sources, flat, variables, where);
    });
    using Value  = decltype(done.value);
    auto product = delivered_value<variables>(Value(std::move(done.results.front())));
    return std::tuple{delivered_value<variables>(std::move(done.value)), std::move(product)};
}

} // namespace functional

/// The value of `f` at `x` and its gradient, to be taken apart: `auto [value, dx] = value_and_gradient(f, x)`. `f` takes a Variable for each
/// array or Variable in `x` (none for parameters, which it reaches by its own handles) and returns one with a single element.
///
/// The forms return what they were given: for arrays a number and Arrays; for Variables, Variables. With Variables under an outer tape the
/// gradient is itself recorded, so that forms nest to any order; so it is for parameters with the tag `create_graph`. The gradient has the
/// form of `x`: a tuple for a tuple, Gradients for a range of parameters. Zeros where `f` does not depend on an input. Throws what `f` and
/// Tape::gradient throw.
template <class F, DifferentiableInputs X>
auto value_and_gradient(F&& f, const X& x, SourceLocation where = {}) {
    return functional::value_and_gradient<functional::has_variables<X>>(std::forward<F>(f), x, where);
}
template <class F, DifferentiableInputs X>
auto value_and_gradient(F&& f, const X& x, CreateGraph, SourceLocation where = {}) {
    return functional::value_and_gradient<true>(std::forward<F>(f), x, where);
}
/// The same for several arguments, one after the other: `auto [value, dx, dy] = value_and_gradient(f, x, y)`. Variables come back for all of
/// them where one is a Variable.
template <class F, DifferentiableInputs X, DifferentiableInputs Y, DifferentiableInputs... More>
auto value_and_gradient(F&& f, const X& x, const Y& y, const More&... more) {
    constexpr bool variables = functional::has_variables<std::tuple<X, Y, More...>>;
    auto [value, gradients] =
        functional::value_and_gradient<variables>(std::forward<F>(f), std::tuple<X, Y, More...>{x, y, more...}, {"value_and_gradient", 0});
    return std::tuple_cat(std::tuple{std::move(value)}, std::move(gradients));
}

/// The gradient of `f` at `x`, as value_and_gradient; for several arguments one after the other a tuple.
template <class F, DifferentiableInputs X>
auto gradient(F&& f, const X& x, SourceLocation where = {}) {
    return std::get<1>(functional::value_and_gradient<functional::has_variables<X>>(std::forward<F>(f), x, where));
}
template <class F, DifferentiableInputs X>
auto gradient(F&& f, const X& x, CreateGraph, SourceLocation where = {}) {
    return std::get<1>(functional::value_and_gradient<true>(std::forward<F>(f), x, where));
}
template <class F, DifferentiableInputs X, DifferentiableInputs Y, DifferentiableInputs... More>
auto gradient(F&& f, const X& x, const Y& y, const More&... more) {
    return std::apply([](auto&&, auto&&... gradients) { return std::tuple{std::move(gradients)...}; },
                      value_and_gradient(std::forward<F>(f), x, y, more...));
}

/// The value of `f` at `x`, of any shape, and the product of `cotangent`, of that shape, with the Jacobian: `auto [value, product] = vjp(f, x,
/// cotangent)`. The product has the form of `x`. `f` and `x` as in value_and_gradient; Variables come back where Variables are given in
/// either place, or with `create_graph`. Throws ShapeError where the cotangent has another shape than the value.
template <class F, DifferentiableInputs X, class V>
auto vjp(F&& f, const X& x, const V& cotangent, SourceLocation where = {}) {
    return functional::vjp<functional::has_variables<std::tuple<X, V>>>(std::forward<F>(f), x, cotangent, where);
}
template <class F, DifferentiableInputs X, class V>
auto vjp(F&& f, const X& x, const V& cotangent, CreateGraph, SourceLocation where = {}) {
    return functional::vjp<true>(std::forward<F>(f), x, cotangent, where);
}

/// The value of `f` at `x`, of any shape, and the product of the Jacobian with `tangents`, which has the value's shape: the derivative of `f`
/// in their direction. `tangents` has the form of `x`: a tuple for a tuple, Gradients for a range of parameters. It takes two reverse passes,
/// because the vector-Jacobian product is linear in the cotangent, and its own vector-Jacobian product is this one: no primitive needs a
/// second rule, and each needs to be differentiable twice. Throws ShapeError where a tangent has another shape than its input.
template <class F, DifferentiableInputs X, class V>
auto jvp(F&& f, const X& x, const V& tangents, SourceLocation where = {}) {
    return functional::jvp < functional::has_variables<X> || functional::has_variables < V >> (std::forward<F>(f), x, tangents, where);
}
template <class F, DifferentiableInputs X, class V>
auto jvp(F&& f, const X& x, const V& tangents, CreateGraph, SourceLocation where = {}) {
    return functional::jvp<true>(std::forward<F>(f), x, tangents, where);
}

} // namespace xtgrad
