#include <xtgrad/autograd/checkpoint.hpp>

#include <xtgrad/autograd/functional.hpp>
#include <xtgrad/autograd/sweep.hpp>

namespace xtgrad::checkpoints {

namespace {

AnyVariable constant_of(const AnyVariable& variable) { return AnyVariable(variable.any_value()); }

/// The same value as a leaf.
AnyVariable leaf_of(const AnyVariable& variable, SourceLocation where) {
    if (variable.type() == ScalarType::float32) return watch_value(Value<float>(variable.any_value()), where);
    return watch_value(Value<double>(variable.any_value()), where);
}

AnyVariable aliased(const AnyVariable& variable, SourceLocation where) {
    if (variable.type() == ScalarType::float32) return ops::alias(Variable<float>(variable), where);
    return ops::alias(Variable<double>(variable), where);
}

/// Its inputs are the function's, and then what the function reached by itself.
class CheckpointRecord final : public Record {
public:
    CheckpointRecord(std::span<const Place> input_places, const AnyVariable& output, Function&& f, std::vector<AnyVariable>&& arguments)
        : Record(input_places, output), f_(std::move(f)), arguments_(std::move(arguments)) {}

    std::string_view name() const noexcept override { return "checkpoint"; }
    void             release() noexcept override { arguments_.clear(); }

    void backward(Sweep& sweep) override {
        RecordList&              list  = RecordList::current();
        const std::size_t        begin = list.size();
        std::vector<std::size_t> wanted;
        std::vector<AnyVariable> cotangents = run_again(sweep, wanted);
        if (!sweep.creates_graph()) list.truncate(begin);
        for (std::size_t index = 0; index < wanted.size(); ++index) {
            AnyVariable& cotangent = cotangents[index];
            if (cotangent.empty()) continue;
            functional::settle(cotangent);
            if (cotangent.type() == ScalarType::float32) {
                sweep.contribute<float>(wanted[index], Variable<float>(std::move(cotangent)));
            } else {
                sweep.contribute<double>(wanted[index], Variable<double>(std::move(cotangent)));
            }
        }
    }

private:
    std::vector<AnyVariable> run_again(Sweep& sweep, std::vector<std::size_t>& wanted) {
        const RecordList&        list = RecordList::current();
        const AnyVariable        g    = type == ScalarType::float32 ? AnyVariable(sweep.take_cotangent<float>()) : sweep.take_cotangent<double>();
        Tape                     tape(where);
        std::vector<AnyVariable> arguments;
        std::vector<AnyVariable> sources;
        for (std::size_t input = 0; input < arguments_.size(); ++input) {
            const AnyVariable& argument = arguments_[input];
            if (argument.recorded() && sweep.creates_graph()) {
                // Recorded whether wanted or not, because what is recorded of others depends on it.
                arguments.push_back(aliased(argument, where));
            } else {
                arguments.push_back(sweep.wants(input) ? leaf_of(argument, where) : constant_of(argument));
            }
            if (sweep.wants(input)) {
                wanted.push_back(input);
                sources.push_back(arguments.back());
            }
        }
        for (std::size_t input = arguments_.size(); input < inputs.size(); ++input) {
            if (!sweep.wants(input)) continue;
            wanted.push_back(input);
            sources.emplace_back(AnyValue(), inputs[input], list.at(inputs[input]).serial);
        }
        const AnyVariable y = f_(arguments);
        if (y.type() != type || !(shape == shape_of(y))) {
            throw TapeError("checkpoint: run again, the function gave shape " + to_string(shape_of(y)) + " and not " + to_string(shape.shape()) +
                                "; what it depends on must not change before the gradient is taken",
                            where);
        }
        // It does not depend on what is wanted of it.
        if (!tape.holds(y, where)) return std::vector<AnyVariable>(sources.size());
        return tape.sweep(y, &g, sources, sweep.creates_graph() ? Tape::Mode::creates_graph : Tape::Mode::spends, where);
    }

    Function                 f_;
    std::vector<AnyVariable> arguments_;
};

} // namespace

AnyVariable run(Function f, std::vector<AnyVariable> inputs, SourceLocation where) {
    where            = SourceScope::resolve(where);
    RecordList& list = RecordList::current();
    if (!list.recording()) return f(inputs);
    std::vector<Record::Place> places;
    for (const AnyVariable& input : inputs) places.push_back(list.place_of(input, "checkpoint", where));
    const std::size_t begin = list.size();
    AnyVariable       y;
    bool              recorded = false;
    try {
        // Recorded once, to learn what it reaches.
        std::vector<AnyVariable> leaves;
        for (const AnyVariable& input : inputs) leaves.push_back(input.recorded() ? leaf_of(input, where) : input);
        y = f(leaves);
        // What it was given, or has captured, comes back as it is.
        const Record::Place place = list.place_of(y, "checkpoint", where);
        recorded                  = place != AnyVariable::no_place && place >= begin;
    } catch (...) {
        list.truncate(begin);
        throw;
    }
    if (!recorded) {
        list.truncate(begin);
        return y;
    }
    for (const Record::Place place : list.truncate_to_sources(begin)) places.push_back(place);
    return list.append<CheckpointRecord>(y.any_value(), places, where, std::move(f), std::move(inputs));
}

} // namespace xtgrad::checkpoints
