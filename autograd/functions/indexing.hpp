#pragma once

#include <xtgrad/autograd/functions/arguments.hpp>
#include <xtgrad/autograd/mask.hpp>
#include <xtgrad/autograd/primitives.hpp>

namespace xtgrad {

template <Scalar T>
class Variable;
template <Scalar T>
class Operand;

namespace ops {

/// A pair for each axis: what is added before and after it.
using Widths = std::vector<std::array<Index, 2>>;

template <Scalar T>
Variable<T> slice(const Variable<T>& x, const std::vector<Range>& ranges, SourceLocation where);
template <Scalar T>
std::vector<Variable<T>> split(const Variable<T>& x, Index count, Index axis, SourceLocation where);
template <Scalar T>
std::vector<Variable<T>> split(const Variable<T>& x, const std::vector<Index>& places, Index axis, SourceLocation where);
template <Scalar T>
Variable<T> pad(const Variable<T>& x, const Widths& widths, PadMode mode, double value, SourceLocation where);
template <Scalar T>
Variable<T> pad(const Variable<T>& x, Index width, PadMode mode, double value, SourceLocation where);
template <Scalar T>
Variable<T> sliding_window(const Variable<T>& x, const std::vector<Index>& window, const Axes& axes, SourceLocation where);
template <Scalar T>
Variable<T> take(const Variable<T>& x, Indices index, SourceLocation where);
template <Scalar T>
Variable<T> take(const Variable<T>& x, Indices index, Index axis, SourceLocation where);
template <Scalar T>
Variable<T> take_along_axis(const Variable<T>& x, Indices index, Index axis, SourceLocation where);
template <Scalar T>
Variable<T> gather(const Variable<T>& x, Indices index, Index axis, SourceLocation where);
template <Scalar T>
Variable<T> scatter(const Variable<T>& x, Indices index, Index axis, const Operand<T>& source, SourceLocation where);
template <Scalar T>
Variable<T> scatter_add(const Variable<T>& x, Indices index, Index axis, const Extents& shape, SourceLocation where);
template <Scalar T>
Variable<T> index_add(const Variable<T>& x, Indices index, Index axis, const Operand<T>& source, SourceLocation where);
template <Scalar T>
Variable<T> index_update(const Variable<T>& x, const std::vector<Range>& ranges, const Operand<T>& source, SourceLocation where);
template <Scalar T>
Variable<T> masked_select(const Variable<T>& x, const Mask& mask, SourceLocation where);
template <Scalar T>
Variable<T> masked_scatter(const Variable<T>& x, const Mask& mask, const Operand<T>& source, SourceLocation where);
template <Scalar T>
Variable<T> tril(const Variable<T>& x, Index diagonal, SourceLocation where);
template <Scalar T>
Variable<T> triu(const Variable<T>& x, Index diagonal, SourceLocation where);
template <Scalar T>
Variable<T> diag(const Variable<T>& x, Index diagonal, SourceLocation where);
template <Scalar T>
Variable<T> diagonal(const Variable<T>& x, Index offset, Index axis1, Index axis2, SourceLocation where);
template <Scalar T>
Variable<T> trace(const Variable<T>& x, Index offset, Index axis1, Index axis2, SourceLocation where);

} // namespace ops

/// Parts of an array, and arrays made of parts. `Self` is Variable or Parameter, by value: an exact match, against which xtensor's templates lose.
/// An index may be negative and then counts from the end; one out of range throws ValueError, which names it, its place and the extent. The gradient
/// of an element that is taken several times is the sum of all, in one order always.
template <Scalar T, class Self>
class IndexingFunctions {
    using V     = Variable<T>;
    using Parts = std::vector<Variable<T>>;

    // NOLINTBEGIN(performance-unnecessary-value-param)
public:
    /// A part of the array, an entry for each leading axis: `slice(x, {Range(0, 3), Range::all(), 2})` is x[0:3, :, 2]. Steps may be negative;
    /// Range::ellipsis() stands for all axes not spoken of, Range::newaxis() for a new one of extent 1. Throws ShapeError for too many entries or a
    /// second ellipsis, ValueError for an index out of range or a step of 0.
    friend V slice(Self x, const std::vector<Range>& ranges, SourceLocation where = {}) { return ops::slice<T>(x, ranges, where); }

