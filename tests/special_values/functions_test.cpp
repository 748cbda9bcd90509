#include <xtgrad/autograd/map.hpp>

#include "traps.hpp"

using namespace xtgrad;
using namespace xtgrad::traps;

TRAP_CASE("B21", "logaddexp of large equal numbers") {
    const auto result = at([](auto a, auto b) { return logaddexp(a, b); }, {1000}, {1000});
    check_elements(result.value, {1000.6931471805599});
    check_elements(result.gradients[0], {0.5});
    check_elements(result.gradients[1], {0.5});
}

TRAP_CASE("C29", "xlogy at 0") {
    const auto result = at([](auto x, auto y) { return xlogy(x, y); }, {0, 0, 0, 1}, {0, 1, nan64, 0});
    check_elements(result.value, {0, 0, nan64, -inf});
    check_elements(result.gradients[0], {0, 0, nan64, -inf});
    check_elements(result.gradients[1], {0, 0, nan64, inf});
}

TRAP_CASE("D21", "Inverse functions at the ends of their domains") {
    const auto check = [](const auto& f, double value, double slope) {
        const auto result = at(f, {1});
        check_elements(result.value, {value});
        check_elements(result.gradient(), {slope});
    };
    check([](auto x) { return asin(x); }, 1.5707963267948966, inf);
    check([](auto x) { return acos(x); }, 0, -inf);
    check([](auto x) { return atanh(x); }, inf, inf);
    check([](auto x) { return acosh(x); }, 0, inf);
}

TRAP_CASE("D22", "atan2 and hypot have gradient 0 at the origin") {
    for (const auto& result : {at([](auto y, auto x) { return atan2(y, x); }, {0}, {0}), at([](auto y, auto x) { return hypot(y, x); }, {0}, {0})}) {
        check_elements(result.value, {0});
        check_elements(result.gradients[0], {0});
        check_elements(result.gradients[1], {0});
    }
}

TRAP_CASE("D24", "sinc near 0") {
    const auto result = at([](auto x) { return sinc(x); }, {0, 1e-9});
    check_elements(result.value, {1, 1});
    check_elements(result.gradient(), {0, -3.2898681336964527e-09});
    check_elements(second_derivative([](auto x) { return sinc(x); }, {0, 1}), {-3.289868133696453, 2});
    check_elements(at([](auto x) { return sinc(x); }, {1, -2, inf}).value, {0, 0, 0});
}

TEST_CASE("Outside their domains functions have a NaN value and a NaN gradient") {
    const auto check = [](const std::string& name, const auto& f, const xt::xarray<double>& x) {
        CAPTURE(name);
        const auto result = at(f, x);
        for (std::size_t i = 0; i < x.size(); ++i) {
            CAPTURE(x(i));
            CHECK(std::isnan(result.value(i)));
            CHECK(std::isnan(result.gradient()(i)));
        }
    };
    check("asin", [](auto x) { return asin(x); }, {-2, 1.5, nan64});
    check("acos", [](auto x) { return acos(x); }, {-2, 1.5, nan64});
    check("acosh", [](auto x) { return acosh(x); }, {-2, 0.5, nan64});
    check("atanh", [](auto x) { return atanh(x); }, {-2, 1.5, nan64});
    check("log2", [](auto x) { return log2(x); }, {-1, -inf, nan64});
    check("log10", [](auto x) { return log10(x); }, {-1, -inf, nan64});
    check("rsqrt", [](auto x) { return rsqrt(x); }, {-1, -inf, nan64});
    check("erfinv", [](auto x) { return erfinv(x); }, {-1.5, 2, nan64});
    check("logit", [](auto x) { return logit(x); }, {-0.5, 1.5, nan64});
    check("tan", [](auto x) { return tan(x); }, {-inf, inf, nan64});
    check("frac", [](auto x) { return frac(x); }, {-inf, inf, nan64});
    check("digamma", [](auto x) { return digamma(x); }, {-inf, nan64});
    check("fmod", [](auto x) { return fmod(x, 0); }, {1, 0, nan64});
    check("remainder", [](auto x) { return remainder(x, 2); }, {inf, -inf, nan64});
}

