#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <xtgrad/array/blas.hpp>
#include <xtgrad/array/lapack.hpp>

// In the place of LAPACK, where there is none: the same functions in plain loops. What they give is as exact and takes longer.

namespace xtgrad::lapack {

namespace {

template <class T>
bool all_finite(const T* elements, std::size_t count) {
    return std::all_of(elements, elements + count, [](T element) { return std::isfinite(element); });
}

template <class T>
void fill_with_nan(T* elements, std::size_t count) {
    std::fill_n(elements, count, std::numeric_limits<T>::quiet_NaN());
}

// Rotates columns p and q of `a`, of `rows` rows `step` apart.
template <class T>
void rotate(T* a, std::size_t rows, std::size_t step, std::size_t p, std::size_t q, T cosine, T sine) {
    for (std::size_t row = 0; row < rows; ++row) {
        const T first = a[row * step + p], second = a[row * step + q];
        a[row * step + p] = cosine * first - sine * second;
        a[row * step + q] = sine * first + cosine * second;
    }
}

// The rotation that makes [[app, apq], [apq, aqq]] diagonal (Rutishauser 1966).
template <class T>
void find_rotation(T app, T apq, T aqq, T& cosine, T& sine) {
    const T theta = (aqq - app) / (2 * apq);
    const T t     = std::copysign(T{1}, theta) / (std::abs(theta) + std::hypot(theta, T{1}));
    cosine        = 1 / std::hypot(t, T{1});
    sine          = t * cosine;
}

// Rounds of rotations: convergence is quadratic, and six to ten are usual.
constexpr int most_rounds = 60;

// s descending and its columns of u and v with it; u's columns of length 0 become what is orthonormal to the others.
template <class T>
void sort_and_complete(std::size_t m, std::size_t n, std::vector<T>& u, std::vector<T>& v, T* s) {
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::vector<T> lengths(n);
    for (std::size_t j = 0; j < n; ++j) {
        for (std::size_t i = 0; i < m; ++i) lengths[j] = std::hypot(lengths[j], u[i * n + j]);
    }
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return lengths[a] > lengths[b]; });
    std::vector<T> sorted_u(m * n), sorted_v(n * n);
    const T        least = n == 0 ? T{0} : lengths[order[0]] * std::numeric_limits<T>::min() / std::numeric_limits<T>::epsilon();
    for (std::size_t j = 0; j < n; ++j) {
        s[j] = lengths[order[j]];
        for (std::size_t i = 0; i < n; ++i) sorted_v[i * n + j] = v[i * n + order[j]];
        if (s[j] > least) {
            for (std::size_t i = 0; i < m; ++i) sorted_u[i * n + j] = u[i * n + order[j]] / s[j];
            continue;
        }
        // The unit vector that is farthest from the columns before, twice made orthogonal to them.
        std::size_t farthest = 0;
        T           smallest = std::numeric_limits<T>::infinity();
        for (std::size_t i = 0; i < m; ++i) {
            T taken = 0;
            for (std::size_t k = 0; k < j; ++k) taken += sorted_u[i * n + k] * sorted_u[i * n + k];
            if (taken < smallest) {
                smallest = taken;
                farthest = i;
            }
        }
        sorted_u[farthest * n + j] = 1;
        for (int pass = 0; pass < 2; ++pass) {
            for (std::size_t k = 0; k < j; ++k) {
                T along = 0;
                for (std::size_t i = 0; i < m; ++i) along += sorted_u[i * n + k] * sorted_u[i * n + j];
                for (std::size_t i = 0; i < m; ++i) sorted_u[i * n + j] -= along * sorted_u[i * n + k];
            }
        }
        T length = 0;
        for (std::size_t i = 0; i < m; ++i) length = std::hypot(length, sorted_u[i * n + j]);
        for (std::size_t i = 0; i < m; ++i) sorted_u[i * n + j] /= length;
    }
    u = std::move(sorted_u);
    v = std::move(sorted_v);
}

} // namespace

template <Scalar T>
std::size_t cholesky(std::size_t n, T* a) {
    if (!all_finite(a, n * n)) {
        for (std::size_t row = 0; row < n; ++row) fill_with_nan(a + row * n, row + 1);
    } else {
        for (std::size_t row = 0; row < n; ++row) {
            for (std::size_t column = 0; column <= row; ++column) {
                T sum = a[row * n + column];
                for (std::size_t k = 0; k < column; ++k) sum -= a[row * n + k] * a[column * n + k];
                if (row == column && !(sum > 0)) return row + 1;
                a[row * n + column] = row == column ? std::sqrt(sum) : sum / a[column * n + column];
            }
        }
    }
    for (std::size_t row = 0; row < n; ++row) std::fill(a + row * n + row + 1, a + (row + 1) * n, T{0});
    return 0;
}

