#pragma once

#include <xtgrad/datasets/array_dataset.hpp>

#include "augmented_learner.hpp"
#include "recipe.hpp"

namespace xtgrad::examples::mnist {

/// Prints the published slips of the recipe `rojas`, for `samples` images in windows of `batch`.
void name_slips(std::size_t samples, std::size_t batch);

/// At the first batch and the initial weights: how saturated the network is, the norms of the true gradients and of what was published in their
/// place, and the triple check of the latter. Printed, and added to `facts`.
void diagnose_first_batch(const AugmentedLearner& learner, const datasets::ArrayDataset<double, Index>& batch, nlohmann::ordered_json& facts);

/// Prints where the outputs have settled, beside the frequencies of the labels that were taught.
void explain_outputs(const AugmentedLearner& learner, const Array<Index>& taught, const datasets::ArrayDataset<double, Index>& test,
                     Outcome& outcome);

/// Prints whether all answers on the test set are one class, and adds it to the facts.
void explain_constant_answer(Outcome& outcome);

} // namespace xtgrad::examples::mnist
