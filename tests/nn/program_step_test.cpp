#include <doctest/doctest.h>

#include <cstring>

#include <xtgrad/array/random.hpp>
#include <xtgrad/autograd.hpp>
#include <xtgrad/nn.hpp>
#include <xtgrad/optim.hpp>

using namespace xtgrad;

namespace {

template <Scalar T>
struct Network {
    nn::Linear<T> hidden, output;
    explicit Network(const nn::Parameters<T>& p) : hidden(p / "hidden", 5, 7), output(p / "output", 7, 3) {}
    Variable<T> operator()(const Variable<T>& x) const { return output(tanh(hidden(x))); }
};

template <Scalar T>
bool same_parameters(const nn::Parameters<T>& a, const nn::Parameters<T>& b) {
    bool same = true;
    for (std::size_t place = 0; place < a.size(); ++place)
        same = same && a.begin()[static_cast<Index>(place)].value() == b.begin()[static_cast<Index>(place)].value();
    return same;
}

// A step of training as a function of a batch, and the same compiled.
template <class Optimizer>
void check_training(auto options) {
    nn::Parameters<float> eager_parameters{3}, compiled_parameters{3};
    const Network         eager_network(eager_parameters), compiled_network(compiled_parameters);
    Optimizer             eager_optimizer{eager_parameters, options}, compiled_optimizer{compiled_parameters, options};
    const auto            step = [](const Network<float>& network, const nn::Parameters<float>& parameters, Optimizer& optimizer) {
        return [&](const Variable<float>& x, const Variable<float>& t) {
            Tape       tape;
            const auto loss = nn::cross_entropy(network(x), t);
            optimizer.step(tape.gradient(loss, parameters));
            return loss;
        };
    };
    Random                random(5);
    const Variable<float> example(random.normal_array<float>({4, 5})), target(random.uniform_array<float>({4, 3}, 0, 1));
    const auto            eager    = step(eager_network, eager_parameters, eager_optimizer);
    auto                  compiled = compile(step(compiled_network, compiled_parameters, compiled_optimizer), example, target);
    CHECK(same_parameters(eager_parameters, compiled_parameters)); // compiling was no step
    CHECK(compiled_optimizer.steps() == 0);
    for (int round = 0; round < 20; ++round) {
        const Variable<float> x(random.normal_array<float>({4, 5})), t(random.uniform_array<float>({4, 3}, 0, 1));
        CHECK(eager(x, t).item() == compiled(x, t).item());
        CHECK(same_parameters(eager_parameters, compiled_parameters));
    }
    CHECK(compiled_optimizer.steps() == 20);
}

} // namespace

TEST_CASE("A compiled training step takes the same steps to the bit: Sgd, with momentum, Adam") {
    check_training<optim::Sgd<float>>(optim::SgdOptions<float>{.learning_rate = 0.1F});
    check_training<optim::Sgd<float>>(optim::SgdOptions<float>{.learning_rate = 0.1F, .momentum = 0.9F});
    check_training<optim::Adam<float>>(optim::AdamOptions<float>{});
}

TEST_CASE("A program follows the learning rate, and parameters that are assigned between replays") {
    nn::Parameters<double> parameters{1};
    const auto             w = parameters.make("w", {2}, nn::constant(1.0));
    optim::Sgd<double>     sgd{parameters, {.learning_rate = 0.5}};
    auto                   program = compile(
        [&](const Variable<double>& x) {
            Tape       tape;
            const auto loss = sum(w * x);
            sgd.step(tape.gradient(loss, parameters, as_variables));
            return loss;
        },
        Array<double>{0, 0});
    const Array<double> x{1, 2};
    CHECK(program(x).item() == 3);
    CHECK(w.value() == Array<double>{0.5, 0});
    sgd.set_learning_rate(0.25);
    w.assign({10, 20});
    CHECK(program(x).item() == 50);
    CHECK(w.value() == Array<double>{9.75, 19.5});
}

TEST_CASE("An update comes after everything else: what was taken from a parameter before is its old value") {
    nn::Parameters<double> parameters{1};
    const auto             w = parameters.make("w", {2}, nn::constant(1.0));
    optim::Sgd<double>     sgd{parameters, {.learning_rate = 1.0}};
    auto                   program = compile(
        [&](const Variable<double>& x) {
            const Variable<double> before = w;
            Tape                   tape;
            sgd.step(tape.gradient(sum(w * x), parameters, as_variables));
            return std::pair{before, before * 2};
        },
        Array<double>{0, 0});
    const auto [before, twice] = program(Array<double>{1, 2});
    CHECK(before.value() == Array<double>{1, 1});
    CHECK(twice.value() == Array<double>{2, 2});
    CHECK(w.value() == Array<double>{0, -1});
}

TEST_CASE("Gradients of parameters can be returned, as arrays or as Variables; an array that is read is guarded") {
    nn::Parameters<double> parameters{1};
    const auto             w = parameters.make("w", {2}, nn::constant(1.0));
    const auto             f = [&](const Variable<double>& x) {
        Tape       tape;
        const auto loss = sum(square(w * x));
        return std::tuple{loss, tape.gradient(loss, parameters, keep), tape.gradient(loss, parameters, as_variables)};
    };
    auto program                         = compile(f, Array<double>{0, 0});
    const auto [loss, arrays, variables] = program(Array<double>{1, 2});
    CHECK(arrays[w] == Array<double>{2, 8});
    CHECK(variables[w].value() == Array<double>{2, 8});
    auto reading = compile(
        [&](const Variable<double>& x) {
            Tape       tape;
            const auto gradients = tape.gradient(sum(w * x), parameters);
            return x * gradients[w](0);
        },
        Array<double>{3, 4});
    CHECK(reading(Array<double>{3, 4}).value() == Array<double>{9, 12});
    CHECK_THROWS_AS(reading(Array<double>{2, 4}), GuardError);
}

