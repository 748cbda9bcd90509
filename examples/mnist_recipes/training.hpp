#pragma once

#include <functional>

#include "learner.hpp"
#include "recipe.hpp"

namespace xtgrad::examples::mnist {

/// The images that a run is trained on, validated with and tested on, [samples, 784], with their labels.
template <Scalar T>
struct Samples {
    datasets::ArrayDataset<T, Index> train, validation, test;
    /// Where the training samples stand in the training set.
    Array<Index> places;

    /// Of the training set (of its first images, under a limit) a random one in `validation_share` is kept for validation. With 0 all are trained on,
    /// in their order, and validation is left empty.
    Samples(const RunInput& input, std::size_t validation_share);
};

/// What an epoch's cost is: the exercises add up the batches' means, so that it grows with their number.
enum class EpochCost { mean, sum_of_batch_means };

struct Plan {
    EpochCost cost = EpochCost::mean;
    /// Measures the share of saturated outputs on the validation samples, before the training and after each epoch.
    bool watch_saturation = false;
    /// Called before each epoch, counted from 0.
    std::function<void(int epoch)> before_epoch = {};
};

/// Trains by shuffled batches, showing a progress bar and a line for each epoch; exports weights and orders, those after each of the first five
/// steps too. Where the settings name parameters to load, it loads them instead. Then it asks about training and test samples.
template <Scalar T>
Outcome train_and_test(Learner<T>& learner, const Samples<T>& samples, const RunInput& input, const Plan& plan);

/// Shared with the recipes that train in another way: the two ends of train_and_test, and the line for an epoch.
template <Scalar T>
void export_weights(const Learner<T>& learner, const RunExport& exported, bool final);
/// Exports the weights after a step, counted from 0, of the first five.
template <Scalar T>
void export_step(const Learner<T>& learner, const RunExport& exported, std::size_t step);
template <Scalar T>
void test(Outcome& outcome, const Learner<T>& learner, const Samples<T>& samples);
void print_epoch(int epoch, int epochs, const EpochReport& report, const std::string& more = {});

} // namespace xtgrad::examples::mnist
