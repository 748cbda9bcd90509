#include <xtgrad/array/lapack.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include <xtgrad/array/blas.hpp>

// xtensor-blas's declarations of LAPACK.
#include <xflens/cxxlapack/netlib/netlib.h>

namespace xtgrad::lapack {

namespace {

namespace fortran = cxxlapack;

// One name for each pair of routines. LAPACK reads matrices by columns, so that it sees the transpose of a row-major one.
void potrf(const char* part, int n, double* a, int* status) { fortran::dpotrf_(part, &n, a, &n, status); }
void potrf(const char* part, int n, float* a, int* status) { fortran::spotrf_(part, &n, a, &n, status); }
void potri(const char* part, int n, double* a, int* status) { fortran::dpotri_(part, &n, a, &n, status); }
void potri(const char* part, int n, float* a, int* status) { fortran::spotri_(part, &n, a, &n, status); }
void getrf(int n, double* a, int* exchanges, int* status) { fortran::dgetrf_(&n, &n, a, &n, exchanges, status); }
void getrf(int n, float* a, int* exchanges, int* status) { fortran::sgetrf_(&n, &n, a, &n, exchanges, status); }
void gecon(const char* norm, int n, const double* a, double of_a, double* result, double* work, int* integers, int* status) {
    fortran::dgecon_(norm, &n, a, &n, &of_a, result, work, integers, status);
}
void gecon(const char* norm, int n, const float* a, float of_a, float* result, float* work, int* integers, int* status) {
    fortran::sgecon_(norm, &n, a, &n, &of_a, result, work, integers, status);
}
void geqrf(int m, int n, double* a, double* tau, double* work, int size, int* status) { fortran::dgeqrf_(&m, &n, a, &m, tau, work, &size, status); }
void geqrf(int m, int n, float* a, float* tau, float* work, int size, int* status) { fortran::sgeqrf_(&m, &n, a, &m, tau, work, &size, status); }
void orgqr(int m, int n, double* a, const double* tau, double* work, int size, int* status) {
    fortran::dorgqr_(&m, &n, &n, a, &m, tau, work, &size, status);
}
void orgqr(int m, int n, float* a, const float* tau, float* work, int size, int* status) {
    fortran::sorgqr_(&m, &n, &n, a, &m, tau, work, &size, status);
}
void syevd(int n, double* a, double* values, double* work, int size, int* integers, int count, int* status) {
    fortran::dsyevd_("V", "U", &n, a, &n, values, work, &size, integers, &count, status);
}
void syevd(int n, float* a, float* values, float* work, int size, int* integers, int count, int* status) {
    fortran::ssyevd_("V", "U", &n, a, &n, values, work, &size, integers, &count, status);
}
void gesdd(int m, int n, double* a, double* s, double* u, double* vt, int k, double* work, int size, int* integers, int* status) {
    fortran::dgesdd_("S", &m, &n, a, &m, s, u, &m, vt, &k, work, &size, integers, status);
}
void gesdd(int m, int n, float* a, float* s, float* u, float* vt, int k, float* work, int size, int* integers, int* status) {
    fortran::sgesdd_("S", &m, &n, a, &m, s, u, &m, vt, &k, work, &size, integers, status);
}

int as_int(std::size_t extent) {
    if (extent > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        throw ShapeError("a matrix with an extent of " + std::to_string(extent) + " is too large for LAPACK, which counts to 2147483647");
    return static_cast<int>(extent);
}

template <class T>
bool all_finite(const T* elements, std::size_t count) {
    return std::all_of(elements, elements + count, [](T element) { return std::isfinite(element); });
}

template <class T>
void fill_with_nan(T* elements, std::size_t count) {
    std::fill_n(elements, count, std::numeric_limits<T>::quiet_NaN());
}

template <class T>
void transpose(std::size_t m, std::size_t n, const T* from, T* to) {
    for (std::size_t row = 0; row < m; ++row) {
        for (std::size_t column = 0; column < n; ++column) to[column * m + row] = from[row * n + column];
    }
}

// Calls f with each element below the diagonal and its mirror image, in blocks, because one of two triangles is visited across its rows.
template <class T, class F>
void in_mirrored_blocks(std::size_t n, T* a, F&& f) {
    constexpr std::size_t block = 8;
    for (std::size_t first = 0; first < n; first += block) {
        for (std::size_t other = 0; other <= first; other += block) {
            for (std::size_t row = first; row < std::min(first + block, n); ++row) {
                for (std::size_t column = other; column < std::min(other + block, row); ++column) f(a[row * n + column], a[column * n + row]);
            }
        }
    }
}

// A routine is asked first how much memory it wants, and says it as the first element.
template <class T, class Routine>
void with_workspace(Routine&& routine) {
    T wanted = 0;
    routine(&wanted, -1);
    // A float holds a large count rounded.
    const auto                       size = static_cast<int>(std::nextafter(wanted, std::numeric_limits<T>::max()));
    std::vector<T, PoolAllocator<T>> work(static_cast<std::size_t>(std::max(1, size)));
    routine(work.data(), size);
}

} // namespace

template <Scalar T>
std::size_t cholesky(std::size_t n, T* a) {
    if (n == 0) return 0;
    leave_threads_to_the_pool();
    if (!all_finite(a, n * n)) {
        for (std::size_t row = 0; row < n; ++row) {
            fill_with_nan(a + row * n, row + 1);
            std::fill(a + row * n + row + 1, a + (row + 1) * n, T{0});
        }
        return 0;
    }
    // OpenBLAS takes a third less for the lower triangle by columns than for the upper; then what it leaves is turned over.
    int status = 0;
    potrf("L", as_int(n), a, &status);
    in_mirrored_blocks(n, a, [](T& below, T& above) { below = std::exchange(above, T{0}); });
    return static_cast<std::size_t>(status);
}

namespace {

template <class T>
using Work = std::vector<T, PoolAllocator<T>>;

// Halves of a lower triangular matrix: [[first, 0], [below, second]].
template <class T>
struct Halves {
    std::size_t of_first, of_second;
    Work<T>     first, below, second;

