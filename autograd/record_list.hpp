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
    void* allocate(std::size_t bytes) {
        if (static_cast<std::size_t>(end_ - next_) < bytes) [[unlikely]]
            enter_next_chunk(bytes);
        std::byte* const start = next_;
        next_ += (bytes + alignment - 1) / alignment * alignment;
        return start;
    }
    /// Forgets what was allocated since `start` was, and `start` itself.
    void rewind(void* start) noexcept;

    static constexpr std::size_t alignment = alignof(std::max_align_t);

private:
    void enter_next_chunk(std::size_t bytes);

    // Thousands of records a chunk: a training step needs one. A multiple of the alignment.
    static constexpr std::size_t chunk_bytes = std::size_t{1} << 18;

    std::vector<std::unique_ptr<std::byte[]>> chunks_;
    std::size_t                               entered_ = 0; // the chunks up to the one being filled
    std::byte*                                next_    = nullptr;
    std::byte*                                end_     = nullptr;
};

/// The one record list of a thread. Tapes are spans of it; its order is the topological order.
class RecordList {
public:
    using Place = AnyVariable::Place;

    static RecordList& current() {
        if (current_ == nullptr) [[unlikely]]
            make_current();
        return *current_;
    }

    bool recording() const noexcept { return open_tapes_ > 0; }
    /// Whether a tape is open within another.
    bool        nested() const noexcept { return open_tapes_ > 1; }
    std::size_t size() const noexcept { return records_.size(); }
    Record&     at(std::size_t place) const noexcept { return *records_[place]; }

    /// The place of an operand, or no_place for a constant; throws TapeError where its tape is gone.
    Place place_of(const AnyVariable& variable, std::string_view operation, SourceLocation where) const {
        if (!variable.recorded()) return AnyVariable::no_place;
        if (variable.place() >= records_.size() || at(variable.place()).serial != variable.serial()) [[unlikely]] {
            throw_gone(variable, operation, where);
        }
        return variable.place();
    }
    bool alive(const AnyVariable& variable) const noexcept {
        return variable.recorded() && variable.place() < records_.size() && at(variable.place()).serial == variable.serial();
    }

    /// Appends a record made from `arguments` and returns the handle on its output.
    template <class R, class... Arguments>
    AnyVariable append(const AnyValue& output, std::span<const Place> inputs, SourceLocation where, Arguments&&... arguments) {
        // The places stand behind the record.
        static_assert(sizeof(R) % alignof(Place) == 0 && alignof(R) <= Arena::alignment);
        auto* const  memory = static_cast<std::byte*>(arena_.allocate(sizeof(R) + inputs.size_bytes()));
        Place* const kept   = reinterpret_cast<Place*>(memory + sizeof(R));
        for (std::size_t input = 0; input < inputs.size(); ++input) kept[input] = inputs[input];
        R* record = nullptr;
        try {
            // The list grows before the record exists, so that nothing can throw after it.
            if (records_.size() == records_.capacity()) records_.reserve(2 * records_.size() + 64);
            record = new (memory) R(std::span<const Place>(kept, inputs.size()), AnyVariable(output), std::forward<Arguments>(arguments)...);
        } catch (...) {
            arena_.rewind(memory);
            throw;
        }
        record->place          = static_cast<Place>(records_.size());
        record->serial         = next_serial_++;
        record->where          = where;
        output.node()->made_at = where;
        records_.push_back(record);
        return AnyVariable(output, record->place, record->serial);
    }

    void open_tape() noexcept { ++open_tapes_; }
    /// Ends the span that begins at `begin`. Its records go, unless one reads a place before it, through which an outer tape may want to
    /// sweep; then they stay until that tape ends. Where an exception ends the tape nobody will, and they go.
    void close_tape(std::size_t begin, bool by_exception) noexcept;

    /// Drops the records from `begin` on.
    void truncate(std::size_t begin) noexcept;
    /// Drops them, and says where what they read of earlier records stands, each place once. Parameters that were watched there are watched
    /// again, and are among those.
    std::vector<Place> truncate_to_sources(std::size_t begin);

    /// Where parameters are watched, by their id.
    AnyVariable watched(const AnyParameterState& parameter) const noexcept {
        if (parameter.id() >= parameters_.size()) return {};
        const WatchedParameter& found = parameters_[parameter.id()];
        if (found.place >= records_.size() || at(found.place).serial != found.serial || at(found.place).parameter() != &parameter) return {};
        return AnyVariable(AnyValue(), found.place, found.serial);
    }
    void note_watched(const AnyParameterState& parameter, const AnyVariable& leaf);
    /// The places of parameters, in ascending order.
    std::span<const Place> parameter_places() const noexcept { return parameter_places_; }

    /// What compile() watches this thread with, or nullptr.
    program::Trace* trace() const noexcept { return trace_; }
    void            set_trace(program::Trace* trace) noexcept { trace_ = trace; }

    [[noreturn]] static void throw_gone(const AnyVariable& variable, std::string_view operation, SourceLocation where);

    ~RecordList();

private:
    RecordList() = default;
    static void make_current();

    struct WatchedParameter {
        Place         place;
        std::uint64_t serial;
    };

    Arena                         arena_;
    std::vector<Record*>          records_;
    std::vector<WatchedParameter> parameters_;
    std::vector<Place>            parameter_places_;
    std::size_t                   open_tapes_  = 0;
    std::uint64_t                 next_serial_ = 0;
    program::Trace*               trace_       = nullptr;

    // A pointer, because access to a thread_local object with a constructor costs a call each time.
    static inline constinit thread_local RecordList* current_ = nullptr;
};

/// Appends a leaf that shows `value`.
template <Scalar T>
Variable<T> watch_value(const Value<T>& value, SourceLocation where);

} // namespace xtgrad
