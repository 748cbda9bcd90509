#pragma once

#include <xtgrad/autograd/kernels/convolution.hpp>

// Convolutions whose kernel is a single element that visits every element of the image: products of matrices that lie in images and weight already.

namespace xtgrad::kernels {

/// Whether a convolution is one, and its images are large enough for whole vectors of `vector_width` positions.
bool is_pointwise(const Convolution& convolution, std::size_t vector_width);

/// As `convolve` and `convolution_input_gradient`, for pointwise convolutions. The gradient of the weight, a sum over positions, is left to
/// `convolution_weight_gradient`.
template <Scalar T>
void convolve_pointwise(const Convolution& convolution, const T* x, const T* weight, const T* bias, T* y);

template <Scalar T>
void pointwise_input_gradient(const Convolution& convolution, const T* g, const T* weight, T* dx);

} // namespace xtgrad::kernels
