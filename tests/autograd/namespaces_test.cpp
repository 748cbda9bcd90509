#include <doctest/doctest.h>

#include <cmath>

#include <xtensor/xarray.hpp>
#include <xtensor/xbuilder.hpp>
#include <xtensor/xmanipulation.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xpad.hpp>
#include <xtensor/xsort.hpp>
#include <xtensor/xview.hpp>

#include <xtgrad/autograd.hpp>
#include <xtgrad/autograd/map.hpp>
#include <xtgrad/nn.hpp>

// Both at once, as users write it. What is ambiguous, or taken by xtensor, does not compile here, or has the wrong type.
using namespace xt;
using namespace xtgrad;

namespace {

template <class X>
constexpr bool is_variable = std::is_same_v<std::decay_t<X>, Variable<double>>;

#define CHECK_VARIABLE(expression)                                                                                                                   \
    {                                                                                                                                                \
        auto result = (expression);                                                                                                                  \
        static_assert(is_variable<decltype(result)>);                                                                                                \
        CHECK(result.recorded());                                                                                                                    \
    }

} // namespace

TEST_CASE("Operators take variables, arrays, lazy expressions and numbers in any order, under both namespaces") {
    Tape                 tape;
    const xarray<double> a = {{1, 2, 3}, {4, 5, 6}};
    const Array<double>  own(a);
    const auto           x    = tape.watch(a);
    const auto           lazy = a * 2 + 1;
    CHECK_VARIABLE(x + x);
    CHECK_VARIABLE(x + a);
    CHECK_VARIABLE(a + x);
    CHECK_VARIABLE(x - own);
    CHECK_VARIABLE(own - x);
    CHECK_VARIABLE(x * lazy);
    CHECK_VARIABLE(lazy * x);
    CHECK_VARIABLE(x / (a + a));
    CHECK_VARIABLE(view(a, 0, all()) + x);
    CHECK_VARIABLE(x + view(a, 0, all()));
    CHECK_VARIABLE(x + 1);
    CHECK_VARIABLE(1 + x);
    CHECK_VARIABLE(2.0 * x);
    CHECK_VARIABLE(x / 2.0F);
    CHECK_VARIABLE(1.0 / x);
    CHECK_VARIABLE(-x);
    CHECK_VARIABLE(+x);
    CHECK_VARIABLE((x + 1) * (2 - x) / x);
    auto y = x;
    y += a;
    y *= 2;
    y -= x;
    y /= x;
    CHECK((y.value()(0, 0)) == 3);
    static_assert(std::is_same_v<decltype(x < 2), Mask>);
    static_assert(std::is_same_v<decltype(x >= a), Mask>);
    CHECK((x > 3)(1, 0));
    CHECK((2 <= x)(0, 1));
    CHECK(equal(x, 2)(0, 1));
    CHECK(not_equal(x, a)(0, 0) == false);
    const auto mixed = tape.gradient(sum(x * lazy + a * x - x / 2 + view(a, 0, all()) * x), x);
    CHECK(mixed(1, 2) == 13 + 6 - 0.5 + 3);
}

