#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "data.hpp"

namespace xtgrad::benchmarks {

/// W6: how a network is trained on MNIST, with Adam, in shuffled batches of 64, and what is asked of it.
struct Course {
    double      goal;         ///< the share of the test set that is to be answered right
    std::size_t fixed_epochs; ///< the accuracy after so many is reported
    std::size_t most_epochs;  ///< the attempt at the goal ends

    static constexpr std::size_t batch = 64;
};
inline constexpr Course mlp_course{.goal = 0.975, .fixed_epochs = 4, .most_epochs = 15};
inline constexpr Course lenet_course{.goal = 0.990, .fixed_epochs = 2, .most_epochs = 10};

/// The same first weights for every contestant (Glorot's uniform distribution; biases 0).
MlpData   mlp_to_train(int seed);
LenetData lenet_to_train(int seed);

/// One contestant's network. Both functions get `Course::batch` images of 784 pixels in [0, 1]; `answers` gives the classes.
struct Trainee {
    std::function<void(const float* images, const std::int64_t* labels)>    step;
    std::function<void(const float* images, std::vector<std::int64_t>& to)> answers;
};

/// Trains and prints a line of JSON: steps per second, the accuracy after the fixed number of steps, and the seconds after which the goal was
/// reached (null if it was not). The time is that of the steps; the test set is answered twice an epoch, off the clock.
void train(const Course& course, int seed, const Trainee& trainee);

} // namespace xtgrad::benchmarks
