#pragma once

#include <atomic>

#include <xtgrad/autograd/dual.hpp>
#include <xtgrad/autograd/kernels/elementwise.hpp>
#include <xtgrad/autograd/program/trace.hpp>
#include <xtgrad/autograd/scalar_of.hpp>
#include <xtgrad/autograd/sweep.hpp>

namespace xtgrad {

namespace maps {
inline namespace XTGRAD_TARGET {

/// A map can be differentiated so often, and then says that it cannot.
inline constexpr int most_orders = 3;

/// g · ∂f/∂x_i as a function of g and x…: the derivative of a map, itself a map.
template <class F>
struct PartialOf {
    F           f;
    std::size_t direction;

    template <class V, std::same_as<V>... X>
    V operator()(const V& g, const X&... x) const {
        using D            = Dual<V, 1>;
        std::size_t input  = 0;
        const auto  seeded = [&](const V& value) {
            D dual(value);
            if (input++ == direction) dual.set(0, V(1));
            return dual;
        };
        // Braces, because they evaluate in order.
        const std::tuple duals{seeded(x)...};
        return cotangent_product(g, D(std::apply(f, duals)).partial(0));
    }
};

template <class V, class F, class... X>
V evaluate(const F& f, const X&... x) {
    static_assert(std::is_convertible_v<decltype(f(x...)), V>, "xtgrad: the function of a map must return one number");
    return V(f(x...));
}

template <class F, Scalar T, std::size_t N, int order>
Variable<T> apply(const F& f, const std::array<Variable<T>, N>& inputs, SourceLocation where);

/// One record for the whole function.
template <class F, Scalar T, std::size_t N, int order>
class MapRecord final : public Record {
public:
    MapRecord(std::span<const Place> input_places, const AnyVariable& output, const F& f, const std::array<Variable<T>, N>& operands)
        : Record(input_places, output), f_(f) {
        for (std::size_t input = 0; input < N; ++input) saved_[input] = operands[input].any_value();
    }

    std::string_view name() const noexcept override { return "map"; }
    void             release() noexcept override { saved_ = {}; }

    void backward(Sweep& sweep) override {
        if (sweep.creates_graph()) {
            record_derivatives(sweep);
        } else if constexpr (order == 0 && N <= 4) {
            all_at_once(sweep, std::make_index_sequence<N>{});
        } else {
            one_by_one(sweep);
        }
    }

private:
    // The cotangent, then the inputs.
    std::array<Variable<T>, N + 1> operands(Sweep& sweep) const {
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return std::array<Variable<T>, N + 1>{sweep.take_cotangent<T>(), sweep.template saved_input<T>(saved_[I], I)...};
        }
        (std::make_index_sequence<N>{});
    }

    void record_derivatives(Sweep& sweep) {
        if constexpr (order < most_orders) {
            const auto all = operands(sweep);
            for (std::size_t input = 0; input < N; ++input) {
                if (sweep.wants(input)) sweep.contribute<T>(input, apply<PartialOf<F>, T, N + 1, order + 1>({f_, input}, all, where));
            }
        } else {
            throw_past_last_order();
        }
    }

    // Each wanted input's derivative as a map of its own, evaluated and not recorded.
    void one_by_one(Sweep& sweep) { record_derivatives(sweep); }

    // One pass over all inputs, with the derivatives by all of them in registers.
    template <std::size_t... I>
    void all_at_once(Sweep& sweep, std::index_sequence<I...>) {
        const auto                      all     = operands(sweep);
        const Shape&                    extents = all[0].shape();
        std::array<const T*, N + 1>     data{};
        std::array<const Shape*, N + 1> shapes{};
        std::array<Value<T>, N>         results;
        std::array<T*, N>               outputs{};
        for (std::size_t operand = 0; operand <= N; ++operand) {
            const Elements<T> x = all[operand].typed().elements();
            data[operand]       = x.data;
            shapes[operand]     = x.shape;
        }
        for (std::size_t input = 0; input < N; ++input) {
            if (!sweep.wants(input)) continue;
            results[input] = Value<T>::uninitialized(extents);
            outputs[input] = results[input].mutable_data();
        }
        kernels::Loop loop;
        kernels::plan(loop, extents, shapes);
        const auto pass = [](const F& f, const kernels::Loop& walk, const T* const* g_and_x, std::span<T* const> to) {
            using L = Lanes<T>;
            // First without the strong zero, which acts only where a NaN comes out. A sum is NaN if a part is; the other way round costs time only.
            std::atomic<bool> undefined = false;
            kernels::run_outputs<N + 1, N, T>(walk, g_and_x, to, [&f, &undefined](const L& g, const rules::Repeat<I, L>&... x) {
                const std::array<L, N> gradient = gradient_of<false>(f, g, std::index_sequence<I...>{}, x...);
                if (any(isnan((gradient[I] + ...)))) [[unlikely]]
                    undefined.store(true, std::memory_order_relaxed);
                return gradient;
            });
            if (undefined) {
                // The strong zero where a NaN came out, and the same bits as before everywhere else.
                kernels::run_outputs<N + 1, N, T>(walk, g_and_x, to, [&f](const L& g, const rules::Repeat<I, L>&... x) {
                    const std::array<L, N> plain = gradient_of<false>(f, g, std::index_sequence<I...>{}, x...);
                    const std::array<L, N> zeros = gradient_of<true>(f, g, std::index_sequence<I...>{}, x...);
                    return std::array<L, N>{select(isnan(plain[I]), zeros[I], plain[I])...};
                });
            }
        };
        pass(f_, loop, data.data(), outputs);
        if (program::Trace* trace = program::Trace::active()) [[unlikely]]
            trace_pass(
                *trace, [f = f_, loop, pass](const T* const* g_and_x, std::span<T* const> to) { pass(f, loop, g_and_x, to); }, all, results);
        for (std::size_t input = 0; input < N; ++input) {
            if (sweep.wants(input)) sweep.contribute<T>(input, Variable<T>(std::move(results[input])));
        }
    }

    // A program knows the results that are wanted alone.
    template <class Pass>
    void trace_pass(program::Trace& trace, const Pass& pass, const std::array<Variable<T>, N + 1>& operands,
                    const std::array<Value<T>, N>& results) const {
        std::array<const Value<T>*, N> made{};
        std::array<std::size_t, N>     which{};
        std::size_t                    count = 0;
        for (std::size_t input = 0; input < N; ++input) {
            if (results[input].empty()) continue;
            made[count]    = &results[input];
            which[count++] = input;
        }
        const auto wanted = [pass, which, count](const T* const* g_and_x, T* const* to) {
            std::array<T*, N> outputs{};
            for (std::size_t output = 0; output < count; ++output) outputs[which[output]] = to[output];
            pass(g_and_x, outputs);
        };
        trace.pass<T>("map", wanted, operands, std::span<const Value<T>* const>(made.data(), count), where);
    }

    template <bool strong_zero, std::size_t... I>
    [[gnu::always_inline]] static std::array<Lanes<T>, N> gradient_of(const F& f, const Lanes<T>& g, std::index_sequence<I...>,
                                                                      const rules::Repeat<I, Lanes<T>>&... x) {
        using V           = Lanes<T, strong_zero>;
        using D           = Dual<V, N>;
        const auto seeded = [](const Lanes<T>& value, std::size_t direction) {
            D dual(V(value.batch()));
            dual.set(direction, V(T{1}));
            return dual;
        };
        const D y(f(seeded(x, I)...));
        return {Lanes<T>(cotangent_product(V(g.batch()), y.partial(I)).batch())...};
    }

    [[noreturn]] void throw_past_last_order() const {
        throw TapeError("map: a map has derivatives up to order " + std::to_string(most_orders) +
                            "; write the function with recorded operations for more",
                        where);
    }

    F                       f_;
    std::array<AnyValue, N> saved_;
};

template <class F, Scalar T, std::size_t N, int order>
Variable<T> apply(const F& f, const std::array<Variable<T>, N>& inputs, SourceLocation where) {
    where                             = SourceScope::resolve(where);
    const RecordList&            list = RecordList::current();
    std::array<Record::Place, N> places{};
    std::array<const T*, N>      data{};
    std::array<const Shape*, N>  shapes{};
    bool                         found = false;
    Shape                        shape = inputs[0].shape();
    for (std::size_t input = 0; input < N; ++input) {
        places[input] = list.place_of(inputs[input], "map", where);
        found         = found || places[input] != AnyVariable::no_place;
        data[input]   = inputs[input].typed().data();
        shapes[input] = &inputs[input].shape();
        shape         = broadcast_shapes("map", shape, *shapes[input], where);
    }
    Value<T>      output = Value<T>::uninitialized(shape);
    kernels::Loop loop;
    kernels::plan(loop, shape, shapes);
    const auto pass = [](const F& function, const kernels::Loop& walk, const T* const* operands, T* const* results) {
        kernels::run<N>(walk, operands, results[0], [&](const auto&... x) {
            using Plain = Dual<Lanes<T>, 0>;
            return evaluate<Plain>(function, Plain(x)...).value;
        });
    };
    const std::array<T*, 1> outputs{output.mutable_data()};
    pass(f, loop, data.data(), outputs.data());
    if (program::Trace* trace = program::Trace::active()) [[unlikely]] {
        const auto again = [f, loop, pass](const T* const* operands, T* const* results) { pass(f, loop, operands, results); };
        trace->pass<T>("map", again, inputs, std::array{&output}, where);
    }
    if (!found) return Variable<T>(std::move(output));
    return Variable<T>(RecordList::current().append<MapRecord<F, T, N, order>>(output, places, where, f, inputs));
}

template <class F, class... X>
auto start(const F& f, SourceLocation where, const X&... x) {
    using T = typename ScalarOf<X...>::type;
    const std::array<Operand<T>, sizeof...(X)> operands{Operand<T>(x, where)...};
    return [&]<std::size_t... I>(std::index_sequence<I...>) { return apply<F, T, sizeof...(X), 0>(f, {operands[I].variable()...}, where); }
    (std::index_sequence_for<X...>{});
}

} // namespace XTGRAD_TARGET
} // namespace maps