TEST_CASE("Elementwise functions are found under both namespaces") {
    Tape                 tape;
    const xarray<double> a = {0.25, 0.5, 0.75};
    const auto           x = tape.watch(a);
    CHECK_VARIABLE(exp(x));
    CHECK_VARIABLE(expm1(x));
    CHECK_VARIABLE(log(x));
    CHECK_VARIABLE(log1p(x));
    CHECK_VARIABLE(sqrt(x));
    CHECK_VARIABLE(square(x));
    CHECK_VARIABLE(sin(x));
    CHECK_VARIABLE(cos(x));
    CHECK_VARIABLE(tanh(x));
    CHECK_VARIABLE(sigmoid(x));
    CHECK_VARIABLE(softplus(x));
    CHECK_VARIABLE(relu(x));
    CHECK_VARIABLE(abs(x));
    CHECK_VARIABLE(sign(x));
    CHECK_VARIABLE(pow(x, 2));
    CHECK_VARIABLE(pow(2.0, x));
    CHECK_VARIABLE(pow(x, a));
    CHECK_VARIABLE(pow(a, x));
    CHECK_VARIABLE(pow(x, x));
    CHECK_VARIABLE(maximum(x, 0.5));
    CHECK_VARIABLE(maximum(a, x));
    CHECK_VARIABLE(minimum(x, a));
    CHECK_VARIABLE(minimum(0.5, x));
    CHECK_VARIABLE(clip(x, 0.3, 0.6));
    CHECK_VARIABLE(where(x > 0.5, x, 0));
    CHECK_VARIABLE(where(x > 0.5, a, x));
    CHECK_VARIABLE(where(a > 0.5, x, -x));
    CHECK_VARIABLE(add(x, a));
    CHECK_VARIABLE(subtract(a, x));
    CHECK_VARIABLE(multiply(x, 2));
    CHECK_VARIABLE(divide(1, x));
    CHECK_VARIABLE(negate(x));
    CHECK_VARIABLE(exp(log(x) * 2) + sin(a));
    CHECK_VARIABLE(rsqrt(x));
    CHECK_VARIABLE(cbrt(x));
    CHECK_VARIABLE(exp2(x));
    CHECK_VARIABLE(log2(x));
    CHECK_VARIABLE(log10(x));
    CHECK_VARIABLE(tan(x));
    CHECK_VARIABLE(asin(x));
    CHECK_VARIABLE(acos(x));
    CHECK_VARIABLE(atan(x));
    CHECK_VARIABLE(sinh(x));
    CHECK_VARIABLE(cosh(x));
    CHECK_VARIABLE(tanh(x));
    CHECK_VARIABLE(asinh(x));
    CHECK_VARIABLE(atanh(x));
    CHECK_VARIABLE(sinc(x));
    CHECK_VARIABLE(gaussian(x));
    CHECK_VARIABLE(erf(x));
    CHECK_VARIABLE(erfc(x));
    CHECK_VARIABLE(erfcx(x));
    CHECK_VARIABLE(erfinv(x));
    CHECK_VARIABLE(lgamma(x));
    CHECK_VARIABLE(digamma(x));
    CHECK_VARIABLE(i0(x));
    CHECK_VARIABLE(i1(x));
    CHECK_VARIABLE(ndtr(x));
    CHECK_VARIABLE(log_ndtr(x));
    CHECK_VARIABLE(entr(x));
    CHECK_VARIABLE(logit(x));
    CHECK_VARIABLE(log_sigmoid(x));
    CHECK_VARIABLE(softsign(x));
    CHECK_VARIABLE(relu6(x));
    CHECK_VARIABLE(leaky_relu(x));
    CHECK_VARIABLE(elu(x));
    CHECK_VARIABLE(selu(x));
    CHECK_VARIABLE(celu(x));
    CHECK_VARIABLE(gelu(x));
    CHECK_VARIABLE(gelu_tanh(x));
    CHECK_VARIABLE(silu(x));
    CHECK_VARIABLE(mish(x));
    CHECK_VARIABLE(hardtanh(x));
    CHECK_VARIABLE(hardsigmoid(x));
    CHECK_VARIABLE(hardswish(x));
    CHECK_VARIABLE(softshrink(x));
    CHECK_VARIABLE(hardshrink(x));
    CHECK_VARIABLE(tanhshrink(x));
    CHECK_VARIABLE(floor(x));
    CHECK_VARIABLE(ceil(x));
    CHECK_VARIABLE(round(x));
    CHECK_VARIABLE(trunc(x));
    CHECK_VARIABLE(frac(x));
    CHECK_VARIABLE(nan_to_num(x));
    CHECK_VARIABLE(deg2rad(x));
    CHECK_VARIABLE(rad2deg(x));
    CHECK_VARIABLE(reciprocal(x));
    CHECK_VARIABLE(acosh(x + 1));
    CHECK_VARIABLE(float_power(x, a));
    CHECK_VARIABLE(float_power(a, x));
    CHECK_VARIABLE(float_power(x, 2));
    CHECK_VARIABLE(float_power(2.0, x));
    CHECK_VARIABLE(fmax(x, a));
    CHECK_VARIABLE(fmax(a, x));
    CHECK_VARIABLE(fmax(x, 2));
    CHECK_VARIABLE(fmax(2.0, x));
    CHECK_VARIABLE(fmin(x, a));
    CHECK_VARIABLE(fmin(a, x));
    CHECK_VARIABLE(fmin(x, 2));
    CHECK_VARIABLE(fmin(2.0, x));
    CHECK_VARIABLE(hypot(x, a));
    CHECK_VARIABLE(hypot(a, x));
    CHECK_VARIABLE(hypot(x, 2));
    CHECK_VARIABLE(hypot(2.0, x));
    CHECK_VARIABLE(atan2(x, a));
    CHECK_VARIABLE(atan2(a, x));
    CHECK_VARIABLE(atan2(x, 2));
    CHECK_VARIABLE(atan2(2.0, x));
    CHECK_VARIABLE(fmod(x, a));
    CHECK_VARIABLE(fmod(a, x));
    CHECK_VARIABLE(fmod(x, 2));
    CHECK_VARIABLE(fmod(2.0, x));
    CHECK_VARIABLE(remainder(x, a));
    CHECK_VARIABLE(remainder(a, x));
    CHECK_VARIABLE(remainder(x, 2));
    CHECK_VARIABLE(remainder(2.0, x));
    CHECK_VARIABLE(copysign(x, a));
    CHECK_VARIABLE(copysign(a, x));
    CHECK_VARIABLE(copysign(x, 2));
    CHECK_VARIABLE(copysign(2.0, x));
    CHECK_VARIABLE(ldexp(x, a));
    CHECK_VARIABLE(ldexp(a, x));
    CHECK_VARIABLE(ldexp(x, 2));
    CHECK_VARIABLE(ldexp(2.0, x));
    CHECK_VARIABLE(logaddexp(x, a));
    CHECK_VARIABLE(logaddexp(a, x));
    CHECK_VARIABLE(logaddexp(x, 2));
    CHECK_VARIABLE(logaddexp(2.0, x));
    CHECK_VARIABLE(logaddexp2(x, a));
    CHECK_VARIABLE(logaddexp2(a, x));
    CHECK_VARIABLE(logaddexp2(x, 2));
    CHECK_VARIABLE(logaddexp2(2.0, x));
    CHECK_VARIABLE(xlogy(x, a));
    CHECK_VARIABLE(xlogy(a, x));
    CHECK_VARIABLE(xlogy(x, 2));
    CHECK_VARIABLE(xlogy(2.0, x));
    CHECK_VARIABLE(xlog1py(x, a));
    CHECK_VARIABLE(xlog1py(a, x));
    CHECK_VARIABLE(xlog1py(x, 2));
    CHECK_VARIABLE(xlog1py(2.0, x));
    CHECK_VARIABLE(heaviside(x, a));
    CHECK_VARIABLE(heaviside(a, x));
    CHECK_VARIABLE(heaviside(x, 2));
    CHECK_VARIABLE(heaviside(2.0, x));
    CHECK_VARIABLE(prelu(x, a));
    CHECK_VARIABLE(prelu(a, x));
    CHECK_VARIABLE(prelu(x, 2));
    CHECK_VARIABLE(prelu(2.0, x));
    CHECK_VARIABLE(polygamma(1, x));
    CHECK_VARIABLE(bessel_i(2, x));
    CHECK_VARIABLE(sinc_derivative(1, x));
    CHECK_VARIABLE(erfcx_moment(1, x));
    CHECK_VARIABLE(lerp(x, a, 0.5));
    CHECK_VARIABLE(lerp(0, a, x));
    CHECK_VARIABLE(addcmul(x, a, a));
    CHECK_VARIABLE(addcmul(a, x, a, 2));
    CHECK_VARIABLE(addcdiv(a, x, a));
    CHECK_VARIABLE(addcdiv(x, 1, a, 2));
    CHECK_VARIABLE(masked_fill(x, x > 0.5, 0));
    CHECK_VARIABLE(masked_fill(x, a > 0.5, x));
    CHECK_VARIABLE(masked_fill(a, a > 0.5, x));
    CHECK_VARIABLE(nan_to_num(x, 0, 1, -1));
    CHECK_VARIABLE(threshold(x, 0.5, 0));
    CHECK_VARIABLE(hardtanh(x, -1, 1));
    CHECK_VARIABLE(leaky_relu(x, 0.1));
    CHECK_VARIABLE(elu(x, 2));
    CHECK_VARIABLE(celu(x, 2));
    CHECK_VARIABLE(softshrink(x, 0.1));
    CHECK_VARIABLE(hardshrink(x, 0.1));
    // xtensor's own stay what they were.
    CHECK(exp(a)(0) == std::exp(0.25));
    CHECK(xarray<double>(where(a > 0.3, a, 0.0))(0) == 0);
    CHECK(xt::sum(a)() == 1.5);
}

