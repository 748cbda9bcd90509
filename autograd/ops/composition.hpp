#pragma once

#include <exception>

#include <xtgrad/autograd/record_list.hpp>

namespace xtgrad::ops {

/// Stands in an operation that is made of others: their records and errors carry the user's line, and where it throws, nothing of what it has
/// recorded by then stays.
class Composition {
public:
    explicit Composition(SourceLocation where) noexcept
        : scope_(where), list_(RecordList::current()), begin_(list_.size()), exceptions_(std::uncaught_exceptions()) {}
    ~Composition() {
        if (std::uncaught_exceptions() > exceptions_) list_.truncate(begin_);
    }
    Composition(const Composition&)            = delete;
    Composition& operator=(const Composition&) = delete;

private:
    SourceScope scope_;
    RecordList& list_;
    std::size_t begin_;
    int         exceptions_;
};

} // namespace xtgrad::ops
