#include <algorithm>

#include <xtgrad/autograd/apply.hpp>
#include <xtgrad/autograd/ops/indices.hpp>
#include <xtgrad/autograd/primitives/shape.hpp>

namespace xtgrad {

namespace {

void check_joinable(std::string_view operation, const std::vector<Shape>& shapes, std::size_t axis, SourceLocation where) {
    for (const Shape& part : shapes) {
        bool fits = part.size() == shapes.front().size();
        for (std::size_t other = 0; fits && other < part.size(); ++other) fits = other == axis || part[other] == shapes.front()[other];
        if (!fits) {
            throw ShapeError(std::string(operation) + ": shapes " + to_string(shapes.front()) + " and " + to_string(part) + " may differ on axis " +
                                 std::to_string(axis) + " alone",
                             where);
        }
    }
}

} // namespace

void Concatenate::infer(SourceLocation where, const std::vector<Shape>& shapes) {
    input_shapes = shapes;
    check_joinable("concatenate", shapes, axis, where);
}

namespace ops {

namespace {

template <Scalar T>
using VariableList = std::vector<Variable<T>>;

template <Scalar T>
void check_any(std::string_view operation, const VariableList<T>& parts, SourceLocation where) {
    if (parts.empty()) throw ShapeError(std::string(operation) + ": there is nothing to join", where);
}

// Joins the parts under the shapes that `promoted` gives them, in the name of what was called.
template <Scalar T, class Promoted>
Variable<T> joined(std::string_view operation, const VariableList<T>& parts, const Promoted& promoted, std::size_t axis, SourceLocation where) {
    std::vector<Shape> shapes;
    for (const Variable<T>& part : parts) shapes.push_back(promoted(part.shape()));
    check_joinable(operation, shapes, axis, where);
    const Composition scope(where);
    VariableList<T>   promoted_parts;
    for (std::size_t part = 0; part < parts.size(); ++part)
        promoted_parts.push_back(parts[part].shape() == shapes[part] ? parts[part] : reshape<T>(parts[part], shapes[part], where));
    return apply<Concatenate, T>({.axis = axis}, promoted_parts, where);
}

template <Scalar T>
Variable<T> concatenate(const VariableList<T>& parts, Index axis, SourceLocation where) {
    check_any("concatenate", parts, where);
    if (parts.front().dimension() == 0)
        throw ShapeError("concatenate: single numbers have no axis to be joined along; expand_dims() gives them one", where);
    return apply<Concatenate, T>({.axis = normalize_axis("concatenate", axis, parts.front().dimension(), where)}, parts, where);
}

template <Scalar T>
Variable<T> stack(const VariableList<T>& parts, Index axis, SourceLocation where) {
    check_any("stack", parts, where);
    const std::size_t along = normalize_axis("stack", axis, parts.front().dimension() + 1, where);
    for (const Variable<T>& part : parts) {
        if (part.shape() != parts.front().shape())
            throw ShapeError("stack: shapes " + to_string(parts.front().shape()) + " and " + to_string(part.shape()) + " differ", where);
    }
    return joined<T>(
        "stack", parts, [along](const Shape& shape) { return with_axis(shape, along, 1); }, along, where);
}

// The shapes under which NumPy joins what has fewer axes.
Shape with_an_axis(const Shape& shape) { return shape.empty() ? Shape{1} : shape; }
Shape as_row(const Shape& shape) { return shape.size() < 2 ? with_axis(with_an_axis(shape), 0, 1) : shape; }
Shape as_plane(const Shape& shape) { return shape.size() < 3 ? with_axis(as_row(shape), 2, 1) : shape; }

template <Scalar T>
Variable<T> hstack(const VariableList<T>& parts, SourceLocation where) {
    check_any("hstack", parts, where);
    return joined<T>("hstack", parts, with_an_axis, parts.front().dimension() <= 1 ? 0 : 1, where);
}

template <Scalar T>
Variable<T> vstack(const VariableList<T>& parts, SourceLocation where) {
    check_any("vstack", parts, where);
    return joined<T>("vstack", parts, as_row, 0, where);
}

template <Scalar T>
Variable<T> dstack(const VariableList<T>& parts, SourceLocation where) {
    check_any("dstack", parts, where);
    return joined<T>("dstack", parts, as_plane, 2, where);
}

template <Scalar T>
VariableList<T> meshgrid(const VariableList<T>& axes, MeshIndexing indexing, SourceLocation where) {
    Shape grid;
    for (const Variable<T>& line : axes) {
        if (line.dimension() > 1)
            throw ShapeError("meshgrid: an array of shape " + to_string(line.shape()) + " is no axis; ravel() gives it one", where);
        grid.push_back(line.size());
    }
    const bool exchanged = indexing == MeshIndexing::xy && axes.size() > 1;
    if (exchanged) std::swap(grid[0], grid[1]);
    element_count(grid, where);
    const Composition scope(where);
    VariableList<T>   coordinates;
    for (std::size_t line = 0; line < axes.size(); ++line) {
        Shape alone(axes.size(), 1);
        alone[exchanged && line < 2 ? 1 - line : line] = axes[line].size();
        coordinates.push_back(broadcast_to<T>(reshape<T>(axes[line], alone, where), grid, where));
    }
    return coordinates;
}

template <Scalar T>
Variable<T> block_diag(const VariableList<T>& blocks, SourceLocation where) {
    check_any("block_diag", blocks, where);
    std::size_t rows    = 0;
    std::size_t columns = 0;
    for (const Variable<T>& block : blocks) {
        if (block.dimension() > 2) throw ShapeError("block_diag: a block of shape " + to_string(block.shape()) + " is no matrix", where);
        rows += as_row(block.shape())[0];
        columns += as_row(block.shape())[1];
    }
    element_count({rows, columns}, where);
    const Composition scope(where);
    VariableList<T>   bands;
    std::size_t       before = 0;
    for (const Variable<T>& block : blocks) {
        const Variable<T> matrix = reshape<T>(block, as_row(block.shape()), where);
        const std::size_t own    = matrix.shape()[1];
        const std::array  sides{static_cast<Index>(before), static_cast<Index>(columns - before - own)};
        bands.push_back(pad<T>(matrix, {{0, 0}, sides}, PadMode::constant, 0, where));
        before += own;
    }
    return apply<Concatenate, T>({.axis = 0}, bands, where);
}

} // namespace

} // namespace ops

// NOLINTNEXTLINE(cppcoreguidelines-macro-usage)
#define XTGRAD_JOINING(T)                                                                                                                            \
    Variable<T> concatenate(const std::vector<Variable<T>>& parts, Index axis, SourceLocation where) {                                               \
        return ops::concatenate<T>(parts, axis, where);                                                                                              \
    }                                                                                                                                                \
    Variable<T> stack(const std::vector<Variable<T>>& parts, Index axis, SourceLocation where) { return ops::stack<T>(parts, axis, where); }         \
    Variable<T> hstack(const std::vector<Variable<T>>& parts, SourceLocation where) { return ops::hstack<T>(parts, where); }                         \
    Variable<T> vstack(const std::vector<Variable<T>>& parts, SourceLocation where) { return ops::vstack<T>(parts, where); }                         \
    Variable<T> dstack(const std::vector<Variable<T>>& parts, SourceLocation where) { return ops::dstack<T>(parts, where); }                         \
    std::vector<Variable<T>> meshgrid(std::vector<Variable<T>> axes, MeshIndexing indexing, SourceLocation where) {                                  \
        return ops::meshgrid<T>(axes, indexing, where);                                                                                              \
    }                                                                                                                                                \
    Variable<T> block_diag(const std::vector<Variable<T>>& blocks, SourceLocation where) { return ops::block_diag<T>(blocks, where); }
XTGRAD_JOINING(float)
XTGRAD_JOINING(double)
#undef XTGRAD_JOINING

XTGRAD_COMPILE_PRIMITIVE(Concatenate)

} // namespace xtgrad
