#include <xtgrad/autograd/primitives/scan.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include <xtgrad/autograd/ops/scan.hpp>

namespace xtgrad {

template <Scalar T>
Variable<T> shifted(const Variable<T>& x, std::size_t axis, bool reverse, T first) {
    const Index extent = static_cast<Index>(x.shape()[axis]);
    if (extent == 0) return x;
    std::vector<Range> kept(axis, Range::all());
    kept.push_back(reverse ? Range(1, extent) : Range(0, extent - 1));
    Shape edge_shape = x.shape();
    edge_shape[axis] = 1;
    const Variable<T> edge(Value<T>::filled(edge_shape, first));
    const Variable<T> rest = slice(x, kept);
    return concatenate(reverse ? std::vector{rest, edge} : std::vector{edge, rest}, static_cast<Index>(axis), SourceLocation{"", 0});
}

namespace {

/// Walks over lines in the direction of a scan, a row of neighbouring lines at a time: `first(to, place)` where they begin, then
/// `next(to, before, place)`, which are offsets of single elements.
template <class First, class Next>
void walk(const Scan& scan, const First& first, const Next& next) {
    const Lines lines(scan.shape, scan.axis);
    for (std::size_t o = 0; o < lines.outer; ++o) {
        for (std::size_t step = 0; step < lines.length; ++step) {
            const std::size_t row    = (o * lines.length + (scan.reverse ? lines.length - 1 - step : step)) * lines.inner;
            const std::size_t before = scan.reverse ? row + lines.inner : row - lines.inner;
            if (step == 0) {
                for (std::size_t i = 0; i < lines.inner; ++i) first(row + i);
            } else {
                for (std::size_t i = 0; i < lines.inner; ++i) next(before + i, row + i);
            }
        }
    }
}

// Lines that are summed side by side.
constexpr std::size_t most_beside = 32;
// Within a block a sum adds up its rounding; what goes before a block is kept with the error made so far (Neumaier 1974).
constexpr std::size_t block = 64;

template <Scalar T>
struct RunningSums {
    // −0, to which everything is added exactly, −0 too.
    std::array<T, most_beside> start, lost, within;

    RunningSums() {
        start.fill(T{-0.0});
        lost.fill(T{-0.0});
    }
    void finish_block(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            const T total = start[i] + within[i];
            if (std::isfinite(total)) {
                lost[i] += std::abs(start[i]) >= std::abs(within[i]) ? (start[i] - total) + within[i] : (within[i] - total) + start[i];
            } else {
                lost[i] = 0;
            }
            start[i] = total;
        }
    }
};

// `width` is a constant where one line stands alone.
template <Scalar T, class Width>
void sum_lines(const Lines& lines, bool reverse, const T* x, T* y, Width width) {
    RunningSums<T> sums;
    for (std::size_t begin = 0; begin < lines.length; begin += block) {
        const std::size_t          end = std::min(begin + block, lines.length);
        std::array<T, most_beside> base;
        for (std::size_t i = 0; i < width; ++i) base[i] = sums.start[i] + sums.lost[i];
        sums.within.fill(T{-0.0});
        for (std::size_t step = begin; step < end; ++step) {
            const std::size_t row = (reverse ? lines.length - 1 - step : step) * lines.inner;
            for (std::size_t i = 0; i < width; ++i) {
                sums.within[i] += x[row + i];
                y[row + i] = base[i] + sums.within[i];
            }
        }
        sums.finish_block(width);
    }
}

} // namespace

template <Scalar T>
Value<T> Cumsum::forward(const Value<T>& x) const {
    Value<T>    y = Value<T>::uninitialized(shape);
    const Lines lines(shape, axis);
    const T*    from = x.data();
    T*          to   = y.mutable_data();
    for (std::size_t o = 0; o < lines.outer; ++o) {
        const std::size_t plane = o * lines.length * lines.inner;
        if (lines.inner == 1) {
            sum_lines(lines, reverse, from + plane, to + plane, std::integral_constant<std::size_t, 1>());
            continue;
        }
        for (std::size_t i = 0; i < lines.inner; i += most_beside) {
            sum_lines(lines, reverse, from + plane + i, to + plane + i, std::min(most_beside, lines.inner - i));
        }
    }
    return y;
}

template <Scalar T>
Variable<T> Cumsum::vjp(const Variable<T>& g) const {
    Cumsum other;
    other.axis    = axis;
    other.reverse = !reverse;
    return apply<Cumsum, T>(std::move(other), SourceLocation{"", 0}, g);
}

std::vector<Sample<Cumsum>> Cumsum::samples() {
    std::vector<Sample<Cumsum>> samples = line_samples<Cumsum>();
    samples.push_back({{}, {sample_array({300})}});
    samples.back().primitive.reverse = true;
    samples.push_back({{}, {sample_array({130, 33})}});
    return samples;
}

