#include "traps.hpp"

using namespace xtgrad;
using namespace xtgrad::traps;

TRAP_CASE("A01 A02", "sigmoid and its gradient keep their digits in both tails, and NaN") {
    const auto near = at([](auto x) { return sigmoid(x); }, {-1000, -745.2, -40, 0, 40, 709.8, 1000});
    check_elements(near.value, {0, 0, 4.248354255291589e-18, 0.5, 1, 1, 1});
    check_elements(near.gradient(), {0, 0, 4.248354255291589e-18, 0.25, 4.248354255291589e-18, 0, 0});
    const auto far = at([](auto x) { return sigmoid(x); }, {-inf, inf, nan64});
    check_elements(far.value, {0, 1, nan64});
    check_elements(far.gradient(), {0, 0, nan64});
}

TRAP_CASE("A04", "Where e^−x overflows neither sigmoid nor the formula written out has a NaN gradient") {
    for (const auto& result : {at([](auto x) { return sigmoid(x); }, {-1000}), at([](auto x) { return 1 / (1 + exp(-x)); }, {-1000})}) {
        check_elements(result.value, {0});
        check_elements(result.gradient(), {0});
    }
}

TRAP_CASE("A05", "softplus neither overflows nor loses its left tail") {
    const auto result = at([](auto x) { return softplus(x); }, {-1000, -40, 0, 40, 709.8, 1000, inf});
    check_elements(result.value, {0, 4.248354255291589e-18, 0.6931471805599453, 40, 709.8, 1000, inf});
    check_elements(result.gradient(), {0, 4.248354255291589e-18, 0.5, 1, 1, 1, 1});
}

TRAP_CASE("A06", "The logarithm of sigmoid, as −softplus(−x), is right in both tails") {
    const auto result = at([](auto x) { return -softplus(-x); }, {-inf, -1000, -40, 0, 40, 1000});
    check_elements(result.value, {-inf, -1000, -40, -0.6931471805599453, -4.248354255291589e-18, 0});
    check_elements(result.gradient(), {1, 1, 1, 0.5, 4.248354255291589e-18, 0});
}

TRAP_CASE("A08", "tanh's gradient does not vanish where tanh rounds to 1") {
    const auto result = at([](auto x) { return tanh(x); }, {-1000, 20, 0.1, 1, 2.5});
    check_elements(result.value, {-1, 1, 0.09966799462495582, 0.7615941559557649, 0.9866142981514303});
    check_elements(result.gradient(), {0, 1.6993417021166355e-17, 0.9900662908474398, 0.4199743416140261, 0.02659222668316062});
}

TRAP_CASE("A09", "tanh's second derivative is right") {
    check_elements(second_derivative([](auto x) { return tanh(x); }, {0.5}), {-0.7268619813835873});
}

TRAP_CASE("A10", "relu keeps NaN in value and gradient; its gradient at 0 is 0") {
    const auto result = at([](auto x) { return relu(x); }, {-0.0, 0, nan64, inf, -inf, 3});
    check_elements(result.value, {0, 0, nan64, inf, 0, 3});
    check_elements(result.gradient(), {0, 0, nan64, 1, 0, 1});
}

TRAP_CASE("D01", "sqrt: infinite slope at 0, NaN below") {
    const auto result = at([](auto x) { return sqrt(x); }, {0, -1, 4, inf});
    check_elements(result.value, {0, nan64, 2, inf});
    check_elements(result.gradient(), {inf, nan64, 0.25, 0});
}

TRAP_CASE("D02", "The root of a sum of squares has no gradient at 0, and says NaN") {
    const auto result = at([](auto x) { return sqrt(sum(x * x)); }, {0, 0});
    check_elements(result.value, {0});
    check_elements(result.gradient(), {nan64, nan64});
}

TRAP_CASE("D12", "log: infinite slope at 0, NaN below") {
    const auto result = at([](auto x) { return log(x); }, {0, -1, 1, inf});
    check_elements(result.value, {-inf, nan64, 0, inf});
    check_elements(result.gradient(), {inf, nan64, 1, 0});
}

TRAP_CASE("D13", "log1p keeps tiny arguments, and is NaN below −1") {
    const auto result = at([](auto x) { return log1p(x); }, {-1, 1e-20, -2});
    check_elements(result.value, {-inf, 1e-20, nan64});
    check_elements(result.gradient(), {inf, 1, nan64});
}

TRAP_CASE("D14", "expm1 keeps tiny arguments") {
    const auto result = at([](auto x) { return expm1(x); }, {1e-20, 1000, -1000});
    check_elements(result.value, {1e-20, inf, -1});
    check_elements(result.gradient(), {1, inf, 0});
}