/// An elementwise function of the user's own as one operation: `map([](auto a, auto b) { return tanh(a * b + a); }, a, b)`. The function is
/// compiled into one pass over SIMD lanes, and into one pass over dual numbers for its gradient; nothing but the inputs is kept, and there
/// are no temporaries. It takes and returns numbers of any type (`auto`) and may use operators, comparisons, `where(truth, a, b)` and every
/// elementwise function of xtgrad; variables it captures are not differentiated. Where arrays are large, several threads
/// call it at once.
///
/// One to eight arguments, which broadcast; at least one Variable or Parameter among numbers and arrays. Derivatives exist to third order;
/// past it a gradient throws TapeError. It is compiled with the flags of the program that uses it, and refuses -ffast-math.
// An arity each, because no parameter can follow a pack, and the last is the line of the call.
template <class F, class X1>
auto map(const F& f, const X1& x1, SourceLocation where = {}) {
    return maps::start(f, where, x1);
}
template <class F, class X1, class X2>
auto map(const F& f, const X1& x1, const X2& x2, SourceLocation where = {}) {
    return maps::start(f, where, x1, x2);
}
template <class F, class X1, class X2, class X3>
auto map(const F& f, const X1& x1, const X2& x2, const X3& x3, SourceLocation where = {}) {
    return maps::start(f, where, x1, x2, x3);
}
template <class F, class X1, class X2, class X3, class X4>
auto map(const F& f, const X1& x1, const X2& x2, const X3& x3, const X4& x4, SourceLocation where = {}) {
    return maps::start(f, where, x1, x2, x3, x4);
}
template <class F, class X1, class X2, class X3, class X4, class X5>
auto map(const F& f, const X1& x1, const X2& x2, const X3& x3, const X4& x4, const X5& x5, SourceLocation where = {}) {
    return maps::start(f, where, x1, x2, x3, x4, x5);
}
template <class F, class X1, class X2, class X3, class X4, class X5, class X6>
auto map(const F& f, const X1& x1, const X2& x2, const X3& x3, const X4& x4, const X5& x5, const X6& x6, SourceLocation where = {}) {
    return maps::start(f, where, x1, x2, x3, x4, x5, x6);
}
template <class F, class X1, class X2, class X3, class X4, class X5, class X6, class X7>
auto map(const F& f, const X1& x1, const X2& x2, const X3& x3, const X4& x4, const X5& x5, const X6& x6, const X7& x7, SourceLocation where = {}) {
    return maps::start(f, where, x1, x2, x3, x4, x5, x6, x7);
}
template <class F, class X1, class X2, class X3, class X4, class X5, class X6, class X7, class X8>
auto map(const F& f, const X1& x1, const X2& x2, const X3& x3, const X4& x4, const X5& x5, const X6& x6, const X7& x7, const X8& x8,
         SourceLocation where = {}) {
    return maps::start(f, where, x1, x2, x3, x4, x5, x6, x7, x8);
}

} // namespace xtgrad
