#include <algorithm>

#include <xtgrad/autograd/apply.hpp>
#include <xtgrad/autograd/ops/merged_axes.hpp>
#include <xtgrad/autograd/primitives/reduction.hpp>
#include <xtgrad/autograd/primitives/scan.hpp>
#include <xtgrad/autograd/primitives/shape.hpp>

namespace xtgrad {

AxisList Axes::normalized(std::string_view operation, std::size_t rank, SourceLocation where) const {
    AxisList result;
    if (every_) {
        for (std::size_t axis = 0; axis < rank; ++axis) result.push_back(axis);
        return result;
    }
    for (const Index axis : axes_) result.push_back(normalize_axis(operation, axis, rank, where));
    std::sort(result.begin(), result.end());
    const auto twice = std::adjacent_find(result.begin(), result.end());
    if (twice != result.end()) throw ShapeError(std::string(operation) + ": axis " + std::to_string(*twice) + " is named twice", where);
    return result;
}

Shape Reduction::result_shape() const {
    if (keep) return kept_shape();
    Shape       shape;
    std::size_t next = 0;
    for (std::size_t axis = 0; axis < input_shape.size(); ++axis) {
        if (next < axes.size() && axes[next] == axis) {
            ++next;
        } else {
            shape.push_back(input_shape[axis]);
        }
    }
    return shape;
}

template <Scalar T>
std::optional<Reduction::Planned<T>> Reduction::planned_fold(kernels::Fold kind, double divisor) const {
    if (axes.empty() || count() == 0 || element_count(input_shape) == 0 || axes.back() - axes.front() + 1 != axes.size()) return std::nullopt;
    Planned<T> plan{kernels::table<T>().fold[static_cast<std::size_t>(kind)], 1, count(), 1, static_cast<T>(divisor)};
    for (std::size_t axis = 0; axis < axes.front(); ++axis) plan.outer *= input_shape[axis];
    for (std::size_t axis = axes.back() + 1; axis < input_shape.size(); ++axis) plan.inner *= input_shape[axis];
    return plan;
}

template <Scalar T>
Value<T> Reduction::fold(Value<T> x, kernels::Fold kind) const {
    // The sum of one element is that element.
    if (axes.empty() || (count() == 1 && kind != kernels::Fold::logsumexp)) return x.viewed_as(result_shape());
    if (x.size() == 0) return Value<T>::uninitialized(result_shape());
    const auto fold_group = kernels::table<T>().fold[static_cast<std::size_t>(kind)];
    if (axes.back() - axes.front() + 1 == axes.size()) {
        std::size_t outer = 1;
        std::size_t inner = 1;
        for (std::size_t axis = 0; axis < axes.front(); ++axis) outer *= input_shape[axis];
        for (std::size_t axis = axes.back() + 1; axis < input_shape.size(); ++axis) inner *= input_shape[axis];
        Value<T> y = Value<T>::uninitialized(result_shape());
        fold_group(x.data(), y.mutable_data(), outer, count(), inner);
        return y;
    }
    Shape shape = input_shape;
    for (std::size_t last = axes.size(); last-- > 0;) {
        std::size_t first = last;
        while (first > 0 && axes[first - 1] + 1 == axes[first]) --first;
        std::size_t outer  = 1;
        std::size_t length = 1;
        std::size_t inner  = 1;
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            std::size_t& part = axis < axes[first] ? outer : axis > axes[last] ? inner : length;
            part *= shape[axis];
        }
        for (std::size_t axis = axes[first]; axis <= axes[last]; ++axis) shape[axis] = 1;
        Value<T> y = Value<T>::uninitialized(first == 0 ? result_shape() : shape);
        fold_group(x.data(), y.mutable_data(), outer, length, inner);
        x    = std::move(y);
        last = first;
    }
    return x;
}

template <Scalar T>
Value<T> Mean::forward(const Value<T>& x) const {
    if (count() == 0) return Value<T>::filled(result_shape(), std::numeric_limits<T>::quiet_NaN());
    const Variable<T> total(fold<T>(x, kernels::Fold::sum));
    return (total / static_cast<double>(count())).typed();
}

namespace {

void check_not_of_nothing(std::string_view name, const Reduction& reduction, SourceLocation where) {
    std::size_t results = 1;
    for (const std::size_t extent : reduction.kept_shape()) results *= extent;
    if (reduction.count() == 0 && results > 0) {
        throw ShapeError(
            std::string(name) + ": an array of shape " + to_string(reduction.input_shape) + " has nothing to choose from over these axes", where);
    }
}

} // namespace

void Amax::infer(SourceLocation where, const Shape& x) {
    input_shape = x;
    check_not_of_nothing(name, *this, where);
}

void Amin::infer(SourceLocation where, const Shape& x) {
    input_shape = x;
    check_not_of_nothing(name, *this, where);
}

template <Scalar T>
Variable<T> Logsumexp::vjp_from_input(const Variable<T>& g, const Variable<T>& x) const {
    const Axes over(std::vector<Index>(axes.begin(), axes.end()));
    if (count() == 0) return broadcast_to(kept(g), input_shape);
    const Variable<T> largest = amax(x.detach(), over, keep_dims);
    const Mask        finite  = abs(largest) <= std::numeric_limits<T>::max();
    const Variable<T> shift   = where(finite, largest, 0);
    const Variable<T> chosen  = where(equal(x.detach(), largest), Variable<T>(1), Variable<T>(0));
    const Variable<T> terms   = where(finite, exp(x - shift), chosen);
    const Variable<T> shares  = terms / sum(terms, over, keep_dims);
    return kept(g) * where(equal(largest, -std::numeric_limits<T>::infinity()), 0, shares);
}

