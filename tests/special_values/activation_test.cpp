#include <xtgrad/autograd/map.hpp>

#include "traps.hpp"

using namespace xtgrad;
using namespace xtgrad::traps;

TRAP_CASE("A12", "elu neither overflows nor has a NaN gradient where its other side does") {
    const auto result = at([](auto x) { return elu(x); }, {-1000, 0, 1000});
    check_elements(result.value, {-1, 0, 1000});
    check_elements(result.gradient(), {0, 1, 1});
}

TRAP_CASE("A13", "silu has its limits in value and gradient at both infinities") {
    const auto result = at([](auto x) { return silu(x); }, {-1000, 0, 1000, -inf, inf});
    check_elements(result.value, {0, 0, 1000, 0, inf});
    check_elements(result.gradient(), {0, 0.5, 1, 0, 1});
}

TRAP_CASE("A14", "gelu is right near 0 and far out") {
    const auto result = at([](auto x) { return gelu(x); }, {-0.5, 0.5, 1, -1000, 1000});
    check_elements(result.value, {-0.15426876936299344, 0.34573123063700656, 0.8413447460685429, 0, 1000});
    check_elements(result.gradient(), {0.13250487534383715, 0.8674951246561629, 1.0833154705876864, 0, 1});
}

TRAP_CASE("F10", "hardtanh and relu6 have gradient 1 at their bounds, as clip") {
    const auto tanh = at([](auto x) { return hardtanh(x); }, {-1, 1, -1.5, 2});
    check_elements(tanh.value, {-1, 1, -1, 1});
    check_elements(tanh.gradient(), {1, 1, 0, 0});
    const auto six = at([](auto x) { return relu6(x); }, {0, 6, -1, 7});
    check_elements(six.value, {0, 6, 0, 6});
    check_elements(six.gradient(), {1, 1, 0, 0});
}

namespace {

// A map of each of these, which takes a second to compile, serves several tests.
constexpr auto gelu_of      = [](auto x) { return gelu(x); };
constexpr auto gelu_tanh_of = [](auto x) { return gelu_tanh(x); };
constexpr auto silu_of      = [](auto x) { return silu(x); };
constexpr auto mish_of      = [](auto x) { return mish(x); };
constexpr auto hardswish_of = [](auto x) { return hardswish(x); };

} // namespace

TEST_CASE("gelu, its approximation, silu, mish and hardswish have the limits of value, gradient and second derivative at both infinities") {
    const auto check = [](const auto& f) {
        const auto result = at(f, {-inf, inf, -1e300, 1e300});
        check_elements(result.value, {0, inf, 0, 1e300});
        check_elements(result.gradient(), {0, 1, 0, 1});
        check_elements(second_derivative(f, {-inf, inf, -1e300, 1e300}), {0, 0, 0, 0});
    };
    check(gelu_of);
    check(gelu_tanh_of);
    check(silu_of);
    check(mish_of);
    check(hardswish_of);
}

TEST_CASE("The same limits hold within a map") {
    const auto check = [](const auto& f) {
        const auto result = at([&](const auto& x) { return map(f, x); }, {-inf, inf, -1e300, 1e300});
        check_elements(result.value, {0, inf, 0, 1e300});
        check_elements(result.gradient(), {0, 1, 0, 1});
    };
    check(gelu_of);
    check(gelu_tanh_of);
    check(silu_of);
    check(mish_of);
    check(hardswish_of);
}

TEST_CASE("Every activation has a NaN value and a NaN gradient at NaN") {
    const auto check_outcomes = [](const std::string& name, const Outcome<double>& recorded, const Outcome<double>& mapped) {
        CAPTURE(name);
        CHECK(std::isnan(recorded.value(0)));
        CHECK(std::isnan(recorded.gradient()(0)));
        CHECK(std::isfinite(recorded.gradient()(1)));
        CHECK(std::isnan(mapped.value(0)));
        CHECK(std::isnan(mapped.gradient()(0)));
    };
    const auto check = [&](const std::string& name, const auto& f) {
        check_outcomes(name, at(f, {nan64, 1}), at([&](const auto& x) { return map(f, x); }, {nan64, 1}));
    };
    check("gelu(x)", gelu_of);
    check("gelu_tanh(x)", gelu_tanh_of);
    check("silu(x)", silu_of);
    check("mish(x)", mish_of);
    check("hardswish(x)", hardswish_of);
#define CHECK_NAN(...) check(#__VA_ARGS__, [](auto x) { return __VA_ARGS__; })
    CHECK_NAN(sigmoid(x));
    CHECK_NAN(log_sigmoid(x));
    CHECK_NAN(softplus(x));
    CHECK_NAN(softsign(x));
    CHECK_NAN(relu(x));
    CHECK_NAN(relu6(x));
    CHECK_NAN(leaky_relu(x));
    CHECK_NAN(prelu(x, 0.25));
    CHECK_NAN(elu(x));
    CHECK_NAN(selu(x));
    CHECK_NAN(celu(x));
    CHECK_NAN(hardtanh(x));
    CHECK_NAN(hardsigmoid(x));
    CHECK_NAN(softshrink(x));
    CHECK_NAN(hardshrink(x));
    CHECK_NAN(tanhshrink(x));
    CHECK_NAN(threshold(x, 0.5, 2));
#undef CHECK_NAN
}

