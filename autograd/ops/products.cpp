#include <algorithm>
#include <array>
#include <limits>
#include <span>

#include <xtgrad/autograd/functions/contraction.hpp>
#include <xtgrad/autograd/ops/matrix.hpp>

namespace xtgrad {

namespace ops {

using namespace matrix;

namespace {

std::string both(const Shape& a, const Shape& b) { return to_string(a) + " and " + to_string(b); }

std::vector<Index> flat_extents(const Shape& shape, std::span<const std::size_t> axes) {
    std::vector<Index> result;
    for (const std::size_t axis : axes) result.push_back(static_cast<Index>(shape[axis]));
    return result;
}

// As a matrix whose rows are the axes `first` and whose columns the axes `second`.
template <Scalar T>
Variable<T> as_matrix(const Variable<T>& x, const std::vector<std::size_t>& first, const std::vector<std::size_t>& second) {
    std::vector<Index>         axes;
    std::array<std::size_t, 2> extents{1, 1};
    for (const std::size_t axis : first) {
        axes.push_back(static_cast<Index>(axis));
        extents[0] *= x.shape()[axis];
    }
    for (const std::size_t axis : second) {
        axes.push_back(static_cast<Index>(axis));
        extents[1] *= x.shape()[axis];
    }
    const bool        in_order = std::is_sorted(axes.begin(), axes.end());
    const Variable<T> ordered  = in_order ? x : transpose(x, Axes(axes), inherited);
    return reshape(ordered, {static_cast<Index>(extents[0]), static_cast<Index>(extents[1])}, inherited);
}

// Over pairs of axes, counted from the front; the extents agree.
template <Scalar T>
Variable<T> contracted(const Variable<T>& a, const Variable<T>& b, const std::vector<std::size_t>& of_a, const std::vector<std::size_t>& of_b) {
    const auto others = [](std::size_t rank, const std::vector<std::size_t>& without) {
        std::vector<std::size_t> result;
        for (std::size_t axis = 0; axis < rank; ++axis) {
            if (std::find(without.begin(), without.end(), axis) == without.end()) result.push_back(axis);
        }
        return result;
    };
    const std::vector<std::size_t> left = others(a.dimension(), of_a), right = others(b.dimension(), of_b);
    std::vector<Index>             extents = flat_extents(a.shape(), left);
    for (const Index extent : flat_extents(b.shape(), right)) extents.push_back(extent);
    return reshape(product(as_matrix(a, left, of_a), as_matrix(b, of_b, right)), extents, inherited);
}

std::vector<std::size_t> listed_axes(std::string_view operation, const Axes& axes, std::size_t rank, SourceLocation where) {
    axes.normalized(operation, rank, where); // throws for one named twice
    std::vector<std::size_t> result;
    if (axes.is_every()) {
        for (std::size_t axis = 0; axis < rank; ++axis) result.push_back(axis);
    }
    for (const Index axis : axes.listed()) result.push_back(normalize_axis(operation, axis, rank, where));
    return result;
}

// Over one axis of each, named in the message.
template <Scalar T>
Variable<T> over_axes(std::string_view operation, const Variable<T>& a, const Variable<T>& b, std::size_t axis_a, std::size_t axis_b,
                      SourceLocation where) {
    if (a.shape()[axis_a] != b.shape()[axis_b]) {
        throw ShapeError(std::string(operation) + ": shapes " + both(a.shape(), b.shape()) + ": the extents " + std::to_string(a.shape()[axis_a]) +
                             " and " + std::to_string(b.shape()[axis_b]) + " that are summed over differ",
                         where);
    }
    return contracted(a, b, {axis_a}, {axis_b});
}

} // namespace

template <Scalar T>
Variable<T> dot(const Operand<T>& first, const Operand<T>& second) {
    const SourceLocation where = SourceScope::resolve(first.where());
    const Composition    scope(where);
    const Variable<T>&   a = first.variable();
    const Variable<T>&   b = second.variable();
    if (a.dimension() == 0 || b.dimension() == 0) return a * b;
    return over_axes("dot", a, b, a.dimension() - 1, b.dimension() < 2 ? 0 : b.dimension() - 2, where);
}

template <Scalar T>
Variable<T> inner(const Operand<T>& first, const Operand<T>& second) {
    const SourceLocation where = SourceScope::resolve(first.where());
    const Composition    scope(where);
    const Variable<T>&   a = first.variable();
    const Variable<T>&   b = second.variable();
    if (a.dimension() == 0 || b.dimension() == 0) return a * b;
    return over_axes("inner", a, b, a.dimension() - 1, b.dimension() - 1, where);
}

template <Scalar T>
Variable<T> outer(const Operand<T>& first, const Operand<T>& second) {
    const Composition scope(first.where());
    const auto        extent = [](const Variable<T>& x) { return static_cast<Index>(x.size()); };
    const Variable<T>&a = first.variable(), &b = second.variable();
    return reshape(a, {extent(a), 1}, inherited) * reshape(b, {1, extent(b)}, inherited);
}

template <Scalar T>
Variable<T> vdot(const Operand<T>& first, const Operand<T>& second) {
    const SourceLocation where = SourceScope::resolve(first.where());
    const Composition    scope(where);
    const Variable<T>&   a = first.variable(), &b = second.variable();
    if (a.size() != b.size()) {
        throw ShapeError("vdot: shapes " + both(a.shape(), b.shape()) + ": the sizes " + std::to_string(a.size()) + " and " +
                             std::to_string(b.size()) + " differ",
                         where);
    }
    const auto flat = [](const Variable<T>& x) { return reshape(x, {static_cast<Index>(x.size())}, inherited); };
    return contracted(flat(a), flat(b), {0}, {0});
}

template <Scalar T>
Variable<T> tensordot(const Operand<T>& first, const Operand<T>& second, const Axes& axes_a, const Axes& axes_b) {
    const SourceLocation where = SourceScope::resolve(first.where());
    const Composition    scope(where);
    const Variable<T>&   a    = first.variable();
    const Variable<T>&   b    = second.variable();
    const auto           of_a = listed_axes("tensordot", axes_a, a.dimension(), where);
    const auto           of_b = listed_axes("tensordot", axes_b, b.dimension(), where);
    if (of_a.size() != of_b.size()) {
        throw ShapeError("tensordot: shapes " + both(a.shape(), b.shape()) + ": " + std::to_string(of_a.size()) + " axes of the first and " +
                             std::to_string(of_b.size()) + " of the second make no pairs",
                         where);
    }
    for (std::size_t pair = 0; pair < of_a.size(); ++pair) {
        if (a.shape()[of_a[pair]] == b.shape()[of_b[pair]]) continue;
        throw ShapeError("tensordot: shapes " + both(a.shape(), b.shape()) + ": axis " + std::to_string(of_a[pair]) + " of the first has extent " +
                             std::to_string(a.shape()[of_a[pair]]) + ", axis " + std::to_string(of_b[pair]) + " of the second " +
                             std::to_string(b.shape()[of_b[pair]]),
                         where);
    }
    return contracted(a, b, of_a, of_b);
}

template <Scalar T>
Variable<T> tensordot(const Operand<T>& a, const Operand<T>& b, Index count) {
    const auto rank_a = static_cast<Index>(a.variable().dimension()), rank_b = static_cast<Index>(b.variable().dimension());
    if (count < 0 || count > rank_a || count > rank_b) {
        throw ShapeError("tensordot: shapes " + both(a.variable().shape(), b.variable().shape()) + ": there are no " + std::to_string(count) +
                             " axes of both to sum over",
                         a.where());
    }
    std::vector<Index> of_a, of_b;
    for (Index axis = 0; axis < count; ++axis) {
        of_a.push_back(rank_a - count + axis);
        of_b.push_back(axis);
    }
    return tensordot<T>(a, b, Axes(of_a), Axes(of_b));
}

template <Scalar T>
Variable<T> kron(const Operand<T>& first, const Operand<T>& second) {
    const Composition  scope(first.where());
    const Variable<T>& a    = first.variable();
    const Variable<T>& b    = second.variable();
    const std::size_t  rank = std::max(a.dimension(), b.dimension());
    std::vector<Index> of_a, of_b, together;
    for (std::size_t axis = 0; axis < rank; ++axis) {
        const auto extent = [&](const Variable<T>& x) {
            return axis + x.dimension() < rank ? Index{1} : static_cast<Index>(x.shape()[axis + x.dimension() - rank]);
        };
        of_a.insert(of_a.end(), {extent(a), 1});
        of_b.insert(of_b.end(), {1, extent(b)});
        together.push_back(extent(a) * extent(b));
    }
    return reshape(reshape(a, of_a, inherited) * reshape(b, of_b, inherited), together, inherited);
}

template <Scalar T>
Variable<T> cross(const Operand<T>& first, const Operand<T>& second, Index axis) {
    const SourceLocation where = SourceScope::resolve(first.where());
    const Composition    scope(where);
    const Variable<T>&   a    = first.variable();
    const Variable<T>&   b    = second.variable();
    const std::size_t    rank = std::max(a.dimension(), b.dimension());
    const std::size_t    back = rank - normalize_axis("cross", axis, rank, where);
    for (const Variable<T>* x : {&a, &b}) {
        if (x->dimension() >= back && x->shape()[x->dimension() - back] == 3) continue;
        throw ShapeError("cross: shapes " + both(a.shape(), b.shape()) + ": both must have extent 3 along axis " + std::to_string(axis), where);
    }
    broadcast_shapes("cross", a.shape(), b.shape(), where);
    const auto part = [&](const Variable<T>& x, Index place) {
        std::vector<Range> ranges(x.dimension(), Range::all());
        ranges[x.dimension() - back] = Range(place, place + 1);
        return slice(x, ranges, inherited);
    };
    const auto component = [&](Index i, Index j) { return part(a, i) * part(b, j) - part(a, j) * part(b, i); };
    return concatenate({component(1, 2), component(2, 0), component(0, 1)}, -static_cast<Index>(back), where);
}

#define XTGRAD_COMPILE(T)                                                                                                                            \
    template Variable<T> dot<T>(const Operand<T>&, const Operand<T>&);                                                                               \
    template Variable<T> inner<T>(const Operand<T>&, const Operand<T>&);                                                                             \
    template Variable<T> outer<T>(const Operand<T>&, const Operand<T>&);                                                                             \
    template Variable<T> vdot<T>(const Operand<T>&, const Operand<T>&);                                                                              \
    template Variable<T> tensordot<T>(const Operand<T>&, const Operand<T>&, Index);                                                                  \
    template Variable<T> tensordot<T>(const Operand<T>&, const Operand<T>&, const Axes&, const Axes&);                                               \
    template Variable<T> kron<T>(const Operand<T>&, const Operand<T>&);                                                                              \
    template Variable<T> cross<T>(const Operand<T>&, const Operand<T>&, Index);
XTGRAD_COMPILE(float)
XTGRAD_COMPILE(double)
#undef XTGRAD_COMPILE

} // namespace ops

namespace {

template <Scalar T>
Variable<T> chain_product(std::vector<Variable<T>> factors, SourceLocation where) {
    const std::size_t count  = factors.size();
    const auto        shapes = [&] {
        std::string text;
        for (const Variable<T>& factor : factors) text += (text.empty() ? "" : " · ") + to_string(factor.shape());
        return text;
    };
    if (count < 2) throw ShapeError("multi_dot: " + std::to_string(count) + " factors; two are the fewest", where);
    const bool row = factors.front().dimension() == 1, column = factors.back().dimension() == 1;
    for (std::size_t which = 0; which < count; ++which) {
        const std::size_t rank = factors[which].dimension();
        if (rank == 2 || (rank == 1 && (which == 0 || which + 1 == count))) continue;
        throw ShapeError("multi_dot: " + shapes() + ": factor " + std::to_string(which) + " has " + std::to_string(rank) +
                             " axes; every factor is a matrix, the first and the last may be vectors",
                         where);
    }
    // Extents between the factors.
    std::vector<double> extents;
    for (std::size_t which = 0; which < count; ++which) {
        const Shape&      shape = factors[which].shape();
        const std::size_t rows  = shape.size() == 1 && which == 0 ? 1 : shape[0];
        if (which > 0 && static_cast<double>(rows) != extents.back()) {
            throw ShapeError("multi_dot: " + shapes() + ": inner dimensions " + std::to_string(static_cast<std::size_t>(extents.back())) + " and " +
                                 std::to_string(rows) + " of factors " + std::to_string(which - 1) + " and " + std::to_string(which) + " differ",
                             where);
        }
        if (which == 0) extents.push_back(static_cast<double>(rows));
        extents.push_back(static_cast<double>(shape.size() == 1 ? (which == 0 ? shape[0] : 1) : shape[1]));
    }
    const ops::Composition scope(where);
    if (row) factors.front() = expand_dims(factors.front(), 0, where);
    if (column) factors.back() = expand_dims(factors.back(), 1, where);
    // cost[i][j]: the fewest multiplications for factors i to j (Godbole 1973); split[i][j]: where the last product divides them.
    std::vector<std::vector<double>>      cost(count, std::vector<double>(count, 0));
    std::vector<std::vector<std::size_t>> split(count, std::vector<std::size_t>(count, 0));
    for (std::size_t length = 1; length < count; ++length) {
        for (std::size_t i = 0; i + length < count; ++i) {
            const std::size_t j = i + length;
            cost[i][j]          = std::numeric_limits<double>::infinity();
            for (std::size_t k = i; k < j; ++k) {
                const double total = cost[i][k] + cost[k + 1][j] + extents[i] * extents[k + 1] * extents[j + 1];
                if (total >= cost[i][j]) continue;
                cost[i][j]  = total;
                split[i][j] = k;
            }
        }
    }
    const auto multiplied = [&](const auto& self, std::size_t i, std::size_t j) -> Variable<T> {
        if (i == j) return factors[i];
        return ops::matrix::product(self(self, i, split[i][j]), self(self, split[i][j] + 1, j));
    };
    Variable<T> result = multiplied(multiplied, 0, count - 1);
    if (column) result = squeeze(result, -1, where);
    if (row) result = squeeze(result, column ? -1 : -2, where);
    return result;
}

} // namespace

Variable<float>  multi_dot(const std::vector<Variable<float>>& factors, SourceLocation where) { return chain_product(factors, where); }
Variable<double> multi_dot(const std::vector<Variable<double>>& factors, SourceLocation where) { return chain_product(factors, where); }

} // namespace xtgrad
