#include <doctest/doctest.h>

#include <limits>
#include <string>

#include <xtgrad/handwritten/cost.hpp>
#include <xtgrad/handwritten/layer.hpp>

#include "numeric.hpp"

using namespace xtgrad;
using namespace xtgrad::handwritten;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity     = std::numeric_limits<double>::infinity();

// Of smooth functions of size 1; numeric_gradient's own error.
constexpr double tolerance = 1e-9;

double sum_of_products(const Array<double>& a, const Array<double>& b) {
    double sum = 0;
    for (std::size_t place = 0; place < a.size(); ++place) sum += a.data()[place] * b.data()[place];
    return sum;
}

// Compares a layer's input gradient, for a random gradient of its outputs, with finite differences.
double input_gradient_error(Layer<double>& layer, const Array<double>& input, Random& random) {
    const Array<double> seed    = random.normal_array<double>(layer.forward(input).shape());
    const Array<double> numeric = numeric_gradient([&](const Array<double>& x) { return sum_of_products(layer.forward(x), seed); }, input);
    layer.forward(input);
    return largest_difference(layer.backward(seed), numeric);
}

} // namespace

TEST_CASE("Random input to random target through Linear and Sigmoid, gradient, one update") {
    constexpr std::size_t batch = 5, inputs = 4, outputs = 3;
    const double          learning_rate = 0.1;
    Random                random{1};
    const Array<double>   input  = random.normal_array<double>({batch, inputs});
    const Array<double>   target = random.uniform_array<double>({batch, outputs});

    // Layer by layer.
    Linear<double>                linear(inputs, outputs, random);
    Sigmoid<double>               sigmoid;
    const MeanSquareError<double> cost;
    const Array<double>           weights = linear.weights();

    const Array<double> output = sigmoid.forward(linear.forward(input));
    const double        before = cost.estimate(output, target);
    linear.zero_gradients();
    linear.backward(sigmoid.backward(cost.gradient(output, target)));

    // The cost of the sum over the batch, as a function of the weights and of the bias.
    const auto cost_at = [&](const Array<double>& w, const Array<double>& b) {
        Random         unused{0};
        Linear<double> moved(inputs, outputs, unused);
        moved.set_weights(w);
        moved.set_bias(b);
        Sigmoid<double> last;
        return cost.estimate(last.forward(moved.forward(input)), target) * static_cast<double>(batch * outputs);
    };
    const Array<double> bias = linear.bias();
    CHECK(largest_difference(linear.weight_gradients(), numeric_gradient([&](const Array<double>& w) { return cost_at(w, bias); }, weights)) <
          tolerance);
    CHECK(largest_difference(linear.bias_gradients(), numeric_gradient([&](const Array<double>& b) { return cost_at(weights, b); }, bias)) <
          tolerance);

    linear.update_parameters(learning_rate);
    for (std::size_t place = 0; place < weights.size(); ++place) {
        CHECK(linear.weights().data()[place] == weights.data()[place] - learning_rate * linear.weight_gradients().data()[place]);
    }
    for (std::size_t place = 0; place < outputs; ++place) {
        CHECK(linear.bias().data()[place] == bias.data()[place] - learning_rate * linear.bias_gradients().data()[place]);
    }
    CHECK(cost.estimate(sigmoid.forward(linear.forward(input)), target) < before);

    // The same as a network, to the bit.
    Network<double> network;
    Linear<double>& first = network.add(Linear<double>(inputs, outputs, random));
    network.add(Sigmoid<double>());
    first.set_weights(weights);
    const Array<double> answer = network.forward(input);
    CHECK(answer == output);
    network.zero_gradients();
    network.backward(cost.gradient(answer, target));
    network.update_parameters(learning_rate);
    CHECK(first.weight_gradients() == linear.weight_gradients());
    CHECK(first.weights() == linear.weights());
    CHECK(first.bias() == linear.bias());
}

TEST_CASE("Linear begins with normal weights of deviation sigma, of shape out × in, and with zero biases") {
    Random               random{2};
    const Linear<double> linear(200, 100, random);
    CHECK(linear.weights().shape() == Shape{100, 200});
    CHECK(linear.bias() == zeros<double>({100}));
    // Four standard errors of a variance estimated from 20 000 draws.
    CHECK(std::abs(sum_of_products(linear.weights(), linear.weights()) / 20000 / 0.01 - 1) < 4 * std::sqrt(2.0 / 20000));

    Random              again{2};
    const Linear<float> single(200, 100, again, 0.2);
    CHECK(single.weights()(3, 4) == doctest::Approx(2 * linear.weights()(3, 4)));
}

