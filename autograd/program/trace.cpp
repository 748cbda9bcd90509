#include <xtgrad/autograd/program/trace.hpp>

#include <algorithm>
#include <atomic>

#include <xtgrad/autograd/program/guard.hpp>

namespace xtgrad::program {

template <Scalar T>
class TypedParameterSource final : public ParameterSource {
public:
    explicit TypedParameterSource(const Parameter<T>& parameter) : parameter_(parameter) {}
    const void*              elements() const noexcept override { return parameter_.state_->array->data(); }
    const AnyParameterState& state() const noexcept override { return parameter_.state(); }

private:
    Parameter<T> parameter_;
};

namespace {

template <Scalar T>
const Node<T>& typed(const AnyValue& value) noexcept {
    return *static_cast<const Node<T>*>(value.node());
}

template <class Visit>
auto with_type(const AnyValue& value, Visit&& visit) {
    return value.node()->type == ScalarType::float32 ? visit(typed<float>(value)) : visit(typed<double>(value));
}

ElementType type_of(const AnyValue& value) noexcept {
    return value.node()->type == ScalarType::float32 ? ElementType::float32 : ElementType::float64;
}

Shape shape_of(const AnyValue& value) {
    return with_type(value, [](const auto& node) { return *node.shape; });
}

AnyNode* viewed_by(const AnyValue& value) noexcept {
    return with_type(value, [](const auto& node) -> AnyNode* { return node.viewed; });
}

// Masks and traces meet by it; 0 is no trace.
std::uint64_t next_serial() {
    static constinit std::atomic<std::uint64_t> serial{0};
    return ++serial;
}

} // namespace

const kernels::Loop* Graph::keep(const kernels::Loop& loop, std::size_t operands) {
    const auto alike = [&](const std::unique_ptr<kernels::Loop>& kept) {
        if (kept->inner != loop.inner || kept->rows != loop.rows || kept->moves != loop.moves || kept->outer_axes != loop.outer_axes) return false;
        const auto count = static_cast<Index>(loop.outer_axes);
        if (!std::equal(loop.extents.begin(), loop.extents.begin() + count, kept->extents.begin())) return false;
        for (std::size_t operand = 0; operand < operands; ++operand) {
            const auto& mine = loop.steps[operand];
            if (!std::equal(mine.begin(), mine.begin() + count, kept->steps[operand].begin())) return false;
        }
        return true;
    };
    // The last are the likeliest.
    const auto found = std::find_if(loops.rbegin(), loops.rend(), alike);
    if (found != loops.rend()) return found->get();
    loops.push_back(std::make_unique<kernels::Loop>(loop));
    return loops.back().get();
}

Trace::Trace(SourceLocation where) : serial_(next_serial()) {
    RecordList& list = RecordList::current();
    if (list.trace() != nullptr) {
        throw TapeError("compile: the function that is being compiled calls compile(); compile the inner function before, and call its program",
                        where);
    }
    if (list.recording()) {
        throw TapeError("compile: a tape is in scope; compile outside of it, and take gradients inside of the function that is compiled", where);
    }
    list.set_trace(this);
}

Trace::~Trace() { RecordList::current().set_trace(nullptr); }

ValueId Trace::append(TracedValue::Origin origin, ElementType type, const Shape& shape, const AnyValue& node, std::uint32_t index) {
    const auto id = static_cast<ValueId>(graph_.values.size());
    graph_.values.push_back({origin, type, index, shape, element_count(shape), id, node});
    return id;
}

void Trace::bind(const AnyValue& value, ValueId id) {
    ids_[value.node()] = id;
    held_.push_back(value);
}

std::optional<ValueId> Trace::find(const AnyValue& value) {
    if (const auto found = ids_.find(value.node()); found != ids_.end()) return found->second;
    const AnyNode* viewed = viewed_by(value);
    if (viewed == nullptr) return std::nullopt;
    const auto found = ids_.find(viewed);
    if (found == ids_.end()) return std::nullopt;
    return add_view(value, found->second);
}

ValueId Trace::add_view(const AnyValue& view, ValueId shown) {
    const ValueId id        = append(graph_.values[shown].origin, graph_.values[shown].type, shape_of(view), view);
    graph_.values[id].root  = graph_.values[shown].root;
    graph_.values[id].index = graph_.values[shown].index;
    bind(view, id);
    return id;
}

void Trace::shows(const AnyValue& view, const AnyValue& shown) {
    if (ids_.contains(view.node())) return;
    add_view(view, operand(shown));
}

ValueId Trace::operand(const AnyValue& value) {
    if (const auto found = find(value)) return *found;
    const ValueId id = append(TracedValue::Origin::constant, type_of(value), shape_of(value), value);
    bind(value, id);
    return id;
}

ValueId Trace::operand(const Mask& mask) {
    if (follows(mask)) return mask.value_;
    const ValueId id         = append(TracedValue::Origin::constant, ElementType::truth, mask.shape(), {});
    graph_.values[id].truths = mask.truths_;
    return id;
}

void Trace::add_input(const AnyValue& value) {
    const ValueId id = append(TracedValue::Origin::input, type_of(value), shape_of(value), value, static_cast<std::uint32_t>(graph_.inputs.size()));
    graph_.inputs.push_back(id);
    bind(value, id);
}

void Trace::add_output(const AnyValue& value) { graph_.outputs.push_back(operand(value)); }

template <Scalar T>
void Trace::watched(const AnyValue& value, const Parameter<T>& parameter, SourceLocation where) {
    const AnyParameterState& state   = parameter.state();
    const auto               updated = std::find_if(updated_.begin(), updated_.end(), [&](const auto& entry) { return entry.first == &state; });
    if (updated != updated_.end()) {
        throw TapeError("compile: parameter '" + state.name() + "' is used after the update at " + to_string(updated->second) +
                            "; a compiled function may update a parameter once, after its last use",
                        where);
    }
    if (ids_.contains(value.node())) return;
    auto&      known = graph_.parameters;
    const auto found = std::find_if(known.begin(), known.end(), [&](const auto& source) { return &source->state() == &state; });
    const auto index = static_cast<std::uint32_t>(found - known.begin());
    if (found == known.end()) known.push_back(std::make_unique<TypedParameterSource<T>>(parameter));
    for (ValueId id = 0; id < graph_.values.size(); ++id) {
        const TracedValue& other = graph_.values[id];
        if (other.origin == TracedValue::Origin::parameter && other.index == index && other.root == id) return bind(value, id);
    }
    bind(value, append(TracedValue::Origin::parameter, type_of(value), shape_of(value), value, index));
}

template void Trace::watched<float>(const AnyValue&, const Parameter<float>&, SourceLocation);
template void Trace::watched<double>(const AnyValue&, const Parameter<double>&, SourceLocation);

bool Trace::follows(std::span<const AnyValue* const> operands) {
    return std::any_of(operands.begin(), operands.end(), [&](const AnyValue* value) {
        const auto found = find(*value);
        return found && graph_.values[*found].origin != TracedValue::Origin::constant;
    });
}

void Trace::add(std::unique_ptr<Operation> operation, std::span<const AnyValue* const> operands, std::span<const AnyValue* const> results,
                SourceLocation where) {
    Step step{std::move(operation), {}, {}, where};
    for (const AnyValue* value : operands) step.operands.push_back(operand(*value));
    for (const AnyValue* value : results) {
        step.results.push_back(append(TracedValue::Origin::computed, type_of(*value), shape_of(*value), *value));
        bind(*value, step.results.back());
        // Later views of a result that is a view show what it shows.
        if (AnyNode* viewed = viewed_by(*value); viewed != nullptr && !ids_.contains(viewed)) {
            ++viewed->references;
            bind(AnyValue(viewed), step.results.back());
        }
    }
    graph_.steps.push_back(std::move(step));
}

void Trace::add_mask(std::unique_ptr<Operation> operation, std::span<const AnyValue* const> operands, Mask& result, SourceLocation where) {
    if (!follows(operands)) return;
    Step step{std::move(operation), {}, {}, where};
    for (const AnyValue* value : operands) step.operands.push_back(operand(*value));
    result.trace_ = serial_;
    result.value_ = append(TracedValue::Origin::computed, ElementType::truth, result.shape(), {});
    step.results.push_back(result.value_);
    graph_.steps.push_back(std::move(step));
}

void Trace::combine_masks(std::unique_ptr<Operation> operation, std::span<const Mask* const> operands, Mask& result) {
    if (std::none_of(operands.begin(), operands.end(), [&](const Mask* mask) { return follows(*mask); })) return;
    Step step{std::move(operation), {}, {}, SourceLocation{"", 0}};
    for (const Mask* mask : operands) {
        step.operands.push_back(operand(*mask));
        // The line of the comparison stands for what is made of it.
        if (!follows(*mask)) continue;
        for (const Step& earlier : graph_.steps) {
            if (std::find(earlier.results.begin(), earlier.results.end(), mask->value_) != earlier.results.end()) step.where = earlier.where;
        }
    }
    result.trace_ = serial_;
    result.value_ = append(TracedValue::Origin::computed, ElementType::truth, result.shape(), {});
    step.results.push_back(result.value_);
    graph_.steps.push_back(std::move(step));
}

void Trace::use_mask(std::unique_ptr<Operation> operation, const Mask& mask, const AnyValue& result, SourceLocation where) {
    if (!follows(mask)) return;
    Step step{std::move(operation), {operand(mask)}, {append(TracedValue::Origin::computed, type_of(result), shape_of(result), result)}, where};
    bind(result, step.results.front());
    graph_.steps.push_back(std::move(step));
}

void Trace::note_read(const Mask& mask) {
    if (!follows(mask)) return;
    for (const Step& step : graph_.steps) {
        if (step.operation->is_guard() && step.operands.front() == mask.value_) return;
    }
    SourceLocation where("", 0);
    for (const Step& step : graph_.steps) {
        if (std::find(step.results.begin(), step.results.end(), mask.value_) != step.results.end()) where = step.where;
    }
    const Array<bool>& truths = mask.truths_;
    graph_.steps.push_back({std::make_unique<BranchGuard>(truths, where), {mask.value_}, {}, where});
}

void Trace::note_read(const AnyValue& value, SourceLocation where) {
    const auto found = find(value);
    if (!found || graph_.values[*found].origin == TracedValue::Origin::constant) return;
    with_type(value, [&]<Scalar T>(const Node<T>& node) {
        graph_.steps.push_back({std::make_unique<NumberGuard<T>>(node.data, node.size, where), {*found}, {}, where});
    });
}

void Trace::note_numbers(std::unique_ptr<Operation> operation, const AnyValue& value, SourceLocation where) {
    const auto found = find(value);
    if (!found || graph_.values[*found].origin == TracedValue::Origin::constant) return;
    graph_.steps.push_back({std::move(operation), {*found}, {}, where});
}

void Trace::add_update(Step step, std::span<const AnyParameterState* const> parameters) {
    for (const AnyParameterState* parameter : parameters) updated_.emplace_back(parameter, step.where);
    graph_.updates.push_back(std::move(step));
}

} // namespace xtgrad::program
