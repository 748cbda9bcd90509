#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

#include <xtgrad/array/blas.hpp>
#include <xtgrad/array/random.hpp>

using namespace xtgrad;

namespace {

// The definition, one element at a time. The largest difference is measured against the sum of the absolute terms.
template <Scalar T>
double largest_error(bool transpose_a, bool transpose_b, Index rows, Index columns, Index inner, T alpha, T beta, Random& random) {
    const auto     extent = [](Index count) { return static_cast<std::size_t>(count); };
    const Array<T> a      = random.normal_array<T>({extent(rows * inner)});
    const Array<T> b      = random.normal_array<T>({extent(inner * columns)});
    const Array<T> before = random.normal_array<T>({extent(rows * columns)});
    Array<T>       c      = before;
    gemm(transpose_a, transpose_b, rows, columns, inner, alpha, a.data(), b.data(), beta, c.data());

    double worst = 0;
    for (Index row = 0; row < rows; ++row) {
        for (Index column = 0; column < columns; ++column) {
            const double start    = double{beta} * double{before.data()[row * columns + column]};
            double       exact    = start;
            double       absolute = std::abs(start);
            for (Index k = 0; k < inner; ++k) {
                const double of_a = a.data()[transpose_a ? k * rows + row : row * inner + k];
                const double of_b = b.data()[transpose_b ? column * inner + k : k * columns + column];
                exact += double{alpha} * of_a * of_b;
                absolute += std::abs(double{alpha} * of_a * of_b);
            }
            const double error = std::abs(double{c.data()[row * columns + column]} - exact);
            if (!(error <= worst * (absolute + std::numeric_limits<double>::min()))) worst = error / (absolute + std::numeric_limits<double>::min());
        }
    }
    return worst;
}

} // namespace

TEST_CASE_TEMPLATE("gemm equals the triple loop for every flag, around the threshold of plain loops, and for zero extents", T, float, double) {
    Random random{1};
    for (const Index rows : {0, 1, 2, 7, 8, 33}) {
        for (const Index columns : {0, 1, 5, 8, 9, 300}) {
            for (const Index inner : {0, 1, 3, 4, 8, 130}) {
                for (const bool transpose_a : {false, true}) {
                    for (const bool transpose_b : {false, true}) {
                        for (const T beta : {T{0}, T{1}, T{-0.5}}) {
                            const double error = largest_error<T>(transpose_a, transpose_b, rows, columns, inner, T{1.5}, beta, random);
                            CAPTURE(rows);
                            CAPTURE(columns);
                            CAPTURE(inner);
                            // A sum of n terms in any order is within n·ε of the sum of absolute values; the scaling adds two roundings.
                            CHECK(error <= static_cast<double>(inner + 3) * double{std::numeric_limits<T>::epsilon()});
                        }
                    }
                }
            }
        }
    }
}

TEST_CASE("gemm with beta 0 never reads the result, at any size") {
    const double not_a_number = std::numeric_limits<double>::quiet_NaN();
    for (const std::size_t extent : {1U, 4U, 7U, 40U}) {
        for (const std::size_t inner : {std::size_t{0}, extent}) {
            const Array<double> a = ones<double>({extent, inner});
            const Array<double> b = ones<double>({inner, extent});
            Array<double>       c = full({extent, extent}, not_a_number);
            const auto          n = static_cast<Index>(extent);
            gemm(false, false, n, n, static_cast<Index>(inner), 1.0, a.data(), b.data(), 0.0, c.data());
            for (const double element : c.storage()) CHECK(element == static_cast<double>(inner));
        }
    }
}

TEST_CASE("gemm lets NaN and infinity of the operands through, at any size") {
    for (const std::size_t extent : {2U, 40U}) {
        Array<double> a       = zeros<double>({extent, extent});
        Array<double> b       = ones<double>({extent, extent});
        b(0, 0)               = std::numeric_limits<double>::infinity();
        b(0, 1)               = std::numeric_limits<double>::quiet_NaN();
        const Array<double> c = matrix_product(a, b);
        CHECK(std::isnan(c(1, 0)));
        CHECK(std::isnan(c(1, 1)));
    }
}

TEST_CASE("gemm refuses extents beyond 32 bits and negative ones before it touches memory") {
    const Index   too_many = Index{1} << 31;
    const double* none     = nullptr;
    double        result   = 7;
    CHECK_THROWS_AS(gemm(false, false, 1, 1, too_many, 1.0, none, none, 0.0, &result), ShapeError);
    CHECK_THROWS_AS(gemm(false, false, too_many, 1, 0, 1.0, none, none, 0.0, &result), ShapeError);
    CHECK_THROWS_AS(gemm(false, false, 1, 1, -1, 1.0, none, none, 0.0, &result), ShapeError);
    CHECK_NOTHROW(gemm(false, false, 0, too_many, too_many, 1.0, none, none, 0.0, &result));
    CHECK(result == 7);
}

TEST_CASE("matrix_product multiplies with transposition and names both shapes where they do not fit") {
    const Array<double> a = {{1, 2, 3}, {4, 5, 6}};
    const Array<double> b = {{1, 0}, {2, 1}, {0, 3}};
    CHECK(matrix_product(a, b) == Array<double>{{5, 11}, {14, 23}});
    CHECK(matrix_product(b, a, true, true) == Array<double>{{5, 14}, {11, 23}});
    CHECK(matrix_product(a, a, false, true) == Array<double>{{14, 32}, {32, 77}});
    CHECK(matrix_product(a, a, true, false) == Array<double>{{17, 22, 27}, {22, 29, 36}, {27, 36, 45}});

    std::string message;
    const auto  line = __LINE__ + 2;
    try {
        matrix_product(a, b, true, false);
    } catch (const ShapeError& error) {
        message = error.what();
        CHECK(error.where().line == line);
    }
    CHECK(message.find("[2, 3]ᵀ · [3, 2]: inner dimensions 2 and 3 differ") != std::string::npos);
    CHECK_THROWS_AS(matrix_product(a, Array<double>{1, 2, 3}), ShapeError);
}

TEST_CASE("matrix_product of nothing: an empty inner dimension gives zeros, empty sides an empty result") {
    const Array<float> none = zeros<float>({3, 0});
    CHECK(matrix_product(none, none, false, true) == zeros<float>({3, 3}));
    CHECK(matrix_product(none, none, true, false).shape() == Shape{0, 0});
    CHECK(matrix_product(zeros<float>({0, 3}), zeros<float>({3, 2})).shape() == Shape{0, 2});
}
