#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <xtgrad/autograd.hpp>
#include <xtgrad/handwritten/augmented_network.hpp>
#include <xtgrad/handwritten/cost.hpp>
#include <xtgrad/handwritten/layer.hpp>
#include <xtgrad/nn/activations.hpp>
#include <xtgrad/nn/layers.hpp>
#include <xtgrad/nn/losses.hpp>

// The tape against backpropagation written by hand: two computations of the same formulas that share no code but the matrix product. They
// agree up to rounding: within K·ε·S, where S adds up the absolute values of the terms that an entry is the sum of.
using namespace xtgrad;
namespace hand = xtgrad::handwritten;

namespace {

constexpr int    random_shapes = 1000;
constexpr double K             = 16;

template <Scalar T>
Array<T> absolute(Array<T> array) {
    for (T& element : array.storage()) element = std::abs(element);
    return array;
}

// a·b, or aᵀ·b, or a·bᵀ, by the definition.
template <Scalar T>
Array<T> product(const Array<T>& a, const Array<T>& b, bool transpose_a, bool transpose_b) {
    const std::size_t rows = a.shape()[transpose_a ? 1 : 0], inner = a.shape()[transpose_a ? 0 : 1], columns = b.shape()[transpose_b ? 0 : 1];
    Array<T>          result = zeros<T>({rows, columns});
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < columns; ++j) {
            for (std::size_t k = 0; k < inner; ++k) result(i, j) += (transpose_a ? a(k, i) : a(i, k)) * (transpose_b ? b(j, k) : b(k, j));
        }
    }
    return result;
}

template <Scalar T>
Array<T> column_sums(const Array<T>& matrix) {
    Array<T> result = zeros<T>({matrix.shape()[1]});
    for (std::size_t place = 0; place < matrix.size(); ++place) result.data()[place % result.size()] += matrix.data()[place];
    return result;
}

template <Scalar T>
double largest(const Array<T>& array) {
    double most = 0;
    for (const T element : array.storage()) most = std::max(most, std::abs(static_cast<double>(element)));
    return most;
}

// The largest difference seen, in units of ε·S.
template <Scalar T>
class Worst {
public:
    // S element by element.
    void compare(const Array<T>& by_hand, const Array<T>& by_tape, const Array<T>& terms) {
        REQUIRE(by_hand.shape() == by_tape.shape());
        REQUIRE(terms.shape() == by_tape.shape());
        for (std::size_t place = 0; place < terms.size(); ++place) {
            compare(static_cast<double>(by_hand.data()[place]), static_cast<double>(by_tape.data()[place]), static_cast<double>(terms.data()[place]));
        }
    }
    // One S for all elements.
    void compare(const Array<T>& by_hand, const Array<T>& by_tape, double terms) {
        compare(by_hand, by_tape, full<T>(by_tape.shape(), static_cast<T>(terms)));
    }
    void compare(double by_hand, double by_tape, double terms) {
        ++compared_;
        const double difference = std::abs(by_hand - by_tape);
        if (difference == 0 || (std::isnan(by_hand) && std::isnan(by_tape))) return;
        constexpr double epsilon  = std::numeric_limits<T>::epsilon();
        constexpr double smallest = std::numeric_limits<T>::min();
        // Written so that a NaN counts.
        const double ratio = difference / (epsilon * std::max(terms, smallest));
        worst_             = ratio <= worst_ ? worst_ : ratio;
    }

    void check(std::size_t at_least) const {
        CHECK(compared_ > at_least);
        CHECK(worst_ <= K);
    }

private:
    double      worst_    = 0;
    std::size_t compared_ = 0;
};

struct Sizes {
    std::size_t batch, in, out;
};

// Batch 0 and 1 and one class come often.
Sizes random_sizes(Random& random) {
    const std::size_t batches[] = {0, 1, 2 + random.below(20)};
    return {batches[random.below(3)], 1 + random.below(12), random.below(4) == 0 ? 1 : 1 + random.below(12)};
}

// Rows that add to 1; those of every second call one-hot, as labels give them.
template <Scalar T>
Array<T> random_targets(Random& random, const Shape& shape) {
    Array<T>          result  = random.uniform_array<T>(shape);
    const std::size_t classes = shape[1];
    const bool        one_hot = random.below(2) == 0;
    for (std::size_t row = 0; row < shape[0]; ++row) {
        const std::size_t label = random.below(classes);
        T                 sum   = 0;
        for (std::size_t i = 0; i < classes; ++i) sum += result(row, i);
        for (std::size_t i = 0; i < classes; ++i) result(row, i) = one_hot ? static_cast<T>(i == label ? 1 : 0) : result(row, i) / sum;
    }
    return result;
}

