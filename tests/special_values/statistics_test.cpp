#include "traps.hpp"

using namespace xtgrad;
using namespace xtgrad::traps;

namespace {

const auto nothing      = xt::xarray<double>(xt::zeros<double>({0}));
const auto no_rows      = xt::xarray<double>(xt::zeros<double>({0, 3}));
const auto undefined    = std::vector<double>{nan64, nan64, nan64};
const auto spread_out   = xt::xarray<double>{1e8 + 4, 1e8 + 7, 1e8 + 13, 1e8 + 16};
const auto with_two_nan = xt::xarray<double>{1, nan64, 3, nan64};

} // namespace

TRAP_CASE("D04 D05 D06", "A norm neither overflows nor underflows on its way, nor does its gradient") {
    const auto norm_of = [](auto x) { return norm(x); };
    const auto huge    = at(norm_of, {3e200, 4e200});
    check_elements(huge.value, {5e200});
    check_elements(huge.gradient(), {0.6, 0.8});
    const auto tiny = at(norm_of, {3e-200, 4e-200});
    check_elements(tiny.value, {5e-200});
    check_elements(tiny.gradient(), {0.6, 0.8});
    const auto smallest = at(norm_of, {3e-320, 4e-320});
    CHECK(std::abs(smallest.value() - 5e-320) <= 5e-324);
    CHECK(std::abs(smallest.gradient()(0) - 0.6) < 1e-3); // as exact as so small numbers are
    const auto absolute = at([](auto x) { return norm(x, 1); }, {0, -2});
    check_elements(absolute.value, {2});
    check_elements(absolute.gradient(), {0, -1});
    const auto cubic = at([](auto x) { return norm(x, 3); }, {3e-200, 4e-200, 5e-200});
    check_elements(cubic.value, {6e-200});
    check_elements(cubic.gradient(), {9.0 / 36, 16.0 / 36, 25.0 / 36});
    check_elements(at([](auto x) { return norm(x, 3); }, {3e200, 4e200, 5e200}).value, {6e200});
    const Array<double> rows = {{3e200, 4e200}, {3, 4}, {3e-200, 4e-200}};
    check_elements(norm(Variable<double>(rows), 2, 1).value(), {5e200, 5, 5e-200});
}

TRAP_CASE("D08", "D8: at 0 every norm is 0 with gradient 0, and so is its second derivative") {
    for (const double p : {0.0, 0.5, 1.0, 1.5, 2.0, 3.0, inf}) {
        CAPTURE(p);
        const auto at_zero = at([p](auto x) { return norm(x, p); }, {0, 0});
        check_elements(at_zero.value, {0});
        check_elements(at_zero.gradient(), {0, 0});
    }
    check_elements(second_derivative([](auto x) { return norm(x); }, {0, 0}), {0, 0});
    check_elements(at([](auto x) { return norm(x, 0.5); }, {0, 4}).gradient(), {0, 1});
}

TEST_CASE("Norms of order 0 and infinity, of infinities, NaN and nothing") {
    const auto count = at([](auto x) { return norm(x, 0); }, {0, -2, 1e-300});
    check_elements(count.value, {2});
    check_elements(count.gradient(), {0, 0, 0});
    const auto largest = at([](auto x) { return norm(x, inf); }, {2, -2, 1});
    check_elements(largest.value, {2});
    check_elements(largest.gradient(), {0.5, -0.5, 0});
    for (const double p : {0.5, 1.0, 2.0, 3.0, inf}) {
        CAPTURE(p);
        const auto norm_of = [p](auto x) { return norm(x, p); };
        check_elements(at(norm_of, {1, -inf}).value, {inf});
        const auto of_nan = at(norm_of, {1, nan64});
        check_elements(of_nan.value, {nan64});
        CHECK(std::isnan(of_nan.gradient()(1)));
        check_elements(at(norm_of, nothing).value, {0});
    }
}

TRAP_CASE("D09", "D9: what is normalized at 0 is 0, with gradient 0") {
    const auto at_zero = at([](auto x) { return normalize(x); }, {0, 0});
    check_elements(at_zero.value, {0, 0});
    check_elements(at_zero.gradient(), {0, 0});
    const auto tiny = at([](auto x) { return normalize(x); }, {3e-200, 4e-200});
    check_elements(tiny.value, {0.6, 0.8});
    check_elements(at([](auto x) { return normalize(x, 0, inf); }, {-2, 1}).value, {-1, 0.5});
}

