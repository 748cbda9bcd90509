#include <xtgrad/autograd/ops/matrix.hpp>

#include <array>
#include <cmath>
#include <cstdio>

#include <xtgrad/autograd/apply.hpp>
#include <xtgrad/autograd/primitives/linear_systems.hpp>
#include <xtgrad/autograd/primitives/matmul.hpp>

namespace xtgrad::ops::matrix {

namespace {

template <class Keep>
Mask mask_of(std::size_t rows, std::size_t columns, Keep&& keep) {
    Array<bool> truths(Shape{rows, columns});
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t column = 0; column < columns; ++column) truths.data()[row * columns + column] = keep(row, column);
    }
    return Mask(std::move(truths));
}

template <Scalar T>
Variable<T> part(const Variable<T>& x, std::size_t axis_from_back, Range range) {
    std::vector<Range> ranges(x.dimension(), Range::all());
    ranges[x.dimension() - axis_from_back] = range;
    return slice(x, ranges, inherited);
}

} // namespace

void require_matrix(std::string_view operation, const Shape& shape, SourceLocation where) {
    if (shape.size() >= 2) return;
    throw ShapeError(std::string(operation) + ": shape " + to_string(shape) + ": a matrix has two axes at least", where);
}

void require_square(std::string_view operation, const Shape& shape, SourceLocation where) {
    require_matrix(operation, shape, where);
    const std::size_t rows = shape[shape.size() - 2], columns = shape.back();
    if (rows == columns) return;
    throw ShapeError(std::string(operation) + ": shape " + to_string(shape) + ": the matrix must be square, but has " + std::to_string(rows) +
                         " rows and " + std::to_string(columns) + " columns",
                     where);
}

void require_system(std::string_view operation, const Shape& a, const Shape& b, SourceLocation where) {
    require_square(operation, a, where);
    const bool vector = b.size() == 1;
    if (b.empty() || b[b.size() - (vector ? 1 : 2)] != a.back()) {
        throw ShapeError(std::string(operation) + ": matrix " + to_string(a) + " and right side " + to_string(b) + ": the right side must have " +
                             std::to_string(a.back()) + (vector ? " elements" : " rows"),
                         where);
    }
    if (!vector) {
        broadcast_shapes(std::string(operation) + ", leading axes", Shape(a.begin(), a.end() - 2), Shape(b.begin(), b.end() - 2), where);
    }
}

std::string text_of(double number) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.9g", number);
    return text.data();
}

std::string which_matrix(std::size_t which, std::size_t count) {
    return count == 1 ? "the matrix" : "matrix " + std::to_string(which) + " of the stack of " + std::to_string(count);
}

template <Scalar T>
void require_symmetric(std::string_view operation, const Value<T>& a, SourceLocation where) {
    const MatrixStack stack(a.shape());
    const std::size_t n         = stack.rows;
    constexpr T       tolerance = std::is_same_v<T, float> ? T(1e-4) : T(1e-8);
    for (std::size_t which = 0; which < stack.count; ++which) {
        const T* matrix  = a.data() + which * n * n;
        T        largest = 0, apart = 0;
        // In blocks, because one of two triangles is read across its rows.
        constexpr std::size_t block = 16;
        for (std::size_t first = 0; first < n; first += block) {
            for (std::size_t other = 0; other <= first; other += block) {
                // A block beside its mirror image, on the diagonal both halves twice, so that the loops have no branches.
                std::array<T, block * block> mirrored;
                const std::size_t            height = std::min(block, n - first), width = std::min(block, n - other);
                for (std::size_t column = 0; column < width; ++column) {
                    for (std::size_t row = 0; row < height; ++row) mirrored[row * block + column] = matrix[(other + column) * n + first + row];
                }
                for (std::size_t row = 0; row < height; ++row) {
                    const T* below = matrix + (first + row) * n + other;
                    const T* above = mirrored.data() + row * block;
                    for (std::size_t column = 0; column < width; ++column) {
                        const T size = std::abs(below[column]), difference = std::abs(below[column] - above[column]);
                        largest = size > largest ? size : largest;
                        apart   = difference > apart ? difference : apart;
                    }
                }
            }
        }
        // What is not finite is the factorization's business.
        if (!(apart > tolerance * largest) || !std::isfinite(largest)) continue;
        for (std::size_t row = 0; row < n; ++row) {
            for (std::size_t column = 0; column < row; ++column) {
                const T below = matrix[row * n + column], above = matrix[column * n + row];
                if (!(std::abs(below - above) > tolerance * largest)) continue;
                throw ValueError(std::string(operation) + ": " + which_matrix(which, stack.count) + " must be symmetric, but its elements (" +
                                     std::to_string(row) + ", " + std::to_string(column) + ") and (" + std::to_string(column) + ", " +
                                     std::to_string(row) + ") are " + text_of(below) + " and " + text_of(above) +
                                     "; symmetrize it with 0.5 * (a + transpose(a))",
                                 where);
            }
        }
    }
}

template <Scalar T>
Variable<T> identity(std::size_t n) {
    Array<T> result = zeros<T>({n, n});
    for (std::size_t i = 0; i < n; ++i) result.data()[i * n + i] = 1;
    return Variable<T>(std::move(result));
}

template <Scalar T>
Variable<T> swapped(const Variable<T>& x) {
    std::vector<Index> axes(x.dimension());
    for (std::size_t axis = 0; axis < axes.size(); ++axis) axes[axis] = static_cast<Index>(axis);
    std::swap(axes[axes.size() - 1], axes[axes.size() - 2]);
    return transpose(x, Axes(axes), inherited);
}

