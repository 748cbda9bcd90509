#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>

#include <xtgrad/autograd/formulas/elementwise.hpp>
#include <xtgrad/autograd/functional.hpp>
#include <xtgrad/autograd/kernels/table.hpp>
#include <xtgrad/autograd/mutation.hpp>
#include <xtgrad/autograd/ops/composition.hpp>
#include <xtgrad/autograd/primitives/elementwise.hpp>
#include <xtgrad/autograd/program/trace.hpp>
#include <xtgrad/autograd/recorded_reading.hpp>
#include <xtgrad/autograd/strong_zero.hpp>
#include <xtgrad/autograd/sweep.hpp>

namespace xtgrad {

namespace {

constexpr std::size_t most_inputs = 3;
// Of a backward kernel: the cotangent, the inputs, the output.
constexpr std::size_t most_operands = most_inputs + 2;

/// The record of every elementwise primitive and fused formula: which one it is, and what its vjp takes.
template <Scalar T>
class ElementwiseRecord final : public Record {
public:
    ElementwiseRecord(std::span<const Place> input_places, const AnyVariable& output, std::size_t primitive,
                      std::initializer_list<const Operand<T>*> operands);

    std::string_view name() const noexcept override;
    void             backward(Sweep& sweep) override;
    void             release() noexcept override {
        for (AnyValue& value : saved) value = {};
        saved_output = {};
    }

    /// Its place among FusedFormulas, of which it is one.
    std::size_t formula() const noexcept { return primitive_ - ElementwisePrimitives::size; }

    std::array<AnyValue, most_inputs> saved;
    AnyValue                          saved_output;

    std::span<AnyValue> kept_inputs() noexcept;
    AnyValue*           kept_output() noexcept { return saved_output.empty() ? nullptr : &saved_output; }

private:
    void               backward_by_kernels(Sweep& sweep);
    [[gnu::cold]] void trace_backward(program::Trace& trace, typename kernels::ElementwiseKernel<T>::Run run, const kernels::Loop& loop,
                                      const Variable<T>& g, const Value<T>& result) const;
    void               look_for_strong_zeros(StrongZeroReport& report, std::size_t input, const kernels::Loop& loop,
                                             std::array<const T*, most_operands> operands) const;

