#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <vector>

#include <xtgrad/autograd/record.hpp>

namespace xtgrad {

namespace program {
class Trace;
}

/// Memory for records: chunks filled from the front, rewound as a whole, kept for the next tape.
class Arena {
public:
    struct Mark {
        std::size_t chunk = 0;
        std::size_t used  = 0;
    };

    void* allocate(std::size_t bytes, std::size_t alignment);
    Mark  mark() const noexcept { return top_; }
    void  rewind(Mark mark) noexcept { top_ = mark; }

private:
    // Thousands of records a chunk: a training step needs one.
    static constexpr std::size_t chunk_bytes = std::size_t{1} << 18;

    std::vector<std::unique_ptr<std::byte[]>> chunks_;
    Mark                                      top_;
};

/// The one record list of a thread. Tapes are spans of it; its order is the topological order.
class RecordList {
public:
    using Place = AnyVariable::Place;

    static RecordList& current();

    bool        recording() const noexcept { return open_tapes_ > 0; }
    std::size_t size() const noexcept { return entries_.size(); }
    Record&     at(std::size_t place) const noexcept { return *entries_[place].record; }

    /// The place of an operand, or no_place for a constant; throws TapeError where its tape is gone.
    Place place_of(const AnyVariable& variable, std::string_view operation, SourceLocation where) const {
        if (!variable.recorded()) return AnyVariable::no_place;
        if (variable.place() >= entries_.size() || at(variable.place()).serial != variable.serial()) [[unlikely]] {
            throw_gone(variable, operation, where);
        }
        return variable.place();
    }
    bool alive(const AnyVariable& variable) const noexcept {
        return variable.recorded() && variable.place() < entries_.size() && at(variable.place()).serial == variable.serial();
    }

    /// Appends a record made from `arguments` and returns the handle on its output.
    template <class R, class... Arguments>
    AnyVariable append(const AnyValue& output, std::span<const Place> inputs, SourceLocation where, Arguments&&... arguments) {
        const Arena::Mark mark = arena_.mark();
        Place*            kept = static_cast<Place*>(arena_.allocate(inputs.size_bytes(), alignof(Place)));
        std::copy(inputs.begin(), inputs.end(), kept);
        void* memory = arena_.allocate(sizeof(R), alignof(R));
        // The list grows before the record exists, so that nothing can throw after it.
        entries_.push_back({nullptr, mark});
        R* record = nullptr;
        try {
            record = new (memory) R(std::span<const Place>(kept, inputs.size()), AnyVariable(output), std::forward<Arguments>(arguments)...);
        } catch (...) {
            entries_.pop_back();
            arena_.rewind(mark);
            throw;
        }
        return finish(record, output, where);
    }

    void open_tape() noexcept { ++open_tapes_; }
    /// Ends the span that begins at `begin`. Its records go, unless one reads a place before it, through which an outer tape may want to
    /// sweep; then they stay until that tape ends. Where an exception ends the tape nobody will, and they go.
    void close_tape(std::size_t begin, bool by_exception) noexcept;

    /// Where parameters are watched, by their id.
    AnyVariable watched(const AnyParameterState& parameter) const noexcept;
    void        note_watched(const AnyParameterState& parameter, const AnyVariable& leaf);

    /// What compile() watches this thread with, or nullptr.
    program::Trace* trace() const noexcept { return trace_; }
    void            set_trace(program::Trace* trace) noexcept { trace_ = trace; }

    [[noreturn]] static void throw_gone(const AnyVariable& variable, std::string_view operation, SourceLocation where);

    ~RecordList();

private:
    RecordList() = default;
    AnyVariable finish(Record* record, const AnyValue& output, SourceLocation where) noexcept;
    void        truncate(std::size_t begin) noexcept;

    struct Entry {
        Record*     record;
        Arena::Mark mark; // the arena before it
    };
    struct WatchedParameter {
        Place         place;
        std::uint64_t serial;
    };

    Arena                         arena_;
    std::vector<Entry>            entries_;
    std::vector<WatchedParameter> parameters_;
    std::size_t                   open_tapes_  = 0;
    std::uint64_t                 next_serial_ = 0;
    program::Trace*               trace_       = nullptr;
};

} // namespace xtgrad