template <Scalar T>
Variable<T> product(const Variable<T>& a, const Variable<T>& b, bool transpose_a, bool transpose_b) {
    Matmul primitive;
    primitive.transpose_a = transpose_a;
    primitive.transpose_b = transpose_b;
    return apply<Matmul, T>(std::move(primitive), inherited, a, b);
}

template <Scalar T>
Variable<T> symmetrized(const Variable<T>& x) {
    return (x + swapped(x)) * T(0.5);
}

template <Scalar T>
Variable<T> triangle(const Variable<T>& x, bool lower, bool with_diagonal) {
    const Shape& shape = x.shape();
    return where(mask_of(shape[shape.size() - 2], shape.back(),
                         [&](std::size_t row, std::size_t column) { return row == column ? with_diagonal : lower == (row > column); }),
                 x, T{0});
}

template <Scalar T>
Variable<T> half_triangle(const Variable<T>& x) {
    const std::size_t n       = x.shape().back();
    Array<T>          factors = zeros<T>({n, n});
    for (std::size_t row = 0; row < n; ++row) {
        std::fill_n(factors.data() + row * n, row, T{1});
        factors.data()[row * n + row] = T(0.5);
    }
    return x * Variable<T>(std::move(factors));
}

template <Scalar T>
Variable<T> rows(const Variable<T>& x, std::size_t begin, std::size_t end) {
    return part(x, 2, Range(static_cast<Index>(begin), static_cast<Index>(end)));
}

template <Scalar T>
Variable<T> columns(const Variable<T>& x, std::size_t begin, std::size_t end) {
    return part(x, 1, Range(static_cast<Index>(begin), static_cast<Index>(end)));
}

template <Scalar T>
Variable<T> diagonal(const Variable<T>& x) {
    const Shape&       shape   = x.shape();
    const std::size_t  rows_of = shape[shape.size() - 2], columns_of = shape.back(), n = std::min(rows_of, columns_of);
    const Variable<T>  square = rows_of == columns_of ? x : columns(rows(x, 0, n), 0, n);
    std::vector<Index> flat(shape.begin(), shape.end() - 1);
    flat.back() = static_cast<Index>(n * n);
    return part(reshape(square, flat, inherited), 1, Range::every(static_cast<Index>(n) + 1));
}

template <Scalar T>
Variable<T> at(const Variable<T>& x, Index place) {
    return part(x, 1, Range(place));
}

template <Scalar T>
Variable<T> scale_columns(const Variable<T>& x, const Variable<T>& factors) {
    return x * expand_dims(factors, -2, inherited);
}

template <Scalar T>
Variable<T> scale_rows(const Variable<T>& x, const Variable<T>& factors) {
    return x * expand_dims(factors, -1, inherited);
}

template <Scalar T>
void broadcast_stacks(std::string_view operation, Variable<T>& a, Variable<T>& b, SourceLocation where) {
    const auto  leading = [](const Shape& shape) { return Shape(shape.begin(), shape.end() - 2); };
    const Shape of_a = leading(a.shape()), of_b = leading(b.shape());
    if (of_a == of_b) return;
    const Shape both   = broadcast_shapes(std::string(operation) + ", leading axes", of_a, of_b, where);
    const auto  spread = [&](Variable<T>& x, const Shape& from) {
        if (from == both) return;
        Shape to = both;
        to.push_back(x.shape()[from.size()]);
        to.push_back(x.shape()[from.size() + 1]);
        x = broadcast_to(x, to, where);
    };
    spread(a, of_a);
    spread(b, of_b);
}

template <Scalar T>
Variable<T> root_of_squares(const Variable<T>& x) {
    const auto zero = x <= T{0};
    return where(zero, T{0}, sqrt(where(zero, T{1}, x)));
}

template <Scalar T>
Variable<T> usable_scale(const Variable<T>& largest) {
    return where(largest > T{0} && largest < std::numeric_limits<T>::infinity(), largest.detach(), T{1});
}

#define XTGRAD_COMPILE(T)                                                                                                                            \
    template void        require_symmetric<T>(std::string_view, const Value<T>&, SourceLocation);                                                    \
    template Variable<T> identity<T>(std::size_t);                                                                                                   \
    template Variable<T> swapped<T>(const Variable<T>&);                                                                                             \
    template Variable<T> product<T>(const Variable<T>&, const Variable<T>&, bool, bool);                                                             \
    template Variable<T> symmetrized<T>(const Variable<T>&);                                                                                         \
    template Variable<T> triangle<T>(const Variable<T>&, bool, bool);                                                                                \
    template Variable<T> half_triangle<T>(const Variable<T>&);                                                                                       \
    template Variable<T> rows<T>(const Variable<T>&, std::size_t, std::size_t);                                                                      \
    template Variable<T> columns<T>(const Variable<T>&, std::size_t, std::size_t);                                                                   \
    template Variable<T> diagonal<T>(const Variable<T>&);                                                                                            \
    template Variable<T> at<T>(const Variable<T>&, Index);                                                                                           \
    template Variable<T> scale_columns<T>(const Variable<T>&, const Variable<T>&);                                                                   \
    template Variable<T> scale_rows<T>(const Variable<T>&, const Variable<T>&);                                                                      \
    template Variable<T> root_of_squares<T>(const Variable<T>&);                                                                                     \
    template Variable<T> usable_scale<T>(const Variable<T>&);                                                                                        \
    template void        broadcast_stacks<T>(std::string_view, Variable<T>&, Variable<T>&, SourceLocation);
XTGRAD_COMPILE(float)
XTGRAD_COMPILE(double)
#undef XTGRAD_COMPILE

} // namespace xtgrad::ops::matrix