TEST_CASE("Linear adds up gradients from call to call until they are set to zero") {
    Random              random{3};
    Linear<double>      linear(3, 2, random);
    const Array<double> input = random.normal_array<double>({4, 3});
    const Array<double> seed  = random.normal_array<double>({4, 2});
    linear.forward(input);
    linear.backward(seed);
    const Array<double> once = linear.weight_gradients();
    linear.backward(seed);
    CHECK(largest_difference(linear.weight_gradients(), Array<double>(once * 2.0)) < 1e-15);
    linear.zero_gradients();
    CHECK(linear.weight_gradients() == zeros<double>({2, 3}));
    CHECK(linear.bias_gradients() == zeros<double>({2}));
}

TEST_CASE("Every layer's input gradient agrees with finite differences, for batches of 1 and for one class too") {
    Random random{4};
    for (const std::size_t batch : {1U, 3U}) {
        for (const std::size_t classes : {1U, 4U}) {
            CAPTURE(batch);
            CAPTURE(classes);
            const Array<double> input = random.normal_array<double>({batch, classes});
            Linear<double>      linear(static_cast<Index>(classes), 3, random, 1.0);
            Sigmoid<double>     sigmoid;
            SoftMax<double>     softmax;
            Network<double>     network;
            network.add(Linear<double>(static_cast<Index>(classes), 5, random, 1.0));
            network.add(Sigmoid<double>());
            network.add(Linear<double>(5, static_cast<Index>(classes), random, 1.0));
            network.add(SoftMax<double>());
            CHECK(input_gradient_error(linear, input, random) < tolerance);
            CHECK(input_gradient_error(sigmoid, input, random) < tolerance);
            CHECK(input_gradient_error(softmax, input, random) < tolerance);
            CHECK(input_gradient_error(network, input, random) < tolerance);
        }
    }
}

TEST_CASE("A deep network's parameter gradients agree with finite differences") {
    Random              random{5};
    const Array<double> input  = random.normal_array<double>({6, 3});
    const Array<double> target = random.uniform_array<double>({6, 2});
    Network<double>     network;
    Linear<double>&     first = network.add(Linear<double>(3, 4, random, 0.8));
    network.add(Sigmoid<double>());
    Network<double> end;
    Linear<double>& last = end.add(Linear<double>(4, 2, random, 0.8));
    end.add(SoftMax<double>());
    network.add(std::move(end));
    const CrossEntropy<double> cost;

    network.backward(cost.gradient(network.forward(input), target));
    for (Linear<double>* layer : {&first, &last}) {
        const Array<double> weights = layer->weights(), bias = layer->bias();
        const auto          cost_now   = [&] { return cost.estimate(network.forward(input), target) * 6; };
        const Array<double> of_weights = numeric_gradient([&](const Array<double>& w) { return layer->set_weights(w), cost_now(); }, weights);
        layer->set_weights(weights);
        const Array<double> of_bias = numeric_gradient([&](const Array<double>& b) { return layer->set_bias(b), cost_now(); }, bias);
        layer->set_bias(bias);
        CHECK(largest_difference(layer->weight_gradients(), of_weights) < tolerance);
        CHECK(largest_difference(layer->bias_gradients(), of_bias) < tolerance);
    }
}

TEST_CASE("A batch of nothing goes through every layer and leaves zero gradients") {
    Random          random{6};
    Network<double> network;
    Linear<double>& linear = network.add(Linear<double>(3, 2, random));
    network.add(Sigmoid<double>());
    network.add(SoftMax<double>());
    const Array<double> output = network.forward(zeros<double>({0, 3}));
    CHECK(output.shape() == Shape{0, 2});
    CHECK(network.backward(output).shape() == Shape{0, 3});
    CHECK(linear.weight_gradients() == zeros<double>({2, 3}));
    CHECK(std::isnan(MeanSquareError<double>().estimate(output, output)));
    CHECK(std::isnan(CrossEntropy<double>().estimate(output, output)));
    CHECK(MeanSquareError<double>().gradient(output, output).shape() == Shape{0, 2});
    CHECK(CrossEntropy<double>().gradient(output, output).shape() == Shape{0, 2});
}

TEST_CASE("SoftMax stays finite for large inputs and lets NaN and infinity be seen") {
    SoftMax<double>     softmax;
    const Array<double> y =
        softmax.forward({{1e4, 1e4, -1e4}, {-infinity, 0, 0}, {not_a_number, 0, 1}, {infinity, 0, 1}, {-infinity, -infinity, -infinity}});
    CHECK(y(0, 0) == 0.5);
    CHECK(y(0, 2) == 0);
    CHECK(y(1, 0) == 0);
    CHECK(y(1, 1) == 0.5);
    for (const std::size_t column : {0U, 1U, 2U}) {
        CHECK(std::isnan(y(2, column)));
        CHECK(std::isnan(y(4, column)));
    }
    CHECK(std::isnan(y(3, 0)));
}

