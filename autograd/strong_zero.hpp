#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include <xtgrad/array/error.hpp>

namespace xtgrad {

/// Looks, while it lives, for the places where the strong zero acts in this thread's backward passes: where an exactly zero cotangent met an
/// infinite or NaN derivative, and the contribution was set to zero instead of NaN. Debugging aid: each elementwise vjp runs twice meanwhile.
/// Gradients taken with create_graph are not looked at.
class StrongZeroReport {
public:
    struct Entry {
        std::string    operation;
        SourceLocation where;       ///< of the forward operation
        std::size_t    input;       ///< to which of its inputs the contribution went
        std::size_t    count;       ///< elements replaced
        std::size_t    first_place; ///< the first of them, in row-major order
    };

    StrongZeroReport() noexcept;
    ~StrongZeroReport();
    StrongZeroReport(const StrongZeroReport&)            = delete;
    StrongZeroReport& operator=(const StrongZeroReport&) = delete;

    const std::vector<Entry>& entries() const noexcept { return entries_; }
    void                      add(Entry entry) { entries_.push_back(std::move(entry)); }

    /// The innermost report of this thread, or null.
    static StrongZeroReport* active() noexcept { return active_; }

private:
    std::vector<Entry> entries_;
    StrongZeroReport*  outer_;

    static inline constinit thread_local StrongZeroReport* active_ = nullptr;
};

/// A line for each entry.
std::ostream& operator<<(std::ostream& stream, const StrongZeroReport& report);

} // namespace xtgrad
