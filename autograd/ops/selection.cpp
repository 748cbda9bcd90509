#include <algorithm>
#include <cmath>

#include <xtgrad/autograd/kernels/loop.hpp>
#include <xtgrad/autograd/variable.hpp>

namespace xtgrad::ops {

namespace {

// Numbers as a mask has them, for kernels that know only T.
template <Scalar T>
Variable<T> as_numbers(const Mask& mask) {
    Value<T> numbers = Value<T>::uninitialized(mask.shape());
    std::transform(mask.storage().begin(), mask.storage().end(), numbers.mutable_data(), [](bool truth) { return truth ? T{1} : T{0}; });
    return Variable<T>(std::move(numbers));
}

template <Scalar T, class Truth>
void compare_into(bool* result, const Variable<T>& a, const Variable<T>& b, const Shape& shape, Truth truth) {
    kernels::Loop                     loop;
    const std::array<const Shape*, 2> shapes{&a.shape(), &b.shape()};
    kernels::plan(loop, shape, shapes);
    std::array<const T*, 2>                     at{a.typed().data(), b.typed().data()};
    std::array<std::size_t, kernels::most_axes> index{};
    for (std::size_t row = 0; row < loop.rows; ++row) {
        for (std::size_t i = 0; i < loop.inner; ++i) *result++ = truth(at[0][i * loop.moves[0]], at[1][i * loop.moves[1]]);
        for (std::size_t axis = 0; axis < loop.outer_axes; ++axis) {
            for (std::size_t operand = 0; operand < 2; ++operand) at[operand] += loop.steps[operand][axis];
            if (++index[axis] < loop.extents[axis]) break;
            for (std::size_t operand = 0; operand < 2; ++operand) at[operand] -= loop.steps[operand][axis] * loop.extents[axis];
            index[axis] = 0;
        }
    }
}

} // namespace

template <Scalar T>
Variable<T> where(const Mask& condition, const Operand<T>& a, const Operand<T>& b) {
    const Operand<T> numbers(as_numbers<T>(condition), a.where());
    return elementwise<T>(elementwise_index<Where>, {&numbers, &a, &b});
}

template <Scalar T>
Mask compare(Comparison comparison, const Operand<T>& a, const Operand<T>& b) {
    const Shape shape = broadcast_shapes("comparison", a.variable().shape(), b.variable().shape(), a.where());
    Mask        result(shape);
    const auto  into = [&](auto truth) { compare_into<T>(result.data(), a.variable(), b.variable(), shape, truth); };
    switch (comparison) {
    case Comparison::less:
        into([](T x, T y) { return x < y; });
        break;
    case Comparison::less_equal:
        into([](T x, T y) { return x <= y; });
        break;
    case Comparison::equal:
        into([](T x, T y) { return x == y; });
        break;
    case Comparison::not_equal:
        into([](T x, T y) { return x != y; });
        break;
    }
    return result;
}

template <Scalar T>
Variable<T> clip(const Operand<T>& x, const Operand<T>& low, const Operand<T>& high) {
    const Mask ordered = compare<T>(Comparison::less_equal, low, high);
    if (!std::all_of(ordered.storage().begin(), ordered.storage().end(), [](bool truth) { return truth; })) {
        throw ValueError("clip: the lower bound must not exceed the upper one, and neither may be NaN", x.where());
    }
    return elementwise<T>(elementwise_index<Clip>, {&x, &low, &high});
}

template <Scalar T>
Array<Index> argmax(const Variable<T>& x, const Axes& axes, SourceLocation where) {
    const auto        later_wins = [](T best, T candidate) { return candidate > best || (std::isnan(candidate) && !std::isnan(best)); };
    const bool        flat       = axes.is_every();
    const std::size_t axis       = flat ? 0 : axes.normalized("argmax", x.dimension(), where).front();
    const std::size_t length     = flat ? x.size() : x.shape()[axis];
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
    const T*     data = x.typed().data();
    for (std::size_t o = 0; o < outer; ++o) {
        for (std::size_t i = 0; i < inner; ++i) {
            const T*    line = data + o * length * inner + i;
            std::size_t best = 0;
            for (std::size_t place = 1; place < length; ++place) {
                if (later_wins(line[best * inner], line[place * inner])) best = place;
            }
            result.data()[o * inner + i] = static_cast<Index>(best);
        }
    }
    return result;
}

template Variable<float>  where<float>(const Mask&, const Operand<float>&, const Operand<float>&);
template Variable<double> where<double>(const Mask&, const Operand<double>&, const Operand<double>&);
template Mask             compare<float>(Comparison, const Operand<float>&, const Operand<float>&);
template Mask             compare<double>(Comparison, const Operand<double>&, const Operand<double>&);
template Variable<float>  clip<float>(const Operand<float>&, const Operand<float>&, const Operand<float>&);
template Variable<double> clip<double>(const Operand<double>&, const Operand<double>&, const Operand<double>&);
template Array<Index>     argmax<float>(const Variable<float>&, const Axes&, SourceLocation);
template Array<Index>     argmax<double>(const Variable<double>&, const Axes&, SourceLocation);

} // namespace xtgrad::ops