TEST_CASE("Elementwise functions take parameters, and numbers of a map, under both namespaces") {
    nn::Parameters<double> parameters;
    const auto             p = parameters.make("p", {2}, nn::constant(0.5));
    Tape                   tape;
    CHECK_VARIABLE(erf(p));
    CHECK_VARIABLE(nan_to_num(p));
    CHECK_VARIABLE(hypot(p, 2));
    CHECK_VARIABLE(atan2(1, p));
    CHECK_VARIABLE(float_power(p, 2));
    CHECK_VARIABLE(masked_fill(p, Mask{true, false}, 0));
    CHECK_VARIABLE(polygamma(1, p));
    CHECK_VARIABLE(gelu(p));
    CHECK_VARIABLE(leaky_relu(p));
    CHECK_VARIABLE(hardtanh(p));
    CHECK_VARIABLE(
        map([](auto v) { return hypot(erf(v), 2) + polygamma(1, v) + gelu(v) + hardtanh(v) + leaky_relu(v, 0.1) + sinc(v) + log_ndtr(v); }, p));
    CHECK_VARIABLE(map(
        [](auto v) { return square(v) + nan_to_num(v) + masked_fill(v, v > 0.5, 0) + lerp(v, 1, v) + logaddexp(v, 0) + fmod(v, 1) + entr(v); }, p));
}