template <Scalar T>
Value<T> Cumprod::forward(const Value<T>& x) const {
    Value<T> y    = Value<T>::uninitialized(shape);
    const T* from = x.data();
    T*       to   = y.mutable_data();
    walk(
        *this, [=](std::size_t at) { to[at] = from[at]; }, [=](std::size_t before, std::size_t at) { to[at] = to[before] * from[at]; });
    return y;
}

template <Scalar T>
Variable<T> Cumprod::vjp_from_both(const Variable<T>& g, const Variable<T>& x, const Variable<T>& y) const {
    LinearRecurrence from_end;
    from_end.axis    = axis;
    from_end.reverse = !reverse;
    return shifted<T>(y, axis, reverse, 1) *
           apply<LinearRecurrence, T>(std::move(from_end), SourceLocation{"", 0}, shifted<T>(x, axis, !reverse, 0), g);
}

std::vector<Sample<Cumprod>> Cumprod::samples() {
    std::vector<Sample<Cumprod>> samples = line_samples<Cumprod>(0.4, 1.6);
    samples.push_back({{}, {Array<double>{2, 0, 3, 4}}});
    samples.push_back({{}, {Array<double>{-2, 0, 0, 4, 1.5}}});
    samples.push_back({{}, {Array<double>{{-1.5, 0.5}, {0, 2}, {3, -1}}}});
    samples.back().primitive.reverse = true;
    return samples;
}

void LinearRecurrence::infer(SourceLocation where, const Shape& a, const Shape& b) {
    if (a != b) {
        throw ShapeError("linear_recurrence: the factors have shape " + to_string(a) + ", the terms " + to_string(b) + "; they must be alike", where);
    }
    shape = b;
}

template <Scalar T>
Value<T> LinearRecurrence::forward(const Value<T>& a, const Value<T>& b) const {
    Value<T> y       = Value<T>::uninitialized(shape);
    const T* factors = a.data();
    const T* terms   = b.data();
    T*       to      = y.mutable_data();
    walk(
        *this, [=](std::size_t at) { to[at] = terms[at]; },
        [=](std::size_t before, std::size_t at) { to[at] = factors[at] * to[before] + terms[at]; });
    return y;
}

template <Scalar T>
Variable<T> LinearRecurrence::adjoint(const Variable<T>& g, const Variable<T>& a) const {
    LinearRecurrence other;
    other.axis    = axis;
    other.reverse = !reverse;
    return apply<LinearRecurrence, T>(std::move(other), SourceLocation{"", 0}, shifted<T>(a, axis, other.reverse, 0), g);
}

std::vector<Sample<LinearRecurrence>> LinearRecurrence::samples() {
    std::vector<Sample<LinearRecurrence>> samples = line_samples<LinearRecurrence>(-1.2, 1.2);
    samples.push_back({{}, {Array<double>{3, 0, -2, 0.5}, Array<double>{1, 2, 0, -1}}});
    samples.back().primitive.reverse = true;
    return samples;
}

template <Scalar T>
Value<T> Logcumsumexp::forward(const Value<T>& x) const {
    Value<T>    y    = Value<T>::uninitialized(shape);
    const T*    from = x.data();
    T*          to   = y.mutable_data();
    const Lines lines(shape, axis);
    const T     lowest = -std::numeric_limits<T>::infinity();
    lines.for_each([&](std::size_t first, std::size_t) {
        T largest = lowest; // Σ e^x is e^largest·total
        T total   = 0;
        for (std::size_t step = 0; step < lines.length; ++step) {
            const std::size_t at   = first + (reverse ? lines.length - 1 - step : step) * lines.inner;
            const T           term = from[at];
            if (std::isnan(term)) {
                largest = term;
            } else if (term > largest) {
                total   = std::isfinite(term) && std::isfinite(largest) ? total * std::exp(largest - term) + T{1} : T{1};
                largest = term;
            } else if (std::isfinite(largest)) {
                total += std::exp(term - largest);
            }
            to[at] = std::isfinite(largest) ? largest + std::log(total) : largest;
        }
    });
    return y;
}

template <Scalar T>
Variable<T> Logcumsumexp::vjp_from_input(const Variable<T>& g, const Variable<T>& x) const {
    if (x.size() == 0) return g;
    constexpr T infinity = std::numeric_limits<T>::infinity();
    const Index along    = static_cast<Index>(axis);
    // Nothing changes where a number is taken from all x; near 0 the differences below have the error of the x alone.
    const Variable<T> largest = amax(x.detach(), along, keep_dims);
    const Variable<T> near    = x - where(abs(largest) <= std::numeric_limits<T>::max(), largest, 0);
    Logcumsumexp      again;
    again.axis                 = axis;
    again.reverse              = reverse;
    const Variable<T> y        = apply<Logcumsumexp, T>(std::move(again), SourceLocation{"", 0}, near);
    const Variable<T> next     = shifted<T>(y, axis, !reverse, 0);
    const Mask        infinite = equal(abs(y), infinity);
    // Where all so far are −inf nothing depends on them; an infinite x takes all.
    const Variable<T> decay = exp(where(infinite, where(y.detach() > 0, Variable<T>(0), Variable<T>(-infinity)), y - next));
    const Variable<T> share = exp(where(infinite, where(equal(x.detach(), infinity), Variable<T>(0), Variable<T>(-infinity)), near - y));
    LinearRecurrence  from_end;
    from_end.axis    = axis;
    from_end.reverse = !reverse;
    return share * apply<LinearRecurrence, T>(std::move(from_end), SourceLocation{"", 0}, decay, g);
}

