#pragma once

#include <numbers>

#include <xtgrad/autograd/primitive.hpp>

namespace xtgrad {

/// e^(−x²), as the derivatives of erf need it.
struct Gaussian : Elementwise<1> {
    static constexpr std::string_view name = "gaussian";

    static auto forward(auto x) { return gaussian(x); }
    // At ±inf the limit.
    template <class V>
    static auto vjp_from_both(const Cotangent<V>& g, const V& x, const V& y) {
        return g * select(equal(y, V(0)), V(0), V(-2) * x * y);
    }
    static auto                              reference(auto x) { return exp(-x * x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-3, 3}}}; }
};

struct Erf : Elementwise<1> {
    static constexpr std::string_view name = "erf";

    static auto forward(auto x) { return erf(x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g * (V(2 * std::numbers::inv_sqrtpi) * gaussian(x));
    }
    static auto                              reference(auto x) { return erf(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-3, 3}}}; }
};

struct Erfc : Elementwise<1> {
    static constexpr std::string_view name = "erfc";

    static auto forward(auto x) { return erfc(x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g * (V(-2 * std::numbers::inv_sqrtpi) * gaussian(x));
    }
    static auto                              reference(auto x) { return erfc(x); }
    static constexpr std::array<Interval, 1> samples() { return {{{-3, 5}}}; }
};

/// Moments of e^(−u² − 2xu), all positive, so that no derivative cancels: erfcx is that of order 0, and −2 times the next is the derivative.
struct ErfcxMoment : Elementwise<2> {
    static constexpr std::string_view name = "erfcx_moment";

    static auto forward(auto n, auto x) { return erfcx_moment(n, x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& n, const V& x) {
        return each(no_contribution, [=] { return g * (V(-2) * erfcx_moment(n + V(1), x)); });
    }
    template <class Q>
    static Q reference(Q n, Q x) {
        const Q first = exp(x * x) * erfc(x);
        return n > 0 ? Q(1) / sqrt(Q(4) * atan(Q(1))) - x * first : first;
    }
    static constexpr std::array<Interval, 2> samples() { return {{{0, 1, true}, {-2, 4}}}; }
};

struct Erfinv : Elementwise<1> {
    static constexpr std::string_view name = "erfinv";

    static auto forward(auto x) { return erfinv(x); }
    template <class V>
    static auto vjp_from_output(const Cotangent<V>& g, const V& y) {
        return g / (V(2 * std::numbers::inv_sqrtpi) * gaussian(y));
    }
    // Newton's method, which converges from 0 without overshooting, because erf is concave.
    template <class Q>
    static Q reference(Q x) {
        Q y = Q(0);
        for (int step = 0; step < 60; ++step) y = y + (x - erf(y)) * exp(y * y) * sqrt(atan(Q(1)));
        return y;
    }
    static constexpr std::array<Interval, 1> samples() { return {{{-0.95, 0.95}}}; }
};

struct Ndtr : Elementwise<1> {
    static constexpr std::string_view name = "ndtr";

    static auto forward(auto x) { return ndtr(x); }
    /// e^(−x²/2)/√(2π), as the square of e^(−x²/4), because x/2 is exact and x/√2 is not.
    template <class V>
    static V density(const V& x) {
        const V root = gaussian(V(0.5) * x);
        return V(std::numbers::inv_sqrtpi / std::numbers::sqrt2) * (root * root);
    }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g * density(x);
    }
    static auto                              reference(auto x) { return erfc(-x / sqrt(decltype(x)(2))) / 2; }
    static constexpr std::array<Interval, 1> samples() { return {{{-5, 4}}}; }
};

struct LogNdtr : Elementwise<1> {
    static constexpr std::string_view name = "log_ndtr";

    static auto forward(auto x) { return log_ndtr(x); }
    // The density over the distribution function; on the left, where both underflow, √(2/π)/erfcx(−x/√2).
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        constexpr double scale = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
        return g * select(x < V(0), V(scale) / erfcx_moment(V(0), V(-1 / std::numbers::sqrt2) * x), Ndtr::density(x) / ndtr(x));
    }
    static auto                              reference(auto x) { return log(erfc(-x / sqrt(decltype(x)(2))) / 2); }
    static constexpr std::array<Interval, 1> samples() { return {{{-6, 3}}}; }
};

struct Lgamma : Elementwise<1> {
    static constexpr std::string_view name = "lgamma";

    static auto forward(auto x) { return lgamma(x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g * polygamma(V(0), x);
    }
    static auto reference(auto x) { return lgamma(x); }
    // The derivative has a zero at 1.46.
    static constexpr std::array<Interval, 1> samples() { return {{{1.8, 7}}}; }
};

/// Of order 0 it is digamma; each is the derivative of the one before.
struct Polygamma : Elementwise<2> {
    static constexpr std::string_view name = "polygamma";

