#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

#include <xtgrad/autograd.hpp>
#include <xtgrad/nn.hpp>

using namespace xtgrad;

namespace {

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

std::string line_text(unsigned line) { return "parameters_test.cpp:" + std::to_string(line); }

} // namespace

TEST_CASE("Parameters are named by their prefixes, listed in the order in which they were made, and found by name") {
    nn::Parameters<double> parameters(1);
    const auto             hidden = parameters / "net" / "hidden";
    const auto             weight = hidden.make("weight", {2, 3}, nn::normal());
    const auto             other  = parameters.make("scale", {}, nn::constant(2.0));
    const auto             bias   = hidden.make("bias", {2}, nn::constant(0.0));
    CHECK(weight.name() == "net/hidden/weight");
    CHECK(other.value()(0) == 2);
    std::string all, part;
    for (const auto& parameter : parameters) all += parameter.name() + " ";
    for (const auto& parameter : hidden) part += parameter.name() + " ";
    CHECK(all == "net/hidden/weight scale net/hidden/bias ");
    CHECK(part == "net/hidden/weight net/hidden/bias ");
    CHECK(parameters.size() == 3);
    CHECK(parameters.element_count() == 9);
    CHECK(hidden.element_count() == 8);
    CHECK(parameters["net/hidden/bias"] == bias);
    CHECK(hidden["bias"] == bias);
    CHECK_THROWS_WITH_AS(hidden["scale"], doctest::Contains("no 'net/hidden/scale' among: net/hidden/weight, net/hidden/bias"), ValueError);
    // Copies share the store.
    nn::Parameters<double> copy = parameters;
    copy.make("late", {1}, nn::constant(1.0));
    CHECK(parameters.size() == 4);
}

TEST_CASE("A prefix is a whole word: 'a' does not list what is under 'ab'") {
    nn::Parameters<double> parameters;
    (parameters / "ab").make("weight", {1}, nn::constant(0.0));
    (parameters / "a").make("weight", {1}, nn::constant(0.0));
    CHECK((parameters / "a").size() == 1);
}

TEST_CASE("A name that is taken, or empty, is refused at the user's line") {
    nn::Parameters<double> parameters;
    nn::Linear<double>     first(parameters / "layer", 2, 2);
    const unsigned         line = __LINE__ + 1;
    const std::string      text = message_of([&] { nn::Linear<double>(parameters / "layer", 3, 3); });
    INFO(text);
    CHECK(contains(text, "'layer/weight' already"));
    CHECK(contains(text, line_text(line)));
    CHECK(parameters.size() == 2);
    CHECK_THROWS_AS(parameters.make("", {1}, nn::constant(0.0)), ValueError);
}

TEST_CASE("Each parameter draws from a stream of its own, given by the seed and its name") {
    const auto first_of = [](std::uint64_t seed_of_all, std::vector<std::string> names, const std::string& wanted) {
        nn::Parameters<double> parameters(seed_of_all);
        for (const std::string& name : names) parameters.make(name, {8}, nn::normal());
        return Array<double>(parameters[wanted].value());
    };
    const Array<double> alone = first_of(7, {"b"}, "b");
    CHECK(first_of(7, {"a", "b"}, "b") == alone);
    CHECK(first_of(7, {"b", "a"}, "b") == alone);
    CHECK(first_of(8, {"b"}, "b") != alone);
    CHECK(first_of(7, {"a"}, "a") != alone);
    // Float draws the same numbers, rounded.
    nn::Parameters<float> single(7);
    const auto            rounded = single.make("b", {8}, nn::normal());
    for (std::size_t place = 0; place < 8; ++place) CHECK(rounded.value()(place) == static_cast<float>(alone(place)));
}

TEST_CASE("An initializer that gives another shape is refused") {
    nn::Parameters<double> parameters;
    CHECK_THROWS_WITH_AS(parameters.make("weight", {2, 2}, [](const Shape&, Random&) { return zeros<double>({4}); }),
                         doctest::Contains("'weight' gave shape [4] instead of [2, 2]"), ShapeError);
    CHECK(parameters.size() == 0);
}

TEST_CASE("A parameter is a constant without a tape, and one leaf however often it is used under one") {
    nn::Parameters<double> parameters;
    const auto             p = parameters.make("p", {2}, nn::constant(3.0));
    CHECK(!(p * p).recorded());
    Tape       tape;
    const auto y = sum(p * p + p);
    CHECK(tape.size() == 4);
    const auto gradients = tape.gradient(y, parameters);
    CHECK(gradients.size() == 1);
    CHECK(gradients[p] == xt::xarray<double>{7, 7});
    CHECK(gradients["p"] == xt::xarray<double>{7, 7});
    CHECK_THROWS_WITH_AS(gradients["q"], doctest::Contains("'q'"), ValueError);
    // A second tape watches it anew.
    Tape second;
    CHECK(second.gradient(sum(p), p) == xt::xarray<double>{1, 1});
}

