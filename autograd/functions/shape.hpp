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
Variable<T> transpose(const Variable<T>& x, const Axes& axes, SourceLocation where);
template <Scalar T>
Variable<T> broadcast_to(const Variable<T>& x, const Extents& shape, SourceLocation where);
template <Scalar T>
Variable<T> expand_dims(const Variable<T>& x, const Axes& axes, SourceLocation where);
template <Scalar T>
Variable<T> squeeze(const Variable<T>& x, const Axes& axes, SourceLocation where);
template <Scalar T>
Variable<T> alias(const Variable<T>& x, SourceLocation where);

} // namespace ops

/// The same elements in another shape or order. `Self` is Variable or Parameter, by value: an exact match, against which xtensor's templates lose.
template <Scalar T, class Self>
class ShapeFunctions {
    using V = Variable<T>;

    // NOLINTBEGIN(performance-unnecessary-value-param)
public:
    /// The same elements in row-major order under another shape; one extent may be −1. Throws ShapeError where the sizes differ.
    friend V reshape(Self x, const Extents& shape, SourceLocation where = {}) { return ops::reshape<T>(x, shape, where); }
    /// The axes in reverse, or in the order given.
    XTGRAD_OF_AXES(transpose, (ops::transpose<T>))
    /// Repeats axes of extent 1 and leading axes, as numpy.broadcast_to.
    friend V broadcast_to(Self x, const Extents& shape, SourceLocation where = {}) { return ops::broadcast_to<T>(x, shape, where); }
    /// Inserts axes of extent 1 at the given places of the result.
    friend V expand_dims(Self x, Axes axes, SourceLocation where = {}) { return ops::expand_dims<T>(x, axes, where); }
    template <std::integral I>
    friend V expand_dims(Self x, I axis, SourceLocation where = {}) {
        return ops::expand_dims<T>(x, axis, where);
    }
    /// Removes axes of extent 1: all of them, or those given. Throws ShapeError where one given has another extent.
    XTGRAD_OF_AXES(squeeze, (ops::squeeze<T>))
    // NOLINTEND(performance-unnecessary-value-param)
};

} // namespace xtgrad