TEST_CASE("Functions of NaN have a NaN value and a NaN gradient") {
    const auto check = [](const std::string& name, const auto& f) {
        CAPTURE(name);
        const auto result = at(f, {nan64});
        CHECK(std::isnan(result.value(0)));
        CHECK(std::isnan(result.gradient()(0)));
    };
#define CHECK_NAN(...) check(#__VA_ARGS__, [](auto x) { return __VA_ARGS__; })
    CHECK_NAN(floor(x));
    CHECK_NAN(ceil(x));
    CHECK_NAN(round(x));
    CHECK_NAN(trunc(x));
    CHECK_NAN(sign(x));
    CHECK_NAN(copysign(x, 1));
    CHECK_NAN(heaviside(x, 0.5));
    CHECK_NAN(cbrt(x));
    CHECK_NAN(exp2(x));
    CHECK_NAN(atan(x));
    CHECK_NAN(sinh(x));
    CHECK_NAN(cosh(x));
    CHECK_NAN(asinh(x));
    CHECK_NAN(hypot(x, 1));
    CHECK_NAN(atan2(x, 1));
    CHECK_NAN(atan2(1, x));
    CHECK_NAN(sinc(x));
    CHECK_NAN(gaussian(x));
    CHECK_NAN(erf(x));
    CHECK_NAN(erfc(x));
    CHECK_NAN(erfcx(x));
    CHECK_NAN(ndtr(x));
    CHECK_NAN(log_ndtr(x));
    CHECK_NAN(lgamma(x));
    CHECK_NAN(polygamma(2, x));
    CHECK_NAN(i0(x));
    CHECK_NAN(i1(x));
    CHECK_NAN(entr(x));
    CHECK_NAN(xlog1py(1, x));
    CHECK_NAN(logaddexp(x, 1));
    CHECK_NAN(logaddexp2(1, x));
    CHECK_NAN(lerp(1, 2, x) * x);
    CHECK_NAN(fmax(x, x));
#undef CHECK_NAN
}

TEST_CASE("Rounding: to even at halves, the sign of zero, and gradient 0") {
    const auto rounded = at([](auto x) { return round(x); }, {-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, inf});
    check_elements(rounded.value, {-2, -2, 0, 0, 2, 2, inf});
    CHECK(std::signbit(rounded.value(2)));
    check_elements(rounded.gradient(), {0, 0, 0, 0, 0, 0, 0});
    check_elements(at([](auto x) { return floor(x); }, {-1.5, 1.5, 2}).value, {-2, 1, 2});
    check_elements(at([](auto x) { return ceil(x); }, {-1.5, 1.5, 2}).value, {-1, 2, 2});
    check_elements(at([](auto x) { return trunc(x); }, {-1.5, 1.5, 2}).value, {-1, 1, 2});
    const auto part = at([](auto x) { return frac(x); }, {-1.25, 1.25, 2});
    check_elements(part.value, {-0.25, 0.25, 0});
    check_elements(part.gradient(), {1, 1, 1});
}

TEST_CASE("remainder has the sign of the divisor, fmod that of the dividend; the gradient in the divisor is minus the quotient") {
    const xt::xarray<double> a{7, -7, 7, -7}, b{3, 3, -3, -3};
    const auto               c = at([](auto x, auto y) { return fmod(x, y); }, a, b);
    check_elements(c.value, {1, -1, 1, -1});
    check_elements(c.gradients[0], {1, 1, 1, 1});
    check_elements(c.gradients[1], {-2, 2, 2, -2});
    const auto numpy = at([](auto x, auto y) { return remainder(x, y); }, a, b);
    check_elements(numpy.value, {1, 2, -2, -1});
    check_elements(numpy.gradients[0], {1, 1, 1, 1});
    check_elements(numpy.gradients[1], {-2, 3, 3, -2});
}

TEST_CASE("copysign and heaviside at zeros of both signs") {
    const auto signs = at([](auto a, auto b) { return copysign(a, b); }, {2, -2, 2, 0}, {-0.0, 0.0, -3, -1});
    check_elements(signs.value, {-2, 2, -2, 0});
    CHECK(std::signbit(signs.value(3)));
    check_elements(signs.gradients[0], {-1, -1, -1, 0});
    check_elements(signs.gradients[1], {0, 0, 0, 0});
    const auto step = at([](auto x, auto h) { return heaviside(x, h); }, {-1, -0.0, 0, 1}, {0.25, 0.25, 0.5, 0.5});
    check_elements(step.value, {0, 0.25, 0.5, 1});
    check_elements(step.gradients[0], {0, 0, 0, 0});
    check_elements(step.gradients[1], {0, 1, 1, 0});
}

