#pragma once

#include "../data.hpp"
#include "buffer.hpp"

namespace xtgrad::benchmarks::floor {

/// W1: a step of stochastic gradient descent on one sample of XOR, or on all four (gradients of the mean).
class Xor {
public:
    Xor();

    void one_sample(std::size_t sample);
    void batch_of_four();

    /// hidden weight 2×2, hidden bias 2, output weight 2, output bias 1.
    static constexpr std::size_t count = 9;
    const double*                parameters() const noexcept { return p_; }

private:
    void add_gradient(std::size_t sample, double (&g)[count]) const;

    double p_[count];
};

/// W2: y = x, a thousand times y = y·x, kept; then the gradient of the sum with respect to x.
template <std::size_t elements>
class Chain {
public:
    explicit Chain(const std::vector<double>& x);
    double        step();
    const double* gradient() const noexcept { return gradient_.data(); }

private:
    Buffer<double> x_, y_, gradient_;
};

extern template class Chain<1>;
extern template class Chain<4>;

} // namespace xtgrad::benchmarks::floor
