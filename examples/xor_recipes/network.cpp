#include "xor_recipes/network.hpp"

#include <cmath>
#include <limits>

#include <xtgrad/autograd.hpp>
#include <xtgrad/nn/layers.hpp>
#include <xtgrad/nn/losses.hpp>
#include <xtgrad/optim/adam.hpp>
#include <xtgrad/optim/sgd.hpp>

namespace xtgrad::examples::gates {

namespace {

using NamedWeights = std::vector<std::pair<std::string, Array<double>>>;

std::vector<Index> all_extents(const std::vector<Index>& hidden) {
    std::vector<Index> extents{2};
    extents.insert(extents.end(), hidden.begin(), hidden.end());
    extents.push_back(1);
    return extents;
}

NamedWeights values_of(const nn::Parameters<double>& parameters) {
    NamedWeights result;
    for (const Parameter<double>& parameter : parameters) result.emplace_back(parameter.name(), parameter.value());
    return result;
}

class DefaultNetwork : public Network {
public:
    explicit DefaultNetwork(const NetworkOptions& options)
        : parameters_(options.seed), layers_(make_layers(parameters_, all_extents(options.hidden))),
          adam_(parameters_, {.learning_rate = options.learning_rate}) {}

    Array<double> answers(const Array<double>& inputs) const override { return sigmoid(logits(inputs)).value(); }

    double step(const Array<double>& inputs, const Array<double>& targets) override {
        Tape                   tape;
        const Variable<double> z = logits(inputs);
        // −t·log σ(z) − (1 − t)·log(1 − σ(z)), without a logarithm of 0
        const Variable<double> error = sum(softplus(z) - targets * z);
        adam_.step(tape.gradient(error, parameters_));
        return error.item();
    }

    NamedWeights weights() const override { return values_of(parameters_); }

private:
    static std::vector<nn::Linear<double>> make_layers(const nn::Parameters<double>& parameters, const std::vector<Index>& extents) {
        std::vector<nn::Linear<double>> layers;
        for (std::size_t layer = 0; layer + 1 < extents.size(); ++layer) {
            const std::string name = layer + 2 < extents.size() ? "hidden" + std::to_string(layer + 1) : "output";
            layers.emplace_back(parameters / name, static_cast<std::size_t>(extents[layer]), static_cast<std::size_t>(extents[layer + 1]));
        }
        return layers;
    }

    Variable<double> logits(const Variable<double>& inputs) const {
        Variable<double> result = layers_.front()(inputs);
        for (std::size_t layer = 1; layer < layers_.size(); ++layer) result = layers_[layer](tanh(result));
        return result;
    }

    nn::Parameters<double>          parameters_;
    std::vector<nn::Linear<double>> layers_;
    optim::Adam<double>             adam_;
};

// Rojas' network by hand.
class HandwrittenNetwork : public Network {
public:
    HandwrittenNetwork(const handwritten::Weights<double>& weights, double learning_rate, handwritten::DerivativeAt derivative)
        : network_(weights, handwritten::Activation::sigmoid, derivative), learning_rate_(learning_rate) {}

    Array<double> answers(const Array<double>& inputs) const override { return network_.forward(inputs); }
    double        step(const Array<double>& inputs, const Array<double>& targets) override { return network_.step(inputs, targets, learning_rate_); }

    NamedWeights weights() const override {
        NamedWeights result;
        for (const Array<double>& matrix : network_.weights()) result.emplace_back("matrix" + std::to_string(result.size() + 1), matrix);
        return result;
    }

    const handwritten::AugmentedNetwork<double>& network() const noexcept { return network_; }

private:
    handwritten::AugmentedNetwork<double> network_;
    double                                learning_rate_;
};

// The same network on the tape.
class TapedNetwork : public Network {
public:
    TapedNetwork(const handwritten::Weights<double>& weights, double learning_rate)
        : parameters_(make_parameters(weights)), sgd_(parameters_, {.learning_rate = learning_rate}) {}

