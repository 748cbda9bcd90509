#include <xtgrad/autograd/kernels/special.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

// Sums are formed in long double, which on x86 has eleven bits more than double; elsewhere they are right to a few units all the same.

namespace xtgrad::special {

namespace {

using Long = long double;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan      = std::numeric_limits<double>::quiet_NaN();
constexpr Long   pi       = std::numbers::pi_v<Long>;
// What is smaller than this part of a sum does not change it.
constexpr Long negligible = std::numeric_limits<Long>::epsilon() / 4;

bool is_order(double n) { return n >= 0 && n == std::floor(n) && n <= 1e6; }

/// e^(x²)·erfc(x) for x below 1; above, erfc_of_large is more exact.
Long scaled_erfc_of_small(Long x) { return std::exp(x * x) * std::erfc(x); }

/// The first `order` + 2 values of the family for x ≥ 1, by Miller's backward recurrence n·F(n−1)/2 = F(n+1) + x·F(n) ("Computing with
/// recurrence relations", Gautschi, SIAM Review 9, 1967), normalised by F(1) + x·F(0) = 1/√π.
Long erfcx_moment_of_large(int order, Long x) {
    // A start at N is wrong by about e^(−2x√(2N)).
    const int start = order + 60 + static_cast<int>(600 / (x * x));
    // As ratios F(n)/F(n−1), which stay in range.
    Long              ratio = 0;
    std::vector<Long> ratios(static_cast<std::size_t>(order) + 1);
    for (int n = start; n >= 1; --n) {
        ratio = Long(n) / 2 / (x + ratio);
        if (n <= order) ratios[static_cast<std::size_t>(n)] = ratio;
    }
    // `ratio` is F(1)/F(0), up to the factor that the recurrence leaves out: n = 0 has 1/√π on its left.
    Long value = std::numbers::inv_sqrtpi_v<Long> / (x + ratio);
    for (int n = 1; n <= order; ++n) value *= ratios[static_cast<std::size_t>(n)];
    return value;
}

/// tan, sine and cosine of πx, with x reduced first.
struct HalfTurns {
    Long rest; // x less the nearest whole number
    bool odd;  // whether that number is

    explicit HalfTurns(Long x) : rest(x - std::nearbyint(x)), odd(std::fmod(std::nearbyint(x), Long(2)) != 0) {}