// A batch through a layer, and a cotangent back, by hand and by tape; `terms` is S of the input gradient.
template <Scalar T, class Tape_function>
void compare_layer(Worst<T>& worst, hand::Layer<T>& layer, const Array<T>& x, const Array<T>& g, const Tape_function& function,
                   const Array<T>& value_terms, const Array<T>& gradient_terms) {
    Tape           tape;
    const auto     input  = tape.watch(x);
    const auto     output = function(input);
    const Array<T> values = layer.forward(x);
    worst.compare(values, output.value(), value_terms);
    worst.compare(layer.backward(g), tape.gradient(output, input, seed(g)), gradient_terms);
}

template <Scalar T>
void linear() {
    Random   random(11);
    Worst<T> worst;
    for (int round = 0; round < random_shapes; ++round) {
        const auto [batch, in, out] = random_sizes(random);
        hand::Linear<T> layer(static_cast<Index>(in), static_cast<Index>(out), random, 1.0);
        layer.set_bias(random.normal_array<T>({out}));
        const Array<T> x = random.normal_array<T>({batch, in}), g = random.normal_array<T>({batch, out});

        nn::Parameters<T> parameters;
        nn::Linear<T>     taped(parameters, in, out);
        taped.weight().assign(layer.weights());
        taped.bias().assign(layer.bias());
        Tape       tape;
        const auto input  = tape.watch(x);
        const auto output = taped(input);

        Array<T> value_terms = product(absolute(x), absolute(layer.weights()), false, true);
        for (std::size_t place = 0; place < value_terms.size(); ++place) value_terms.data()[place] += std::abs(layer.bias().data()[place % out]);
        worst.compare(layer.forward(x), output.value(), value_terms);
        const Array<T> by_hand              = layer.backward(g);
        const auto [by_tape, of_parameters] = tape.gradient(output, std::tuple{input, parameters}, seed(g));
        worst.compare(by_hand, by_tape, product(absolute(g), absolute(layer.weights()), false, false));
        worst.compare(layer.weight_gradients(), of_parameters[taped.weight()], product(absolute(g), absolute(x), true, false));
        worst.compare(layer.bias_gradients(), of_parameters[taped.bias()], column_sums(absolute(g)));
    }
    worst.check(10 * random_shapes);
}

template <Scalar T>
void sigmoid_layer() {
    Random   random(12);
    Worst<T> worst;
    for (int round = 0; round < random_shapes; ++round) {
        const auto [batch, in, out] = random_sizes(random);
        const Array<T>   x = random.normal_array<T>({batch, out}, 0, 4), g = random.normal_array<T>({batch, out});
        hand::Sigmoid<T> layer;
        layer.forward(x);
        const Array<T> value = layer.forward(x), gradient = layer.backward(g);
        compare_layer<T>(
            worst, layer, x, g, [](const Variable<T>& v) { return nn::Sigmoid{}(v); }, absolute(value), absolute(gradient));
    }
    worst.check(10 * random_shapes);
}

template <Scalar T>
void softmax_layer() {
    Random   random(13);
    Worst<T> worst;
    for (int round = 0; round < random_shapes; ++round) {
        const auto [batch, in, classes] = random_sizes(random);
        const Array<T>   x = random.normal_array<T>({batch, classes}, 0, 3), g = random.normal_array<T>({batch, classes});
        hand::SoftMax<T> layer;
        const Array<T>   p = layer.forward(x);
        // p_i·(|g_i| + Σ_j |g_j|·p_j)
        Array<T> terms = p;
        for (std::size_t row = 0; row < batch; ++row) {
            T sum = 0;
            for (std::size_t i = 0; i < classes; ++i) sum += std::abs(g(row, i)) * p(row, i);
            for (std::size_t i = 0; i < classes; ++i) terms(row, i) *= std::abs(g(row, i)) + sum;
        }
        compare_layer<T>(
            worst, layer, x, g, [](const Variable<T>& v) { return nn::Softmax{}(v); }, p, terms);
    }
    worst.check(10 * random_shapes);
}

template <Scalar T>
void mean_square_error() {
    Random                         random(14);
    Worst<T>                       worst;
    const hand::MeanSquareError<T> cost;
    for (int round = 0; round < random_shapes; ++round) {
        const auto [batch, in, out] = random_sizes(random);
        const Array<T> prediction = random.normal_array<T>({batch, out}), target = random.normal_array<T>({batch, out});
        Tape           tape;
        const auto     p    = tape.watch(prediction);
        const auto     loss = nn::half_square_error<T>(p, target, nn::Over::sum);
        const double   mean = cost.estimate(prediction, target);
        // The hand-written estimate is the mean over batch and outputs, NaN for none.
        if (batch > 0)
            worst.compare(mean * static_cast<double>(batch * out), static_cast<double>(loss.item()), mean * static_cast<double>(batch * out));
        if (batch == 0) CHECK((std::isnan(mean) && loss.item() == 0));
        const Array<T> gradient = cost.gradient(prediction, target);
        worst.compare(gradient, tape.gradient(loss, p), absolute(gradient));
    }
    worst.check(10 * random_shapes);
}