TEST_CASE("Reducers take every form of axes, under both namespaces") {
    Tape                 tape;
    const xarray<double> a        = {{1, 2, 3}, {4, 5, 6}};
    const auto           x        = tape.watch(a);
    const auto           shape_of = [](const Variable<double>& v) { return v.shape(); };
#define CHECK_REDUCER(reducer)                                                                                                                       \
    CHECK_VARIABLE(reducer(x));                                                                                                                      \
    CHECK(shape_of(reducer(x)) == Shape{});                                                                                                          \
    CHECK(shape_of(reducer(x, 0)) == Shape{3});                                                                                                      \
    CHECK(shape_of(reducer(x, -1)) == Shape{2});                                                                                                     \
    CHECK(shape_of(reducer(x, {1})) == Shape{2});                                                                                                    \
    CHECK(shape_of(reducer(x, {0, 1})) == Shape{});                                                                                                  \
    CHECK(shape_of(reducer(x, {1, 0})) == Shape{});                                                                                                  \
    CHECK(shape_of(reducer(x, {-2})) == Shape{3});                                                                                                   \
    CHECK(shape_of(reducer(x, std::vector<Index>{0})) == Shape{3});                                                                                  \
    CHECK(shape_of(reducer(x, Axes{0})) == Shape{3});                                                                                                \
    CHECK(shape_of(reducer(x, 0, keep_dims)) == Shape{1, 3});                                                                                        \
    CHECK(shape_of(reducer(x, {0}, keep_dims)) == Shape{1, 3});                                                                                      \
    CHECK(shape_of(reducer(x, {0, 1}, keep_dims)) == Shape{1, 1});                                                                                   \
    CHECK(shape_of(reducer(x, keep_dims)) == Shape{1, 1});                                                                                           \
    CHECK_VARIABLE(reducer(x * 2, 1))
    CHECK_REDUCER(sum);
    CHECK_REDUCER(mean);
    CHECK_REDUCER(amax);
    CHECK_REDUCER(amin);
    CHECK_REDUCER(logsumexp);
    CHECK_REDUCER(prod);
    CHECK_REDUCER(variance);
    CHECK_REDUCER(stddev);
    CHECK_REDUCER(nansum);
    CHECK_REDUCER(nanmean);
    CHECK_REDUCER(median);
#undef CHECK_REDUCER
#define CHECK_WITH_DEGREES(reducer)                                                                                                                  \
    CHECK_VARIABLE(reducer(x, 0, 1));                                                                                                                \
    CHECK(shape_of(reducer(x, -1, 1)) == Shape{2});                                                                                                  \
    CHECK(shape_of(reducer(x, {0, 1}, 1)) == Shape{});                                                                                               \
    CHECK(shape_of(reducer(x, Axes{0}, 1)) == Shape{3});                                                                                             \
    CHECK(shape_of(reducer(x, std::vector<Index>{0}, 1)) == Shape{3});                                                                               \
    CHECK(shape_of(reducer(x, 0, 1, keep_dims)) == Shape{1, 3});                                                                                     \
    CHECK(shape_of(reducer(x, {0}, 1, keep_dims)) == Shape{1, 3})
    CHECK_WITH_DEGREES(variance);
    CHECK_WITH_DEGREES(stddev);
#undef CHECK_WITH_DEGREES
#define CHECK_WITH_OPTION(reducer, option)                                                                                                           \
    CHECK_VARIABLE(reducer(x, option));                                                                                                              \
    CHECK(shape_of(reducer(x, option, 0)) == Shape{3});                                                                                              \
    CHECK(shape_of(reducer(x, option, {0})) == Shape{3});                                                                                            \
    CHECK(shape_of(reducer(x, option, {0, 1})) == Shape{});                                                                                          \
    CHECK(shape_of(reducer(x, option, Axes{-1})) == Shape{2});                                                                                       \
    CHECK(shape_of(reducer(x, option, keep_dims)) == Shape{1, 1});                                                                                   \
    CHECK(shape_of(reducer(x, option, 0, keep_dims)) == Shape{1, 3});                                                                                \
    CHECK(shape_of(reducer(x, option, {0}, keep_dims)) == Shape{1, 3})
    CHECK_WITH_OPTION(norm, 0);
    CHECK_WITH_OPTION(norm, 1);
    CHECK_WITH_OPTION(norm, 2.5);
    CHECK_WITH_OPTION(quantile, 0);
    CHECK_WITH_OPTION(quantile, 0.5);
#undef CHECK_WITH_OPTION
    CHECK(shape_of(norm(x)) == Shape{});
    CHECK(shape_of(norm(x, keep_dims)) == Shape{1, 1});
    CHECK(shape_of(quantile(x, {0.25, 0.5}, 0)) == Shape{2, 3});
    CHECK(shape_of(quantile(x, std::vector{0.25}, 1, keep_dims)) == Shape{1, 2, 1});
    CHECK(argmax(x)(0) == 5);
    CHECK(argmax(x, 0)(2) == 1);
    CHECK(argmax(x, -1)(0) == 2);
    CHECK(argmin(x)(0) == 0);
    CHECK(argmin(x, 0)(2) == 0);
    CHECK(argmin(x, -1, keep_dims).shape() == Shape{2, 1});
    static_assert(std::is_same_v<decltype(count_nonzero(x)), Array<Index>>);
    CHECK(count_nonzero(x, 0)(1) == 2);
    CHECK(count_nonzero(x, {0, 1})() == 6);
    CHECK(count_nonzero(x, {0}, keep_dims).shape() == Shape{1, 3});
    CHECK(count_nonzero(x, keep_dims)(0, 0) == 6);
}

