#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include <xtensor/xstrided_view.hpp>

#include <xtgrad/array/random.hpp>

#include "tiers.hpp"

namespace xtgrad::suite {

namespace {

/// Equal bits, but that zeros of both signs are equal.
template <Scalar T>
bool same(const Array<T>& a, const Array<T>& b) {
    return a.shape() == b.shape() && std::equal(a.data(), a.data() + a.size(), b.data());
}
template <Scalar T>
bool same(const std::vector<Array<T>>& a, const std::vector<Array<T>>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Array<T>& x, const Array<T>& y) { return same(x, y); });
}
template <Scalar T>
bool same_bits(const std::vector<Array<T>>& a, const std::vector<Array<T>>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Array<T>& x, const Array<T>& y) {
        return x.shape() == y.shape() && (x.size() == 0 || std::memcmp(x.data(), y.data(), x.size() * sizeof(T)) == 0);
    });
}

/// Equal, as a primitive must be; a composition may add its contributions in another order.
template <Scalar T>
bool alike(const Array<T>& a, const Array<T>& b, Kind kind) {
    if (kind == Kind::elementwise || kind == Kind::structured) return same(a, b);
    T largest = 0;
    for (std::size_t place = 0; place < b.size(); ++place) largest = std::max(largest, std::abs(b.data()[place]));
    const T allowed = 64 * std::numeric_limits<T>::epsilon() * largest;
    return a.shape() == b.shape() &&
           std::equal(a.data(), a.data() + a.size(), b.data(), [allowed](T x, T y) { return x == y || std::abs(x - y) <= allowed; });
}

template <Scalar T>
struct Run {
    Array<T>              value;
    std::vector<Array<T>> gradients;
};

template <Scalar T>
Array<T> cotangent_for(const Shape& shape) {
    return Random(47).normal_array<T>(shape);
}

/// Value and gradients of `function` at inputs that `prepare` makes of the case's.
template <Scalar T, class Prepare>
Run<T> run(const Case& sample, const Recorded<T>& function, const Prepare& prepare) {
    Tape              tape;
    const auto        variables = watched<T>(tape, sample);
    const Variable<T> y         = function(prepare(variables));
    return {y.value(), tape.gradient(y, differentiable(sample, variables), seed(cotangent_for<T>(y.shape())))};
}
template <Scalar T>
Run<T> run(const Case& sample, const Recorded<T>& function) {
    return run<T>(sample, function, [](const Variables<T>& x) { return x; });
}

template <Scalar T>
std::vector<Array<T>> gradients_with(const Case& sample, const Array<T>& cotangent) {
    Tape       tape;
    const auto variables = watched<T>(tape, sample);
    return tape.gradient(sample.function<T>()(variables), differentiable(sample, variables), seed(cotangent));
}

template <Scalar T>
void check_seeds(const Case& sample, const Run<T>& once, Tally& tally) {
    const Shape& shape = once.value.shape();
    bool         zero  = true;
    for (const Array<T>& gradient : gradients_with<T>(sample, zeros<T>(shape))) zero = zero && same(gradient, zeros<T>(gradient.shape()));
    tally.check(zero, place_of(sample, "a zero cotangent gives a gradient that is not exactly 0"));
    Array<T> twice = cotangent_for<T>(shape);
    for (T& element : twice.storage()) element *= 2;
    std::vector<Array<T>> expected = once.gradients;
    for (Array<T>& gradient : expected) {
        for (T& element : gradient.storage()) element *= 2;
    }
    tally.check(same_bits(gradients_with<T>(sample, twice), expected),
                place_of(sample, "twice the cotangent does not give exactly twice the gradient"));
}

/// Passes again, on the same tape and with the gradient recorded.
template <Scalar T>
void check_passes(const Case& sample, const Run<T>& once, Tally& tally) {
    Tape              tape;
    const auto        variables = watched<T>(tape, sample);
    const auto        sources   = differentiable(sample, variables);
    const Variable<T> y         = sample.function<T>()(variables);
    const auto        cotangent = seed(cotangent_for<T>(y.shape()));
    tally.check(same_bits<T>({y.value()}, {once.value}), place_of(sample, "computed again, the value has other bits"));
    const auto first = tape.gradient(y, sources, cotangent, keep);
    tally.check(same_bits(first, once.gradients), place_of(sample, "recorded again, the gradient has other bits"));
    tally.check(same_bits(tape.gradient(y, sources, cotangent, keep), first), place_of(sample, "a second pass over the tape gives other bits"));
    std::vector<Array<T>> recorded;
    for (const Variable<T>& gradient : tape.gradient(y, sources, cotangent, create_graph)) recorded.push_back(gradient.value());
    const bool equal = sample.fused ? std::equal(recorded.begin(), recorded.end(), first.begin(), first.end(),
                                                 [](const Array<T>& a, const Array<T>& b) { return alike(a, b, Kind::formula); })
                                    : same(recorded, first);
    tally.check(equal, place_of(sample, "the recorded reading of the vjp has another value than the fused one"));
    const Variable<T> plain = [&] {
        Variables<T> constants;
        for (const Array<T>& input : inputs_as<T>(sample)) constants.emplace_back(input);
        return sample.function<T>()(constants);
    }();
    tally.check(!plain.recorded() && same_bits<T>({plain.value()}, {once.value}), place_of(sample, "unrecorded, the value has other bits"));
}

/// Whether a function takes these inputs: bounds must be ordered.
bool accepted(const Case& sample) {
    try {
        const Variables<double> inputs(sample.inputs.begin(), sample.inputs.end());
        (void)sample.in_double(inputs);
        return true;
    } catch (const ValueError&) {
        return false;
    }
}

