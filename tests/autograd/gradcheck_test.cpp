#include <doctest/doctest.h>

#include <cmath>
#include <sstream>

#include <xtgrad/array/random.hpp>
#include <xtgrad/autograd.hpp>

using namespace xtgrad;

namespace {

using Mode = GradientCheckOptions::Mode;

const xt::xarray<double> three = {0.3, -1.2, 2.0};

std::string text(const GradientReport& report) {
    std::ostringstream stream;
    stream << report;
    return stream.str();
}

/// The value of `f(x)` with the gradient of `g(x)`: what a wrong vjp is to a checker.
template <class F, class G>
auto with_gradient_of(F f, G g) {
    return [=](const Variable<double>& x) {
        const Variable<double> false_value = g(x);
        return false_value + (f(x).detach() - false_value.detach());
    };
}

// Ones, but for the last element.
Array<double> last_is(double value, std::size_t count) {
    Array<double> result     = ones<double>({count});
    result.data()[count - 1] = value;
    return result;
}

const auto f = [](const Variable<double>& x) { return sin(x) * exp(x); };

} // namespace

TEST_CASE("check_gradients agrees with a right gradient, of one input and of several, of any shape") {
    CHECK(check_gradients(f, three));
    CHECK(check_gradients([](auto x) { return sum(square(x)); }, 1.5));
    const xt::xarray<double> w      = {{1, 2, 3}, {4, 5, 6}};
    const auto               report = check_gradients([](auto a, auto b) { return tanh(0.1 * matmul(b, a)) + logsumexp(a); }, three, w);
    CHECK(report);
    CHECK(report.compared == 2 * 9);
    CHECK(report.largest_error < 1e-9);
    CHECK(check_gradients([](auto x) { return reshape(x, {0, 2}); }, xt::xarray<double>(xt::zeros<double>({2, 0}))));
}

TEST_CASE("check_gradients sees a function that depends on nothing") {
    CHECK(check_gradients([](auto x) { return Variable<double>(ones<double>(x.shape())); }, three));
    CHECK(check_gradients(
        {.second_order = true}, [](auto x) { return 3 * x; }, three));
}

TEST_CASE("check_gradients catches a wrong sign, a factor of 1.001, a missing term and a wrong last element") {
    CHECK(check_gradients(with_gradient_of(f, f), three));
    const auto wrong = [](auto g) {
        for (const Mode mode : {Mode::jacobian, Mode::directions}) {
            const auto report = check_gradients({.mode = mode}, with_gradient_of(f, g), three);
            CHECK(report.verdict == GradientVerdict::differs);
            CHECK(report.differing > 0);
            CHECK(!report);
        }
    };
    wrong([](const Variable<double>& x) { return -f(x); });
    wrong([](const Variable<double>& x) { return 1.001 * f(x); });
    wrong([](const Variable<double>& x) { return (1 + 1e-5) * f(x); });
    wrong([](const Variable<double>& x) { return sin(x) * exp(x).detach(); });
    wrong([](const Variable<double>& x) { return f(x) * last_is(-1, 3); });
    wrong([](const Variable<double>& x) { return f(x).detach(); });
    // A finite value with a gradient of NaN.
    wrong([](const Variable<double>& x) { return f(x) + sqrt(0 * x); });
}

TEST_CASE("A wrong last element among a thousand is caught by the coordinates that direction mode adds") {
    const Array<double> large = Random(3).uniform_array<double>({1000}, -1, 1);
    const auto          right = [](const Variable<double>& x) { return sum(exp(x)); };
    CHECK(check_gradients({.mode = Mode::directions}, right, large));
    const auto report = check_gradients(
        {.mode = Mode::directions}, with_gradient_of(right, [](const Variable<double>& x) { return sum(exp(x) * last_is(1 + 1e-5, 1000)); }), large);
    CHECK(report.verdict == GradientVerdict::differs);
    CHECK(report.worst.by == "input 0 [999]");
}

