#include <xtgrad/autograd/mask.hpp>

#include <functional>

#include <xtgrad/autograd/program/operations.hpp>
#include <xtgrad/autograd/program/trace.hpp>

namespace xtgrad {

using program::Trace;

namespace {

// One of `&&` and `||` under broadcasting, as a step of a program.
class Combination final : public program::Operation {
public:
    Combination(const Shape& shape, const Shape& a, const Shape& b, bool both) : both_(both) { kernels::plan(loop_, shape, std::array{&a, &b}); }

    std::string_view name() const noexcept override { return both_ ? "and" : "or"; }
    void             run(const void* const* operands, void* const* results) override {
        const std::array<const bool*, 2> truths{static_cast<const bool*>(operands[0]), static_cast<const bool*>(operands[1])};
        if (both_) {
                        kernels::compare_by(loop_, truths.data(), static_cast<bool*>(results[0]), std::logical_and<>());
        } else {
                        kernels::compare_by(loop_, truths.data(), static_cast<bool*>(results[0]), std::logical_or<>());
        }
    }
    bool same_as(const Operation& other) const override { return static_cast<const Combination&>(other).both_ == both_; }

private:
    bool          both_;
    kernels::Loop loop_;
};

} // namespace

Mask::Mask(std::initializer_list<bool> truths) : truths_(Shape{truths.size()}) { std::copy(truths.begin(), truths.end(), truths_.data()); }

Mask Mask::combine(const Mask& a, const Mask& b, bool both) {
    auto        step = std::make_unique<Combination>(broadcast_shapes(both ? "&&" : "||", a.shape(), b.shape()), a.shape(), b.shape(), both);
    Array<bool> truths(broadcast_shapes("masks", a.shape(), b.shape()));
    const std::array<const void*, 2> operands{a.truths_.data(), b.truths_.data()};
    void*                            to = truths.data();
    step->run(operands.data(), &to);
    Mask result(std::move(truths));
    if (Trace* trace = Trace::active()) trace->combine_masks(std::move(step), std::array{&a, &b}, result);
    return result;
}

Mask Mask::negate(const Mask& a) {
    auto        step = std::make_unique<program::EachOperation<bool, bool, std::logical_not<>>>("not", a.size(), std::logical_not<>());
    Array<bool> truths(a.shape());
    const std::array<const void*, 1> operands{a.truths_.data()};
    void*                            to = truths.data();
    step->run(operands.data(), &to);
    Mask result(std::move(truths));
    if (Trace* trace = Trace::active()) trace->combine_masks(std::move(step), std::array{&a}, result);
    return result;
}

void Mask::note_read() const {
    if (Trace* trace = Trace::active()) trace->note_read(*this);
}

} // namespace xtgrad