TEST_CASE("At their kinks activations have the gradients that they state") {
    check_elements(at([](auto x) { return leaky_relu(x); }, {-1, 0, 1}).gradient(), {0.01, 0.01, 1});
    check_elements(at([](auto x) { return elu(x, 2); }, {0}).gradient(), {2});
    check_elements(at([](auto x) { return selu(x); }, {0}).gradient(), {1.0507009873554805 * 1.6732632423543772});
    check_elements(at([](auto x) { return hardsigmoid(x); }, {-3, 3, 4}).gradient(), {1.0 / 6, 1.0 / 6, 0});
    check_elements(at([](auto x) { return hardswish(x); }, {-3, 3, -4, 4}).gradient(), {-0.5, 1.5, 0, 1});
    check_elements(at([](auto x) { return softshrink(x); }, {-0.5, 0, 0.5, 1}).gradient(), {0, 0, 0, 1});
    check_elements(at([](auto x) { return hardshrink(x); }, {-0.5, 0.5, 0.75}).gradient(), {0, 0, 1});
    check_elements(at([](auto x) { return threshold(x, 1, -7); }, {1, 2}).gradient(), {0, 1});
    check_elements(at([](auto x) { return threshold(x, 1, -7); }, {1, 2}).value, {-7, 2});
    const auto slope = at([](auto x, auto a) { return prelu(x, a); }, {-2, 3}, {0.5, 0.5});
    check_elements(slope.value, {-1, 3});
    check_elements(slope.gradients[1], {-2, 0});
}

TEST_CASE("softsign goes to ±1, and its gradient keeps its digits") {
    const auto result = at([](auto x) { return softsign(x); }, {-inf, inf, 0, 1e8});
    check_elements(result.value, {-1, 1, 0, 1e8 / (1 + 1e8)});
    check_elements(result.gradient(), {0, 0, 1, 1 / ((1 + 1e8) * (1 + 1e8))});
}

TEST_CASE("tanhshrink and its gradient keep their digits near 0, and have limits") {
    const auto result = at([](auto x) { return tanhshrink(x); }, {1e-5, -1e-100, 0, inf, -1000});
    check_elements(result.value, {3.3333333332e-16, -3.3333333333333333e-301, 0, inf, -999});
    check_elements(result.gradient(), {9.9999999993333333e-11, 1e-200, 0, 1, 1});
    check_elements(second_derivative([](auto x) { return tanhshrink(x); }, {0, 1e-5}), {0, 1.9999999997333333e-5});
}

TEST_CASE("The logarithm of sigmoid is right in both tails by its own name") {
    const auto result = at([](auto x) { return log_sigmoid(x); }, {-inf, -1000, -40, 0, 40, 1000});
    check_elements(result.value, {-inf, -1000, -40, -0.6931471805599453, -4.248354255291589e-18, 0});
    check_elements(result.gradient(), {1, 1, 1, 0.5, 4.248354255291589e-18, 0});
}

TEST_CASE("Numbers that an activation cannot take are named") {
    const Variable<double> x(1.0);
    CHECK(contains(error_of<ValueError>([&] { (void)hardtanh(x, 2, 1); }), "hardtanh: the lower bound must not exceed"));
    CHECK(contains(error_of<ValueError>([&] { (void)softshrink(x, -0.5); }), "softshrink: the threshold must not be negative"));
    CHECK(contains(error_of<ValueError>([&] { (void)celu(x, 0); }), "celu: alpha must not be 0"));
    CHECK(contains(error_of<ShapeError>([&] { (void)prelu(Variable<double>(zeros<double>({2})), zeros<double>({3})); }), "activation_test.cpp"));
}