TEST_CASE("Sigmoid keeps the digits of its derivative where it is saturated") {
    Sigmoid<double> sigmoid;
    sigmoid.forward({{40.0, -40.0, 1000.0, -1000.0, not_a_number}});
    const Array<double> gradient = sigmoid.backward(ones<double>({1, 5}));
    CHECK(gradient(0, 0) == doctest::Approx(4.248354255291589e-18).epsilon(1e-14));
    CHECK(gradient(0, 1) == gradient(0, 0));
    CHECK(gradient(0, 2) == 0);
    CHECK(gradient(0, 3) == 0);
    CHECK(std::isnan(gradient(0, 4)));
}

TEST_CASE("MeanSquareError estimates a mean and differentiates the sum") {
    const MeanSquareError<double> cost;
    const Array<double>           p = {{0.5, 1.0}, {0.0, -1.0}}, t = {{1.0, 0.0}, {0.0, 1.0}};
    CHECK(cost.estimate(p, t) == 0.5 * (0.25 + 1 + 0 + 4) / 4);
    CHECK(cost.gradient(p, t) == Array<double>{{-0.5, 1.0}, {0.0, -2.0}});
}

TEST_CASE("CrossEntropy adds eps to probabilities, or nothing, and counts absent classes for nothing") {
    const Array<double>        p = {{0.25, 0.75, 0.0}, {0.0, 1.0, 0.0}}, t = {{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}};
    const CrossEntropy<double> exact(0.0), clamped;
    CHECK(exact.estimate(p, t) == doctest::Approx(std::log(4.0) / 2).epsilon(1e-15));
    CHECK(exact.gradient(p, t) == Array<double>{{-4.0, 0.0, 0.0}, {0.0, -1.0, 0.0}});

    const Array<double> wrong = {{0.0, 1.0}}, right = {{1.0, 0.0}};
    CHECK(clamped.estimate(wrong, right) == doctest::Approx(-std::log(1e-12)));
    CHECK(clamped.gradient(wrong, right)(0, 0) == doctest::Approx(-1e12));
    CHECK(exact.estimate(wrong, right) == infinity);
    CHECK(exact.gradient(wrong, right)(0, 0) == -infinity);
    const Array<double> diverged = {{0.5, not_a_number}};
    CHECK(std::isnan(exact.estimate(diverged, right)));
    CHECK(std::isnan(exact.gradient(diverged, right)(0, 1)));

    const Array<double> soft = {{0.2, 0.3, 0.5}}, q = {{0.1, 0.6, 0.3}};
    CHECK(largest_difference(clamped.gradient(q, soft), numeric_gradient([&](const Array<double>& x) { return clamped.estimate(x, soft); }, q)) <
          1e-7);
    CHECK_THROWS_AS(CrossEntropy<double>(-1e-12), ValueError);
    CHECK_THROWS_AS(CrossEntropy<float>{std::numeric_limits<float>::quiet_NaN()}, ValueError);
}

TEST_CASE("Layers and costs refuse wrong shapes and a backward without forward, in words and with the caller's line") {
    Random          random{7};
    Linear<double>  linear(3, 2, random);
    Sigmoid<double> sigmoid;
    SoftMax<double> softmax;
    CHECK_THROWS_AS(linear.backward(zeros<double>({1, 2})), ValueError);
    CHECK_THROWS_AS(sigmoid.backward(zeros<double>({1, 2})), ValueError);
    CHECK_THROWS_AS(softmax.backward(zeros<double>({1, 2})), ValueError);
    CHECK_THROWS_AS(softmax.forward(Array<double>{1, 2}), ShapeError);
    CHECK_THROWS_AS(linear.set_weights(zeros<double>({3, 2})), ShapeError);
    CHECK_THROWS_AS(linear.set_bias(zeros<double>({3})), ShapeError);
    CHECK_THROWS_AS(Linear<double>(0, 2, random), ValueError);
    CHECK_THROWS_AS(Linear<double>(2, -1, random), ValueError);
    CHECK_THROWS_AS(MeanSquareError<double>().estimate(zeros<double>({2, 1}), zeros<double>({2})), ShapeError);
    CHECK_THROWS_AS(MeanSquareError<double>().gradient(zeros<double>({2, 1}), zeros<double>({2})), ShapeError);
    CHECK_THROWS_AS(CrossEntropy<double>().gradient(zeros<double>({2, 1}), zeros<double>({1, 1})), ShapeError);

    linear.forward(zeros<double>({4, 3}));
    CHECK_THROWS_AS(linear.backward(zeros<double>({1, 2})), ShapeError);
    Network<double> network;
    network.add(std::move(linear));
    const unsigned line = __LINE__ + 2;
    try {
        network.forward(zeros<double>({4, 784}));
        FAIL("a wrong shape was accepted");
    } catch (const ShapeError& error) {
        CHECK(std::string(error.what()).find("Linear: the shape is [4, 784], but [batch, 3] is needed") == 0);
        CHECK(error.where().line == line);
    }
}