TEST_CASE("Scans, sorting and functions of lines are found under both namespaces") {
    Tape                 tape;
    const xarray<double> a = {{1, 3}, {2, 4}};
    const auto           x = tape.watch(a);
#define CHECK_SCAN(scan)                                                                                                                             \
    CHECK_VARIABLE(scan(x));                                                                                                                         \
    CHECK(scan(x).shape() == Shape{4});                                                                                                              \
    CHECK(scan(x, 0).shape() == Shape{2, 2});                                                                                                        \
    CHECK_VARIABLE(scan(x * 2, -1))
    CHECK_SCAN(cumsum);
    CHECK_SCAN(cumprod);
    CHECK_SCAN(cummax);
    CHECK_SCAN(cummin);
    CHECK_SCAN(logcumsumexp);
#undef CHECK_SCAN
    CHECK_VARIABLE(linear_recurrence(x, a, 0));
    CHECK_VARIABLE(linear_recurrence(x, x));
    CHECK_VARIABLE(diff(x));
    CHECK_VARIABLE(diff(x, 1));
    CHECK_VARIABLE(diff(x, 1, 0));
    CHECK_VARIABLE(trapz(x));
    CHECK_VARIABLE(trapz(x, 0.5));
    CHECK_VARIABLE(trapz(x, 2, 0));
    CHECK_VARIABLE(trapz(x, a));
    CHECK_VARIABLE(trapz(x, a * 2, 0));
    CHECK_VARIABLE(trapz(x, x, 0));
    CHECK_VARIABLE(sort(x));
    CHECK_VARIABLE(sort(x, 0));
    CHECK_VARIABLE(topk(x, 1));
    CHECK_VARIABLE(topk(x, 1, 0));
    CHECK(argsort(x)(1, 0) == 0);
    CHECK(argsort(x, 0)(1, 0) == 1);
    CHECK_VARIABLE(softmax(x));
    CHECK_VARIABLE(softmax(x, 0));
    CHECK_VARIABLE(softmax(x, {0, 1}));
    CHECK_VARIABLE(log_softmax(x));
    CHECK_VARIABLE(log_softmax(x, 0));
    CHECK_VARIABLE(log_softmax(x, Axes{0, 1}));
    CHECK_VARIABLE(masked_softmax(x, x > 1));
    CHECK_VARIABLE(masked_softmax(x, x > 1, 0));
    CHECK_VARIABLE(masked_softmax(x, a > 1, {0, 1}));
    CHECK_VARIABLE(normalize(x));
    CHECK_VARIABLE(normalize(x, 0));
    CHECK_VARIABLE(normalize(x, 0, 1));
    CHECK_VARIABLE(normalize(x, {0, 1}, 1));
    CHECK_VARIABLE(glu(x));
    CHECK_VARIABLE(glu(x, 0));
    CHECK(xt::median(a) == 2.5);
}

