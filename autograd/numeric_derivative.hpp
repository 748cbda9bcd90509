#pragma once

#include <functional>
#include <span>
#include <vector>

#include <xtgrad/array/array.hpp>

namespace xtgrad {

/// What finite differences say about one partial derivative.
struct NumericDerivative {
    std::size_t place       = 0; ///< of the element of x, in row-major order
    double      value       = 0; ///< extrapolated
    double      uncertainty = 0; ///< estimated bound on the error of `value`: truncation and rounding together
    double      step        = 0; ///< the larger of the two steps
    double      jump        = 0; ///< how much the two one-sided slopes differ; at a kink they do not approach each other
    bool        kink        = false;
    /// False at a kink, where f is not finite close by, and where the uncertainty exceeds 1e-3 of the scale: the largest derivative, or
    /// |f|/max(1, |x|). Then neither agreement nor disagreement means anything.
    bool conclusive = false;
};

/// The derivatives of `f`, a function with one number as result, with respect to the elements of `x` at `places`: central differences at h
/// and h/2 with h = ∛ε·max(1, |x|), ε the rounding unit of T, and a Richardson step (L. F. Richardson, "The approximate arithmetical solution
/// by finite differences", 1911). `f` is called five times a place, at most, and must not change between calls.
template <Scalar T>
std::vector<NumericDerivative> numeric_derivatives(const std::function<double(const Array<T>&)>& f, const Array<T>& x,
                                                   std::span<const std::size_t> places);
/// For every element of `x`.
template <Scalar T>
std::vector<NumericDerivative> numeric_derivatives(const std::function<double(const Array<T>&)>& f, const Array<T>& x);

/// "[2, 3]": where the element at `place`, counted in row-major order, stands in an array of `shape`.
std::string index_text(std::size_t place, const Shape& shape);

} // namespace xtgrad
