#include <xtgrad/autograd/mutation.hpp>

#include <bit>
#include <cmath>
#include <vector>

#include "mutant.hpp"

namespace xtgrad::mutation {

namespace {

const Mutant* active = nullptr;
std::string   observed;
std::uint64_t seen = 0;

bool applies(std::string_view primitive, ScalarType type, Reading reading) {
    return active != nullptr && active->primitive == primitive && active->type == type &&
           (active->reading == Reading::both || active->reading == reading);
}

template <Scalar T>
void observe(const Variable<T>& x) {
    const auto mix = [](std::uint64_t number) { seen = (std::rotl(seen, 7) ^ number) * 0x9e3779b97f4a7c15U; };
    mix(x.size());
    for (std::size_t place = 0; place < x.size(); ++place) {
        const auto element = static_cast<double>(x.typed().data()[place]);
        // Zeros of both signs are equal, and so are all NaNs.
        mix(std::isnan(element) ? 1 : element == 0 ? 0 : std::bit_cast<std::uint64_t>(element));
    }
}

/// Ones, but for the last element.
template <Scalar T>
Array<T> all_but_last(const Shape& shape, T last) {
    Array<T> factors = ones<T>(shape);
    if (factors.size() > 0) factors.data()[factors.size() - 1] = last;
    return factors;
}

template <Scalar T>
Variable<T> transposed(const Variable<T>& x) {
    if (x.dimension() < 2) return x;
    std::vector<Index> axes(x.dimension());
    for (std::size_t axis = 0; axis < axes.size(); ++axis) axes[axis] = static_cast<Index>(axis);
    std::swap(axes[axes.size() - 1], axes[axes.size() - 2]);
    return reshape(transpose(x, axes), x.shape());
}

template <Scalar T>
Variable<T> shifted(const Variable<T>& x) {
    if (x.dimension() == 0 || x.shape().back() < 2) return x;
    std::vector<Range> rest(x.dimension() - 1, Range::all());
    std::vector<Range> first = rest;
    rest.push_back(Range::from(1));
    first.emplace_back(0, 1);
    return concatenate({slice(x, rest), slice(x, first)}, -1);
}

/// The first of the elements that are to be summed.
template <Scalar T>
Variable<T> first_of_broadcast(const Variable<T>& x, const Shape& to) {
    if (x.shape() == to || x.size() == 0) return x;
    std::vector<Range> ranges;
    const std::size_t  more = x.dimension() - to.size();
    for (std::size_t axis = 0; axis < x.dimension(); ++axis) {
        const bool repeated = axis < more || to[axis - more] != x.shape()[axis];
        ranges.push_back(repeated ? Range(0, 1) : Range::all());
    }
    return reshape(slice(x, ranges), to);
}

template <Scalar T>
Variable<T> broken(const Variable<T>& x, Way way, const Record& record, const Shape& to) {
    switch (way) {
    case Way::negated:
        return -x;
    case Way::doubled:
        return x * 2;
    case Way::scaled:
        return x * 1.001;
    case Way::missing:
        return x * 0;
    case Way::transposed:
        return transposed(x);
    case Way::shifted:
        return shifted(x);
    case Way::last_element:
        return x * all_but_last(x.shape(), T{-1});
    case Way::not_summed:
        return first_of_broadcast(x, to);
    case Way::times_count: {
        const auto from = static_cast<double>(element_count(record.shape.shape()));
        return from > 0 ? x * (static_cast<double>(element_count(to)) / from) : x;
    }
    default:
        return x;
    }
}

template <Scalar T>
AnyValue stale(const Value<T>& x) {
    Value<T> other = Value<T>::uninitialized(x.shape());
    for (std::size_t place = 0; place < x.size(); ++place) other.mutable_data()[place] = x.data()[(place + 1) % x.size()];
    // There is no neighbour of a single number.
    if (x.size() == 1) *other.mutable_data() += T{0.25};
    other.node()->made_at = x.node()->made_at;
    return other;
}

template <Scalar T>
void shorten(AnyVariable& g) {
    const Variable<T> whole(g);
    g = whole * all_but_last(whole.shape(), T{0});
}

} // namespace

void cotangent(const Record& record, AnyVariable& g, bool creates_graph) {
    if (!applies(record.name(), record.type, creates_graph ? Reading::recorded : Reading::plain) || active->way != Way::short_of_a_term) return;
    g.type() == ScalarType::float32 ? shorten<float>(g) : shorten<double>(g);
}

template <Scalar T>
void contribution(const Record& record, std::size_t input, const Record& source, Variable<T>& contribution, bool creates_graph) {
    if (applies(record.name(), record.type, creates_graph ? Reading::recorded : Reading::plain) && active->input == input) {
        contribution = broken<T>(contribution, active->way, record, source.shape.shape());
    }
    if (record.name() == observed) observe(contribution);
}

AnyValue saved(std::string_view primitive, std::size_t which, const AnyValue& value) {
    if (!applies(primitive, value.node()->type, Reading::both) || active->way != Way::stale || active->input != which) return value;
    return value.node()->type == ScalarType::float32 ? stale(Value<float>(value)) : stale(Value<double>(value));
}

template void contribution<float>(const Record&, std::size_t, const Record&, Variable<float>&, bool);
template void contribution<double>(const Record&, std::size_t, const Record&, Variable<double>&, bool);

void activate(const Mutant* mutant, std::string_view name) {
    active   = mutant;
    observed = name;
    seen     = 0;
}

std::uint64_t fingerprint() { return seen; }

std::string_view text(Way way) {
    constexpr std::array<std::string_view, ways.size()> texts{"sign",           "x 2",         "x 1.001",        "missing",
                                                              "a term missing", "transposed",  "along the axis", "last element",
                                                              "not summed",     "missing 1/N", "stale value"};
    return texts[static_cast<std::size_t>(way)];
}

std::string_view text(Reading reading) { return reading == Reading::plain ? "plain" : reading == Reading::recorded ? "recorded" : "both"; }

} // namespace xtgrad::mutation
