#include "traps.hpp"

using namespace xtgrad;
using namespace xtgrad::traps;

TRAP_CASE("F13", "D11: of equal elements the latest is cummax's and cummin's, and has the gradient") {
    const auto largest = at([](auto x) { return cummax(x, 0); }, {1, 1, 0, 2});
    check_elements(largest.value, {1, 1, 1, 2});
    check_elements(largest.gradient(), {1, 2, 0, 1});
    const auto smallest = at([](auto x) { return cummin(x, 0); }, {1, 1, 2, 0});
    check_elements(smallest.value, {1, 1, 1, 0});
    check_elements(smallest.gradient(), {1, 2, 0, 1});
}

TEST_CASE("A NaN stays in cummax and cummin, with gradient NaN at it") {
    const auto largest = at([](auto x) { return cummax(x, 0); }, {1, nan64, 5});
    check_elements(largest.value, {1, nan64, nan64});
    check_elements(largest.gradient(), {1, nan64, 0});
    check_elements(at([](auto x) { return cummin(x, 0); }, {1, nan64, -5}).value, {1, nan64, nan64});
}

TRAP_CASE("G21 G22", "Zeros in cumprod are not divided by") {
    const auto one = at([](auto x) { return cumprod(x, 0); }, {2, 0, 3, 4});
    check_elements(one.value, {2, 0, 0, 0});
    check_elements(one.gradient(), {1, 32, 0, 0});
    const auto two = at([](auto x) { return cumprod(x, 0); }, {2, 0, 0, 4});
    check_elements(two.value, {2, 0, 0, 0});
    check_elements(two.gradient(), {1, 2, 0, 0});
    // Σ of the gradient of x₀ + x₀x₁ + x₀x₁x₂ is 1 + x₀ + x₁ + x₀x₁ + x₀x₂ + x₁x₂.
    check_elements(second_derivative([](auto x) { return cumprod(x, 0); }, {2, 0, 3}), {4, 6, 2});
}

TRAP_CASE("G24", "D5: logcumsumexp is −inf with gradient 0 as long as all elements are, and overflows nowhere") {
    const auto f     = [](auto x) { return logcumsumexp(x, 0); };
    const auto first = at(f, {-inf, 0, 1});
    check_elements(first.value, {-inf, 0, 1.3132616875182228});
    check_elements(first.gradient(), {0, 1.2689414213699952, 0.7310585786300049});
    const auto none = at(f, {-inf, -inf});
    check_elements(none.value, {-inf, -inf});
    check_elements(none.gradient(), {0, 0});
    const auto large = at(f, {1000, 1000});
    check_elements(large.value, {1000, 1000.6931471805599});
    check_elements(large.gradient(), {1.5, 0.5});
    const auto wide = at(f, {-1000, 0});
    check_elements(wide.value, {-1000, 0});
    check_elements(wide.gradient(), {1, 1});
    const auto infinite = at(f, {0, inf, 1});
    check_elements(infinite.value, {0, inf, inf});
    check_elements(infinite.gradient(), {1, 2, 0});
    const auto undefined = at(f, {0, nan64, 1});
    check_elements(undefined.value, {0, nan64, nan64});
    check_elements(undefined.gradient(), {nan64, nan64, nan64});
}

TEST_CASE("cumsum: infinities, NaN, the sign of zero, and an error that does not grow with the length") {
    check_elements(cumsum(Variable<double>(xt::xarray<double>{1, inf, 2, -inf, 3})).value(), {1, inf, inf, nan64, nan64});
    CHECK(std::signbit(cumsum(Variable<double>(xt::xarray<double>{-0.0})).value()(0)));
    // Ten million of 0.1 in float: a serial sum stands still at 2^21.
    const Variable<float> tenths = full<float>({10000000}, 0.1F);
    const Array<float>    sums   = cumsum(tenths).value();
    double                worst  = 0;
    for (std::size_t place = 0; place < sums.size(); place += 9973) {
        const double exact = static_cast<double>(0.1F) * static_cast<double>(place + 1);
        worst              = std::max(worst, std::abs(static_cast<double>(sums.data()[place]) - exact) / exact);
    }
    CHECK(worst <= 66 * static_cast<double>(std::numeric_limits<float>::epsilon()));
    // Overflow within does not come back.
    check_elements(cumsum(Variable<double>(xt::xarray<double>{1e308, 1e308, -1e308})).value(), {1e308, inf, inf});
}

