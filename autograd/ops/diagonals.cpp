#include <algorithm>

#include <xtgrad/autograd/primitives/indexing.hpp>

// Triangles and diagonals of matrices.

namespace xtgrad::ops {

namespace {

void check_matrix(std::string_view operation, const Shape& shape, SourceLocation where) {
    if (shape.size() >= 2) return;
    throw ShapeError(std::string(operation) + ": an array of shape " + to_string(shape) + " holds no matrices; it must have two axes or more", where);
}

// x where `kept(row, column)` of its last two axes, zeros elsewhere. By choice and not by a product, so that what is left out is zero though it be
// infinite or NaN.
template <Scalar T, class Kept>
Variable<T> triangle(std::string_view operation, const Variable<T>& x, const Kept& kept, SourceLocation line) {
    check_matrix(operation, x.shape(), line);
    const std::size_t rows    = x.shape()[x.dimension() - 2];
    const std::size_t columns = x.shape()[x.dimension() - 1];
    Array<bool>       mask(Shape{rows, columns});
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t column = 0; column < columns; ++column)
            mask.data()[row * columns + column] = kept(static_cast<Index>(row), static_cast<Index>(column));
    }
    return where<T>(Mask(std::move(mask)), Operand<T>(x, line), Operand<T>(T{0}, line));
}

/// Where a diagonal begins in a row-major matrix.
struct Offset {
    std::size_t right = 0;
    std::size_t down  = 0;

    // The least Index has no negative.
    explicit Offset(Index k) : right(k > 0 ? static_cast<std::size_t>(k) : 0), down(k < 0 ? std::size_t{0} - static_cast<std::size_t>(k) : 0) {}
};

} // namespace

template <Scalar T>
Variable<T> tril(const Variable<T>& x, Index k, SourceLocation where) {
    return triangle<T>(
        "tril", x, [k](Index row, Index column) { return column - row <= k; }, where);
}

template <Scalar T>
Variable<T> triu(const Variable<T>& x, Index k, SourceLocation where) {
    return triangle<T>(
        "triu", x, [k](Index row, Index column) { return column - row >= k; }, where);
}

template <Scalar T>
Variable<T> diag(const Variable<T>& x, Index k, SourceLocation where) {
    if (x.dimension() == 2) return diagonal<T>(x, k, 0, 1, where);
    if (x.dimension() != 1) {
        throw ShapeError("diag: an array of shape " + to_string(x.shape()) + " is neither a diagonal nor a matrix; diagonal() takes many matrices",
                         where);
    }
    const Offset offset(k);
    std::size_t  side = 0;
    if (__builtin_add_overflow(x.size(), offset.right + offset.down, &side))
        throw ShapeError("diag: a matrix with " + std::to_string(x.size()) + " elements on diagonal " + std::to_string(k) + " is too large", where);
    const std::size_t size = element_count({side, side}, where);
    const Lattice     lattice{{static_cast<Index>(size == 0 ? 0 : offset.right + offset.down * side)}, {static_cast<Index>(side) + 1}};
    return reshape<T>(apply<Pad, T>({.lattice = lattice, .shape = {size}}, std::span(&x, 1), where), Shape{side, side}, where);
}

template <Scalar T>
Variable<T> diagonal(const Variable<T>& x, Index k, Index axis1, Index axis2, SourceLocation where) {
    check_matrix("diagonal", x.shape(), where);
    const std::size_t down   = normalize_axis("diagonal", axis1, x.dimension(), where);
    const std::size_t across = normalize_axis("diagonal", axis2, x.dimension(), where);
    if (down == across) throw ShapeError("diagonal: axis " + std::to_string(down) + " is named twice; a matrix has two", where);
    const Variable<T> matrices = moveaxis<T>(x, {axis1, axis2}, {-2, -1}, where);
    const std::size_t rows     = x.shape()[down];
    const std::size_t columns  = x.shape()[across];
    const Offset      offset(k);
    const std::size_t count = offset.right >= columns || offset.down >= rows ? 0 : std::min(rows - offset.down, columns - offset.right);
    // A matrix in one row, where a diagonal is every (columns + 1)-th element.
    Shape    shape(matrices.shape().begin(), matrices.shape().end() - 2);
    Slice    primitive;
    Lattice& lattice = primitive.lattice;
    lattice.starts.assign(shape.size(), 0);
    lattice.steps.assign(shape.size(), 1);
    lattice.starts.push_back(static_cast<Index>(count == 0 ? 0 : offset.right + offset.down * columns));
    lattice.steps.push_back(static_cast<Index>(columns) + 1);
    primitive.shape = shape;
    primitive.shape.push_back(count);
    shape.push_back(rows * columns);
    const Variable<T> flat = reshape<T>(matrices, shape, where);
    return apply<Slice, T>(std::move(primitive), std::span(&flat, 1), where);
}

template <Scalar T>
Variable<T> trace(const Variable<T>& x, Index offset, Index axis1, Index axis2, SourceLocation where) {
    check_matrix("trace", x.shape(), where);
    const std::size_t down   = normalize_axis("trace", axis1, x.dimension(), where);
    const std::size_t across = normalize_axis("trace", axis2, x.dimension(), where);
    if (down == across) throw ShapeError("trace: axis " + std::to_string(down) + " is named twice; a matrix has two", where);
    return sum(diagonal<T>(x, offset, axis1, axis2, where), -1, where);
}

#define XTGRAD_INSTANTIATE(T)                                                                                                                        \
    template Variable<T> tril<T>(const Variable<T>&, Index, SourceLocation);                                                                         \
    template Variable<T> triu<T>(const Variable<T>&, Index, SourceLocation);                                                                         \
    template Variable<T> diag<T>(const Variable<T>&, Index, SourceLocation);                                                                         \
    template Variable<T> diagonal<T>(const Variable<T>&, Index, Index, Index, SourceLocation);                                                       \
    template Variable<T> trace<T>(const Variable<T>&, Index, Index, Index, SourceLocation);
XTGRAD_INSTANTIATE(float)
XTGRAD_INSTANTIATE(double)
#undef XTGRAD_INSTANTIATE

} // namespace xtgrad::ops