TRAP_CASE("D16", "log of a subnormal number is right") {
    const auto result = at([](auto x) { return log(x); }, {2.2e-308});
    check_elements(result.value, {-708.4077512818018});
    check_elements(result.gradient(), {4.545454545454546e307});
}

TRAP_CASE("D17", "abs: gradient 0 at 0, NaN at NaN") {
    const auto result = at([](auto x) { return abs(x); }, {0, -0.0, -3, nan64});
    check_elements(result.value, {0, 0, 3, nan64});
    check_elements(result.gradient(), {0, 0, -1, nan64});
}

TRAP_CASE("D18", "sign has gradient 0 everywhere") {
    const auto result = at([](auto x) { return sign(x); }, {-3, 0, 2, inf});
    check_elements(result.value, {-1, 0, 1, 1});
    check_elements(result.gradient(), {0, 0, 0, 0});
}

TRAP_CASE("D20", "Division by 0 gives the limits in value and gradients") {
    const auto result = at([](auto a, auto b) { return a / b; }, {0, 1, 0}, {0, 0, 2});
    check_elements(result.value, {nan64, inf, 0});
    check_elements(result.gradients[0], {inf, inf, 0.5});
    check_elements(result.gradients[1], {nan64, -inf, 0});
}

TRAP_CASE("D25 D30", "x² as a power: value, first and second derivative at 0 and below") {
    const auto result = at([](auto x) { return pow(x, 2); }, {0, -3});
    check_elements(result.value, {0, 9});
    check_elements(result.gradient(), {0, -6});
    check_elements(second_derivative([](auto x) { return pow(x, 2); }, {0, -3}), {2, 2});
}

TRAP_CASE("D26", "x⁰ is 1 with gradient 0, even of NaN") {
    const auto result = at([](auto x) { return pow(x, 0); }, {0, 2, nan64});
    check_elements(result.value, {1, 1, 1});
    check_elements(result.gradient(), {0, 0, 0});
}

TRAP_CASE("D28 D29", "x¹ has slope 1 at 0, x⁻¹ slope −inf") {
    const auto first = at([](auto x) { return pow(x, 1); }, {0});
    check_elements(first.value, {0});
    check_elements(first.gradient(), {1});
    const auto reciprocal = at([](auto x) { return pow(x, -1); }, {0});
    check_elements(reciprocal.value, {inf});
    check_elements(reciprocal.gradient(), {-inf});
}

TRAP_CASE("D32 D33", "The gradient in the exponent at base 0") {
    const auto power  = [](auto a, auto b) { return pow(a, b); };
    const auto result = at(power, {0, 0, 0}, {0, 1, 2});
    check_elements(result.value, {1, 0, 0});
    check_elements(result.gradients[1], {0, 0, 0});
    const auto negative = at(power, {0}, {-1});
    check_elements(negative.value, {inf});
    check_elements(negative.gradients[0], {-inf});
    check_elements(negative.gradients[1], {-inf});
}

TRAP_CASE("D34", "Integer powers of negative numbers have a gradient in the base, none in the exponent") {
    const auto result = at([](auto a, auto b) { return pow(a, b); }, {-2, -2}, {2, 3});
    check_elements(result.value, {4, -8});
    check_elements(result.gradients[0], {-4, 12});
    check_elements(result.gradients[1], {nan64, nan64});
}

TRAP_CASE("D36", "A constant to the power x") {
    const auto two = at([](auto x) { return pow(2, x); }, {0, -1});
    check_elements(two.value, {1, 0.5});
    check_elements(two.gradient(), {0.6931471805599453, 0.34657359027997264});
    const auto zero = at([](auto x) { return pow(0, x); }, {0, 1, 2});
    check_elements(zero.value, {1, 0, 0});
    check_elements(zero.gradient(), {0, 0, 0});
}

// The limit at 0 is −inf, but pow sees two operands, whose gradients there are 0 each (D32).
TRAP_CASE("D37", "x to the power x: at 0 the gradients of pow's two operands add up to 0") {
    const auto result = at([](auto x) { return pow(x, x); }, {2, 0});
    check_elements(result.value, {4, 1});
    check_elements(result.gradient(), {6.772588722239782, 0});
}

TRAP_CASE("D38", "The second derivative of 0 to the power x is 0 and not NaN") {
    check_elements(second_derivative([](auto x) { return pow(0, x); }, {0, 1}), {0, 0});
}
