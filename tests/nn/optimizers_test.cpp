#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <xtgrad/autograd.hpp>
#include <xtgrad/nn.hpp>
#include <xtgrad/optim.hpp>

using namespace xtgrad;

namespace {

constexpr int         steps    = 300;
constexpr std::size_t elements = 5;
constexpr double      scales[] = {1, 10, 0.1, 3, 100};

// Σ (s_i·p_i² + sin p_i)/2, whose gradient is s_i·p_i + cos(p_i)/2.
template <Scalar T>
Variable<T> loss_of(const Parameter<T>& p) {
    Array<T> scale = zeros<T>({elements});
    for (std::size_t i = 0; i < elements; ++i) scale(i) = static_cast<T>(scales[i]);
    return 0.5 * sum(scale * square(p) + sin(p));
}
double slope_of(double p, std::size_t i) { return scales[i] * p + 0.5 * std::cos(p); }

// The published formulas, one number at a time, in double.
std::vector<double> sgd_by_formula(std::vector<double> p, double rate, double momentum) {
    std::vector<double> v(p.size(), 0);
    for (int step = 0; step < steps; ++step) {
        for (std::size_t i = 0; i < p.size(); ++i) {
            v[i] = momentum * v[i] + slope_of(p[i], i);
            p[i] -= rate * v[i];
        }
    }
    return p;
}

std::vector<double> adam_by_formula(std::vector<double> p, double rate, double beta1, double beta2, double epsilon) {
    std::vector<double> m(p.size(), 0), v(p.size(), 0);
    for (int step = 1; step <= steps; ++step) {
        for (std::size_t i = 0; i < p.size(); ++i) {
            const double g     = slope_of(p[i], i);
            m[i]               = beta1 * m[i] + (1 - beta1) * g;
            v[i]               = beta2 * v[i] + (1 - beta2) * g * g;
            const double m_hat = m[i] / (1 - std::pow(beta1, step));
            const double v_hat = v[i] / (1 - std::pow(beta2, step));
            p[i] -= rate * m_hat / (std::sqrt(v_hat) + epsilon);
        }
    }
    return p;
}

const std::vector<double> start = {1, -2, 3, 0.5, -0.25};

template <Scalar T, class MakeOptimizer>
void check_against(const std::vector<double>& expected, MakeOptimizer make) {
    nn::Parameters<T>  parameters;
    const Parameter<T> p     = parameters.make("p", {elements}, nn::constant(0));
    Array<T>           first = zeros<T>({elements});
    for (std::size_t i = 0; i < elements; ++i) first(i) = static_cast<T>(start[i]);
    p.assign(first);
    auto optimizer = make(parameters);
    for (int step = 0; step < steps; ++step) {
        Tape tape;
        optimizer.step(tape.gradient(loss_of(p), parameters));
    }
    CHECK(optimizer.steps() == steps);
    for (std::size_t i = 0; i < elements; ++i) {
        CHECK(static_cast<double>(p.value()(i)) == doctest::Approx(expected[i]).epsilon(std::is_same_v<T, double> ? 1e-11 : 2e-4));
        CHECK(expected[i] != doctest::Approx(start[i]).epsilon(1e-3));
    }
}

template <class Call>
std::string message_of(Call call) {
    try {
        call();
    } catch (const Error& error) {
        return error.what();
    }
    return "nothing was thrown";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

} // namespace

TEST_CASE_TEMPLATE("Sgd follows its formula over many steps, with and without momentum", T, float, double) {
    check_against<T>(sgd_by_formula(start, 0.003, 0), [](auto& p) { return optim::Sgd<T>(p, {.learning_rate = T(0.003)}); });
    check_against<T>(sgd_by_formula(start, 0.003, 0.9), [](auto& p) { return optim::Sgd<T>(p, {.learning_rate = T(0.003), .momentum = T(0.9)}); });
    check_against<T>(sgd_by_formula(start, 0.01, 0), [](auto& p) { return optim::Sgd<T>(p); });
}

TEST_CASE_TEMPLATE("Adam follows algorithm 1 of its paper over many steps", T, float, double) {
    check_against<T>(adam_by_formula(start, 0.001, 0.9, 0.999, 1e-8), [](auto& p) { return optim::Adam<T>(p); });
    check_against<T>(adam_by_formula(start, 0.002, 0.5, 0.9, 1e-3),
                     [](auto& p) { return optim::Adam<T>(p, {.learning_rate = T(0.002), .beta1 = T(0.5), .beta2 = T(0.9), .epsilon = T(1e-3)}); });
}

TEST_CASE("Adam's first step is the learning rate in the direction of the sign, whatever the size of the gradient") {
    nn::Parameters<double> parameters;
    const auto             p = parameters.make("p", {elements}, nn::constant(1));
    optim::Adam<double>    adam(parameters, {.learning_rate = 0.25});
    Tape                   tape;
    adam.step(tape.gradient(sum(xt::xarray<double>{1e-3, -1, 1e3, -1e6, 5} * p), parameters));
    const double expected[] = {0.75, 1.25, 0.75, 1.25, 0.75};
    for (std::size_t i = 0; i < elements; ++i) CHECK(p.value()(i) == doctest::Approx(expected[i]).epsilon(1e-4));
}

TEST_CASE("A learning rate of 0 changes no number, and set_learning_rate takes effect at the next step") {
    nn::Parameters<double> parameters;
    const auto             p = parameters.make("p", {1}, nn::constant(1));
    optim::Sgd<double>     sgd(parameters, {.learning_rate = 0});
    const auto             step = [&] {
        Tape tape;
        sgd.step(tape.gradient(sum(3.0 * p), parameters));
    };
    step();
    CHECK(p.value()(0) == 1);
    sgd.set_learning_rate(0.5);
    step();
    CHECK(p.value()(0) == -0.5);
    CHECK(sgd.options().learning_rate == 0.5);
}

TEST_CASE("Two equal steps give equal gradients: there is nothing to set to zero") {
    nn::Parameters<double> parameters;
    const auto             p        = parameters.make("p", {2}, nn::constant(1));
    const auto             gradient = [&] {
        Tape tape;
        return Array<double>(tape.gradient(sum(p * p), parameters)[p]);
    };
    CHECK(gradient() == gradient());
}

TEST_CASE("An optimizer may own a part of the parameters") {
    nn::Parameters<double> parameters;
    nn::Linear<double>     frozen(parameters / "frozen", 2, 2), trained(parameters / "trained", 2, 1);
    optim::Adam<double>    adam(parameters / "trained");
    CHECK(adam.parameters().size() == 2);
    const Array<double> before = frozen.weight().value();
    Tape                tape;
    const auto          loss = sum(trained(frozen(full<double>({1, 2}, 1.0))));
    adam.step(tape.gradient(loss, parameters / "trained"));
    CHECK(frozen.weight().value() == before);
    CHECK(trained.weight().version() == 1);
}

TEST_CASE("Options outside their range are refused, NaN among them, with the value") {
    nn::Parameters<double> parameters;
    parameters.make("p", {1}, nn::constant(1));
    CHECK(contains(message_of([&] { optim::Sgd<double>(parameters, {.learning_rate = not_a_number}); }), "learning_rate"));
    CHECK(contains(message_of([&] { optim::Sgd<double>(parameters, {.learning_rate = -0.5}); }), "got -0.5"));
    CHECK(contains(message_of([&] { optim::Sgd<double>(parameters, {.momentum = 1}); }), "momentum"));
    CHECK(contains(message_of([&] { optim::Adam<double>(parameters, {.learning_rate = not_a_number}); }), "learning_rate"));
    CHECK(contains(message_of([&] { optim::Adam<double>(parameters, {.beta1 = 1}); }), "beta1"));
    CHECK(contains(message_of([&] { optim::Adam<double>(parameters, {.beta2 = -0.1}); }), "beta2"));
    CHECK(contains(message_of([&] { optim::Adam<double>(parameters, {.epsilon = -1}); }), "epsilon"));
    optim::Sgd<double> sgd(parameters);
    CHECK_THROWS_AS(sgd.set_learning_rate(not_a_number), ValueError);
    CHECK_THROWS_AS(sgd.set_learning_rate(INFINITY), ValueError);
    CHECK(sgd.options().learning_rate == 0.01);
}

TEST_CASE("An optimizer without parameters, or with one twice, is refused") {
    nn::Parameters<double> nothing, one;
    const auto             p = one.make("p", {1}, nn::constant(1));
    CHECK(contains(message_of([&] { optim::Sgd<double>{nothing}; }), "no parameters"));
    CHECK(contains(message_of([&] { optim::Adam<double>{nothing}; }), "Adam: there are no parameters"));
    CHECK(contains(message_of([&] { optim::Sgd<double>(std::vector{p, p}); }), "'p' comes twice"));
}

TEST_CASE("A step with a foreign, a missing or a misshapen gradient is refused at the user's line, and changes nothing") {
    nn::Parameters<double> parameters, others;
    const auto             p = parameters.make("p", {2}, nn::constant(1)), q = parameters.make("q", {2}, nn::constant(1));
    const auto             foreign = others.make("foreign", {2}, nn::constant(1));
    optim::Sgd<double>     sgd(parameters, {.momentum = 0.9});
    optim::Adam<double>    adam(parameters);
    const auto             check = [&](const Gradients<double>& gradients, const std::string& expected) {
        const unsigned    line = __LINE__ + 1;
        const std::string text = message_of([&] { sgd.step(gradients); });
        INFO(text);
        CHECK(contains(text, expected));
        CHECK(contains(text, "optimizers_test.cpp:" + std::to_string(line)));
        CHECK(contains(message_of([&] { adam.step(gradients); }), expected));
        CHECK(p.version() == 0);
        CHECK(q.version() == 0);
        CHECK(sgd.steps() == 0);
        CHECK(adam.steps() == 0);
    };
    Gradients<double> missing;
    missing.add(p, full<double>({2}, 1.0));
    check(missing, "gradient of parameter 'q' is missing");
    Gradients<double> strange;
    strange.add(p, full<double>({2}, 1.0));
    strange.add(q, full<double>({2}, 1.0));
    strange.add(foreign, full<double>({2}, 1.0));
    check(strange, "gradient of 'foreign', which is not among");
    Gradients<double> misshapen;
    misshapen.add(p, full<double>({2}, 1.0));
    misshapen.add(q, full<double>({3}, 1.0));
    check(misshapen, "'q' has shape [3], the parameter [2]");
    // In another order they are the same gradients.
    Gradients<double> reversed;
    reversed.add(q, full<double>({2}, 2.0));
    reversed.add(p, full<double>({2}, 1.0));
    sgd.step(reversed);
    CHECK(p.value()(0) == doctest::Approx(0.99));
    CHECK(q.value()(0) == doctest::Approx(0.98));
}

TEST_CASE("A step between forward and backward is an error, never a wrong gradient") {
    nn::Parameters<double> parameters;
    const auto             p = parameters.make("p", {1}, nn::constant(3));
    optim::Sgd<double>     sgd(parameters);
    Tape                   tape;
    const auto             y    = sum(p * p);
    const unsigned         line = __LINE__ + 1;
    sgd.step(tape.gradient(y, parameters, keep));
    const std::string text = message_of([&] { tape.gradient(y, parameters); });
    INFO(text);
    CHECK(contains(text, "'p'"));
    CHECK(contains(text, "optimizers_test.cpp:" + std::to_string(line)));
}