TEST_CASE("fmax and fmin ignore NaN, and ties split the gradient") {
    const auto larger = at([](auto a, auto b) { return fmax(a, b); }, {1, nan64, nan64, 2, 5}, {nan64, 2, nan64, 2, 3});
    check_elements(larger.value, {1, 2, nan64, 2, 5});
    check_elements(larger.gradients[0], {1, 0, nan64, 0.5, 1});
    check_elements(larger.gradients[1], {0, 1, nan64, 0.5, 0});
    const auto smaller = at([](auto a, auto b) { return fmin(a, b); }, {1, nan64, nan64, 2, 5}, {nan64, 2, nan64, 2, 3});
    check_elements(smaller.value, {1, 2, nan64, 2, 3});
    check_elements(smaller.gradients[0], {1, 0, nan64, 0.5, 0});
    check_elements(smaller.gradients[1], {0, 1, nan64, 0.5, 1});
}

TEST_CASE("hypot and atan2 neither overflow nor underflow, and have limits at infinity") {
    const auto huge = at([](auto a, auto b) { return hypot(a, b); }, {3e200, 3e-200, inf, -inf}, {4e200, 4e-200, 3, 2});
    check_elements(huge.value, {5e200, 5e-200, inf, inf});
    check_elements(huge.gradients[0], {0.6, 0.6, 1, -1});
    check_elements(huge.gradients[1], {0.8, 0.8, 0, 0});
    check_elements(at([](auto a, auto b) { return hypot(a, b); }, {inf}, {inf}).gradients[0], {nan64});
    const auto angle = at([](auto y, auto x) { return atan2(y, x); }, {3e200, 3e-200, 1, inf, inf, 0}, {4e200, 4e-200, inf, 1, inf, -1});
    check_elements(angle.value, {0.6435011087932844, 0.6435011087932844, 0, 1.5707963267948966, 0.7853981633974483, 3.141592653589793});
    check_elements(angle.gradients[0], {1.6e-201, 1.6e199, 0, 0, 0, -1});
    check_elements(angle.gradients[1], {-1.2e-201, -1.2e199, 0, 0, 0, 0});
}

TEST_CASE("Derivatives of asinh, acosh and atan do not overflow on the way") {
    check_elements(at([](auto x) { return asinh(x); }, {1e200, -1e200, inf}).gradient(), {1e-200, 1e-200, 0});
    check_elements(at([](auto x) { return acosh(x); }, {1e200, inf}).gradient(), {1e-200, 0});
    check_elements(at([](auto x) { return atan(x); }, {1e200, inf}).gradient(), {0, 0});
    check_elements(second_derivative([](auto x) { return atan(x); }, {1e200, inf, 1}), {0, 0, -0.5});
    check_elements(second_derivative([](auto x) { return asinh(x); }, {1e200, 0}), {0, 0});
}

TEST_CASE("cbrt, rsqrt and exp2 at 0 and far out") {
    const auto root = at([](auto x) { return cbrt(x); }, {0, -8, 1e-300, inf});
    check_elements(root.value, {0, -2, 1e-100, inf});
    check_elements(root.gradient(), {inf, 1.0 / 12, 3.3333333333333333e199, 0});
    const auto inverse = at([](auto x) { return rsqrt(x); }, {0, 4, inf});
    check_elements(inverse.value, {inf, 0.5, 0});
    check_elements(inverse.gradient(), {-inf, -0.0625, 0});
    const auto power = at([](auto x) { return exp2(x); }, {-inf, 10, 2000});
    check_elements(power.value, {0, 1024, inf});
    check_elements(power.gradient(), {0, 709.782712893384, inf});
}

TEST_CASE("ldexp does not overflow on the way") {
    const auto result = at([](auto x, auto n) { return ldexp(x, n); }, {std::ldexp(1.0, -1060), 0, 3}, {2080, 5000, -1});
    check_elements(result.value, {std::ldexp(1.0, 1020), 0, 1.5});
    check_elements(result.gradients[0], {inf, inf, 0.5});
    check_elements(result.gradients[1], {std::ldexp(0.6931471805599453, 1020), 0, 1.5 * 0.6931471805599453});
}

TEST_CASE("lerp is exact at both ends") {
    const auto result = at([](auto a, auto b) { return lerp(a, b, xt::xarray<double>{0, 1}); }, {0.1, 1e16}, {0.7, 0.3});
    CHECK(result.value(0) == 0.1);
    CHECK(result.value(1) == 0.3);
    check_elements(result.gradients[0], {1, 0});
    check_elements(result.gradients[1], {0, 1});
}

