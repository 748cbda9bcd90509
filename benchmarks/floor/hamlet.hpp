#pragma once

#include "../data.hpp"
#include "buffer.hpp"

namespace xtgrad::benchmarks::floor {

/// W8: one layer of sigmoids and ½ Σ (p − t)² averaged over the batch, in double.
class Hamlet {
public:
    Hamlet(const HamletData& data, bool folded);
    double step();

    const Buffer<double>& weight() const noexcept { return weight_; }
    const Buffer<double>& weight_gradient() const noexcept { return weight_gradient_; }
    const Buffer<double>& bias_gradient() const noexcept { return bias_gradient_; }

private:
    bool           folded_;
    Buffer<double> images_, targets_, weight_, bias_, weight_gradient_, bias_gradient_, z_;
};

} // namespace xtgrad::benchmarks::floor
