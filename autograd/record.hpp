#pragma once

#include <span>
#include <string_view>

#include <xtgrad/autograd/kept_shape.hpp>
#include <xtgrad/autograd/parameter.hpp>

namespace xtgrad {

class Sweep;

/// One recorded operation: what it was, where its inputs stand on the tape, and what its vjp needs. Records live in the record list's arena
/// and never move.
class Record {
public:
    using Place = AnyVariable::Place;

    Record(std::span<const Place> input_places, const AnyVariable& output_value)
        : inputs(input_places), shape(shape_of(output_value)), type(output_value.type()) {}
    virtual ~Record()                = default;
    Record(const Record&)            = delete;
    Record& operator=(const Record&) = delete;

    virtual std::string_view name() const noexcept = 0;
    /// Gives the sweep the contribution of this operation to each input that it wants.
    virtual void backward(Sweep& sweep) = 0;
    /// Drops the saved values, for good.
    void spend() noexcept {
        if (spent) return;
        release();
        spent = true;
    }
    /// The parameter that a leaf stands for, and its version when it was watched.
    virtual const AnyParameterState* parameter() const noexcept { return nullptr; }
    virtual std::uint64_t            watched_version() const noexcept { return 0; }

    /// AnyVariable::no_place for constant inputs.
    std::span<const Place> inputs;
    KeptShape              shape; // of its output
    ScalarType             type;
    Place                  place  = AnyVariable::no_place;
    std::uint64_t          serial = 0;
    SourceLocation         where{"", 0};
    /// Its saved values are gone: a plain gradient took them.
    bool spent = false;

protected:
    virtual void release() noexcept = 0;
};

} // namespace xtgrad