TEST_CASE("nan_to_num replaces, and where it does has gradient 0") {
    constexpr double largest = std::numeric_limits<double>::max();
    const auto       result  = at([](auto x) { return nan_to_num(x); }, {nan64, inf, -inf, 3});
    check_elements(result.value, {0, largest, -largest, 3});
    check_elements(result.gradient(), {0, 0, 0, 1});
    const auto own = at([](auto x) { return nan_to_num(x, -1, 7, -7); }, {nan64, inf, -inf, 3});
    check_elements(own.value, {-1, 7, -7, 3});
    check_elements(own.gradient(), {0, 0, 0, 1});
    const auto mapped = at([](const auto& x) { return map([](auto v) { return nan_to_num(v) + nan_to_num(v, -1, 7, -7); }, x); }, {nan64, 3});
    check_elements(mapped.value, {-1, 6});
    check_elements(mapped.gradient(), {0, 2});
    const Variable<float> single = nan_to_num(Variable<float>(std::numeric_limits<float>::infinity()));
    CHECK(single.item() == std::numeric_limits<float>::max());
}

TEST_CASE("masked_fill gives the gradient to what is kept and to what fills") {
    const Mask mask{true, false, true};
    const auto result = at([&](auto x, auto value) { return masked_fill(x, mask, value); }, {nan64, 2, inf}, {5});
    check_elements(result.value, {5, 2, 5});
    check_elements(result.gradients[0], {0, 1, 0});
    check_elements(result.gradients[1], {2});
}

TEST_CASE("float_power computes in double") {
    const Variable<float> x(3.0F);
    static_assert(std::is_same_v<decltype(float_power(x, 2)), Variable<double>>);
    CHECK(float_power(x, 40).item() == std::pow(3.0, 40));
    Tape       tape;
    const auto v = tape.watch(Array<float>(full<float>({2}, 3)));
    CHECK(tape.gradient(sum(float_power(v, 2)), v)(1) == 6);
}

TEST_CASE("logaddexp and logaddexp2 at infinities, and to second order at ties") {
    const xt::xarray<double> a{-inf, inf, inf, 3, -inf}, b{-inf, inf, 3, -inf, 2};
    const auto               check = [&](const auto& f, double curvature) {
        const auto result = at(f, a, b);
        check_elements(result.value, {-inf, inf, inf, 3, 2});
        check_elements(result.gradients[0], {0, 0.5, 1, 1, 0});
        check_elements(result.gradients[1], {0, 0.5, 0, 0, 1});
        check_elements(second_derivative([&](const auto& x) { return f(x, 2); }, {2}), {curvature});
        const auto far = at(f, {1, -1e17}, {-1e17, 1});
        check_elements(far.value, {1, 1});
        check_elements(far.gradients[0], {1, 0});
    };
    check([](const auto& x, const auto& y) { return logaddexp(x, y); }, 0.25);
    check([](const auto& x, const auto& y) { return logaddexp2(x, y); }, 0.25 * 0.6931471805599453);
    check_elements(at([](auto x, auto y) { return logaddexp2(x, y); }, {1000}, {1000}).value, {1001});
}

TEST_CASE("entr and xlog1py at 0 and outside") {
    const auto entropy = at([](auto x) { return entr(x); }, {0, 1, -1, inf});
    check_elements(entropy.value, {0, 0, -inf, -inf});
    check_elements(entropy.gradient(), {inf, -1, nan64, -inf});
    const auto result = at([](auto x, auto y) { return xlog1py(x, y); }, {0, 0, 0, 1, 0}, {-1, 1, nan64, -1, -2});
    check_elements(result.value, {0, 0, nan64, -inf, 0});
    check_elements(result.gradients[0], {0, 0.6931471805599453, nan64, -inf, 0});
    check_elements(result.gradients[1], {0, 0, nan64, inf, 0});
}

