#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include <xtgrad/array/array.hpp>

namespace xtgrad {

/// How derivatives are found by finite differences: central ones at h and h/2, extrapolated (L. F. Richardson, "The approximate arithmetical
/// solution by finite differences", 1911), with h = ∛ε·max(1, |x|) and an estimate of their own error.
namespace differences {

/// Roundings that one value of f is trusted to have, in units of ε. Worse noise shows in the differences themselves.
inline constexpr double trusted_roundings = 4;
/// Where the uncertainty is a larger share of the scale the differences say nothing: there is a kink, a jump or noise within a step. The
/// scale is the largest of the derivative, of the other entries of the Jacobian, and of |f|/max(1, |x|).
inline constexpr double conclusive_share = 1e-3;

/// The values of f at x − h, x − h/2, x, x + h/2, x + h.
struct Stencil {
    double far_below, below, here, above, far_above;
};
struct Estimate {
    double derivative  = 0;
    double uncertainty = 0;
};

/// h for an element x, for numbers with rounding unit `epsilon`: a power of two, so that x ± h is exact but for a bit where the exponent changes.
double step_for(double x, double epsilon);
/// The derivative, and how far it may be off: what the extrapolation moved, what a kink would explain, and the roundings of f, `rounding` each.
Estimate estimate(const Stencil& f, double h, double rounding);

} // namespace differences

/// What finite differences say about one partial derivative.
struct NumericDerivative {
    std::size_t place       = 0; ///< of the element of x, in row-major order
    double      value       = 0;
    double      uncertainty = 0; ///< infinite where f is not finite within a step
    double      step        = 0;
    /// False where the uncertainty is too large a share of the scale (differences::conclusive_share): then neither agreement nor
    /// disagreement means anything.
    bool conclusive = false;
};

/// The derivatives of `f`, a function with one number as result, with respect to the elements of `x` at `places`. `f` is called four times a
/// place and once besides, and must not change between calls.
template <Scalar T>
std::vector<NumericDerivative> numeric_derivatives(const std::function<double(const Array<T>&)>& f, const Array<T>& x,
                                                   std::span<const std::size_t> places);
/// For every element of `x`.
template <Scalar T>
std::vector<NumericDerivative> numeric_derivatives(const std::function<double(const Array<T>&)>& f, const Array<T>& x);

/// "[2, 3]": where the element at `place`, counted in row-major order, stands in an array of `shape`.
std::string index_text(std::size_t place, const Shape& shape);

} // namespace xtgrad
