#pragma once

#include <optional>

#include <xtgrad/autograd/ops/composition.hpp>
#include <xtgrad/autograd/primitives/indexing.hpp>

// What the functions of indices share.

namespace xtgrad::ops {

/// Places along one axis, each within it.
using PlaceList = std::vector<Index>;

/// `index` counted from the front; throws ValueError where it is out of range.
Index checked_index(std::string_view operation, Index index, std::size_t extent, std::size_t axis, SourceLocation where);

/// Negative indices made positive, all within `extent`, or ValueError; `axis` is for the message, and nothing for a flattened array.
std::shared_ptr<Array<Index>> checked_indices(std::string_view operation, Indices index, std::size_t extent, std::optional<std::size_t> axis,
                                              SourceLocation where);

/// `shape` with another axis before axis `place`. (xtensor's insert() reads past a number given by reference.)
inline Shape with_axis(const Shape& shape, std::size_t place, std::size_t extent) {
    Shape result;
    for (std::size_t axis = 0; axis <= shape.size(); ++axis) {
        if (axis == place) result.push_back(extent);
        if (axis < shape.size()) result.push_back(shape[axis]);
    }
    return result;
}

/// x[…, places[i], …] along an axis.
template <Scalar T>
Variable<T> pick(const Variable<T>& x, const PlaceList& places, std::size_t axis, SourceLocation where);

/// A place in an array and one in the source of its new element, both in row-major order.
struct Replacement {
    std::size_t place;
    std::size_t of_source;
};
/// x with some elements replaced; of equal places the last holds.
template <Scalar T>
Variable<T> replaced(const Variable<T>& x, const Variable<T>& source, const std::vector<Replacement>& replacements, SourceLocation where);

/// `source` broadcast to the shape that an operation needs of it; throws ShapeError where it does not.
template <Scalar T>
Variable<T> broadcast_source(std::string_view operation, const Operand<T>& source, const Shape& shape, SourceLocation where);

/// What the entries of slice() come to.
struct Selection {
    Lattice lattice;
    Shape   spans;  // of the part, with all of the array's axes
    Shape   result; // without the axes of single indices, with the new ones
};
Selection select(std::string_view operation, const Shape& shape, const std::vector<Range>& ranges, SourceLocation where);

} // namespace xtgrad::ops
