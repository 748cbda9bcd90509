#pragma once

#include <cstddef>

#include <xtgrad/array/array.hpp>

namespace xtgrad::kernels {

/// Heights and widths.
struct Sides {
    std::size_t height = 1;
    std::size_t width  = 1;
};

/// The extents of a convolution: of images [batch, groups · in_channels, image] with a kernel [groups · out_channels, in_channels, kernel] to
/// [batch, groups · out_channels, result]. All are at least 1 but for the batch.
struct Convolution {
    std::size_t batch        = 0;
    std::size_t groups       = 1;
    std::size_t in_channels  = 1; // of one group
    std::size_t out_channels = 1; // of one group
    Sides       image;
    Sides       kernel;
    Sides       stride;
    Sides       padding{0, 0};
    Sides       dilation;
    Sides       result;
};

/// y[n, o, p] = bias[o] + Σ_{c, k} weight[o, c, k] · x[n, c, p · stride − padding + k · dilation], elements outside the image being zeros.
/// `bias` may be null.
template <Scalar T>
void convolve(const Convolution& convolution, const T* x, const T* weight, const T* bias, T* y);

/// The sum that runs the other way: g[n, o, p] · weight[o, c, k] is added to dx[n, c, p · stride − padding + k · dilation].
template <Scalar T>
void convolution_input_gradient(const Convolution& convolution, const T* g, const T* weight, T* dx);

/// dweight[o, c, k] = Σ_{n, p} g[n, o, p] · x[n, c, p · stride − padding + k · dilation].
template <Scalar T>
void convolution_weight_gradient(const Convolution& convolution, const T* x, const T* g, T* dweight);

} // namespace xtgrad::kernels
