#pragma once

#include "../data.hpp"
#include "buffer.hpp"

namespace xtgrad::benchmarks::floor {

/// W3: the value and the gradients of sum(tanh(a·b + a)).
class Elementwise {
public:
    explicit Elementwise(const ElementwiseData& data);

    /// One pass forward, that keeps the hyperbolic tangents, and one backward.
    float two_passes();
    /// A loop for each operation and each derivative, through arrays.
    float operation_by_operation();
    /// Value and gradients in one pass: what a compiler of whole programs could reach.
    float single_pass();

    const Buffer<float>& gradient_a() const noexcept { return ga_; }
    const Buffer<float>& gradient_b() const noexcept { return gb_; }

private:
    std::size_t   size_;
    Buffer<float> a_, b_, y_, ga_, gb_, product_, sum_, cotangent_;
};

} // namespace xtgrad::benchmarks::floor
