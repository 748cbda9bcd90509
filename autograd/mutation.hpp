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
    /// What a record keeps: some of its first inputs, and the output where it keeps that.
    virtual void saved(const Record& record, std::span<AnyValue> inputs, AnyValue* output) = 0;

protected:
    ~Mutator() = default;
};

/// Who is asked. Programs with a mutator are linked statically; were it a symbol that a shared library may replace, the comparison would take longer.
[[gnu::visibility("hidden")]] inline constinit Mutator* mutator = nullptr;

/// Whether somebody is asked; then contributions take no short cut.
inline bool enabled() noexcept { return mutator != nullptr; }

// Out of line, so that the comparison is all that stands in the callers.
[[gnu::cold, gnu::noinline]] inline void ask_about_cotangent(const Record& record, AnyVariable& g, bool creates_graph) {
    mutator->cotangent(record, g, creates_graph);
}
[[gnu::cold, gnu::noinline]] inline void ask_about_contribution(const Record& record, std::size_t input, const Record& source,
                                                                AnyVariable& contribution, bool creates_graph) {
    mutator->contribution(record, input, source, contribution, creates_graph);
}
template <class R>
[[gnu::cold, gnu::noinline]] void ask_about_saved(R& record) {
    mutator->saved(record, record.kept_inputs(), record.kept_output());
}

inline void cotangent(const Record& record, AnyVariable& g, bool creates_graph) {
    if (mutator != nullptr) [[unlikely]]
        ask_about_cotangent(record, g, creates_graph);
}
inline void contribution(const Record& record, std::size_t input, const Record& source, AnyVariable& contribution, bool creates_graph) {
    if (mutator != nullptr) [[unlikely]]
        ask_about_contribution(record, input, source, contribution, creates_graph);
}
/// `record` says by kept_inputs() and kept_output() what it keeps.
template <class R>
void saved(R& record) {
    if (mutator != nullptr) [[unlikely]]
        ask_about_saved(record);
}

} // namespace xtgrad::mutation
