#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <xtgrad/datasets/array_dataset.hpp>

#include "xor_recipes/network.hpp"

namespace xtgrad::examples::gates {

/// How many samples an iteration, a change of the weights, takes: one, or all four.
enum class Mode { online, batch };

/// A recipe: a network with what it is trained by, where the command line does not say otherwise.
struct Recipe {
    std::string         name;
    std::string         description;
    std::vector<Index>  hidden;
    double              learning_rate;
    int                 epochs;
    Mode                mode;
    bool                shuffled; ///< a new order of the samples for each epoch; else as they lie
    std::vector<Engine> engines;  ///< those that it is defined for, its own first
    bool                asks_after_own_step;

    std::unique_ptr<Network> (*make)(const NetworkOptions& options, Engine engine);
};

/// All recipes, the default first.
const std::vector<Recipe>& recipes();

/// A recipe, the command line's wishes included.
struct Settings {
    const Recipe*      recipe;
    std::vector<Index> hidden;
    double             learning_rate;
    int                epochs;
    Mode               mode;
    Engine             engine;
};

/// What an epoch did.
struct Epoch {
    double                error;                ///< each iteration's before its step, added up
    std::size_t           right_before_step;    ///< samples answered right before the step on them
    std::optional<size_t> right_after_own_step; ///< samples answered right immediately after the step on them
    std::size_t           right_after_epoch;    ///< of all samples, asked after the epoch
    double                seconds;
};

/// What became of a seed.
struct Run {
    std::uint64_t      seed;
    std::vector<Epoch> epochs;
    /// The error of each iteration, before its step.
    std::vector<double> errors;
    Array<double>       untrained, trained; ///< the answers to all samples
    /// How many iterations had been made after the first epoch from which on every epoch ended with all answers right; empty if the last epoch
    /// did not.
    std::optional<std::size_t> iterations;
    /// The first epoch, counted from 1, in which every sample was answered right immediately after the step on it.
    std::optional<std::size_t> epoch_of_own_steps;
    std::optional<double>      largest_gradient_difference;

    bool learned() const noexcept { return iterations.has_value(); }
};

/// What a caller may want of a run while it goes on.
struct Observers {
    std::function<void(const Network&network)>       before_first, after_last = {};
    std::function<void(const Array<Index>& samples)> epoch_begins = {};
    std::function<void()>                            epoch_ended  = {};
    std::function<bool()>                            stop         = {}; ///< asked after each epoch; true ends the run
};

/// Trains a network from `seed` on the four samples of a gate.
Run train(const Settings& settings, const datasets::ArrayDataset<double, double>& gate, std::uint64_t seed, const Observers& observers);

/// The samples whose answer lies on the same side of ½ as the target.
std::size_t count_right(const Array<double>& answers, const Array<double>& targets);

} // namespace xtgrad::examples::gates
