#include <cmath>

#include <xtgrad/autograd/ops/matrix.hpp>

namespace xtgrad::ops {

using namespace matrix;

namespace {

template <Scalar T>
Variable<T> with_variables_in_rows(std::string_view operation, const Variable<T>& x, bool rowvar, SourceLocation where) {
    if (x.dimension() == 1) return expand_dims(x, 0, where);
    if (x.dimension() != 2)
        throw ShapeError(std::string(operation) + ": shape " + to_string(x.shape()) + ": observations have one axis or two", where);
    return rowvar ? x : swapped(x);
}

// (Σ xᵖ)^(1/p) over the last axis of numbers that are not negative, with gradient 0 at 0.
template <Scalar T>
Variable<T> power_norm(const Variable<T>& x, T power) {
    const auto        zero    = x <= T{0};
    const Variable<T> total   = sum(where(zero, T{0}, pow(where(zero, T{1}, x), power)), -1);
    const auto        nothing = total <= T{0};
    return where(nothing, T{0}, pow(where(nothing, T{1}, total), 1 / power));
}

} // namespace

template <Scalar T>
Variable<T> cov(const Variable<T>& x, const CovarianceOptions& options, SourceLocation where) {
    const Composition scope(where);
    const Variable<T> rows_of  = with_variables_in_rows("cov", x, options.rowvar, where);
    const Variable<T> centered = rows_of - mean(rows_of, -1, keep_dims);
    const auto        divisor  = static_cast<T>(static_cast<Index>(rows_of.shape()[1]) - options.ddof);
    const Variable<T> result   = product(centered, centered, false, true) / std::max(divisor, T{0});
    return x.dimension() == 1 ? reshape(result, Extents{}, where) : result;
}

template <Scalar T>
Variable<T> corrcoef(const Variable<T>& x, bool rowvar, SourceLocation where) {
    const Composition scope(where);
    const Variable<T> rows_of  = with_variables_in_rows("corrcoef", x, rowvar, where);
    const Variable<T> centered = rows_of - mean(rows_of, -1, keep_dims);
    const Variable<T> directed = centered / sqrt(sum(square(centered), -1, keep_dims));
    const Variable<T> result   = product(directed, directed, false, true);
    return x.dimension() == 1 ? reshape(result, Extents{}, where) : result;
}

template <Scalar T>
Variable<T> cdist(const Operand<T>& first, const Operand<T>& second, double p) {
    const SourceLocation where = SourceScope::resolve(first.where());
    const Composition    scope(where);
    Variable<T>          a = first.variable();
    Variable<T>          b = second.variable();
    if (!(p >= 0)) throw ValueError("cdist: p = " + std::to_string(p) + "; it must be from 0 to infinity", where);
    require_matrix("cdist", a.shape(), where);
    require_matrix("cdist", b.shape(), where);
    if (a.shape().back() != b.shape().back()) {
        throw ShapeError("cdist: rows of " + std::to_string(a.shape().back()) + " and of " + std::to_string(b.shape().back()) + " elements, in " +
                             to_string(a.shape()) + " and " + to_string(b.shape()),
                         where);
    }
    broadcast_shapes("cdist, leading axes", Shape(a.shape().begin(), a.shape().end() - 2), Shape(b.shape().begin(), b.shape().end() - 2), where);
    const Variable<T> difference = expand_dims(a, -2, where) - expand_dims(b, -3, where);
    const Variable<T> distance   = abs(difference);
    if (a.shape().back() == 0) return sum(distance, -1);
    if (p == 0) return sum(sign(distance), -1);
    if (p == 1) return sum(distance, -1);
    if (std::isinf(p)) return amax(distance, -1);
    // Scaled by the largest difference, so that powers neither overflow nor vanish; the scale cancels, so that it is taken for a constant.
    const Variable<T> scale = usable_scale(amax(distance.detach(), -1, keep_dims));
    if (p == 2) return root_of_squares(sum(square(difference / scale), -1)) * squeeze(scale, -1, where);
    return power_norm(distance / scale, static_cast<T>(p)) * squeeze(scale, -1, where);
}

#define XTGRAD_COMPILE(T)                                                                                                                            \
    template Variable<T> cov<T>(const Variable<T>&, const CovarianceOptions&, SourceLocation);                                                       \
    template Variable<T> corrcoef<T>(const Variable<T>&, bool, SourceLocation);                                                                      \
    template Variable<T> cdist<T>(const Operand<T>&, const Operand<T>&, double);
XTGRAD_COMPILE(float)
XTGRAD_COMPILE(double)
#undef XTGRAD_COMPILE

} // namespace xtgrad::ops