    std::uint32_t primitive_;
};

// A cotangent that only remembers whether a linear rule has passed it on as it came.
struct Passed {
    bool                    unchanged = true;
    friend constexpr Passed operator-(Passed) { return {false}; }
    // For rules that add cotangents; there may be none.
    [[maybe_unused]] friend constexpr Passed operator+(Passed, Passed) { return {false}; }
    [[maybe_unused]] friend constexpr Passed operator-(Passed, Passed) { return {false}; }
};

template <class P>
constexpr std::array<bool, most_inputs> passes_on() {
    if constexpr (rules::elementwise_form<P, Variable<double>>.saves != Saves::nothing) {
        return {};
    } else if constexpr (P::arity == 1) {
        return {P::vjp(Cotangent<Passed>(Passed{})).value().unchanged};
    } else {
        return std::apply([](auto... contribution) { return std::array<bool, most_inputs>{contribution().value().unchanged...}; },
                          P::vjp(Cotangent<Passed>(Passed{})).contributions);
    }
}

/// What is known of a primitive or fused formula beside its kernels.
template <Scalar T>
struct Facts {
    std::string_view              name;
    VjpForm                       form;
    std::array<bool, most_inputs> passes_on; // the inputs whose contribution is the cotangent itself
    void (*recorded)(Sweep& sweep, ElementwiseRecord<T>& record);
};

template <Scalar T>
void contribute(Sweep& sweep, std::size_t input, const Cotangent<Variable<T>>& contribution) {
    sweep.contribute<T>(input, Variable<T>(contribution.value()));
}
template <Scalar T>
void contribute(Sweep&, std::size_t, NoContribution) {}

/// The rule read over Variables, so that the derivative is recorded.
template <class P, Scalar T>
void recorded_backward(Sweep& sweep, ElementwiseRecord<T>& record) {
    using V                = Variable<T>;
    constexpr VjpForm form = rules::elementwise_form<P, V>;
    const V           g    = sweep.take_cotangent<T>();
    const V           y(form.saves == Saves::output || form.saves == Saves::both ? AnyVariable(record.saved_output, record.place, record.serial)
                                                                                 : AnyVariable());
    const auto saved = [&](std::size_t input) { return input < form.inputs ? sweep.saved_input<T>(record.saved[input], input) : V(AnyVariable()); };
    const std::array<V, most_inputs> x{saved(0), saved(1), saved(2)};
    const SourceScope                scope(record.where);
    const auto                       contributions = rules::call<form.saves>(P{}, Cotangent<V>(g), x, y, std::make_index_sequence<form.inputs>{});
    if constexpr (P::arity == 1) {
        contribute<T>(sweep, 0, contributions);
    } else {
        std::apply(
            [&](const auto&... contribution) {
                std::size_t input = 0;
                ((sweep.wants(input) ? contribute<T>(sweep, input, contribution()) : void(), ++input), ...);
            },
            contributions.contributions);
    }
}

template <class P, Scalar T>
constexpr Facts<T> facts_of() {
    static_assert(ElementwiseRule<P, Variable<T>>, "xtgrad: an elementwise primitive needs a name, samples, and exactly one vjp");
    return {P::name, rules::elementwise_form<P, Variable<T>>, passes_on<P>(), &recorded_backward<P, T>};
}

/// A fused formula's derivative is recorded as that of the operations it is composed of.
template <Scalar T>
void composed_backward(Sweep& sweep, ElementwiseRecord<T>& record) {
    const SourceScope        scope(record.where);
    const AnyVariable        g = sweep.take_cotangent<T>();
    std::vector<AnyVariable> cotangents;
    std::vector<AnyVariable> sources;
    std::vector<std::size_t> wanted;
    {
        Tape                     tape(record.where);
        std::vector<Variable<T>> x;
        for (std::size_t input = 0; input < record.inputs.size(); ++input) {
            Variable<T> operand = sweep.saved_input<T>(record.saved[input], input);
            if (sweep.wants(input)) {
                // One that comes twice is two operands.
                operand = ops::alias(operand, record.where);
                wanted.push_back(input);
                sources.push_back(operand);
            }
            x.push_back(std::move(operand));
        }
        const Variable<T> y = ops::fused_formula_composed<T>(record.formula(), x);
        // It may depend on none of them, as hardshrink on its threshold.
        if (tape.holds(y, record.where)) cotangents = tape.sweep(y, &g, sources, Tape::Mode::creates_graph, record.where);
    }
    for (std::size_t index = 0; index < cotangents.size(); ++index) {
        if (cotangents[index].empty()) continue;
        functional::settle(cotangents[index]);
        sweep.contribute<T>(wanted[index], Variable<T>(std::move(cotangents[index])));
    }
}

template <Scalar T, class... P, class... F>
constexpr std::array<Facts<T>, kernels::elementwise_kernels> facts_of_lists(PrimitiveList<P...>, PrimitiveList<F...>) {
    return {facts_of<P, T>()..., Facts<T>{F::name, {Saves::inputs, F::arity, 1}, {}, &composed_backward<T>}...};
}

template <Scalar T>
constexpr auto facts = facts_of_lists<T>(ElementwisePrimitives{}, FusedFormulas{});

template <Scalar T>
ElementwiseRecord<T>::ElementwiseRecord(std::span<const Place> input_places, const AnyVariable& output, std::size_t primitive,
                                        std::initializer_list<const Operand<T>*> operands)
    : Record(input_places, output), primitive_(static_cast<std::uint32_t>(primitive)) {
    const VjpForm& form = facts<T>[primitive].form;
    for (std::size_t input = 0; input < form.inputs; ++input) saved[input] = operands.begin()[input]->variable().any_value();
    if (form.saves == Saves::output || form.saves == Saves::both) saved_output = output.any_value();
    mutation::saved(*this);
}

template <Scalar T>
std::span<AnyValue> ElementwiseRecord<T>::kept_inputs() noexcept {
    return std::span(saved).first(facts<T>[primitive_].form.inputs);
}

template <Scalar T>
std::string_view ElementwiseRecord<T>::name() const noexcept {
    return facts<T>[primitive_].name;
}

template <Scalar T>
void ElementwiseRecord<T>::backward(Sweep& sweep) {
    if (sweep.creates_graph()) {
        facts<T>[primitive_].recorded(sweep, *this);
    } else {
        backward_by_kernels(sweep);
    }
}

template <Scalar T>
void ElementwiseRecord<T>::backward_by_kernels(Sweep& sweep) {
    const auto& run   = kernels::table<T>().elementwise[primitive_].backward;
    const auto& fact  = facts<T>[primitive_];
    Variable<T> g     = sweep.take_cotangent<T>();
    auto* const trace = sweep.trace();
    std::size_t last  = 0;

    std::array<bool, most_inputs> wanted;
    for (std::size_t input = 0; input < inputs.size(); ++input) {
        wanted[input] = sweep.wants(input);
        if (wanted[input]) last = input;
    }
    std::array<const T*, most_operands>     operands;
    std::array<const Shape*, most_operands> shapes;
    std::array<std::size_t, most_operands>  sizes;
    std::size_t                             count   = 0;
    const std::size_t                       size    = g.size();
    const Shape&                            g_shape = g.shape(); // g is held until the last contribution
    bool                                    alike   = true;
    const auto                              add     = [&](const AnyValue& value) {
        const Elements<T> x = elements_of(*static_cast<const Node<T>*>(value.node()));
        operands[count]     = x.data;
        shapes[count]       = x.shape;
        sizes[count++]      = x.size;
        alike               = alike && (x.size == size || x.size == 1);
    };
    add(g.any_value());
    for (std::size_t input = 0; input < fact.form.inputs; ++input) add(saved[input]);
    if (!saved_output.empty()) add(saved_output);
    kernels::Loop loop;
    bool          planned = false;
    for (std::size_t input = 0; input <= last; ++input) {
        if (!wanted[input]) continue;
        if (fact.passes_on[input]) {
            sweep.contribute<T>(input, input == last ? std::move(g) : Variable<T>(g));
            continue;
        }
        if (run[input] == nullptr) continue;
        if (!planned) {
            if (alike) {
                kernels::plan_linear(loop, size, std::span(sizes.data(), count));
            } else {
                kernels::plan(loop, g_shape, std::span(shapes.data(), count));
            }
            planned = true;
        }
        if (StrongZeroReport* report = StrongZeroReport::active()) look_for_strong_zeros(*report, input, loop, operands);
        // The last contribution is written over the cotangent where nobody else holds it.
        const bool in_place = input == last && g.typed().reusable() && trace == nullptr;
        Value<T>   result   = in_place ? g.typed() : Value<T>::uninitialized(g_shape);
        run[input](loop, operands.data(), result.mutable_data());
        if (trace != nullptr) [[unlikely]]
            trace_backward(*trace, run[input], loop, g, result);
        if (in_place) g = Variable<T>(Value<T>());
        sweep.contribute<T>(input, Variable<T>(std::move(result)));
    }
}

template <Scalar T>
void ElementwiseRecord<T>::trace_backward(program::Trace& trace, typename kernels::ElementwiseKernel<T>::Run run, const kernels::Loop& loop,
                                          const Variable<T>& g, const Value<T>& result) const {
    std::vector<const AnyValue*> operands{&g.any_value()};
    for (std::size_t input = 0; input < facts<T>[primitive_].form.inputs; ++input) operands.push_back(&saved[input]);
    if (!saved_output.empty()) operands.push_back(&saved_output);
    trace.elementwise<T>(name(), run, loop, operands, result, where);
}

// The derivative itself, from a cotangent of ones, tells where a zero cotangent would have met an infinity or a NaN.
template <Scalar T>
void ElementwiseRecord<T>::look_for_strong_zeros(StrongZeroReport& report, std::size_t input, const kernels::Loop& loop,
                                                 std::array<const T*, most_operands> operands) const {
    const T* const          g          = operands[0];
    const Value<T>          ones       = Value<T>::filled(shape.shape(), T{1});
    Value<T>                derivative = Value<T>::uninitialized(ones.shape());
    StrongZeroReport::Entry entry{std::string(name()), where, input, 0, 0};
    operands[0] = ones.data();
    kernels::table<T>().elementwise[primitive_].backward[input](loop, operands.data(), derivative.mutable_data());
    for (std::size_t element = derivative.size(); element-- > 0;) {
        // A cotangent that is one number does not move.
        if (g[element * loop.moves[0]] != T{0} || std::isfinite(derivative.data()[element])) continue;
        ++entry.count;
        entry.first_place = element;
    }
    if (entry.count > 0) report.add(std::move(entry));
}

} // namespace

namespace ops {

namespace {

template <Scalar T>
[[gnu::cold]] void trace_forward(program::Trace& trace, std::size_t primitive, std::initializer_list<const Operand<T>*> operands,
                                 const kernels::Loop& loop, const Value<T>& result, SourceLocation where) {
    std::vector<const AnyValue*> values;
    for (const Operand<T>* operand : operands) values.push_back(&operand->variable().any_value());
    trace.elementwise<T>(facts<T>[primitive].name, kernels::table<T>().elementwise[primitive].forward, loop, values, result, where);
}

} // namespace

template <Scalar T>
Variable<T> elementwise(std::size_t primitive, std::initializer_list<const Operand<T>*> operands) {
    const SourceLocation                    where = SourceScope::resolve((*operands.begin())->where());
    RecordList&                             list  = RecordList::current();
    std::array<Record::Place, most_inputs>  places;
    std::array<const Node<T>*, most_inputs> nodes;
    std::array<const T*, most_inputs>       data;
    std::array<const Shape*, most_inputs>   shapes;
    std::array<std::size_t, most_inputs>    sizes;
    bool                                    found  = false;
    std::size_t                             count  = 0;
    std::size_t                             widest = 0;
    for (const Operand<T>* operand : operands) {
        const Variable<T>& x    = operand->variable();
        const auto&        node = *static_cast<const Node<T>*>(x.any_value().node());
        nodes[count]            = &node;
        places[count]           = list.place_of(x, facts<T>[primitive].name, where);
        found                   = found || places[count] != AnyVariable::no_place;
        shapes[count]           = node.shape;
        sizes[count]            = node.size;
        const std::size_t rank = node.shape->size(), most = shapes[widest]->size();
        if (rank > most || (rank == most && sizes[count] > sizes[widest])) widest = count;
        ++count;
    }
    const Shape* shape = shapes[widest];
    bool         alike = true;
    for (std::size_t input = 0; input < count; ++input) {
        alike = alike && (input == widest || shapes[input]->empty() || same_shape(*shapes[input], *shape));
    }
    std::optional<Shape> broadcast; // made where it is needed alone
    if (!alike) {
        broadcast = *shapes[0];
        for (std::size_t input = 1; input < count; ++input) broadcast = broadcast_shapes(facts<T>[primitive].name, *broadcast, *shapes[input], where);
        shape = &*broadcast;
    }
    Value<T> result = Value<T>::uninitialized(*shape);
    for (std::size_t input = 0; input < count; ++input) {
        const Elements<T> x = elements_of(*nodes[input]);
        data[input]         = x.data;
        shapes[input]       = x.shape;
        sizes[input]        = x.size;
    }
    kernels::Loop loop;
    if (alike) {
        kernels::plan_linear(loop, result.size(), std::span(sizes.data(), count));
    } else {
        kernels::plan(loop, *shape, std::span(shapes.data(), count));
    }
    kernels::table<T>().elementwise[primitive].forward(loop, data.data(), result.mutable_data());
    if (list.trace() != nullptr) [[unlikely]]
        trace_forward(*list.trace(), primitive, operands, loop, result, where);
    if (!found) return Variable<T>(std::move(result));
    return Variable<T>(list.append<ElementwiseRecord<T>>(result, std::span(places.data(), count), where, primitive, operands));
}

template <Scalar T>
Variable<T> of_order(std::size_t primitive, const Operand<T>& order, const Operand<T>& x) {
    for (const T n : order.variable().value(order.where()).storage()) {
        if (n >= 0 && n == std::floor(n) && std::isfinite(n)) continue;
        std::ostringstream text;
        text << facts<T>[primitive].name << ": an order is a whole number from 0 on, and this one is " << n;
        throw ValueError(text.str(), SourceScope::resolve(x.where()));
    }
    return elementwise<T>(primitive, {&order, &x});
}

template <Scalar T>
Variable<double> float_power(const Operand<T>& x, const Operand<T>& y) {
    const Composition scope(SourceScope::resolve(x.where()));
    return pow(cast<double>(x.variable()), cast<double>(y.variable()));
}

template <Scalar T>
void accumulate(Variable<T>& sum, Variable<T>&& addend) {
    if (!sum.recorded() && !addend.recorded()) {
        if (!sum.typed().reusable() && addend.typed().reusable()) std::swap(sum, addend);
        if (sum.typed().reusable()) {
            Value<T> total = sum.typed();
            kernels::table<T>().accumulate(total.mutable_data(), addend.typed().data(), total.size());
            return;
        }
    }
    sum = sum + addend;
}

template Variable<float>  elementwise<float>(std::size_t, std::initializer_list<const Operand<float>*>);
template Variable<double> elementwise<double>(std::size_t, std::initializer_list<const Operand<double>*>);
template Variable<float>  of_order<float>(std::size_t, const Operand<float>&, const Operand<float>&);
template Variable<double> of_order<double>(std::size_t, const Operand<double>&, const Operand<double>&);
template Variable<double> float_power<float>(const Operand<float>&, const Operand<float>&);
template Variable<double> float_power<double>(const Operand<double>&, const Operand<double>&);
template void             accumulate<float>(Variable<float>&, Variable<float>&&);
template void             accumulate<double>(Variable<double>&, Variable<double>&&);

} // namespace ops

} // namespace xtgrad
