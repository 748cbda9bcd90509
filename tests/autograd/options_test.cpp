#include <doctest/doctest.h>

#include <cmath>

// As a user's file that also uses xtensor's names, of which some are templates that take anything.
#include <xtensor/xsort.hpp>

#include <xtgrad/autograd.hpp>
#include <xtgrad/autograd/map.hpp>

using namespace xt;
using namespace xtgrad;

// The options of functions beside those that every call has, in figures. Their gradients are the gradient suite's.

namespace {

using A = Array<double>;

const double not_a_number = std::numeric_limits<double>::quiet_NaN();

// {{a}, {b}} in braces would be a shape as well.
A column_of(double first, double second) {
    A result(Shape{2, 1});
    result(0, 0) = first;
    result(1, 0) = second;
    return result;
}

} // namespace

TEST_CASE("sort and argsort in descending order put NaN first, and keep the order of equals") {
    const Variable<double> x = A{2, not_a_number, 3, 2};
    const auto             y = sort(x, 0, Order::descending).value();
    CHECK(std::isnan(y(0)));
    CHECK(y(1) == 3);
    CHECK(y(3) == 2);
    CHECK(argsort(x, 0, Order::descending) == Array<Index>{1, 2, 0, 3});
    CHECK(argsort(x, -1, Order::ascending) == Array<Index>{0, 3, 2, 1});
    const Variable<double> matrix = A{{1, 5}, {4, 2}, {3, 3}};
    CHECK(sort(matrix, 0, Order::descending).value() == A{{4, 5}, {3, 3}, {1, 2}});
    CHECK(take_along_axis(matrix, argsort(matrix, 0, Order::descending), 0).value() == sort(matrix, 0, Order::descending).value());
}

TEST_CASE("topk takes the smallest in ascending order, and argtopk tells the places of what it takes") {
    const Variable<double> x = A{{4, 1, 4, 3}, {0, 2, 1, 2}};
    CHECK(topk(x, 2).value() == A{{4, 4}, {2, 2}});
    CHECK(topk(x, 2, -1, Order::ascending).value() == A{{1, 3}, {0, 1}});
    CHECK(argtopk(x, 2) == Array<Index>{{0, 2}, {1, 3}});
    CHECK(argtopk(x, 2, 1, Order::ascending) == Array<Index>{{1, 3}, {0, 2}});
    CHECK(argtopk(x, 1, 0) == Array<Index>{{0, 1, 0, 0}});
    CHECK(take_along_axis(x, argtopk(x, 3), -1).value() == topk(x, 3).value());
    CHECK(argtopk(x, 0).size() == 0);
    CHECK_THROWS_AS(argtopk(x, 5), ValueError);
    CHECK_THROWS_AS(argtopk(x, -1), ValueError);
    CHECK_THROWS_AS(argtopk(x, 1, 2), ShapeError);
}

TEST_CASE("quantile knows NumPy's methods between two elements") {
    const Variable<double> x = A{9, 0, 25, 1, 16, 4}; // n² in another order
    // The place 1.5 lies between 1 and 4, and 2.5 between 4 and 9.
    CHECK(quantile(x, 0.3, QuantileMethod::linear).item() == doctest::Approx(2.5));
    CHECK(quantile(x, 0.3, QuantileMethod::lower).item() == 1);
    CHECK(quantile(x, 0.3, QuantileMethod::higher).item() == 4);
    CHECK(quantile(x, 0.25, QuantileMethod::midpoint).item() == 2.5);
    // Of two that are equally near the one whose place is even, as numpy.around has it.
    CHECK(quantile(x, 0.3, QuantileMethod::nearest).item() == 4);
    CHECK(quantile(x, 0.5, QuantileMethod::nearest).item() == 4);
    CHECK(quantile(x, 0.24, QuantileMethod::nearest).item() == 1);
    CHECK(quantile(x, 0.7, QuantileMethod::nearest).item() == 16);
    // At an element there is nothing to choose.
    for (const QuantileMethod method :
         {QuantileMethod::linear, QuantileMethod::lower, QuantileMethod::higher, QuantileMethod::midpoint, QuantileMethod::nearest}) {
        CHECK(quantile(x, 0.0, method).item() == 0);
        CHECK(quantile(x, 0.2, method).item() == 1);
        CHECK(quantile(x, 1, 0, method).item() == 25);
        CHECK(std::isnan(quantile(Variable<double>(A{1, not_a_number}), 0.5, method).item()));
    }
    const Variable<double> matrix = A{{1, 4}, {3, 2}};
    CHECK(quantile(matrix, 0.5, 0, QuantileMethod::lower).value() == A{1, 2});
    CHECK(quantile(matrix, 0.5, 1, QuantileMethod::higher, keep_dims).value() == column_of(4, 3));
    CHECK(quantile(matrix, 0.5, {0, 1}, QuantileMethod::lower).item() == 2);
    CHECK(quantile(matrix, std::vector<double>{0, 0.5}, 0, QuantileMethod::higher).value() == A{{1, 2}, {3, 4}});
    CHECK(quantile(matrix, std::vector<double>{0.5}, 0, QuantileMethod::lower, keep_dims).shape() == Shape{1, 1, 2});
}

