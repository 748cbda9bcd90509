#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <xtensor/xview.hpp>

#include <xtgrad/array/blas.hpp>
#include <xtgrad/array/lapack.hpp>
#include <xtgrad/array/random.hpp>

using namespace xtgrad;

// What the factorizations promise, with LAPACK and without.

namespace {

template <Scalar T>
constexpr double tolerance = 200 * static_cast<double>(std::numeric_limits<T>::epsilon());

template <Scalar T>
double apart(const Array<T>& a, const Array<T>& b) {
    REQUIRE(a.shape() == b.shape());
    double result = 0;
    for (std::size_t place = 0; place < a.size(); ++place) {
        const double difference = std::abs(static_cast<double>(a.data()[place]) - static_cast<double>(b.data()[place]));
        result                  = std::isnan(difference) ? std::numeric_limits<double>::infinity() : std::max(result, difference);
    }
    return result;
}

template <Scalar T>
Array<T> identity(std::size_t n) {
    Array<T> result = zeros<T>({n, n});
    for (std::size_t i = 0; i < n; ++i) result(i, i) = 1;
    return result;
}

template <Scalar T>
Array<T> drawn(std::size_t m, std::size_t n) {
    return Random(m * 31 + n).uniform_array<T>({m, n}, -1, 1);
}

} // namespace

TEST_CASE_TEMPLATE("A Cholesky factor times its transpose is the matrix, and its inverse the matrix's", T, float, double) {
    // On both sides of where the inverse goes over to halves and to LAPACK, and odd.
    for (const std::size_t n : {1UL, 2UL, 5UL, 23UL, 24UL, 40UL, 61UL, 128UL, 131UL}) {
        const Array<T> x = drawn<T>(n, n), a = Array<T>(matrix_product(x, x, false, true) / static_cast<T>(n) + identity<T>(n));
        Array<T>       l = a;
        CHECK(lapack::cholesky(n, l.data()) == 0);
        CHECK(apart(matrix_product(l, l, false, true), a) < tolerance<T>);
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = i + 1; j < n; ++j) CHECK(l(i, j) == 0);
        }
        // Of the factor the lower triangle alone is read.
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = i + 1; j < n; ++j) l(i, j) = std::numeric_limits<T>::quiet_NaN();
        }
        lapack::cholesky_inverse(n, l.data());
        CHECK(apart(matrix_product(l, a), identity<T>(n)) < tolerance<T>);
    }
    Array<T> indefinite{{1, 0, 0}, {0, 1, 2}, {0, 2, 1}};
    CHECK(lapack::cholesky(3, indefinite.data()) == 3);
}

TEST_CASE_TEMPLATE("LU factors solve systems and transposed systems, and say which pivot is 0", T, float, double) {
    for (const std::size_t n : {1UL, 3UL, 30UL}) {
        // The diagonal is last, so that rows are exchanged.
        Array<T> a = drawn<T>(n, n);
        for (std::size_t i = 0; i < n; ++i) a(i, n - 1 - i) += static_cast<T>(n);
        lapack::LuFactors<T> lu;
        CHECK(lu.factor(n, a.data()) == 0);
        const Array<T> b = drawn<T>(n, 2);
        for (const bool transposed : {false, true}) {
            Array<T> x = b;
            lu.solve(transposed, n, 2, x.data());
            CHECK(apart(matrix_product(a, x, transposed), b) < tolerance<T>);
        }
    }
    lapack::LuFactors<T> lu;
    CHECK(lu.factor(2, Array<T>{{1, 2}, {2, 4}}.data()) == 2);
    CHECK(lu.factor(2, Array<T>{{0, 1}, {1, 0}}.data()) == 0);
    CHECK(lu.sign() == -1);
    CHECK(static_cast<double>(lu.reciprocal_condition(2, 1)) == doctest::Approx(1));
}

TEST_CASE_TEMPLATE("q has orthonormal columns, r is triangular, and their product is the matrix", T, float, double) {
    for (const auto& [m, n] : {std::pair{1UL, 1UL}, {3UL, 3UL}, {7UL, 4UL}, {40UL, 30UL}}) {
        const Array<T> a = drawn<T>(m, n);
        Array<T>       q(Shape{m, n}), r(Shape{n, n});
        lapack::qr(m, n, a.data(), q.data(), r.data());
        CHECK(apart(matrix_product(q, q, true), identity<T>(n)) < tolerance<T>);
        CHECK(apart(matrix_product(q, r), a) < tolerance<T>);
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < i; ++j) CHECK(r(i, j) == 0);
        }
    }
}

