#include <doctest/doctest.h>

#include <xtgrad/autograd.hpp>

using namespace xtgrad;

// A slice and a gather add their contribution to a sum that is there, in place. Nobody else must see that.

namespace {

using A = Array<double>;

A counted(const Shape& shape) {
    A numbers(shape);
    for (std::size_t place = 0; place < numbers.size(); ++place) numbers.data()[place] = static_cast<double>(place) + 1;
    return numbers;
}

} // namespace

TEST_CASE("Overlapping slices with any steps, and gathers, add up") {
    const A    x        = counted({4, 5});
    const auto function = [](const auto& v) {
        const auto corner  = slice(v, {Range(0, 2), Range(0, 3)});
        const auto columns = slice(v, {Range::all(), Range::every(2)});
        const auto reverse = slice(v, {Range(3, 1, -1), Range(4, 0, -2)});
        const auto rows    = take(v, {3, 0, 3}, 0);
        const auto picked  = take(v, {4, 4, 0}, 1);
        return sum(square(corner)) + 2 * sum(square(columns)) + 3 * sum(square(reverse)) + 5 * sum(square(rows)) + 7 * sum(square(picked));
    };
    A expected = zeros<double>({4, 5});
    for (std::size_t row = 0; row < 4; ++row) {
        for (std::size_t column = 0; column < 5; ++column) {
            double weight = 0;
            if (row < 2 && column < 3) weight += 1;
            if (column % 2 == 0) weight += 2;
            if (row >= 2 && (column == 4 || column == 2)) weight += 3;
            if (row == 3) weight += 10;
            if (row == 0) weight += 5;
            if (column == 4) weight += 14;
            if (column == 0) weight += 7;
            expected(row, column) = 2 * weight * x(row, column);
        }
    }
    CHECK(gradient(function, x) == expected);
    // The recorded reading makes arrays of them all.
    Tape       tape;
    const auto v = tape.watch(x);
    CHECK(tape.gradient(function(v), v, create_graph).value() == expected);
}

TEST_CASE("A cotangent that two inputs share is not changed for one of them") {
    Tape       tape;
    const auto a = tape.watch(counted({3})), b = tape.watch(counted({3}));
    // Swept last, when both have the same cotangent from the sum.
    const auto part         = slice(a, {Range(0, 1)});
    const auto picked       = take(b, {2, 2}, 0);
    const auto target       = sum(10 * part) + sum(100 * picked) + sum((a + b) * A{1, 2, 3});
    const auto [of_a, of_b] = tape.gradient(target, std::tuple{a, b});
    CHECK(of_a == A{11, 2, 3});
    CHECK(of_b == A{1, 2, 203});
}

TEST_CASE("A seed stays what it was") {
    Tape       tape;
    const auto x    = tape.watch(counted({4}));
    const auto part = slice(x, {Range(1, 3)});
    const auto y    = x + concatenate({part, part});
    const A    seed{1, 10, 100, 1000};
    const auto variable = Variable<double>(seed);
    CHECK(tape.gradient(y, x, Seed<double>{variable}) == A{1, 10 + 1 + 100, 100 + 10 + 1000, 1000});
    CHECK(variable.value() == seed);
}

TEST_CASE("A slice adds to the gradient of a sum, which is one number until then, and to a watched array that is a source itself") {
    Tape       tape;
    const auto x    = tape.watch(counted({2, 3}));
    const auto row  = slice(x, {1});
    const auto all  = sum(x);
    const auto more = sum(row * row) + all;
    CHECK(tape.gradient(more, std::tuple{x, row}, keep) == std::tuple{A{{1, 1, 1}, {9, 11, 13}}, A{8, 10, 12}});
    CHECK(tape.gradient(more, x) == A{{1, 1, 1}, {9, 11, 13}});
}

TEST_CASE("Slices of a slice, of a reshaped array and of numbers add up, in float too") {
    const Array<float> x{1, 2, 3, 4, 5, 6};
    const auto         function = [](const auto& v) {
        const auto matrix = reshape(v, {2, 3});
        const auto part   = slice(matrix, {Range::all(), Range(0, 2)});
        return sum(slice(part, {0}) * slice(part, {1})) + slice(matrix, {1, 2}) * slice(matrix, {0, 0});
    };
    CHECK(gradient(function, x) == Array<float>{4 + 6, 5, 0, 1, 2, 1});
}
