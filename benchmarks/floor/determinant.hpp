#pragma once

#include "../data.hpp"
#include "buffer.hpp"

namespace xtgrad::benchmarks::floor {

/// W7: logdet(A) + xᵀA⁻¹x and its gradients in closed form from one Cholesky factor: A⁻¹ − zzᵀ and 2z, where z = A⁻¹x.
class Determinant {
public:
    explicit Determinant(const DeterminantData& data);
    double step();

    const Buffer<double>& gradient_a() const noexcept { return inverse_; }
    const Buffer<double>& gradient_x() const noexcept { return gradient_x_; }

private:
    std::size_t    size_;
    Buffer<double> a_, x_, inverse_, z_, gradient_x_;
};

} // namespace xtgrad::benchmarks::floor
