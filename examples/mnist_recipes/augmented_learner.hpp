#pragma once

#include <vector>

#include <xtgrad/handwritten/augmented_training.hpp>
#include <xtgrad/nn/parameters.hpp>
#include <xtgrad/optim/sgd.hpp>

#include "gradient_comparison.hpp"
#include "learner.hpp"

namespace xtgrad::examples::mnist {

/// The outputs of Rojas' network on the tape: o_i = σ(ô_{i−1}·W̄_i), where ô is o with a 1 appended.
Variable<double> taped_outputs(const Array<double>& images, const std::vector<Variable<double>>& matrices);

/// Its error E = ½ Σ (o − t)², summed over outputs and batch.
Variable<double> taped_error(const Array<double>& images, const Array<double>& targets, const std::vector<Variable<double>>& matrices);

/// A network of augmented matrices with both engines: its steps are made by hand, by the tape, or by hand with the tape looking on.
class AugmentedLearner {
public:
    AugmentedLearner(const handwritten::Weights<double>& weights, handwritten::DerivativeAt derivative, const Settings& settings);
    AugmentedLearner(const AugmentedLearner&)            = delete;
    AugmentedLearner& operator=(const AugmentedLearner&) = delete;

    handwritten::AugmentedNetwork<double>&       network() { return network_; }
    const handwritten::AugmentedNetwork<double>& network() const { return network_; }
    /// For saving and exporting; they follow the network's weights.
    const Learner<double>& learner() const { return learner_; }

    /// A step by the engine of the settings, and ½ Σ (o − t)² before it.
    double step(const Array<double>& images, const Array<double>& targets);

    /// The gradients of each matrix at the present weights, by the tape: the true ones.
    std::vector<Array<double>> taped_gradients(const Array<double>& images, const Array<double>& targets) const;

    const GradientComparison& comparison() const { return comparison_; }

private:
    std::vector<Variable<double>> matrices() const;

    Settings                              settings_;
    handwritten::AugmentedNetwork<double> network_;
    Learner<double>                       learner_;
    optim::Sgd<double>                    sgd_;
    GradientComparison                    comparison_;
};

} // namespace xtgrad::examples::mnist