    Array<double> answers(const Array<double>& inputs) const override { return outputs(inputs).value(); }

    double step(const Array<double>& inputs, const Array<double>& targets) override {
        Tape                   tape;
        const Variable<double> error = nn::half_square_error<double>(outputs(inputs), targets, nn::Over::sum);
        sgd_.step(tape.gradient(error, parameters_));
        return error.item();
    }

    Gradients<double> gradients(const Array<double>& inputs, const Array<double>& targets) const {
        Tape tape;
        return tape.gradient(nn::half_square_error<double>(outputs(inputs), targets, nn::Over::sum), parameters_);
    }

    void set_weights(const handwritten::Weights<double>& weights) {
        std::size_t place = 0;
        for (const Parameter<double>& parameter : parameters_) parameter.assign(weights[place++]);
    }

    NamedWeights weights() const override { return values_of(parameters_); }

private:
    static nn::Parameters<double> make_parameters(const handwritten::Weights<double>& weights) {
        nn::Parameters<double> parameters;
        for (std::size_t place = 0; place < weights.size(); ++place) {
            parameters.make("matrix" + std::to_string(place + 1), weights[place].shape(), [&](const Shape&, Random&) { return weights[place]; });
        }
        return parameters;
    }

    Variable<double> outputs(const Array<double>& inputs) const {
        const Variable<double> appended = ones<double>({inputs.shape(0), 1});
        Variable<double>       result   = inputs;
        for (const Parameter<double>& matrix : parameters_) result = sigmoid(matmul(concatenate({result, appended}, 1), matrix));
        return result;
    }

    nn::Parameters<double> parameters_;
    optim::Sgd<double>     sgd_;
};

class ComparedNetwork : public Network {
public:
    ComparedNetwork(const handwritten::Weights<double>& weights, double learning_rate, handwritten::DerivativeAt derivative)
        : by_hand_(weights, learning_rate, derivative), taped_(weights, learning_rate) {}

    Array<double> answers(const Array<double>& inputs) const override { return by_hand_.answers(inputs); }

    double step(const Array<double>& inputs, const Array<double>& targets) override {
        taped_.set_weights(by_hand_.network().weights());
        const Gradients<double> taped = taped_.gradients(inputs, targets);
        const double            error = by_hand_.step(inputs, targets);
        for (std::size_t place = 0; place < taped.size(); ++place) compare(taped.entry(place).gradient(), by_hand_.network().gradients()[place]);
        return error;
    }

    NamedWeights          weights() const override { return by_hand_.weights(); }
    std::optional<double> largest_gradient_difference() const override { return largest_; }

private:
    void compare(const Array<double>& a, const Array<double>& b) {
        for (std::size_t place = 0; place < a.size(); ++place) {
            const double difference = std::abs(a.data()[place] - b.data()[place]);
            // A gradient that is no number is a difference beyond all bounds.
            largest_ = std::max(largest_, std::isnan(difference) ? std::numeric_limits<double>::infinity() : difference);
        }
    }

    HandwrittenNetwork by_hand_;
    TapedNetwork       taped_;
    double             largest_ = 0;
};

} // namespace

std::unique_ptr<Network> make_default_network(const NetworkOptions& options) { return std::make_unique<DefaultNetwork>(options); }

std::unique_ptr<Network> make_augmented_network(const NetworkOptions& options, Engine engine, handwritten::DerivativeAt derivative) {
    Random     random(options.seed);
    const auto weights = handwritten::initial_weights<double>(all_extents(options.hidden), handwritten::Initialisation::uniform_scaled, random, 1.0);
    switch (engine) {
    case Engine::tape:
        return std::make_unique<TapedNetwork>(weights, options.learning_rate);
    case Engine::handwritten:
        return std::make_unique<HandwrittenNetwork>(weights, options.learning_rate, derivative);
    case Engine::both:
        break;
    }
    return std::make_unique<ComparedNetwork>(weights, options.learning_rate, derivative);
}

} // namespace xtgrad::examples::gates
