#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

#include <xtgrad/array/blas.hpp>
#include <xtgrad/handwritten/activation.hpp>
#include <xtgrad/handwritten/augmented_network.hpp>

#include "numeric.hpp"

using namespace xtgrad;
using namespace xtgrad::handwritten;

namespace {

using Net = AugmentedNetwork<double>;

Net make(const std::vector<Index>& extents, std::uint64_t seed, Activation activation = Activation::sigmoid,
         DerivativeAt derivative = DerivativeAt::pre_activation) {
    Random random{seed};
    return Net(initial_weights<double>(extents, Initialisation::normal_scaled, random, 0.1), activation, derivative);
}

// E = ½ Σ (o − t)²
double error_of(const Net& network, const Weights<double>& weights, const Array<double>& inputs, const Array<double>& targets) {
    const Array<double> outputs = network.forward(inputs, weights);
    double              error   = 0;
    for (std::size_t place = 0; place < outputs.size(); ++place) error += 0.5 * std::pow(outputs.data()[place] - targets.data()[place], 2);
    return error;
}

double mean(const Array<double>& array, std::size_t count) {
    double sum = 0;
    for (std::size_t place = 0; place < count; ++place) sum += array.data()[place];
    return sum / static_cast<double>(count);
}

std::string message_of(auto action) {
    try {
        action();
    } catch (const Error& error) {
        return error.what();
    }
    return "nothing was thrown";
}

} // namespace

TEST_CASE("augmented adds a 1 to every row, behind or in front, and unaugmented takes it away") {
    const Array<double> x = {{1, 2}, {3, 4}};
    CHECK(augmented(x) == Array<double>{{1, 2, 1}, {3, 4, 1}});
    CHECK(augmented(x, BiasPlace::prepended) == Array<double>{{1, 1, 2}, {1, 3, 4}});
    CHECK(augmented(Array<double>{5, 6}) == Array<double>{5, 6, 1});
    CHECK(augmented(Array<float>{5, 6}, BiasPlace::prepended) == Array<float>{1, 5, 6});
    for (const BiasPlace place : {BiasPlace::appended, BiasPlace::prepended}) {
        CHECK(unaugmented(augmented(x, place), place) == x);
        CHECK(unaugmented(augmented(Array<double>{5, 6}, place), place) == Array<double>{5, 6});
        CHECK(augmented(zeros<double>({0, 3}), place).shape() == Shape{0, 4});
        CHECK(augmented(zeros<double>({2, 0}), place) == ones<double>({2, 1}));
        CHECK(unaugmented(zeros<double>({0, 3}), place).shape() == Shape{0, 2});
    }
    CHECK_THROWS_AS(augmented(zeros<double>({})), ShapeError);
    CHECK_THROWS_AS(unaugmented(zeros<double>({2, 0})), ShapeError);

    CHECK(without_bias(x) == Array<double>{{1, 2}});
    CHECK(without_bias(x, BiasPlace::prepended) == Array<double>{{3, 4}});
    CHECK_THROWS_AS(without_bias(zeros<double>({0, 2})), ShapeError);
    CHECK_THROWS_AS(without_bias(zeros<double>({2})), ShapeError);
}

TEST_CASE("sigmoid and relu have the derivatives that finite differences find, and relu's at 0 is 1 here") {
    const Array<double> x     = {-3.0, -0.5, 0.25, 4.0};
    const auto          total = [](const Array<double>& y) { return mean(y, y.size()) * static_cast<double>(y.size()); };
    CHECK(largest_difference(sigmoid_derivative(x), numeric_gradient([&](const Array<double>& at) { return total(sigmoid(at)); }, x)) < 1e-10);
    CHECK(largest_difference(relu_derivative(x), numeric_gradient([&](const Array<double>& at) { return total(relu(at)); }, x)) < 1e-10);
    CHECK(relu(x) == Array<double>{0, 0, 0.25, 4});
    CHECK(relu_derivative(0.0) == 1);
    CHECK(sigmoid(-1000.0) == 0);
    CHECK(sigmoid(1000.0) == 1);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const double y : {sigmoid(nan), sigmoid_derivative(nan), relu(nan), relu_derivative(nan)}) CHECK(std::isnan(y));
}