    static auto forward(auto n, auto x) { return polygamma(n, x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& n, const V& x) {
        return each(no_contribution, [=] { return g * polygamma(n + V(1), x); });
    }
    // By the recurrence to 60 and beyond, and Stirling's series there (DLMF 5.11.2, 5.15.8).
    template <class Q>
    static Q reference(Q n, Q x) {
        Q    sum   = Q(0);
        bool first = n > 0;
        for (; x < 60; x = x + 1) sum = first ? sum + 1 / (x * x) : sum - 1 / x;
        constexpr std::array<int, 7> numerators{1, -1, 1, -1, 5, -691, 7}; // of Bernoulli's numbers
        constexpr std::array<int, 7> denominators{6, 30, 42, 30, 66, 2730, 6};
        Q                            power = Q(1);
        sum                                = first ? sum + 1 / x + 1 / (2 * x * x) : sum + log(x) - 1 / (2 * x);
        for (std::size_t j = 0; j < numerators.size(); ++j) {
            power        = power * x * x;
            const Q term = Q(numerators[j]) / Q(denominators[j]) / power;
            sum          = first ? sum + term / x : sum - term / Q(2 * static_cast<int>(j) + 2);
        }
        return sum;
    }
    static constexpr std::array<Interval, 2> samples() { return {{{0, 1, true}, {1.6, 7}}}; }
};

/// Whole orders alone: I(−n) is I(n).
struct BesselI : Elementwise<2> {
    static constexpr std::string_view name = "bessel_i";

    static auto forward(auto n, auto x) { return bessel_i(n, x); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& n, const V& x) {
        return each(no_contribution, [=] { return g * (V(0.5) * (bessel_i(abs(n - V(1)), x) + bessel_i(n + V(1), x))); });
    }
    template <class Q>
    static Q reference(Q n, Q x) {
        Q term = n > 0 ? x / 2 : Q(1);
        Q sum  = term;
        for (int k = 1; k < 60; ++k) {
            term = term * (x / 2) * (x / 2) / (Q(k) * (n + Q(k)));
            sum  = sum + term;
        }
        return sum;
    }
    static constexpr std::array<Interval, 2> samples() { return {{{0, 1, true}, {0.2, 5}}}; }
};

struct Xlogy : Elementwise<2> {
    static constexpr std::string_view name = "xlogy";

    static auto forward(auto x, auto y) { return xlogy(x, y); }
    // log y as xlogy(1, y). At x = 0 the gradients are those that 0·log y = 0 has.
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x, const V& y) {
        const auto nothing = equal(x, V(0));
        return each([=] { return g * select(nothing && y <= V(0), V(0), xlogy(V(1), y)); },
                    [=] { return g * select(nothing && equal(y, y), V(0), x / select(y < V(0), V(std::numeric_limits<double>::quiet_NaN()), y)); });
    }
    static auto                              reference(auto x, auto y) { return x * log(y); }
    static constexpr std::array<Interval, 2> samples() { return {{{0.2, 3}, {1.1, 6}}}; }
};

struct Xlog1py : Elementwise<2> {
    static constexpr std::string_view name = "xlog1py";

    static auto forward(auto x, auto y) { return xlog1py(x, y); }
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x, const V& y) {
        const auto nothing = equal(x, V(0));
        return each(
            [=] { return g * select(nothing && y <= V(-1), V(0), xlog1py(V(1), y)); },
            [=] { return g * select(nothing && equal(y, y), V(0), x / select(y < V(-1), V(std::numeric_limits<double>::quiet_NaN()), V(1) + y)); });
    }
    static auto                              reference(auto x, auto y) { return x * log1p(y); }
    static constexpr std::array<Interval, 2> samples() { return {{{0.2, 3}, {0.1, 6}}}; }
};

/// −x·log x.
struct Entr : Elementwise<1> {
    static constexpr std::string_view name = "entr";

    template <class V>
    static V forward(const V& x) {
        return select(x < V(0), V(-std::numeric_limits<double>::infinity()), -xlogy(x, x));
    }
    // log x as xlogy(1, x).
    template <class V>
    static auto vjp_from_input(const Cotangent<V>& g, const V& x) {
        return g * (V(-1) - xlogy(V(1), x));
    }
    static auto reference(auto x) { return -x * log(x); }
    // The derivative has a zero at 1/e.
    static constexpr std::array<Interval, 1> samples() { return {{{0.5, 4}}}; }
};

} // namespace xtgrad
