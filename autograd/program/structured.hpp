#pragma once

#include <functional>
#include <vector>

#include <xtgrad/autograd/primitive.hpp>
#include <xtgrad/autograd/program/operation.hpp>

namespace xtgrad::program {

/// What `planned<T>(shapes of the operands)` of a primitive gives, where it has one: an optional callable `(const void* const* operands, T* result)`
/// with the bits of its forward. Only those need one whose bookkeeping can cost more than their work.
struct NotPlanned {
    template <class P, Scalar T>
    static auto of(const P& primitive, std::span<const Shape> operands) {
        if constexpr (requires { primitive.template planned<T>(operands); }) {
            return primitive.template planned<T>(operands);
        } else {
            return NotPlanned{};
        }
    }
};

/// Whether the forward rule of P leaves the primitive as it is. One that does not, as a pooling that remembers which elements it chose, tells
/// other steps something beside its result.
template <class P, Scalar T, std::size_t... I>
constexpr bool forward_is_pure(std::index_sequence<I...>) {
    return P::arity == 0 || requires(const P& primitive, const rules::Repeat<I, Value<T>>&... x) { primitive.forward(x...); };
}

/// A structured primitive with its attributes.
template <class P, Scalar T>
class StructuredOperation final : public Operation {
public:
    StructuredOperation(const P& primitive, std::span<const Shape> operands, const Shape& result)
        : primitive_(primitive), result_(result), planned_(NotPlanned::of<P, T>(primitive, operands)) {
        operands_.reserve(operands.size());
        for (const Shape& shape : operands) operands_.emplace_back(shape);
    }

    std::string_view name() const noexcept override { return P::name; }

    void run(const void* const* operands, void* const* results) override {
        T* to = static_cast<T*>(results[0]);
        if constexpr (!std::is_same_v<Planned, NotPlanned>) {
            if (planned_) return (*planned_)(operands, to);
        }
        for (std::size_t operand = 0; operand < operands_.size(); ++operand) operands_[operand].show(static_cast<const T*>(operands[operand]));
        forward_into(result_, to, [&] { return forward(); });
    }

    bool stays() const noexcept override { return !forward_is_pure<P, T>(std::make_index_sequence<P::arity>{}); }

    bool same_as(const Operation& other) const override {
        if constexpr (std::equality_comparable<P>) return static_cast<const StructuredOperation&>(other).primitive_ == primitive_;
        return false;
    }

private:
    using Planned = decltype(NotPlanned::of<P, T>(std::declval<const P&>(), std::span<const Shape>()));

    Value<T> forward() {
        if constexpr (P::arity == 0) {
            std::vector<Value<T>> values;
            for (const Proxy<T>& operand : operands_) values.push_back(operand.value());
            return primitive_.template forward<T>(values);
        } else {
            return [&]<std::size_t... I>(std::index_sequence<I...>) { return primitive_.forward(operands_[I].value()...); }
            (std::make_index_sequence<P::arity>{});
        }
    }

    P                     primitive_;
    std::vector<Proxy<T>> operands_;
    Proxy<T>              result_;
    Planned               planned_;
};

} // namespace xtgrad::program
