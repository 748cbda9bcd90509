#include <doctest/doctest.h>

#include <cmath>

#include <xtgrad/array/random.hpp>
#include <xtgrad/autograd.hpp>
#include <xtgrad/nn.hpp>

using namespace xtgrad;

namespace {

void check_close(const Array<double>& a, const Array<double>& b) {
    REQUIRE(a.shape() == b.shape());
    for (std::size_t place = 0; place < a.size(); ++place) {
        CAPTURE(place);
        CHECK(std::abs(a.data()[place] - b.data()[place]) <= 1e-12 * (1 + std::abs(b.data()[place])));
    }
}

const auto               quotient = [](auto x, auto y) { return x * x / y; };
const xt::xarray<double> x2 = {3.0, -1.0}, y2 = {2.0, 4.0};

// W·tanh(x): not symmetric in anything.
const xt::xarray<double> weights = {{1, 2, 3}, {4, 5, 7}};
const xt::xarray<double> x3      = {0.5, -1.0, 2.0};
const auto               layer   = [](auto x) { return matmul(weights, tanh(x)); };

double slope(double x) { return 1 - std::tanh(x) * std::tanh(x); }

} // namespace

TEST_CASE("vjp gives the value and the cotangent's product with the Jacobian, in the form of the inputs") {
    const auto [value, product] = vjp(layer, x3, xt::xarray<double>{1, 10});
    static_assert(std::is_same_v<std::decay_t<decltype(value)>, Array<double>> && std::is_same_v<std::decay_t<decltype(product)>, Array<double>>);
    check_close(value, layer(constant(x3)).value());
    check_close(product, {41 * slope(0.5), 52 * slope(-1), 73 * slope(2)});

    const auto [q, products] = vjp(quotient, std::tuple{x2, y2}, xt::xarray<double>{1, 2});
    const auto& [dx, dy]     = products;
    check_close(q, {4.5, 0.25});
    check_close(dx, {3, -1});
    check_close(dy, {-2.25, -0.125});
}

TEST_CASE("jvp gives the value and the Jacobian's product with the tangents") {
    const auto [value, product] = jvp(layer, x3, xt::xarray<double>{1, 10, 100});
    check_close(value, layer(constant(x3)).value());
    const double a = slope(0.5), b = 10 * slope(-1), c = 100 * slope(2);
    check_close(product, {a + 2 * b + 3 * c, 4 * a + 5 * b + 7 * c});

    const auto [q, dq] = jvp(quotient, std::tuple{x2, y2}, std::tuple{xt::xarray<double>{1, 10}, xt::xarray<double>{100, 1000}});
    check_close(q, {4.5, 0.25});
    check_close(dq, {3 - 225, -5 - 62.5});
}

TEST_CASE("jvp has the strong zero: a tangent of zero, or a branch not taken, meets no infinity") {
    const auto root             = [](auto x) { return where(x > 0.0, sqrt(x), x); };
    const auto [value, tangent] = jvp(root, xt::xarray<double>{-1, 0, 4}, xt::xarray<double>{1, 1, 1});
    CHECK(tangent == xt::xarray<double>{1, 1, 0.25});
    const auto [other, still] = jvp([](auto x) { return sqrt(x); }, xt::xarray<double>{0, 4}, xt::xarray<double>{0, 1});
    CHECK(still == xt::xarray<double>{0, 0.25});
}

TEST_CASE("A Jacobian has the shape of the value followed by that of the input") {
    const Array<double> j = jacobian(layer, x3);
    REQUIRE(j.shape() == Shape{2, 3});
    for (std::size_t row = 0; row < 2; ++row) {
        for (std::size_t column = 0; column < 3; ++column) CHECK(j(row, column) == doctest::Approx(weights(row, column) * slope(x3(column))));
    }
    // d (x·w)[i, j] / d w[k, l]
    const xt::xarray<double> x = {{1, 2}, {3, 4}, {5, 6}}, w = {{1, 0, 2, 1}, {0, 1, 1, 3}};
    const auto [jx, jw] = jacobian([](auto a, auto b) { return matmul(a, b); }, x, w);
    REQUIRE(jx.shape() == Shape{3, 4, 3, 2});
    REQUIRE(jw.shape() == Shape{3, 4, 2, 4});
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j2 = 0; j2 < 4; ++j2) {
            for (std::size_t k = 0; k < 3; ++k) {
                for (std::size_t l = 0; l < 2; ++l) CHECK(jx(i, j2, k, l) == (i == k ? w(l, j2) : 0));
            }
            for (std::size_t k = 0; k < 2; ++k) {
                for (std::size_t l = 0; l < 4; ++l) CHECK(jw(i, j2, k, l) == (j2 == l ? x(i, k) : 0));
            }
        }
    }
}