template <Scalar T>
void cholesky_inverse(std::size_t n, T* l) {
    const std::vector<T> factor(l, l + n * n);
    std::fill_n(l, n * n, T{0});
    for (std::size_t i = 0; i < n; ++i) l[i * n + i] = 1;
    trsm<T>({}, false, static_cast<Index>(n), static_cast<Index>(n), factor.data(), l);
    trsm<T>({}, true, static_cast<Index>(n), static_cast<Index>(n), factor.data(), l);
    for (std::size_t row = 0; row < n; ++row) {
        for (std::size_t column = 0; column < row; ++column) l[column * n + row] = l[row * n + column];
    }
}

template <Scalar T>
std::size_t LuFactors<T>::factor(std::size_t n, const T* a) {
    factors.assign(a, a + n * n);
    exchanges.resize(n);
    std::size_t zero_pivot = 0;
    for (std::size_t column = 0; column < n; ++column) {
        std::size_t pivot = column;
        for (std::size_t row = column + 1; row < n; ++row) {
            if (std::abs(factors[row * n + column]) > std::abs(factors[pivot * n + column])) pivot = row;
        }
        exchanges[column] = static_cast<int>(pivot) + 1;
        if (pivot != column)
            std::swap_ranges(factors.begin() + static_cast<Index>(column * n), factors.begin() + static_cast<Index>((column + 1) * n),
                             factors.begin() + static_cast<Index>(pivot * n));
        const T divisor = factors[column * n + column];
        if (divisor == T{0}) {
            if (zero_pivot == 0) zero_pivot = column + 1;
            continue;
        }
        for (std::size_t row = column + 1; row < n; ++row) {
            const T multiple = factors[row * n + column] /= divisor;
            for (std::size_t k = column + 1; k < n; ++k) factors[row * n + k] -= multiple * factors[column * n + k];
        }
    }
    return zero_pivot;
}

template <Scalar T>
void LuFactors<T>::solve(bool transposed, std::size_t n, std::size_t columns, T* b) const {
    const auto rows     = static_cast<Index>(n);
    const auto width    = static_cast<Index>(columns);
    const auto exchange = [&](std::size_t row) {
        const std::size_t other = static_cast<std::size_t>(exchanges[row]) - 1;
        if (other != row) std::swap_ranges(b + row * columns, b + (row + 1) * columns, b + other * columns);
    };
    constexpr Triangle below{.lower = true, .unit_diagonal = true}, above{.lower = false};
    if (transposed) {
        trsm<T>(above, true, rows, width, factors.data(), b);
        trsm<T>(below, true, rows, width, factors.data(), b);
        for (std::size_t row = n; row-- > 0;) exchange(row);
    } else {
        for (std::size_t row = 0; row < n; ++row) exchange(row);
        trsm<T>(below, false, rows, width, factors.data(), b);
        trsm<T>(above, false, rows, width, factors.data(), b);
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

// Not an estimate here: the inverse is computed.
template <Scalar T>
T LuFactors<T>::reciprocal_condition(std::size_t n, T norm) const {
    if (n == 0) return 1;
    std::vector<T> inverse(n * n, T{0});
    for (std::size_t i = 0; i < n; ++i) inverse[i * n + i] = 1;
    solve(false, n, n, inverse.data());
    T largest = 0;
    for (std::size_t column = 0; column < n; ++column) {
        T sum = 0;
        for (std::size_t row = 0; row < n; ++row) sum += std::abs(inverse[row * n + column]);
        largest = std::max(largest, sum);
    }
    return 1 / (norm * largest);
}

template <Scalar T>
void qr(std::size_t m, std::size_t n, const T* a, T* q, T* r) {
    std::fill_n(r, n * n, T{0});
    if (!all_finite(a, m * n)) {
        fill_with_nan(q, m * n);
        fill_with_nan(r, n * n);
        return;
    }
    // Householder's reflections, applied to a from the first, and to the identity from the last.
    std::vector<T> work(a, a + m * n), vectors(m * n, T{0});
    const auto     reflect = [&](T* of, std::size_t k) {
        T square = 0;
        for (std::size_t i = k; i < m; ++i) square += vectors[i * n + k] * vectors[i * n + k];
        for (std::size_t j = 0; j < n && square > 0; ++j) {
            T sum = 0;
            for (std::size_t i = k; i < m; ++i) sum += vectors[i * n + k] * of[i * n + j];
            for (std::size_t i = k; i < m; ++i) of[i * n + j] -= 2 * vectors[i * n + k] * sum / square;
        }
    };
    for (std::size_t k = 0; k < n && k + 1 < m; ++k) {
        T norm = 0;
        for (std::size_t i = k; i < m; ++i) norm = std::hypot(norm, work[i * n + k]);
        for (std::size_t i = k; i < m && norm > 0; ++i) vectors[i * n + k] = work[i * n + k] / norm;
        if (norm > 0) vectors[k * n + k] += work[k * n + k] < 0 ? T{-1} : T{1};
        reflect(work.data(), k);
    }
    for (std::size_t row = 0; row < n; ++row) std::copy_n(work.begin() + static_cast<Index>(row * n + row), n - row, r + row * n + row);
    std::fill_n(q, m * n, T{0});
    for (std::size_t i = 0; i < n; ++i) q[i * n + i] = 1;
    for (std::size_t k = n; k-- > 0;) reflect(q, k);
}

template <Scalar T>
std::size_t eigh(std::size_t n, const T* a, T* values, T* vectors) {
    if (!all_finite(a, n * n)) {
        fill_with_nan(values, n);
        fill_with_nan(vectors, n * n);
        return 0;
    }
    std::vector<T> work(n * n), v(n * n, T{0});
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) work[i * n + j] = a[std::max(i, j) * n + std::min(i, j)];
        v[i * n + i] = 1;
    }
    bool rotated = true;
    for (int round = 0; round < most_rounds && rotated; ++round) {
        rotated = false;
        for (std::size_t p = 0; p < n; ++p) {
            for (std::size_t q = p + 1; q < n; ++q) {
                const T beside = std::sqrt(std::abs(work[p * n + p])) * std::sqrt(std::abs(work[q * n + q]));
                const T apq    = work[p * n + q];
                if (apq == 0 || std::abs(apq) <= std::numeric_limits<T>::epsilon() / 4 * beside) continue;
                rotated = true;
                T cosine, sine;
                find_rotation(work[p * n + p], apq, work[q * n + q], cosine, sine);
                rotate(work.data(), n, n, p, q, cosine, sine);
                for (std::size_t k = 0; k < n; ++k) {
                    const T first = work[p * n + k], second = work[q * n + k];
                    work[p * n + k] = cosine * first - sine * second;
                    work[q * n + k] = sine * first + cosine * second;
                }
                work[p * n + q] = work[q * n + p] = 0;
                rotate(v.data(), n, n, p, q, cosine, sine);
            }
        }
    }
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) { return work[x * n + x] < work[y * n + y]; });
    for (std::size_t j = 0; j < n; ++j) {
        values[j] = work[order[j] * n + order[j]];
        for (std::size_t i = 0; i < n; ++i) vectors[i * n + j] = v[i * n + order[j]];
    }
    return rotated ? 1 : 0;
}