template <Scalar T>
Variable<T> Prod::vjp_from_input(const Variable<T>& g, const Variable<T>& x) const {
    if (x.size() == 0) return broadcast_to(kept(g), input_shape);
    const ops::MergedAxes merged(input_shape, axes);
    const Variable<T>     lines  = merged.merge(x);
    const auto            before = [&](bool reverse) {
        Cumprod product;
        product.axis    = merged.axis();
        product.reverse = reverse;
        return shifted<T>(apply<Cumprod, T>(std::move(product), SourceLocation{"", 0}, lines), merged.axis(), reverse, 1);
    };
    return kept(g) * merged.separate(before(false) * before(true));
}

std::vector<Sample<Prod>> Prod::samples() {
    std::vector<Sample<Prod>> samples;
    const auto                add = [&](AxisList over, const Array<double>& x, bool keeps = true) {
        Prod primitive;
        primitive.axes = std::move(over);
        primitive.keep = keeps;
        samples.push_back({primitive, {x}});
    };
    add({}, sample_array({}));
    add({0}, sample_array({1}));
    add({0}, sample_array({5}));
    add({0}, sample_array({37}, 0.5, 1.5));
    add({}, sample_array({2, 3}));
    add({0}, sample_array({2, 3}));
    add({1}, sample_array({2, 3}), false);
    add({0, 1}, sample_array({2, 3}));
    add({0}, sample_array({3, 21}));
    add({1}, sample_array({2, 3, 4}));
    add({0, 2}, sample_array({2, 3, 2}));
    add({0, 2}, sample_array({2, 3, 2}), false);
    add({0, 1, 3}, sample_array({2, 1, 2, 2}));
    add({0}, sample_array({300}, 0.9, 1.1));
    add({0}, Array<double>{2, 0, 3});
    add({0}, Array<double>{0, -1.5, 0, 2});
    add({1}, Array<double>{{1, 0, 2}, {0, 0, 0}, {-1, 3, 0.5}});
    add({1}, sample_array({0, 3}));
    add({0}, sample_array({0}));
    add({1}, sample_array({2, 0, 3}));
    return samples;
}

std::vector<Sample<EuclideanNorm>> EuclideanNorm::samples() { return reduction_samples<EuclideanNorm>(); }

namespace ops {

template <class P, Scalar T>
Variable<T> reduce(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation where) {
    P primitive;
    primitive.axes = axes.normalized(P::name, x.dimension(), where);
    primitive.keep = keep;
    return apply<P, T>(std::move(primitive), where, x);
}

template <Scalar T>
Variable<T> sum_to(const Variable<T>& x, const Shape& shape, SourceLocation where) {
    if (x.dimension() < shape.size()) return x; // not a broadcast of it: the caller says so
    Sum               primitive;
    const std::size_t added = x.dimension() - shape.size();
    for (std::size_t axis = 0; axis < x.dimension(); ++axis) {
        if (axis < added || (shape[axis - added] == 1 && x.shape()[axis] != 1)) primitive.axes.push_back(axis);
    }
    // Where only leading axes go they need not be put back.
    primitive.keep           = primitive.axes.empty() || primitive.axes.back() >= added;
    const Variable<T> summed = primitive.axes.empty() ? x : apply<Sum, T>(std::move(primitive), where, x);
    return summed.shape() == shape || summed.size() != element_count(shape) ? summed : apply<Reshape, T>({.shape = shape}, where, summed);
}

#define XTGRAD_INSTANTIATE(P)                                                                                                                        \
    template Variable<float>  reduce<P, float>(const Variable<float>&, const Axes&, bool, SourceLocation);                                           \
    template Variable<double> reduce<P, double>(const Variable<double>&, const Axes&, bool, SourceLocation);
XTGRAD_INSTANTIATE(Sum)
XTGRAD_INSTANTIATE(Mean)
XTGRAD_INSTANTIATE(Amax)
XTGRAD_INSTANTIATE(Amin)
XTGRAD_INSTANTIATE(Logsumexp)
XTGRAD_INSTANTIATE(Prod)
#undef XTGRAD_INSTANTIATE

template Variable<float>  sum_to<float>(const Variable<float>&, const Shape&, SourceLocation);
template Variable<double> sum_to<double>(const Variable<double>&, const Shape&, SourceLocation);

} // namespace ops

// For norm.cpp.
template Value<float>  Reduction::fold<float>(Value<float>, kernels::Fold) const;
template Value<double> Reduction::fold<double>(Value<double>, kernels::Fold) const;

template std::optional<Reduction::Planned<float>>  Reduction::planned_fold<float>(kernels::Fold, double) const;
template std::optional<Reduction::Planned<double>> Reduction::planned_fold<double>(kernels::Fold, double) const;

XTGRAD_COMPILE_PRIMITIVE(Sum)
XTGRAD_COMPILE_PRIMITIVE(Mean)
XTGRAD_COMPILE_PRIMITIVE(Amax)
XTGRAD_COMPILE_PRIMITIVE(Amin)
XTGRAD_COMPILE_PRIMITIVE(Logsumexp)
XTGRAD_COMPILE_PRIMITIVE(Prod)

} // namespace xtgrad