TEST_CASE("Functions of shape, selection and products are found under both namespaces") {
    Tape                 tape;
    const xarray<double> a = {{1, 2, 3}, {4, 5, 6}};
    const auto           x = tape.watch(a);
    CHECK_VARIABLE(reshape(x, {3, 2}));
    CHECK_VARIABLE(reshape(x, {-1}));
    CHECK_VARIABLE(transpose(x));
    CHECK_VARIABLE(transpose(x, {1, 0}));
    CHECK_VARIABLE(broadcast_to(x, {4, 2, 3}));
    CHECK_VARIABLE(expand_dims(x, 1));
    CHECK_VARIABLE(expand_dims(x, {0, 2}));
    CHECK_VARIABLE(squeeze(expand_dims(x, 0)));
    CHECK_VARIABLE(squeeze(expand_dims(x, 0), 0));
    CHECK_VARIABLE(slice(x, {Range(0, 1), Range::all()}));
    CHECK_VARIABLE(pad(x, {{1, 0}, {0, 2}}));
    CHECK_VARIABLE(gather(x, Array<Index>{{0, 1}, {2, 0}}, 1));
    CHECK_VARIABLE(scatter_add(x, Array<Index>{{0, 0, 1}, {1, 1, 0}}, 1, {2, 2}));
    CHECK_VARIABLE(concatenate({x, x}, 1));
    CHECK_VARIABLE(concatenate(std::vector{x, x}));
    CHECK_VARIABLE(matmul(x, transpose(a)));
    CHECK_VARIABLE(matmul(transpose(a), x));
    CHECK_VARIABLE(matmul(x, a, Transposed::second));
    static_assert(std::is_same_v<std::decay_t<decltype(cast<float>(x))>, Variable<float>>);
    CHECK(!detach(x).recorded());
    CHECK(!constant(a).recorded());
    CHECK(squeeze(expand_dims(x, 1)).shape() == Shape{2, 3});
}