TRAP_CASE("G13 G14", "The variance of a single element: NaN with a delta degree of freedom, else 0") {
    const auto without = at([](auto x) { return variance(x, 0, 1); }, {3});
    check_elements(without.value, {nan64});
    check_elements(without.gradient(), {nan64});
    const auto with = at([](auto x) { return variance(x); }, {3});
    check_elements(with.value, {0});
    check_elements(with.gradient(), {0});
    const auto deviation = at([](auto x) { return stddev(x, 0, 1); }, {3});
    check_elements(deviation.value, {nan64});
    check_elements(deviation.gradient(), {nan64});
}

TRAP_CASE("G16", "D8: the standard deviation of equal numbers is 0, with gradient 0") {
    const auto equal_numbers = at([](auto x) { return stddev(x); }, {2, 2, 2});
    check_elements(equal_numbers.value, {0});
    check_elements(equal_numbers.gradient(), {0, 0, 0});
}

TEST_CASE("Variance and standard deviation lose no digits to a large mean, nor to the squares' range") {
    check_elements(variance(Variable<double>(spread_out)).value(), {22.5});
    check_elements(variance(Variable<double>(spread_out), 0, 1).value(), {30});
    check_elements(stddev(Variable<double>(xt::xarray<double>{-1e200, 1e200})).value(), {1e200});
    const auto tiny = at([](auto x) { return stddev(x); }, {-1e-200, 1e-200});
    check_elements(tiny.value, {1e-200});
    check_elements(tiny.gradient(), {-0.5, 0.5});
}

TEST_CASE("D6: variance, standard deviation, median, quantile and nanmean of nothing are NaN, with gradient zeros of the right shape") {
    const auto check = [](const auto& f) {
        const auto all = at([&](auto x) { return f(x, Axes{0}); }, nothing);
        check_elements(all.value, {nan64});
        CHECK(all.gradient().shape() == Shape{0});
        const auto columns = at([&](auto x) { return f(x, Axes{0}); }, no_rows);
        check_elements(columns.value, undefined);
        CHECK(columns.gradient().shape() == Shape{0, 3});
    };
    check([](auto x, const Axes& axes) { return variance(x, axes); });
    check([](auto x, const Axes& axes) { return stddev(x, axes); });
    check([](auto x, const Axes& axes) { return median(x, axes); });
    check([](auto x, const Axes& axes) { return quantile(x, 0.3, axes); });
    check([](auto x, const Axes& axes) { return nanmean(x, axes); });
}

TRAP_CASE("G02 G17 G18", "A product of nothing is 1; zeros among its factors are not divided by") {
    const auto of_nothing = at([](auto x) { return prod(x); }, nothing);
    check_elements(of_nothing.value, {1});
    CHECK(of_nothing.gradient().shape() == Shape{0});
    const auto one = at([](auto x) { return prod(x); }, {2, 0, 3});
    check_elements(one.value, {0});
    check_elements(one.gradient(), {0, 6, 0});
    const auto two = at([](auto x) { return prod(x); }, {0, 0, 3});
    check_elements(two.value, {0});
    check_elements(two.gradient(), {0, 0, 0});
    check_elements(second_derivative([](auto x) { return prod(x); }, {2, 0, 3}), {3, 5, 2});
    check_elements(second_derivative([](auto x) { return prod(x); }, {0, 0, 3}), {3, 3, 0});
}

TRAP_CASE("G20", "A product that overflows on its way is infinite; its gradient is made of the other factors") {
    const auto result = at([](auto x) { return prod(x); }, {1e200, 1e200, 1e-200});
    check_elements(result.value, {inf});
    check_elements(result.gradient(), {1, 1, inf});
}

