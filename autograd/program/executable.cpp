#include <xtgrad/autograd/program/executable.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>

#include <xtgrad/autograd/program/passes.hpp>

namespace xtgrad {

template <Scalar T>
void program::ElementwiseOperation<T>::run(const void* const* operands, void* const* results) {
    std::array<const T*, kernels::most_operands> typed{};
    for (std::size_t operand = 0; operand < operand_count; ++operand) typed[operand] = static_cast<const T*>(operands[operand]);
    kernel(*loop, typed.data(), static_cast<T*>(results[0]));
}

namespace program {

namespace {

constexpr std::size_t no_offset = std::numeric_limits<std::size_t>::max();

// Kernels write whole vectors past the last element. From an aligned beginning they get to the next multiple of the widest; where a chain cuts
// an array, further.
std::size_t room_for(const TracedValue& value) {
    constexpr std::size_t vector = BufferPool::slack;
    constexpr std::size_t tight  = 4096; // below it nothing is cut
    const std::size_t     bytes  = value.size * element_bytes(value.type);
    return std::max<std::size_t>((bytes + vector - 1) / vector * vector, vector) + (bytes >= tight ? vector : 0);
}

// Blocks that wait, by their size; the last freed is taken first, since it is still in the cache.
class Blocks {
public:
    std::size_t take(std::size_t bytes) {
        const auto fitting = waiting_.lower_bound(bytes);
        // One twice too large would be missed where it fits.
        if (fitting != waiting_.end() && fitting->first <= 2 * bytes) {
            const std::size_t offset = fitting->second.back();
            sizes_[offset]           = fitting->first;
            fitting->second.pop_back();
            if (fitting->second.empty()) waiting_.erase(fitting);
            return offset;
        }
        sizes_[end_] = bytes;
        return std::exchange(end_, end_ + bytes);
    }
    void        give_back(std::size_t offset) { waiting_[sizes_[offset]].push_back(offset); }
    std::size_t end() const noexcept { return end_; }

private:
    std::map<std::size_t, std::vector<std::size_t>> waiting_;
    std::unordered_map<std::size_t, std::size_t>    sizes_;
    std::size_t                                     end_ = 0;
};

const void* elements_of(const TracedValue& constant) {
    if (constant.type == ElementType::truth) return constant.truths.data();
    return constant.type == ElementType::float32 ? static_cast<const void*>(Value<float>(constant.node).data()) : Value<double>(constant.node).data();
}

template <Scalar T>
const ElementwiseOperation<T>* as_elementwise(const Step& step) {
    return dynamic_cast<const ElementwiseOperation<T>*>(step.operation.get());
}

// Whether the result may be written over the elements of an operand that nobody needs any more.
bool may_overwrite(const Step& step, std::size_t operand) {
    const auto element_by_element = [&](const auto* operation) {
        return operation != nullptr && operation->linear() && (operation->loop->moves[operand] != 0 || operation->loop->inner == 1);
    };
    return element_by_element(as_elementwise<float>(step)) || element_by_element(as_elementwise<double>(step));
}

} // namespace

Executable::Executable(Graph graph) : graph_(std::move(graph)) {
    statistics_.recorded = graph_.steps.size() + graph_.updates.size();
    drop_ones(graph_);
    merge_common(graph_);
    drop_dead(graph_);
    fuse_chains(graph_);
    for (const Step& step : graph_.steps) statistics_.guards += step.operation->is_guard() ? 1 : 0;
    statistics_.instructions = graph_.steps.size() + graph_.updates.size();
    for (const ValueId id : graph_.inputs) inputs_.push_back({graph_.values[id].shape, graph_.values[id].type, nullptr, {}});
    parameters_.resize(graph_.parameters.size());
    const Layout layout      = plan_buffers(graph_);
    statistics_.buffer_bytes = layout.bytes;
    buffer_.resize({(layout.bytes + BufferPool::slack) / sizeof(double)});
    for (const Step& step : graph_.steps) instructions_.push_back(instruction_of(graph_, layout, step));
    for (const Step& step : graph_.updates) updates_.push_back(instruction_of(graph_, layout, step));
    for (const ValueId id : graph_.outputs) {
        const TracedValue& value = graph_.values[id];
        outputs_.push_back({value.type, value.shape, value.size, pointers_.size()});
        add_pointer(graph_, layout, id, Kind::operation);
    }
    // Of the values only constants are still read.
    for (TracedValue& value : graph_.values) {
        if (value.origin != TracedValue::Origin::constant) value.node = {};
    }
}

Executable::Layout Executable::plan_buffers(const Graph& graph) const {
    std::vector<std::size_t> last_use(graph.values.size(), 0);
    for (std::size_t place = 0; place < graph.steps.size(); ++place) {
        for (const ValueId id : graph.steps[place].operands) last_use[graph.root(id)] = place;
        for (const ValueId id : graph.steps[place].results) last_use[id] = place;
    }
    const auto keep = [&](const std::vector<ValueId>& ids) {
        for (const ValueId id : ids) last_use[graph.root(id)] = graph.steps.size();
    };
    keep(graph.outputs);
    for (const Step& update : graph.updates) keep(update.operands);

    Layout layout;
    layout.offsets.assign(graph.values.size(), no_offset);
    Blocks blocks;
    for (std::size_t place = 0; place < graph.steps.size(); ++place) {
        const Step&          step = graph.steps[place];
        std::vector<ValueId> ending;
        for (const ValueId operand : step.operands) {
            const ValueId id = graph.root(operand);
            if (graph.values[id].origin == TracedValue::Origin::computed && last_use[id] == place &&
                std::find(ending.begin(), ending.end(), id) == ending.end()) {
                ending.push_back(id);
            }
        }
        for (const ValueId result : step.results) {
            const std::size_t bytes = room_for(graph.values[result]);
            for (std::size_t operand = 0; operand < step.operands.size() && layout.offsets[result] == no_offset; ++operand) {
                const auto over = std::find(ending.begin(), ending.end(), graph.root(step.operands[operand]));
                if (over == ending.end() || room_for(graph.values[*over]) != bytes || graph.values[*over].size != graph.values[result].size) continue;
                // Every operand that is this value must be walked through alike.
                bool safe = true;
                for (std::size_t other = 0; other < step.operands.size(); ++other) {
                    safe = safe && (graph.root(step.operands[other]) != *over || may_overwrite(step, other));
                }
                if (!safe) continue;
                layout.offsets[result] = layout.offsets[*over];
                ending.erase(over);
            }
            if (layout.offsets[result] == no_offset) layout.offsets[result] = blocks.take(bytes);
        }
        for (const ValueId id : ending) blocks.give_back(layout.offsets[id]);
        for (const ValueId result : step.results) {
            if (last_use[result] == place) blocks.give_back(layout.offsets[result]);
        }
    }
    layout.bytes = blocks.end();
    return layout;
}

void Executable::add_pointer(const Graph& graph, const Layout& layout, ValueId id, Kind kind) {
    const ValueId      root     = graph.root(id);
    const TracedValue& value    = graph.values[root];
    const void*        elements = nullptr;
    const std::size_t  place = kind == Kind::float32 ? float32_pointers_.size() : kind == Kind::float64 ? float64_pointers_.size() : pointers_.size();
    switch (value.origin) {
    case TracedValue::Origin::input:
        inputs_[value.index].pointers.push_back({kind, place});
        break;
    case TracedValue::Origin::parameter:
        parameters_[value.index].pointers.push_back({kind, place});
        break;
    case TracedValue::Origin::constant:
        elements = elements_of(value);
        break;
    case TracedValue::Origin::computed:
        elements = reinterpret_cast<const std::byte*>(buffer_.data()) + layout.offsets[root];
        break;
    }
    switch (kind) {
    case Kind::float32:
        float32_pointers_.push_back(static_cast<const float*>(elements));
        break;
    case Kind::float64:
        float64_pointers_.push_back(static_cast<const double*>(elements));
        break;
    case Kind::operation:
        pointers_.push_back(const_cast<void*>(elements)); // as the result of a step it is one of ours
        break;
    }
}

Executable::Instruction Executable::instruction_of(const Graph& graph, const Layout& layout, const Step& step) {
    Instruction instruction{};
    if (const auto* elementwise32 = as_elementwise<float>(step)) {
        instruction.kind         = Kind::float32;
        instruction.code.float32 = elementwise32->kernel;
        instruction.loop         = elementwise32->loop;
        instruction.operands     = float32_pointers_.size();
    } else if (const auto* elementwise64 = as_elementwise<double>(step)) {
        instruction.kind         = Kind::float64;
        instruction.code.float64 = elementwise64->kernel;
        instruction.loop         = elementwise64->loop;
        instruction.operands     = float64_pointers_.size();
    } else {
        instruction.kind           = Kind::operation;
        instruction.code.operation = step.operation.get();
        instruction.operands       = pointers_.size();
    }
    for (const ValueId id : step.operands) add_pointer(graph, layout, id, instruction.kind);
    if (instruction.kind == Kind::operation) {
        instruction.result = nullptr;
        for (const ValueId id : step.results) add_pointer(graph, layout, id, Kind::operation);
        instruction.results = instruction.operands + step.operands.size();
    } else {
        instruction.result = reinterpret_cast<std::byte*>(buffer_.data()) + layout.offsets[graph.root(step.results.front())];
    }
    return instruction;
}

void Executable::follow(Source& source, const void* elements) {
    if (source.elements == elements) return;
    source.elements = elements;
    for (const Pointer& pointer : source.pointers) {
        switch (pointer.kind) {
        case Kind::float32:
            float32_pointers_[pointer.place] = static_cast<const float*>(elements);
            break;
        case Kind::float64:
            float64_pointers_[pointer.place] = static_cast<const double*>(elements);
            break;
        case Kind::operation:
            pointers_[pointer.place] = const_cast<void*>(elements); // never a result
            break;
        }
    }
}

inline void Executable::execute(const Instruction& instruction) {
    switch (instruction.kind) {
    case Kind::float32:
        instruction.code.float32(*instruction.loop, float32_pointers_.data() + instruction.operands, static_cast<float*>(instruction.result));
        break;
    case Kind::float64:
        instruction.code.float64(*instruction.loop, float64_pointers_.data() + instruction.operands, static_cast<double*>(instruction.result));
        break;
    case Kind::operation:
        instruction.code.operation->run(pointers_.data() + instruction.operands, pointers_.data() + instruction.results);
        break;
    }
}

namespace {

template <Scalar T>
const void* checked_elements(const AnyVariable& input, const Shape& shape, std::size_t number, SourceLocation where) {
    const auto& elements = static_cast<const Value<T>&>(input.any_value());
    if (!same_shape(elements.shape(), shape)) [[unlikely]] {
        throw ShapeError("program: argument " + std::to_string(number) + " has shape " + to_string(elements.shape()) +
                             ", the example it was compiled with had " + to_string(shape) + "; compile another program for it",
                         where);
    }
    return elements.data();
}

template <Scalar T>
AnyVariable copy_of(const void* elements, const Shape& shape, std::size_t size) {
    Value<T> value = Value<T>::uninitialized(shape);
    std::copy_n(static_cast<const T*>(elements), size, value.mutable_data());
    return AnyVariable(std::move(value));
}

} // namespace

void Executable::run(std::span<const AnyVariable* const> inputs, std::span<AnyVariable> outputs, SourceLocation where) {
    for (std::size_t number = 0; number < inputs_.size(); ++number) {
        Source& source = inputs_[number];
        follow(source, source.type == ElementType::float32 ? checked_elements<float>(*inputs[number], source.shape, number, where)
                                                           : checked_elements<double>(*inputs[number], source.shape, number, where));
    }
    for (std::size_t number = 0; number < parameters_.size(); ++number) follow(parameters_[number], graph_.parameters[number]->elements());
    for (const Instruction& instruction : instructions_) execute(instruction);
    for (std::size_t number = 0; number < outputs_.size(); ++number) {
        const Output& output   = outputs_[number];
        const void*   elements = pointers_[output.pointer];
        outputs[number]        = output.type == ElementType::float32 ? copy_of<float>(elements, output.shape, output.size)
                                                                     : copy_of<double>(elements, output.shape, output.size);
    }
    for (const Instruction& update : updates_) execute(update);
}

std::string Executable::to_text() const {
    std::string text;
    const auto  describe = [&](ValueId id) {
        const TracedValue& value = graph_.values[graph_.root(id)];
        switch (value.origin) {
        case TracedValue::Origin::input:
            return "input " + std::to_string(value.index);
        case TracedValue::Origin::parameter:
            return "'" + graph_.parameters[value.index]->state().name() + "'";
        case TracedValue::Origin::constant:
            return std::string("constant");
        case TracedValue::Origin::computed:
            break;
        }
        return "%" + std::to_string(graph_.root(id));
    };
    const auto add = [&](const Step& step) {
        for (const ValueId id : step.results) text += describe(id) + " ";
        text += step.results.empty() ? "" : "= ";
        text += std::string(step.operation->name()) + "(";
        for (std::size_t operand = 0; operand < step.operands.size(); ++operand)
            text += (operand == 0 ? "" : ", ") + describe(step.operands[operand]);
        text += ")";
        for (const ValueId id : step.results) text += "  " + to_string(graph_.values[id].shape);
        text += "  " + to_string(step.where) + "\n";
    };
    for (const Step& step : graph_.steps) add(step);
    for (const Step& step : graph_.updates) add(step);
    return text;
}

template class ElementwiseOperation<float>;
template class ElementwiseOperation<double>;

} // namespace program

} // namespace xtgrad
