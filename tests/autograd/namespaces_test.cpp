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
    // xtensor's own stay what they were.
    CHECK(exp(a)(0) == std::exp(0.25));
    CHECK(xarray<double>(where(a > 0.3, a, 0.0))(0) == 0);
    CHECK(xt::sum(a)() == 1.5);
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
#undef CHECK_REDUCER
    CHECK(argmax(x)(0) == 5);
    CHECK(argmax(x, 0)(2) == 1);
    CHECK(argmax(x, -1)(0) == 2);
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
    CHECK_VARIABLE(scatter(x, {{0, 1}, {2, 0}}, 1, a));
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
