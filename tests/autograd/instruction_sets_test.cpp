#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <numbers>
#include <tuple>
#include <vector>

#include <xtgrad/array/random.hpp>
#include <xtgrad/autograd.hpp>
#include <xtgrad/autograd/kernels/table.hpp>
#include <xtgrad/autograd/primitives/activation.hpp>
#include <xtgrad/autograd/primitives/arithmetic.hpp>
#include <xtgrad/autograd/primitives/rounding.hpp>
#include <xtgrad/autograd/primitives/selection.hpp>
#include <xtgrad/autograd/primitives/special.hpp>
#include <xtgrad/autograd/primitives/transcendental.hpp>
#include <xtgrad/autograd/primitives/trigonometric.hpp>

using namespace xtgrad;

namespace {

// The kernels are compiled for several instruction sets; a program uses those of the best one, these tests those of each.

template <Scalar T, std::same_as<Array<T>>... X>
Array<T> forward(const kernels::Table<T>& table, std::size_t primitive, const Array<T>& first, const X&... more) {
    Array<T>          y          = zeros<T>(first.shape());
    const T* const    operands[] = {first.data(), more.data()...};
    kernels::Loop     loop;
    const std::size_t sizes[] = {first.size(), more.size()...};
    kernels::plan_linear(loop, first.size(), sizes);
    table.elementwise[primitive].forward(loop, operands, y.data());
    return y;
}

/// Random numbers of every size and sign, then the special ones, at every position in a vector.
template <Scalar T>
Array<T> numbers(double reach) {
    using Limits = std::numeric_limits<T>;
    const std::vector<T> special{T(0),
                                 T(-0.0),
                                 Limits::infinity(),
                                 -Limits::infinity(),
                                 Limits::quiet_NaN(),
                                 Limits::max(),
                                 -Limits::max(),
                                 Limits::min(),
                                 -Limits::min(),
                                 Limits::denorm_min(),
                                 -Limits::denorm_min(),
                                 Limits::min() / 8,
                                 T(1),
                                 T(-1),
                                 T(1) - Limits::epsilon(),
                                 Limits::epsilon() - T(1),
                                 T(88.7),
                                 T(-103),
                                 T(709.5),
                                 T(-744)};
    std::vector<T>       all;
    Random               random(11);
    const Array<T>       near = random.uniform_array<T>({20'000}, -reach, reach);
    all.insert(all.end(), near.begin(), near.end());
    const Array<T> powers = random.uniform_array<T>({5'000}, Limits::min_exponent, Limits::max_exponent - 1);
    for (std::size_t i = 0; i < powers.size(); ++i) all.push_back((i % 2 == 0 ? 1 : -1) * std::exp2(powers(i)));
    for (std::size_t i = 0; i < special.size(); ++i) {
        all.insert(all.end(), special.begin(), special.end());
        all.push_back(T(0.5));
    }
    Array<T> result = zeros<T>({all.size()});
    std::copy(all.begin(), all.end(), result.begin());
    return result;
}

/// NaN for NaN; infinities and zeros as they are, with their signs; else an error in units in the last place: that of the largest number too, in
/// place of an infinity.
template <Scalar T>
double error_of(T value, long double exact) {
    const T near = static_cast<T>(exact);
    if (std::isnan(near)) return std::isnan(value) ? 0 : HUGE_VAL;
    if (std::isinf(near) && (value == near || std::isinf(exact))) return value == near ? 0 : HUGE_VAL;
    if (exact == 0) return value == 0 && std::signbit(value) == std::signbit(exact) ? 0 : HUGE_VAL;
    const int         exponent = std::clamp(std::ilogb(exact), std::numeric_limits<T>::min_exponent - 1, std::numeric_limits<T>::max_exponent - 1);
    const long double unit     = std::ldexp(1.0L, exponent + 1 - std::numeric_limits<T>::digits);
    const double      error    = static_cast<double>(std::abs(static_cast<long double>(value) - exact) / unit);
    return std::isnan(error) ? HUGE_VAL : error;
}

/// Every operand's numbers `places` on: other neighbours, and another place in the vector.
template <Scalar T>
Array<T> rotated(const Array<T>& x, std::size_t places) {
    Array<T> result = zeros<T>(x.shape());
    std::rotate_copy(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(places), x.end(), result.begin());
    return result;
}

template <class P, Scalar T, class Exact, std::same_as<Array<T>>... X>
void check_at(double most, Exact exact, const X&... x) {
    const std::size_t size = std::get<0>(std::tie(x...)).size();
    for (const auto& set : kernels::tables<T>()) {
        CAPTURE(set.instruction_set);
        CAPTURE(P::name);
        const Array<T> y       = forward<T>(*set.table, elementwise_index<P>, x...);
        const Array<T> others  = forward<T>(*set.table, elementwise_index<P>, rotated(x, 3)...);
        double         largest = 0;
        std::size_t    where   = 0;
        bool           alike   = true;
        for (std::size_t i = 0; i < size; ++i) {
            const double error = error_of(y(i), exact(static_cast<long double>(x(i))...));
            if (!(error <= largest)) {
                largest = error;
                where   = i;
            }
            const T other = others((i + size - 3) % size);
            alike         = alike && (other == y(i) ? std::signbit(other) == std::signbit(y(i)) : std::isnan(other) && std::isnan(y(i)));
        }
        const double at[2] = {static_cast<double>(x(where))...};
        CAPTURE(at[0]);
        CAPTURE(at[1]);
        CHECK(largest <= most);
        CHECK(alike);
    }
}

template <class P, Scalar T, class Exact>
void check(Exact exact, double most = 3, double reach = 20) {
    check_at<P, T>(most, exact, numbers<T>(reach));
}

/// Pairs of all special numbers with each other, of unrelated numbers, of near ones, and of multiples and their neighbours.
template <class P, Scalar T, class Exact>
void check_pairs(Exact exact, double most = 3) {
    const Array<T> x     = numbers<T>(20);
    Array<T>       first = zeros<T>({4 * x.size()}), second = first;
    const auto     special = [&](std::size_t i) { return x(x.size() - 1 - i % 21); };
    for (std::size_t i = 0; i < x.size(); ++i) {
        const T other       = x((i * 7919) % x.size());
        const T pairs[4][2] = {{special(i), special(i / 21)},
                               {x(i), other},
                               {x(i), x(i) * other},
                               {std::nextafter(std::trunc(other) * x(i), i % 3 == 0 ? T(0) : other), x(i)}};
        for (std::size_t pair = 0; pair < 4; ++pair) {
            first(4 * i + pair)  = pairs[pair][0];
            second(4 * i + pair) = pairs[pair][1];
        }
    }
    check_at<P, T>(most, exact, first, second);
}

// DLMF 7.12.1, for x ≤ −30.
long double asymptotic_log_ndtr(long double x) {
    const long double z = 1 / (x * x);
    return -x * x / 2 - std::log(-x) - std::log(2 * std::numbers::pi_v<long double>) / 2 + std::log1p(-z * (1 - 3 * z * (1 - 5 * z * (1 - 7 * z))));
}

template <Scalar T>
void check_near(T a, T b) {
    CHECK(std::abs(a - b) <= 8 * std::numeric_limits<T>::epsilon() * (std::abs(b) + 1));
}

} // namespace

TEST_CASE_TEMPLATE("Every instruction set computes the elementary functions to 3 units in the last place, and special values as the C library", T,
                   float, double) {
    REQUIRE(!kernels::tables<T>().empty());
    CHECK(kernels::tables<T>().back().table == &kernels::table<T>());
    check<Exp, T>([](long double x) { return std::exp(x); });
    check<Expm1, T>([](long double x) { return std::expm1(x); });
    check<Log, T>([](long double x) { return std::log(x); });
    check<Log1p, T>([](long double x) { return std::log1p(x); });
    check<Sqrt, T>([](long double x) { return std::sqrt(x); });
    check<Sin, T>([](long double x) { return std::sin(x); });
    check<Cos, T>([](long double x) { return std::cos(x); });
    check<Tanh, T>([](long double x) { return std::tanh(x); });
    check<Sigmoid, T>([](long double x) { return 1 / (1 + std::exp(-x)); });
    check<Softplus, T>([](long double x) { return std::max(x, 0.0L) + std::log1p(std::exp(-std::abs(x))) + (std::isnan(x) ? x : 0); });
    check<Abs, T>([](long double x) { return std::abs(x); });
    check<Negate, T>([](long double x) { return -x; });
    check<Square, T>([](long double x) { return x * x; });
    check<Relu, T>([](long double x) { return x <= 0 ? 0.0L : x; });
    check<Exp2, T>([](long double x) { return std::exp2(x); });
    check<Log2, T>([](long double x) { return std::log2(x); });
    check<Log10, T>([](long double x) { return std::log10(x); });
    check<Cbrt, T>([](long double x) { return std::cbrt(x); });
    check<Tan, T>([](long double x) { return std::tan(x); });
    check<Asin, T>([](long double x) { return std::asin(x); }, 3, 1);
    check<Acos, T>([](long double x) { return std::acos(x); }, 3, 1);
    check<Atan, T>([](long double x) { return std::atan(x); }, 3, 2);
    check<Sinh, T>([](long double x) { return std::sinh(x); }, 3, 2);
    check<Cosh, T>([](long double x) { return std::cosh(x); }, 3, 2);
    check<Asinh, T>([](long double x) { return std::asinh(x); }, 3, 2);
    check<Acosh, T>([](long double x) { return std::acosh(x); });
    check<Atanh, T>([](long double x) { return std::atanh(x); }, 3, 1);
}

TEST_CASE_TEMPLATE("Every instruction set computes functions of two numbers to 3 units in the last place, and special pairs as the C library", T,
                   float, double) {
    check_pairs<Hypot, T>([](long double a, long double b) { return std::hypot(a, b); });
    check_pairs<Atan2, T>([](long double a, long double b) { return std::atan2(a, b); });
    check_pairs<Ldexp, T>([](long double x, long double n) { return std::isfinite(n) && (x == 0 || std::isinf(x)) ? x : x * std::exp2(n); });
}

TEST_CASE_TEMPLATE("Every instruction set rounds, and divides with a remainder, exactly", T, float, double) {
    check<Floor, T>([](long double x) { return std::floor(x); }, 0);
    check<Ceil, T>([](long double x) { return std::ceil(x); }, 0);
    check<Trunc, T>([](long double x) { return std::trunc(x); }, 0);
    check<Round, T>([](long double x) { return std::nearbyint(x); }, 0);
    check_pairs<Fmod, T>([](long double a, long double b) { return std::fmod(a, b); }, 0);
    // Rounded where b is added to the rest.
    check_pairs<Remainder, T>(
        [](long double a, long double b) {
            const long double rest = std::fmod(a, b);
            if (rest == 0) return std::copysign(rest, b);
            return (rest < 0) != (b < 0) ? rest + b : rest;
        },
        0.5);
}

TEST_CASE_TEMPLATE("Every instruction set is exact at whole powers of two, their logarithms and cubes", T, float, double) {
    using Limits         = std::numeric_limits<T>;
    constexpr int lowest = Limits::min_exponent - Limits::digits, count = Limits::max_exponent - lowest;
    Array<T>      whole = zeros<T>({static_cast<std::size_t>(count)}), power = whole;
    Array<T>      root = zeros<T>({200}), cube = root;
    for (int i = 0; i < count; ++i) {
        const auto place = static_cast<std::size_t>(i);
        whole(place)     = static_cast<T>(lowest + i);
        power(place)     = std::ldexp(T(1), lowest + i);
    }
    for (std::size_t i = 0; i < 200; ++i) {
        root(i) = T(i) - T(100);
        cube(i) = root(i) * root(i) * root(i);
    }
    for (const auto& set : kernels::tables<T>()) {
        CAPTURE(set.instruction_set);
        CHECK(forward<T>(*set.table, elementwise_index<Exp2>, whole) == power);
        CHECK(forward<T>(*set.table, elementwise_index<Log2>, power) == whole);
        CHECK(forward<T>(*set.table, elementwise_index<Cbrt>, cube) == root);
    }
}

TEST_CASE_TEMPLATE("Every instruction set computes the error function and its kin to 5 units in the last place, tails and special values too", T,
                   float, double) {
    const auto ndtr = [](long double x) { return std::erfc(-x / std::numbers::sqrt2_v<long double>) / 2; };
    check<Erf, T>([](long double x) { return std::erf(x); }, 5);
    check<Erfc, T>([](long double x) { return std::erfc(x); }, 5);
    check<Ndtr, T>(ndtr, 5);
    check<Gaussian, T>([](long double x) { return std::exp(-x * x); }, 5);
    check<LogNdtr, T>([&](long double x) { return x < -30 ? asymptotic_log_ndtr(x) : x < 0 ? std::log(ndtr(x)) : std::log1p(-ndtr(-x)); }, 6);
}

TEST_CASE_TEMPLATE("Every instruction set has a kernel for every primitive; those that are compiled once are shared", T, float, double) {
    const auto& first = *kernels::tables<T>().front().table;
    for (const auto& set : kernels::tables<T>()) {
        CAPTURE(set.instruction_set);
        for (std::size_t primitive = 0; primitive < ElementwisePrimitives::size; ++primitive) {
            CAPTURE(primitive);
            const auto& kernel = set.table->elementwise[primitive];
            const bool  exists = kernel.forward != nullptr;
            const bool  shared = kernel.forward == first.elementwise[primitive].forward;
            CHECK(exists);
            CHECK((shared || primitive < VectorPrimitives::size));
        }
    }
}

TEST_CASE_TEMPLATE("Every instruction set folds over any axis", T, float, double) {
    Random random(7);
    for (const std::size_t outer : {1U, 3U}) {
        for (const std::size_t length : {1U, 5U, 37U, 3000U}) {
            for (const std::size_t inner : {1U, 3U, 16U, 70U}) {
                Array<T> x = random.uniform_array<T>({outer, length, inner}, -2, 3);
                for (const auto& set : kernels::tables<T>()) {
                    CAPTURE(set.instruction_set);
                    Array<T> results[4];
                    for (std::size_t kind = 0; kind < 4; ++kind) {
                        results[kind] = zeros<T>({outer, inner});
                        set.table->fold[kind](x.data(), results[kind].data(), outer, length, inner);
                    }
                    for (std::size_t o = 0; o < outer; ++o) {
                        for (std::size_t i = 0; i < inner; ++i) {
                            long double sum = 0, exponentials = 0;
                            T           most = x(o, 0, i), least = x(o, 0, i);
                            for (std::size_t l = 0; l < length; ++l) {
                                sum += x(o, l, i);
                                exponentials += std::exp(static_cast<long double>(x(o, l, i)));
                                most  = std::max(most, x(o, l, i));
                                least = std::min(least, x(o, l, i));
                            }
                            const T scale = 4 * T(length) * std::numeric_limits<T>::epsilon();
                            CHECK(std::abs(results[0](o, i) - static_cast<T>(sum)) <= scale);
                            CHECK(results[1](o, i) == most);
                            CHECK(results[2](o, i) == least);
                            check_near(results[3](o, i), static_cast<T>(std::log(exponentials)));
                        }
                    }
                }
            }
        }
    }
}

TEST_CASE_TEMPLATE("Every instruction set finds a NaN anywhere among the extremes, and infinities of both signs are none", T, float, double) {
    constexpr auto   amax = static_cast<std::size_t>(kernels::Fold::amax), amin = static_cast<std::size_t>(kernels::Fold::amin);
    constexpr T      infinity = std::numeric_limits<T>::infinity();
    constexpr double reach    = 5;
    for (const std::size_t length : {1U, 7U, 64U, 131U, 2500U}) {
        const Array<T> finite = Random(length).uniform_array<T>({length}, -reach, reach);
        for (const auto& set : kernels::tables<T>()) {
            CAPTURE(set.instruction_set);
            CAPTURE(length);
            const auto extreme = [&](std::size_t kind, const Array<T>& x) {
                Array<T> y = zeros<T>({1});
                set.table->fold[kind](x.data(), y.data(), 1, length, 1);
                return y(0);
            };
            for (std::size_t place = 0; place < length; place += 1 + length / 150) {
                CAPTURE(place);
                Array<T> x = finite;
                x(place)   = std::numeric_limits<T>::quiet_NaN();
                CHECK(std::isnan(extreme(amax, x)));
                CHECK(std::isnan(extreme(amin, x)));
                x(place) = infinity;
                CHECK(extreme(amax, x) == infinity);
                x(length - 1 - place) = -infinity;
                CHECK(extreme(amin, x) == -infinity);
            }
        }
    }
}

TEST_CASE_TEMPLATE("Every instruction set updates parameters as the formulas say, and nothing past them", T, float, double) {
    for (const std::size_t count : {1U, 15U, 16U, 100U}) {
        Random         random(count);
        const Array<T> g = random.normal_array<T>({count}), p0 = random.normal_array<T>({count}), m0 = random.normal_array<T>({count}),
                       v0 = random.uniform_array<T>({count}, 0, 1);
        const kernels::AdamStep<T> factors{.beta1 = T(0.9), .beta2 = T(0.99), .epsilon = T(1e-3), .step_size = T(0.01), .root_scale = T(1.5)};
        for (const auto& set : kernels::tables<T>()) {
            CAPTURE(set.instruction_set);
            Array<T> p = p0, m = m0, v = v0, descended = p0, pushed = p0, velocity = m0;
            set.table->adam(p.data(), m.data(), v.data(), g.data(), count, factors);
            set.table->descend(descended.data(), g.data(), count, T(0.1));
            set.table->descend_with_momentum(pushed.data(), velocity.data(), g.data(), count, T(0.1), T(0.9));
            for (std::size_t i = 0; i < count; ++i) {
                const T first = T(0.9) * m0(i) + T(0.1) * g(i), second = T(0.99) * v0(i) + T(0.01) * g(i) * g(i);
                check_near(m(i), first);
                check_near(v(i), second);
                check_near(p(i), p0(i) - T(0.01) * first / (std::sqrt(second) * T(1.5) + T(1e-3)));
                check_near(descended(i), p0(i) - T(0.1) * g(i));
                check_near(velocity(i), T(0.9) * m0(i) + g(i));
                check_near(pushed(i), p0(i) - T(0.1) * (T(0.9) * m0(i) + g(i)));
            }
        }
    }
}
