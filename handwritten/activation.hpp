#pragma once

#include <xtgrad/array/array.hpp>

namespace xtgrad::handwritten {

/// σ(x) = 1/(1 + e^−x), written in e^−|x|, so that nothing overflows.
template <Scalar T>
T sigmoid(T x);

/// σ′(x) = e^−|x|/(1 + e^−|x|)², which keeps its digits where σ(x)·(1 − σ(x)) has none left: σ′(40) is 4.2e-18.
template <Scalar T>
T sigmoid_derivative(T x);

/// max(0, x); NaN stays NaN.
template <Scalar T>
T relu(T x);

/// 1 for x ≥ 0, 0 below, NaN for NaN. At 0, where relu has no derivative, this is the exercise's own choice; `xtgrad::relu` takes 0 there, the
/// subgradient of least norm.
template <Scalar T>
T relu_derivative(T x);

/// The same, element by element.
template <Scalar T>
Array<T> sigmoid(const Array<T>& x);
template <Scalar T>
Array<T> sigmoid_derivative(const Array<T>& x);
template <Scalar T>
Array<T> relu(const Array<T>& x);
template <Scalar T>
Array<T> relu_derivative(const Array<T>& x);

} // namespace xtgrad::handwritten
