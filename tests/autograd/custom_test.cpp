#include <doctest/doctest.h>

#include <cmath>

#include <xtensor/xmath.hpp>

#include <xtgrad/array/random.hpp>
#include <xtgrad/autograd.hpp>
#include <xtgrad/nn.hpp>

using namespace xtgrad;

namespace {

const auto cube = custom([](const Array<double>& x) -> Array<double> { return x * x * x; }, [](auto g, auto x) { return 3.0 * g * x * x; });

// From the output, under a name.
const auto exponential = custom(
    "exponential", [](const auto& x) -> std::decay_t<decltype(x)> { return xt::exp(x); }, [](auto g, auto, auto y) { return g * y; });

// x[m, k] · w[k, n], a contribution for each.
const auto product = custom(
    "product", [](const Array<double>& x, const Array<double>& w) { return matmul(constant(x), constant(w)).value(); },
    [](auto g, auto x, auto w) {
        return std::tuple{matmul(g, w, Transposed::second), matmul(x, g, Transposed::first)};
    });

const auto cube_once = custom(
    "cube once", [](const Array<double>& x) -> Array<double> { return x * x * x; },
    once_differentiable([](const Array<double>& g, const Array<double>& x) -> Array<double> { return 3.0 * g * x * x; }));

const xt::xarray<double> x = {1.0, -2.0, 0.5};

std::string message(auto call) {
    try {
        call();
    } catch (const Error& error) {
        return error.what();
    }
    return "nothing was thrown";
}
bool        says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
std::string here(int line) { return "custom_test.cpp:" + std::to_string(line); }

} // namespace

TEST_CASE("A custom operation is one record with its own vjp, and is differentiated to every order") {
    Tape       tape;
    const auto v    = tape.watch(x);
    const int  line = __LINE__ + 1;
    const auto y    = exponential(v);
    CHECK(tape.size() == 2);
    CHECK(says(tape.to_text(), "exponential(%0)  double[3]"));
    CHECK(says(tape.to_text(), here(line)));
    CHECK(tape.gradient(sum(y), v)(0) == doctest::Approx(std::exp(1.0)));

    const auto total = [](auto u) { return sum(cube(u)); };
    CHECK(gradient(total, x) == xt::xarray<double>{3, 12, 0.75});
    CHECK(hessian(total, x) == xt::xarray<double>{{6, 0, 0}, {0, -12, 0}, {0, 0, 3}});
    CHECK(gradient([&](auto u) { return sum(hessian(total, u)); }, x) == xt::xarray<double>{6, 6, 6});
    CHECK(std::get<1>(jvp([](auto u) { return cube(u); }, x, xt::xarray<double>{1, 10, 100})) == xt::xarray<double>{3, 120, 75});
}

TEST_CASE("check_gradients says whether a custom operation's two functions belong together") {
    Random              random(7);
    const Array<double> a = random.normal_array<double>({3, 4}), b = random.normal_array<double>({4, 2});
    CHECK(check_gradients(
        {.second_order = true}, [](auto u) { return cube(u); }, x));
    CHECK(check_gradients(
        {.second_order = true}, [](auto u) { return exponential(u); }, x));
    CHECK(check_gradients(
        {.second_order = true}, [](auto u, auto w) { return product(u, w); }, a, b));
    CHECK(check_gradients([](auto u) { return cube_once(u); }, x));
    const auto wrong = custom([](const Array<double>& u) -> Array<double> { return u * u * u; }, [](auto g, auto u) { return 2.0 * g * u * u; });
    CHECK(check_gradients([&](auto u) { return wrong(u); }, x).verdict == GradientVerdict::differs);
}

TEST_CASE("On constants a custom operation computes and records nothing") {
    Tape       tape;
    const auto y = cube(constant(x));
    CHECK_FALSE(y.recorded());
    CHECK(y.value() == xt::xarray<double>{1, -8, 0.125});
    CHECK(cube(x).value() == y.value());
    CHECK(tape.size() == 0);
}

TEST_CASE("A once differentiable operation has a gradient, and says so when that is differentiated") {
    const auto total = [](auto u) { return sum(cube_once(u)); };
    CHECK(gradient(total, x) == xt::xarray<double>{3, 12, 0.75});
    const std::string text = message([&] { hessian(total, x); });
    CHECK(says(text, "cube once is differentiable once, because its vjp works on arrays"));
    CHECK(says(text, "custom_test.cpp:"));
    CHECK_THROWS_AS(jvp(total, x, x), Error);
    CHECK_THROWS_AS(hessian_vector_product(total, x, x), Error);
    // A recorded gradient that nobody differentiates is right.
    Tape       tape;
    const auto v = tape.watch(x);
    const auto d = gradient(total, v);
    CHECK(d.value() == xt::xarray<double>{3, 12, 0.75});
    CHECK(d.recorded());
    CHECK(tape.gradient(sum(d.detach() * v), v) == d.value());
}