template <Scalar T>
void cross_entropy() {
    Random                      random(15);
    Worst<T>                    worst;
    const hand::CrossEntropy<T> cost(T{0});
    for (int round = 0; round < random_shapes; ++round) {
        const auto [batch, in, classes] = random_sizes(random);
        const Array<T> prediction = random.uniform_array<T>({batch, classes}, 1e-3, 1), target = random_targets<T>(random, {batch, classes});
        Tape           tape;
        const auto     p       = tape.watch(prediction);
        const auto     loss    = nn::cross_entropy_from_probabilities<T>(p, target);
        const auto     total   = nn::cross_entropy_from_probabilities<T>(p, target, nn::Over::sum);
        const double   by_hand = cost.estimate(prediction, target);
        // All terms have one sign.
        worst.compare(by_hand, static_cast<double>(loss.item()), by_hand);
        const Array<T> gradient = cost.gradient(prediction, target);
        worst.compare(gradient, tape.gradient(total, p), absolute(gradient));
    }
    worst.check(10 * random_shapes);
}

// Layers of Linear and Sigmoid, ending in Sigmoid and MeanSquareError or in SoftMax and CrossEntropy.
template <Scalar T>
void network() {
    Random   random(16);
    Worst<T> worst;
    for (int round = 0; round < random_shapes; ++round) {
        const auto [batch, in, out] = random_sizes(random);
        const std::size_t hidden    = 1 + random.below(8);
        const bool        softmax   = random.below(2) == 0;
        hand::Network<T>  network;
        auto&             first = network.add(hand::Linear<T>(static_cast<Index>(in), static_cast<Index>(hidden), random, 0.7));
        network.add(hand::Sigmoid<T>());
        auto& second = network.add(hand::Linear<T>(static_cast<Index>(hidden), static_cast<Index>(out), random, 0.7));
        first.set_bias(random.normal_array<T>({hidden}));
        second.set_bias(random.normal_array<T>({out}));
        const Array<T> x = random.normal_array<T>({batch, in}), target = random_targets<T>(random, {batch, out});
        if (softmax) {
            network.add(hand::SoftMax<T>());
        } else {
            network.add(hand::Sigmoid<T>());
        }
        const Array<T> prediction = network.forward(x);
        const Array<T> cost_gradient =
            softmax ? hand::CrossEntropy<T>(T{0}).gradient(prediction, target) : hand::MeanSquareError<T>().gradient(prediction, target);
        network.zero_gradients();
        const Array<T> by_hand = network.backward(cost_gradient);

        nn::Parameters<T> parameters;
        nn::Linear<T>     taped_first(parameters / "first", in, hidden), taped_second(parameters / "second", hidden, out);
        taped_first.weight().assign(first.weights());
        taped_first.bias().assign(first.bias());
        taped_second.weight().assign(second.weights());
        taped_second.bias().assign(second.bias());
        Tape        tape;
        const auto  input                   = tape.watch(x);
        Variable<T> output                  = nn::Sequential(taped_first, nn::Sigmoid{}, taped_second)(input);
        output                              = softmax ? nn::softmax(output) : sigmoid(output);
        const auto loss                     = softmax ? nn::cross_entropy_from_probabilities<T>(output, target, nn::Over::sum)
                                                      : nn::half_square_error<T>(output, target, nn::Over::sum);
        const auto [by_tape, of_parameters] = tape.gradient(loss, std::tuple{input, parameters});

        // What reaches an entry is at most this: a sum over the batch of cotangents (below 1 after the outer activation's derivative, with what
        // the rounding of its argument does to them) times weights and inputs.
        const double count    = static_cast<double>(std::max<std::size_t>(batch, 1));
        const double rounding = 1 + largest(product(absolute(x), absolute(first.weights()), false, true)) + largest(first.bias()) +
                                static_cast<double>(hidden) * largest(second.weights()) + largest(second.bias());
        const double through = rounding * (1 + static_cast<double>(out) * largest(second.weights()));
        worst.compare(prediction, output.value(), rounding);
        worst.compare(second.weight_gradients(), of_parameters[taped_second.weight()], count * rounding);
        worst.compare(second.bias_gradients(), of_parameters[taped_second.bias()], count * rounding);
        worst.compare(first.weight_gradients(), of_parameters[taped_first.weight()], count * through * std::max(1.0, largest(x)));
        worst.compare(first.bias_gradients(), of_parameters[taped_first.bias()], count * through);
        worst.compare(by_hand, by_tape, through * (1 + static_cast<double>(hidden) * largest(first.weights())));
    }
    worst.check(10 * random_shapes);
}

