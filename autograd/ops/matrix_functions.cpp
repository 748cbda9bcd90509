#include <cmath>

#include <xtgrad/array/blas.hpp>
#include <xtgrad/autograd/apply.hpp>
#include <xtgrad/autograd/ops/matrix.hpp>
#include <xtgrad/autograd/primitives/matrix_functions.hpp>

namespace xtgrad {

using namespace ops::matrix;

void Pinv::infer(SourceLocation where, const Shape& a) {
    require_matrix("pinv", a, where);
    stack = MatrixStack(a);
    shape = a;
    std::swap(shape[shape.size() - 1], shape[shape.size() - 2]);
    line = where;
}

template <Scalar T>
Value<T> Pinv::forward(const Value<T>& a) const {
    const std::size_t m = stack.rows, n = stack.columns, k = std::min(m, n);
    Value<T>          p = Value<T>::uninitialized(shape);
    std::vector<T>    u(m * k), s(k), vt(k * n);
    const T           cutoff = rcond < 0 ? static_cast<T>(std::max(m, n)) * std::numeric_limits<T>::epsilon() : static_cast<T>(rcond);
    const auto        invert = [&](std::size_t which, const T* matrix, T* to) {
        if (lapack::svd(m, n, matrix, u.data(), s.data(), vt.data()) != 0)
            throw FactorizationError("pinv: the iteration did not converge for " + which_matrix(which, stack.count), which, 0, line);
        for (std::size_t i = 0; i < k; ++i) {
            const T factor = s[i] <= cutoff * s[0] ? T{0} : 1 / s[i];
            for (std::size_t column = 0; column < n; ++column) vt[i * n + column] *= factor;
        }
        gemm<T>(true, true, static_cast<Index>(n), static_cast<Index>(m), static_cast<Index>(k), T{1}, vt.data(), u.data(), T{0}, to);
    };
    stack.for_each(invert, a, p);
    return p;
}

template <Scalar T>
Variable<T> Pinv::vjp_from_both(const Variable<T>& g, const Variable<T>& a, const Variable<T>& p) const {
    const Variable<T> left  = product(g, product(p, p, false, true), true, false); // gᵀ·p·pᵀ
    const Variable<T> right = product(product(p, p, true, false), g, false, true); // pᵀ·p·gᵀ
    return left - product(a, product(p, left)) + right - product(product(right, p), a) - product(p, product(g, p, false, true), true, false);
}

void MatrixExp::infer(SourceLocation where, const Shape& a) {
    require_square("matrix_exp", a, where);
    stack = MatrixStack(a);
}

namespace {

// The coefficients of the Padé approximant [13/13] to the exponential, and the norm up to which it has the accuracy of its type without scaling
// (Higham 2005; for float a smaller degree would do).
constexpr std::array<double, 14> pade         = {64764752532480000.,
                                                 32382376266240000.,
                                                 7771770303897600.,
                                                 1187353796428800.,
                                                 129060195264000.,
                                                 10559470521600.,
                                                 670442572800.,
                                                 33522128640.,
                                                 1323241920.,
                                                 40840800.,
                                                 960960.,
                                                 16380.,
                                                 182.,
                                                 1.};
constexpr double                 largest_norm = 5.371920351148152;

template <class T>
class Exponential {
    using Matrix = std::vector<T, PoolAllocator<T>>;

public:
    explicit Exponential(std::size_t n) : n_(n) {}

