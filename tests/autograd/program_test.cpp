#include <doctest/doctest.h>

#include <string>
#include <thread>

#include <xtgrad/array/random.hpp>
#include <xtgrad/autograd.hpp>
#include <xtgrad/autograd/map.hpp>

using namespace xtgrad;

namespace {

// The number of a line of this file, as messages name it.
std::string line(int number) { return "program_test.cpp:" + std::to_string(number); }

} // namespace

TEST_CASE("A program gives on new values what its function gives, gradient included") {
    const auto f = [](const Variable<double>& x, const Variable<double>& y) {
        return value_and_gradient([](const auto& a, const auto& b) { return sum(sin(a) * b); }, x, y);
    };
    auto                program = compile(f, Array<double>{1, 2}, Array<double>{3, 4});
    const Array<double> x{5, 6}, y{7, 8};
    const auto [value, dx, dy]    = program(x, y);
    const auto [value2, dx2, dy2] = f(x, y);
    CHECK(value.item() == value2.item());
    CHECK(dx.value() == dx2.value());
    CHECK(dy.value() == dy2.value());
    // Results are the caller's own.
    const auto later = program(y, x);
    CHECK(dx.value() == dx2.value());
    CHECK(std::get<1>(later).value() != dx2.value());
}

TEST_CASE("A function may return a Variable, a tuple, a pair, a vector, or nothing") {
    const Array<double> x{1, 2};
    CHECK(compile([](const Variable<double>& v) { return v + v; }, x)(x).value() == Array<double>{2, 4});
    CHECK(compile([](const Variable<double>& v) { return std::pair{v, sum(v)}; }, x)(x).second.item() == 3);
    CHECK(compile([](const Variable<double>& v) { return std::vector{v, v * 3}; }, x)(x)[1].value() == Array<double>{3, 6});
    auto nothing = compile([](const Variable<double>&) {}, x);
    nothing(x);
    CHECK(nothing.statistics().instructions == 0);
}

TEST_CASE("Types may mix: cast is a step") {
    auto program =
        compile([](const Variable<float>& x, const Variable<double>& y) { return cast<double>(x) * y; }, Array<float>{1}, Array<double>{1});
    CHECK(program(Array<float>{1.5F}, Array<double>{3}).value() == Array<double>{4.5});
}

TEST_CASE("What nobody needs is left out, and what is computed twice is computed once") {
    const Array<double> x{1, 2};
    auto                dead = compile(
        [](const Variable<double>& v) {
            exp(v);
            const auto unused = sin(v) * 2;
            return v * v;
        },
        x);
    CHECK(dead.statistics().recorded == 4);
    CHECK(dead.statistics().instructions == 1);
    auto common = compile([](const Variable<double>& v) { return exp(v * 2) + exp(v * 2) * sum(v, 0) + sum(v, 0); }, x);
    CHECK(common.statistics().recorded == 9);
    CHECK(common.statistics().instructions == 6);
    CHECK(common(x).value()(0) == exp(Variable<double>(2.0)).item() * 4 + 3);
    // Not so where attributes or shapes differ.
    auto other = compile([](const Variable<double>& v) { return sum(v, 0) + sum(sum(v, 1)); }, Array<double>{{1, 2}, {3, 4}});
    CHECK(other.statistics().instructions == 4);
    // What is computed from constants alone is a constant; a changed shape is no step.
    auto folded = compile([](const Variable<double>& v) { return reshape(v, {2, 1}) * exp(Variable<double>(1.0) * 2); }, x);
    CHECK(folded.statistics().instructions == 1);
}

TEST_CASE("Multiplications by ones are left out, unless they broadcast or the ones are an input") {
    const Array<double> x{1, 2}, ones_of_two{1, 1};
    auto                number = compile([](const Variable<double>& v) { return exp(v * 1) * 1; }, x);
    CHECK(number.statistics().instructions == 1);
    CHECK(number(x).value() == exp(Variable<double>(x)).value());
    auto array = compile([&](const Variable<double>& v) { return ones_of_two * v; }, x);
    CHECK(array.statistics().instructions == 0);
    CHECK(array(Array<double>{-0.0, 5}).value() == Array<double>{-0.0, 5});
    auto broadcast = compile([&](const Variable<double>& v) { return v * ones<double>({3, 2}); }, x);
    CHECK(broadcast.statistics().instructions == 1);
    CHECK(broadcast(x).shape() == Shape{3, 2});
    auto input = compile([](const Variable<double>& v, const Variable<double>& w) { return v * w; }, x, ones_of_two);
    CHECK(input(x, x).value() == Array<double>{1, 4});
    auto loss =
        compile([](const Variable<double>& v) { return gradient([](const Variable<double>& of) { return sum(0.5 * square(of)) * 1; }, v); }, x);
    CHECK(loss(x).value() == x);
}