TEST_CASE("Gradients come for all parameters in their order, zeros for those not used, and under create_graph as Variables") {
    nn::Parameters<double> parameters;
    const auto             a = parameters.make("a", {2}, nn::constant(2.0)), b = parameters.make("b", {3}, nn::constant(1.0));
    Tape                   tape;
    const auto             y         = sum(a * a * a);
    const auto             recorded  = tape.gradient(y, parameters, create_graph);
    const auto             gradients = tape.gradient(sum(recorded[a]), parameters);
    CHECK(recorded[a].value() == xt::xarray<double>{12, 12});
    CHECK(gradients[a] == xt::xarray<double>{12, 12});
    CHECK(gradients[b] == xt::xarray<double>{0, 0, 0});
    CHECK(gradients.entry(1).parameter == b);
}

TEST_CASE("A parameter changed between forward and backward is an error that names both lines, never a wrong gradient") {
    nn::Parameters<double> parameters;
    const auto             p     = parameters.make("p", {2}, nn::constant(3.0));
    const auto             check = [&](auto change, unsigned changed_at) {
        Tape           tape;
        const unsigned used_at = __LINE__ + 1;
        const auto     y       = sum(p * p);
        change();
        const std::string text = message_of([&] { tape.gradient(y, p); });
        INFO(text);
        CHECK(contains(text, "'p'"));
        CHECK(contains(text, line_text(used_at)));
        CHECK(contains(text, line_text(changed_at)));
        // Used again under the same tape it would be two things at once.
        const std::string again = message_of([&] { p * 2; });
        INFO(again);
        CHECK(contains(again, line_text(used_at)));
        CHECK(contains(again, line_text(changed_at)));
    };
    const unsigned assigned = __LINE__ + 1;
    const auto     assign   = [&] { p.assign(xt::xarray<double>{4, 4}); };
    check(assign, assigned);
    const unsigned updated = __LINE__ + 1;
    const auto     update  = [&] { p.update([](double* elements, std::size_t) { elements[0] += 1; }); };
    check(update, updated);
    // The next tape sees the new value.
    Tape tape;
    CHECK(tape.gradient(sum(p * p), p) == xt::xarray<double>{10, 8});
}

TEST_CASE("A handle keeps the value it was made with when the parameter changes") {
    nn::Parameters<double> parameters;
    const auto             p    = parameters.make("p", {2}, nn::constant(3.0));
    const Variable<double> held = p;
    p.update([](double* elements, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) elements[i] = 5;
    });
    CHECK(held.value() == xt::xarray<double>{3, 3});
    CHECK(p.value() == xt::xarray<double>{5, 5});
    CHECK(p.version() == 1);
}

TEST_CASE("A parameter keeps its shape") {
    nn::Parameters<double> parameters;
    const auto             p = parameters.make("p", {2}, nn::constant(3.0));
    CHECK_THROWS_WITH_AS(p.assign(zeros<double>({3})), doctest::Contains("'p' has shape [2], the new value [3]"), ShapeError);
    CHECK(p.version() == 0);
}

TEST_CASE("Parameters mix with variables, arrays, expressions and numbers, and take every function") {
    nn::Parameters<double>   parameters;
    const auto               p = parameters.make("p", {2}, nn::constant(0.5));
    const xt::xarray<double> a = {1, 2};
    Tape                     tape;
    const auto               x     = tape.watch(a);
    const auto               mixed = sum(p * x + a * p - (a + a) / p + 2 * p + p * p + exp(p) + pow(p, 2) + maximum(p, a) + where(a > 1, p, x));
    const auto shaped = sum(reshape(p, {2, 1})) + mean(p, 0) + sum(transpose(p)) + sum(square(p)) + matmul(p, x) + sum(slice(p, {1})) + logsumexp(p);
    const auto gradients = tape.gradient(mixed + shaped, parameters);
    CHECK(gradients[p](0) == doctest::Approx(1 + 1 + 2 * 1 / 0.25 + 2 + 1 + std::exp(0.5) + 1 + 0 + 0 + 1 + 0.5 + 1 + 1 + 1 + 0 + 0.5));
}

TEST_CASE("Threads share parameters, each under its own tape") {
    nn::Parameters<double>   parameters(3);
    const nn::Linear<double> layer(parameters / "layer", 4, 3);
    const Array<double>      input = Random(5).normal_array<double>({6, 4});
    const auto               step  = [&] {
        Tape tape;
        return Array<double>(tape.gradient(sum(square(layer(input))), parameters)[layer.weight()]);
    };
    const Array<double>        expected = step();
    std::vector<Array<double>> found(4);
    std::vector<std::thread>   threads;
    for (auto& result : found) threads.emplace_back([&] { result = step(); });
    for (std::thread& thread : threads) thread.join();
    for (const auto& result : found) CHECK(result == expected);
}
