#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <xtgrad/array/random.hpp>
#include <xtgrad/autograd.hpp>
#include <xtgrad/autograd/map.hpp>

using namespace xtgrad;

namespace {

constexpr auto formula = [](auto a, auto b) { return tanh(a * b + a) / (2.0 + square(b)); };

const auto mapped   = [](auto a, auto b) { return sum(map(formula, a, b)); };
const auto composed = [](auto a, auto b) { return sum(formula(a, b)); };

// Σ of products of a function's gradients: a function whose own gradient is of one order more.
template <class F>
auto of_gradients(F f) {
    return [f](auto a, auto b) {
        const auto [da, db] = gradient(f, a, b);
        return sum(da * da * sum(db)) + sum(db * b);
    };
}

void check_close(const Array<double>& a, const Array<double>& b) {
    REQUIRE(a.shape() == b.shape());
    for (std::size_t place = 0; place < a.size(); ++place) {
        CAPTURE(place);
        CHECK(std::abs(a.data()[place] - b.data()[place]) <= 1e-12 * (1 + std::abs(b.data()[place])));
    }
}

template <class F, class G>
void check_same_gradients(F f, G g) {
    Random              random(5);
    const Array<double> a = random.uniform_array<double>({3, 1, 9}, -2, 2);
    const Array<double> b = random.uniform_array<double>({4, 9}, -2, 2);
    const auto [x, y]     = gradient(f, a, b);
    const auto [u, v]     = gradient(g, a, b);
    check_close(x, u);
    check_close(y, v);
}

} // namespace

TEST_CASE("A NaN in one element of a map changes no bit of the other elements' gradients") {
    constexpr auto        product = [](auto a, auto b) { return tanh(a * b + a) * exp(b); };
    Random                random(2);
    const Array<float>    a = random.uniform_array<float>({1000}, -2, 2), b = random.uniform_array<float>({1000}, -2, 2);
    Array<float>          spoiled = a;
    constexpr std::size_t place   = 17;
    spoiled(place)                = std::numeric_limits<float>::quiet_NaN();
    const auto [dx, dy]           = gradient([&](const auto& x, const auto& y) { return sum(map(product, x, y) * b); }, a, b);
    const auto [ex, ey]           = gradient([&](const auto& x, const auto& y) { return sum(map(product, x, y) * b); }, spoiled, b);
    CHECK(std::isnan(ex(place)));
    std::size_t differing = 0;
    for (std::size_t at = 0; at < a.size(); ++at) differing += at != place && (dx(at) != ex(at) || dy(at) != ey(at)) ? 1 : 0;
    CHECK(differing == 0);
}

TEST_CASE("map has the value and the gradients of the operations it stands for, under broadcasting, to third order") {
    check_same_gradients(mapped, composed);
    check_same_gradients(of_gradients(mapped), of_gradients(composed));
    check_same_gradients(of_gradients(of_gradients(mapped)), of_gradients(of_gradients(composed)));
}

TEST_CASE("map past its third derivative says so") {
    const Array<double> x     = {0.5};
    const auto          cubed = [](auto v) { return sum(map([](auto t) { return t * t * t * t; }, v)); };
    const auto          d1    = [&](auto v) { return sum(gradient(cubed, v)); };
    const auto          d2    = [&](auto v) { return sum(gradient(d1, v)); };
    CHECK(gradient(d2, x)(0) == doctest::Approx(12.0));
    const auto d3 = [&](auto v) { return sum(gradient(d2, v)); };
    CHECK_THROWS_AS(gradient(d3, x), Error);
}

TEST_CASE("map records one operation, at the user's line") {
    const Array<float>    x = {1.0F, 2.0F};
    Tape                  tape;
    const Variable<float> v    = tape.watch(x);
    const unsigned        line = __LINE__ + 1;
    const Variable<float> y    = map([](auto t) { return exp(t) * t + 1; }, v);
    CHECK(tape.size() == 2);
    CHECK(tape.to_text().find("map(%0)  float[2]  ") != std::string::npos);
    CHECK(tape.to_text().find("map_test.cpp:" + std::to_string(line)) != std::string::npos);
    CHECK(y.value()(1) == doctest::Approx(2 * std::exp(2.0F) + 1));
}

TEST_CASE("map has the strong zero: a branch that is not taken cannot poison the gradient") {
    const Array<double> x        = {-4.0, 0.0, 4.0};
    const auto          positive = [](auto t) { return where(t > 0, sqrt(t), 0.0) + pow(t, 2.0); };
    const Array<double> dx       = gradient([&](auto v) { return sum(map(positive, v)); }, x);
    CHECK(dx(0) == -8.0);
    CHECK(dx(1) == 0.0);
    CHECK(dx(2) == 8.25);
}