/// f(x, x) for the first two inputs of one shape: the gradient is the sum of both.
template <Scalar T>
void check_aliased(const Case& sample, Kind kind, Tally& tally) {
    for (std::size_t second = 1; second < sample.inputs.size(); ++second) {
        const std::size_t first = second - 1;
        if (!sample.differentiable[first] || !sample.differentiable[second] || sample.inputs[first].shape() != sample.inputs[second].shape())
            continue;
        Case equal           = sample;
        equal.inputs[second] = equal.inputs[first];
        if (!accepted(equal)) continue;
        const auto  apart    = run<T>(equal, sample.function<T>());
        const auto  together = run<T>(equal, sample.function<T>(), [&](Variables<T> x) {
            x[second] = x[first];
            return x;
        });
        std::size_t source   = 0;
        for (std::size_t before = 0; before < first; ++before) source += equal.differentiable[before] ? 1 : 0;
        Array<T> sum = apart.gradients[source];
        for (std::size_t place = 0; place < sum.size(); ++place) sum.data()[place] += apart.gradients[source + 1].data()[place];
        tally.check(alike(together.gradients[source], sum, kind), place_of(sample, "f(x, x) does not give the sum of both gradients"));
        tally.check(same(together.gradients[source + 1], zeros<T>(sum.shape())),
                    place_of(sample, "an input that f(x, x) does not use has a gradient"));
        return;
    }
}

/// Inputs that come in other layouts.
template <Scalar T>
void check_layouts(const Case& sample, const Run<T>& once, Tally& tally) {
    const auto in_layout = [&](const auto& convert) {
        Tape         tape;
        Variables<T> variables;
        for (std::size_t input = 0; input < sample.inputs.size(); ++input) {
            const Array<T> array = xt::cast<T>(sample.inputs[input]);
            variables.push_back(convert(tape, array, sample.differentiable[input]));
        }
        const Variable<T> y         = sample.function<T>()(variables);
        const auto        gradients = tape.gradient(y, differentiable(sample, variables), seed(cotangent_for<T>(y.shape())));
        return same_bits<T>({y.value()}, {once.value}) && same_bits(gradients, once.gradients);
    };
    const auto take = [](Tape& tape, const auto& expression, bool watch) { return watch ? tape.watch(expression) : Variable<T>(expression); };
    tally.check(in_layout([&](Tape& tape, const Array<T>& array, bool watch) {
                    const xt::xarray<T, xt::layout_type::column_major> by_columns = array;
                    return take(tape, by_columns, watch);
                }),
                place_of(sample, "column-major inputs give other bits"));
    // Every second element along the last axis of something larger.
    tally.check(in_layout([&](Tape& tape, const Array<T>& array, bool watch) {
                    if (array.dimension() == 0) return take(tape, array, watch);
                    Shape shape = array.shape();
                    shape.back() *= 2;
                    xt::xarray<T> wide = xt::zeros<T>(shape);
                    for (std::size_t place = 0; place < array.size(); ++place) wide.data()[2 * place] = array.data()[place];
                    return take(tape, xt::strided_view(wide, {xt::ellipsis(), xt::range(0, static_cast<Index>(shape.back()), 2)}), watch);
                }),
                place_of(sample, "strided inputs give other bits"));
}

/// Broadcasting is tiling, and its gradient is summed over the tiles.
template <Scalar T>
void check_tiled(const Case& sample, const Run<T>& once, Kind kind, Tally& tally) {
    const Shape& shape = once.value.shape();
    const auto   tiled = run<T>(sample, sample.function<T>(), [&](Variables<T> x) {
        for (Variable<T>& input : x) input = broadcast_to(input, shape);
        return x;
    });
    tally.check(same(tiled.value, once.value), place_of(sample, "broadcast and tiled inputs give different values"));
    bool equal = true;
    for (std::size_t source = 0; source < once.gradients.size(); ++source) {
        equal = equal && alike(tiled.gradients[source], once.gradients[source], kind);
    }
    tally.check(equal, place_of(sample, "broadcast and tiled inputs give different gradients"));
}

/// An element's result does not depend on its place in the array.
template <Scalar T>
void check_places(const Case& sample, const Run<T>& once, Tally& tally) {
    for (const Array<double>& input : sample.inputs) {
        if (input.shape() != sample.inputs.front().shape()) return;
    }
    bool           same      = true;
    const Array<T> cotangent = cotangent_for<T>(once.value.shape());
    for (std::size_t place = 0; place < once.value.size(); ++place) {
        Case alone = sample;
        for (Array<double>& input : alone.inputs) input = full<double>({}, input.data()[place]);
        Tape              tape;
        const auto        variables = watched<T>(tape, alone);
        const Variable<T> y         = sample.function<T>()(variables);
        const auto        gradients = tape.gradient(y, differentiable(alone, variables), seed(full<T>({}, cotangent.data()[place])));
        same                        = same && y.item() == once.value.data()[place];
        for (std::size_t source = 0; source < gradients.size(); ++source) {
            same = same && *gradients[source].data() == once.gradients[source].data()[place];
        }
    }
    tally.check(same, place_of(sample, "an element alone gives other bits than among others"));
}

} // namespace

template <Scalar T>
void check_invariants(const Case& sample, Kind kind, Tally& tally) {
    const Run<T> once = run<T>(sample, sample.function<T>());
    check_passes(sample, once, tally);
    check_seeds(sample, once, tally);
    check_aliased<T>(sample, kind, tally);
    check_layouts(sample, once, tally);
    if (kind == Kind::elementwise || kind == Kind::formula) {
        check_tiled(sample, once, kind, tally);
        check_places(sample, once, tally);
    }
}

template void check_invariants<float>(const Case&, Kind, Tally&);
template void check_invariants<double>(const Case&, Kind, Tally&);

} // namespace xtgrad::suite