TEST_CASE("Functions that rearrange, join and cut are found under both namespaces, whatever integers they are given") {
    Tape                           tape;
    const xarray<double>           a         = {{1, 2, 3}, {4, 5, 6}};
    const auto                     x         = tape.watch(a);
    const std::size_t              one       = 1;
    const Index                    minus_one = -1;
    const std::vector<std::size_t> counts{2, 1};
    CHECK_VARIABLE(ravel(x));
    CHECK_VARIABLE(flatten(x * 2));
    CHECK_VARIABLE(moveaxis(x, 0, -1));
    CHECK_VARIABLE(swapaxes(x, 0, 1));
    CHECK_VARIABLE(flip(x));
    CHECK_VARIABLE(flip(x, 0));
    CHECK_VARIABLE(flip(x, one));
    CHECK_VARIABLE(flip(x, minus_one));
    CHECK_VARIABLE(flip(x, {0, 1}));
    CHECK_VARIABLE(flip(x, {}));
    CHECK_VARIABLE(squeeze(expand_dims(x, one), one));
    CHECK_VARIABLE(transpose(x, {one, one - 1}));
    CHECK_VARIABLE(repeat(x, 2));
    CHECK_VARIABLE(repeat(x, 2, 0));
    CHECK_VARIABLE(repeat(x, one, one));
    CHECK_VARIABLE(repeat(x, minus_one + 2, minus_one));
    CHECK_VARIABLE(repeat(x, {1, 2}, 0));
    CHECK_VARIABLE(repeat(x, counts, one - 1));
    CHECK_VARIABLE(repeat(x, counts, 0));
    CHECK_VARIABLE(repeat(x, std::vector<int>{1, 2}, 0));
    CHECK(repeat(x, {1, 2}, 0).shape() == Shape{3, 3});
    CHECK_VARIABLE(tile(x, 2));
    CHECK_VARIABLE(tile(x, one));
    CHECK_VARIABLE(tile(x, {2, 1}));
    CHECK_VARIABLE(tile(x, counts));
    CHECK_VARIABLE(roll(x, 1));
    CHECK_VARIABLE(roll(x, 1, 0));
    CHECK_VARIABLE(roll(x, minus_one, minus_one));
    CHECK_VARIABLE(roll(x, {1, 2}, {0, 1}));
    CHECK_VARIABLE(rot90(x));
    CHECK_VARIABLE(rot90(x, 2));
    CHECK_VARIABLE(rot90(x, {1, 0}));
    CHECK_VARIABLE(rot90(x, -1, {1, 0}));
    CHECK_VARIABLE(stack({x, x}, 1));
    CHECK_VARIABLE(stack(std::vector{x, x}));
    CHECK_VARIABLE(hstack({x, x}));
    CHECK_VARIABLE(vstack({x, x}));
    CHECK_VARIABLE(dstack({x, x}));
    CHECK_VARIABLE(block_diag({x, x}));
    CHECK_VARIABLE(meshgrid({ravel(x), ravel(x)})[0]);
    CHECK_VARIABLE(meshgrid(std::vector{ravel(x), ravel(x)})[1]);
    CHECK_VARIABLE(meshgrid({ravel(x), ravel(x)}, MeshIndexing::ij)[0]);
    CHECK_VARIABLE(split(x, 2)[0]);
    CHECK_VARIABLE(split(x, one)[0]);
    CHECK_VARIABLE(split(x, one, one)[0]);
    CHECK_VARIABLE(split(x, 3, -1)[0]);
    CHECK_VARIABLE(split(x, {1})[1]);
    CHECK_VARIABLE(split(x, {1, 2}, 1)[2]);
    CHECK(split(x, {1}, 1)[1].shape() == Shape{2, 2});
}