TEST_CASE("The four initialisations have their means and deviations, and bias rows as asked for") {
    const std::vector<Index> extents{200, 100, 4};
    constexpr std::size_t    count  = 200 * 100;
    const double             factor = std::sqrt(2.0 / 300);
    struct Expected {
        Initialisation initialisation;
        double         mean, deviation;
    };
    for (const auto& [initialisation, expected_mean, deviation] :
         {Expected{Initialisation::uniform, 0.5, std::sqrt(1.0 / 12)}, Expected{Initialisation::normal, 0, 1},
          Expected{Initialisation::uniform_scaled, 0.5 * factor, factor * std::sqrt(1.0 / 12)}, Expected{Initialisation::normal_scaled, 0, factor}}) {
        Random                random{1};
        const Weights<double> weights = initial_weights<double>(extents, initialisation, random);
        CHECK(weights.size() == 2);
        CHECK(weights[0].shape() == Shape{201, 100});
        CHECK(weights[1].shape() == Shape{101, 4});
        const double of_first = mean(weights[0], count);
        double       squares  = 0;
        for (std::size_t place = 0; place < count; ++place) squares += std::pow(weights[0].data()[place] - of_first, 2);
        // Four standard errors; that of a deviation is at most deviation/√(2·count).
        CHECK(std::abs(of_first - expected_mean) < 4 * deviation / std::sqrt(double{count}));
        CHECK(std::abs(std::sqrt(squares / count) - deviation) < 4 * deviation / std::sqrt(2.0 * count));
        for (std::size_t column = 0; column < 100; ++column) CHECK(weights[0](200, column) == 1);
    }

    Random random{1};
    CHECK(initial_weights<double>(extents, Initialisation::uniform, random, 0.0)[1](100, 3) == 0);
    const double drawn = initial_weights<double>(extents, Initialisation::uniform, random, std::nullopt)[1](100, 3);
    CHECK(drawn > 0);
    CHECK(drawn < 1);
}

TEST_CASE("A forward pass is the product of augmented outputs and matrices, layer by layer") {
    const Net           network = make({2, 3, 1}, 2);
    const Array<double> x       = {{0.3, -0.7}, {1.5, 2.0}};
    for (std::size_t row = 0; row < 2; ++row) {
        double z_out = network.weights()[1](3, 0);
        for (std::size_t hidden = 0; hidden < 3; ++hidden) {
            const Array<double>& w = network.weights()[0];
            z_out += network.weights()[1](hidden, 0) * sigmoid(x(row, 0) * w(0, hidden) + x(row, 1) * w(1, hidden) + w(2, hidden));
        }
        CHECK(network.forward(x)(row, 0) == doctest::Approx(sigmoid(z_out)).epsilon(1e-14));
    }
}

TEST_CASE("The gradients of an augmented network agree with finite differences, for sigmoid and relu, any batch and a single output") {
    Random random{3};
    for (const Activation activation : {Activation::sigmoid, Activation::relu}) {
        // A short step stays on one side of relu's kinks, and loses nothing there: between them the error is a polynomial.
        const double step = activation == Activation::relu ? 1e-5 : 2e-3;
        for (const std::size_t batch : {1U, 7U}) {
            for (const Index outputs : {1, 3}) {
                Net                 network = make({4, 5, 3, outputs}, 4, activation);
                const Array<double> inputs  = random.normal_array<double>({batch, 4});
                const Array<double> targets = random.uniform_array<double>({batch, static_cast<std::size_t>(outputs)});
                network.backpropagate(inputs, targets);
                for (std::size_t layer = 0; layer < 3; ++layer) {
                    const auto error_at = [&](const Array<double>& matrix) {
                        Weights<double> moved = network.weights();
                        moved[layer]          = matrix;
                        return error_of(network, moved, inputs, targets);
                    };
                    CHECK(largest_difference(network.gradients()[layer], numeric_gradient(error_at, network.weights()[layer], step)) < 1e-9);
                }
            }
        }
    }
}

