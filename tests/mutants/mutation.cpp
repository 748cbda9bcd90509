#include <xtgrad/autograd/mutation.hpp>

#include <bit>
#include <cmath>
#include <span>
#include <vector>

#include "mutant.hpp"

namespace xtgrad::mutation {

namespace {

const Mutant*     active = nullptr;
std::string       observed;
bool              looks_for_effects = false;
std::uint64_t     seen              = 0;
std::vector<bool> effects; // by number_of()

bool applies(std::string_view primitive, ScalarType type, Reading reading) {
    return active != nullptr && active->primitive == primitive && active->type == type &&
           (active->reading == Reading::both || active->reading == reading);
}

std::size_t number_of(Way way, std::size_t input, Reading reading, ScalarType type) {
    return ((input * ways.size() + static_cast<std::size_t>(way)) * 3 + static_cast<std::size_t>(reading)) * 2 + static_cast<std::size_t>(type);
}
/// Whether it is still to be found out if a mutant has an effect.
bool is_open(std::size_t number) {
    if (number >= effects.size()) effects.resize(number + 1);
    return !effects[number];
}

/// A repeated number stays one.
template <Scalar T>
T element_of(const Value<T>& x, std::size_t place) {
    const Elements<T> elements = x.elements();
    return elements.data[elements.size == 1 ? 0 : place];
}

template <Scalar T>
bool same_bits(const Value<T>& a, const Value<T>& b) {
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    if (a.node() == b.node()) return true;
    if (a.shape() != b.shape()) return false;
    for (std::size_t place = 0; place < a.size(); ++place) {
        if (std::bit_cast<Bits>(element_of(a, place)) != std::bit_cast<Bits>(element_of(b, place))) return false;
    }
    return true;
}

template <Scalar T>
void observe(const Value<T>& x) {
    std::uint64_t mixed = 0;
    const auto    mix   = [&](std::uint64_t number) { mixed = (std::rotl(mixed, 7) ^ number) * 0x9e3779b97f4a7c15U; };
    mix(x.size());
    for (std::size_t place = 0; place < x.size(); ++place) {
        const auto element = static_cast<double>(element_of(x, place));
        // Zeros of both signs are equal, and so are all NaNs.
        mix(std::isnan(element) ? 1 : element == 0 ? 0 : std::bit_cast<std::uint64_t>(element));
    }
    seen += mixed;
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
        const auto from  = static_cast<double>(element_count(record.shape.shape()));
        const auto count = static_cast<double>(element_count(to));
        return from > 0 && from != count ? x * (count / from) : x;
    }
    default:
        return x;
    }
}

template <Scalar T>
Value<T> stale(const Value<T>& x) {
    Value<T> other = Value<T>::uninitialized(x.shape());
    for (std::size_t place = 0; place < x.size(); ++place) other.mutable_data()[place] = x.data()[(place + 1) % x.size()];
    // There is no neighbour of a single number.
    if (x.size() == 1) *other.mutable_data() += T{0.25};
    other.node()->made_at = x.node()->made_at;
    return other;
}

template <Scalar T>
Variable<T> shortened(const Variable<T>& g) {
    return g * all_but_last(g.shape(), T{0});
}

/// Notes whether `changed` is something else than `x`. A recorded result that has the same elements may still have other derivatives.
template <Scalar T>
void note_effect(std::size_t number, const Value<T>& x, const Value<T>& changed, bool creates_graph) {
    if (creates_graph ? changed.node() != x.node() : !same_bits(x, changed)) effects[number] = true;
}

template <Scalar T>
void look_for_effects(const Record& record, std::size_t input, const Record& source, const Variable<T>& contribution, bool creates_graph) {
    const Variable<T> x       = contribution.detach();
    const Reading     reading = creates_graph ? Reading::recorded : Reading::plain;
    for (const Way way : ways) {
        if (way == Way::stale || way == Way::short_of_a_term) continue;
        const std::size_t number = number_of(way, input, reading, record.type);
        if (is_open(number)) note_effect(number, x.typed(), broken(x, way, record, source.shape.shape()).typed(), creates_graph);
    }
}

