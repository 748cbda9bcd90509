#pragma once

#include <xtgrad/autograd/functional.hpp>

namespace xtgrad {

namespace functional {

template <bool variables, class F, class X>
auto jacobian(F&& f, const X& x, SourceLocation where) {
    auto done = run(std::forward<F>(f), x, where, [&](Tape& tape, const auto& y, const AnyVariables& sources, const auto&) {
        return jacobian_of(tape, y, sources, variables, line_of(y, where));
    });
    return delivered<variables>(done.inputs, done.results);
}

/// For each input, in the form of the inputs, one row of blocks, in the same form.
template <class Delivery, class Inputs, class Row>
auto blocks(const Inputs& inputs, const Row& row, auto& next) {
    if constexpr (is_tuple<Inputs>) {
        // Braces, because they evaluate in order.
        return std::apply([&](const auto&... element) { return std::tuple{blocks<Delivery>(element, row, next)...}; }, inputs);
    } else if constexpr (ParameterRange<Inputs>) {
        using OfRow = decltype(SourceForm<Row>::template deliver<Delivery>(row, next));
        Gradients<typename ScalarOfInputs<Inputs>::type, OfRow> results;
        for (const auto& parameter : inputs) results.add(parameter, SourceForm<Row>::template deliver<Delivery>(row, next));
        return results;
    } else {
        return SourceForm<Row>::template deliver<Delivery>(row, next);
    }
}

template <bool variables, class F, class X>
auto hessian(F&& f, const X& x, SourceLocation where) {
    auto done = run(std::forward<F>(f), x, where, [&](Tape& tape, const auto& y, const AnyVariables& sources, const auto&) {
        return hessian_of(tape, y, sources, variables, line_of(y, where));
    });
    auto next = done.results.begin();
    return blocks<std::conditional_t<variables, AsVariables, AsArrays>>(done.inputs, done.inputs, next);
}

template <bool variables, class F, class X, class V>
auto hessian_vector_product(F&& f, const X& x, const V& vectors, SourceLocation where) {
    auto done = run(std::forward<F>(f), x, where, [&](Tape& tape, const auto& y, const AnyVariables& sources, const auto& inputs) {
        AnyVariables flat;
        collect_directions("hessian_vector_product: the vector", inputs, vectors, flat, where);
        return hessian_vector_product_of(tape, y, sources, flat, variables, where);
    });
    return delivered<variables>(done.inputs, done.results);
}

} // namespace functional

/// The Jacobian of `f` at `x`: all derivatives of each element of the value by each of the input, of the value's shape followed by the
/// input's, as in JAX and PyTorch. A backward pass for each element of the value. `f`, `x` and what comes back as in value_and_gradient, but
/// that the value may have any shape: a tuple of Jacobians for a tuple of inputs or several arguments, Gradients for a range of parameters.
/// For the few columns of a tall one take jvp.
template <class F, DifferentiableInputs X>
auto jacobian(F&& f, const X& x, SourceLocation where = {}) {
    return functional::jacobian<functional::has_variables<X>>(std::forward<F>(f), x, where);
}
template <class F, DifferentiableInputs X>
auto jacobian(F&& f, const X& x, CreateGraph, SourceLocation where = {}) {
    return functional::jacobian<true>(std::forward<F>(f), x, where);
}
template <class F, DifferentiableInputs X, DifferentiableInputs Y, DifferentiableInputs... More>
auto jacobian(F&& f, const X& x, const Y& y, const More&... more) {
    using All = std::tuple<X, Y, More...>;
    return functional::jacobian<functional::has_variables<All>>(std::forward<F>(f), All{x, y, more...}, {"jacobian", 0});
}

/// The Hessian of `f` at `x`, where `f` returns a single number: all second derivatives, of the input's shape twice. For a tuple of inputs or
/// several arguments a tuple of tuples, in which element [i][j] has the shape of input i followed by that of input j; for a range of
/// parameters Gradients of Gradients: `hessian(f, parameters)["w"]["b"]`. A backward pass for each element of the input. `f`, `x` and what comes
/// back as in value_and_gradient; throws ShapeError where the value has more than one element.
template <class F, DifferentiableInputs X>
auto hessian(F&& f, const X& x, SourceLocation where = {}) {
    return functional::hessian<functional::has_variables<X>>(std::forward<F>(f), x, where);
}
template <class F, DifferentiableInputs X>
auto hessian(F&& f, const X& x, CreateGraph, SourceLocation where = {}) {
    return functional::hessian<true>(std::forward<F>(f), x, where);
}
template <class F, DifferentiableInputs X, DifferentiableInputs Y, DifferentiableInputs... More>
auto hessian(F&& f, const X& x, const Y& y, const More&... more) {
    using All = std::tuple<X, Y, More...>;
    return functional::hessian<functional::has_variables<All>>(std::forward<F>(f), All{x, y, more...}, {"hessian", 0});
}

/// The product of the Hessian of `f` at `x` with `vectors`, which has the form of `x`, as has the result: for the cost of two backward passes,
/// whatever the number of elements, by the derivative of the gradient's product with the vectors (Pearlmutter, "Fast exact multiplication by
/// the Hessian", 1994). `f`, `x` and what comes back as in hessian. Throws ShapeError where a vector has another shape than its input.
template <class F, DifferentiableInputs X, class V>
auto hessian_vector_product(F&& f, const X& x, const V& vectors, SourceLocation where = {}) {
    return functional::hessian_vector_product < functional::has_variables<X> ||
           functional::has_variables < V >> (std::forward<F>(f), x, vectors, where);
}
template <class F, DifferentiableInputs X, class V>
auto hessian_vector_product(F&& f, const X& x, const V& vectors, CreateGraph, SourceLocation where = {}) {
    return functional::hessian_vector_product<true>(std::forward<F>(f), x, vectors, where);
}

} // namespace xtgrad