// Rojas's augmented matrices, with the derivative where it belongs.
template <Scalar T>
void augmented(hand::Activation activation) {
    Random   random(17);
    Worst<T> worst;
    for (int round = 0; round < random_shapes; ++round) {
        const auto [batch, in, out] = random_sizes(random);
        std::vector<Index> extents{static_cast<Index>(in)};
        for (std::size_t layer = 0; layer <= random.below(2); ++layer) extents.push_back(static_cast<Index>(1 + random.below(6)));
        extents.push_back(static_cast<Index>(out));
        const auto                weights = hand::initial_weights<T>(extents, hand::Initialisation::normal_scaled, random, std::nullopt);
        hand::AugmentedNetwork<T> network(weights, activation, hand::DerivativeAt::pre_activation);
        const Array<T>            x = random.normal_array<T>({batch, in}), target = random.uniform_array<T>({batch, out});
        const Array<T>            values = network.backpropagate(x, target);

        Tape                     tape;
        std::vector<Variable<T>> matrices;
        for (const Array<T>& matrix : weights) matrices.push_back(tape.watch(matrix));
        Variable<T> output   = x;
        double      rounding = 1;
        for (const Variable<T>& matrix : matrices) {
            const auto z = matmul(concatenate({output, Variable<T>(ones<T>({batch, 1}))}, 1), matrix);
            rounding *= 1 + static_cast<double>(matrix.shape()[0]) * largest(matrix.value());
            output = activation == hand::Activation::sigmoid ? sigmoid(z) : relu(z);
        }
        const auto loss = nn::half_square_error<T>(output, target, nn::Over::sum);
        rounding *= std::max(1.0, largest(x));
        worst.compare(values, output.value(), rounding);
        const auto gradients = tape.gradient(loss, matrices);
        for (std::size_t layer = 0; layer < weights.size(); ++layer) {
            worst.compare(network.gradients()[layer], gradients[layer], static_cast<double>(std::max<std::size_t>(batch, 1)) * rounding);
        }
    }
    worst.check(10 * random_shapes);
}

} // namespace

TEST_CASE_TEMPLATE("Tape and hand agree on Linear: values, inputs, weights, bias", T, float, double) { linear<T>(); }
TEST_CASE_TEMPLATE("Tape and hand agree on Sigmoid", T, float, double) { sigmoid_layer<T>(); }
TEST_CASE_TEMPLATE("Tape and hand agree on SoftMax", T, float, double) { softmax_layer<T>(); }
TEST_CASE_TEMPLATE("Tape and hand agree on the mean square error", T, float, double) { mean_square_error<T>(); }
TEST_CASE_TEMPLATE("Tape and hand agree on the cross-entropy", T, float, double) { cross_entropy<T>(); }
TEST_CASE_TEMPLATE("Tape and hand agree on whole networks", T, float, double) { network<T>(); }
TEST_CASE_TEMPLATE("Tape and hand agree on networks of augmented matrices with the true derivative", T, float, double) {
    augmented<T>(hand::Activation::sigmoid);
    augmented<T>(hand::Activation::relu);
}

TEST_CASE("The triple check finds the derivative at the output, the slip of the augmented network, and clears the true one") {
    Random     random(18);
    const auto weights = hand::initial_weights<double>({4, 3, 2}, hand::Initialisation::normal, random);
    const auto x       = random.normal_array<double>({5, 4});
    const auto target  = random.uniform_array<double>({5, 2});
    const auto taped   = [&](const std::vector<Variable<double>>& matrices) {
        Variable<double> output = x;
        for (const auto& matrix : matrices) output = sigmoid(matmul(concatenate({output, Variable<double>(ones<double>({5, 1}))}, 1), matrix));
        return nn::half_square_error<double>(output, target, nn::Over::sum);
    };
    const auto check = [&](hand::DerivativeAt derivative) {
        hand::AugmentedNetwork<double> network(weights, hand::Activation::sigmoid, derivative);
        network.backpropagate(x, target);
        return triple_check(network.gradients(), taped, weights);
    };
    const TripleReport right = check(hand::DerivativeAt::pre_activation);
    INFO(right);
    CHECK(right.agree());
    const TripleReport slip = check(hand::DerivativeAt::output_slip);
    for (const TripleInput& input : slip.inputs) CHECK(input.verdict == TripleVerdict::hand_is_odd);
}
