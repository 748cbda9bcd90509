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

// A parameter, or a range of them: the function reaches them by its own handles and gets no argument for them.
template <class X>
inline constexpr bool is_parameters = is_parameter_type<X> || ParameterRange<X>;

template <class X>
inline constexpr bool is_tuple = false;
template <class... X>
inline constexpr bool is_tuple<std::tuple<X...>> = true;

template <class X>
inline constexpr bool is_input = DifferentiableInput<X> || is_parameters<X>;
template <class... X>
inline constexpr bool is_input<std::tuple<X...>> = (is_input<X> && ...);

/// Whether Variables are among what was given, so that Variables are to come back.
template <class X>
inline constexpr bool has_variables = is_variable<X>;
template <class... X>
inline constexpr bool has_variables<std::tuple<X...>> = (has_variables<X> || ...);
template <Scalar T, class G>
inline constexpr bool has_variables<Gradients<T, G>> = has_variables<G>;

} // namespace functional

/// What a functional form differentiates by: an array or a Variable; a parameter or a range of parameters, such as nn::Parameters; a tuple of
/// these. Results have the form of it: a tuple for a tuple, Gradients for a range of parameters.
template <class X>
concept DifferentiableInputs = functional::is_input<X>;

namespace functional {

template <class X>
auto watched(Tape& tape, const X& x, SourceLocation where) {
    if constexpr (is_tuple<X>) {
        // Braces, because they evaluate in order.
        return std::apply([&](const auto&... element) { return std::tuple{watched(tape, element, where)...}; }, x);
    } else if constexpr (is_parameters<X>) {
        return x;
    } else if constexpr (is_variable<X>) {
        // Under an outer tape the argument keeps its history: what is done with it here stays differentiable there.
        return x.recorded() ? ops::alias<typename X::value_type>(x, where) : tape.watch(x, where);
    } else {
        return tape.watch(x, where);
    }
}

/// Parameters are watched by the outer tape, if there is one, before the form's own tape begins, so that derivatives stand on it.
template <class X>
void watch_parameters(const X& x, SourceLocation where) {
    if constexpr (is_tuple<X>) {
        std::apply([&](const auto&... element) { (watch_parameters(element, where), ...); }, x);
    } else if constexpr (is_parameter_type<X>) {
        x.watched(where);
    } else if constexpr (is_parameters<X>) {
        for (const auto& parameter : x) parameter.watched(where);
    }
}

/// The function's arguments, of watched inputs.
template <class X>
auto arguments(const X& x) {
    if constexpr (is_tuple<X>) {
        return std::apply([](const auto&... element) { return std::tuple_cat(arguments(element)...); }, x);
    } else if constexpr (is_parameters<X>) {
        return std::tuple<>();
    } else {
        return std::tuple(x);
    }
}

template <class X>
struct ScalarOfInputs {
    using type = typename X::value_type;
};
template <ParameterRange X>
struct ScalarOfInputs<X> {
    using type = typename std::ranges::range_value_t<X>::value_type;
};
template <class First, class... Rest>
struct ScalarOfInputs<std::tuple<First, Rest...>> : ScalarOfInputs<First> {};

/// Throws ShapeError where they differ; `form` begins the message.
void check_direction(const char* form, std::size_t input, const Shape& direction, const Shape& shape, SourceLocation where);

/// One vector for each source, of the source's shape, flattened: `directions` has the form of the inputs (for parameters that of their
/// gradients).
template <class X, class V>
void collect_directions(const char* form, const X& x, const V& directions, std::vector<AnyVariable>& flat, SourceLocation where) {
    if constexpr (is_tuple<X>) {
        static_assert(is_tuple<V>, "xtgrad: for a tuple of inputs, give a tuple of vectors");
        static_assert(std::tuple_size_v<X> == std::tuple_size_v<V>, "xtgrad: give a vector for each input");
        [&]<std::size_t... I>(std::index_sequence<I...>) { (collect_directions(form, std::get<I>(x), std::get<I>(directions), flat, where), ...); }
        (std::make_index_sequence<std::tuple_size_v<X>>{});
    } else if constexpr (is_parameters<X> && !is_parameter_type<X>) {
        static_assert(
            requires { directions[*x.begin()]; }, "xtgrad: for a range of parameters, give Gradients, or what else finds a vector by parameter");
        for (const auto& parameter : x) collect_directions(form, parameter, directions[parameter], flat, where);
    } else {
        using T = typename X::value_type;
        const Variable<T> direction(directions);
        check_direction(form, flat.size(), direction.shape(), x.shape(), where);
        flat.push_back(direction);
    }
}

} // namespace functional

} // namespace xtgrad
