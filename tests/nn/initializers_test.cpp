#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include <xtgrad/nn/initializers.hpp>

using namespace xtgrad;

namespace {

struct Moments {
    double mean = 0, variance = 0, least = 0, most = 0;
};

constexpr std::size_t out = 200, in = 300;

Moments moments_of(const nn::Initializer& initializer) {
    Random              random(1);
    const Array<double> drawn = initializer({out, in}, random);
    REQUIRE(drawn.shape() == Shape{out, in});
    Moments      result;
    const double count = static_cast<double>(drawn.size());
    for (const double element : drawn.storage()) result.mean += element / count;
    for (const double element : drawn.storage()) result.variance += (element - result.mean) * (element - result.mean) / count;
    const auto [least, most] = std::minmax_element(drawn.storage().begin(), drawn.storage().end());
    result.least             = *least;
    result.most              = *most;
    return result;
}

// Of 60 000 draws: five standard errors of the mean, and 4 % for the variance, whose relative standard error is at most √(2/60 000) = 0.6 %.
void check_moments(const Moments& moments, double mean, double variance) {
    CHECK(std::abs(moments.mean - mean) < 5 * std::sqrt(variance / (out * in)));
    CHECK(moments.variance == doctest::Approx(variance).epsilon(0.04));
}

void check_range(const Moments& moments, double low, double high) {
    CHECK(moments.least >= low);
    CHECK(moments.most <= high);
    // It goes to both ends.
    CHECK(moments.least < low + (high - low) / 1000);
    CHECK(moments.most > high - (high - low) / 1000);
}

} // namespace

TEST_CASE("normal and uniform have the moments that were asked for") {
    check_moments(moments_of(nn::normal()), 0, 1);
    check_moments(moments_of(nn::normal(0.1)), 0, 0.01);
    const Moments uniform = moments_of(nn::uniform(-1, 3));
    check_moments(uniform, 1, 16.0 / 12);
    check_range(uniform, -1, 3);
    check_range(moments_of(nn::uniform()), 0, 1);
    const Moments constant = moments_of(nn::constant(0.25));
    CHECK(constant.least == 0.25);
    CHECK(constant.most == 0.25);
}

TEST_CASE("Glorot's and He's initialisers have the variances of their papers, for out × in") {
    check_moments(moments_of(nn::glorot_uniform()), 0, 2.0 / (in + out));
    check_moments(moments_of(nn::glorot_normal()), 0, 2.0 / (in + out));
    check_moments(moments_of(nn::he_uniform()), 0, 2.0 / in);
    check_moments(moments_of(nn::he_normal()), 0, 2.0 / in);
    check_range(moments_of(nn::glorot_uniform()), -std::sqrt(6.0 / (in + out)), std::sqrt(6.0 / (in + out)));
    check_range(moments_of(nn::he_uniform()), -std::sqrt(6.0 / in), std::sqrt(6.0 / in));
}

TEST_CASE("The fan counts the extents behind the first two axes, and needs two") {
    CHECK(nn::fan_of({8, 4}).in == 4);
    CHECK(nn::fan_of({8, 4}).out == 8);
    CHECK(nn::fan_of({8, 4, 3, 3}).in == 36);
    CHECK(nn::fan_of({8, 4, 3, 3}).out == 72);
    CHECK_THROWS_WITH_AS(nn::fan_of({8}), doctest::Contains("[8]"), ShapeError);
}
