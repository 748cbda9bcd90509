#pragma once

#include <concepts>
#include <memory>
#include <string>

#include <xtgrad/autograd/variable.hpp>

namespace xtgrad {

namespace nn {
template <Scalar T>
class Parameters;
}
namespace program {
template <Scalar T>
class TypedParameterSource;
}

/// What a tape must know of a parameter of either scalar type.
class AnyParameterState {
public:
    explicit AnyParameterState(std::string name);
    AnyParameterState(const AnyParameterState&)            = delete;
    AnyParameterState& operator=(const AnyParameterState&) = delete;

    const std::string& name() const noexcept { return name_; }
    std::uint64_t      version() const noexcept { return version_; }
    SourceLocation     changed_at() const noexcept { return changed_at_; }
    /// A small number that no other living parameter has; a tape finds a parameter's place by it.
    std::uint32_t id() const noexcept { return id_; }

protected:
    ~AnyParameterState();
    void note_change(SourceLocation where) noexcept;

private:
    std::string    name_;
    std::uint64_t  version_ = 0;
    SourceLocation changed_at_;
    std::uint32_t  id_;
};

/// A named array that an optimizer may replace: a handle on shared state, copied freely. Parameters are made by nn::Parameters, so that none
/// can be forgotten. Used in an operation it is watched by the tape in scope; without a tape it is a constant. Threads may read one
/// parameter at the same time, each under its own tape; nobody may change it meanwhile.
template <Scalar T>
class Parameter : public OperandFunctions<T>, public ArrayFunctions<T, Parameter<T>> {
public:
    using value_type = T;

    const std::string& name() const noexcept { return state_->name(); }
    const Array<T>&    value(SourceLocation where = {}) const;
    const Shape&       shape() const noexcept { return state_->array->shape(); }
    std::size_t        size() const noexcept { return state_->array->size(); }
    /// Counts the changes.
    std::uint64_t version() const noexcept { return state_->version(); }

    /// Replaces the value; throws ShapeError where the shape differs.
    void assign(Array<T> value, SourceLocation where = {}) const;
    /// Lets `change(T* elements, std::size_t count)` write over the elements, in place unless somebody still holds the old ones.
    template <std::invocable<T*, std::size_t> Change>
    void update(Change&& change, SourceLocation where = {}) const {
        change(state_->writable(where), state_->array->size());
    }

    /// The parameter as this thread's tape watches it, or as a constant where no tape is in scope.
                operator Variable<T>() const { return watched({}); }
    Variable<T> watched(SourceLocation where) const;
    /// Its handle as a source of gradients: where this thread's tape watches it, else unrecorded.
    Variable<T> source() const;

    bool operator==(const Parameter& other) const noexcept { return state_ == other.state_; }
    /// What is known of it whatever its type.
    const AnyParameterState& state() const noexcept { return *state_; }

private:
    friend class nn::Parameters<T>;
    friend class program::TypedParameterSource<T>;

    struct State : AnyParameterState {
        std::shared_ptr<Array<T>> array;

        State(std::string name, Array<T> value) : AnyParameterState(std::move(name)), array(std::make_shared<Array<T>>(std::move(value))) {}
        T*   writable(SourceLocation where);
        void replace(Array<T> value, SourceLocation where);
    };

    Parameter(std::string name, Array<T> value) : state_(std::make_shared<State>(std::move(name), std::move(value))) {}

    Variable<T> watched_by_tape(SourceLocation where) const;

    std::shared_ptr<State> state_;
};

template <Scalar T>
Operand<T>::Operand(const Parameter<T>& parameter, SourceLocation location) : variable_(parameter.watched(location)), location_(location) {}

} // namespace xtgrad
