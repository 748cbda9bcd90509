#include <thread>

#include <xtgrad/array/random.hpp>
#include <xtgrad/nn/parameters.hpp>

#include "traps.hpp"

using namespace xtgrad;
using namespace xtgrad::traps;

TRAP_CASE("K01", "x + x, x·x, x − x, x/x") {
    const auto slope = [](auto f, double x) { return at(f, {x}).gradient()(0); };
    CHECK(slope([](auto x) { return x + x; }, 3) == 2);
    CHECK(slope([](auto x) { return x * x; }, 3) == 6);
    CHECK(slope([](auto x) { return x - x; }, 3) == 0);
    CHECK(slope([](auto x) { return x / x; }, 3) == 0);
    check_elements(at([](auto x) { return x / x; }, {0}).value, {nan64});
    check_elements(at([](auto x) { return x / x; }, {0}).gradient(), {nan64});
}

TRAP_CASE("K02", "A diamond: sin(x²)·cos(x²)") {
    const auto result = at(
        [](auto x) {
            const auto u = x * x;
            return sin(u) * cos(u);
        },
        {0.5});
    check_elements(result.value, {0.2397127693021015});
    check_elements(result.gradient(), {0.8775825618903726});
}

TRAP_CASE("K04", "A chain of a million operations is finite, forward and backward") {
    Tape             tape;
    const auto       x = tape.watch(xt::xarray<double>{1});
    Variable<double> y = x;
    for (int step = 0; step < 500000; ++step) y = y + 1e-9 * y;
    CHECK(std::isfinite(y.item()));
    CHECK(std::isfinite(tape.gradient(y, x)(0)));
}

TRAP_CASE("K05", "A source that is not used gets zeros") {
    Tape       tape;
    const auto x        = tape.watch(xt::xarray<double>{1, 2});
    const auto unused   = tape.watch(xt::xarray<double>{{1, 2, 3}});
    const auto [dx, du] = tape.gradient(sum(x * 2), std::tuple{x, unused});
    CHECK(dx == Array<double>{2, 2});
    CHECK(du == Array<double>{{0, 0, 0}});
}

TRAP_CASE("K06", "A leaf of two graphs has the gradient of each, and of their sum the sum") {
    Tape       tape;
    const auto x = tape.watch(xt::xarray<double>{3});
    const auto a = x * x;
    const auto b = 5 * x;
    CHECK(tape.gradient(a, x, keep)(0) == 6);
    CHECK(tape.gradient(b, x, keep)(0) == 5);
    CHECK(tape.gradient(a + b, x)(0) == 11);
}

TRAP_CASE("K08", "A seed of another shape throws, with both shapes") {
    Tape              tape;
    const auto        x       = tape.watch(xt::xarray<double>{1, 2});
    const auto        y       = x * 2;
    const std::string message = error_of<ShapeError>([&] { tape.gradient(y, x, seed(ones<double>({3}))); });
    CHECK(contains(message, "[3]"));
    CHECK(contains(message, "[2]"));
    CHECK(tape.gradient(y, x, seed(ones<double>({2}))) == Array<double>{2, 2});
}

TRAP_CASE("K09", "A second gradient of a spent tape throws, whatever was saved; keep allows it") {
    for (const bool saves : {true, false}) {
        Tape                tape;
        const auto          x     = tape.watch(xt::xarray<double>{3});
        const auto          y     = saves ? x * x : x + x;
        const Array<double> first = tape.gradient(y, x, keep);
        CHECK(tape.gradient(y, x) == first);
        CHECK(contains(error_of<TapeError>([&] { tape.gradient(y, x); }), "keep"));
    }
}

TRAP_CASE("K16", "A parameter changed between forward and backward throws and names the parameter") {
    nn::Parameters<double>  parameters(1);
    const Parameter<double> x = parameters.make("x", {1}, nn::constant(3));
    Tape                    tape;
    const auto              y = x * x;
    x.assign(Array<double>{4});
    CHECK(contains(error_of<TapeError>([&] { tape.gradient(sum(y), x); }), "'x'"));
}