TEST_CASE("A guard that fails leaves parameters and optimizer as they were") {
    nn::Parameters<double> parameters{1};
    const auto             w = parameters.make("w", {1}, nn::constant(1.0));
    optim::Sgd<double>     sgd{parameters, {.learning_rate = 1.0}};
    auto                   program = compile(
        [&](const Variable<double>& x) {
            Tape       tape;
            const auto loss = sum(w * x);
            sgd.step(tape.gradient(loss, parameters, as_variables));
            if (all(x > 0)) return loss * 2;
            return loss;
        },
        Array<double>{1});
    CHECK(program(Array<double>{3}).item() == 6);
    CHECK_THROWS_AS(program(Array<double>{-3}), GuardError);
    CHECK(w.value() == Array<double>{-2});
    CHECK(sgd.steps() == 1);
}

TEST_CASE("What cannot be replayed of parameters is refused: a change by hand, a use after the update, gradients written over") {
    nn::Parameters<double> parameters{1};
    const auto             w = parameters.make("w", {2}, nn::constant(1.0));
    optim::Sgd<double>     sgd{parameters, {.learning_rate = 1.0}};
    const Array<double>    x{1, 2};
    CHECK_THROWS_WITH_AS(compile(
                             [&](const Variable<double>& v) {
                                 w.assign({0, 0});
                                 return sum(w * v);
                             },
                             x),
                         doctest::Contains("only an optimizer's step can be replayed"), TapeError);
    CHECK_THROWS_WITH_AS(compile(
                             [&](const Variable<double>& v) {
                                 Tape tape;
                                 sgd.step(tape.gradient(sum(w * v), parameters, as_variables));
                                 return sum(w * v);
                             },
                             x),
                         doctest::Contains("is used after the update at"), TapeError);
    CHECK_THROWS_WITH_AS(compile(
                             [&](const Variable<double>& v) {
                                 Tape tape;
                                 auto gradients = tape.gradient(sum(w * v), parameters);
                                 for (auto& entry : gradients) entry.gradient() *= 0.5;
                                 sgd.step(gradients);
                                 return v;
                             },
                             x),
                         doctest::Contains("as_variables"), TapeError);
    CHECK(w.value() == Array<double>{1, 1});
    // Nothing of it is left.
    auto program = compile([&](const Variable<double>& v) { return sum(w * v); }, x);
    CHECK(program(x).item() == 3);
}

TEST_CASE("A parameter that is read as an array is guarded, and the guard names it by its line") {
    nn::Parameters<double> parameters{1};
    const auto             w       = parameters.make("w", {2}, nn::constant(1.0));
    auto                   program = compile([&](const Variable<double>& v) { return v * w.value()(0); }, Array<double>{1, 2});
    CHECK(program(Array<double>{2, 3}).value() == Array<double>{2, 3});
    w.assign({5, 5});
    CHECK_THROWS_WITH_AS(program(Array<double>{2, 3}), doctest::Contains("program_step_test.cpp:"), GuardError);
}

TEST_CASE("A replayed training step asks the system for no memory") {
    nn::Parameters<float> parameters{3};
    const Network         network(parameters);
    optim::Sgd<float>     sgd{parameters, {.learning_rate = 0.01F}};
    Random                random(5);
    const Variable<float> x(random.normal_array<float>({4, 5})), t(random.uniform_array<float>({4, 3}, 0, 1));
    auto                  program = compile(
        [&](const Variable<float>& input, const Variable<float>& target) {
            Tape       tape;
            const auto loss = nn::cross_entropy(network(input), target);
            sgd.step(tape.gradient(loss, parameters, as_variables));
            return loss;
        },
        x, t);
    for (int warm = 0; warm < 2; ++warm) program(x, t);
    const BufferStatistics before = BufferPool::statistics();
    for (int round = 0; round < 20; ++round) program(x, t);
    const BufferStatistics after = BufferPool::statistics();
    CHECK(after.system_allocations == before.system_allocations);
    CHECK(after.bytes_in_use <= before.bytes_in_use);
}

TEST_CASE("A program under a tape is refused where the tape would have to look into it") {
    nn::Parameters<double> parameters{1};
    const auto             w       = parameters.make("w", {2}, nn::constant(1.0));
    auto                   with    = compile([&](const Variable<double>& v) { return sum(w * v); }, Array<double>{1, 2});
    auto                   without = compile([](const Variable<double>& v) { return sum(v * v); }, Array<double>{1, 2});
    const Array<double>    x{1, 2};
    Tape                   tape;
    CHECK_THROWS_AS(with(x), TapeError);
    CHECK(without(x).item() == 5);
    CHECK_THROWS_WITH_AS(without(tape.watch(x)), doctest::Contains("a tape is in scope"), TapeError);
    CHECK_THROWS_WITH_AS(compile([](const Variable<double>& v) { return v; }, x), doctest::Contains("a tape is in scope"), TapeError);
}