TEST_CASE_TEMPLATE("Eigenvalues ascend, and their vectors are orthonormal and make the matrix diagonal", T, float, double) {
    for (const std::size_t n : {1UL, 2UL, 6UL, 30UL}) {
        const Array<T> x = drawn<T>(n, n), a = Array<T>(x + xt::transpose(x));
        Array<T>       values(Shape{n}), v(Shape{n, n});
        CHECK(lapack::eigh(n, a.data(), values.data(), v.data()) == 0);
        CHECK(std::is_sorted(values.begin(), values.end()));
        CHECK(apart(matrix_product(v, v, true), identity<T>(n)) < tolerance<T>);
        const Array<T> scaled = v * xt::view(values, xt::newaxis(), xt::all());
        CHECK(apart(matrix_product(a, v), scaled) < tolerance<T>);
    }
}

TEST_CASE_TEMPLATE("Singular values descend, their vectors are orthonormal, and together they are the matrix, at every rank", T, float, double) {
    for (const auto& [m, n] : {std::pair{1UL, 1UL}, {3UL, 3UL}, {7UL, 4UL}, {4UL, 7UL}, {20UL, 30UL}}) {
        Array<T> flat = drawn<T>(m, n);
        for (std::size_t i = 0; i < m; ++i) flat(i, 0) = flat(i, n - 1);
        for (const Array<T>& a : {drawn<T>(m, n), flat, zeros<T>({m, n})}) {
            const std::size_t k = std::min(m, n);
            Array<T>          u(Shape{m, k}), s(Shape{k}), vt(Shape{k, n});
            CHECK(lapack::svd(m, n, a.data(), u.data(), s.data(), vt.data()) == 0);
            CHECK(std::is_sorted(s.begin(), s.end(), std::greater<T>()));
            CHECK(s(k - 1) >= 0);
            CHECK(apart(matrix_product(u, u, true), identity<T>(k)) < tolerance<T>);
            CHECK(apart(matrix_product(vt, vt, false, true), identity<T>(k)) < tolerance<T>);
            CHECK(apart(matrix_product(Array<T>(u * xt::view(s, xt::newaxis(), xt::all())), vt), a) < tolerance<T>);
        }
    }
}

TEST_CASE_TEMPLATE("Triangular products and solutions undo each other, on either side", T, float, double) {
    for (const std::size_t n : {1UL, 2UL, 17UL}) {
        Array<T> a = drawn<T>(n, n);
        for (T& element : a.storage()) element /= static_cast<T>(n);
        for (std::size_t i = 0; i < n; ++i) a(i, i) += 2;
        for (const bool lower : {false, true}) {
            for (const bool unit : {false, true}) {
                for (const bool transposed : {false, true}) {
                    const Triangle triangle{lower, unit};
                    const auto     size = static_cast<Index>(n);
                    Array<T>       full = a;
                    for (std::size_t i = 0; i < n; ++i) {
                        for (std::size_t j = 0; j < n; ++j) full(i, j) = i == j ? (unit ? T{1} : a(i, j)) : ((i > j) == lower ? a(i, j) : T{0});
                    }
                    for (const std::size_t columns : {1UL, 3UL}) {
                        const Array<T> b = drawn<T>(n, columns);
                        Array<T>       x = b;
                        trmm<T>(triangle, transposed, size, static_cast<Index>(columns), a.data(), x.data());
                        CHECK(apart(matrix_product(full, b, transposed), x) < tolerance<T>);
                        trsm<T>(triangle, transposed, size, static_cast<Index>(columns), a.data(), x.data());
                        CHECK(apart(x, b) < tolerance<T>);
                        const Array<T> c     = drawn<T>(columns, n);
                        Array<T>       right = c;
                        trsm_right<T>(triangle, transposed, size, static_cast<Index>(columns), a.data(), right.data());
                        CHECK(apart(matrix_product(right, full, false, transposed), c) < tolerance<T>);
                    }
                }
            }
        }
    }
}
