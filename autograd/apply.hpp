#pragma once

#include <array>

#include <xtgrad/autograd/mutation.hpp>
#include <xtgrad/autograd/primitive.hpp>
#include <xtgrad/autograd/program/trace.hpp>
#include <xtgrad/autograd/sweep.hpp>

namespace xtgrad {

/// The record of a structured primitive: the primitive object itself, and what its vjp needs.
template <class P, Scalar T>
class StructuredRecord final : public Record {
    static constexpr VjpForm     form         = rules::vjp_form<P, Variable<T>, Variable<T>>();
    static constexpr bool        saves_output = form.saves == Saves::output || form.saves == Saves::both;
    static constexpr std::size_t saved_count  = form.inputs + (saves_output ? 1 : 0);

public:
    StructuredRecord(std::span<const Place> input_places, const AnyVariable& output, P&& primitive, std::span<const Variable<T>* const> operands)
        : Record(input_places, output), primitive_(std::move(primitive)) {
        for (std::size_t input = 0; input < form.inputs; ++input) saved_[input] = operands[input]->any_value();
        if constexpr (saves_output) saved_[form.inputs] = output.any_value();
        mutation::saved(*this);
    }

    std::string_view name() const noexcept override { return P::name; }
    void             release() noexcept override { saved_ = {}; }

    std::span<AnyValue> kept_inputs() noexcept { return std::span(saved_).first(form.inputs); }
    AnyValue*           kept_output() noexcept { return saves_output ? &saved_[saved_count - 1] : nullptr; }

    void backward(Sweep& sweep) override {
        const Variable<T> g = sweep.take_cotangent<T>();
        // A rule that reaches few of its input's elements adds to a sum that is there, instead of making an array that is 0 elsewhere.
        if constexpr (requires(T * sum) { primitive_.add_vjp(g.typed(), sum); }) {
            if (!g.recorded()) {
                if (T* const sum = sweep.sum_in_place<T>(0)) {
                    primitive_.add_vjp(g.typed(), sum);
                    return;
                }
            }
        }
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            const std::array<Variable<T>, sizeof...(I) + 1> x{value<I>(sweep)..., g};
            const SourceScope                               scope(where);
            deliver(sweep,
                    rules::call<form.saves>(primitive_, g, x, x[saved_count == 0 ? 0 : saved_count - 1], std::make_index_sequence<form.inputs>{}));
        }
        (std::make_index_sequence<saved_count>{});
    }

private:
    // A saved value as the vjp should see it; as a recorded value the output stands at this record's own place.
    template <std::size_t I>
    Variable<T> value(const Sweep& sweep) const {
        if constexpr (I < form.inputs) {
            return sweep.saved_input<T>(saved_[I], I);
        } else {
            return sweep.saved<T>(AnyVariable(saved_[I], place, serial));
        }
    }
    static void deliver(Sweep& sweep, Variable<T>&& contribution) { sweep.contribute<T>(0, std::move(contribution)); }
    template <class... F>
    static void deliver(Sweep& sweep, const Each<F...>& each_of) {
        std::size_t left_out = sizeof...(F);
        // A function of a factor may give its contribution to the matrix behind the factor instead, where that costs less: unless somebody asks for
        // the gradient with respect to the factor.
        if constexpr (requires { P::factor_input; }) {
            const bool behind = sweep.wants(P::factor_input) && sweep.wants(P::matrix_input) && !sweep.is_wanted_source(P::factor_input);
            left_out          = behind ? P::factor_input : P::matrix_input;
        }
        std::apply(
            [&](const F&... contribution) {
                std::size_t input = 0;
                const auto  give  = [&](const auto& of_input) {
                    if constexpr (!std::is_same_v<decltype(of_input()), NoContribution>) {
                        if (input != left_out && sweep.wants(input)) sweep.contribute<T>(input, of_input());
                    }
                    ++input;
                };
                (give(contribution), ...);
            },
            each_of.contributions);
    }
    // Any number of inputs: the vjp gives a function of the input's index.
    template <std::invocable<std::size_t> F>
    void deliver(Sweep& sweep, const F& contribution) {
        for (std::size_t input = 0; input < inputs.size(); ++input) {
            if (sweep.wants(input)) sweep.contribute<T>(input, contribution(input));
        }
    }

    P                                 primitive_;
    std::array<AnyValue, saved_count> saved_;
};

/// Runs a structured primitive on the operands that `operands` points at, of which P::arity says how many there are.
template <class P, Scalar T>
Variable<T> apply_to(P& primitive, std::span<const Variable<T>* const> operands, SourceLocation where) {
    static_assert(StructuredRule<P, T>, "xtgrad: a structured primitive needs a name, samples, and exactly one vjp");
    static_assert(StructuredPrimitives::index_of<P>() < StructuredPrimitives::size);
    where             = SourceScope::resolve(where);
    RecordList& list  = RecordList::current();
    bool        found = false;
    // Few operations have more than eight inputs; those allocate.
    std::array<Record::Place, P::arity == 0 ? 8 : P::arity> few;
    std::vector<Record::Place>                              many(operands.size() > few.size() ? operands.size() : 0);
    const std::span<Record::Place>                          places(many.empty() ? few.data() : many.data(), operands.size());
    for (std::size_t input = 0; input < operands.size(); ++input) {
        places[input] = list.place_of(*operands[input], P::name, where);
        found         = found || places[input] != AnyVariable::no_place;
    }
    Value<T> output;
    if constexpr (P::arity == 0) {
        std::vector<Value<T>> values;
        std::vector<Shape>    shapes;
        for (const Variable<T>* operand : operands) {
            values.push_back(operand->typed());
            shapes.push_back(operand->shape());
        }
        primitive.infer(where, shapes);
        output = primitive.template forward<T>(values);
    } else {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            primitive.infer(where, operands[I]->shape()...);
            output = primitive.forward(operands[I]->typed()...);
        }
        (std::make_index_sequence<P::arity>{});
    }
    if (program::Trace* trace = list.trace()) [[unlikely]]
        trace->structured<P, T>(primitive, operands, output, where);
    if (!found) return Variable<T>(std::move(output));
    return Variable<T>(list.append<StructuredRecord<P, T>>(output, places, where, std::move(primitive), operands));
}

template <class P, Scalar T>
Variable<T> apply(P primitive, std::span<const Variable<T>> operands, SourceLocation where) {
    std::vector<const Variable<T>*> pointers;
    for (const Variable<T>& operand : operands) pointers.push_back(&operand);
    return apply_to<P, T>(primitive, pointers, where);
}

template <class P, Scalar T, std::same_as<Variable<T>>... Rest>
Variable<T> apply(P&& primitive, SourceLocation where, const Variable<T>& first, const Rest&... rest) {
    const std::array<const Variable<T>*, 1 + sizeof...(Rest)> operands{&first, &rest...};
    return apply_to<P, T>(primitive, operands, where);
}

// In ops/*.cpp: compiles a structured primitive there, for whoever has its declaration alone.
// NOLINTNEXTLINE(cppcoreguidelines-macro-usage)
#define XTGRAD_COMPILE_PRIMITIVE(P)                                                                                                                  \
    template Variable<float>  apply<P, float>(P, std::span<const Variable<float>>, SourceLocation);                                                  \
    template Variable<double> apply<P, double>(P, std::span<const Variable<double>>, SourceLocation);

} // namespace xtgrad
