#pragma once

#include <xtgrad/array/array.hpp>

#include "recipe.hpp"

namespace xtgrad::examples::mnist {

/// The gradients of two engines at the same weights, step after step.
class GradientComparison {
public:
    /// Throws ShapeError where the two differ in shape.
    void add(const Array<double>& taped, const Array<double>& by_hand);
    /// Prints what was found and adds it to the outcome: the largest absolute difference of any gradient, and the tape's largest gradient, which is
    /// the scale on which it is to be seen.
    void report(Outcome& outcome) const;

private:
    double largest_difference_ = 0;
    double largest_gradient_   = 0;
};

} // namespace xtgrad::examples::mnist
