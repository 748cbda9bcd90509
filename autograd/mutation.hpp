#pragma once

#include <xtgrad/autograd/record.hpp>

/// Where the tests' mutation tier breaks derivatives, one at a time. In its build, which defines XTGRAD_MUTANTS, tests/mutants says how; in every
/// other these do nothing.
namespace xtgrad::mutation {

#ifdef XTGRAD_MUTANTS

inline constexpr bool enabled = true;
/// The cotangent that a record is given.
void cotangent(const Record& record, AnyVariable& g, bool creates_graph);
/// A contribution to the input at `input`, which `source` made, before it is summed to that one's shape.
template <Scalar T>
void contribution(const Record& record, std::size_t input, const Record& source, Variable<T>& contribution, bool creates_graph);
/// What a primitive keeps: an input, by its number, or the output, by the number after the last.
AnyValue saved(std::string_view primitive, std::size_t which, const AnyValue& value);

#else

inline constexpr bool enabled = false;
inline void           cotangent(const Record&, AnyVariable&, bool) noexcept {}
template <Scalar T>
void                   contribution(const Record&, std::size_t, const Record&, Variable<T>&, bool) noexcept {}
inline const AnyValue& saved(std::string_view, std::size_t, const AnyValue& value) noexcept { return value; }

#endif

} // namespace xtgrad::mutation