TEST_CASE("Functions that take, replace and surround are found under both namespaces") {
    Tape                 tape;
    const xarray<double> a = {{1, 2, 3}, {4, 5, 6}};
    const auto           x = tape.watch(a);
    const Index          k = -1;
    CHECK_VARIABLE(slice(x, {Range::ellipsis(), Range::newaxis(), 0}));
    CHECK_VARIABLE(pad(x, 1));
    CHECK_VARIABLE(pad(x, 1, PadMode::edge));
    CHECK_VARIABLE(pad(x, {{1, 0}, {0, 2}}, PadMode::reflect));
    CHECK_VARIABLE(pad(x, {{1, 0}, {0, 2}}, PadMode::constant, 1));
    CHECK_VARIABLE(sliding_window(x, 2, 1));
    CHECK_VARIABLE(sliding_window(x, {2, 2}));
    CHECK_VARIABLE(sliding_window(x, {2, 2}, {1, 0}));
    CHECK_VARIABLE(take(x, 0));
    CHECK_VARIABLE(take(x, {0, 1}, 1));
    CHECK_VARIABLE(take(x, {{0, 1}, {1, 0}}, 0));
    CHECK_VARIABLE(take(x, xarray<int>{1, 0}, 0));
    CHECK_VARIABLE(take(x, argmax(x, 1), 1));
    CHECK_VARIABLE(take_along_axis(x, {{0, 1}, {2, 0}}, 1));
    CHECK_VARIABLE(scatter(x, {{0, 1}, {2, 0}}, 1, view(a, all(), xt::range(0, 2))));
    CHECK_VARIABLE(scatter(x, {{0, 1}, {2, 0}}, 1, 0));
    CHECK_VARIABLE(index_add(x, {0, 0}, 1, 1));
    CHECK_VARIABLE(index_update(x, {0}, view(a, 1, all())));
    CHECK_VARIABLE(index_update(a, {0, 1}, slice(x, {0, 0})));
    CHECK_VARIABLE(masked_select(x, x > 2));
    CHECK_VARIABLE(masked_select(x, a > 2));
    CHECK_VARIABLE(masked_scatter(x, x > 2, a));
    CHECK_VARIABLE(tril(x));
    CHECK_VARIABLE(tril(x, 1));
    CHECK_VARIABLE(triu(x, k));
    CHECK_VARIABLE(diag(x));
    CHECK_VARIABLE(diag(ravel(x), 1));
    CHECK_VARIABLE(diag(x, k));
    CHECK_VARIABLE(diagonal(x));
    CHECK_VARIABLE(diagonal(x, 1));
    CHECK_VARIABLE(diagonal(x, k));
    CHECK_VARIABLE(diagonal(x, 0, -1, 0));
    CHECK_VARIABLE(diagonal(x, 0, std::size_t{1}, std::size_t{0}));
    CHECK_VARIABLE(trace(x));
    CHECK_VARIABLE(trace(x, 1, 0, 1));
}

TEST_CASE("A generic lambda works with both namespaces in use") {
    const auto [value, dx] = value_and_gradient([](auto v) { return sum(exp(v) * v); }, xarray<double>{1.0, 2.0, 3.0});
    CHECK(value == doctest::Approx(std::exp(1.0) + 2 * std::exp(2.0) + 3 * std::exp(3.0)));
    CHECK(dx(2) == doctest::Approx(4 * std::exp(3.0)));
    const auto slopes = gradient([](auto v, auto w) { return mean(tanh(v) * w, {0}); }, xarray<double>{1.0, 2.0}, xarray<double>{3.0, 4.0});
    CHECK(std::get<1>(slopes)(0) == doctest::Approx(std::tanh(1.0) / 2));
}