TEST_CASE("A Hessian has the input's shape twice; that of several inputs is a tuple of tuples") {
    const auto          cubic = [](auto x) { return sum(x * x * x) + slice(x, {0}) * slice(x, {1}); };
    const Array<double> h     = hessian(cubic, xt::xarray<double>{2.0, 5.0});
    CHECK(h == xt::xarray<double>{{12, 1}, {1, 30}});

    // x²y + x·z, x ∈ ℝ, y ∈ ℝ², z ∈ ℝ^(1,2)
    const auto f             = [](auto x, auto y, auto z) { return sum(x * x * y) + sum(x * z); };
    const auto [hx, hy, hz]  = hessian(f, full<double>({}, 3.0), xt::xarray<double>{1, 2}, xt::xarray<double>{{5, 7}});
    const auto& [xx, xy, xz] = hx;
    const auto& [yx, yy, yz] = hy;
    const auto& [zx, zy, zz] = hz;
    CHECK(xx.shape() == Shape{});
    CHECK(xx() == 6);
    CHECK(xy == xt::xarray<double>{6, 6});
    CHECK(yx == xy);
    CHECK(xz == xt::xarray<double>{{1, 1}});
    CHECK(zx == xz);
    CHECK(yy == zeros<double>({2, 2}));
    CHECK(yz == zeros<double>({2, 1, 2}));
    CHECK(zy == zeros<double>({1, 2, 2}));
    CHECK(zz == zeros<double>({1, 2, 1, 2}));
}

TEST_CASE("hessian_vector_product is the Hessian's product with a vector") {
    Random              random(3);
    const Array<double> x = random.normal_array<double>({5}), v = random.normal_array<double>({5});
    const auto          f       = [](auto u) { return logsumexp(u * u) * sum(sin(u)); };
    const Array<double> h       = hessian(f, x);
    const Array<double> product = hessian_vector_product(f, x, v);
    for (std::size_t row = 0; row < 5; ++row) {
        double expected = 0;
        for (std::size_t column = 0; column < 5; ++column) {
            expected += h(row, column) * v(column);
            CHECK(h(row, column) == doctest::Approx(h(column, row)).epsilon(1e-12));
        }
        CHECK(product(row) == doctest::Approx(expected).epsilon(1e-12));
    }
    const auto g        = [](auto a, auto b) { return sum(a * a * b); };
    const auto [ha, hb] = hessian_vector_product(g, std::tuple{x2, y2}, std::tuple{xt::xarray<double>{1, 0}, xt::xarray<double>{0, 1}});
    CHECK(ha == xt::xarray<double>{4, -2});
    CHECK(hb == xt::xarray<double>{6, 0});
}

