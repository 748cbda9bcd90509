#include <xtgrad/autograd/primitives/sorting.hpp>

#include <xtgrad/autograd/functions/sorting.hpp>
#include <xtgrad/autograd/ops/order.hpp>
#include <xtgrad/autograd/ops/scan.hpp>
#include <xtgrad/autograd/primitives/indexing.hpp>

namespace xtgrad {

template <Scalar T>
Variable<T> Choice::scattered(const Variable<T>& g) const {
    return apply<ScatterAdd, T>({.index = places, .axis = axis, .shape = input_shape}, SourceLocation{"", 0}, g);
}

template <Scalar T>
Value<T> Sort::forward(const Value<T>& x) {
    Shape shape = input_shape;
    if (count) shape[axis] = *count;
    if (places == nullptr) places = std::make_shared<Array<Index>>(shape);
    Value<T> y      = Value<T>::uninitialized(shape);
    T*       sorted = y.mutable_data();
    Index*   from   = places->data();
    ops::order_lines<T>(Lines(input_shape, axis), x.data(), shape[axis], descending, [=](std::size_t to, const ops::Placed<T>& chosen) {
        sorted[to] = chosen.element;
        from[to]   = chosen.place;
    });
    return y;
}

std::vector<Sample<Sort>> Sort::samples() {
    std::vector<Sample<Sort>> samples = line_samples<Sort>();
    Sort                      largest;
    largest.descending = true;
    samples.push_back({largest, {sample_array({7})}});
    largest.count = 3;
    largest.axis  = 1;
    samples.push_back({largest, {sample_array({2, 6, 2})}});
    largest.count = 0;
    samples.push_back({largest, {sample_array({2, 3})}});
    return samples;
}

namespace {

/// `takes_over(element, running)`: whether the element is the extreme from here on.
template <Scalar T, class TakesOver>
Value<T> running_extreme(Choice& choice, const Value<T>& x, const TakesOver& takes_over) {
    if (choice.places == nullptr) choice.places = std::make_shared<Array<Index>>(choice.input_shape);
    const Lines lines(choice.input_shape, choice.axis);
    Value<T>    y    = Value<T>::uninitialized(choice.input_shape);
    const T*    from = x.data();
    T*          to   = y.mutable_data();
    Index*      at   = choice.places->data();
    lines.for_each([&](std::size_t first, std::size_t) {
        std::size_t extreme = 0;
        for (std::size_t place = 0; place < lines.length; ++place) {
            if (takes_over(from[first + place * lines.inner], from[first + extreme * lines.inner])) extreme = place;
            to[first + place * lines.inner] = from[first + extreme * lines.inner];
            at[first + place * lines.inner] = static_cast<Index>(extreme);
        }
    });
    return y;
}

// At a NaN the gradient is NaN, as that of a maximum is.
template <Scalar T>
Variable<T> undefined_at_nan(const Variable<T>& gradient, const Variable<T>& x) {
    return where(equal(x, x), gradient, x.detach());
}

} // namespace

template <Scalar T>
Value<T> Cummax::forward(const Value<T>& x) {
    return running_extreme<T>(*this, x, [](T element, T running) { return element >= running || std::isnan(element); });
}

template <Scalar T>
Value<T> Cummin::forward(const Value<T>& x) {
    return running_extreme<T>(*this, x, [](T element, T running) { return element <= running || std::isnan(element); });
}

template <Scalar T>
Variable<T> Cummax::vjp_from_input(const Variable<T>& g, const Variable<T>& x) const {
    return undefined_at_nan<T>(scattered<T>(g), x);
}

template <Scalar T>
Variable<T> Cummin::vjp_from_input(const Variable<T>& g, const Variable<T>& x) const {
    return undefined_at_nan<T>(scattered<T>(g), x);
}

namespace ops {

std::size_t checked_count(std::string_view operation, Index k, const Shape& shape, std::size_t axis, SourceLocation where) {
    if (k >= 0 && static_cast<std::size_t>(k) <= shape[axis]) return static_cast<std::size_t>(k);
    throw ValueError(std::string(operation) + ": an array of shape " + to_string(shape) + " has from 0 to " + std::to_string(shape[axis]) +
                         " elements along axis " + std::to_string(axis) + ", not " + std::to_string(k),
                     where);
}

template <Scalar T>
Variable<T> sort(const Variable<T>& x, Index axis, Order order, SourceLocation where) {
    Sort primitive;
    primitive.axis       = normalize_axis("sort", axis, x.dimension(), where);
    primitive.descending = order == Order::descending;
    return apply<Sort, T>(std::move(primitive), where, x);
}

template <Scalar T>
Variable<T> topk(const Variable<T>& x, Index k, Index axis, Order order, SourceLocation where) {
    Sort primitive;
    primitive.axis       = normalize_axis("topk", axis, x.dimension(), where);
    primitive.descending = order == Order::descending;
    primitive.count      = checked_count("topk", k, x.shape(), primitive.axis, where);
    return apply<Sort, T>(std::move(primitive), where, x);
}

XTGRAD_COMPILE_SCAN(Cummax)
XTGRAD_COMPILE_SCAN(Cummin)

#define XTGRAD_INSTANTIATE(T)                                                                                                                        \
    template Variable<T> sort<T>(const Variable<T>&, Index, Order, SourceLocation);                                                                  \
    template Variable<T> topk<T>(const Variable<T>&, Index, Index, Order, SourceLocation);
XTGRAD_INSTANTIATE(float)
XTGRAD_INSTANTIATE(double)
#undef XTGRAD_INSTANTIATE

} // namespace ops

XTGRAD_COMPILE_PRIMITIVE(Sort)
XTGRAD_COMPILE_PRIMITIVE(Cummax)
XTGRAD_COMPILE_PRIMITIVE(Cummin)

} // namespace xtgrad
