#include "traps.hpp"

using namespace xtgrad;
using namespace xtgrad::traps;

TRAP_CASE("B14 B16 B20", "logsumexp: large, infinitely small and undefined elements") {
    const auto f    = [](auto x) { return logsumexp(x); };
    const auto both = at(f, {1000, 1000});
    check_elements(both.value, {1000.6931471805599});
    CHECK(both.gradient() == Array<double>{0.5, 0.5});
    const auto one = at(f, {-inf, 0});
    check_elements(one.value, {0});
    check_elements(one.gradient(), {0, 1});
    const auto undefined = at(f, {nan64, 0});
    check_elements(undefined.value, {nan64});
    check_elements(undefined.gradient(), {nan64, nan64});
}

TRAP_CASE("B17 B18", "D5: logsumexp of all −inf has gradient 0; an infinite element takes all") {
    const auto f       = [](auto x) { return logsumexp(x); };
    const auto nothing = at(f, {-inf, -inf});
    check_elements(nothing.value, {-inf});
    check_elements(nothing.gradient(), {0, 0});
    const auto all = at(f, {inf, 0});
    check_elements(all.value, {inf});
    check_elements(all.gradient(), {1, 0});
}

TRAP_CASE("F01 F02", "D11: ties of amax share the gradient evenly, over any axes, and the shares add to 1") {
    const auto pair = at([](auto x) { return amax(x); }, {1, 3, 3});
    check_elements(pair.value, {3});
    check_elements(pair.gradient(), {0, 0.5, 0.5});
    check_elements(at([](auto x) { return amax(x); }, {0, 0, 0, 0}).gradient(), {0.25, 0.25, 0.25, 0.25});
    check_elements(at([](auto x) { return amax(x, 1); }, {{2, 2, 1}, {0, 5, 0}}).gradient(), {0.5, 0.5, 0, 0, 1, 0});
    check_elements(at([](auto x) { return amin(x, {0, 1}); }, {{2, 0, 1}, {0, 5, 0}}).gradient(), {0, 1.0 / 3, 0, 1.0 / 3, 0, 1.0 / 3});
}

TRAP_CASE("F04", "argmax along the only axis of an array is the place of the largest, the first of equals") {
    const Variable<double> x = xt::xarray<double>{0, 1, 2, 3, 4, -1};
    CHECK(argmax(x, 0)() == 4);
    CHECK(argmax(x)() == 4);
    CHECK(argmax(Variable<double>(xt::xarray<double>{1, 3, 3}))() == 1);
}

TRAP_CASE("F05", "amax of NaN is NaN, and so is the gradient at it") {
    const auto result = at([](auto x) { return amax(x); }, {1, nan64, 3});
    check_elements(result.value, {nan64});
    check_elements(result.gradient(), {0, nan64, 0});
}

TRAP_CASE("F06", "D11: a tie of maximum and minimum gives half to each") {
    const auto larger = at([](auto a, auto b) { return maximum(a, b); }, {1}, {1});
    check_elements(larger.value, {1});
    check_elements(larger.gradients[0], {0.5});
    check_elements(larger.gradients[1], {0.5});
    const auto smaller = at([](auto a, auto b) { return minimum(a, b); }, {1}, {1});
    check_elements(smaller.gradients[0], {0.5});
    check_elements(smaller.gradients[1], {0.5});
}

TRAP_CASE("F08", "clip at its bounds, beyond them, and at NaN") {
    const auto result = at([](auto x) { return clip(x, 0, 1); }, {-1, 0, 0.5, 1, 2, nan64});
    check_elements(result.value, {0, 0, 0.5, 1, 1, nan64});
    check_elements(result.gradient(), {0, 1, 1, 1, 0, nan64});
}

TRAP_CASE("F09", "clip with its bounds exchanged throws") {
    const Variable<double> x = 1.0;
    CHECK(contains(error_of<ValueError>([&] { clip(x, 1, 0); }), "lower bound"));
    CHECK_THROWS_AS(clip(x, nan64, 1), ValueError);
    CHECK_NOTHROW(clip(x, 1, 1));
}