TEST_CASE("The forms differentiate by parameters, alone and beside inputs, and find them by name") {
    nn::Parameters<double> parameters{1};
    const auto             w      = parameters.make("w", {2}, nn::constant(3.0));
    const auto             b      = parameters.make("b", {}, nn::constant(5.0));
    const auto             unused = parameters.make("unused", {2, 2}, nn::constant(1.0));
    const auto             loss   = [&] { return sum(w * w) * b; };

    const auto [value, slopes] = value_and_gradient(loss, parameters);
    CHECK(value == 90);
    CHECK(slopes["w"] == xt::xarray<double>{30, 30});
    CHECK(slopes[b]() == 18);
    CHECK(slopes[unused] == zeros<double>({2, 2}));
    CHECK(gradient(loss, w) == slopes[w]);

    const auto of_rows = jacobian([&] { return w * w * b; }, parameters);
    CHECK(of_rows["w"] == xt::xarray<double>{{30, 0}, {0, 30}});
    CHECK(of_rows["b"] == xt::xarray<double>{9, 9});
    CHECK(of_rows["unused"] == zeros<double>({2, 2, 2}));

    const auto second = hessian(loss, parameters);
    CHECK(second["w"]["w"] == xt::xarray<double>{{10, 0}, {0, 10}});
    CHECK(second["w"]["b"] == xt::xarray<double>{6, 6});
    CHECK(second["b"]["w"] == xt::xarray<double>{6, 6});
    CHECK(second["b"]["b"]() == 0);
    CHECK(second["b"]["unused"] == zeros<double>({2, 2}));

    // The gradient as the vector: (10·30 + 6·18, 6·30 + 6·30).
    const auto product = hessian_vector_product(loss, parameters, slopes);
    CHECK(product["w"] == xt::xarray<double>{408, 408});
    CHECK(product["b"]() == 360);
    const auto [y, dy] = jvp(loss, parameters, slopes);
    CHECK(y() == 90);
    CHECK(dy() == 30 * 30 + 30 * 30 + 18 * 18);

    // An input beside the parameters: the function is called with the input alone.
    const auto [of_parameters, dx] = gradient([&](auto x) { return sum(w * x); }, parameters, xt::xarray<double>{1, 2});
    CHECK(of_parameters["w"] == xt::xarray<double>{1, 2});
    CHECK(dx == xt::xarray<double>{3, 3});
    const auto [v, products] = vjp([&](auto x) { return w * x; }, std::tuple{x2, parameters}, xt::xarray<double>{1, 10});
    CHECK(v == xt::xarray<double>{9, -3});
    CHECK(std::get<0>(products) == xt::xarray<double>{3, 30});
    CHECK(std::get<1>(products)["w"] == xt::xarray<double>{3, -10});
}

TEST_CASE("With create_graph derivatives by parameters are recorded on the outer tape, where the parameters may be new to it") {
    nn::Parameters<double> parameters{1};
    const auto             w    = parameters.make("w", {2}, nn::constant(3.0));
    const auto             loss = [&] { return sum(w * w * w); };
    for (const bool used_before : {false, true}) {
        CAPTURE(used_before);
        Tape             tape;
        Variable<double> before = used_before ? sum(w) : Variable<double>(0.0);
        // The penalty Σ (3w²)² has the gradient 36w³.
        const auto slopes  = gradient(loss, parameters, create_graph);
        const auto penalty = sum(square(slopes["w"]));
        CHECK(tape.gradient(penalty + before, parameters)["w"](1) == 972 + (used_before ? 1 : 0));
    }
    // Without an outer tape the result is a constant.
    CHECK_FALSE(gradient(loss, parameters, create_graph)["w"].recorded());
    const auto product = hessian_vector_product(loss, w, xt::xarray<double>{1, 2}, create_graph);
    CHECK(product.value() == xt::xarray<double>{18, 36});
    CHECK((product + 1.0).value()(0) == 19);
}

TEST_CASE("Forms nest: each gives Variables for Variables, and these are differentiated") {
    // Of x⁴: J = diag(4x³), H = diag(12x²). Their sums have the gradients 12x² and 24x.
    const auto               fourth = [](auto x) { return x * x * x * x; };
    const auto               total  = [&](auto x) { return sum(fourth(x)); };
    const xt::xarray<double> x = {1, -2}, v = {1, 10};
    CHECK(gradient([&](auto u) { return sum(jacobian(fourth, u)); }, x) == xt::xarray<double>{12, 48});
    CHECK(gradient([&](auto u) { return sum(hessian(total, u)); }, x) == xt::xarray<double>{24, -48});
    CHECK(gradient([&](auto u) { return sum(hessian_vector_product(total, u, v)); }, x) == xt::xarray<double>{24, -480});
    CHECK(gradient([&](auto u) { return sum(std::get<1>(jvp(fourth, u, v))); }, x) == xt::xarray<double>{12, 480});
    CHECK(gradient([&](auto u) { return sum(std::get<1>(vjp(fourth, u, v))); }, x) == xt::xarray<double>{12, 480});
    // By the vectors as well, where the inputs are arrays.
    CHECK(gradient([&](auto d) { return sum(std::get<1>(jvp(fourth, x, d))); }, v) == xt::xarray<double>{4, -32});
    CHECK(gradient([&](auto d) { return sum(std::get<1>(vjp(fourth, x, d))); }, v) == xt::xarray<double>{4, -32});
    CHECK(gradient([&](auto d) { return sum(hessian_vector_product(total, x, d)); }, v) == xt::xarray<double>{12, 48});
    // jvp of jvp of jvp: the third derivative, 24x.
    const auto along = [](auto f) { return [f](auto u) { return std::get<1>(jvp(f, u, Variable<double>(ones<double>({2})))); }; };
    CHECK(along(along(along(fourth)))(constant(x)).value() == xt::xarray<double>{24, -48});
    CHECK(hessian([&](auto u) { return sum(hessian(total, u)); }, x) == xt::xarray<double>{{24, 0}, {0, 24}});
}