TEST_CASE("Elementwise steps over long arrays become one, along broadcast rows and columns too") {
    Random     random(3);
    const auto f = [](const Variable<float>& x, const Variable<float>& row, const Variable<float>& column) {
        const auto y = tanh(x * row + column);
        return std::pair{sigmoid(y * x - 0.5), sum(y * y)};
    };
    for (const std::size_t rows : {1U, 7U, 300U}) {
        for (const std::size_t columns : {1U, 10U, 999U, 4097U, 30000U}) {
            if (rows * columns > 2000000) continue;
            CAPTURE(rows);
            CAPTURE(columns);
            const auto         x = random.normal_array<float>({rows, columns}), row = random.normal_array<float>({columns});
            const auto         column  = random.normal_array<float>({rows, 1});
            auto               program = compile(f, x, row, column);
            const Array<float> other   = random.normal_array<float>({rows, columns});
            const auto         first = program(other, row, column), second = f(other, row, column);
            CHECK(first.first.value() == second.first.value());
            CHECK(first.second.item() == second.second.item());
            if (rows == 300 && columns == 999) CHECK(program.statistics().instructions == 2);
        }
    }
}

TEST_CASE("A program follows what elementwise functions choose by their values") {
    const auto f = [](const Variable<double>& x, const Variable<double>& y) {
        return value_and_gradient(
            [](const auto& a, const auto& b) {
                return sum(gelu(a) + silu(a * b) + softshrink(a) + tanhshrink(b) + logaddexp(a, b) + hardswish(b) + nan_to_num(a / b) +
                           polygamma(1, a * a) + fmod(a, b) + xlogy(b * b, a * a) + elu(a, b) + fmax(a, b) + masked_fill(a, a > b, b) + hypot(a, b) +
                           log_ndtr(a));
            },
            x, y);
    };
    auto program = compile(f, Array<double>{1, 2, -3}, Array<double>{3, -4, 0.5});
    for (const auto& [x, y] : {std::pair<Array<double>, Array<double>>{{-0.25, 5, 1}, {0.125, 4, 7}}, {{2, -6, 0.75}, {-1, 0.625, 2e4}}}) {
        const auto [value, dx, dy]    = program(x, y);
        const auto [value2, dx2, dy2] = f(x, y);
        CHECK(value.item() == value2.item());
        CHECK(dx.value() == dx2.value());
        CHECK(dy.value() == dy2.value());
    }
}

TEST_CASE("An order that is an input is guarded") {
    const auto f       = [](const Variable<double>& n, const Variable<double>& x) { return bessel_i(n, x); };
    auto       program = compile(f, Array<double>{1}, Array<double>{2});
    CHECK(program(Array<double>{1}, Array<double>{3}).value() == f(Array<double>{1}, Array<double>{3}).value());
    CHECK_THROWS_AS(program(Array<double>{-1}, Array<double>{3}), GuardError);
}

TEST_CASE("A branch on values is a guard, and its flip names the line") {
    constexpr int at      = __LINE__ + 3;
    auto          program = compile(
        [](const Variable<double>& x) {
            if (all(x > 0)) return sqrt(x);
            return x * 0;
        },
        Array<double>{1, 4});
    CHECK(program.statistics().guards == 1);
    CHECK(program(Array<double>{4, 9}).value() == Array<double>{2, 3});
    CHECK_THROWS_WITH_AS(program(Array<double>{4, -9}), doctest::Contains(("the branch at tests/autograd/" + line(at) + " changed").c_str()),
                         GuardError);
    // It goes on afterwards.
    CHECK(program(Array<double>{9, 4}).value() == Array<double>{3, 2});
}

