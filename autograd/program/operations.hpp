#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include <xtgrad/autograd/kernels/comparison.hpp>
#include <xtgrad/autograd/program/operation.hpp>

// The kinds of steps beside elementwise kernels and structured primitives.

namespace xtgrad::program {

template <Scalar T>
class CompareOperation final : public Operation {
public:
    CompareOperation(Comparison comparison, const kernels::Loop& loop) : comparison_(comparison), loop_(loop) {}

    std::string_view name() const noexcept override { return "compare"; }
    void             run(const void* const* operands, void* const* results) override {
        const std::array<const T*, 2> both{static_cast<const T*>(operands[0]), static_cast<const T*>(operands[1])};
        kernels::compare<T>(comparison_, loop_, both.data(), static_cast<bool*>(results[0]));
    }
    // On operands of the same shapes, which make the loop.
    bool same_as(const Operation& other) const override { return static_cast<const CompareOperation&>(other).comparison_ == comparison_; }

private:
    Comparison    comparison_;
    kernels::Loop loop_;
};

/// A function of each element by itself.
template <class From, class To, class F>
class EachOperation final : public Operation {
public:
    EachOperation(std::string_view operation_name, std::size_t count, F f) : name_(operation_name), count_(count), f_(f) {}

    std::string_view name() const noexcept override { return name_; }
    void             run(const void* const* operands, void* const* results) override {
        const From* from = static_cast<const From*>(operands[0]);
        std::transform(from, from + count_, static_cast<To*>(results[0]), f_);
    }
    bool same_as(const Operation&) const override { return true; }

private:
    std::string_view name_;
    std::size_t      count_;
    F                f_;
};

/// A function of several arrays of numbers, by `f(operands, results)`.
template <Scalar T, class F>
class PassOperation final : public Operation {
public:
    PassOperation(std::string_view operation_name, std::size_t operands, std::size_t results, const F& f)
        : name_(operation_name), operands_(operands), results_(results), f_(f) {}

    std::string_view name() const noexcept override { return name_; }
    void             run(const void* const* operands, void* const* results) override {
        for (std::size_t operand = 0; operand < operands_.size(); ++operand) operands_[operand] = static_cast<const T*>(operands[operand]);
        for (std::size_t result = 0; result < results_.size(); ++result) results_[result] = static_cast<T*>(results[result]);
        f_(operands_.data(), results_.data());
    }

private:
    std::string_view      name_;
    std::vector<const T*> operands_;
    std::vector<T*>       results_;
    F                     f_;
};

/// A function of a finished array alone, by a callable `f(operands, results)`.
template <class F>
class CallOperation final : public Operation {
public:
    CallOperation(std::string_view operation_name, F f, bool guard = false) : name_(operation_name), f_(std::move(f)), guard_(guard) {}

    std::string_view name() const noexcept override { return name_; }
    void             run(const void* const* operands, void* const* results) override { f_(operands, results); }
    bool             is_guard() const noexcept override { return guard_; }

private:
    std::string_view name_;
    F                f_;
    bool             guard_;
};

} // namespace xtgrad::program