    void operator()(const T* from, T* to) {
        const std::size_t size = n_ * n_;
        T                 norm = 0;
        for (std::size_t column = 0; column < n_; ++column) {
            T sum = 0;
            for (std::size_t row = 0; row < n_; ++row) sum += std::abs(from[row * n_ + column]);
            norm = std::isnan(sum) ? sum : std::max(norm, sum);
            if (std::isnan(norm)) break;
        }
        if (!std::isfinite(norm)) {
            std::fill_n(to, size, std::numeric_limits<T>::quiet_NaN());
            return;
        }
        int          squarings = 0;
        const double scaled    = static_cast<double>(norm) / largest_norm;
        if (scaled > 1) squarings = static_cast<int>(std::ceil(std::log2(scaled)));
        Matrix a(from, from + size);
        for (T& element : a) element = std::ldexp(element, -squarings);
        const Matrix a2 = times(a, a), a4 = times(a2, a2), a6 = times(a4, a2);
        // u = a·(a6·(b13·a6 + b11·a4 + b9·a2) + b7·a6 + b5·a4 + b3·a2 + b1), v the even terms.
        Matrix u = times(a6, combined(a2, a4, a6, 0, pade[9], pade[11], pade[13]));
        add(u, combined(a2, a4, a6, pade[1], pade[3], pade[5], pade[7]));
        u        = times(a, u);
        Matrix v = times(a6, combined(a2, a4, a6, 0, pade[8], pade[10], pade[12]));
        add(v, combined(a2, a4, a6, pade[0], pade[2], pade[4], pade[6]));
        // (v − u)·r = v + u
        Matrix numerator = v;
        add(numerator, u);
        for (std::size_t place = 0; place < size; ++place) v[place] -= u[place];
        lapack::LuFactors<T> lu;
        lu.factor(n_, v.data());
        lu.solve(false, n_, n_, numerator.data());
        for (int step = 0; step < squarings; ++step) numerator = times(numerator, numerator);
        std::copy(numerator.begin(), numerator.end(), to);
    }

private:
    Matrix times(const Matrix& a, const Matrix& b) const {
        Matrix     result(a.size());
        const auto n = static_cast<Index>(n_);
        gemm<T>(false, false, n, n, n, T{1}, a.data(), b.data(), T{0}, result.data());
        return result;
    }
    Matrix combined(const Matrix& a2, const Matrix& a4, const Matrix& a6, double one, double two, double four, double six) const {
        Matrix result(a2.size());
        for (std::size_t place = 0; place < result.size(); ++place) {
            result[place] = static_cast<T>(two) * a2[place] + static_cast<T>(four) * a4[place] + static_cast<T>(six) * a6[place];
            if (place % (n_ + 1) == 0) result[place] += static_cast<T>(one);
        }
        return result;
    }
    static void add(Matrix& sum, const Matrix& addend) {
        for (std::size_t place = 0; place < sum.size(); ++place) sum[place] += addend[place];
    }

    std::size_t n_;
};

} // namespace

template <Scalar T>
Value<T> MatrixExp::forward(const Value<T>& a) const {
    Value<T>       y = Value<T>::uninitialized(a.shape());
    Exponential<T> exponential(stack.rows);
    if (a.size() > 0) stack.for_each([&](std::size_t, const T* matrix, T* result) { exponential(matrix, result); }, a, y);
    return y;
}

template <Scalar T>
Variable<T> MatrixExp::vjp_from_input(const Variable<T>& g, const Variable<T>& a) const {
    const std::size_t n = stack.rows;
    const Variable<T> t = swapped(a);
    // Scaled by its largest element, or a large g would ask for squarings that a does not need; the scale cancels, so that it is taken for a
    // constant.
    const bool        empty = g.size() == 0;
    const Variable<T> scale = empty ? Variable<T>(T{1}) : usable_scale(amax(abs(g.detach()), Axes{-2, -1}, keep_dims));
    const Variable<T> upper = concatenate({t, g / scale}, -1, inherited);
    const Variable<T> lower = concatenate({Variable<T>(zeros<T>(a.shape())), t}, -1, inherited);
    return columns(rows(apply<MatrixExp, T>({}, inherited, concatenate({upper, lower}, -2, inherited)), 0, n), n, 2 * n) * scale;
}

MatrixNorm::MatrixNorm(double order) : kind_(Kind::none), order_(order) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (order == 1) kind_ = Kind::largest_column;
    if (order == -1) kind_ = Kind::smallest_column;
    if (order == infinity) kind_ = Kind::largest_row;
    if (order == -infinity) kind_ = Kind::smallest_row;
    if (order == 2) kind_ = Kind::largest_singular;
    if (order == -2) kind_ = Kind::smallest_singular;
}