TEST_CASE("Contributions nobody wants are not computed where they are lazy; eager and lazy ones agree") {
    int                      computed = 0;
    const auto               lazy     = custom([](const Array<double>& a, const Array<double>& b) -> Array<double> { return a * b; },
                             [&computed](auto g, auto a, auto b) {
                                 return each([=] { return g * b; },
                                             [=, &computed] {
                                                 ++computed;
                                                 return g * a;
                                             });
                             });
    const xt::xarray<double> w        = {2, 3, 4};
    CHECK(gradient([&](auto a) { return sum(lazy(a, w)); }, x) == w);
    CHECK(computed == 0);
    CHECK(gradient([&](auto b) { return sum(lazy(x, b)); }, w) == x);
    CHECK(computed == 1);
    // No gradient by nature.
    const auto of_first = custom([](const Array<double>& a, const Array<double>& b) -> Array<double> { return a + xt::floor(b); },
                                 [](auto g) {
                                     return std::tuple{g, NoContribution{}};
                                 });
    const auto [da, db] = gradient([&](auto a, auto b) { return sum(of_first(a, b)); }, x, w);
    CHECK(da == ones<double>({3}));
    CHECK(db == zeros<double>({3}));
}

TEST_CASE("A custom operation takes parameters, arrays and numbers beside variables, in float too, and several at a time") {
    nn::Parameters<float> parameters{1};
    const auto            w = parameters.make("w", {2}, nn::constant(3.0));
    const auto            sum_of_four =
        custom([](const auto& a, const auto& b, const auto& c, const auto& d) -> std::decay_t<decltype(a)> { return a + b + c + d; },
               [](auto g) {
                   return std::tuple{g, g, g, g};
               });
    Tape       tape;
    const auto v = tape.watch(Array<float>{1, 2});
    const auto y = sum_of_four(v, w, 1.0F, Array<float>{10, 20});
    static_assert(std::is_same_v<decltype(y), const Variable<float>>);
    CHECK(y.value() == Array<float>{15, 26});
    const auto [dv, dw] = tape.gradient(sum(y * y), std::tuple{v, parameters});
    CHECK(dv == Array<float>{30, 52});
    CHECK(dw["w"] == Array<float>{30, 52});
}

TEST_CASE("A contribution of the output's shape is summed to what was broadcast; any other shape is an error at the line of the call") {
    const auto plus = custom(
        "plus", [](const Array<double>& a, const Array<double>& b) -> Array<double> { return a + b; },
        [](auto g) {
            return std::tuple{g, g};
        });
    const auto [da, db] = gradient([&](auto a, auto b) { return sum(plus(a, b)); }, zeros<double>({2, 3}), zeros<double>({3}));
    CHECK(da == ones<double>({2, 3}));
    CHECK(db == full<double>({3}, 2.0));
    const auto short_of_one = custom(
        "short of one", [](const Array<double>& a) -> Array<double> { return a; }, [](auto g) { return sum(g); });
    CHECK(says(message([&] { gradient([&](auto a) { return sum(short_of_one(a)); }, x); }),
               "the vjp of `short of one` gave a contribution of shape [] for input 0 of shape [3]"));
    const int         line = __LINE__ + 1;
    const std::string text = message([&] { gradient([&](auto a) { return sum(short_of_one(a)); }, x); });
    CHECK(says(text, here(line)));
    // To a single number nothing is summed in silence but what was broadcast.
    const auto total = custom([](const Array<double>& a) { return xt::sum(a)(); }, [](auto g, auto a) { return g * (0.0 * a + 1.0); });
    CHECK(gradient([&](auto a) { return total(a); }, x) == ones<double>({3}));
    const auto wide = custom([](const Array<double>& a) { return a(); }, [](auto g) { return g * ones<double>({4}); });
    CHECK_THROWS_AS(gradient([&](auto a) { return wide(a); }, full<double>({}, 1.0)), Error);
}

TEST_CASE("Shapes that do not fit a custom forward are an error at the line of the call") {
    const int         line = __LINE__ + 1;
    const std::string text = message([] { product(zeros<double>({2, 3}), constant(zeros<double>({2, 3}))); });
    CHECK(says(text, "inner dimensions 3 and 2 differ"));
    CHECK(says(text, here(line)));
}

TEST_CASE("After a custom function throws the tape is as it was, and handles whose tape has ended are refused") {
    const auto       refuses = custom([](const Array<double>&) -> Array<double> { throw ValueError("no"); }, [](auto g) { return g; });
    Variable<double> gone    = 0;
    {
        Tape       tape;
        const auto v    = tape.watch(x);
        const auto size = tape.size();
        CHECK_THROWS_AS(refuses(v), ValueError);
        CHECK(tape.size() == size);
        CHECK(tape.gradient(sum(cube(v)), v) == xt::xarray<double>{3, 12, 0.75});
        gone = v;
    }
    CHECK_THROWS_AS(cube(gone), TapeError);
}