TEST_CASE("A step moves against the gradient and reports the error before it") {
    Random                random{5};
    Net                   network = make({3, 4, 2}, 6);
    const Array<double>   inputs  = random.normal_array<double>({5, 3});
    const Array<double>   targets = random.uniform_array<double>({5, 2});
    const Weights<double> before  = network.weights();
    const double          error   = network.step(inputs, targets, 0.25);
    CHECK(error == doctest::Approx(error_of(network, before, inputs, targets)).epsilon(1e-14));
    for (std::size_t layer = 0; layer < 2; ++layer) {
        CHECK(largest_difference(network.weights()[layer], Array<double>(before[layer] - 0.25 * network.gradients()[layer])) < 1e-15);
    }
    CHECK(error_of(network, network.weights(), inputs, targets) < error);
}

TEST_CASE("The slip of evaluating the derivative at the output is what it says: s'(o) in place of s'(z)") {
    Random              random{7};
    const Array<double> inputs  = random.normal_array<double>({6, 3});
    const Array<double> targets = random.uniform_array<double>({6, 2});
    Net                 network = make({3, 4, 2}, 8, Activation::sigmoid, DerivativeAt::output_slip);
    network.backpropagate(inputs, targets);

    const Array<double> first  = sigmoid(matrix_product(augmented(inputs), network.weights()[0]));
    const Array<double> output = sigmoid(matrix_product(augmented(first), network.weights()[1]));
    const Array<double> delta  = (output - targets) * sigmoid_derivative(output);
    CHECK(largest_difference(network.gradients()[1], matrix_product(augmented(first), delta, true, false)) < 1e-14);
    const Array<double> back = matrix_product(delta, without_bias(network.weights()[1]), false, true);
    CHECK(largest_difference(network.gradients()[0],
                             matrix_product(augmented(inputs), Array<double>(back * sigmoid_derivative(first)), true, false)) < 1e-14);

    // Saturated, as by the published weights U(0, 1), the true gradient vanishes and the slip's does not.
    Weights<double> saturated = network.weights();
    for (Array<double>& matrix : saturated) matrix += 50.0;
    const Array<double> far = inputs * inputs;
    Net                 right(saturated), slip(saturated, Activation::sigmoid, DerivativeAt::output_slip);
    right.backpropagate(far, targets);
    slip.backpropagate(far, targets);
    CHECK(largest_difference(right.gradients()[1], zeros<double>({5, 2})) < 1e-15);
    CHECK(largest_difference(slip.gradients()[1], zeros<double>({5, 2})) > 1e-2);
}

TEST_CASE("A batch of nothing has outputs and gradients of the right shapes, and no error") {
    Net network = make({3, 4, 2}, 9);
    network.backpropagate(ones<double>({1, 3}), zeros<double>({1, 2}));
    CHECK(network.step(zeros<double>({0, 3}), zeros<double>({0, 2}), 1.0) == 0);
    CHECK(network.gradients()[0] == zeros<double>({4, 4}));
    CHECK(network.forward(zeros<double>({0, 3})).shape() == Shape{0, 2});
    CHECK(network.predict_all(zeros<double>({0, 3})).shape() == Shape{0});
    CHECK(std::isnan(network.accuracy(zeros<double>({0, 3}), zeros<Index>({0}))));
}

