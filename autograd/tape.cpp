#include <xtgrad/autograd/tape.hpp>

#include <algorithm>
#include <ostream>

#include <xtgrad/autograd/sweep.hpp>

namespace xtgrad {

Tape::Tape(SourceLocation) {
    RecordList& list = RecordList::current();
    begin_           = static_cast<std::uint32_t>(list.size());
    list.open_tape();
}

Tape::~Tape() { RecordList::current().close_tape(begin_, std::uncaught_exceptions() > exceptions_); }

template <Scalar T>
Variable<T> Tape::watch(const Variable<T>& constant, SourceLocation where) {
    return watch_value<T>(constant.typed(), where);
}

void Tape::throw_constant_source(SourceLocation where) {
    throw TapeError("gradient: a source is a constant: it was not watched; use the variable that tape.watch() returns", where);
}

bool Tape::holds(const AnyVariable& variable, SourceLocation where) const {
    const AnyVariable::Place place = RecordList::current().place_of(variable, "gradient", where);
    return place != AnyVariable::no_place && place >= begin_;
}

void program::refuse_arrays(SourceLocation where) {
    if (!compiling()) return;
    throw TapeError("gradient: in a function that is being compiled the gradient must be Variables, so that what is done with it is seen: pass "
                    "xtgrad::as_variables, or Variables to value_and_gradient",
                    where);
}

std::size_t Tape::size() const noexcept { return RecordList::current().size() - begin_; }

std::string Tape::to_text() const {
    const RecordList& list = RecordList::current();
    std::string       text;
    for (std::size_t place = begin_; place < list.size(); ++place) {
        const Record& record = list.at(place);
        text += "%" + std::to_string(place - begin_) + " = " + std::string(record.name());
        if (record.parameter() != nullptr) text += " '" + record.parameter()->name() + "'";
        if (!record.inputs.empty()) {
            text += "(";
            for (std::size_t input = 0; input < record.inputs.size(); ++input) {
                const Record::Place from = record.inputs[input];
                text += input == 0 ? "" : ", ";
                if (from == AnyVariable::no_place) {
                    text += "constant";
                } else {
                    text += from < begin_ ? "outer" : "%" + std::to_string(from - begin_);
                }
            }
            text += ")";
        }
        text += "  " + std::string(record.type == ScalarType::float32 ? "float" : "double") + to_string(record.shape.shape()) + "  " +
                to_string(record.where) + "\n";
    }
    return text;
}

std::ostream& operator<<(std::ostream& stream, const Tape& tape) { return stream << tape.to_text(); }

namespace {

AnyVariable seed_of_one(const AnyVariable& target) {
    if (target.type() == ScalarType::float32) {
        return AnyVariable(Value<float>::filled(Variable<float>(target).shape(), 1.0F));
    }
    return AnyVariable(Value<double>::filled(Variable<double>(target).shape(), 1.0));
}

// A parameter that was changed after its use would meet saved values of two ages.
void check_parameters_unchanged(const RecordList& list, std::size_t begin, SourceLocation where) {
    for (const Record::Place place : list.parameter_places()) {
        if (place < begin) continue;
        const Record&            record    = list.at(place);
        const AnyParameterState& parameter = *record.parameter();
        if (parameter.version() != record.watched_version()) {
            throw TapeError("gradient: parameter '" + parameter.name() + "', used at " + to_string(record.where) + ", was changed at " +
                                to_string(parameter.changed_at()) + ", before the gradient was taken; take the gradient first",
                            where);
        }
    }
}

} // namespace

AnyVariable first_cotangent(const AnyVariable& target, const AnyVariable* seed, SourceLocation where) {
    const Shape& shape = shape_of(target);
    if (seed == nullptr) {
        if (element_count(shape) != 1) {
            throw ShapeError("gradient: the target has shape " + to_string(shape) +
                                 ", and only a single number has a gradient; reduce it, with sum() say, or pass a seed of its shape",
                             where);
        }
        return seed_of_one(target);
    }
    if (shape_of(*seed) != shape) {
        throw ShapeError("gradient: the seed has shape " + to_string(shape_of(*seed)) + ", the target " + to_string(shape), where);
    }
    return *seed;
}

std::vector<AnyVariable> Tape::sweep(const AnyVariable& target, const AnyVariable* seed, std::span<const AnyVariable> sources, Mode mode,
                                     SourceLocation where) {
    RecordList& list = RecordList::current();
    if (spent_) {
        throw TapeError("gradient: this tape is spent: the gradient taken at " + to_string(spent_at_) +
                            " dropped its saved values; pass xtgrad::keep to the earlier call to sweep it again",
                        where);
    }
    if (!target.recorded()) {
        throw TapeError("gradient: the target was not recorded: it was computed before the tape began, or from constants alone; watch() its inputs, "
                        "or use parameters, while a tape is in scope",
                        where);
    }
    const AnyVariable::Place place = list.place_of(target, "gradient: target", where);
    if (place < begin_) {
        throw TapeError(
            "gradient: the target was recorded before this tape began; ask the tape that recorded it at " + to_string(list.at(place).where), where);
    }
    for (std::size_t index = 0; index < sources.size(); ++index) {
        if (sources[index].recorded()) list.place_of(sources[index], "gradient: source", where);
    }
    check_parameters_unchanged(list, begin_, where);
    AnyVariable first = first_cotangent(target, seed, where);
    if (mode != Mode::creates_graph) first = AnyVariable(first.any_value());
    if (mode == Mode::spends) {
        spent_    = true;
        spent_at_ = SourceScope::resolve(where);
    }
    Sweep run(list, begin_, place + 1, mode == Mode::creates_graph);
    run.mark_sources(sources);
    std::vector<AnyVariable> results = run.run(target, std::move(first), sources, mode == Mode::spends);
    if (mode == Mode::spends) {
        for (std::size_t rest = place + std::size_t{1}; rest < list.size(); ++rest) list.at(rest).spend();
    }
    return results;
}

template Variable<float>  Tape::watch<float>(const Variable<float>&, SourceLocation);
template Variable<double> Tape::watch<double>(const Variable<double>&, SourceLocation);

} // namespace xtgrad
