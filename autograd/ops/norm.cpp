#include <algorithm>
#include <cmath>

#include <xtgrad/autograd/apply.hpp>
#include <xtgrad/autograd/ops/composition.hpp>
#include <xtgrad/autograd/primitives/reduction.hpp>

namespace xtgrad {

namespace {

// Sums of squares outside are computed anew: below, a square may have lost digits to underflow; above, one may have overflowed.
template <Scalar T>
constexpr T lowest_sum = std::numeric_limits<T>::min() / std::numeric_limits<T>::epsilon() / std::numeric_limits<T>::epsilon();

/// A power of two that takes `largest` near 1; 1 for what is no number above 0.
template <Scalar T>
T scale_for(T largest) {
    if (!(largest > 0) || std::isinf(largest)) return T{1};
    constexpr int most = std::numeric_limits<T>::max_exponent - 2;
    return std::ldexp(T{1}, std::clamp(-std::ilogb(largest), -most, most));
}

template <Scalar T, class F>
Value<T> each_element(const Value<T>& x, const F& f) {
    Value<T> y = Value<T>::uninitialized(x.shape());
    std::transform(x.data(), x.data() + x.size(), y.mutable_data(), f);
    return y;
}

} // namespace

template <Scalar T>
Value<T> EuclideanNorm::forward(const Value<T>& x) const {
    if (count() == 0) return Value<T>::filled(result_shape(), T{0});
    Value<T>   y      = fold<T>(each_element(x, [](T element) { return element * element; }), kernels::Fold::sum);
    const bool usable = std::all_of(y.data(), y.data() + y.size(), [](T sum) { return sum >= lowest_sum<T> && std::isfinite(sum); });
    if (usable) return each_element(y, [](T sum) { return std::sqrt(sum); });
    // Scaled, by powers of two so that nothing is rounded.
    const Value<T> scale = each_element(fold<T>(each_element(x, [](T element) { return std::abs(element); }), kernels::Fold::amax), scale_for<T>);
    // A constant, because a trace need not follow this.
    const Variable<T> scaled  = Variable<T>(each_element(x, [](T element) { return element; })) * kept(Variable<T>(scale));
    const Value<T>    squares = each_element(scaled.typed(), [](T element) { return element * element; });
    return (sqrt(Variable<T>(fold<T>(squares, kernels::Fold::sum))) / Variable<T>(scale)).typed();
}

template <Scalar T>
Variable<T> EuclideanNorm::vjp_from_both(const Variable<T>& g, const Variable<T>& x, const Variable<T>& y) const {
    // Divided by ∞ all x are 0, as is the gradient of least norm where the norm is 0.
    const Variable<T> length = kept(y);
    return kept(g) * (x / where(equal(length, 0), std::numeric_limits<T>::infinity(), length));
}

namespace ops {

namespace {

/// m·(Σ(|x|/m)^p)^(1/p), where m is the largest |x|, held constant: the norm does not depend on it.
template <Scalar T>
Variable<T> norm_by_powers(const Variable<T>& x, const Axes& axes, double p) {
    constexpr T       infinity = std::numeric_limits<T>::infinity();
    const Variable<T> largest  = amax(abs(x.detach()), axes, keep_dims);
    const Variable<T> scale    = where(equal(largest, 0) || equal(largest, infinity), 1, largest);
    // The power's derivative at 0 is infinite for p < 1; nothing depends on a 0 here.
    const Mask        zero   = equal(x, 0);
    const Variable<T> powers = where(zero, 0, pow(where(zero, 1, abs(x) / scale), p));
    const Variable<T> total  = sum(powers, axes, keep_dims);
    const Mask        none   = equal(total, 0);
    return where(none, 0, scale * pow(where(none, 1, total), 1 / p));
}

} // namespace

template <Scalar T>
Variable<T> norm(const Variable<T>& x, const Axes& asked, bool keep, SourceLocation location, double p) {
    const Composition scope(location);
    if (!(p >= 0)) throw ValueError("norm: the order must be 0, a positive number or infinity, got " + std::to_string(p), location);
    const AxisList list = asked.normalized("norm", x.dimension(), location);
    const Axes     axes(std::vector<Index>(list.begin(), list.end()));
    if (p == 2) {
        EuclideanNorm primitive;
        primitive.axes = list;
        primitive.keep = keep;
        return apply<EuclideanNorm, T>(std::move(primitive), location, x);
    }
    const auto reduced = [&](const Variable<T>& terms) { return keep ? sum(terms, axes, keep_dims) : sum(terms, axes); };
    if (p == 0) return reduced(abs(sign(x)));
    if (p == 1) return reduced(abs(x));
    const bool nothing = std::any_of(list.begin(), list.end(), [&](std::size_t axis) { return x.shape()[axis] == 0; });
    if (nothing) return reduced(x);
    const Variable<T> kept = std::isinf(p) ? amax(abs(x), axes, keep_dims) : norm_by_powers(x, axes, p);
    return keep ? kept : squeeze(kept, axes);
}

template Variable<float>  norm<float>(const Variable<float>&, const Axes&, bool, SourceLocation, double);
template Variable<double> norm<double>(const Variable<double>&, const Axes&, bool, SourceLocation, double);

} // namespace ops

XTGRAD_COMPILE_PRIMITIVE(EuclideanNorm)

} // namespace xtgrad
