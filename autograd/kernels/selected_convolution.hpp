#pragma once

#include <xtgrad/autograd/kernels/pooling.hpp>

namespace xtgrad::kernels {

/// Which position of a convolution each pixel of a pooling of its result was taken from.
struct Selection {
    Pooling pooling;
    Winners winners;

    explicit Selection(const Pooling& extents) : pooling(extents), winners(extents) {}
};

/// y = max_pool(convolve(x, weight, bias)) without the convolution's whole result in memory, and where it was taken from.
template <Scalar T>
void convolve_and_pool(const Convolution& convolution, const T* x, const T* weight, const T* bias, T* y, Selection& selection);

/// The selected positions of convolve(x, weight) alone, in the shape of the pooling's result.
template <Scalar T>
void convolve_selected(const Convolution& convolution, const Selection& selection, const T* x, const T* weight, T* y);

/// convolution_input_gradient and convolution_weight_gradient where g, in the shape of the pooling's result, belongs to the selected positions and
/// all others have none. What is 0 in g is passed over unless a factor is infinite or NaN.
template <Scalar T>
void selected_input_gradient(const Convolution& convolution, const Selection& selection, const T* g, const T* weight, T* dx);
template <Scalar T>
void selected_weight_gradient(const Convolution& convolution, const Selection& selection, const T* x, const T* g, T* dweight);

} // namespace xtgrad::kernels
