#pragma once

#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <xtgrad/array/progress.hpp>
#include <xtgrad/handwritten/augmented_network.hpp>

namespace xtgrad::handwritten {

/// How many samples' corrections are summed before the weights change.
enum class StepMode {
    online,     ///< one sample's
    mini_batch, ///< a batch's
    batch,      ///< all samples'
};

/// Which samples form batch k of n.
enum class BatchPolicy {
    consecutive,              ///< k·n to (k + 1)·n − 1, the last batch taking what is left: every sample once an epoch
    overlapping_windows_slip, ///< k to k + n − 1, for k below samples/n: a published slip. Batches overlap, and all but the first
                              ///< samples/n + n − 1 samples are never seen: of 60 000 in batches of 32, only 1 906 are
};

/// Where a sample's target comes from.
enum class TargetPolicy {
    label_of_sample,        ///< the sample's own label
    label_by_position_slip, ///< the label at the sample's position *within its batch*: a published slip. Every batch is taught the labels of the
                            ///< first samples of the data set, in the order in which they lie there, whatever images it holds
    own_answer_slip,        ///< the network's own answer before the step: a published slip. No label is ever used
};

/// What an epoch did.
struct AugmentedEpoch {
    int         epoch;   ///< counted from 0
    double      error;   ///< ½ Σ (o − t)² over all samples of the epoch, each taken before its step, with the targets that were taught
    std::size_t samples; ///< shown; under overlapping windows more often than once
    std::size_t steps;
    std::size_t right_before_step; ///< samples answered with their own label before their step
    /// Samples answered with their own label right after the step on them, if `ask_after_each_step`. This is what was published as accuracy; no one
    /// network need answer that many, because each step may unlearn the others.
    std::optional<std::size_t> right_after_own_step;
    bool                       stopped; ///< `stop` ended it early
};

template <Scalar T>
struct AugmentedTrainingOptions {
    StepMode mode = StepMode::mini_batch;
    /// For mini_batch: samples a batch, N/20 of N samples (but at least 1) where none is given. Other modes ignore it, with a warning.
    std::optional<Index> batch_size    = {};
    double               learning_rate = 1e-2;
    int                  epochs        = 5;
    BatchPolicy          batches       = BatchPolicy::consecutive;
    TargetPolicy         targets       = TargetPolicy::label_of_sample;
    /// The order in which an epoch, counted from 0, takes the samples, each with its label; without it they come as they lie.
    std::function<Array<Index>(int epoch)> order = {};
    /// Answers each batch once more after the step on it, and counts; see AugmentedEpoch::right_after_own_step.
    bool ask_after_each_step = false;

    /// Makes the step on a batch in place of `network.step` and returns its ½ Σ (o − t)² before it: another engine, or one that compares two. It
    /// leaves the new weights in the network.
    std::function<double(AugmentedNetwork<T>& network, const Array<T>& inputs, const Array<T>& targets)> step = {};
    /// Called after each step, counted from 0, with ½ Σ (o − t)² of its batch before it.
    std::function<void(std::size_t step, double error)> after_step = {};
    /// Called after each epoch; false ends the training.
    std::function<bool(const AugmentedNetwork<T>& network, const AugmentedEpoch& epoch)> after_epoch = {};
    /// Asked before each step; true ends the training.
    std::function<bool()>                   stop     = {};
    std::function<void(const std::string&)> warn     = [](const std::string& message) { std::cerr << "warning: " << message << '\n'; };
    ProgressOutput                          progress = ProgressOutput::standard();
};

/// Trains `network` on inputs [samples, in] and their labels by steps of gradient descent on summed corrections, drawing a progress bar for each
/// epoch. The result holds each epoch, one that was stopped included. Throws ShapeError where inputs and labels differ in number or do not fit the
/// network, ValueError for a label beyond the outputs, a batch size below 1 or above the number of samples, a negative number of epochs, a
/// learning rate that is not finite, or an order that names a sample that does not exist.
template <Scalar T>
std::vector<AugmentedEpoch> train(AugmentedNetwork<T>& network, const Array<T>& inputs, const Array<Index>& labels,
                                  const AugmentedTrainingOptions<T>& options = {}, SourceLocation where = {});

} // namespace xtgrad::handwritten
