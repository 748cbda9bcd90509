#include "adam.hpp"

#include <cmath>

namespace xtgrad::benchmarks::floor {

AdamFactors::AdamFactors(float rate, int step)
    : step_size(static_cast<float>(double{rate} / (1 - std::pow(0.9, step)))),
      root_scale(static_cast<float>(1 / std::sqrt(1 - std::pow(0.999, step)))) {}

void adam(const AdamFactors& factors, std::size_t begin, std::size_t end, float* __restrict p, float* __restrict m, float* __restrict v,
          const float* __restrict g) {
    const float step_size = factors.step_size, root_scale = factors.root_scale;
    for (std::size_t i = begin; i < end; ++i) {
        m[i] = 0.9F * m[i] + 0.1F * g[i];
        v[i] = 0.999F * v[i] + 0.001F * (g[i] * g[i]);
        p[i] -= step_size * m[i] / (std::sqrt(v[i]) * root_scale + 1e-8F);
    }
}

} // namespace xtgrad::benchmarks::floor
