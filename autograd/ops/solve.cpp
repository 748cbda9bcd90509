#include <cmath>

#include <xtgrad/array/blas.hpp>
#include <xtgrad/autograd/apply.hpp>
#include <xtgrad/autograd/ops/matrix.hpp>
#include <xtgrad/autograd/primitives/linear_systems.hpp>

namespace xtgrad {

using namespace ops::matrix;

namespace {

[[noreturn]] void throw_singular(std::string_view operation, std::size_t which, std::size_t count, const Shape& shape, std::size_t order,
                                 std::string_view what, SourceLocation where) {
    throw FactorizationError(std::string(operation) + ": " + which_matrix(which, count) + " of shape " + to_string(shape) +
                                 " is singular: " + std::string(what) + std::to_string(order) + " is 0",
                             which, order, where);
}

} // namespace

void SolveTriangular::infer(SourceLocation where, const Shape& a, const Shape& b) {
    stack   = MatrixStack(a);
    columns = b.back();
    line    = where;
}

template <Scalar T>
Value<T> SolveTriangular::forward(const Value<T>& a, const Value<T>& b) const {
    Value<T>          x         = copy_of(b);
    const std::size_t n         = stack.rows;
    const auto        solve_one = [&](std::size_t which, const T* matrix, T* result) {
        for (std::size_t i = 0; i < n && !unit_diagonal; ++i) {
            if (matrix[i * n + i] == T{0})
                throw_singular("solve_triangular", which, stack.count, a.shape(), i + 1, "the element of its diagonal in row ", line);
        }
        trsm<T>({lower, unit_diagonal}, transposed, static_cast<Index>(n), static_cast<Index>(columns), matrix, result);
    };
    stack.for_each(solve_one, a, x);
    return x;
}

template <Scalar T>
Variable<T> SolveTriangular::adjoint(const Variable<T>& a, const Variable<T>& g) const {
    return ops::matrix::solve_triangular<T>(a, g, {.lower = lower, .transposed = !transposed, .unit_diagonal = unit_diagonal});
}

template <Scalar T>
Variable<T> SolveTriangular::for_matrix(const Variable<T>& g, const Variable<T>& a, const Variable<T>& y) const {
    const Variable<T> gb = adjoint<T>(a, g);
    return -triangle(transposed ? product(y, gb, false, true) : product(gb, y, false, true), lower, !unit_diagonal);
}

void Solve::infer(SourceLocation where, const Shape& a, const Shape& b) {
    stack   = MatrixStack(a);
    columns = b.back();
    line    = where;
    if (factors == nullptr) factors = std::make_shared<Factors>();
}

template <Scalar T>
Value<T> Solve::forward(const Value<T>& a, const Value<T>& b) {
    Value<T>                           x   = copy_of(b);
    const std::size_t                  n   = stack.rows;
    std::vector<lapack::LuFactors<T>>& all = factors->of<T>();
    all.resize(stack.count);
    const auto solve_one = [&](std::size_t which, const T* matrix, T* result) {
        if (!reuses) {
            const std::size_t pivot = all[which].factor(n, matrix);
            if (pivot != 0 && !nan_where_singular) throw_singular("solve", which, stack.count, a.shape(), pivot, "the pivot of order ", line);
        }
        const auto is_zero  = [&](std::size_t i) { return all[which].factors[i * n + i] == T{0}; };
        bool       singular = false;
        for (std::size_t i = 0; i < n && nan_where_singular; ++i) singular = singular || is_zero(i);
        if (singular) {
            std::fill_n(result, n * columns, std::numeric_limits<T>::quiet_NaN());
        } else {
            all[which].solve(transposed, n, columns, result);
        }
    };
    stack.for_each(solve_one, a, x);
    return x;
}

template <Scalar T>
Variable<T> Solve::adjoint(const Variable<T>& a, const Variable<T>& g) const {
    Solve primitive;
    primitive.transposed         = !transposed;
    primitive.nan_where_singular = nan_where_singular;
    primitive.reuses             = true;
    primitive.factors            = factors;
    return apply<Solve, T>(std::move(primitive), inherited, a, g);
}

template <Scalar T>
Variable<T> Solve::for_matrix(const Variable<T>& g, const Variable<T>& a, const Variable<T>& y) const {
    const Variable<T> gb = adjoint<T>(a, g);
    return -(transposed ? product(y, gb, false, true) : product(gb, y, false, true));
}

namespace ops {

template <Scalar T>
Variable<T> matrix::solve_triangular(const Variable<T>& a, const Variable<T>& b, const SolveTriangularOptions& options) {
    SolveTriangular primitive;
    primitive.lower         = options.lower;
    primitive.transposed    = options.transposed;
    primitive.unit_diagonal = options.unit_diagonal;
    return apply<SolveTriangular, T>(std::move(primitive), inherited, a, b);
}

template <Scalar T>
Variable<T> matrix::inverse_or_nan(const Variable<T>& a) {
    Solve primitive;
    primitive.nan_where_singular = true;
    Variable<T> same             = a;
    Variable<T> one              = identity<T>(a.shape().back());
    broadcast_stacks("inv", same, one, inherited);
    return apply<Solve, T>(std::move(primitive), inherited, same, one);
}

namespace {

// Calls `solve(a, b)` with a matrix b and the same leading axes; a vector b is a column, which is dropped from the result.
template <Scalar T, class F>
Variable<T> solve_system(std::string_view operation, const Operand<T>& matrix, const Operand<T>& right, F&& solve) {
    const SourceLocation where  = matrix.where();
    Variable<T>          a      = matrix.variable();
    Variable<T>          b      = right.variable();
    const bool           vector = b.dimension() == 1;
    require_system(operation, a.shape(), b.shape(), where);
    const Composition scope(where);
    if (vector) b = expand_dims(b, 1, where);
    broadcast_stacks(operation, a, b, where);
    const Variable<T> x = solve(a, b);
    return vector ? squeeze(x, -1, where) : x;
}

} // namespace

template <Scalar T>
Variable<T> solve(const Operand<T>& a, const Operand<T>& b) {
    return solve_system<T>("solve", a, b,
                           [](const Variable<T>& matrix, const Variable<T>& right) { return apply<Solve, T>({}, inherited, matrix, right); });
}

template <Scalar T>
Variable<T> solve_triangular(const Operand<T>& a, const Operand<T>& b, const SolveTriangularOptions& options) {
    return solve_system<T>("solve_triangular", a, b, [&](const Variable<T>& matrix, const Variable<T>& right) {
        return ops::matrix::solve_triangular<T>(matrix, right, options);
    });
}

template <Scalar T>
Variable<T> inv(const Variable<T>& a, SourceLocation where) {
    require_square("inv", a.shape(), where);
    const Composition scope(where);
    Variable<T>       one  = identity<T>(a.shape().back());
    Variable<T>       same = a;
    broadcast_stacks("inv", same, one, where);
    try {
        return apply<Solve, T>({}, where, same, one);
    } catch (const FactorizationError& error) {
        throw FactorizationError("inv: " + which_matrix(error.matrix(), MatrixStack(a.shape()).count) + " of shape " + to_string(a.shape()) +
                                     " is singular: the pivot of order " + std::to_string(error.order()) + " is 0",
                                 error.matrix(), error.order(), where);
    }
}

#define XTGRAD_COMPILE(T)                                                                                                                            \
    template Variable<T> matrix::solve_triangular<T>(const Variable<T>&, const Variable<T>&, const SolveTriangularOptions&);                         \
    template Variable<T> matrix::inverse_or_nan<T>(const Variable<T>&);                                                                              \
    template Variable<T> solve<T>(const Operand<T>&, const Operand<T>&);                                                                             \
    template Variable<T> solve_triangular<T>(const Operand<T>&, const Operand<T>&, const SolveTriangularOptions&);                                   \
    template Variable<T> inv<T>(const Variable<T>&, SourceLocation);
XTGRAD_COMPILE(float)
XTGRAD_COMPILE(double)
#undef XTGRAD_COMPILE

} // namespace ops

XTGRAD_COMPILE_PRIMITIVE(SolveTriangular)
XTGRAD_COMPILE_PRIMITIVE(Solve)

} // namespace xtgrad