// mpmath 1.2.1, with 60 digits.
TEST_CASE("The normal distribution keeps its digits in the left tail, and so do its derivatives") {
    const auto tail = at([](auto x) { return ndtr(x); }, {-37, -10, 0, 10, -inf, inf});
    check_elements(tail.value, {5.725571222524577e-300, 7.61985302416052606597e-24, 0.5, 1, 0, 1});
    check_elements(tail.gradient(), {2.120006551524606e-298, 7.69459862670641935e-23, 0.3989422804014327, 7.69459862670641935e-23, 0, 0});
    const auto logarithm = at([](auto x) { return log_ndtr(x); }, {-1e8, -30, 0, 10, -inf, inf});
    check_elements(logarithm.value, {-5000000000000019.339, -454.32124395634319, -0.6931471805599453, -7.61985302416052606597e-24, -inf, 0});
    check_elements(logarithm.gradient(), {1e8, 30.033259667433677, 0.79788456080286535588, 7.69459862670641935e-23, inf, 0});
    check_elements(second_derivative([](auto x) { return log_ndtr(x); }, {-1e8, -30, 0}), {-1, -0.998896228488109909, -0.63661977236758134308});
}

TEST_CASE("erf, its complement and its inverse at their ends") {
    const auto error = at([](auto x) { return erf(x); }, {-inf, 0, inf, 1e200});
    check_elements(error.value, {-1, 0, 1, 1});
    check_elements(error.gradient(), {0, 1.1283791670955126, 0, 0});
    check_elements(second_derivative([](auto x) { return erf(x); }, {-inf, inf, 1e200}), {0, 0, 0});
    const auto complement = at([](auto x) { return erfc(x); }, {26, inf});
    check_elements(complement.value, {5.663192408856142846e-296, 0});
    const auto inverse = at([](auto x) { return erfinv(x); }, {-1, 1, 0, 1e-20});
    check_elements(inverse.value, {-inf, inf, 0, 8.8622692545275801365e-21});
    check_elements(inverse.gradient(), {inf, inf, 0.88622692545275801365, 0.88622692545275801365});
    check_elements(at([](auto x) { return erfcx(x); }, {1e10, inf}).value, {5.6418958354775628695e-11, 0});
}

TEST_CASE("The gamma function's logarithm and its derivatives at poles and far out") {
    const auto gamma = at([](auto x) { return lgamma(x); }, {0, -1, 1, 2, inf});
    check_elements(gamma.value, {inf, inf, 0, 0, inf});
    check_elements(gamma.gradient(), {-inf, nan64, -0.57721566490153286061, 0.42278433509846713939, inf});
    check_elements(at([](auto x) { return digamma(x); }, {0, -0.0, inf, 1e-300}).value, {-inf, inf, inf, -1e300});
    // At a negative pole digamma has no limit, but its derivative has.
    const auto pole = at([](auto x) { return digamma(x); }, {-1, -2});
    check_elements(pole.value, {nan64, nan64});
    check_elements(pole.gradient(), {inf, inf});
    check_elements(at([](auto x) { return polygamma(1, x); }, {0, -2, inf, 1}).value, {inf, inf, 0, 1.6449340668482264365});
    check_elements(at([](auto x) { return polygamma(1, x); }, {1, -0.5}).gradient(), {-2.4041138063191885708, -0.82879664423431999});
}

TEST_CASE("Bessel functions are even and odd, and overflow to infinity") {
    check_elements(at([](auto x) { return i0(x); }, {-2, 0, 2, 1000, -inf}).value, {2.2795853023360672674, 1, 2.2795853023360672674, inf, inf});
    check_elements(at([](auto x) { return i0(x); }, {-2, 0, 2, -inf}).gradient(), {-1.5906368546373290634, 0, 1.5906368546373290634, -inf});
    check_elements(at([](auto x) { return i1(x); }, {-2, 0, inf}).value, {-1.5906368546373290634, 0, inf});
    check_elements(at([](auto x) { return i1(x); }, {0}).gradient(), {0.5});
}

TEST_CASE("An order that is not a whole number from 0 on throws, and says which") {
    const Variable<double> x(1.0);
    const std::string      half = error_of<ValueError>([&] { (void)polygamma(0.5, x); });
    CHECK(contains(half, "polygamma: an order is a whole number from 0 on, and this one is 0.5"));
    CHECK(contains(half, "functions_test.cpp"));
    CHECK(contains(error_of<ValueError>([&] { (void)bessel_i(-1, x); }), "bessel_i: an order is a whole number from 0 on, and this one is -1"));
    CHECK(contains(error_of<ValueError>([&] { (void)sinc_derivative(nan64, x); }), "sinc_derivative: an order"));
    CHECK(contains(error_of<ValueError>([&] { (void)erfcx_moment(inf, x); }), "erfcx_moment: an order"));
}