namespace ops {

namespace {

void require_norm(std::string_view operation, const MatrixNorm& order, SourceLocation where) {
    if (order.kind() != MatrixNorm::Kind::none) return;
    throw ValueError(std::string(operation) + ": there is no norm of order " + std::to_string(order.order()) +
                         " of matrices; use 1, -1, 2, -2, infinity, -infinity, MatrixNorm::frobenius() or MatrixNorm::nuclear()",
                     where);
}

// The identity, as a function of a that does not depend on it: a NaN in a has no part in its power 0.
template <Scalar T>
Variable<T> only_in_name(const Variable<T>& a) {
    return where(Mask(a.shape(), false), a, identity<T>(a.shape().back()));
}

} // namespace

template <Scalar T>
Variable<T> pinv(const Variable<T>& a, double rcond, SourceLocation where) {
    Pinv primitive;
    primitive.rcond = rcond;
    return apply<Pinv, T>(std::move(primitive), where, a);
}

template <Scalar T>
Variable<T> lstsq(const Operand<T>& first, const Operand<T>& second, double rcond) {
    const SourceLocation where  = first.where();
    Variable<T>          a      = first.variable();
    Variable<T>          b      = second.variable();
    const bool           vector = b.dimension() == 1;
    Shape                of_b   = b.shape();
    if (vector) of_b.push_back(1);
    require_matrix("lstsq", a.shape(), where);
    if (of_b.size() < 2 || of_b[of_b.size() - 2] != a.shape()[a.dimension() - 2]) {
        throw ShapeError("lstsq: matrix " + to_string(a.shape()) + " and right side " + to_string(b.shape()) + ": the right side must have " +
                             std::to_string(a.shape()[a.dimension() - 2]) + " rows",
                         where);
    }
    broadcast_shapes("lstsq, leading axes", Shape(a.shape().begin(), a.shape().end() - 2), Shape(of_b.begin(), of_b.end() - 2), where);
    const Composition scope(where);
    const Variable<T> inverse = pinv<T>(a, rcond, where);
    if (vector) b = expand_dims(b, 1, where);
    const Variable<T> x = product(inverse, b);
    return vector ? squeeze(x, -1, where) : x;
}

template <Scalar T>
Variable<T> matrix_exp(const Variable<T>& a, SourceLocation where) {
    return apply<MatrixExp, T>({}, where, a);
}

template <Scalar T>
Variable<T> matrix_power(const Variable<T>& a, Index exponent, SourceLocation where) {
    require_square("matrix_power", a.shape(), where);
    const Composition scope(where);
    if (exponent == 0) return only_in_name(a);
    Variable<T> square = exponent < 0 ? inv<T>(a, where) : a;
    Variable<T> result = square;
    bool        found  = false;
    for (std::size_t left = exponent < 0 ? std::size_t{0} - static_cast<std::size_t>(exponent) : static_cast<std::size_t>(exponent); left > 0;
         left /= 2) {
        if (left % 2 == 1) {
            result = found ? product(result, square) : square;
            found  = true;
        }
        if (left > 1) square = product(square, square);
    }
    return result;
}

template <Scalar T>
Variable<T> matrix_norm(const Variable<T>& a, const MatrixNorm& order, bool keep, SourceLocation where) {
    require_norm("matrix_norm", order, where);
    require_matrix("matrix_norm", a.shape(), where);
    const Composition scope(where);
    const bool        empty = a.shape()[a.dimension() - 2] == 0 || a.shape().back() == 0;
    using Kind              = MatrixNorm::Kind;
    const Kind kind         = order.kind();
    if (empty && kind != Kind::frobenius && kind != Kind::nuclear) {
        throw ShapeError(
            "matrix_norm: shape " + to_string(a.shape()) + ": a matrix without elements has no largest or smallest sum or singular value", where);
    }
    const auto of_sums = [&](Index summed, bool largest) {
        const Variable<T> sums = sum(abs(a), summed);
        return largest ? amax(sums, -1) : amin(sums, -1);
    };
    const auto norm = [&]() -> Variable<T> {
        switch (kind) {
        case Kind::largest_column:
            return of_sums(-2, true);
        case Kind::smallest_column:
            return of_sums(-2, false);
        case Kind::largest_row:
            return of_sums(-1, true);
        case Kind::smallest_row:
            return of_sums(-1, false);
        case Kind::largest_singular:
            return amax(svdvals<T>(a, where), -1);
        case Kind::smallest_singular:
            return amin(svdvals<T>(a, where), -1);
        case Kind::nuclear:
            return sum(svdvals<T>(a, where), -1);
        default:
            break;
        }
        if (empty) return sum(a, Axes{-2, -1});
        // Scaled by the largest element, so that squares neither overflow nor vanish; the scale cancels, so that it is taken for a constant.
        const Variable<T> largest = amax(abs(a.detach()), Axes{-2, -1}, keep_dims);
        const Variable<T> scale   = usable_scale(largest);
        return root_of_squares(sum(square(a / scale), Axes{-2, -1})) * squeeze(scale, Axes{-2, -1});
    }();
    return keep ? expand_dims(norm, Axes{-2, -1}, where) : norm;
}

template <Scalar T>
Variable<T> matrix_norm(const Variable<T>& a, const MatrixNorm& order, const std::array<Index, 2>& axes, bool keep, SourceLocation where) {
    require_matrix("matrix_norm", a.shape(), where);
    const std::size_t rows_axis    = normalize_axis("matrix_norm", axes[0], a.dimension(), where);
    const std::size_t columns_axis = normalize_axis("matrix_norm", axes[1], a.dimension(), where);
    if (rows_axis == columns_axis) throw ShapeError("matrix_norm: axis " + std::to_string(rows_axis) + " is named twice; a matrix has two", where);
    const Composition scope(where);
    const Variable<T> norm = matrix_norm<T>(moveaxis(a, {axes[0], axes[1]}, {-2, -1}, where), order, false, where);
    return keep ? expand_dims(norm, Axes{static_cast<Index>(rows_axis), static_cast<Index>(columns_axis)}, where) : norm;
}

template <Scalar T>
Variable<T> cond(const Variable<T>& a, const MatrixNorm& order, SourceLocation where) {
    require_norm("cond", order, where);
    require_matrix("cond", a.shape(), where);
    using Kind = MatrixNorm::Kind;
    if (a.shape()[a.dimension() - 2] == 0 || a.shape().back() == 0)
        throw ShapeError("cond: shape " + to_string(a.shape()) + ": a matrix without elements has no condition number", where);
    const Composition scope(where);
    if (order.kind() == Kind::largest_singular || order.kind() == Kind::smallest_singular) {
        const Variable<T> s       = svdvals<T>(a, where);
        const Variable<T> largest = at(s, 0), smallest = at(s, -1);
        return order.kind() == Kind::largest_singular ? largest / smallest : smallest / largest;
    }
    require_square("cond", a.shape(), where);
    // The inverse first, which may throw, and then nothing has been recorded.
    const Variable<T> inverse = inv<T>(a, where);
    return matrix_norm<T>(a, order, false, where) * matrix_norm<T>(inverse, order, false, where);
}

#define XTGRAD_COMPILE(T)                                                                                                                            \
    template Variable<T> pinv<T>(const Variable<T>&, double, SourceLocation);                                                                        \
    template Variable<T> lstsq<T>(const Operand<T>&, const Operand<T>&, double);                                                                     \
    template Variable<T> matrix_exp<T>(const Variable<T>&, SourceLocation);                                                                          \
    template Variable<T> matrix_power<T>(const Variable<T>&, Index, SourceLocation);                                                                 \
    template Variable<T> matrix_norm<T>(const Variable<T>&, const MatrixNorm&, bool, SourceLocation);                                                \
    template Variable<T> matrix_norm<T>(const Variable<T>&, const MatrixNorm&, const std::array<Index, 2>&, bool, SourceLocation);                   \
    template Variable<T> cond<T>(const Variable<T>&, const MatrixNorm&, SourceLocation);
XTGRAD_COMPILE(float)
XTGRAD_COMPILE(double)
#undef XTGRAD_COMPILE

} // namespace ops

XTGRAD_COMPILE_PRIMITIVE(Pinv)
XTGRAD_COMPILE_PRIMITIVE(MatrixExp)

} // namespace xtgrad