    /// The array cut along an axis, as numpy.split: into `count` equal parts, or before each of the given places, which ascend. Throws ShapeError
    /// where the count does not divide the extent, ValueError for a place beyond the ends or before its predecessor.
    friend Parts split(Self x, std::size_t count, std::size_t axis = 0, SourceLocation where = {}) {
        return ops::split<T>(x, static_cast<Index>(count), static_cast<Index>(axis), where);
    }
    template <std::integral I, std::integral A = Index>
    friend Parts split(Self x, I count, A axis = 0, SourceLocation where = {}) {
        return ops::split<T>(x, static_cast<Index>(count), static_cast<Index>(axis), where);
    }
    template <std::integral I, std::size_t N>
    friend Parts split(Self x, const I (&places)[N], Index axis = 0, SourceLocation where = {}) {
        return ops::split<T>(x, std::vector<Index>(places, places + N), axis, where);
    }
    template <std::integral I>
    friend Parts split(Self x, std::vector<I> places, Index axis = 0, SourceLocation where = {}) {
        return ops::split<T>(x, std::vector<Index>(places.begin(), places.end()), axis, where);
    }

    /// The array with more around it, {before, after} for each axis or one width for all sides, as numpy.pad: a number, by default 0 (the gradient
    /// does not reach it); with PadMode::reflect the elements next to the edge in reverse, back and forth where there are too few; with
    /// PadMode::symmetric the same from the edge's own element on; with PadMode::edge the edge's element; with PadMode::wrap the elements from the
    /// other edge on. Throws ValueError for a negative width, ShapeError where the number of pairs is not that of axes, and where there is no
    /// element to reflect or repeat.
    friend V pad(Self x, const std::vector<std::array<Index, 2>>& widths, PadMode mode = PadMode::constant, double value = 0,
                 SourceLocation where = {}) {
        return ops::pad<T>(x, widths, mode, value, where);
    }
    template <std::integral I>
    friend V pad(Self x, I width, PadMode mode = PadMode::constant, double value = 0, SourceLocation where = {}) {
        return ops::pad<T>(x, static_cast<Index>(width), mode, value, where);
    }

    /// All windows of a width along an axis, which overlap, as numpy.lib.stride_tricks.sliding_window_view: the axis counts the windows, and a new
    /// last axis runs within each. With widths for several axes or, without axes, for all, there are as many new axes. Throws ValueError where a
    /// width is negative, ShapeError where one is larger than its extent or the numbers of widths and axes differ.
    friend V sliding_window(Self x, Index window, Index axis, SourceLocation where = {}) { return ops::sliding_window<T>(x, {window}, axis, where); }
    friend V sliding_window(Self x, const std::vector<Index>& window, const Axes& axes = Axes::every(), SourceLocation where = {}) {
        return ops::sliding_window<T>(x, window, axes, where);
    }

    /// The parts of x at places along an axis, as numpy.take: the axis gives way to the axes of the index, a number takes it away. Without an axis
    /// the places are those of the flattened array.
    friend V take(Self x, Indices index, SourceLocation where = {}) { return ops::take<T>(x, std::move(index), where); }
    friend V take(Self x, Indices index, Index axis, SourceLocation where = {}) { return ops::take<T>(x, std::move(index), axis, where); }
    /// result[i, j] = x[i, index[i, j]] for axis 1, as numpy.take_along_axis: index and x have as many axes, and broadcast against each other along
    /// all others. Throws ShapeError where they do not.
    friend V take_along_axis(Self x, Indices index, Index axis, SourceLocation where = {}) {
        return ops::take_along_axis<T>(x, std::move(index), axis, where);
    }
    /// Picks along one axis: result[i, j] = x[i, index[i, j]] for axis 1, as torch.gather. The index has x's rank and, but for that axis, x's
    /// extents. Throws ShapeError, or ValueError naming the index that is out of range.
    friend V gather(Self x, Indices index, Index axis, SourceLocation where = {}) { return ops::gather<T>(x, std::move(index), axis, where); }

