#pragma once

#include <xtgrad/autograd/functions/arguments.hpp>
#include <xtgrad/autograd/functions/overloads.hpp>
#include <xtgrad/autograd/primitives.hpp>

namespace xtgrad {

template <Scalar T>
class Variable;

namespace ops {

template <Scalar T>
Variable<T> slice(const Variable<T>& x, const std::vector<Range>& ranges, SourceLocation where);
template <Scalar T>
Variable<T> pad(const Variable<T>& x, const std::vector<std::array<Index, 2>>& widths, SourceLocation where);
template <Scalar T>
Variable<T> gather(const Variable<T>& x, const Array<Index>& index, Index axis, SourceLocation where);
template <Scalar T>
Variable<T> scatter_add(const Variable<T>& x, const Array<Index>& index, Index axis, const Extents& shape, SourceLocation where);

} // namespace ops

/// Parts of an array, and arrays made of parts. `Self` is Variable or Parameter, by value: an exact match, against which xtensor's templates lose.
template <Scalar T, class Self>
class IndexingFunctions {
    using V = Variable<T>;

    // NOLINTBEGIN(performance-unnecessary-value-param)
public:
    /// A part of the array, an entry for each leading axis: `slice(x, {Range(0, 3), Range::all(), 2})` is x[0:3, :, 2].
    friend V slice(Self x, const std::vector<Range>& ranges, SourceLocation where = {}) { return ops::slice<T>(x, ranges, where); }
    /// Zeros around the array: {before, after} for each axis.
    friend V pad(Self x, const std::vector<std::array<Index, 2>>& widths, SourceLocation where = {}) { return ops::pad<T>(x, widths, where); }
    /// Picks along one axis: result[i, j] = x[i, index[i, j]] for axis 1, as numpy.take_along_axis. The index has x's rank and, but for
    /// that axis, x's extents. Throws ShapeError, or ValueError naming the index that is out of range.
    friend V gather(Self x, const Array<Index>& index, Index axis, SourceLocation where = {}) { return ops::gather<T>(x, index, axis, where); }
    /// The adjoint of gather: zeros of `shape`, to which x[i, j] is added at [i, index[i, j]]. Equal indices accumulate.
    friend V scatter_add(Self x, const Array<Index>& index, Index axis, const Extents& shape, SourceLocation where = {}) {
        return ops::scatter_add<T>(x, index, axis, shape, where);
    }
    // NOLINTEND(performance-unnecessary-value-param)
};

} // namespace xtgrad