TEST_CASE("One element of a mask is enough to read it, and so is an array made of it") {
    const Array<double> x{1, -1};
    auto                element = compile([](const Variable<double>& v) { return (v > 0)(0) ? v * 2 : v; }, x);
    auto                array   = compile(
        [](const Variable<double>& v) {
            const Array<bool> positive = !(v <= 0) && (v < 5 || v > 7);
            return positive(0) ? v * 2 : v;
        },
        x);
    CHECK(element(x).value() == Array<double>{2, -2});
    CHECK(array(x).value() == Array<double>{2, -2});
    CHECK_THROWS_AS(element(Array<double>{-1, -1}), GuardError);
    CHECK_THROWS_AS(array(Array<double>{6, -1}), GuardError);
    CHECK(array(Array<double>{8, -3}).value() == Array<double>{16, -6});
}

TEST_CASE("A mask that only where() reads is data: nothing guards it") {
    const auto f = [](const Variable<double>& x) {
        const Mask outside = x < -1 || !(x <= 1);
        return where(outside, x * 10, where(equal(x, 0), 7, x));
    };
    auto program = compile(f, Array<double>{0, 0, 0, 0});
    CHECK(program.statistics().guards == 0);
    const Array<double> x{-3, 0.5, 0, 4};
    CHECK(program(x).value() == f(x).value());
}

TEST_CASE("A mask that was not computed from the inputs is a constant") {
    const Mask chosen{true, false};
    auto       program = compile([&](const Variable<double>& x) { return where(chosen && x > 0, x, 0); }, Array<double>{1, 1});
    CHECK(program(Array<double>{5, 6}).value() == Array<double>{5, 0});
    CHECK(program(Array<double>{-5, 6}).value() == Array<double>{0, 0});
}

TEST_CASE("A number that is read is a guard, with the old and the new value") {
    constexpr int at = __LINE__ + 2;
    auto          program =
        compile([](const Variable<double>& x, const Variable<double>& scale) { return x * scale.item(); }, Array<double>{1, 2}, Array<double>{3});
    CHECK(program(Array<double>{2, 4}, Array<double>{3}).value() == Array<double>{6, 12});
    CHECK_THROWS_WITH_AS(program(Array<double>{2, 4}, Array<double>{5}), doctest::Contains("it was 3 when the function was compiled, and is 5;"),
                         GuardError);
    CHECK_THROWS_WITH_AS(program(Array<double>{2, 4}, Array<double>{5}), doctest::Contains(line(at).c_str()), GuardError);
    auto array = compile([](const Variable<double>& x) { return x * exp(x).value()(0); }, Array<double>{0, 0});
    CHECK_THROWS_AS(array(Array<double>{1, 1}), GuardError);
    // A constant may be read at will.
    const Variable<double> three = 3.0;
    auto                   free  = compile([&](const Variable<double>& x) { return x * three.item(); }, Array<double>{1});
    CHECK(free.statistics().guards == 0);
}

TEST_CASE("The places that argmax gives are guarded") {
    auto program = compile([](const Variable<double>& x) { return slice(x, {Range(argmax(x)(0))}); }, Array<double>{1, 3, 2});
    CHECK(program(Array<double>{4, 6, 5}).item() == 6);
    CHECK_THROWS_WITH_AS(program(Array<double>{7, 6, 5}), doctest::Contains("argmax"), GuardError);
}

TEST_CASE("clip keeps its check of bounds that are inputs") {
    auto program =
        compile([](const Variable<double>& x, const Variable<double>& low) { return clip(x, low, 1.0); }, Array<double>{5}, Array<double>{0});
    CHECK(program(Array<double>{-5}, Array<double>{-2}).value() == Array<double>{-2});
    CHECK_THROWS_AS(program(Array<double>{5}, Array<double>{2}), GuardError);
}

TEST_CASE("An argument of another shape is a ShapeError with both shapes, at the line of the call") {
    auto program = compile([](const Variable<double>& x) { return sum(x); }, Array<double>{1, 2});
    try {
        program(Array<double>{1, 2, 3});
        FAIL("no error");
    } catch (const ShapeError& error) {
        CHECK(std::string(error.what()).find("argument 0 has shape [3], the example it was compiled with had [2]") != std::string::npos);
        CHECK(error.where().line == __LINE__ - 4);
    }
}

