#pragma once

#include <xtgrad/autograd/functions/arguments.hpp>
#include <xtgrad/autograd/functions/overloads.hpp>
#include <xtgrad/autograd/primitives.hpp>

namespace xtgrad {

template <Scalar T>
class Variable;

namespace ops {

template <Scalar T>
Variable<T> reshape(const Variable<T>& x, const Extents& shape, SourceLocation where);
template <Scalar T>
Variable<T> ravel(const Variable<T>& x, SourceLocation where);
template <Scalar T>
Variable<T> transpose(const Variable<T>& x, const Axes& axes, SourceLocation where);
template <Scalar T>
Variable<T> moveaxis(const Variable<T>& x, const Axes& source, const Axes& destination, SourceLocation where);
template <Scalar T>
Variable<T> swapaxes(const Variable<T>& x, Index axis1, Index axis2, SourceLocation where);
template <Scalar T>
Variable<T> broadcast_to(const Variable<T>& x, const Extents& shape, SourceLocation where);
template <Scalar T>
Variable<T> expand_dims(const Variable<T>& x, const Axes& axes, SourceLocation where);
template <Scalar T>
Variable<T> squeeze(const Variable<T>& x, const Axes& axes, SourceLocation where);
template <Scalar T>
Variable<T> repeat(const Variable<T>& x, Index count, SourceLocation where);
template <Scalar T>
Variable<T> repeat(const Variable<T>& x, Index count, Index axis, SourceLocation where);
template <Scalar T>
Variable<T> repeat(const Variable<T>& x, const std::vector<Index>& counts, Index axis, SourceLocation where);
template <Scalar T>
Variable<T> tile(const Variable<T>& x, const std::vector<Index>& counts, SourceLocation where);
template <Scalar T>
Variable<T> flip(const Variable<T>& x, const Axes& axes, SourceLocation where);
template <Scalar T>
Variable<T> roll(const Variable<T>& x, const std::vector<Index>& shifts, const Axes& axes, SourceLocation where);
template <Scalar T>
Variable<T> rot90(const Variable<T>& x, Index count, const std::array<Index, 2>& axes, SourceLocation where);
template <Scalar T>
Variable<T> alias(const Variable<T>& x, SourceLocation where);

/// Integers of any type as indices.
template <class Integers>
std::vector<Index> indices_of(const Integers& integers) {
    return std::vector<Index>(std::begin(integers), std::end(integers));
}

} // namespace ops

/// The same elements in another shape or order. `Self` is Variable or Parameter, by value: an exact match, against which xtensor's templates lose.
/// Where those have parameters of type std::size_t, ours come as templates, for other integers, and with std::size_t.
template <Scalar T, class Self>
class ShapeFunctions {
    using V = Variable<T>;

    // NOLINTBEGIN(performance-unnecessary-value-param)
public:
    /// The same elements in row-major order under another shape; one extent may be −1. Throws ShapeError where the sizes differ.
    friend V reshape(Self x, const Extents& shape, SourceLocation where = {}) { return ops::reshape<T>(x, shape, where); }
    /// All elements in row-major order along one axis, as numpy.ravel. Nothing is copied.
    friend V ravel(Self x, SourceLocation where = {}) { return ops::ravel<T>(x, where); }
    /// All elements in row-major order along one axis: ravel by the name of xtensor and of numpy.ndarray.
    friend V flatten(Self x, SourceLocation where = {}) { return ops::ravel<T>(x, where); }
    /// The axes in reverse, or in the order given: axis i of the result is axis axes[i] of x. Throws ShapeError unless each is named once.
    XTGRAD_OF_AXES(transpose, (ops::transpose<T>))
    /// The axes `source` at the places `destination` of the result, the others in their order, as numpy.moveaxis. Throws ShapeError where the
    /// counts differ, or an axis is out of range or named twice.
    friend V moveaxis(Self x, const Axes& source, const Axes& destination, SourceLocation where = {}) {
        return ops::moveaxis<T>(x, source, destination, where);
    }
    /// Two axes exchanged, as numpy.swapaxes.
    friend V swapaxes(Self x, Index axis1, Index axis2, SourceLocation where = {}) { return ops::swapaxes<T>(x, axis1, axis2, where); }
    /// Repeats axes of extent 1 and leading axes, as numpy.broadcast_to. Throws ShapeError where x does not broadcast to the shape.
    friend V broadcast_to(Self x, const Extents& shape, SourceLocation where = {}) { return ops::broadcast_to<T>(x, shape, where); }
    /// Inserts axes of extent 1 at the given places of the result, as numpy.expand_dims.
    friend V expand_dims(Self x, Axes axes, SourceLocation where = {}) { return ops::expand_dims<T>(x, axes, where); }
    friend V expand_dims(Self x, std::initializer_list<NoAxis>, SourceLocation where = {}) { return ops::expand_dims<T>(x, Axes(), where); }
    friend V expand_dims(Self x, std::size_t axis, SourceLocation where = {}) { return ops::expand_dims<T>(x, axis, where); }
    template <std::integral I>
    friend V expand_dims(Self x, I axis, SourceLocation where = {}) {
        return ops::expand_dims<T>(x, axis, where);
    }
    /// Removes axes of extent 1: all of them, or those given. Throws ShapeError where one given has another extent.
    XTGRAD_OF_AXES(squeeze, (ops::squeeze<T>))