TEST_CASE("Large inputs are checked along directions by themselves, small ones entry by entry") {
    const Array<double> large = Random(3).uniform_array<double>({1000}, -1, 1);
    const auto          many  = check_gradients([](auto x) { return exp(x) * x; }, large);
    CHECK(many);
    CHECK(many.compared < 50);
    CHECK(check_gradients([](auto x) { return exp(x) * x; }, three).compared == 9);
}

TEST_CASE("Second order: a wrong second derivative behind a right first one is caught") {
    CHECK(check_gradients({.second_order = true}, f, three));
    // The value and the first derivative of x²/2, but a derivative that is itself recorded as a constant.
    const auto constant_slope = [](const Variable<double>& x) { return x * x.detach() - square(x).detach() / 2; };
    CHECK(check_gradients(constant_slope, three));
    const auto report = check_gradients({.second_order = true}, constant_slope, three);
    CHECK(report.verdict == GradientVerdict::differs);
    CHECK(report.worst.of.find("∂f/∂input 0") == 0);
}

TEST_CASE("A kink, a jump and noise are inconclusive, never a pass") {
    const auto inconclusive = [](auto g, double x) {
        const auto report = check_gradients(g, x);
        CHECK(report.verdict == GradientVerdict::inconclusive);
        CHECK(report.inconclusive == 1);
        CHECK(!report);
    };
    for (const double x : {0.0, 1e-12, 1e-9, 1e-7, -1e-6}) {
        inconclusive([](auto v) { return abs(v); }, x);
        inconclusive([](auto v) { return relu(v); }, x);
        inconclusive([](auto v) { return maximum(2 * v, v); }, x);
        inconclusive([](auto v) { return where(v > 0, v + 1, v); }, x);
    }
    inconclusive([](auto v) { return sqrt(v); }, 0.0);
    inconclusive([](auto v) { return log(v); }, 0.0);
    // Rounding noise of 1e-8 in a function of size 1.
    inconclusive([](auto v) { return (1.1 * v + 1e8) - 1e8; }, 1.0 / 3);
    Random random(5);
    inconclusive([&](auto v) { return v + 1e-6 * random.normal(); }, 1.0);
    // A step away from the kink it is none.
    CHECK(check_gradients([](auto v) { return abs(v); }, 1e-4));
}

TEST_CASE("A NaN gradient differs from a number, and nothing can be said of a function that is NaN") {
    CHECK(check_gradients([](auto x) { return sqrt(square(x)) + sqrt(x) * 0; }, 4.0));
    const auto report = check_gradients([](auto x) { return log(x); }, -1.0);
    CHECK(report.verdict == GradientVerdict::inconclusive);
}

TEST_CASE("The report names the worst element, both numbers, the step and the uncertainty") {
    const auto report = check_gradients(
        with_gradient_of([](const Variable<double>& x) { return 2 * x; }, [](const Variable<double>& x) { return 2 * x * last_is(1.5, 3); }), three);
    CHECK(report.verdict == GradientVerdict::differs);
    CHECK(report.differing == 1);
    CHECK(report.worst.of == "f [2]");
    CHECK(report.worst.by == "input 0 [2]");
    CHECK(report.worst.analytic == 3);
    CHECK(report.worst.numeric == doctest::Approx(2).epsilon(1e-9));
    CHECK(report.worst.uncertainty < 1e-8);
    const std::string printed = text(report);
    for (const char* part : {"differs", "f [2]", "input 0 [2]", "3", "step", "±"}) CHECK(printed.find(part) != std::string::npos);
}

TEST_CASE("check_gradients passes on what the function throws, and works under an outer tape") {
    CHECK_THROWS_AS(check_gradients([](auto x) { return reshape(x, {7}); }, three), ShapeError);
    Tape       tape;
    const auto x = tape.watch(three);
    const auto y = sum(x * x);
    CHECK(check_gradients({.second_order = true}, f, x));
    CHECK(tape.gradient(y, x)(2) == 4);
}
