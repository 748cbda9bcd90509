#pragma once

#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include <xtgrad/array/progress.hpp>
#include <xtgrad/handwritten/cost.hpp>
#include <xtgrad/handwritten/layer.hpp>

namespace xtgrad::handwritten {

/// One step of gradient descent on a batch: zero_gradients, forward, backward from the cost's gradient, update_parameters. The model's
/// gradients can be read afterwards.
struct StepResult {
    double      cost;    ///< the cost's estimate before the update
    std::size_t correct; ///< rows answered right before the update
};
template <Scalar T>
StepResult train_step(Layer<T>& model, const Cost<T>& cost, const Array<T>& inputs, const Array<T>& targets, T learning_rate,
                      SourceLocation where = {});

/// One pass over the samples.
struct EpochResult {
    double      cost;     ///< the *sum* over the batches of the cost's estimate, itself a mean: it grows with the number of batches
    double      accuracy; ///< the share of samples answered right, in training by the weights before each one's step; NaN without samples
    std::size_t samples;
    std::size_t batches;
    bool        stopped; ///< `stop` ended it early
};

/// How samples are shown to a model, and what is reported.
struct PassOptions {
    Index                 batch_size = 600; ///< the last batch takes what is left
    ProgressOutput        progress   = ProgressOutput::standard();
    std::ostream*         log        = &std::cout; ///< receives a line `cost=…, accuracy=…` for each pass; null for none
    std::function<bool()> stop       = {};         ///< asked before each batch; true ends the pass
};

struct TrainingOptions : PassOptions {
    int    epochs        = 100;
    double learning_rate = 1e-4;
    /// The order in which an epoch, counted from 0, takes the samples; without it they come as they lie.
    std::function<Array<Index>(int epoch)> order = {};
    /// Called after each epoch, counted from 0, with its result; false ends the training.
    std::function<bool(int epoch, const EpochResult& result)> after_epoch = {};
};

/// Trains `model` on inputs [samples, in] and vectorised labels [samples, out], drawing a progress bar and writing a line for each epoch. The
/// result holds each epoch's, the one that was stopped included. Throws ShapeError where inputs and targets differ in number, ValueError for a
/// batch size below 1, a negative number of epochs, a learning rate that is not finite, or an order that names a sample that does not exist.
template <Scalar T>
std::vector<EpochResult> train(Layer<T>& model, const Cost<T>& cost, const Array<T>& inputs, const Array<T>& targets,
                               const TrainingOptions& options = {}, SourceLocation where = {});

/// Cost and accuracy of `model` without training it, with a progress bar and a line; throws as `train` does. The model's parameters and their
/// gradients stay as they are.
template <Scalar T>
EpochResult validate(Layer<T>& model, const Cost<T>& cost, const Array<T>& inputs, const Array<T>& targets, const PassOptions& options = {},
                     SourceLocation where = {});

} // namespace xtgrad::handwritten
