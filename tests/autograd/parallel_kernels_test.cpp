#include <doctest/doctest.h>

#include <vector>

#include <xtgrad/array/random.hpp>
#include <xtgrad/array/threads.hpp>
#include <xtgrad/autograd.hpp>
#include <xtgrad/autograd/map.hpp>

using namespace xtgrad;

namespace {

// The number of threads as it was, at the end of a test.
struct Restore {
    std::size_t count = num_threads();
    ~Restore() { set_num_threads(count); }
};

/// The value and both gradients of `f`, weighted so that every element has a cotangent of its own.
template <class F>
std::vector<Array<float>> results(F f, const Array<float>& a, const Array<float>& b) {
    Tape               tape;
    const auto         x = tape.watch(a), y = tape.watch(b);
    const auto         z      = f(x, y);
    const Array<float> weight = Random(4).uniform_array<float>(z.shape(), -1, 1);
    auto               value  = Array<float>(z.value());
    const auto [dx, dy]       = tape.gradient(sum(z * weight), std::tuple{x, y});
    return {value, dx, dy};
}

template <class F>
void check_same_bits(F f, const Array<float>& a, const Array<float>& b) {
    const Restore restore;
    set_num_threads(1);
    const auto alone = results(f, a, b);
    for (const std::size_t count : {2U, 3U, 7U}) {
        set_num_threads(count);
        CAPTURE(count);
        const auto together = results(f, a, b);
        for (std::size_t result = 0; result < alone.size(); ++result) {
            CAPTURE(result);
            CHECK(together[result] == alone[result]);
        }
    }
}

constexpr auto formula = [](auto a, auto b) { return tanh(a * b + a) * exp(b); };

} // namespace

TEST_CASE("Large elementwise work has the same bits over threads as on one") {
    Random             random(1);
    const Array<float> a = random.uniform_array<float>({300'007}, -2, 2), b = random.uniform_array<float>({300'007}, -2, 2);
    check_same_bits(formula, a, b);
    check_same_bits([](auto x, auto y) { return map(formula, x, y); }, a, b);
}

TEST_CASE("Large broadcasts have the same bits over threads as on one") {
    Random             random(2);
    const Array<float> a = random.uniform_array<float>({7, 1, 301, 53}, -2, 2), b = random.uniform_array<float>({5, 1, 53}, -2, 2);
    check_same_bits([](auto x, auto y) { return exp(x) * y; }, a, b);
    check_same_bits([](auto x, auto y) { return map(formula, x, y); }, a, b);
    const Array<float> column = random.uniform_array<float>({1501, 1}, -2, 2), row = random.uniform_array<float>({203}, -2, 2);
    check_same_bits([](auto x, auto y) { return map(formula, x, y); }, column, row);
}

TEST_CASE("Large folds over some axes have the same bits over threads as on one") {
    Random             random(3);
    const Array<float> a = random.uniform_array<float>({61, 73, 83}, -2, 2), b = random.uniform_array<float>({83}, -2, 2);
    for (const Index axis : {0, 1, 2}) {
        CAPTURE(axis);
        check_same_bits([axis](auto x, auto y) { return sum(x * y, axis); }, a, b);
        check_same_bits([axis](auto x, auto y) { return logsumexp(x * y, axis); }, a, b);
        check_same_bits([axis](auto x, auto y) { return amax(x * y, axis); }, a, b);
    }
}

TEST_CASE("A sum over one long row has the same bits from run to run, and any number of threads gives it") {
    const Restore      restore;
    const Array<float> x     = Random(4).uniform_array<float>({1'000'003}, 0, 1);
    double             exact = 0;
    for (const float element : x) exact += element;
    for (const std::size_t count : {1U, 2U, 5U}) {
        set_num_threads(count);
        CAPTURE(count);
        const float first = sum(Variable<float>(x)).item();
        CHECK(first == doctest::Approx(exact).epsilon(1e-6));
        for (int repetition = 0; repetition < 5; ++repetition) CHECK(sum(Variable<float>(x)).item() == first);
    }
    Array<float> peak = x;
    peak(999'999)     = 2;
    CHECK(amax(Variable<float>(peak)).item() == 2);
}

TEST_CASE("A map over threads still has the strong zero where a NaN comes out in one part") {
    const Restore restore;
    set_num_threads(3);
    Array<double> x = full<double>({200'001}, 4.0);
    x(150'000)      = -1;
    x(200'000)      = -1;
    const auto dx   = gradient([](auto v) { return sum(map([](auto t) { return where(t > 0, sqrt(t), t); }, v)); }, x);
    CHECK(dx(0) == 0.25);
    CHECK(dx(150'000) == 1);
    CHECK(dx(200'000) == 1);
}