/// Calls `f` with the type of `type`'s numbers.
template <class F>
void with_type(ScalarType type, F&& f) {
    type == ScalarType::float32 ? f(float{}) : f(double{});
}

// Nothing derives from it, and nobody deletes it.
// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor)
class OneAtATime final : public Mutator {
public:
    void cotangent(const Record& record, AnyVariable& g, bool creates_graph) override {
        const Reading reading = creates_graph ? Reading::recorded : Reading::plain;
        with_type(g.type(), [&]<Scalar T>(T) {
            if (looks_for_effects && record.name() == observed) {
                const std::size_t number = number_of(Way::short_of_a_term, 0, reading, record.type);
                const Variable<T> x      = Variable<T>(g).detach();
                if (is_open(number)) note_effect(number, x.typed(), shortened(x).typed(), creates_graph);
            }
            if (applies(record.name(), record.type, reading) && active->way == Way::short_of_a_term) g = shortened(Variable<T>(g));
        });
    }

    void contribution(const Record& record, std::size_t input, const Record& source, AnyVariable& contribution, bool creates_graph) override {
        with_type(contribution.type(), [&]<Scalar T>(T) {
            const bool is_observed = record.name() == observed;
            if (looks_for_effects && is_observed) look_for_effects(record, input, source, Variable<T>(contribution), creates_graph);
            if (applies(record.name(), record.type, creates_graph ? Reading::recorded : Reading::plain) && active->input == input)
                contribution = broken(Variable<T>(contribution), active->way, record, source.shape.shape());
            if (is_observed) observe(Variable<T>(contribution).typed());
        });
    }

    void saved(const Record& record, std::span<AnyValue> inputs, AnyValue* output) override {
        for (std::size_t input = 0; input < inputs.size(); ++input) saved(record, input, inputs[input]);
        if (output != nullptr) saved(record, record.inputs.size(), *output);
    }

private:
    static void saved(const Record& record, std::size_t which, AnyValue& value) {
        const ScalarType type = value.node()->type;
        with_type(type, [&]<Scalar T>(T) {
            const Value<T> x(value);
            if (looks_for_effects && record.name() == observed) {
                const std::size_t number = number_of(Way::stale, which, Reading::both, type);
                if (is_open(number)) note_effect(number, x, stale(x), false);
            }
            if (applies(record.name(), type, Reading::both) && active->way == Way::stale && active->input == which) value = stale(x);
        });
    }
};

OneAtATime one_at_a_time;

void start(const Mutant* mutant, const std::string& primitive, bool looks) {
    active            = mutant;
    observed          = primitive;
    looks_for_effects = looks;
    seen              = 0;
    mutator           = &one_at_a_time;
}

} // namespace

void activate(const Mutant& mutant) { start(&mutant, mutant.primitive, false); }
void observe(const std::string& primitive) {
    effects.clear();
    start(nullptr, primitive, true);
}
void rest() { mutator = nullptr; }

std::uint64_t fingerprint() { return seen; }

bool has_effect(const Mutant& mutant) { return !is_open(number_of(mutant.way, mutant.input, mutant.reading, mutant.type)); }

std::string_view text(Way way) {
    constexpr std::array<std::string_view, ways.size()> texts{"sign",           "x 2",         "x 1.001",        "missing",
                                                              "a term missing", "transposed",  "along the axis", "last element",
                                                              "not summed",     "missing 1/N", "stale value"};
    return texts[static_cast<std::size_t>(way)];
}

std::string_view text(Reading reading) { return reading == Reading::plain ? "plain" : reading == Reading::recorded ? "recorded" : "both"; }

} // namespace xtgrad::mutation
