#pragma once

#include <cstring>

#include <xtgrad/autograd/kernels/lanes.hpp>
#include <xtgrad/autograd/kernels/table.hpp>
#include <xtgrad/autograd/primitive.hpp>

namespace xtgrad::kernels {
inline namespace XTGRAD_TARGET {

/// Where results go: one array, or several that are filled in the same pass.
template <class T>
void store(const Lanes<T>& lanes, std::span<T* const> outputs, std::size_t at) {
    lanes.store(outputs[0] + at);
}
template <class T, std::size_t M>
void store(const std::array<Lanes<T>, M>& lanes, std::span<T* const> outputs, std::size_t at) {
    for (std::size_t output = 0; output < outputs.size(); ++output) lanes[output].store(outputs[output] + at);
}
template <class T>
void store_first(const Lanes<T>& lanes, T* to, std::size_t count) {
    alignas(64) T rest[Lanes<T>::width];
    lanes.store(rest);
    std::memcpy(to, rest, count * sizeof(T));
}
template <class T>
void store_first(const Lanes<T>& lanes, std::span<T* const> outputs, std::size_t at, std::size_t count) {
    store_first(lanes, outputs[0] + at, count);
}
template <class T, std::size_t M>
void store_first(const std::array<Lanes<T>, M>& lanes, std::span<T* const> outputs, std::size_t at, std::size_t count) {
    for (std::size_t output = 0; output < outputs.size(); ++output) store_first(lanes[output], outputs[output] + at, count);
}

/// Applies `f` to lanes of N operands along the inner axis. `whole` rows may write full vectors past their end, into the buffer's slack.
template <bool whole, class T, class F, std::size_t... I>
void run_row(const Loop& loop, const std::array<const T*, sizeof...(I)>& operands, std::span<T* const> outputs, std::size_t start, F f,
             std::index_sequence<I...>) {
    constexpr std::size_t width = Lanes<T>::width;
    const std::size_t     count = loop.inner;
    const Lanes<T>        repeated[sizeof...(I)]{Lanes<T>(*operands[I])...};
    const auto            lanes = [&](std::size_t at, auto index) {
        constexpr std::size_t i = decltype(index)::value;
        return loop.moves[i] != 0 ? Lanes<T>::load(operands[i] + at) : repeated[i];
    };
    std::size_t at = 0;
    if ((... && (loop.moves[I] != 0))) {
        for (; at + width <= count; at += width) store(f(Lanes<T>::load(operands[I] + at)...), outputs, start + at);
    } else {
        for (; at + width <= count; at += width) store(f(lanes(at, std::integral_constant<std::size_t, I>{})...), outputs, start + at);
    }
    if (at < count) {
        // The tail goes through the same lanes, so that a value does not depend on its position.
        const auto last = f(lanes(at, std::integral_constant<std::size_t, I>{})...);
        if constexpr (whole) {
            store(last, outputs, start + at);
        } else {
            store_first(last, outputs, start + at, count - at);
        }
    }
}

template <std::size_t N, class T, class F>
void run_outputs(const Loop& loop, const T* const* operands, std::span<T* const> outputs, F f) {
    constexpr auto          indices = std::make_index_sequence<N>{};
    std::array<const T*, N> at{};
    for (std::size_t operand = 0; operand < N; ++operand) at[operand] = operands[operand];
    if (loop.inner == 0 || loop.rows == 0) return;
    if (loop.outer_axes == 0) {
        run_row<true>(loop, at, outputs, 0, f, indices);
        return;
    }
    std::array<std::size_t, most_axes> index{};
    for (std::size_t row = 0; row < loop.rows; ++row) {
        run_row<false>(loop, at, outputs, row * loop.inner, f, indices);
        for (std::size_t axis = 0; axis < loop.outer_axes; ++axis) {
            for (std::size_t operand = 0; operand < N; ++operand) at[operand] += loop.steps[operand][axis];
            if (++index[axis] < loop.extents[axis]) break;
            for (std::size_t operand = 0; operand < N; ++operand) at[operand] -= loop.steps[operand][axis] * loop.extents[axis];
            index[axis] = 0;
        }
    }
}

template <std::size_t N, class T, class F>
void run(const Loop& loop, const T* const* operands, T* output, F f) {
    run_outputs<N, T>(loop, operands, std::span<T* const>(&output, 1), f);
}

template <class P, class T>
void forward(const Loop& loop, const T* const* operands, T* output) {
    run<P::arity>(loop, operands, output, [](const auto&... x) { return P::forward(x...); });
}

/// What the vjp of P gives for a cotangent g and the saved lanes.
template <class P, class T, class... Saved>
auto contributions_of(const Lanes<T>& g, const Saved&... saved) {
    constexpr VjpForm                                form = rules::elementwise_form<P, Lanes<T>>;
    const std::array<Lanes<T>, sizeof...(Saved) + 1> values{saved..., g};
    return rules::call<form.saves>(P{}, Cotangent<Lanes<T>>(g), values, values[form.inputs], std::make_index_sequence<form.inputs>{});
}

template <class P, std::size_t I, class T, class... Saved>
auto contribution_of(const Lanes<T>& g, const Saved&... saved) {
    if constexpr (P::arity == 1) {
        return contributions_of<P>(g, saved...);
    } else {
        return std::get<I>(contributions_of<P>(g, saved...).contributions)();
    }
}

template <class P, class T>
inline constexpr std::size_t
    saved_count = rules::elementwise_form<P, Lanes<T>>.inputs +
                  (rules::elementwise_form<P, Lanes<T>>.saves == Saves::output || rules::elementwise_form<P, Lanes<T>>.saves == Saves::both ? 1 : 0);

/// The contribution to input I: the rule's I-th formula, evaluated alone.
template <class P, std::size_t I, class T>
void backward(const Loop& loop, const T* const* operands, T* output) {
    run<1 + saved_count<P, T>>(loop, operands, output, [](const auto&... g_and_saved) { return contribution_of<P, I, T>(g_and_saved...).value(); });
}

template <class P, std::size_t I, class T, std::size_t... S>
constexpr bool contributes(std::index_sequence<S...>) {
    using Result = decltype(contribution_of<P, I, T>(std::declval<Lanes<T>>(), std::declval<rules::Repeat<S, Lanes<T>>>()...));
    return !std::is_same_v<Result, NoContribution>;
}

template <class P, class T>
constexpr ElementwiseKernel<T> kernel_of() {
    static_assert(ElementwiseRule<P, Lanes<T>>, "xtgrad: an elementwise primitive needs a name, samples, and exactly one vjp");
    ElementwiseKernel<T> kernel;
    kernel.forward = &forward<P, T>;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        const auto add = [&]<std::size_t input>() {
            if constexpr (contributes<P, input, T>(std::make_index_sequence<saved_count<P, T>>{})) kernel.backward[input] = &backward<P, input, T>;
        };
        (add.template operator()<I>(), ...);
    }
    (std::make_index_sequence<P::arity>{});
    return kernel;
}

template <class T, class... P>
constexpr std::array<ElementwiseKernel<T>, sizeof...(P)> kernels_of(PrimitiveList<P...>) {
    return {kernel_of<P, T>()...};
}

} // namespace XTGRAD_TARGET
} // namespace xtgrad::kernels
