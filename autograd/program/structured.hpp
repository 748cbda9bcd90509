#pragma once

#include <functional>
#include <vector>

#include <xtgrad/autograd/program/operation.hpp>
#include <xtgrad/autograd/variable.hpp>

namespace xtgrad::program {

/// What a structured primitive comes down to once its shapes are known, for the few whose bookkeeping would cost more than their work; empty
/// where there is no such shortcut. It gives the bits that the primitive's forward gives. (ops/*.cpp, beside the forward.)
template <Scalar T>
using PlannedForward = std::function<void(const void* const* operands, T* result)>;

/// A structured primitive with its attributes.
template <class P, Scalar T>
class StructuredOperation final : public Operation {
public:
    StructuredOperation(const P& primitive, std::span<const Shape> operands, const Shape& result) : primitive_(primitive), result_(result) {
        operands_.reserve(operands.size());
        for (const Shape& shape : operands) operands_.emplace_back(shape);
        if constexpr (requires { primitive_.template planned<T>(); }) planned_ = primitive_.template planned<T>();
    }

    std::string_view name() const noexcept override { return P::name; }

    void run(const void* const* operands, void* const* results) override {
        T* to = static_cast<T*>(results[0]);
        if (planned_) return planned_(operands, to);
        for (std::size_t operand = 0; operand < operands_.size(); ++operand) operands_[operand].show(static_cast<const T*>(operands[operand]));
        forward_into(result_, to, [&] { return forward(); });
    }

    bool same_as(const Operation& other) const override {
        if constexpr (std::equality_comparable<P>) return static_cast<const StructuredOperation&>(other).primitive_ == primitive_;
        return false;
    }

private:
    Value<T> forward() const {
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
    PlannedForward<T>     planned_;
};

} // namespace xtgrad::program
