#include "augmented_learner.hpp"

#include <string>

#include <xtgrad/autograd.hpp>
#include <xtgrad/nn/losses.hpp>

namespace xtgrad::examples::mnist {

namespace {

// Parameters that start with the given weights: matrix1, matrix2, …
nn::Parameters<double> parameters_of(const handwritten::Weights<double>& weights) {
    nn::Parameters<double> parameters;
    for (std::size_t place = 0; place < weights.size(); ++place) {
        parameters.make("matrix" + std::to_string(place + 1), weights[place].shape(), [&](const Shape&, Random&) { return weights[place]; });
    }
    return parameters;
}

handwritten::Weights<double> values_of(const nn::Parameters<double>& parameters) {
    handwritten::Weights<double> result;
    for (const Parameter<double>& parameter : parameters) result.push_back(parameter.value());
    return result;
}

} // namespace

Variable<double> taped_outputs(const Array<double>& images, const std::vector<Variable<double>>& matrices) {
    const Variable<double> appended = ones<double>({images.shape(0), 1});
    Variable<double>       output   = images;
    for (const Variable<double>& matrix : matrices) output = sigmoid(matmul(concatenate({output, appended}, 1), matrix));
    return output;
}

Variable<double> taped_error(const Array<double>& images, const Array<double>& targets, const std::vector<Variable<double>>& matrices) {
    return nn::half_square_error<double>(taped_outputs(images, matrices), targets, nn::Over::sum);
}

AugmentedLearner::AugmentedLearner(const handwritten::Weights<double>& weights, handwritten::DerivativeAt derivative, const Settings& settings)
    : settings_(settings), network_(weights, handwritten::Activation::sigmoid, derivative),
      learner_{parameters_of(weights), [this](const Array<double>& images) { return network_.forward(images, values_of(learner_.parameters)); }, {}},
      sgd_(learner_.parameters, {.learning_rate = settings.learning_rate}) {}

std::vector<Variable<double>> AugmentedLearner::matrices() const {
    std::vector<Variable<double>> result;
    for (const Parameter<double>& parameter : learner_.parameters) result.emplace_back(parameter);
    return result;
}

std::vector<Array<double>> AugmentedLearner::taped_gradients(const Array<double>& images, const Array<double>& targets) const {
    Tape                       tape;
    const auto                 gradients = tape.gradient(taped_error(images, targets, matrices()), learner_.parameters);
    std::vector<Array<double>> result;
    for (const auto& entry : gradients) result.push_back(entry.gradient());
    return result;
}

double AugmentedLearner::step(const Array<double>& images, const Array<double>& targets) {
    double error = 0;
    if (settings_.engine == Engine::tape) {
        Tape       tape;
        const auto loss = taped_error(images, targets, matrices());
        error           = loss.item();
        sgd_.step(tape.gradient(loss, learner_.parameters));
        network_.set_weights(values_of(learner_.parameters));
        return error;
    }
    const std::vector<Array<double>> taped = settings_.engine == Engine::both ? taped_gradients(images, targets) : std::vector<Array<double>>{};
    error                                  = network_.step(images, targets, settings_.learning_rate);
    for (std::size_t place = 0; place < taped.size(); ++place) comparison_.add(taped[place], network_.gradients()[place]);
    std::size_t place = 0;
    for (const Parameter<double>& parameter : learner_.parameters) parameter.assign(network_.weights()[place++]);
    return error;
}

} // namespace xtgrad::examples::mnist