TEST_CASE("A network answers labels, its confusion matrix and accuracy, by its own weights or by others") {
    Random              random{10};
    const Net           network = make({3, 4, 3}, 11);
    const Net           other   = make({3, 4, 3}, 12);
    const Array<double> inputs  = random.normal_array<double>({3000, 3}, 0, 5);
    const Array<Index>  answers = network.predict_all(inputs);
    CHECK(answers == network.decode(network.forward(inputs)));
    CHECK(network.predict_all(inputs, other.weights()) == other.predict_all(inputs));
    for (const std::size_t sample : {0U, 1U, 2999U}) {
        const Array<double> one = {inputs(sample, 0), inputs(sample, 1), inputs(sample, 2)};
        CHECK(network.predict(one) == answers(sample));
        CHECK(network.predict(one, other.weights()) == other.predict(one));
    }

    CHECK(network.accuracy(inputs, answers) == 1);
    const Array<Index> others = other.predict_all(inputs);
    const double       share  = network.accuracy(inputs, others);
    CHECK(share < 1);
    CHECK(network.accuracy(inputs, others, other.weights()) == 1);
    const Array<Index> confusion = network.confusion_matrix(inputs, others);
    CHECK(confusion.shape() == Shape{3, 3});
    CHECK(static_cast<double>(confusion(0, 0) + confusion(1, 1) + confusion(2, 2)) / 3000 == share);
    const Array<Index> diagonal = network.confusion_matrix(inputs, others, other.weights());
    CHECK(diagonal(0, 0) + diagonal(1, 1) + diagonal(2, 2) == 3000);
}

TEST_CASE("A single output tells two classes apart at one half; several are one-hot") {
    const Net one = make({2, 2, 1}, 13), three = make({2, 2, 3}, 13);
    CHECK(one.classes() == 2);
    const auto column = [](Array<double> values) { return Array<double>(values.reshape(Shape{values.size(), 1})); };
    CHECK(one.encode({0, 1, 1}) == column({0, 1, 1}));
    CHECK(one.decode(column({0.2, 0.5, 0.51})) == Array<Index>{0, 0, 1});
    CHECK(three.classes() == 3);
    CHECK(three.encode({2, 0}) == Array<double>{{0, 0, 1}, {1, 0, 0}});
    CHECK(three.decode({{0.2, 0.9, 0.1}}) == Array<Index>{1});
    CHECK(message_of([&] { one.encode({0, 2}); }).find("too few outputs: label 2 in row 1") != std::string::npos);
    CHECK(message_of([&] { three.encode({0, 3}); }).find("too few outputs: label 3 in row 1 needs at least 4") != std::string::npos);
}

TEST_CASE("A network without hidden layer, of matrices that do not follow each other, or for other inputs is refused in words") {
    Random random{14};
    CHECK(message_of([&] { initial_weights<double>({784, 10}, Initialisation::uniform, random); }).find("no hidden layer") != std::string::npos);
    CHECK(message_of([&] { Net({zeros<double>({785, 10})}); }).find("no hidden layer") != std::string::npos);
    CHECK_THROWS_AS(Net(Weights<double>{}), ValueError);
    CHECK_THROWS_AS(initial_weights<double>({2, 0, 1}, Initialisation::uniform, random), ValueError);
    CHECK(message_of([&] { Net({zeros<double>({3, 2}), zeros<double>({2, 1})}); }).find("it needs 3 rows") != std::string::npos);
    CHECK_THROWS_AS(Net({zeros<double>({3, 2}), zeros<double>({3})}), ShapeError);
    CHECK_THROWS_AS(Net({zeros<double>({1, 2}), zeros<double>({3, 1})}), ShapeError);

    Net network = make({2, 3, 1}, 15);
    CHECK_THROWS_AS(network.set_weights(make({2, 4, 1}, 15).weights()), ShapeError);
    CHECK_THROWS_AS(network.set_weights(make({2, 3, 3, 1}, 15).weights()), ShapeError);
    CHECK_THROWS_AS(network.forward(zeros<double>({4, 3})), ShapeError);
    CHECK_THROWS_AS(network.backpropagate(zeros<double>({4, 2}), zeros<double>({4, 2})), ShapeError);
    CHECK_THROWS_AS(network.predict(zeros<double>({3})), ShapeError);
    CHECK_THROWS_AS(network.predict(zeros<double>({1, 2})), ShapeError);
    const Weights<double> others = make({2, 3, 1}, 16).weights();
    network.set_weights(others);
    CHECK(network.weights()[1] == others[1]);
}
