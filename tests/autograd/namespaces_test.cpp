#include <cmath>

#include "namespaces.hpp"

using namespace xt;
using namespace xtgrad;

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

TEST_CASE("Reducers take every form of axes, under both namespaces") {
    Tape                 tape;
    const xarray<double> a = {{1, 2, 3}, {4, 5, 6}};
    const auto           x = tape.watch(a);
#define CHECK_REDUCER(reducer)                                                                                                                       \
    CHECK_VARIABLE(reducer(x));                                                                                                                      \
    CHECK_SHAPE(reducer(x), {});                                                                                                                     \
    CHECK_SHAPE(reducer(x, 0), {3});                                                                                                                 \
    CHECK_SHAPE(reducer(x, -1), {2});                                                                                                                \
    CHECK_SHAPE(reducer(x, {1}), {2});                                                                                                               \
    CHECK_SHAPE(reducer(x, {0, 1}), {});                                                                                                             \
    CHECK_SHAPE(reducer(x, {1, 0}), {});                                                                                                             \
    CHECK_SHAPE(reducer(x, {-2}), {3});                                                                                                              \
    CHECK_SHAPE(reducer(x, std::vector<Index>{0}), {3});                                                                                             \
    CHECK_SHAPE(reducer(x, Axes{0}), {3});                                                                                                           \
    CHECK_SHAPE(reducer(x, 0, keep_dims), {1, 3});                                                                                                   \
    CHECK_SHAPE(reducer(x, {0}, keep_dims), {1, 3});                                                                                                 \
    CHECK_SHAPE(reducer(x, {0, 1}, keep_dims), {1, 1});                                                                                              \
    CHECK_SHAPE(reducer(x, keep_dims), {1, 1});                                                                                                      \
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
    CHECK_SHAPE(reducer(x, -1, 1), {2});                                                                                                             \
    CHECK_SHAPE(reducer(x, {0, 1}, 1), {});                                                                                                          \
    CHECK_SHAPE(reducer(x, Axes{0}, 1), {3});                                                                                                        \
    CHECK_SHAPE(reducer(x, std::vector<Index>{0}, 1), {3});                                                                                          \
    CHECK_SHAPE(reducer(x, 0, 1, keep_dims), {1, 3});                                                                                                \
    CHECK_SHAPE(reducer(x, {0}, 1, keep_dims), {1, 3})
    CHECK_WITH_DEGREES(variance);
    CHECK_WITH_DEGREES(stddev);
#undef CHECK_WITH_DEGREES
#define CHECK_WITH_OPTION(reducer, option)                                                                                                           \
    CHECK_VARIABLE(reducer(x, option));                                                                                                              \
    CHECK_SHAPE(reducer(x, option, 0), {3});                                                                                                         \
    CHECK_SHAPE(reducer(x, option, {0}), {3});                                                                                                       \
    CHECK_SHAPE(reducer(x, option, {0, 1}), {});                                                                                                     \
    CHECK_SHAPE(reducer(x, option, Axes{-1}), {2});                                                                                                  \
    CHECK_SHAPE(reducer(x, option, keep_dims), {1, 1});                                                                                              \
    CHECK_SHAPE(reducer(x, option, 0, keep_dims), {1, 3});                                                                                           \
    CHECK_SHAPE(reducer(x, option, {0}, keep_dims), {1, 3})
    CHECK_WITH_OPTION(norm, 0);
    CHECK_WITH_OPTION(norm, 1);
    CHECK_WITH_OPTION(norm, 2.5);
    CHECK_WITH_OPTION(quantile, 0);
    CHECK_WITH_OPTION(quantile, 0.5);
#undef CHECK_WITH_OPTION
    CHECK_SHAPE(norm(x), {});
    CHECK_SHAPE(norm(x, keep_dims), {1, 1});
    CHECK_SHAPE(quantile(x, {0.25, 0.5}, 0), {2, 3});
    CHECK_SHAPE(quantile(x, std::vector{0.25}, 1, keep_dims), {1, 2, 1});
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

TEST_CASE("A generic lambda works with both namespaces in use") {
    const auto [value, dx] = value_and_gradient([](auto v) { return sum(exp(v) * v); }, xarray<double>{1.0, 2.0, 3.0});
    CHECK(value == doctest::Approx(std::exp(1.0) + 2 * std::exp(2.0) + 3 * std::exp(3.0)));
    CHECK(dx(2) == doctest::Approx(4 * std::exp(3.0)));
    const auto slopes = gradient([](auto v, auto w) { return mean(tanh(v) * w, {0}); }, xarray<double>{1.0, 2.0}, xarray<double>{3.0, 4.0});
    CHECK(std::get<1>(slopes)(0) == doctest::Approx(std::tanh(1.0) / 2));
}