TRAP_CASE("F14", "Finite differences at a near tie are inconclusive, whatever the gradient") {
    for (const double gap : {1e-7, 1e-9, 0.0}) {
        const auto report = check_gradients([](auto x) { return amax(x); }, xt::xarray<double>{1, 1 + gap});
        CHECK(report.verdict == GradientVerdict::inconclusive);
        CHECK(!report);
    }
}

TRAP_CASE("G01 G05", "The sum of nothing is 0, along any axis") {
    const auto all = at([](auto x) { return sum(x); }, xt::zeros<double>({0}));
    check_elements(all.value, {0});
    CHECK(all.gradient().shape() == Shape{0});
    const auto rows = at([](auto x) { return sum(x, 0); }, xt::zeros<double>({0, 3}));
    check_elements(rows.value, {0, 0, 0});
    CHECK(rows.gradient().shape() == Shape{0, 3});
}

TRAP_CASE("G04 G06", "The largest of nothing throws; no largest elements are asked of an empty axis beside it") {
    const Variable<double> nothing = xt::xarray<double>(xt::zeros<double>({0}));
    CHECK_THROWS_AS(amax(nothing), ShapeError);
    CHECK_THROWS_AS(amin(nothing), ShapeError);
    CHECK_THROWS_AS(argmax(nothing), ShapeError);
    const Variable<double> rows = xt::xarray<double>(xt::zeros<double>({0, 3}));
    CHECK(amax(rows, 1).shape() == Shape{0});
    CHECK(contains(error_of<ShapeError>([&] { amax(rows, 0); }), "[0, 3]"));
}

TRAP_CASE("G08 G09", "An axis named twice throws, in either spelling; the order of axes does not matter") {
    const Variable<double> x = xt::xarray<double>{{1, 2, 3}, {4, 5, 6}};
    CHECK_THROWS_AS(sum(x, {0, 0}), ShapeError);
    CHECK_THROWS_AS(sum(x, {1, -1}), ShapeError);
    CHECK(sum(x, {1, 0}).item() == 21);
    const Variable<double> cube = xt::xarray<double>(xt::arange(24.0).reshape({2, 3, 4}));
    CHECK(sum(cube, {2, 0}).value() == sum(cube, {0, 2}).value());
}

TRAP_CASE("G10", "keep_dims keeps the axis, and the gradient is right through the broadcast") {
    const auto result = at([](auto x) { return sum(x, -1, keep_dims) * column({1, 2}); }, {{1, 2}, {3, 4}});
    CHECK(result.value == column({3, 14}));
    CHECK(result.gradient() == Array<double>{{1, 1}, {2, 2}});
}

TRAP_CASE("G12", "No axis is no reduction, as in NumPy") {
    const auto result = at([](auto x) { return sum(x, Axes()); }, {1, 2, 3});
    CHECK(result.value == Array<double>{1, 2, 3});
    CHECK(result.gradient() == Array<double>{1, 1, 1});
}

TRAP_CASE("G25", "Ten million floats of 0.1 add up to a million") {
    const Variable<float> x = full<float>({10000000}, 0.1F);
    CHECK(std::abs(sum(x).item() - 1e6F) <= 1);
}

TRAP_CASE("G26", "inf − inf in a sum is NaN, its gradient 1") {
    const auto result = at([](auto x) { return sum(x); }, {inf, -inf, 1});
    check_elements(result.value, {nan64});
    check_elements(result.gradient(), {1, 1, 1});
}

TEST_CASE("D6: the mean of nothing is NaN, with gradient zeros of the right shape") {
    const auto all = at([](auto x) { return mean(x); }, xt::zeros<double>({0}));
    check_elements(all.value, {nan64});
    CHECK(all.gradient().shape() == Shape{0});
    const auto columns = at([](auto x) { return mean(x, 0); }, xt::zeros<double>({0, 3}));
    check_elements(columns.value, {nan64, nan64, nan64});
    CHECK(columns.gradient().shape() == Shape{0, 3});
}
