#pragma once

#include <string_view>

#include "../data.hpp"
#include "buffer.hpp"

namespace xtgrad::benchmarks::floor {

/// Reductions of x by SIMD loops over [outer, length, inner].
class Reduction {
public:
    /// Over one axis of three, or over all (axis −1).
    Reduction(const ReductionData& data, int axis);

    void sum();
    void mean();
    void amax();
    void logsumexp();
    void softmax();

    const Buffer<float>& result() const noexcept { return result_; }

private:
    std::size_t   outer_, length_, inner_;
    Buffer<float> x_, result_, largest_, total_;
};

} // namespace xtgrad::benchmarks::floor
