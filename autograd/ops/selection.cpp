#include <algorithm>
#include <cmath>

#include <xtgrad/autograd/kernels/loop.hpp>
#include <xtgrad/autograd/program/guard.hpp>
#include <xtgrad/autograd/program/operations.hpp>
#include <xtgrad/autograd/program/trace.hpp>

namespace xtgrad::ops {

using program::CallOperation;
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

namespace {

// The places of the largest along the middle axis of a contiguous [outer, length, inner] array.
template <Scalar T>
void places_of_largest(const T* data, std::size_t outer, std::size_t length, std::size_t inner, Index* result) {
    const auto later_wins = [](T best, T candidate) { return candidate > best || (std::isnan(candidate) && !std::isnan(best)); };
    for (std::size_t o = 0; o < outer; ++o) {
        for (std::size_t i = 0; i < inner; ++i) {
            const T*    line = data + o * length * inner + i;
            std::size_t best = 0;
            for (std::size_t place = 1; place < length; ++place) {
                if (later_wins(line[best * inner], line[place * inner])) best = place;
            }
            result[o * inner + i] = static_cast<Index>(best);
        }
    }
}

} // namespace

template <Scalar T>
Array<Index> argmax(const Variable<T>& x, const Axes& axes, SourceLocation where) {
    const bool        flat   = axes.is_every();
    const std::size_t axis   = flat ? 0 : axes.normalized("argmax", x.dimension(), where).front();
    const std::size_t length = flat ? x.size() : x.shape()[axis];
    Shape             shape;
    std::size_t       outer = 1;
    std::size_t       inner = 1;
    for (std::size_t other = 0; !flat && other < x.dimension(); ++other) {
        if (other == axis) continue;
        shape.push_back(x.shape()[other]);
        (other < axis ? outer : inner) *= x.shape()[other];
    }
    if (length == 0 && outer * inner > 0)
        throw ShapeError("argmax: an array of shape " + to_string(x.shape()) + " has no largest element there", where);
    Array<Index> result(shape);
    places_of_largest(x.typed().data(), outer, length, inner, result.data());
    if (Trace* trace = Trace::active()) {
        where      = SourceScope::resolve(where);
        auto check = [=, places = Array<Index>(shape)](const void* const* operands, void* const*) mutable {
            places_of_largest(static_cast<const T*>(operands[0]), outer, length, inner, places.data());
            if (places != result) {
                throw GuardError("program: the result of argmax at " + to_string(where) +
                                     " changed since the function was compiled; places cannot be replayed: compile it again",
                                 where);
            }
        };
        trace->note_argmax(std::make_unique<CallOperation<decltype(check)>>("argmax", std::move(check), true), x.any_value(), where);
    }
    return result;
}

template Variable<float>  where<float>(const Mask&, const Operand<float>&, const Operand<float>&);
template Variable<double> where<double>(const Mask&, const Operand<double>&, const Operand<double>&);
template Mask             compare<float>(Comparison, const Operand<float>&, const Operand<float>&);
template Mask             compare<double>(Comparison, const Operand<double>&, const Operand<double>&);
template Variable<float>  clip<float>(const Operand<float>&, const Operand<float>&, const Operand<float>&);
template Variable<double> clip<double>(const Operand<double>&, const Operand<double>&, const Operand<double>&);
template Mask             isfinite<float>(const Variable<float>&);
template Mask             isfinite<double>(const Variable<double>&);
template Array<Index>     argmax<float>(const Variable<float>&, const Axes&, SourceLocation);
template Array<Index>     argmax<double>(const Variable<double>&, const Axes&, SourceLocation);

} // namespace xtgrad::ops
