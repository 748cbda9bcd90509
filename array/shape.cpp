#include <algorithm>

#include <xtgrad/array/array.hpp>

namespace xtgrad {

std::string to_string(const Shape& shape) {
    std::string text = "[";
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        if (axis > 0) text += ", ";
        text += std::to_string(shape[axis]);
    }
    return text + "]";
}

std::size_t element_count(const Shape& shape, SourceLocation where) {
    // Elements must be addressable by Index; a zero extent makes any other harmless.
    if (std::find(shape.begin(), shape.end(), std::size_t{0}) != shape.end()) return 0;
    Index count = 1;
    for (const std::size_t extent : shape) {
        if (__builtin_mul_overflow(count, extent, &count))
            throw ShapeError("shape " + to_string(shape) + " has more elements than can be addressed", where);
    }
    return static_cast<std::size_t>(count);
}

Shape broadcast_shapes(std::string_view operation, const Shape& a, const Shape& b, SourceLocation where) {
    Shape result(std::max(a.size(), b.size()), 1);
    for (std::size_t back = 1; back <= result.size(); ++back) {
        const std::size_t of_a = back <= a.size() ? a[a.size() - back] : 1;
        const std::size_t of_b = back <= b.size() ? b[b.size() - back] : 1;
        if (of_a != of_b && of_a != 1 && of_b != 1) {
            throw ShapeError(std::string(operation) + ": shapes " + to_string(a) + " and " + to_string(b) + " do not broadcast: extents " +
                                 std::to_string(of_a) + " and " + std::to_string(of_b) + " on axis -" + std::to_string(back) +
                                 " differ and neither is 1",
                             where);
        }
        result[result.size() - back] = of_a == 1 ? of_b : of_a;
    }
    return result;
}

std::size_t normalize_axis(std::string_view operation, Index axis, std::size_t rank, SourceLocation where) {
    const Index signed_rank = static_cast<Index>(rank);
    if (axis < -signed_rank || axis >= signed_rank) {
        throw ShapeError(std::string(operation) + ": axis " + std::to_string(axis) + " is out of range for an array of " + std::to_string(rank) +
                             (rank == 1 ? " axis" : " axes"),
                         where);
    }
    return static_cast<std::size_t>(axis < 0 ? axis + signed_rank : axis);
}

} // namespace xtgrad