TEST_CASE("The quantile's gradient goes to the element that a method takes, and to both halves of a midpoint") {
    const A    x{9, 0, 25, 1, 16, 4};
    const auto gradient = [&](QuantileMethod method) { return xtgrad::gradient([=](const auto& v) { return quantile(v, 0.3, method); }, x); };
    CHECK(gradient(QuantileMethod::lower) == A{0, 0, 0, 1, 0, 0});
    CHECK(gradient(QuantileMethod::higher) == A{0, 0, 0, 0, 0, 1});
    CHECK(gradient(QuantileMethod::midpoint) == A{0, 0, 0, 0.5, 0, 0.5});
}

TEST_CASE("pad knows NumPy's symmetric and wrap modes, as often as is needed") {
    const Variable<double> x = A{1, 2, 3, 4, 5};
    // The examples of numpy.pad.
    CHECK(pad(x, {{2, 3}}, PadMode::symmetric).value() == A{2, 1, 1, 2, 3, 4, 5, 5, 4, 3});
    CHECK(pad(x, {{2, 3}}, PadMode::wrap).value() == A{4, 5, 1, 2, 3, 4, 5, 1, 2, 3});
    const Variable<double> two = A{1, 2};
    CHECK(pad(two, {{5, 3}}, PadMode::symmetric).value() == A{1, 1, 2, 2, 1, 1, 2, 2, 1, 1});
    CHECK(pad(two, {{5, 3}}, PadMode::wrap).value() == A{2, 1, 2, 1, 2, 1, 2, 1, 2, 1});
    CHECK(pad(Variable<double>(A{7}), 2, PadMode::symmetric).value() == A{7, 7, 7, 7, 7});
    CHECK(pad(Variable<double>(A{7}), 2, PadMode::wrap).value() == A{7, 7, 7, 7, 7});
}

TEST_CASE("matrix_norm takes the matrices of any two axes, rows first") {
    const Variable<double> x = xtgrad::Array<double>(A{{{1, -2}, {3, 4}}, {{-5, 6}, {7, 8}}});
    CHECK(matrix_norm(x, 1, {1, 2}).value() == matrix_norm(x, 1).value());
    CHECK(matrix_norm(x, 1, {-2, -1}).value() == matrix_norm(x, 1).value());
    // Columns of what is exchanged are rows.
    CHECK(matrix_norm(x, 1, {2, 1}).value() == matrix_norm(x, std::numeric_limits<double>::infinity()).value());
    // Sums over axis 0 for each place of axis 1, and for each of axis 2.
    CHECK(matrix_norm(x, 1, {0, 1}).value() == A{10, 12});
    CHECK(matrix_norm(x, MatrixNorm::frobenius(), {0, 1}, keep_dims).shape() == Shape{1, 1, 2});
    CHECK(matrix_norm(x, 1, {2, 0}, keep_dims).shape() == Shape{1, 2, 1});
}

TEST_CASE("addcmul and addcdiv take a scale of the product or the quotient") {
    const Variable<double> x = A{1, 2};
    CHECK(addcmul(x, A{3, 4}, A{5, 6}, 0.5).value() == A{8.5, 14});
    CHECK(addcdiv(x, A{3, 4}, A{6, 2}, 2).value() == A{2, 6});
}

TEST_CASE("A shape that does not fit addcmul's or addcdiv's scaled form is found before anything is recorded") {
    Tape       tape;
    const auto x      = tape.watch(A{1, 2});
    const auto scale  = tape.watch(A{1, 2, 3});
    const auto before = tape.size();
    CHECK_THROWS_AS(addcmul(x, x, x, scale), ShapeError);
    CHECK_THROWS_AS(addcdiv(x, x, x, scale), ShapeError);
    CHECK_THROWS_AS(addcmul(scale, x, x, 2), ShapeError);
    CHECK(tape.size() == before);
    CHECK(tape.gradient(sum(addcmul(x, x, x, 0.5)), x) == A{2, 3});
}

TEST_CASE("A map knows the scaled forms") {
    const A    x{1, 2};
    const auto y = map([](const auto& v) { return addcmul(v, v, v, 0.5) + addcdiv(v, 1, v, 2); }, Variable<double>(x));
    CHECK(y.value() == A{1.5 + 3, 4 + 3});
}
