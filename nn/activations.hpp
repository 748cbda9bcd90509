#pragma once

#include <xtgrad/autograd/parameter.hpp>

namespace xtgrad::nn {

/// e^x_i / Σ_j e^x_j along `axis`, with the largest element subtracted first. NaN along a line that is all −inf, or has +inf or NaN.
template <Scalar T>
Variable<T> softmax(const Variable<T>& x, Index axis = -1, SourceLocation where = {});

/// log softmax without cancellation: x_i − max − log Σ_j e^(x_j − max) along `axis`.
template <Scalar T>
Variable<T> log_softmax(const Variable<T>& x, Index axis = -1, SourceLocation where = {});

} // namespace xtgrad::nn