    /// x with the elements of `source` in the place of its own, at [i, index[i, j]] for axis 1, as torch.scatter. The index is as that of gather, and
    /// source broadcasts to its shape. Of equal indices the last in row-major order holds, and it alone has a gradient. Throws ShapeError, or
    /// ValueError naming the index that is out of range.
    friend V scatter(Self x, Indices index, Index axis, const Operand<T>& source, SourceLocation where = {}) {
        return ops::scatter<T>(x, std::move(index), axis, source, where);
    }
    /// The adjoint of gather: zeros of `shape`, to which x[i, j] is added at [i, index[i, j]] for axis 1. Equal indices accumulate.
    friend V scatter_add(Self x, Indices index, Index axis, const Extents& shape, SourceLocation where = {}) {
        return ops::scatter_add<T>(x, std::move(index), axis, shape, where);
    }
    /// x with `source` added at places along an axis, as torch.index_add and the adjoint of take: source broadcasts to the shape of
    /// take(x, index, axis). Equal indices accumulate. Throws ShapeError, or ValueError naming the index that is out of range.
    friend V index_add(Self x, Indices index, Index axis, const Operand<T>& source, SourceLocation where = {}) {
        return ops::index_add<T>(x, std::move(index), axis, source, where);
    }
    /// x with `source` in the place of slice(x, ranges), as x.at[ranges].set(source) in JAX: source broadcasts to the part's shape. The elements
    /// that are replaced have a gradient of 0. Throws as slice does, and ShapeError where source does not fit.
    friend V index_update(Self x, const std::vector<Range>& ranges, const Operand<T>& source, SourceLocation where = {}) {
        return ops::index_update<T>(x, ranges, source, where);
    }

    /// The elements where the mask holds, in row-major order along one axis; mask and x broadcast against each other; as torch.masked_select. The
    /// others have a gradient of 0. The result's size depends on the mask, so a compiled program guards it.
    friend V masked_select(Self x, const Mask& mask, SourceLocation where = {}) { return ops::masked_select<T>(x, mask, where); }
    /// x with the elements of `source`, in row-major order, where the mask holds, as torch.masked_scatter: the mask broadcasts to x's shape. What
    /// source has beyond that is not used and has a gradient of 0. Throws ShapeError where it has too few. A compiled program guards the mask.
    friend V masked_scatter(Self x, const Mask& mask, const Operand<T>& source, SourceLocation where = {}) {
        return ops::masked_scatter<T>(x, mask, source, where);
    }

    /// The last two axes' lower triangle: zeros above diagonal k, as numpy.tril (k = 0 is the main one, 1 the next above). Zeros whatever was there,
    /// NaN too. Throws ShapeError for less than two axes.
    friend V tril(Self x, int k = 0, SourceLocation where = {}) { return ops::tril<T>(x, k, where); }
    template <std::integral I>
    friend V tril(Self x, I k, SourceLocation where = {}) {
        return ops::tril<T>(x, static_cast<Index>(k), where);
    }
    /// The last two axes' upper triangle: zeros below diagonal k, as numpy.triu (k = 0 is the main one, 1 the next above). Zeros whatever was there,
    /// NaN too. Throws ShapeError for less than two axes.
    friend V triu(Self x, int k = 0, SourceLocation where = {}) { return ops::triu<T>(x, k, where); }
    template <std::integral I>
    friend V triu(Self x, I k, SourceLocation where = {}) {
        return ops::triu<T>(x, static_cast<Index>(k), where);
    }
    /// Of one axis: the square matrix that has x on its diagonal k and zeros elsewhere. Of a matrix: its diagonal k. As numpy.diag. Throws ShapeError
    /// for another number of axes.
    friend V diag(Self x, int k = 0, SourceLocation where = {}) { return ops::diag<T>(x, k, where); }
    template <std::integral I>
    friend V diag(Self x, I k, SourceLocation where = {}) {
        return ops::diag<T>(x, static_cast<Index>(k), where);
    }
    /// The elements [i, i + offset] of the matrices that two axes span, along a new last axis in their stead, as numpy.diagonal; none where the
    /// offset leads out of them. Throws ShapeError for less than two axes, or the same one twice.
    friend V diagonal(Self x, int offset = 0, std::size_t axis1 = 0, std::size_t axis2 = 1, SourceLocation where = {}) {
        return ops::diagonal<T>(x, offset, static_cast<Index>(axis1), static_cast<Index>(axis2), where);
    }
    template <std::integral I, std::integral A = Index, std::integral B = Index>
    friend V diagonal(Self x, I offset, A axis1 = 0, B axis2 = 1, SourceLocation where = {}) {
        return ops::diagonal<T>(x, static_cast<Index>(offset), static_cast<Index>(axis1), static_cast<Index>(axis2), where);
    }
    /// The sum of the diagonal that diagonal() gives, as numpy.trace; 0 where it is empty.
    friend V trace(Self x, Index offset = 0, Index axis1 = 0, Index axis2 = 1, SourceLocation where = {}) {
        return ops::trace<T>(x, offset, axis1, axis2, where);
    }
    // NOLINTEND(performance-unnecessary-value-param)
};

} // namespace xtgrad
