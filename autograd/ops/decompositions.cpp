#include <cmath>

#include <xtgrad/autograd/apply.hpp>
#include <xtgrad/autograd/ops/matrix.hpp>
#include <xtgrad/autograd/primitives/decompositions.hpp>

namespace xtgrad {

using namespace ops::matrix;

namespace {

[[noreturn]] void throw_unconverged(std::string_view operation, std::size_t which, std::size_t count, SourceLocation where) {
    throw FactorizationError(std::string(operation) + ": the iteration did not converge for " + which_matrix(which, count), which, 0, where);
}

template <Scalar T>
Variable<T> inverse_gaps(const Variable<T>& values, bool of_singular_values, bool zero_counts) {
    InverseGaps primitive;
    primitive.of_singular_values = of_singular_values;
    primitive.zero_counts        = zero_counts;
    return apply<InverseGaps, T>(std::move(primitive), inherited, values);
}

template <class Plan, Scalar T>
Variable<T> values_of(const DecompositionPlan& plan, const Shape& shape, const Variable<T>& a, const Variable<T>& vectors) {
    Plan primitive;
    static_cast<DecompositionPlan&>(primitive) = plan;
    primitive.shape                            = shape;
    return apply<Plan, T>(std::move(primitive), inherited, a, vectors);
}

// [..., k] of [..., m, n].
Shape values_shape(const Shape& a) {
    Shape shape(a.begin(), a.end() - 1);
    shape.back() = std::min(shape.back(), a.back());
    return shape;
}

template <Scalar T>
Value<T> copied(const Shape& shape, const std::vector<T>& elements) {
    Value<T> result = Value<T>::uninitialized(shape);
    std::copy(elements.begin(), elements.end(), result.mutable_data());
    return result;
}

} // namespace

void Qr::infer(SourceLocation where, const Shape& a) {
    require_matrix("qr", a, where);
    stack                   = MatrixStack(a);
    shape                   = a;
    shape[shape.size() - 2] = stack.rows + stack.columns;
}

template <Scalar T>
Value<T> Qr::forward(const Value<T>& a) const {
    Value<T>          y = Value<T>::uninitialized(shape);
    const std::size_t m = stack.rows, n = stack.columns;
    stack.for_each([=](std::size_t, const T* matrix, T* q) { lapack::qr(m, n, matrix, q, q + m * n); }, a, y);
    return y;
}

template <Scalar T>
Variable<T> Qr::vjp_from_output(const Variable<T>& g, const Variable<T>& y) const {
    const std::size_t m = stack.rows, n = stack.columns;
    const Variable<T> q = rows(y, 0, m), r = rows(y, m, m + n), gq = rows(g, 0, m), gr = triangle(rows(g, m, m + n), false);
    const Variable<T> inner    = product(r, gr, false, true) - product(gq, q, true, false);
    const Variable<T> mirrored = triangle(inner, true) + swapped(triangle(inner, true, false));
    const Variable<T> right    = gq + product(q, mirrored);
    // right·r⁻ᵀ = (r⁻¹·rightᵀ)ᵀ
    return swapped(ops::matrix::solve_triangular<T>(r, swapped(right), {.lower = false}));
}

void Eigenvectors::infer(SourceLocation where, const Shape& a) {
    require_square("eigh", a, where);
    stack = MatrixStack(a);
    shape = values_shape(a);
    line  = where;
    if (spectrum == nullptr) spectrum = std::make_shared<Spectrum>();
}

template <Scalar T>
Value<T> Eigenvectors::forward(const Value<T>& a) {
    require_symmetric("eigh", a, line);
    Value<T>          v = Value<T>::uninitialized(a.shape());
    const std::size_t n = stack.rows;
    spectrum->of<T>().resize(stack.count * n);
    const auto decompose = [&](std::size_t which, const T* matrix, T* vectors) {
        if (lapack::eigh(n, matrix, spectrum->of<T>().data() + which * n, vectors) != 0) throw_unconverged("eigh", which, stack.count, line);
    };
    stack.for_each(decompose, a, v);
    return v;
}

template <Scalar T>
Variable<T> Eigenvectors::vjp_from_both(const Variable<T>& g, const Variable<T>& a, const Variable<T>& v) const {
    const Variable<T> values = values_of<Eigenvalues, T>(*this, shape, a, v);
    const Variable<T> middle = product(v, g, true, false) * inverse_gaps<T>(values, false, false);
    return symmetrized(product(product(v, middle), v, false, true));
}

template <Scalar T>
Value<T> Eigenvalues::forward(const Value<T>&, const Value<T>&) {
    return copied(shape, spectrum->of<T>());
}

template <Scalar T>
Variable<T> Eigenvalues::for_matrix(const Variable<T>& g, const Variable<T>& v) {
    // Half of it and its mirror image, so that it is symmetric to the last bit.
    const Variable<T> half = product(scale_columns(v, g * T(0.5)), v, false, true);
    return half + swapped(half);
}

template <Scalar T>
Value<T> InverseGaps::forward(const Value<T>& values) const {
    Value<T>          f     = Value<T>::uninitialized(shape);
    const std::size_t n     = shape.back();
    const std::size_t count = n == 0 ? 0 : values.size() / n;
    // Of the rounding of a value, 1e-16 or 6e-8 of the largest, the gap's reciprocal would leave no more than six digits, or two.
    constexpr double  share     = std::is_same_v<T, float> ? 1e-5 : 1e-10;
    constexpr T       tolerance = static_cast<T>(share);
    const std::string operation = of_singular_values ? "svd" : "eigh", kind = of_singular_values ? "singular value" : "eigenvalue";
    for (std::size_t which = 0; which < count; ++which) {
        const T* value = values.data() + which * n;
        T*       to    = f.mutable_data() + which * n * n;
        T        norm  = 0;
        for (std::size_t i = 0; i < n; ++i) norm = std::max(norm, std::abs(value[i]));
        const auto fail = [&](const std::string& which_ones) {
            throw ValueError(operation + ": the gradient of the " + (of_singular_values ? "singular vectors" : "eigenvectors") + " of " +
                                 which_matrix(which, count) + " does not exist: " + which_ones + " within " + text_of(share) +
                                 " of the largest, so that their vectors are not determined; the gradient of the values alone exists",
                             line);
        };
        for (std::size_t i = 0; i < n; ++i) {
            if (zero_counts && value[i] <= tolerance * norm) fail(kind + " " + std::to_string(i) + " and the 0 of the null space are equal");
            for (std::size_t j = 0; j < n; ++j) {
                const T gap = value[j] - value[i];
                if (i != j && std::abs(gap) <= tolerance * norm)
                    fail(kind + "s " + std::to_string(i) + " and " + std::to_string(j) + ", " + text_of(value[i]) + " and " + text_of(value[j]) +
                         ", are equal");
                to[i * n + j] = i == j ? T{0} : 1 / gap;
            }
        }
    }
    return f;
}

template <Scalar T>
Variable<T> InverseGaps::vjp_from_output(const Variable<T>& g, const Variable<T>& f) const {
    const Variable<T> m = g * f * f;
    return sum(m, -1) - sum(m, -2);
}

void SingularVectors::infer(SourceLocation where, const Shape& a) {
    require_matrix("svd", a, where);
    stack                   = MatrixStack(a);
    shape                   = a;
    shape[shape.size() - 2] = stack.rows + stack.columns;
    shape.back()            = std::min(stack.rows, stack.columns);
    line                    = where;
    if (spectrum == nullptr) spectrum = std::make_shared<Spectrum>();
}

template <Scalar T>
Value<T> SingularVectors::forward(const Value<T>& a) {
    Value<T>          w = Value<T>::uninitialized(shape);
    const std::size_t m = stack.rows, n = stack.columns, k = std::min(m, n);
    std::vector<T>    vt(k * n);
    spectrum->of<T>().resize(stack.count * k);
    const auto decompose = [&](std::size_t which, const T* matrix, T* u) {
        if (lapack::svd(m, n, matrix, u, spectrum->of<T>().data() + which * k, vt.data()) != 0) throw_unconverged("svd", which, stack.count, line);
        T* v = u + m * k;
        for (std::size_t row = 0; row < n; ++row) {
            for (std::size_t column = 0; column < k; ++column) v[row * k + column] = vt[column * n + row];
        }
    };
    stack.for_each(decompose, a, w);
    return w;
}

template <Scalar T>
Variable<T> SingularVectors::vjp_from_both(const Variable<T>& g, const Variable<T>& a, const Variable<T>& w) const {
    const std::size_t m = stack.rows, n = stack.columns, k = shape.back();
    const Variable<T> u = rows(w, 0, m), v = rows(w, m, m + n), gu = rows(g, 0, m), gv = rows(g, m, m + n);
    const Variable<T> s = values_of<SingularValues, T>(*this, values_shape(a.shape()), a, w);
    // 1/(sⱼ² − sᵢ²); on the diagonal, where nothing is taken, ones keep the sums from being 0.
    const Variable<T> f    = inverse_gaps<T>(s, true, m != n) / (expand_dims(s, -1, inherited) + expand_dims(s, -2, inherited) + identity<T>(k));
    const Variable<T> of_u = product(u, gu, true, false), of_v = product(v, gv, true, false);
    const auto        skew  = [](const Variable<T>& x) { return x - swapped(x); };
    const Variable<T> inner = scale_columns(skew(of_u) * f, s) + scale_rows(skew(of_v) * f, s);
    Variable<T>       left  = product(u, inner);
    if (m > k) left += scale_columns(gu - product(u, of_u), T{1} / s);
    Variable<T> result = product(left, v, false, true);
    if (n > k) result += product(u, scale_columns(gv - product(v, of_v), T{1} / s), false, true);
    return result;
}

template <Scalar T>
Value<T> SingularValues::forward(const Value<T>&, const Value<T>&) {
    return copied(shape, spectrum->of<T>());
}

template <Scalar T>
Variable<T> SingularValues::for_matrix(const Variable<T>& g, const Variable<T>& w, const Variable<T>& s) const {
    const Variable<T> u = rows(w, 0, stack.rows), v = rows(w, stack.rows, stack.rows + stack.columns);
    if (shape.back() == 0) return product(scale_columns(u, g), v, false, true);
    const T           rounding = static_cast<T>(std::max(stack.rows, stack.columns)) * std::numeric_limits<T>::epsilon();
    const Variable<T> largest  = amax(s.detach(), -1, keep_dims);
    // Written so that a NaN stays one.
    return product(scale_columns(u, where(s.detach() <= largest * rounding, T{0}, g)), v, false, true);
}

namespace ops {

namespace {

template <Scalar T>
std::pair<Variable<T>, Variable<T>> eigenvectors_and_values(const Variable<T>& a, SourceLocation where) {
    Eigenvectors primitive;
    primitive.infer(where, a.shape());
    const Variable<T> v = apply<Eigenvectors, T>(Eigenvectors(primitive), where, a);
    return {v, values_of<Eigenvalues, T>(primitive, primitive.shape, a, v)};
}

template <Scalar T>
std::pair<Variable<T>, Variable<T>> singular_vectors_and_values(const Variable<T>& a, SourceLocation where) {
    SingularVectors primitive;
    primitive.infer(where, a.shape());
    const Variable<T> w = apply<SingularVectors, T>(SingularVectors(primitive), where, a);
    return {w, values_of<SingularValues, T>(primitive, values_shape(a.shape()), a, w)};
}

} // namespace

template <Scalar T>
QrFactors<T> qr(const Variable<T>& a, SourceLocation where) {
    require_matrix("qr", a.shape(), where);
    const Composition scope(where);
    const std::size_t m = a.shape()[a.dimension() - 2], n = a.shape().back();
    // A wide matrix has the factor q of its first columns.
    const Variable<T> y = apply<Qr, T>({}, where, n > m ? columns(a, 0, m) : a);
    const std::size_t k = std::min(m, n);
    const Variable<T> q = rows(y, 0, m), r = rows(y, m, m + k);
    if (n <= m) return {q, r};
    return {q, concatenate({r, product(q, columns(a, m, n), true, false)}, -1, where)};
}

template <Scalar T>
EigenDecomposition<T> eigh(const Variable<T>& a, SourceLocation where) {
    const Composition scope(where);
    auto [vectors, values] = eigenvectors_and_values<T>(a, where);
    return {values, vectors};
}

template <Scalar T>
Variable<T> eigvalsh(const Variable<T>& a, SourceLocation where) {
    const Composition scope(where);
    return eigenvectors_and_values<T>(a, where).second;
}

template <Scalar T>
SingularValueDecomposition<T> svd(const Variable<T>& a, SourceLocation where) {
    const Composition scope(where);
    require_matrix("svd", a.shape(), where);
    const auto [w, s]   = singular_vectors_and_values<T>(a, where);
    const std::size_t m = a.shape()[a.dimension() - 2], n = a.shape().back();
    return {rows(w, 0, m), s, swapped(rows(w, m, m + n))};
}

template <Scalar T>
Variable<T> svdvals(const Variable<T>& a, SourceLocation where) {
    const Composition scope(where);
    require_matrix("svdvals", a.shape(), where);
    return singular_vectors_and_values<T>(a, where).second;
}

#define XTGRAD_COMPILE(T)                                                                                                                            \
    template QrFactors<T>                  qr<T>(const Variable<T>&, SourceLocation);                                                                \
    template EigenDecomposition<T>         eigh<T>(const Variable<T>&, SourceLocation);                                                              \
    template Variable<T>                   eigvalsh<T>(const Variable<T>&, SourceLocation);                                                          \
    template SingularValueDecomposition<T> svd<T>(const Variable<T>&, SourceLocation);                                                               \
    template Variable<T>                   svdvals<T>(const Variable<T>&, SourceLocation);
XTGRAD_COMPILE(float)
XTGRAD_COMPILE(double)
#undef XTGRAD_COMPILE

} // namespace ops

XTGRAD_COMPILE_PRIMITIVE(Qr)
XTGRAD_COMPILE_PRIMITIVE(Eigenvectors)
XTGRAD_COMPILE_PRIMITIVE(Eigenvalues)
XTGRAD_COMPILE_PRIMITIVE(InverseGaps)
XTGRAD_COMPILE_PRIMITIVE(SingularVectors)
XTGRAD_COMPILE_PRIMITIVE(SingularValues)

} // namespace xtgrad
