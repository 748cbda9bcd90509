#include "traps.hpp"

using namespace xtgrad;
using namespace xtgrad::traps;

TRAP_CASE("E01", "where(x > 0, sqrt(x), x): the branch not taken does not poison the gradient, in second order neither") {
    const auto f      = [](auto x) { return where(x > 0, sqrt(x), x); };
    const auto result = at(f, {-1, -4, 4});
    check_elements(result.value, {-1, -4, 2});
    check_elements(result.gradient(), {1, 1, 0.25});
    check_elements(second_derivative(f, {-1, -4, 4}), {0, 0, -1.0 / 32});
}

TRAP_CASE("E02", "where(x > 0, sqrt(x), 0) at 0, in second order too") {
    const auto f      = [](auto x) { return where(x > 0, sqrt(x), 0); };
    const auto result = at(f, {0, 4});
    check_elements(result.value, {0, 2});
    check_elements(result.gradient(), {0, 0.25});
    check_elements(second_derivative(f, {0, 4}), {0, -1.0 / 32});
}

TRAP_CASE("E04", "where within where is as right") {
    const auto f      = [](auto x) { return where(x > 0, log(where(x > 0, x, 1)), 0); };
    const auto result = at(f, {0, 4});
    check_elements(result.value, {0, 1.3862943611198906});
    check_elements(result.gradient(), {0, 0.25});
    check_elements(second_derivative(f, {0, 4}), {0, -1.0 / 16});
}

TRAP_CASE("E05", "where(n = 0, 0, x/n): no NaN from 0/0, in either operand, in second order neither") {
    const auto f      = [](auto x, auto n) { return where(equal(n, 0), 0, x / n); };
    const auto result = at(f, {0, 1}, {0, 2});
    check_elements(result.value, {0, 0.5});
    check_elements(result.gradients[0], {0, 0.5});
    check_elements(result.gradients[1], {0, -0.25});
    const xt::xarray<double> x = {0, 1};
    check_elements(second_derivative([&](auto n) { return f(x, n); }, {0, 2}), {0, 0.25});
}

TRAP_CASE("E06", "a/0 in the branch that is never taken") {
    const Mask never  = {false};
    const auto result = at([&](auto a, auto c) { return where(never, a / 0, c); }, {1}, {1});
    check_elements(result.value, {1});
    check_elements(result.gradients[0], {0});
    check_elements(result.gradients[1], {1});
}

TRAP_CASE("E08", "where(x <= 10, exp(x), 1) at NaN and where exp overflows") {
    const auto f      = [](auto x) { return where(x <= 10, exp(x), 1); };
    const auto result = at(f, {1, nan64, 1e10});
    check_elements(result.value, {2.718281828459045, 1, 1});
    check_elements(result.gradient(), {2.718281828459045, 0, 0});
    check_elements(second_derivative(f, {1, nan64, 1e10}), {2.718281828459045, 0, 0});
}

TRAP_CASE("E09", "A mask multiplied onto log(0) leaves NaN in the value, and a gradient of 0") {
    const xt::xarray<double> mask   = {0, 1};
    const auto               f      = [&](auto x) { return mask * log(x); };
    const auto               result = at(f, {0, 4});
    check_elements(result.value, {nan64, 1.3862943611198906});
    check_elements(result.gradient(), {0, 0.25});
    check_elements(second_derivative(f, {0, 4}), {0, -1.0 / 16});
}

TRAP_CASE("E10", "The condition of where has no gradient: comparisons give plain truth values") {
    Tape       tape;
    const auto x = tape.watch(xt::xarray<double>{-1, 2});
    static_assert(std::is_same_v<decltype(x > 0), Mask>);
    const auto before = tape.size();
    const Mask mask   = x > 0;
    CHECK(tape.size() == before);
    CHECK(mask == Mask{false, true});
    const auto gradient = tape.gradient(sum(where(mask, x, 5)), x);
    check_elements(gradient, {0, 1});
}

TEST_CASE("D10: a finite derivative keeps the ordinary product through a zero cotangent: d²(w·x²)/dw dx at w = 0 is 2x") {
    Tape       tape;
    const auto w  = tape.watch(xt::xarray<double>{0, 0});
    const auto x  = tape.watch(xt::xarray<double>{3, -0.5});
    const auto dx = tape.gradient(sum(w * square(x)), x, create_graph);
    check_elements(dx.value(), {0, 0});
    check_elements(tape.gradient(sum(dx), w), {6, -1});
}

TEST_CASE("D10: contractions are exempt: 0·inf inside a matrix product stays NaN") {
    Tape       tape;
    const auto a = tape.watch(xt::xarray<double>{{1, 1}});
    const auto b = tape.watch(column({inf, 1}));
    const auto y = where(Mask(Shape{1, 1}, false), matmul(a, b), Variable<double>(0));
    check_elements(tape.gradient(sum(y), a), {nan64, 0});
}

TEST_CASE("D10: an infinite cotangent is not a zero one: inf·0 stays NaN") {
    check_elements(at([](auto x) { return sqrt(x * x); }, {0}).gradient(), {nan64});
}

TEST_CASE_TEMPLATE("D1: NaN into relu, abs, sign, clip, amax, maximum is NaN in value and gradient", T, float, double) {
    const auto both_are_nan = [](auto f) {
        Tape       tape;
        const auto x = tape.watch(xt::xarray<T>{1, std::numeric_limits<T>::quiet_NaN()});
        const auto y = f(x);
        CHECK(std::isnan(y.value().data()[y.size() - 1]));
        const Array<T> gradient = tape.gradient(sum(y), x);
        CHECK(std::isnan(gradient(1)));
        CHECK(!std::isnan(gradient(0)));
    };
    both_are_nan([](auto x) { return relu(x); });
    both_are_nan([](auto x) { return abs(x); });
    both_are_nan([](auto x) { return sign(x); });
    both_are_nan([](auto x) { return clip(x, -1, 1); });
    both_are_nan([](auto x) { return amax(x); });
    both_are_nan([](auto x) { return amin(x); });
    both_are_nan([](auto x) { return maximum(x, 0); });
    both_are_nan([](auto x) { return minimum(x, 0); });
}

TEST_CASE_TEMPLATE("D2: outside the domain value and gradient are NaN", T, float, double) {
    const auto both_are_nan = [](auto f, T x) {
        Tape       tape;
        const auto v = tape.watch(xt::xarray<T>{x});
        const auto y = f(v);
        CHECK(std::isnan(y.value()(0)));
        CHECK(std::isnan(tape.gradient(sum(y), v)(0)));
    };
    both_are_nan([](auto x) { return log(x); }, T(-1));
    both_are_nan([](auto x) { return sqrt(x); }, T(-1));
    both_are_nan([](auto x) { return log1p(x); }, T(-2));
    both_are_nan([](auto x) { return pow(x, 0.5); }, T(-1));
}

TEST_CASE("D8: sqrt itself has an infinite gradient at 0") {
    check_elements(at([](auto x) { return sqrt(x); }, {0}).gradient(), {inf});
}

TEST_CASE_TEMPLATE("D12: clip has gradient 1 on the closed interval; relu has gradient 0 at 0", T, float, double) {
    Tape       tape;
    const auto x = tape.watch(xt::xarray<T>{-1, 0, T(0.5), 1, 2});
    check_elements(tape.gradient(sum(clip(x, 0, 1)), x, keep), {0, 1, 1, 1, 0});
    check_elements(tape.gradient(sum(relu(x)), x), {0, 0, 1, 1, 1});
}
