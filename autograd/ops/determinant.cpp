#include <cmath>

#include <xtgrad/autograd/apply.hpp>
#include <xtgrad/autograd/ops/matrix.hpp>
#include <xtgrad/autograd/primitives/matrix_functions.hpp>

namespace xtgrad {

using namespace ops::matrix;

namespace {

// Where its parts stand.
constexpr Index determinant_place = 0, sign_place = 1, logarithm_place = 2, nullity_place = 3;
constexpr Index parts = 4;

/// How many singular values are 0 within rounding.
template <class T>
std::size_t nullity(std::size_t n, const T* a) {
    std::vector<T> u(n * n), s(n), vt(n * n);
    lapack::svd(n, n, a, u.data(), s.data(), vt.data());
    const T least = s[0] * static_cast<T>(n) * std::numeric_limits<T>::epsilon();
    return static_cast<std::size_t>(std::count_if(s.begin(), s.end(), [&](T value) { return value <= least; }));
}

template <class T>
void describe(std::size_t n, const T* a, T* result) {
    lapack::LuFactors<T> lu;
    const std::size_t    zero_pivot  = lu.factor(n, a);
    T                    determinant = lu.sign(), sign = determinant, logarithm = 0, norm = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const T pivot = lu.factors[i * n + i];
        determinant *= pivot;
        sign *= std::isnan(pivot) ? pivot : static_cast<T>((pivot > 0) - (pivot < 0));
        logarithm += std::log(std::abs(pivot));
    }
    for (std::size_t column = 0; column < n; ++column) {
        T sum = 0;
        for (std::size_t row = 0; row < n; ++row) sum += std::abs(a[row * n + column]);
        norm = std::max(norm, sum);
    }
    // Only near singular matrices are worth a look at their singular values.
    const bool finite   = std::isfinite(norm) && !std::isnan(logarithm);
    const bool singular = finite && (zero_pivot != 0 || lu.reciprocal_condition(n, norm) < static_cast<T>(n) * std::numeric_limits<T>::epsilon());
    result[determinant_place] = determinant;
    result[sign_place]        = sign;
    result[logarithm_place]   = logarithm;
    result[nullity_place]     = n > 0 && singular ? static_cast<T>(nullity(n, a)) : T{0};
}

} // namespace

void Determinant::infer(SourceLocation where, const Shape& a) {
    require_square("determinant", a, where);
    stack        = MatrixStack(a);
    shape        = Shape(a.begin(), a.end() - 1);
    shape.back() = parts;
}

template <Scalar T>
Value<T> Determinant::forward(const Value<T>& a) const {
    Value<T> y = Value<T>::uninitialized(shape);
    stack.for_each([&](std::size_t, const T* matrix, T* result) { describe(stack.rows, matrix, result); }, a, y);
    return y;
}

template <Scalar T>
Variable<T> Determinant::vjp_from_both(const Variable<T>& g, const Variable<T>& a, const Variable<T>& y) const {
    const Variable<T> factor = at(g, determinant_place) * at(y, determinant_place) + at(g, logarithm_place);
    return swapped(inverse_or_nan(a)) * expand_dims(factor, Axes{-2, -1}, inherited);
}

namespace ops {

namespace {

/// The determinant of small matrices without a division by their elements (Faddeev and Le Verrier), so that derivatives of every order are right at
/// singular ones.
template <Scalar T>
Variable<T> polynomial_determinant(const Variable<T>& c) {
    const std::size_t n     = c.shape().back();
    const auto        trace = [](const Variable<T>& x) { return sum(matrix::diagonal(x), -1); };
    if (n == 1) return squeeze(c, Axes{-2, -1}, inherited);
    Variable<T> power = c;
    Variable<T> last  = -trace(c);
    for (std::size_t k = 2; k <= n; ++k) {
        power = product(c, power + identity<T>(n) * expand_dims(last, Axes{-2, -1}, inherited));
        last  = -trace(power) * static_cast<T>(1 / static_cast<double>(k));
    }
    return n % 2 == 0 ? last : -last;
}

/// The determinant where matrices lack `rank_defect` in rank: with b = a + s·u·vᵀ, u and vᵀ the singular vectors of the least singular values, b is
/// far from singular, and det a = det b · det(1 − vᵀ·b⁻¹·s·u), an identity in a, so that its derivatives are those of det.
template <Scalar T>
Variable<T> bordered_determinant(const Variable<T>& a, std::size_t rank_defect) {
    const std::size_t n        = a.shape().back();
    const auto        detached = svd<T>(a.detach(), inherited);
    const Variable<T> largest  = at(detached.s, 0).detach();
    const Variable<T> scale    = expand_dims(where(largest > T{0}, largest, T{1}), Axes{-2, -1}, inherited);
    const Variable<T> u        = columns(detached.u, n - rank_defect, n) * scale;
    const Variable<T> vt       = rows(detached.vt, n - rank_defect, n);
    const Variable<T> b        = a + product(u, vt);
    const Variable<T> regular  = at(apply<Determinant, T>({}, inherited, b), determinant_place);
    return regular * polynomial_determinant(identity<T>(rank_defect) - product(vt, solve<T>(b, u)));
}

} // namespace

template <Scalar T>
Variable<T> det(const Variable<T>& a, SourceLocation where) {
    require_square("det", a.shape(), where);
    const Composition scope(where);
    const Variable<T> all    = apply<Determinant, T>({}, where, a);
    const Variable<T> value  = at(all, determinant_place);
    T                 defect = 0;
    // Read as a value, so that a compiled program notices a matrix that becomes singular.
    const Variable<T> counts = at(all, nullity_place);
    for (const T count : counts.value().storage()) defect = std::max(defect, count);
    if (defect == T{0}) return value;
    // The value stays that of the LU factors, which is exactly 0 where a pivot is.
    const Variable<T> bordered = bordered_determinant<T>(a, static_cast<std::size_t>(defect));
    return bordered + (value - bordered).detach();
}

template <Scalar T>
SignAndLogdet<T> slogdet(const Variable<T>& a, SourceLocation where) {
    require_square("slogdet", a.shape(), where);
    const Composition scope(where);
    const Variable<T> all = apply<Determinant, T>({}, where, a);
    return {at(all, sign_place).detach(), at(all, logarithm_place)};
}

template <Scalar T>
Variable<T> logdet(const Variable<T>& a, SourceLocation where) {
    require_square("logdet", a.shape(), where);
    const Composition scope(where);
    const auto [sign, logabsdet] = slogdet<T>(a, where);
    // 1 for the signs 0 and 1, NaN for −1, so that the gradient is NaN too.
    return logabsdet * sqrt(T{1} + sign - sign * sign);
}

#define XTGRAD_COMPILE(T)                                                                                                                            \
    template Variable<T>      det<T>(const Variable<T>&, SourceLocation);                                                                            \
    template SignAndLogdet<T> slogdet<T>(const Variable<T>&, SourceLocation);                                                                        \
    template Variable<T>      logdet<T>(const Variable<T>&, SourceLocation);
XTGRAD_COMPILE(float)
XTGRAD_COMPILE(double)
#undef XTGRAD_COMPILE

} // namespace ops

XTGRAD_COMPILE_PRIMITIVE(Determinant)

} // namespace xtgrad
