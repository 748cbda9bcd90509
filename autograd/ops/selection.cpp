#include <algorithm>
#include <cmath>

#include <xtgrad/autograd/kernels/loop.hpp>
#include <xtgrad/autograd/program/operations.hpp>
#include <xtgrad/autograd/program/trace.hpp>

namespace xtgrad::ops {

using program::CompareOperation;
using program::EachOperation;
using program::Trace;

namespace {

// Numbers as a mask has them, for kernels that know only T.
template <Scalar T>
Variable<T> as_numbers(const Mask& mask, SourceLocation line) {
    const auto number  = [](bool truth) { return truth ? T{1} : T{0}; };
    Value<T>   numbers = Value<T>::uninitialized(mask.shape());
    Trace*     trace   = Trace::active();
    const bool follows = trace != nullptr && trace->follows(mask);
    const auto truths  = follows ? trace->unread(mask) : mask.array().data();
    std::transform(truths, truths + mask.size(), numbers.mutable_data(), number);
    if (follows) trace->use_mask(std::make_unique<EachOperation<bool, T, decltype(number)>>("numbers", mask.size(), number), mask, numbers, line);
    return Variable<T>(std::move(numbers));
}

} // namespace

template <Scalar T>
Variable<T> where(const Mask& condition, const Operand<T>& a, const Operand<T>& b) {
    const Operand<T> numbers(as_numbers<T>(condition, a.where()), a.where());
    return elementwise<T>(elementwise_index<Where>, {&numbers, &a, &b});
}

template <Scalar T>
Mask compare(Comparison comparison, const Operand<T>& a, const Operand<T>& b) {
    const Variable<T>&                x     = a.variable();
    const Variable<T>&                y     = b.variable();
    const Shape                       shape = broadcast_shapes("comparison", x.shape(), y.shape(), a.where());
    const std::array<const Shape*, 2> shapes{&x.shape(), &y.shape()};
    const std::array<const T*, 2>     elements{x.typed().data(), y.typed().data()};
    Array<bool>                       truths(shape);
    kernels::Loop                     loop;
    kernels::plan(loop, shape, shapes);
    kernels::compare<T>(comparison, loop, elements.data(), truths.data());
    Mask result(std::move(truths));
    if (Trace* trace = Trace::active()) {
        trace->add_mask(std::make_unique<CompareOperation<T>>(comparison, loop), std::array{&x.any_value(), &y.any_value()}, result,
                        SourceScope::resolve(a.where()));
    }
    return result;
}

template <Scalar T>
Mask isfinite(const Variable<T>& x) {
    const auto  finite = [](T element) { return std::isfinite(element); };
    Array<bool> truths(x.shape());
    std::transform(x.typed().data(), x.typed().data() + x.size(), truths.data(), finite);
    Mask result(std::move(truths));
    if (Trace* trace = Trace::active()) {
        trace->add_mask(std::make_unique<EachOperation<T, bool, decltype(finite)>>("isfinite", x.size(), finite), std::array{&x.any_value()}, result,
                        SourceScope::resolve(x.any_value().node()->made_at));
    }
    return result;
}

template <Scalar T>
Variable<T> clip(const Operand<T>& x, const Operand<T>& low, const Operand<T>& high) {
    const Mask ordered = compare<T>(Comparison::less_equal, low, high);
    if (!all(ordered)) {
        throw ValueError("clip: the lower bound must not exceed the upper one, and neither may be NaN", x.where());
    }
    return elementwise<T>(elementwise_index<Clip>, {&x, &low, &high});
}

template Variable<float>  where<float>(const Mask&, const Operand<float>&, const Operand<float>&);
template Variable<double> where<double>(const Mask&, const Operand<double>&, const Operand<double>&);
template Mask             compare<float>(Comparison, const Operand<float>&, const Operand<float>&);
template Mask             compare<double>(Comparison, const Operand<double>&, const Operand<double>&);
template Variable<float>  clip<float>(const Operand<float>&, const Operand<float>&, const Operand<float>&);
template Variable<double> clip<double>(const Operand<double>&, const Operand<double>&, const Operand<double>&);
template Mask             isfinite<float>(const Variable<float>&);
template Mask             isfinite<double>(const Variable<double>&);

} // namespace xtgrad::ops