    explicit Halves(std::size_t n)
        : of_first(n / 2), of_second(n - n / 2), first(of_first * of_first), below(of_second * of_first), second(of_second * of_second) {}

    // Calls f(element of a half, element of the whole) for rows of neighbours: f(half, whole, count).
    template <class Whole, class F>
    void for_each_row(Whole* whole, F&& f) {
        const std::size_t n = of_first + of_second;
        for (std::size_t row = 0; row < of_first; ++row) f(first.data() + row * of_first, whole + row * n, of_first);
        for (std::size_t row = 0; row < of_second; ++row) {
            f(below.data() + row * of_first, whole + (of_first + row) * n, of_first);
            f(second.data() + row * of_second, whole + (of_first + row) * n + of_first, of_second);
        }
    }
    void take(const T* whole) {
        for_each_row(whole, [](T* half, const T* from, std::size_t count) { std::copy_n(from, count, half); });
    }
    void give(T* whole) {
        for_each_row(whole, [](const T* half, T* to, std::size_t count) { std::copy_n(half, count, to); });
    }
};

// c ← alpha·op(a)·b + beta·c of a, rows × inner under op, and b, inner × columns.
template <class T>
void multiply(bool transposed, std::size_t rows, std::size_t columns, std::size_t inner, T alpha, const Work<T>& a, const Work<T>& b, T beta,
              Work<T>& c) {
    gemm<T>(transposed, false, static_cast<Index>(rows), static_cast<Index>(columns), static_cast<Index>(inner), alpha, a.data(), b.data(), beta,
            c.data());
}

// Below, plain loops win over the calls.
constexpr std::size_t least_halved = 24;

// l⁻¹ in place of a lower triangular l; above the diagonal both are 0.
template <class T>
void invert_triangle(std::size_t n, T* l) {
    if (n < least_halved) {
        // Row i of l·x = 1 gives x's from those before it.
        std::array<T, least_halved> sum;
        for (std::size_t i = 0; i < n; ++i) {
            std::fill_n(sum.begin(), i, T{0});
            for (std::size_t k = 0; k < i; ++k) {
                const T factor = l[i * n + k];
                for (std::size_t column = 0; column <= k; ++column) sum[column] += factor * l[k * n + column];
            }
            const T reciprocal = 1 / l[i * n + i];
            for (std::size_t column = 0; column < i; ++column) l[i * n + column] = -sum[column] * reciprocal;
            l[i * n + i] = reciprocal;
        }
        return;
    }
    Halves<T> halves(n);
    halves.take(l);
    const std::size_t h = halves.of_first, r = halves.of_second;
    invert_triangle(h, halves.first.data());
    invert_triangle(r, halves.second.data());
    Work<T> middle(r * h);
    multiply(false, r, h, h, T{1}, halves.below, halves.first, T{0}, middle);
    multiply(false, r, h, r, T{-1}, halves.second, middle, T{0}, halves.below);
    halves.give(l);
}

// xᵀ·x in place of a lower triangular x; above the diagonal it is 0 or right.
template <class T>
void square_triangle(std::size_t n, T* x) {
    if (n < least_halved) {
        std::array<T, least_halved * least_halved> sum{};
        for (std::size_t k = 0; k < n; ++k) {
            for (std::size_t row = 0; row <= k; ++row) {
                const T factor = x[k * n + row];
                for (std::size_t column = 0; column <= row; ++column) sum[row * n + column] += factor * x[k * n + column];
            }
        }
        std::copy_n(sum.begin(), n * n, x);
        return;
    }
    Halves<T> halves(n);
    halves.take(x);
    const std::size_t h = halves.of_first, r = halves.of_second;
    Work<T>           below(r * h);
    multiply(true, r, h, r, T{1}, halves.second, halves.below, T{0}, below);
    square_triangle(h, halves.first.data());
    multiply(true, h, h, r, T{1}, halves.below, halves.below, T{1}, halves.first);
    square_triangle(r, halves.second.data());
    halves.below = std::move(below);
    halves.give(x);
}

} // namespace

template <Scalar T>
void cholesky_inverse(std::size_t n, T* l) {
    if (n == 0) return;
    leave_threads_to_the_pool();
    // Up to here l⁻¹ and l⁻ᵀ·l⁻¹ by products of halves take half of potri's time, whose own loops go by columns.
    constexpr std::size_t largest_by_products = 128;
    if (n <= largest_by_products) {
        for (std::size_t row = 0; row < n; ++row) std::fill(l + row * n + row + 1, l + (row + 1) * n, T{0});
        invert_triangle(n, l);
        square_triangle(n, l);
    } else {
        int status = 0;
        potri("U", as_int(n), l, &status);
        if (status != 0) fill_with_nan(l, n * n);
    }
    in_mirrored_blocks(n, l, [](T& below, T& above) { above = below; });
}

// LAPACK factors what it sees, aᵀ = p·l·u: row-major, uᵀ lies on and below the diagonal and lᵀ above, and a = uᵀ·lᵀ·pᵀ.
template <Scalar T>
std::size_t LuFactors<T>::factor(std::size_t n, const T* a) {
    factors.assign(a, a + n * n);
    exchanges.resize(n);
    if (n == 0) return 0;
    leave_threads_to_the_pool();
    int status = 0;
    getrf(as_int(n), factors.data(), exchanges.data(), &status);
    return static_cast<std::size_t>(std::max(0, status));
}

template <Scalar T>
void LuFactors<T>::solve(bool transposed, std::size_t n, std::size_t columns, T* b) const {
    const auto rows     = static_cast<Index>(n);
    const auto width    = static_cast<Index>(columns);
    const auto exchange = [&](std::size_t row) {
        const std::size_t other = static_cast<std::size_t>(exchanges[row]) - 1;
        if (other != row) std::swap_ranges(b + row * columns, b + (row + 1) * columns, b + other * columns);
    };
    constexpr Triangle below{.lower = true}, above{.lower = false, .unit_diagonal = true};
    if (transposed) {
        for (std::size_t row = 0; row < n; ++row) exchange(row);
        trsm<T>(above, true, rows, width, factors.data(), b);
        trsm<T>(below, true, rows, width, factors.data(), b);
    } else {
        trsm<T>(below, false, rows, width, factors.data(), b);
        trsm<T>(above, false, rows, width, factors.data(), b);
        for (std::size_t row = n; row-- > 0;) exchange(row);
    }
}

template <Scalar T>
T LuFactors<T>::sign() const noexcept {
    T result = 1;
    for (std::size_t row = 0; row < exchanges.size(); ++row) {
        if (static_cast<std::size_t>(exchanges[row]) != row + 1) result = -result;
    }
    return result;
}

template <Scalar T>
T LuFactors<T>::reciprocal_condition(std::size_t n, T norm) const {
    if (n == 0) return 1;
    std::vector<T>   work(4 * n);
    std::vector<int> integers(n);
    T                result = 0;
    int              status = 0;
    // The 1-norm of a is the infinity norm of what LAPACK sees.
    gecon("I", as_int(n), factors.data(), norm, &result, work.data(), integers.data(), &status);
    return result;
}

template <Scalar T>
void qr(std::size_t m, std::size_t n, const T* a, T* q, T* r) {
    std::fill_n(r, n * n, T{0});
    if (n == 0) return;
    if (!all_finite(a, m * n)) {
        fill_with_nan(q, m * n);
        fill_with_nan(r, n * n);
        return;
    }
    leave_threads_to_the_pool();
    const int                        rows = as_int(m), columns = as_int(n);
    int                              status = 0;
    std::vector<T, PoolAllocator<T>> by_columns(m * n), tau(n);
    transpose(m, n, a, by_columns.data());
    with_workspace<T>([&](T* work, int size) { geqrf(rows, columns, by_columns.data(), tau.data(), work, size, &status); });
    for (std::size_t row = 0; row < n; ++row) {
        for (std::size_t column = row; column < n; ++column) r[row * n + column] = by_columns[column * m + row];
    }
    with_workspace<T>([&](T* work, int size) { orgqr(rows, columns, by_columns.data(), tau.data(), work, size, &status); });
    transpose(n, m, by_columns.data(), q);
}

template <Scalar T>
std::size_t eigh(std::size_t n, const T* a, T* values, T* vectors) {
    if (n == 0) return 0;
    if (!all_finite(a, n * n)) {
        fill_with_nan(values, n);
        fill_with_nan(vectors, n * n);
        return 0;
    }
    leave_threads_to_the_pool();
    const int                        order  = as_int(n);
    int                              status = 0;
    std::vector<T, PoolAllocator<T>> by_rows(a, a + n * n);
    std::vector<int>                 integers(3 + 5 * n);
    with_workspace<T>([&](T* work, int size) {
        syevd(order, by_rows.data(), values, work, size, integers.data(), size < 0 ? -1 : static_cast<int>(integers.size()), &status);
    });
    transpose(n, n, by_rows.data(), vectors);
    return static_cast<std::size_t>(std::abs(status));
}

// What LAPACK sees is aᵀ = v·diag(s)·uᵀ, and what it writes by columns is vt and u by rows.
template <Scalar T>
std::size_t svd(std::size_t m, std::size_t n, const T* a, T* u, T* s, T* vt) {
    const std::size_t k = std::min(m, n);
    if (k == 0) return 0;
    if (!all_finite(a, m * n)) {
        fill_with_nan(u, m * k);
        fill_with_nan(s, k);
        fill_with_nan(vt, k * n);
        return 0;
    }
    leave_threads_to_the_pool();
    int                              status = 0;
    std::vector<T, PoolAllocator<T>> copy(a, a + m * n);
    std::vector<int>                 integers(8 * k);
    with_workspace<T>(
        [&](T* work, int size) { gesdd(as_int(n), as_int(m), copy.data(), s, vt, u, as_int(k), work, size, integers.data(), &status); });
    return static_cast<std::size_t>(std::abs(status));
}

// A type is not put in parentheses.
// NOLINTBEGIN(bugprone-macro-parentheses)
#define XTGRAD_COMPILE(T)                                                                                                                            \
    template std::size_t cholesky(std::size_t, T*);                                                                                                  \
    template void        cholesky_inverse(std::size_t, T*);                                                                                          \
    template struct LuFactors<T>;                                                                                                                    \
    template void        qr(std::size_t, std::size_t, const T*, T*, T*);                                                                             \
    template std::size_t eigh(std::size_t, const T*, T*, T*);                                                                                        \
    template std::size_t svd(std::size_t, std::size_t, const T*, T*, T*, T*);
XTGRAD_COMPILE(float)
XTGRAD_COMPILE(double)
#undef XTGRAD_COMPILE
// NOLINTEND(bugprone-macro-parentheses)

} // namespace xtgrad::lapack
