#include <cmath>
#include <iostream>
#include <memory>

#include <fmt/format.h>

#include <xtgrad/handwritten/labels.hpp>
#include <xtgrad/handwritten/training.hpp>
#include <xtgrad/nn/nn.hpp>
#include <xtgrad/optim/sgd.hpp>

#include "gradient_comparison.hpp"
#include "training.hpp"

// One layer of 784 → 10 by gradient descent on gradients that are summed over the batch, in double, so that NumPy agrees.
namespace xtgrad::examples::mnist {

namespace {

enum class Output { sigmoid, softmax };

// Of the exercise: weights sigma·N(0, 1), and what CrossEntropy adds to a probability before its logarithm.
constexpr double sigma = 0.1;
constexpr double eps   = 1e-12;
// 50 000 of 60 000 samples are trained on.
constexpr std::size_t validation_share = 6;

class OneLayer {
public:
    OneLayer(Output output, const Settings& settings)
        : output_(output), settings_(settings), parameters_(settings.seed),
          linear_(parameters_ / "linear", pixels, digits, {.weight_initializer = nn::normal(sigma)}),
          sgd_(parameters_, {.learning_rate = settings.learning_rate}) {
        Random unused(0);
        hand_linear_ = &hand_.add(handwritten::Linear<double>(pixels, digits, unused));
        hand_linear_->set_weights(linear_.weight().value());
        if (output == Output::sigmoid) {
            hand_.add(handwritten::Sigmoid<double>());
            hand_cost_ = std::make_unique<handwritten::MeanSquareError<double>>();
        } else {
            hand_.add(handwritten::SoftMax<double>());
            hand_cost_ = std::make_unique<handwritten::CrossEntropy<double>>(eps);
        }
    }

    const nn::Parameters<double>& parameters() const { return parameters_; }

    Variable<double> outputs(const Variable<double>& images) const {
        return output_ == Output::sigmoid ? sigmoid(linear_(images)) : nn::softmax(linear_(images));
    }

    StepResult step(const Array<double>& images, const Array<Index>& labels) {
        const Array<double> targets = handwritten::one_hot<double>(labels, static_cast<Index>(digits));
        if (settings_.engine == Engine::handwritten) return step_by_hand(images, targets);

        StepResult result{};
        const auto gradients = taped_gradients(images, labels, targets, result);
        if (settings_.engine == Engine::tape) {
            sgd_.step(gradients);
            return result;
        }
        result = step_by_hand(images, targets);
        comparison_.add(gradients[linear_.weight()], hand_linear_->weight_gradients());
        comparison_.add(gradients[linear_.bias()], hand_linear_->bias_gradients());
        return result;
    }

    const GradientComparison& comparison() const { return comparison_; }

private:
    Gradients<double> taped_gradients(const Array<double>& images, const Array<Index>& labels, const Array<double>& targets,
                                      StepResult& result) const {
        Tape                   tape;
        const Variable<double> answer = outputs(images);
        // The exercise's costs: gradients of the sum over the batch, but a mean for people to read.
        const Variable<double> loss  = output_ == Output::sigmoid ? nn::half_square_error<double>(answer, targets, nn::Over::sum)
                                                                  : nn::cross_entropy_from_probabilities<double>(answer + eps, targets, nn::Over::sum);
        const std::size_t      terms = output_ == Output::sigmoid ? targets.size() : labels.size();
        result                       = {loss.item() / static_cast<double>(terms), count_correct(answer.value(), labels)};
        return tape.gradient(loss, parameters_);
    }

    StepResult step_by_hand(const Array<double>& images, const Array<double>& targets) {
        const handwritten::StepResult done = handwritten::train_step(hand_, *hand_cost_, images, targets, settings_.learning_rate);
        linear_.weight().assign(hand_linear_->weights());
        linear_.bias().assign(hand_linear_->bias());
        return {done.cost, done.correct};
    }

    Output                                     output_;
    Settings                                   settings_;
    nn::Parameters<double>                     parameters_;
    nn::Linear<double>                         linear_;
    optim::Sgd<double>                         sgd_;
    handwritten::Network<double>               hand_;
    handwritten::Linear<double>*               hand_linear_ = nullptr;
    std::unique_ptr<handwritten::Cost<double>> hand_cost_;
    GradientComparison                         comparison_;
};

double mean_norm(const Array<double>& images) {
    double sum = 0;
    for (std::size_t row = 0; row < images.shape(0); ++row) {
        double square = 0;
        for (std::size_t pixel = 0; pixel < pixels; ++pixel) square += std::pow(images.data()[row * pixels + pixel], 2);
        sum += std::sqrt(square);
    }
    return sum / static_cast<double>(images.shape(0));
}

std::string never_answered(const Array<Index>& answered) {
    std::vector<bool> seen(digits);
    for (const Index answer : answered.storage()) seen[static_cast<std::size_t>(answer)] = true;
    std::string result;
    for (std::size_t digit = 0; digit < digits; ++digit) {
        if (!seen[digit]) result += (result.empty() ? "" : ", ") + std::to_string(digit);
    }
    return result;
}

void explain_saturation(const Samples<double>& samples, const RunInput& input, const Outcome& outcome) {
    const auto&       shares = outcome.facts["saturated_outputs"];
    const std::string never  = never_answered(outcome.test_answers);
    std::cout << fmt::format(
        "\nSaturated (within {} of 0 or 1, where σ′ is below {} and its weights hardly move): {:.1f} % of the outputs before the\n"
        "training, {:.1f} % after it. An image has a norm of {:.3g} on average, so that weights of {}·N(0, 1) make pre-activations of\n"
        "±{:.3g}, and σ′ is {:.2g} there.\n",
        saturation_margin, saturation_margin, 100 * shares.front().get<double>(), 100 * shares.back().get<double>(),
        mean_norm(samples.train.inputs()), sigma, sigma * mean_norm(samples.train.inputs()), std::exp(-sigma * mean_norm(samples.train.inputs())));
    if (!never.empty()) std::cout << "Never answered: " << never << ".\n";
    if (input.settings.scale == datasets::PixelScale::raw) {
        std::cout
            << "That is why raw pixels stall: an output that starts out saturated on the wrong side gets next to no gradient, and the first large\n"
               "steps push others there. Which ones it hits is chance: another seed, even another order of summation, ends elsewhere.\n"
               "--scale unit (pixels from 0 to 1) mends it.\n";
    }
}

Outcome run(Output output, const RunInput& input) {
    const Samples<double> samples(input, validation_share);
    OneLayer              network(output, input.settings);
    Learner<double>       learner{network.parameters(), [&](const Array<double>& images) { return network.outputs(images).value(); },
                            [&](const Array<double>& images, const Array<Index>& labels) { return network.step(images, labels); }};
    Outcome outcome = train_and_test(learner, samples, input, {.cost = EpochCost::sum_of_batch_means, .watch_saturation = output == Output::sigmoid});
    if (!input.settings.load.empty()) return outcome;
    if (input.settings.engine == Engine::both) network.comparison().report(outcome);
    if (output == Output::sigmoid) explain_saturation(samples, input, outcome);
    return outcome;
}

} // namespace

Outcome run_hamlet(const RunInput& input) { return run(Output::sigmoid, input); }
Outcome run_hamlet_softmax(const RunInput& input) { return run(Output::softmax, input); }

} // namespace xtgrad::examples::mnist