TEST_CASE("An error in the function leaves no half trace behind") {
    const Array<double> x{1, 2};
    CHECK_THROWS_AS(compile(
                        [](const Variable<double>& v) {
                            Tape       tape;
                            const auto w = tape.watch(v);
                            return w + Array<double>{1, 2, 3};
                        },
                        x),
                    ShapeError);
    CHECK_THROWS_AS(compile([](const Variable<double>&) -> Variable<double> { throw std::runtime_error("mine"); }, x), std::runtime_error);
    CHECK(compile([](const Variable<double>& v) { return v * 2; }, x)(x).value() == Array<double>{2, 4});
    Tape       tape;
    const auto w = tape.watch(x);
    CHECK(tape.gradient(sum(w * w), w) == Array<double>{2, 4});
}

TEST_CASE("compile() in a function that is being compiled is refused; a program called there becomes part of it") {
    const Array<double> x{1, 2};
    CHECK_THROWS_WITH_AS(compile([](const Variable<double>& v) { return compile([](const Variable<double>& w) { return w; }, v)(v); }, x),
                         doctest::Contains("calls compile()"), TapeError);
    auto inner = compile([](const Variable<double>& v) { return exp(v) * 2; }, x);
    auto outer = compile([&](const Variable<double>& v) { return gradient([&](const auto& w) { return sum(inner(w)); }, v); }, x);
    CHECK(outer(x).value() == inner(x).value());
    CHECK(outer(Array<double>{3, 4}).value() == inner(Array<double>{3, 4}).value());
}

TEST_CASE("Gradients as arrays are refused in a function that is compiled, since what it does with them would go unseen") {
    CHECK_THROWS_WITH_AS(compile(
                             [](const Variable<double>& v) {
                                 Tape                tape;
                                 const auto          w = tape.watch(v);
                                 const Array<double> g = tape.gradient(sum(w * w), w);
                                 return v - 0.1 * g;
                             },
                             Array<double>{1, 2}),
                         doctest::Contains("as_variables"), TapeError);
}

TEST_CASE("What is captured is a constant, whatever becomes of it") {
    Variable<double>    scale = 2.0;
    Array<double>       shift{1, 1};
    const Array<double> x{1, 2};
    auto                program = compile([&](const Variable<double>& v) { return v * scale + shift; }, x);
    scale                       = 100.0;
    shift                       = {50, 50};
    CHECK(program(x).value() == Array<double>{3, 5});
}

TEST_CASE("Examples that are one value are two arguments, and one that is captured as well is a constant there") {
    const Variable<double> x(Array<double>{1, 2});
    auto                   program = compile([&](const Variable<double>& a, const Variable<double>& b) { return a * 100 + b * 10 + x; }, x, x);
    CHECK(program(Array<double>{3, 4}, Array<double>{5, 6}).value() == Array<double>{351, 462});
    auto reshaped = compile([&](const Variable<double>& a) { return gradient([](const auto& v) { return sum(square(reshape(v, {2, 1}))); }, a); }, x);
    CHECK(reshaped(Array<double>{3, 4}).value() == Array<double>{6, 8});
}

TEST_CASE("An output may be an input, a constant, a view, or come twice") {
    const Array<double> x{1, 2};
    auto                program = compile(
        [](const Variable<double>& v) {
            const auto y = v * v;
            return std::tuple{v, Variable<double>(3.0), reshape(y, {2, 1}), y, y};
        },
        x);
    const auto [input, three, view, first, second] = program(Array<double>{5, 6});
    CHECK(input.value() == Array<double>{5, 6});
    CHECK(three.item() == 3);
    CHECK(view.shape() == Shape{2, 1});
    CHECK(view.value()(1, 0) == 36);
    CHECK(first.value() == second.value());
}

TEST_CASE("A program belongs to the thread that compiled it") {
    auto        program = compile([](const Variable<double>& x) { return x * 2; }, Array<double>{1});
    std::string message;
    std::thread other([&] {
        try {
            program(Array<double>{1});
        } catch (const TapeError& error) {
            message = error.what();
        }
    });
    other.join();
    CHECK(message.find("in another thread") != std::string::npos);
    CHECK(program(Array<double>{4}).item() == 8);
}

TEST_CASE("A program can be moved") {
    auto first  = compile([](const Variable<double>& x) { return x * 2; }, Array<double>{1});
    auto second = std::move(first);
    CHECK(second(Array<double>{4}).item() == 8);
}