TEST_CASE("Without an axis a scan runs over the flattened array, as in NumPy") {
    const Variable<double> x = xt::xarray<double>{{1, 2}, {3, 4}};
    CHECK(cumsum(x).value() == Array<double>{1, 3, 6, 10});
    CHECK(cumprod(x).value() == Array<double>{1, 2, 6, 24});
    CHECK(cumsum(Variable<double>(5.0)).value() == Array<double>{5});
    CHECK(cummax(x, -1).value() == Array<double>{{1, 2}, {3, 4}});
    CHECK(cummin(x, 0).value() == Array<double>{{1, 2}, {1, 2}});
}

TEST_CASE("diff and trapz: values, and too few elements for any") {
    const Variable<double> x = xt::xarray<double>{1, 4, 9, 16};
    CHECK(diff(x).value() == Array<double>{3, 5, 7});
    CHECK(diff(x, 2).value() == Array<double>{2, 2});
    CHECK(diff(x, 5).shape() == Shape{0});
    CHECK(trapz(x).item() == 21.5);
    CHECK(trapz(x, 2).item() == 43);
    CHECK(trapz(x, xt::xarray<double>{0, 1, 3, 4}).item() == 2.5 + 13 + 12.5);
    CHECK(trapz(Variable<double>(xt::xarray<double>{7})).item() == 0);
    CHECK(contains(error_of<ShapeError>([&] { trapz(x, xt::xarray<double>{1, 2}); }), "need 4 places"));
    CHECK(contains(error_of<ValueError>([&] { diff(x, -1); }), "got -1"));
}

TEST_CASE("D4: a masked softmax is 0 where the mask is false and along lines without a true element, whatever stands there") {
    const Mask mask(Array<bool>{{true, true, false}, {false, false, false}});
    const auto f      = [&](auto x) { return masked_softmax(x, mask); };
    const auto result = at(f, {{0, 0, 1e6}, {1, 2, 3}});
    check_elements(result.value, {0.5, 0.5, 0, 0, 0, 0});
    check_elements(result.gradient(), {0, 0, 0, 0, 0, 0});
    const auto worse = at(f, {{0, 0, nan64}, {inf, nan64, -inf}});
    check_elements(worse.value, {0.5, 0.5, 0, 0, 0, 0});
    check_elements(worse.gradient(), {0, 0, 0, 0, 0, 0});
    const auto shares = at([&](auto x) { return masked_softmax(x, mask) * Array<double>{1, 0, 5}; }, {{0, 0, inf}, {1, 2, 3}});
    check_elements(shares.gradient(), {0.25, -0.25, 0, 0, 0, 0});
    check_elements(at(f, {{-inf, -inf, 0}, {0, 0, 0}}).value, {nan64, nan64, 0, 0, 0, 0});
    check_elements(at(f, {{inf, 0, 0}, {0, 0, 0}}).value, {nan64, nan64, 0, 0, 0, 0});
}

TEST_CASE("Softmax and log_softmax over several axes are those of the flattened elements") {
    const auto               f = [](auto x) { return softmax(x, {0, 1}); };
    const xt::xarray<double> x = {{1, 2}, {3, 0}};
    const Array<double>      flat(softmax(Variable<double>(xt::xarray<double>{1, 2, 3, 0})).value());
    check_elements(at(f, x).value, {flat(0), flat(1), flat(2), flat(3)});
    check_elements(log_softmax(Variable<double>(xt::xarray<double>{{-1000, 0}, {1000, -inf}}), {0, 1}).value(), {-2000, -1000, 0, -inf});
    check_elements(softmax(Variable<double>(xt::xarray<double>{{-inf, -inf}, {0, 0}})).value(), {nan64, nan64, 0.5, 0.5});
}

TEST_CASE("glu halves an axis, and says which it cannot") {
    check_elements(glu(Variable<double>(xt::xarray<double>{2, 3, 0, -inf})).value(), {1, 0});
    CHECK(contains(error_of<ShapeError>([] { glu(Variable<double>(xt::xarray<double>{1, 2, 3})); }), "glu: axis 0 of shape [3] has an odd extent"));
}
