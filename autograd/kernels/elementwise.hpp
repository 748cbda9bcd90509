#pragma once

#include <algorithm>
#include <cstring>

#include <xtgrad/autograd/kernels/lanes.hpp>
#include <xtgrad/autograd/kernels/table.hpp>
#include <xtgrad/autograd/primitive.hpp>

namespace xtgrad::kernels {
inline namespace XTGRAD_TARGET {

/// Where results go: one array, or several that are filled in the same pass; those that are null are left out.
template <class T>
void store(const Lanes<T>& lanes, std::span<T* const> outputs, std::size_t at) {
    lanes.store(outputs[0] + at);
}
template <class T, std::size_t M>
void store(const std::array<Lanes<T>, M>& lanes, std::span<T* const> outputs, std::size_t at) {
    // A loop would be unrolled too late for the lanes to stay in registers.
    const auto to = [&](Lanes<T> result, T* output) {
        if (output != nullptr) result.store(output + at);
    };
    [&]<std::size_t... I>(std::index_sequence<I...>) { (to(lanes[I], outputs[I]), ...); }
    (std::make_index_sequence<M>{});
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
    for (std::size_t output = 0; output < M; ++output) {
        if (outputs[output] != nullptr) store_first(lanes[output], outputs[output] + at, count);
    }
}

/// Applies `f` to lanes of N operands along the inner axis. `whole` rows may write full vectors past their end, into the buffer's slack. The
/// tail goes through the same lanes, so that a value does not depend on its position. `f` is called in one place, where it is compiled into the
/// loop: an operand that does not move is read from a vector of its repetitions.
template <class T, class F, std::size_t... I>
[[gnu::always_inline]] inline void run_row(const Loop& loop, bool whole, const std::array<const T*, sizeof...(I)>& operands,
                                           std::span<T* const> outputs, std::size_t start, const F& f, std::index_sequence<I...>) {
    constexpr std::size_t                width = Lanes<T>::width;
    constexpr std::size_t                N     = sizeof...(I);
    const std::size_t                    count = loop.inner;
    alignas(64) std::array<T, N * width> repeated;
    std::array<const T*, N>              from;
    std::array<std::size_t, N>           moving;
    for (std::size_t operand = 0; operand < N; ++operand) {
        if (loop.moves[operand] != 0) {
            from[operand]   = operands[operand];
            moving[operand] = ~std::size_t{0};
        } else {
            from[operand]   = repeated.data() + operand * width;
            moving[operand] = 0;
            Lanes<T>(*operands[operand]).store(repeated.data() + operand * width);
        }
    }
    for (std::size_t at = 0; at < count; at += width) {
        const auto lanes = f(Lanes<T>::load(from[I] + (at & moving[I]))...);
        if (at + width <= count || whole) [[likely]] {
            store(lanes, outputs, start + at);
        } else {
            store_first(lanes, outputs, start + at, count - at);
        }
    }
}

// Out of line: called from two places.
template <std::size_t N, class T, class F>
[[gnu::noinline]] void run_here(const Loop& loop, std::array<const T*, N> at, std::span<T* const> outputs, const F& f) {
    if (loop.inner == 0) return; // operands of no elements may have no memory
    const bool                         whole = loop.outer_axes == 0;
    std::array<std::size_t, most_axes> index;
    std::fill_n(index.begin(), loop.outer_axes, std::size_t{0});
    for (std::size_t row = 0; row < loop.rows; ++row) {
        run_row(loop, whole, at, outputs, row * loop.inner, f, std::make_index_sequence<N>{});
        for (std::size_t axis = 0; axis < loop.outer_axes; ++axis) {
            for (std::size_t operand = 0; operand < N; ++operand) at[operand] += loop.steps[operand][axis];
            if (++index[axis] < loop.extents[axis]) break;
            for (std::size_t operand = 0; operand < N; ++operand) at[operand] -= loop.steps[operand][axis] * loop.extents[axis];
            index[axis] = 0;
        }
    }
}

/// Large walks go over threads; `f` is called by several at once.
template <std::size_t N, std::size_t most_outputs, class T, class F>
void run_outputs(const Loop& loop, const T* const* operands, std::span<T* const> outputs, const F& f) {
    std::array<const T*, N> at{};
    for (std::size_t operand = 0; operand < N; ++operand) at[operand] = operands[operand];
    if (!worth_threads(loop)) {
        run_here<N, T>(loop, at, outputs, f);
        return;
    }
    struct Context {
        const std::array<const T*, N>& at;
        std::span<T* const>            outputs;
        const F&                       f;
    };
    const Context context{at, outputs, f};
    run_parts(
        loop, N,
        [](const void* raw, const LoopPart& part) {
            const auto&                  all   = *static_cast<const Context*>(raw);
            std::array<const T*, N>      first = all.at;
            std::array<T*, most_outputs> to{};
            for (std::size_t operand = 0; operand < N; ++operand) first[operand] += part.first[operand];
            for (std::size_t output = 0; output < all.outputs.size(); ++output) {
                if (all.outputs[output] != nullptr) to[output] = all.outputs[output] + part.start;
            }
            run_here<N, T>(part.loop, first, std::span<T* const>(to.data(), all.outputs.size()), all.f);
        },
        &context);
}

template <std::size_t N, class T, class F>
void run(const Loop& loop, const T* const* operands, T* output, const F& f) {
    run_outputs<N, 1, T>(loop, operands, std::span<T* const>(&output, 1), f);
}

template <class P, class T>
void forward(const Loop& loop, const T* const* operands, T* output) {
    run<P::arity>(loop, operands, output, [](const auto&... x) { return P::forward(x...); });
}

/// What the vjp of P gives for a cotangent g and the saved lanes.
template <class P, class T, class... Saved>
[[gnu::always_inline]] inline auto contributions_of(const Lanes<T>& g, const Saved&... saved) {
    constexpr VjpForm                                form = rules::elementwise_form<P, Lanes<T>>;
    const std::array<Lanes<T>, sizeof...(Saved) + 1> values{saved..., g};
    return rules::call<form.saves>(P{}, Cotangent<Lanes<T>>(g), values, values[form.inputs], std::make_index_sequence<form.inputs>{});
}

template <class P, std::size_t I, class T, class... Saved>
[[gnu::always_inline]] inline auto contribution_of(const Lanes<T>& g, const Saved&... saved) {
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