TEST_CASE("What a form gives for Variables outlives its tape, as a constant where it stands on no other") {
    Tape       tape;
    const auto x = tape.watch(xt::xarray<double>{3.0});
    // The inner function knows nothing of x, and its records go with the inner tape.
    const auto [value, slope_of_it] = value_and_gradient([](auto y) { return sum(y * y * y); }, constant(xt::xarray<double>{2.0}));
    CHECK_FALSE(value.recorded());
    CHECK_FALSE(slope_of_it.recorded());
    CHECK(tape.gradient(sum(x * slope_of_it * value), x)(0) == 12 * 8);
}

TEST_CASE("An output that does not depend on an input has a derivative of zero, in every form") {
    const auto               of_first = [](auto x, auto) { return sum(x * x); };
    const xt::xarray<double> x = {1, 2}, y = {{3, 4}};
    const auto [dx, dy] = gradient(of_first, x, y);
    CHECK(dy == zeros<double>({1, 2}));
    const auto nothing = [](auto) { return 2.0; };
    const auto five    = [](auto) { return ones<double>({5}); };
    const auto captive = [&, c = constant(x)](auto) { return c; };
    CHECK(value_and_gradient(nothing, x) == std::tuple{2.0, zeros<double>({2})});
    CHECK(vjp(five, x, ones<double>({5})) == std::tuple{ones<double>({5}), zeros<double>({2})});
    CHECK(jvp(five, x, x) == std::tuple{ones<double>({5}), zeros<double>({5})});
    CHECK(jacobian(five, y) == zeros<double>({5, 1, 2}));
    CHECK(jacobian(captive, y) == zeros<double>({2, 1, 2}));
    CHECK(hessian(nothing, y) == zeros<double>({1, 2, 1, 2}));
    CHECK(hessian([](auto u) { return sum(u); }, y) == zeros<double>({1, 2, 1, 2}));
    CHECK(hessian_vector_product(nothing, x, x) == zeros<double>({2}));
    CHECK(hessian_vector_product([](auto u) { return sum(u); }, x, x) == zeros<double>({2}));
    // As Variables, under an outer tape whose variable the function returns.
    Tape       tape;
    const auto outer = tape.watch(x);
    const auto inner = tape.watch(y);
    CHECK(jacobian([&](auto) { return outer; }, inner).value() == zeros<double>({2, 1, 2}));
    CHECK(gradient([&](auto) { return sum(outer); }, inner).value() == zeros<double>({1, 2}));
    CHECK(std::get<0>(vjp([&](auto) { return outer; }, inner, ones<double>({2}))).value() == x);
}

TEST_CASE("A function that returns its input has the identity for a Jacobian") {
    const auto same = [](auto x) { return x; };
    CHECK(jacobian(same, x2) == xt::xarray<double>{{1, 0}, {0, 1}});
    CHECK(jvp(same, x2, y2) == std::tuple{Array<double>(x2), Array<double>(y2)});
    CHECK(gradient(same, full<double>({}, 7.0))() == 1);
    nn::Parameters<double> parameters{1};
    const auto             w = parameters.make("w", {2}, nn::constant(3.0));
    CHECK(jacobian([&] { return w; }, w) == xt::xarray<double>{{1, 0}, {0, 1}});
    // Also where an outer tape watches it.
    Tape       tape;
    const auto used = sum(w);
    CHECK(jacobian([&] { return w; }, w, create_graph).value() == xt::xarray<double>{{1, 0}, {0, 1}});
}