    Long sine() const { return (odd ? -1 : 1) * std::sin(pi * rest); }
    Long cosine() const {
        // Near its zeros by the sine of what is left.
        const Long size = std::abs(rest);
        return (odd ? -1 : 1) * (size > 0.25L ? std::sin(pi * (0.5L - size)) : std::cos(pi * rest));
    }
};

/// The root of digamma, in two parts, and the Taylor coefficients ψ⁽ᵏ⁾/k! there.
constexpr Long                 digamma_root      = 1.4616321449683622; // of double
constexpr Long                 digamma_root_rest = 9.549995429965697715184199e-17L;
constexpr std::array<Long, 12> digamma_at_root{0.9676722454476211704274448L,   -0.4427631689835921060928653L, 0.2584997609556510106244014L,
                                               -0.1639427054424065275042513L,  0.1078240506912623657571829L,  -0.07219956125645471092612178L,
                                               0.04880428816414310722509253L,  -0.0331611264748473592922584L, 0.02259764823221810465962483L,
                                               -0.01542476590494895913880032L, 0.01053879161661217538812405L, -0.007204534386356868240970474L};

/// B(2j)/(2j)! for j = 1, 2, …: the coefficients of the Euler–Maclaurin formula.
constexpr std::array<Long, 14> bernoulli{0.08333333333333333333333333L,       -0.001388888888888888888888889L,  0.00003306878306878306878306878L,
                                         -0.0000008267195767195767195767196L, 2.087675698786809897921009e-8L,   -5.284190138687493184847682e-10L,
                                         1.338253653068867483282698e-11L,     -3.389680296322582866830195e-13L, 8.586062056277844564135905e-15L,
                                         -2.174868698558061873041516e-16L,    5.509002828360229515202653e-18L,  -1.395446468581252334070769e-19L,
                                         3.53470703962946747169323e-21L,      -8.953517427037546850402611e-23L};

/// For x > 0.
Long digamma_of_positive(Long x) {
    const Long distance = (x - digamma_root) - digamma_root_rest;
    if (std::abs(distance) < 0.02L) {
        Long sum = 0;
        for (std::size_t k = digamma_at_root.size(); k-- > 0;) sum = (sum + digamma_at_root[k]) * distance;
        return sum;
    }
    Long before = 0;
    for (; x < 16; x += 1) before -= 1 / x;
    const Long square = x * x;
    Long       power  = 1;
    Long       series = 0;
    Long       twice  = 1; // (2j − 1)!
    for (std::size_t j = 1; j <= 10; ++j) {
        power *= square;
        if (j > 1) twice *= Long(2 * j - 2) * Long(2 * j - 1);
        series += bernoulli[j - 1] * twice / power;
    }
    return before + (std::log(x) - 1 / (2 * x) - series);
}

/// xⁿ for n ≥ 0; std::pow of long double takes twenty times as long.
Long whole_power(Long x, int n) {
    Long product = 1;
    for (; n > 0; n /= 2, x *= x) {
        if (n % 2 != 0) product *= x;
    }
    return product;
}

/// n!·ζ(n + 1, x) for x > 0 and n ≥ 1, by the Euler–Maclaurin formula.
Long factorial_zeta(int n, Long x) {
    Long factorial = 1;
    for (int factor = 2; factor <= n; ++factor) factorial *= Long(factor);
    const int  s     = n + 1;
    const auto power = [s](Long base) { return 1 / whole_power(base, s); };
    Long       sum   = 0;
    // The formula's terms fall by ((s + 2j)/(2πx))² each.
    const Long enough = 16 + Long(s) / 2;
    for (; x < enough; x += 1) {
        const Long term = power(x);
        sum += term;
        if (term < sum * negligible && x > 1) return factorial * sum;
    }
    const Long last = power(x);
    Long       term = last / x; // x^(−s − 2j + 1) times s(s + 1)…(s + 2j − 2)
    Long       rest = x * last / Long(s - 1) + last / 2;
    term *= Long(s);
    for (std::size_t j = 1; j <= bernoulli.size(); ++j) {
        const Long added = bernoulli[j - 1] * term;
        rest += added;
        if (std::abs(added) <= rest * negligible) break;
        const int k = s + 2 * static_cast<int>(j);
        term *= Long(k - 1) * Long(k) / (x * x);
    }
    return factorial * (sum + rest);
}

/// π times the n-th derivative of cot(πx): a polynomial in the cotangent, P' = −(1 + c²)·dP/dc, whose coefficients all have one sign.
Long cotangent_derivative(int n, Long x) {
    const HalfTurns   angle(x);
    const Long        cotangent = angle.cosine() / angle.sine();
    const std::size_t degree    = static_cast<std::size_t>(n) + 1;
    std::vector<Long> coefficients(degree + 2, Long(0));
    coefficients[1] = 1;
    for (int order = 0; order < n; ++order) {
        std::vector<Long> next(coefficients.size(), Long(0));
        for (std::size_t k = 1; k <= static_cast<std::size_t>(order) + 1; ++k) {
            next[k - 1] -= Long(k) * coefficients[k];
            next[k + 1] -= Long(k) * coefficients[k];
        }
        coefficients = next;
    }
    Long value = 0;
    for (std::size_t k = degree + 1; k-- > 0;) value = value * cotangent + coefficients[k];
    return value * std::pow(pi, Long(n + 1));
}

/// I(n, x) for x ≥ 0 by its power series, whose terms are all positive.
Long bessel_series(int n, Long x) {
    const Long half = x / 2;
    Long       term = 1;
    for (int factor = 1; factor <= n; ++factor) term *= half / Long(factor);
    Long       sum    = term;
    const Long square = half * half;
    for (int k = 1; term > sum * negligible; ++k) {
        term *= square / (Long(k) * Long(n + k));
        sum += term;
    }
    return sum;
}

/// For x that is large beside n²: DLMF 10.40.1.
Long bessel_asymptotic(int n, Long x) {
    const Long squared = 4 * Long(n) * Long(n);
    Long       term    = 1;
    Long       sum     = 1;
    for (int k = 1; k < 2 * x; ++k) {
        const Long odd = Long(2 * k - 1);
        term *= -(squared - odd * odd) / (Long(k) * 8 * x);
        sum += term;
        if (std::abs(term) <= std::abs(sum) * negligible) break;
    }
    // In two halves, because e^x overflows before the quotient does.
    const Long half = std::exp(x / 2);
    return half / std::sqrt(2 * pi * x) * sum * half;
}

} // namespace

double erfcx_moment(double n, double x) {
    if (!is_order(n) || std::isnan(x)) return nan;
    const int  order = static_cast<int>(n);
    const Long at    = x;
    if (x == infinity) return 0;
    if (at >= 1) return static_cast<double>(erfcx_moment_of_large(order, at));
    // The recurrence upwards: all its terms are positive below 0; between 0 and 1 the few digits that it loses are spare, but for high orders.
    if (at > 0 && order > 4) {
        // F(n, x) = Σ (−2(x − 1))^k/k!·F(n + k, 1).
        Long sum    = 0;
        Long factor = 1;
        for (int k = 0;; ++k) {
            const Long term = factor * erfcx_moment_of_large(order + k, 1);
            sum += term;
            if (term <= sum * negligible) return static_cast<double>(sum);
            factor *= 2 * (1 - at) / Long(k + 1);
        }
    }
    Long before = 0;
    Long value  = scaled_erfc_of_small(at);
    for (int k = 0; k < order; ++k) {
        const Long next = (k == 0 ? std::numbers::inv_sqrtpi_v<Long> : Long(k) / 2 * before) - at * value;
        before          = value;
        value           = next;
    }
    return static_cast<double>(value);
}

double lgamma(double x) {
#if defined(__GLIBC__) || defined(__APPLE__)
    // lgamma itself writes the sign to a variable that all threads share.
    int sign = 0;
    return ::lgamma_r(x, &sign);
#else
    return std::lgamma(x);
#endif
}

double polygamma(double n, double x) {
    if (!is_order(n) || std::isnan(x) || x == -infinity) return nan;
    const int  order = static_cast<int>(n);
    const bool even  = order % 2 == 0;
    if (x == infinity) return order == 0 ? infinity : even ? -0.0 : 0.0;
    // At a pole: the limit, where it does not depend on the side. The sign of zero says from which side it is meant.
    if (x <= 0 && x == std::floor(x)) {
        if (!even) return infinity;
        return x == 0 ? -std::copysign(infinity, x) : nan;
    }
    const auto of_positive = [order, even](Long at) {
        if (order == 0) return digamma_of_positive(at);
        return (even ? -1 : 1) * factorial_zeta(order, at);
    };
    if (x > 0) return static_cast<double>(of_positive(x));
    // DLMF 5.15.6.
    return static_cast<double>((even ? 1 : -1) * of_positive(1 - Long(x)) - cotangent_derivative(order, x));
}

double bessel_i(double n, double x) {
    if (!is_order(n) || std::isnan(x)) return nan;
    const int  order    = static_cast<int>(n);
    const Long size     = std::abs(Long(x));
    const bool negative = x < 0 && order % 2 != 0;
    if (size > 1500 && !(size * 2 < Long(order) * Long(order))) return negative ? -infinity : infinity;
    const Long value = size > 30 && Long(order) * Long(order) < 2 * size ? bessel_asymptotic(order, size) : bessel_series(order, size);
    return static_cast<double>(negative ? -value : value);
}

double sinc_derivative(double n, double x) {
    if (!is_order(n) || std::isnan(x)) return nan;
    if (std::isinf(x)) return 0;
    const int       order = static_cast<int>(n);
    const HalfTurns angle(x);
    const Long      t      = pi * Long(x);
    const Long      sine   = angle.sine();
    const Long      cosine = angle.cosine();
    // The k-th derivative of the sine.
    const auto derivative = [&](int k) {
        const Long value = k % 2 == 0 ? sine : cosine;
        return k % 4 >= 2 ? -value : value;
    };
    // With s(k) the k-th derivative of sin(t)/t: t·s(k) = sin⁽ᵏ⁾(t) − k·s(k−1), upwards where t is large, downwards where it is small.
    Long value = 0;
    if (std::abs(t) > Long(order)) {
        value = sine / t;
        for (int k = 1; k <= order; ++k) value = (derivative(k) - Long(k) * value) / t;
    } else if (order == 0) {
        value = 1; // t is 0
    } else {
        for (int k = 3 * order + 60; k > order; --k) value = (derivative(k) - t * value) / Long(k);
    }
    return static_cast<double>(value * std::pow(pi, Long(order)));
}

} // namespace xtgrad::special
