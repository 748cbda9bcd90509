#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <xtgrad/autograd.hpp>

using namespace xtgrad;

// What is copied, repeated or folded by loops of its own for its shape, against the plain rule.

namespace {

Array<double> counted(const Shape& shape) {
    Array<double> numbers(shape);
    for (std::size_t place = 0; place < numbers.size(); ++place) numbers.data()[place] = static_cast<double>(place);
    return numbers;
}

} // namespace

TEST_CASE("Elements repeated along the last axis stand beside each other, however few or many they are") {
    for (const std::size_t count : {1UL, 2UL, 3UL, 4UL, 5UL, 16UL, 17UL}) {
        const Array<double> x = counted({2, 3, 4});
        const Array<double> y = repeat(Variable<double>(x), static_cast<Index>(count), -1).value();
        REQUIRE(y.shape() == Shape{2, 3, 4 * count});
        for (std::size_t place = 0; place < y.size(); ++place) REQUIRE(y.data()[place] == x.data()[place / count]);
        // Over an axis before the last that is repeated too.
        const Array<double> z = broadcast_to(Variable<double>(counted({2, 1, 3, 1})), {2, 5, 3, static_cast<Index>(count)}).value();
        for (std::size_t i = 0; i < 2; ++i) {
            for (std::size_t j = 0; j < 5; ++j) {
                for (std::size_t k = 0; k < 3; ++k) {
                    for (std::size_t l = 0; l < count; ++l) REQUIRE(z(i, j, k, l) == static_cast<double>(3 * i + k));
                }
            }
        }
    }
}

TEST_CASE("A transposition moves every element, also where blocks are not full, and a batch of them") {
    for (const std::size_t rows : {1UL, 2UL, 7UL, 8UL, 9UL, 20UL}) {
        for (const std::size_t columns : {1UL, 3UL, 8UL, 17UL}) {
            const Array<double> x = counted({2, rows, columns});
            const Array<double> y = transpose(Variable<double>(x), {0, 2, 1}).value();
            REQUIRE(y.shape() == Shape{2, columns, rows});
            for (std::size_t which = 0; which < 2; ++which) {
                for (std::size_t row = 0; row < rows; ++row) {
                    for (std::size_t column = 0; column < columns; ++column) REQUIRE(y(which, column, row) == x(which, row, column));
                }
            }
        }
    }
    const Array<double> x = counted({3, 5, 9});
    const Array<double> y = transpose(Variable<double>(x)).value();
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 5; ++j) {
            for (std::size_t k = 0; k < 9; ++k) REQUIRE(y(k, j, i) == x(i, j, k));
        }
    }
}

TEST_CASE_TEMPLATE("Rows of any length have their sum, product and extremes, with NaN in any place", T, float, double) {
    for (const std::size_t length : {1UL, 2UL, 3UL, 4UL, 5UL, 7UL, 8UL, 9UL, 15UL, 16UL, 17UL}) {
        Array<T> x(Shape{5, length});
        for (std::size_t place = 0; place < x.size(); ++place) x.data()[place] = static_cast<T>(place * 7 % 11) - 5;
        const std::size_t undefined = length / 2;
        x(3, undefined)             = std::numeric_limits<T>::quiet_NaN();
        const Variable<T> v(x);
        const auto        sums = sum(v, 1).value(), products = prod(v, 1).value(), largest = amax(v, 1).value(), smallest = amin(v, 1).value();
        for (std::size_t row = 0; row < 5; ++row) {
            T total = 0, product = 1, most = x(row, 0), least = x(row, 0);
            for (std::size_t place = 0; place < length; ++place) {
                total += x(row, place);
                product *= x(row, place);
                most  = std::max(most, x(row, place));
                least = std::min(least, x(row, place));
            }
            if (row == 3) {
                REQUIRE((std::isnan(sums(row)) && std::isnan(products(row)) && std::isnan(largest(row)) && std::isnan(smallest(row))));
            } else {
                // Whole numbers: sums are exact, products to the last few bits.
                REQUIRE(sums(row) == total);
                REQUIRE(static_cast<double>(products(row)) == doctest::Approx(static_cast<double>(product)).epsilon(1e-5));
                REQUIRE(largest(row) == most);
                REQUIRE(smallest(row) == least);
            }
        }
    }
}
