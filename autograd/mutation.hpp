#pragma once

#include <xtgrad/autograd/record.hpp>

/// Where the tests' mutation tier breaks derivatives, one at a time: tests/mutants says how. In every other program these find nobody to ask, which
/// costs a comparison.
namespace xtgrad::mutation {

/// Changes what a derivative is made of.
class Mutator {
public:
    /// The cotangent that a record is given.
    virtual void cotangent(const Record& record, AnyVariable& g, bool creates_graph) = 0;
    /// A contribution to the input at `input`, which `source` made, before it is summed to that one's shape.
    virtual void contribution(const Record& record, std::size_t input, const Record& source, AnyVariable& contribution, bool creates_graph) = 0;
    /// What a primitive keeps: an input, by its number, or the output, by the number after the last.
    virtual void saved(std::string_view primitive, std::size_t which, AnyValue& value) = 0;

protected:
    ~Mutator() = default;
};

/// Who is asked.
inline constinit Mutator* mutator = nullptr;

inline void cotangent(const Record& record, AnyVariable& g, bool creates_graph) {
    if (mutator != nullptr) [[unlikely]]
        mutator->cotangent(record, g, creates_graph);
}
inline void contribution(const Record& record, std::size_t input, const Record& source, AnyVariable& contribution, bool creates_graph) {
    if (mutator != nullptr) [[unlikely]]
        mutator->contribution(record, input, source, contribution, creates_graph);
}
inline void saved(std::string_view primitive, std::size_t which, AnyValue& value) {
    if (mutator != nullptr) [[unlikely]]
        mutator->saved(primitive, which, value);
}

} // namespace xtgrad::mutation
