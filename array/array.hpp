#pragma once

#include <cstddef>
#include <string>
#include <type_traits>

#include <xtensor/xarray.hpp>

#include <xtgrad/array/buffer_pool.hpp>
#include <xtgrad/array/error.hpp>

// g++ in C++20 mode takes the temporaries of dynamic-rank expressions for fixed-rank tensors, because xtensor 0.24 guards the mapping with
// `__cplusplus == 201703L` (xtensor #1970): `xt::eval(x + x)` has dimension 4, strided views crash. This is the missing case, as a full
// specialisation, since a partial one is ambiguous in g++ 12. It is right for clang too, which finds the same answer by itself.
#if __cplusplus > 201703L
namespace xt::detail {
template <>
struct xtype_for_shape<xt::svector<std::size_t, 4, std::allocator<std::size_t>, true>> {
    template <class T, layout_type L>
    using type = xarray<T, L>;
};
} // namespace xt::detail
#endif

/// Reverse-mode automatic differentiation on xtensor arrays.
namespace xtgrad {

/// An xtensor array of any rank: row-major, contiguous, with buffers from the pool. It is the same type whatever the build flags, and
/// converts from and to any xtensor expression. Elements made by shape alone are uninitialised.
template <class T>
using Array = xt::xarray<T, xt::layout_type::row_major, PoolAllocator<T>>;

/// The extents of an array, outermost first; `{}` is the shape of a single number.
using Shape = Array<double>::shape_type;

/// Positions in an array: labels, axes, indices. Signed, so that −1 can mean the last.
using Index = std::ptrdiff_t;

template <class T>
concept Scalar = std::is_same_v<T, float> || std::is_same_v<T, double>;

/// Any xtensor expression: an array, a view, a lazy sum.
template <class E>
concept Expression = xt::is_xexpression<std::decay_t<E>>::value;

/// "[128, 784]"
std::string to_string(const Shape& shape);

/// The number of elements; throws ShapeError where the product does not fit, which xtensor lets wrap around.
std::size_t element_count(const Shape& shape, SourceLocation where = {});

/// An array of `shape` with every element `value`.
template <class T>
Array<T> full(const Shape& shape, T value) {
    element_count(shape);
    return Array<T>(shape, value);
}

template <class T>
Array<T> zeros(const Shape& shape) {
    return full(shape, T{0});
}

template <class T>
Array<T> ones(const Shape& shape) {
    return full(shape, T{1});
}

/// The shape to which NumPy's broadcasting rule takes both; throws ShapeError naming `operation`, both shapes and the axis that differs.
Shape broadcast_shapes(std::string_view operation, const Shape& a, const Shape& b, SourceLocation where = {});

/// `axis` counted from the front; negative axes count from the back. Throws ShapeError when it is out of range.
std::size_t normalize_axis(std::string_view operation, Index axis, std::size_t rank, SourceLocation where = {});

} // namespace xtgrad