namespace ops {

template <Scalar T>
Variable<T> linear_recurrence(const Variable<T>& a, const Variable<T>& b, Index axis, SourceLocation where) {
    LinearRecurrence primitive;
    primitive.axis = normalize_axis(LinearRecurrence::name, axis, a.dimension(), where);
    return apply<LinearRecurrence, T>(std::move(primitive), where, a, b);
}

namespace {

// All but the last element along an axis, and all but the first; nothing of a single one.
template <Scalar T>
std::pair<Variable<T>, Variable<T>> neighbours(const Variable<T>& x, std::size_t axis) {
    std::vector<Range> left(axis, Range::all());
    std::vector<Range> right = left;
    left.push_back(Range(0, std::max<Index>(static_cast<Index>(x.shape()[axis]) - 1, 0)));
    right.push_back(Range::from(1));
    return {slice(x, left), slice(x, right)};
}

template <Scalar T>
Variable<T> difference(const Variable<T>& x, std::size_t axis) {
    const auto [left, right] = neighbours(x, axis);
    return right - left;
}

} // namespace

template <Scalar T>
Variable<T> diff(const Variable<T>& x, Index n, Index axis, SourceLocation where) {
    const Composition scope(where);
    if (n < 0) throw ValueError("diff: the number of differences must not be negative, got " + std::to_string(n), where);
    const std::size_t along  = normalize_axis("diff", axis, x.dimension(), where);
    Variable<T>       result = x;
    for (Index taken = 0; taken < n && result.shape()[along] > 0; ++taken) result = difference(result, along);
    return result;
}

template <Scalar T>
Variable<T> trapz(const Variable<T>& y, double dx, Index axis, SourceLocation where) {
    const Composition scope(where);
    const std::size_t along  = normalize_axis("trapz", axis, y.dimension(), where);
    const auto [left, right] = neighbours(y, along);
    return sum(left + right, static_cast<Index>(along)) * (dx / 2);
}

template <Scalar T>
Variable<T> trapz(const Variable<T>& y, const Operand<T>& x, Index axis) {
    const Composition scope(x.where());
    const std::size_t along  = normalize_axis("trapz", axis, y.dimension(), x.where());
    Variable<T>       places = x.variable();
    if (places.dimension() == 1 && places.size() == y.shape()[along]) {
        Shape line(y.dimension(), 1);
        line[along] = places.size();
        places      = reshape(places, line);
    } else if (places.shape() != y.shape()) {
        throw ShapeError("trapz: samples of shape " + to_string(y.shape()) + " along axis " + std::to_string(along) + " need " +
                             std::to_string(y.shape()[along]) + " places, or places of their shape, got " + to_string(places.shape()),
                         x.where());
    }
    const auto [left, right] = neighbours(y, along);
    return sum((left + right) * (difference(places, along) / 2), static_cast<Index>(along));
}

XTGRAD_COMPILE_SCAN(Cumsum)
XTGRAD_COMPILE_SCAN(Cumprod)
XTGRAD_COMPILE_SCAN(Logcumsumexp)

#define XTGRAD_INSTANTIATE(T)                                                                                                                        \
    template Variable<T> linear_recurrence<T>(const Variable<T>&, const Variable<T>&, Index, SourceLocation);                                        \
    template Variable<T> diff<T>(const Variable<T>&, Index, Index, SourceLocation);                                                                  \
    template Variable<T> trapz<T>(const Variable<T>&, double, Index, SourceLocation);                                                                \
    template Variable<T> trapz<T>(const Variable<T>&, const Operand<T>&, Index);
XTGRAD_INSTANTIATE(float)
XTGRAD_INSTANTIATE(double)
#undef XTGRAD_INSTANTIATE

} // namespace ops

template Variable<float>  shifted<float>(const Variable<float>&, std::size_t, bool, float);
template Variable<double> shifted<double>(const Variable<double>&, std::size_t, bool, double);

// For the gradient of a product.
template Value<float>     Cumprod::forward<float>(const Value<float>&) const;
template Value<double>    Cumprod::forward<double>(const Value<double>&) const;
template Variable<float>  Cumprod::vjp_from_both<float>(const Variable<float>&, const Variable<float>&, const Variable<float>&) const;
template Variable<double> Cumprod::vjp_from_both<double>(const Variable<double>&, const Variable<double>&, const Variable<double>&) const;

XTGRAD_COMPILE_PRIMITIVE(Cumsum)
XTGRAD_COMPILE_PRIMITIVE(Cumprod)
XTGRAD_COMPILE_PRIMITIVE(LinearRecurrence)
XTGRAD_COMPILE_PRIMITIVE(Logcumsumexp)

} // namespace xtgrad