TEST_CASE("Empty arrays and single numbers replay") {
    const auto f       = [](const Variable<double>& x, const Variable<double>& y) { return std::pair{sum(exp(x) * y), x + y}; };
    auto       program = compile(f, zeros<double>({0, 3}), Variable<double>(2.0));
    CHECK(program(zeros<double>({0, 3}), 5.0).first.item() == 0);
    CHECK(program(zeros<double>({0, 3}), 5.0).second.shape() == Shape{0, 3});
}

TEST_CASE("Values that pass through a program are in memory that is used again") {
    const Array<double> x   = full<double>({1000}, 0.5);
    auto                one = compile([](const Variable<double>& v) { return exp(v); }, x);
    auto                all = compile(
        [](const Variable<double>& v) {
            Variable<double> y = v;
            for (int step = 0; step < 50; ++step) y = y * 0.5 + transpose(y);
            return y;
        },
        x);
    CHECK(all.statistics().buffer_bytes <= 4 * one.statistics().buffer_bytes);
}

TEST_CASE("to_text lists the steps of a replay, with their lines") {
    auto program = compile([](const Variable<double>& x) { return sum(x * 2); }, Array<double>{1, 2});
    CHECK(program.to_text().find("multiply(input 0, constant)  [2]  tests/autograd/program_test.cpp:") != std::string::npos);
    CHECK(program.to_text().find("= sum(%") != std::string::npos);
}

TEST_CASE("A map replays, with its gradient") {
    const auto f = [](const Variable<double>& x, const Variable<double>& y) {
        Tape       tape;
        const auto a = tape.watch(x), b = tape.watch(y);
        const auto total = sum(map([](auto u, auto v) { return tanh(u * v + u); }, a, b));
        auto       both  = tape.gradient(total, std::tuple{a, b}, create_graph);
        const auto more  = tape.gradient(sum(std::get<0>(both)), b, as_variables);
        return std::tuple{total.detach(), std::get<0>(both).detach(), std::get<1>(both).detach(), more};
    };
    auto       program                 = compile(f, Array<double>{1, 2, 3}, Array<double>{1});
    const auto replayed                = program(Array<double>{0.5, -1, 0.25}, Array<double>{2});
    const auto [total, dx, dy, second] = f(Array<double>{0.5, -1, 0.25}, Array<double>{2});
    CHECK(std::get<0>(replayed).item() == total.item());
    CHECK(std::get<1>(replayed).value() == dx.value());
    CHECK(std::get<2>(replayed).value() == dy.value());
    CHECK(std::get<3>(replayed).value() == second.value());
    const auto plain = [](const Variable<double>& x) {
        return gradient([](const auto& v) { return sum(map([](auto u) { return exp(u) * u; }, v)); }, x);
    };
    CHECK(compile(plain, Array<double>{1, 2})(Array<double>{3, 4}).value() == plain(Array<double>{3, 4}).value());
}

TEST_CASE("A pooling chooses anew at each replay, and its gradient follows, also where the pooled values themselves are not wanted") {
    Random     random{5};
    const auto x = random.normal_array<double>({2, 1, 6, 6}), other = random.normal_array<double>({2, 1, 6, 6});
    const auto f       = [](const Variable<double>& images) { return gradient([](const auto& v) { return sum(max_pool2d(v, 2)); }, images); };
    auto       program = compile(f, x);
    CHECK(program(x).value() == f(x).value());
    CHECK(program(other).value() == f(other).value());
    CHECK(program(other).value() != program(x).value());
    const auto weight = random.normal_array<double>({2, 1, 3, 3}), bias = random.normal_array<double>({2});
    const auto pooled = [&](const Variable<double>& images) {
        return gradient([&](const auto& v) { return sum(square(conv2d_max_pool2d(v, Variable<double>(weight), Variable<double>(bias), {}, 2))); },
                        images);
    };
    auto convolution = compile(pooled, x);
    CHECK(convolution(x).value() == pooled(x).value());
    CHECK(convolution(other).value() == pooled(other).value());
}

TEST_CASE("A gradient of no elements replays beside one that is a single number") {
    const auto f = [](const Variable<double>& x) { return gradient([](const auto& v) { return sum(v * v) + 1; }, x); };
    const auto x = zeros<double>({2, 0, 3});
    CHECK(compile(f, x)(x).shape() == Shape{2, 0, 3});
}