TRAP_CASE("K17 K18", "What does not lead to a watched value has no gradient, and says so") {
    Tape                   tape;
    const auto             x        = tape.watch(xt::xarray<double>{3});
    const Variable<double> constant = 2.0;
    CHECK_THROWS_AS(tape.gradient(detach(x) * 2, x), TapeError);
    CHECK_THROWS_AS(tape.gradient(constant * 2, constant), TapeError);
    CHECK(tape.gradient(x * detach(x), x)(0) == 3);
}

TRAP_CASE("K21", "Comparisons and argmax are plain arrays, and leave nothing on the tape") {
    Tape       tape;
    const auto x = tape.watch(xt::xarray<double>{1, 3, 2});
    static_assert(std::is_same_v<decltype(argmax(x)), Array<Index>>);
    static_assert(std::is_same_v<decltype(equal(x, 1)), Mask>);
    CHECK(argmax(x)() == 1);
    CHECK((x >= 2) == Mask{false, true, true});
    CHECK(not_equal(x, 3) == Mask{true, false, true});
    CHECK(tape.size() == 1);
}

TRAP_CASE("K25", "An exception in the middle of a forward pass leaves the tape as it was") {
    Tape       tape;
    const auto x      = tape.watch(xt::xarray<double>{1, 2});
    const auto y      = x * x;
    const auto before = tape.size();
    CHECK_THROWS_AS(y + xt::xarray<double>({1., 2., 3.}), ShapeError);
    CHECK_THROWS_AS(matmul(y, xt::xarray<double>{1, 2, 3}), ShapeError);
    CHECK_THROWS_AS(clip(y, 2, 1), ValueError);
    CHECK(tape.size() == before);
    CHECK(tape.gradient(sum(y), x) == Array<double>{2, 4});
}

TRAP_CASE("K26", "A function may return an expression of its locals") {
    const auto f = [](const auto& a) {
        auto t = a + 1;
        return t * t;
    };
    const auto result = at(f, {1, 2});
    CHECK(result.value == Array<double>{4, 9});
    CHECK(result.gradient() == Array<double>{4, 6});
}

namespace {

Array<double> gradient_of_network(std::uint64_t seed_of_inputs) {
    Random     random(seed_of_inputs);
    Tape       tape;
    const auto x = tape.watch(random.normal_array<double>({17, 9}));
    const auto w = random.normal_array<double>({9, 5});
    return tape.gradient(sum(tanh(matmul(x, w))) + logsumexp(x), x);
}

} // namespace

TRAP_CASE("O01 O03", "Two threads with a tape each, and two runs of one seed, give the same bits") {
    const Array<double> alone = gradient_of_network(5);
    CHECK(gradient_of_network(5) == alone);
    CHECK(gradient_of_network(6) != alone);
    std::array<Array<double>, 2> found;
    {
        std::vector<std::thread> threads;
        for (Array<double>& result : found) threads.emplace_back([&result] { result = gradient_of_network(5); });
        for (std::thread& thread : threads) thread.join();
    }
    for (const Array<double>& result : found) CHECK(result == alone);
}

TRAP_CASE("O05", "A row of a product alone and in its batch agree to rounding") {
    Random              random(7);
    const Array<double> x       = random.normal_array<double>({64, 784});
    const Array<double> w       = random.normal_array<double>({784, 16});
    const Array<double> batch   = matmul(Variable<double>(x), w).value();
    double              largest = 0;
    for (std::size_t row = 0; row < 64; ++row) {
        Array<double> one = zeros<double>({1, 784});
        std::copy_n(x.data() + row * 784, 784, one.data());
        const Array<double> alone = matmul(Variable<double>(one), w).value();
        for (std::size_t column = 0; column < 16; ++column) {
            double terms = 0;
            for (std::size_t k = 0; k < 784; ++k) terms += std::abs(one(0, k) * w(k, column));
            largest = std::max(largest, std::abs(alone(0, column) - batch(row, column)) / terms);
        }
    }
    CHECK(largest <= 16 * std::numeric_limits<double>::epsilon());
}
