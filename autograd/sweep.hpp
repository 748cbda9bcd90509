#pragma once

#include <vector>

#include <xtgrad/autograd/record_list.hpp>
#include <xtgrad/autograd/tape.hpp>

namespace xtgrad {

namespace ops {

/// Adds `x` up over the axes along which `shape` was broadcast to it.
template <Scalar T>
Variable<T> sum_to(const Variable<T>& x, const Shape& shape, SourceLocation where);

/// Adds `addend` to `sum`, in place where nobody else holds it and neither is recorded. The shapes are equal.
template <Scalar T>
void accumulate(Variable<T>& sum, Variable<T>&& addend);

} // namespace ops

/// The cotangent with which a sweep from `target` starts: `seed`, or one where there is none. Throws ShapeError where the seed has another
/// shape, or the target needs one.
AnyVariable first_cotangent(const AnyVariable& target, const AnyVariable* seed, SourceLocation where);

/// One backward pass over a span of the record list, as the records see it.
class Sweep {
public:
    using Place = AnyVariable::Place;

    Sweep(RecordList& list, Place begin, Place end, bool creates_graph);
    ~Sweep();
    Sweep(const Sweep&)            = delete;
    Sweep& operator=(const Sweep&) = delete;

    void                     mark_sources(std::span<const AnyVariable> sources);
    std::vector<AnyVariable> run(const AnyVariable& target, AnyVariable seed, std::span<const AnyVariable> sources, bool spends);

    // What a record's backward() uses.

    bool creates_graph() const noexcept { return creates_graph_; }
    /// What compile() watches with, or nullptr; then nothing may be changed in place.
    program::Trace* trace() const noexcept { return list_.trace(); }
    /// Whether the input at `input` leads to a source.
    bool wants(std::size_t input) const noexcept {
        const Place place = record_->inputs[input];
        return place != AnyVariable::no_place && (place >= begin_ ? state_.leads[place - begin_] != 0 : is_outer_source(place));
    }
    /// Whether the gradient with respect to the input at `input` is asked for.
    bool is_wanted_source(std::size_t input) const noexcept {
        const Place place = record_->inputs[input];
        return place != AnyVariable::no_place && (place >= begin_ ? (state_.leads[place - begin_] & is_source) != 0 : is_outer_source(place));
    }
    /// The cotangent of the record's output.
    template <Scalar T>
    Variable<T> take_cotangent() noexcept {
        return Variable<T>(std::move(cotangent_));
    }
    /// A saved value as the vjp should see it: with its place when the vjp is recorded, else as a constant.
    template <Scalar T>
    Variable<T> saved(const AnyVariable& variable) const {
        return creates_graph_ ? Variable<T>(variable) : Variable<T>(AnyVariable(variable.any_value()));
    }
    /// The same for the value that the record's input had.
    template <Scalar T>
    Variable<T> saved_input(const AnyValue& value, std::size_t input) const {
        const Place place = record_->inputs[input];
        return Variable<T>(creates_graph_ && place != AnyVariable::no_place ? AnyVariable(value, place, list_.at(place).serial) : AnyVariable(value));
    }
    /// Adds to the cotangent of an input, summing over the axes along which it was broadcast.
    template <Scalar T>
    void contribute(std::size_t input, Variable<T>&& contribution);
    /// The sum of the contributions to an input so far, for a record that adds its own in place; nullptr where there is none yet, or it is not to be
    /// changed in place.
    template <Scalar T>
    T* sum_in_place(std::size_t input);

private:
    struct OuterSource {
        Place       place;
        AnyVariable cotangent;
    };
    // A record's flags: it is a source itself; one of its inputs leads to a source.
    static constexpr unsigned char is_source = 1;
    static constexpr unsigned char leads_on  = 2;
    // Kept from sweep to sweep, so that a step allocates nothing.
    struct State {
        std::vector<unsigned char> leads;
        std::vector<AnyVariable>   cotangents;
        std::vector<OuterSource>   outer;
    };
    static State& spare_state();

    bool         is_outer_source(Place place) const noexcept;
    AnyVariable& slot(Place place) { return place >= begin_ ? state_.cotangents[place - begin_] : outer_slot(place); }
    AnyVariable& outer_slot(Place place);

    RecordList& list_;
    Place       begin_;
    Place       end_;
    bool        creates_graph_;
    Record*     record_ = nullptr;
    AnyVariable cotangent_;
    State       state_;
};

} // namespace xtgrad
