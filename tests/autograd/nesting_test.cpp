#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <xtgrad/autograd.hpp>

using namespace xtgrad;

namespace {

const xt::xarray<double> points = {-1.0, 0.0, 2.0};

constexpr double infinity = std::numeric_limits<double>::infinity();

} // namespace

TEST_CASE("The functional form nests to three orders of x³, exactly") {
    const auto cube   = [](auto x) { return sum(x * x * x); };
    const auto first  = [&](auto x) { return sum(gradient(cube, x)); };
    const auto second = [&](auto x) { return sum(gradient(first, x)); };
    CHECK(gradient(cube, points) == xt::xarray<double>{3, 0, 12});
    CHECK(gradient(first, points) == xt::xarray<double>{-6, 0, 12});
    CHECK(gradient(second, points) == xt::xarray<double>{6, 6, 6});
}

TEST_CASE("Nested derivatives do not confuse their variables") {
    // Siskind and Pearlmutter, "Perturbation confusion and referential transparency", 2005: d/dx (x · d/dy (x + y)) = 1.
    const auto outer = [](auto x) { return x * gradient([&](auto y) { return x + y; }, constant(2.0)); };
    CHECK(gradient(outer, xt::xarray<double>{3.0})(0) == 1);
    // d/dx (x · d/dy (x·y)) at y = 2 is d/dx x² = 2x.
    const auto product = [](auto x) { return x * gradient([&](auto y) { return x * y; }, constant(2.0)); };
    CHECK(gradient(product, xt::xarray<double>{3.0})(0) == 6);
    // With the same value inside: y = x, of which the inner derivative does not know.
    const auto same = [](auto x) { return x * gradient([&](auto y) { return x * y; }, x); };
    CHECK(gradient(same, xt::xarray<double>{3.0})(0) == 6);
}

TEST_CASE("The inner gradient's dependence on its own argument is differentiated") {
    // d/dx (d/dy y³ at y = x²) = d/dx 3x⁴ = 12x³.
    const auto f = [](auto x) { return gradient([](auto y) { return y * y * y; }, x * x); };
    CHECK(gradient(f, xt::xarray<double>{2.0})(0) == 96);
}

TEST_CASE("The inner gradient with arrays is a number to the outer function") {
    // Arrays in, arrays out: nothing of it is recorded on the outer tape.
    Tape              tape;
    const auto        x    = tape.watch(points);
    const std::size_t size = tape.size();
    const auto        d    = gradient([](auto y) { return sum(y * y); }, points);
    CHECK(tape.size() == size);
    CHECK(tape.gradient(sum(x * d), x) == xt::xarray<double>{-2, 0, 4});
}

TEST_CASE("value_and_gradient gives Variables for Variables, for several arguments too") {
    const auto inner = [](auto x, auto y) { return sum(x * x * y); };
    const auto outer = [&](auto x, auto y) {
        const auto [value, dx, dy] = value_and_gradient(inner, x, y);
        return value + sum(dx) * 10 + sum(dy) * 100;
    };
    // x²y + 20·x·y + 100·x²
    const auto [value, dx, dy] = value_and_gradient(outer, xt::xarray<double>{3.0}, xt::xarray<double>{5.0});
    CHECK(value == 45 + 300 + 900);
    CHECK(dx(0) == 30 + 100 + 600);
    CHECK(dy(0) == 9 + 60);
}

TEST_CASE("A Hessian by nesting is symmetric and right") {
    const auto               f       = [](auto x) { return sum(exp(x)) * sum(x * x); };
    const xt::xarray<double> x       = {0.5, -1.0};
    Array<double>            hessian = zeros<double>({2, 2});
    for (std::size_t row = 0; row < 2; ++row) {
        Tape          tape;
        const auto    v    = tape.watch(x);
        const auto    d1   = tape.gradient(f(v), v, create_graph);
        Array<double> unit = zeros<double>({2});
        unit(row)          = 1;
        const auto d2      = tape.gradient(d1, v, seed(unit));
        hessian(row, 0)    = d2(0);
        hessian(row, 1)    = d2(1);
    }
    const double e0 = std::exp(0.5), e1 = std::exp(-1.0), squares = 1.25;
    CHECK(hessian(0, 0) == doctest::Approx(e0 * squares + 2 * e0 * 1.0 + 2 * (e0 + e1)));
    CHECK(hessian(1, 1) == doctest::Approx(e1 * squares - 4 * e1 + 2 * (e0 + e1)));
    CHECK(hessian(0, 1) == doctest::Approx(e0 * -2 + e1 * 1));
    CHECK(hessian(0, 1) == doctest::Approx(hessian(1, 0)).epsilon(1e-14));
}

TEST_CASE("The strong zero cuts what would be NaN, and nothing else: d²(w·x²)/dw dx at w = 0 is 2x") {
    const auto in_x = [](auto w) { return gradient([&](auto x) { return sum(w * x * x); }, constant(xt::xarray<double>{3.0})); };
    CHECK(gradient(in_x, xt::xarray<double>{0.0})(0) == 6);
    // The branch that where() did not take: sqrt at 0 has an infinite slope, in both orders.
    const auto root = [](auto x) { return sum(where(x > 0, sqrt(x), x)); };
    CHECK(gradient(root, xt::xarray<double>{-1, 0, 4}) == xt::xarray<double>{1, 1, 0.25});
    const auto slope = [&](auto x) { return sum(gradient(root, x)); };
    CHECK(gradient(slope, xt::xarray<double>{-1, 0, 4}) == xt::xarray<double>{0, 0, -1.0 / 32});
    // Without where() the infinity stays.
    CHECK(gradient([](auto x) { return sum(sqrt(x)); }, xt::xarray<double>{0.0})(0) == infinity);
}

TEST_CASE("An inner tape that reads the outer one keeps its records for it; one that does not, drops them") {
    Tape             outer;
    const auto       x    = outer.watch(points);
    Variable<double> kept = 0;
    {
        Tape inner;
        kept = sum(x * x);
    }
    CHECK(outer.size() == 3);
    CHECK(outer.gradient(kept, x, keep) == xt::xarray<double>{-2, 0, 4});
    {
        Tape       inner;
        const auto own = inner.watch(points);
        inner.gradient(sum(own * own), own);
    }
    CHECK(outer.size() == 3);
    CHECK(outer.gradient(kept * 2, x) == xt::xarray<double>{-4, 0, 8});
}

TEST_CASE("A path that an inner gradient has spent says so to the outer one") {
    Tape             outer;
    const auto       x = outer.watch(points);
    Variable<double> y = 0;
    {
        Tape       inner;
        const auto z = x * x;
        y            = sum(z);
        CHECK(inner.gradient(y, z)(0) == 1);
    }
    CHECK_THROWS_WITH_AS(outer.gradient(y, x), doctest::Contains("inner tape's gradient"), TapeError);
}

TEST_CASE("An inner tape sweeps to sources that the outer one watches") {
    Tape       outer;
    const auto x = outer.watch(points);
    const auto y = exp(x);
    {
        Tape       inner;
        const auto z = sum(y * x);
        // y does not lead on to x within the inner span: it is a value from before it.
        CHECK(inner.gradient(z, x, keep) == y.value());
        CHECK(inner.gradient(z, y, keep) == points);
        const auto d = inner.gradient(z, std::tuple{x, y}, create_graph);
        CHECK(outer.gradient(sum(std::get<0>(d)), x, keep) == y.value());
    }
    const auto value = exp(2.0 * x);
    CHECK(outer.gradient(sum(value), x)(1) == 2);
}