TEST_CASE("Arrays of no elements and single numbers have derivatives of their shapes") {
    const Array<double> none   = zeros<double>({0, 3});
    const Array<double> number = full<double>({}, 2.0);
    CHECK(jacobian([](auto x) { return exp(x); }, none).shape() == Shape{0, 3, 0, 3});
    CHECK(jacobian([](auto x) { return sum(x, 1); }, none).shape() == Shape{0, 0, 3});
    CHECK(jacobian([](auto x) { return sum(x, 0); }, none) == zeros<double>({3, 0, 3}));
    CHECK(hessian([](auto x) { return sum(x * x); }, none).shape() == Shape{0, 3, 0, 3});
    CHECK(hessian_vector_product([](auto x) { return sum(x * x); }, none, none).shape() == none.shape());
    CHECK(std::get<1>(jvp([](auto x) { return x * x; }, none, none)).shape() == none.shape());
    CHECK(std::get<1>(vjp([](auto x) { return x * x; }, none, none)).shape() == none.shape());
    CHECK(jacobian([](auto x) { return x * x; }, number)() == 4);
    CHECK(hessian([](auto x) { return x * x * x; }, number)() == 12);
    CHECK(std::get<1>(jvp([](auto x) { return x * x; }, number, 3.0))() == 12);
    Tape       tape;
    const auto watched = tape.watch(none);
    CHECK(jacobian([](auto x) { return exp(x); }, watched).shape() == Shape{0, 3, 0, 3});
    CHECK(hessian([](auto x) { return sum(x * x); }, watched).shape() == Shape{0, 3, 0, 3});
}

TEST_CASE("The forms work in float, and across a cast") {
    const Array<float> x = {1.0F, 2.0F};
    CHECK(jacobian([](auto v) { return v * v; }, x) == Array<float>{{2, 0}, {0, 4}});
    const auto [value, product] = jvp([](auto v) { return cast<double>(v * v); }, x, Array<float>{1, 10});
    static_assert(std::is_same_v<std::decay_t<decltype(product)>, Array<double>>);
    CHECK(product == xt::xarray<double>{2, 40});
    const auto [y, products] =
        jvp([](auto v, auto u) { return cast<double>(v) * u; }, std::tuple{x, x2}, std::tuple{Array<float>{1, 1}, xt::xarray<double>{1, 1}});
    CHECK(products == xt::xarray<double>{4, 1});
    static_assert(std::is_same_v<decltype(gradient([](auto v) { return sum(v); }, x)), Array<float>>);
}

TEST_CASE("The forms name the caller's line where shapes do not fit") {
    const auto message = [](auto call) -> std::string {
        try {
            call();
        } catch (const ShapeError& error) {
            return error.what();
        }
        return "nothing was thrown";
    };
    const auto says = [](const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; };
    const auto at   = [](int line) { return "functional_test.cpp:" + std::to_string(line); };
    CHECK(says(message([] { vjp(layer, x3, ones<double>({3})); }), "the seed has shape [3], the target [2]"));
    CHECK(says(message([] { vjp(layer, x3, ones<double>({3})); }), at(__LINE__)));
    const std::string tangent = message([] { jvp(layer, x3, ones<double>({2})); });
    CHECK(says(tangent, "jvp: the tangent of input 0 has shape [2], the input [3]"));
    CHECK(says(tangent, at(__LINE__ - 2)));
    const std::string second = message([] {
        hessian_vector_product([](auto x, auto y) { return sum(x * y); }, std::tuple{x2, y2}, std::tuple{x2, full<double>({}, 1.0)});
    });
    CHECK(says(second, "hessian_vector_product: the vector of input 1 has shape [], the input [2]"));
    CHECK(says(second, at(__LINE__ - 3)));
    const std::string not_scalar = message([] {
        hessian(
            [](auto x) {
                return x * x; // here
            },
            x2);
    });
    CHECK(says(not_scalar, "only a single number has a gradient"));
    CHECK(says(not_scalar, at(__LINE__ - 5)));
    // A constant is no exception.
    CHECK(says(message([] { gradient([](auto) { return ones<double>({5}); }, x2); }), at(__LINE__)));
    CHECK(says(message([] { vjp([](auto) { return ones<double>({5}); }, x2, x2); }), "the seed has shape [2], the target [5]"));
}
