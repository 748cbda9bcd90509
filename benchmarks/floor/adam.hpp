#pragma once

#include <cstddef>

namespace xtgrad::benchmarks::floor {

/// How a step changes the parameters. `folded` adds the gradient's products to the weights themselves and never has a gradient.
enum class Update { sgd, folded, adam };

/// The factors of one step of Adam, as they depend on the number of steps.
struct AdamFactors {
    float step_size, root_scale;
    AdamFactors(float rate, int step);
};
/// One step of Adam on parameters [begin, end).
void adam(const AdamFactors& factors, std::size_t begin, std::size_t end, float* p, float* m, float* v, const float* g);

} // namespace xtgrad::benchmarks::floor
