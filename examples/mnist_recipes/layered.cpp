#include <cmath>

#include <xtgrad/nn/nn.hpp>
#include <xtgrad/optim/adam.hpp>

#include "training.hpp"

// Networks as one would build them today: relu, logits into cross-entropy, Adam (Kingma and Ba, 2015), in single precision.
namespace xtgrad::examples::mnist {

namespace {

// 55 000 of 60 000 samples are trained on.
constexpr std::size_t validation_share = 12;

/// `model` trained with Adam at the rate of the settings, which each epoch multiplies by `decay`.
template <class Model>
Outcome train_with_adam(const RunInput& input, const nn::Parameters<float>& parameters, const Model& model, double decay) {
    const Samples<float> samples(input, validation_share);
    optim::Adam<float>   adam(parameters, {.learning_rate = static_cast<float>(input.settings.learning_rate)});
    Learner<float>       learner{parameters, [&](const Array<float>& images) { return model(Variable<float>(images)).value(); },
                           [&](const Array<float>& images, const Array<Index>& labels) {
                               Tape                  tape;
                               const Variable<float> logits = model(Variable<float>(images));
                               const Variable<float> loss   = nn::cross_entropy(logits, labels);
                               const StepResult      result{double{loss.item()}, count_correct(logits.value(), labels)};
                               adam.step(tape.gradient(loss, parameters));
                               return result;
                           }};
    const auto set_rate = [&](int epoch) { adam.set_learning_rate(static_cast<float>(input.settings.learning_rate * std::pow(decay, epoch))); };
    return train_and_test(learner, samples, input, {.before_epoch = set_rate});
}

} // namespace

Outcome run_mlp(const RunInput& input) {
    const nn::Parameters<float> parameters(input.settings.seed);
    const nn::Sequential        model{nn::Linear<float>(parameters / "hidden", pixels, 128, {.weight_initializer = nn::he_uniform()}), nn::Relu{},
                               nn::Linear<float>(parameters / "output", 128, digits)};
    return train_with_adam(input, parameters, model, 0.9);
}

Outcome run_lenet(const RunInput& input) {
    const nn::Parameters<float> parameters(input.settings.seed);
    const nn::Sequential        layers{nn::Conv2d<float>(parameters / "first", 1, 16, 5, {.weight_initializer = nn::he_uniform()}),
                                nn::Relu{},
                                nn::MaxPool2d{2},
                                nn::Conv2d<float>(parameters / "second", 16, 32, 5, {.weight_initializer = nn::he_uniform()}),
                                nn::Relu{},
                                nn::MaxPool2d{2},
                                nn::Flatten{},
                                nn::Linear<float>(parameters / "hidden", 512, 128, {.weight_initializer = nn::he_uniform()}),
                                nn::Relu{},
                                nn::Linear<float>(parameters / "output", 128, digits)};
    // Images come as rows of pixels.
    const auto model = [&](const Variable<float>& images) { return layers(reshape(images, {static_cast<Index>(images.shape()[0]), 1, 28, 28})); };
    return train_with_adam(input, parameters, model, 0.8);
}

Outcome run_hamlet_deep(const RunInput& input) {
    const nn::Parameters<float> parameters(input.settings.seed);
    const nn::Sequential        model{nn::Linear<float>(parameters / "first", pixels, 512, {.weight_initializer = nn::he_uniform()}), nn::Relu{},
                               nn::Linear<float>(parameters / "second", 512, 256, {.weight_initializer = nn::he_uniform()}), nn::Relu{},
                               nn::Linear<float>(parameters / "output", 256, digits)};
    return train_with_adam(input, parameters, model, 0.8);
}

} // namespace xtgrad::examples::mnist