// One-sided rotations make the columns orthogonal (Hestenes 1958).
template <Scalar T>
std::size_t svd(std::size_t m, std::size_t n, const T* a, T* u, T* s, T* vt) {
    const std::size_t k = std::min(m, n);
    if (!all_finite(a, m * n)) {
        fill_with_nan(u, m * k);
        fill_with_nan(s, k);
        fill_with_nan(vt, k * n);
        return 0;
    }
    const bool        tall = m >= n;
    const std::size_t rows = std::max(m, n);
    std::vector<T>    left(rows * k), right(k * k, T{0});
    T                 largest = 0;
    for (std::size_t place = 0; place < m * n; ++place) largest = std::max(largest, std::abs(a[place]));
    const T scale = largest > 0 ? largest : T{1};
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < k; ++j) left[i * k + j] = (tall ? a[i * n + j] : a[j * n + i]) / scale;
    }
    for (std::size_t j = 0; j < k; ++j) right[j * k + j] = 1;
    bool rotated = true;
    for (int round = 0; round < most_rounds && rotated; ++round) {
        rotated = false;
        for (std::size_t p = 0; p < k; ++p) {
            for (std::size_t q = p + 1; q < k; ++q) {
                T app = 0, apq = 0, aqq = 0;
                for (std::size_t i = 0; i < rows; ++i) {
                    app += left[i * k + p] * left[i * k + p];
                    apq += left[i * k + p] * left[i * k + q];
                    aqq += left[i * k + q] * left[i * k + q];
                }
                if (apq == 0 || std::abs(apq) <= std::numeric_limits<T>::epsilon() * std::sqrt(app) * std::sqrt(aqq)) continue;
                rotated = true;
                T cosine, sine;
                find_rotation(app, apq, aqq, cosine, sine);
                rotate(left.data(), rows, k, p, q, cosine, sine);
                rotate(right.data(), k, k, p, q, cosine, sine);
            }
        }
    }
    sort_and_complete(rows, k, left, right, s);
    for (std::size_t j = 0; j < k; ++j) s[j] *= scale;
    const std::vector<T>& of_rows    = tall ? left : right;
    const std::vector<T>& of_columns = tall ? right : left;
    std::copy(of_rows.begin(), of_rows.end(), u);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < k; ++j) vt[j * n + i] = of_columns[i * k + j];
    }
    return rotated ? 1 : 0;
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