TEST_CASE("map takes numbers, arrays, parameters and up to eight arguments") {
    const Array<double>    x = {1.0, 2.0, 3.0};
    Tape                   tape;
    const Variable<double> v = tape.watch(x);
    const Variable<double> y = map([](auto a, auto b, auto c, auto d, auto e, auto f, auto g, auto h) { return a * b + c * d + e * f + g * h; }, v, 2,
                                   v, x, 1.0, 1.0, 0.5, v);
    const Array<double>    dx = tape.gradient(sum(y), v);
    CHECK(dx(0) == 2 + 1 + 0.5);
    CHECK(dx(2) == 2 + 3 + 0.5);
}

TEST_CASE("map of float agrees with the operations to rounding, and works on arrays of no elements") {
    Random             random(9);
    const Array<float> a        = random.uniform_array<float>({1003}, -3, 3);
    const Array<float> dx       = gradient([](auto v) { return sum(map([](auto t) { return sigmoid(t) * t; }, v)); }, a);
    const Array<float> expected = gradient([](auto v) { return sum(sigmoid(v) * v); }, a);
    for (std::size_t place = 0; place < a.size(); ++place) CHECK(std::abs(dx.data()[place] - expected.data()[place]) < 1e-6F);
    const Array<float> none = zeros<float>({0, 3});
    CHECK(gradient([](auto v) { return sum(map([](auto t) { return t * t; }, v)); }, none).shape() == none.shape());
}

TEST_CASE("A map's forward run on dual numbers is jvp, and the transpose of vjp: <Jv, w> = <v, J'w>") {
    Random              random(13);
    const Shape         shape{5, 7};
    const Array<double> a = random.uniform_array<double>(shape, -2, 2), b = random.uniform_array<double>(shape, -2, 2);
    const Array<double> da = random.normal_array<double>(shape), db = random.normal_array<double>(shape), w = random.normal_array<double>(shape);
    const auto          branches = [](auto x, auto y) { return where(x > y, exp(x) * y, maximum(x, sin(y))) + pow(x, 3.0); };
    const auto          check    = [&](auto f) {
        Array<double> along(shape);
        for (std::size_t place = 0; place < along.size(); ++place) {
            using D           = Dual<Lanes<double>, 1>;
            const auto seeded = [](double value, double tangent) {
                D dual(value);
                dual.set(0, Lanes<double>(tangent));
                return dual;
            };
            const D            y = f(seeded(a.data()[place], da.data()[place]), seeded(b.data()[place], db.data()[place]));
            alignas(64) double lanes[Lanes<double>::width];
            y.partial(0).store(lanes);
            along.data()[place] = lanes[0];
        }
        const auto mapped_f = [&](auto x, auto y) { return map(f, x, y); };
        check_close(std::get<1>(jvp(mapped_f, std::tuple{a, b}, std::tuple{da, db})), along);
        const auto [value, products] = vjp(mapped_f, std::tuple{a, b}, w);
        double forward = 0, backward = 0, terms = 0;
        for (std::size_t place = 0; place < along.size(); ++place) {
            const double by_a = da.data()[place] * std::get<0>(products).data()[place], by_b = db.data()[place] * std::get<1>(products).data()[place];
            forward += w.data()[place] * along.data()[place];
            backward += by_a + by_b;
            terms += std::abs(by_a) + std::abs(by_b);
        }
        CHECK(std::abs(forward - backward) <= 1e-14 * terms);
    };
    check(formula);
    check(branches);
}

TEST_CASE("A dual number knows the directions that change it; in any other its partial is 0, beside an infinity too") {
    using D           = Dual<Lanes<double>, 2>;
    const auto number = [](const Lanes<double>& lanes) {
        alignas(64) double all[Lanes<double>::width];
        lanes.store(all);
        return all[0];
    };
    const double infinity = std::numeric_limits<double>::infinity();
    D            x(2.0), y(infinity);
    x.set(0, Lanes<double>(1.0));
    y.set(1, Lanes<double>(1.0));
    const D product = x * y;
    CHECK(product.depends(0));
    CHECK(product.depends(1));
    CHECK(number(product.partial(0)) == infinity);
    CHECK(number(product.partial(1)) == 2);
    for (const D& of_x : {x * D(infinity) + 1.0, exp(x * D(infinity)), where(x > 1.0, x * D(infinity), D(3.0)), x - D(infinity) / x}) {
        CHECK(of_x.depends(0));
        CHECK(!of_x.depends(1));
        CHECK(number(of_x.partial(1)) == 0);
    }
    CHECK(!D(infinity).depends(0));
}
