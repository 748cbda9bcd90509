#pragma once

#include <string_view>

#include <xtgrad/array/array.hpp>

namespace xtgrad::handwritten {

/// Rows `order[first]`, …, `order[first + count − 1]` of an array whose first axis counts samples, as an array of their own.
template <class T>
Array<T> take_rows(const Array<T>& samples, const Array<Index>& order, std::size_t first, std::size_t count);

/// Throws ShapeError, in the name of `operation`, unless `array` has two axes, the second of extent `columns`.
template <class T>
void require_columns(std::string_view operation, const Array<T>& array, std::size_t columns, SourceLocation where);

/// Throws ShapeError, in the name of `operation`, unless both have the same shape.
template <class T>
void require_same_shape(std::string_view operation, const Array<T>& a, const Array<T>& b, SourceLocation where);

/// 0, …, count − 1.
Array<Index> natural_order(std::size_t count);

/// Throws ValueError unless `order`, of one axis (else ShapeError), holds places 0 … count − 1 only.
void require_order(std::string_view operation, const Array<Index>& order, std::size_t count, SourceLocation where);

} // namespace xtgrad::handwritten