    /// Each element `count` times, one beside the other: along an axis, or, without one, of the flattened array; as numpy.repeat. `counts` has a
    /// count for each place along the axis. Throws ValueError for a negative count, ShapeError where the number of counts is not the extent.
    friend V repeat(Self x, Index count, SourceLocation where = {}) { return ops::repeat<T>(x, count, where); }
    friend V repeat(Self x, std::size_t count, std::size_t axis, SourceLocation where = {}) {
        return ops::repeat<T>(x, static_cast<Index>(count), static_cast<Index>(axis), where);
    }
    template <std::integral I, std::integral A>
    friend V repeat(Self x, I count, A axis, SourceLocation where = {}) {
        return ops::repeat<T>(x, static_cast<Index>(count), static_cast<Index>(axis), where);
    }
    friend V repeat(Self x, std::vector<std::size_t> counts, std::size_t axis, SourceLocation where = {}) {
        return ops::repeat<T>(x, ops::indices_of(counts), static_cast<Index>(axis), where);
    }
    template <std::integral I, std::integral A>
    friend V repeat(Self x, std::vector<I> counts, A axis, SourceLocation where = {}) {
        return ops::repeat<T>(x, ops::indices_of(counts), static_cast<Index>(axis), where);
    }
    template <std::integral I, std::size_t N, std::integral A>
    friend V repeat(Self x, const I (&counts)[N], A axis, SourceLocation where = {}) {
        return ops::repeat<T>(x, ops::indices_of(counts), static_cast<Index>(axis), where);
    }

    /// The array `counts` times along each axis, one copy beside the other, as numpy.tile: the shorter of the shape and the counts gets leading
    /// ones, so that a single count is the last axis's (xt::tile takes it for the first). Throws ValueError for a negative count.
    template <std::integral I>
    friend V tile(Self x, std::initializer_list<I> counts, SourceLocation where = {}) {
        return ops::tile<T>(x, ops::indices_of(counts), where);
    }
    template <std::integral I>
    friend V tile(Self x, std::vector<I> counts, SourceLocation where = {}) {
        return ops::tile<T>(x, ops::indices_of(counts), where);
    }
    template <std::integral I>
    friend V tile(Self x, I count, SourceLocation where = {}) {
        return ops::tile<T>(x, {static_cast<Index>(count)}, where);
    }

    /// The elements in reverse along every axis, or along those given, as numpy.flip.
    XTGRAD_OF_AXES(flip, (ops::flip<T>))

    /// The elements `shift` places on, and those that pass the end at the front again, as numpy.roll: along an axis, by one or several shifts along
    /// several axes, or, without an axis, of the flattened array, in x's shape. Throws ShapeError where the numbers of shifts and axes differ.
    friend V roll(Self x, Index shift, SourceLocation where = {}) { return ops::roll<T>(x, {shift}, Axes::every(), where); }
    friend V roll(Self x, Index shift, Index axis, SourceLocation where = {}) { return ops::roll<T>(x, {shift}, axis, where); }
    friend V roll(Self x, const std::vector<Index>& shifts, const Axes& axes, SourceLocation where = {}) {
        return ops::roll<T>(x, shifts, axes, where);
    }

    /// Turned `count` times by 90° in the plane of two axes, from the first towards the second, as numpy.rot90; a negative count turns back.
    /// Throws ShapeError where the axes are the same or out of range.
    friend V rot90(Self x, Index count = 1, const std::array<Index, 2>& axes = {0, 1}, SourceLocation where = {}) {
        return ops::rot90<T>(x, count, axes, where);
    }
    /// Turned once by 90° in the plane of two axes, in xtensor's spelling.
    friend V rot90(Self x, const std::array<Index, 2>& axes, SourceLocation where = {}) { return ops::rot90<T>(x, 1, axes, where); }
    // NOLINTEND(performance-unnecessary-value-param)
};

} // namespace xtgrad
