#pragma once

#include <functional>
#include <string>

#include <xtgrad/array/array.hpp>
#include <xtgrad/nn/parameters.hpp>

namespace xtgrad::examples::mnist {

inline constexpr std::size_t pixels = 784;
inline constexpr std::size_t digits = 10;

/// What a step found before it changed the weights.
struct StepResult {
    double      cost;    ///< of the batch, as the recipe defines it
    std::size_t correct; ///< samples answered with their label
};

/// A network and the way in which a recipe trains it.
template <Scalar T>
struct Learner {
    /// Its weights, under the names by which they are saved; every engine leaves its results here.
    nn::Parameters<T> parameters;
    /// Images [batch, 784] to outputs [batch, 10]; the largest output is the answer.
    std::function<Array<T>(const Array<T>& images)> outputs;
    /// One step on a batch.
    std::function<StepResult(const Array<T>& images, const Array<Index>& labels)> step;
};

/// The answers to images [samples, 784].
template <Scalar T>
Array<Index> answers(const Learner<T>& learner, const Array<T>& images);

/// The rows of outputs whose largest element stands at the label.
template <Scalar T>
std::size_t count_correct(const Array<T>& outputs, const Array<Index>& labels);

/// An output this close to 0 or 1 counts as saturated: σ′ = o·(1 − o) is below 0.01 there, a twenty-fifth of its largest value.
inline constexpr double saturation_margin = 0.01;

/// The share of outputs within `saturation_margin` of 0 or 1.
template <Scalar T>
double saturated_share(const Learner<T>& learner, const Array<T>& images);

} // namespace xtgrad::examples::mnist