TEST_CASE("nansum and nanmean pass NaN by, with gradient 0 there") {
    const auto total = at([](auto x) { return nansum(x); }, with_two_nan);
    check_elements(total.value, {4});
    check_elements(total.gradient(), {1, 0, 1, 0});
    const auto average = at([](auto x) { return nanmean(x); }, with_two_nan);
    check_elements(average.value, {2});
    check_elements(average.gradient(), {0.5, 0, 0.5, 0});
    const auto all = at([](auto x) { return nanmean(x); }, {nan64, nan64});
    check_elements(all.value, {nan64});
    check_elements(all.gradient(), {0, 0});
    check_elements(nansum(Variable<double>(xt::xarray<double>{nan64})).value(), {0});
}

TRAP_CASE("F12", "D11: of equal elements the first is taken by topk, and gets the gradient; sort keeps their order") {
    const auto largest = at([](auto x) { return topk(x, 1); }, {3, 3, 1});
    check_elements(largest.value, {3});
    check_elements(largest.gradient(), {1, 0, 0});
    const auto sorted = at([](auto x) { return sort(x) * Array<double>{1, 10, 100}; }, {3, 1, 3});
    check_elements(sorted.value, {1, 30, 300});
    check_elements(sorted.gradient(), {10, 1, 100});
    CHECK(argsort(Variable<double>(xt::xarray<double>{3, 1, 3, 1})) == Array<Index>{1, 3, 0, 2});
}

TEST_CASE("Sorting puts NaN last, and takes it for the largest") {
    const xt::xarray<double> x = {nan64, 2, -inf, inf};
    check_elements(sort(Variable<double>(x)).value(), {-inf, 2, inf, nan64});
    check_elements(topk(Variable<double>(x), 2).value(), {nan64, inf});
    CHECK(argsort(Variable<double>(x)) == Array<Index>{2, 1, 3, 0});
    CHECK(argmax(Variable<double>(x))() == 0);
    CHECK(argmin(Variable<double>(x))() == 0);
}

TEST_CASE("Median and quantile: between neighbours, at ties, at infinities and at NaN") {
    const auto even = at([](auto x) { return median(x); }, {4, 1, 3, 2});
    check_elements(even.value, {2.5});
    check_elements(even.gradient(), {0, 0, 0.5, 0.5});
    const auto ties = at([](auto x) { return median(x); }, {1, 1, 1});
    check_elements(ties.value, {1});
    check_elements(ties.gradient(), {0, 1, 0});
    check_elements(median(Variable<double>(xt::xarray<double>{inf, inf})).value(), {inf});
    check_elements(median(Variable<double>(xt::xarray<double>{-inf, 1, inf})).value(), {1});
    check_elements(quantile(Variable<double>(xt::xarray<double>{1e308, 1.5e308}), 0.5).value(), {1.25e308});
    const auto q = at([](auto x) { return quantile(x, 0.3); }, {10, 20, 40});
    check_elements(q.value, {16});
    check_elements(q.gradient(), {0.4, 0.6, 0});
    const auto of_nan = at([](auto x) { return median(x, 1); }, {{1, nan64, 3}, {4, 6, 5}});
    check_elements(of_nan.value, {nan64, 5});
    check_elements(of_nan.gradient(), {0, nan64, 0, 0, 0, 1});
    CHECK(contains(error_of<ValueError>([] { quantile(Variable<double>(1.0), 1.01); }), "quantile: a probability must lie in [0, 1], got 1.01"));
}

TEST_CASE("Counts and places") {
    const Variable<double> x = xt::xarray<double>{{0, 2, nan64}, {0, 0, -1}};
    CHECK(count_nonzero(x)() == 3);
    CHECK(count_nonzero(x, 0) == Array<Index>{0, 1, 2});
    CHECK(count_nonzero(x, {1}, keep_dims).shape() == Shape{2, 1});
    CHECK(count_nonzero(x, {1}, keep_dims)(1, 0) == 1);
    CHECK(count_nonzero(Variable<double>(no_rows), 0) == Array<Index>{0, 0, 0});
    CHECK(argmin(Variable<double>(xt::xarray<double>{3, 1, 1}))() == 1);
    CHECK(argmax(x, 1, keep_dims).shape() == Shape{2, 1});
    CHECK(argmin(Variable<double>(xt::xarray<double>{{3, 1}, {0, 2}}), 0) == Array<Index>{1, 0});
    CHECK(contains(error_of<ShapeError>([] { argmin(Variable<double>(no_rows), 0); }), "argmin: an array of shape [0, 3]"));
}
