#pragma once

#include <xtgrad/autograd/parameter.hpp>

namespace xtgrad::nn {

/// xtgrad::softmax along one axis, beside the layers and losses.
template <Scalar T>
Variable<T> softmax(const Variable<T>& x, Index axis = -1, SourceLocation where = {}) {
    return ops::softmax<T>(x, axis, where);
}

/// xtgrad::log_softmax along one axis, beside the layers and losses.
template <Scalar T>
Variable<T> log_softmax(const Variable<T>& x, Index axis = -1, SourceLocation where = {}) {
    return ops::log_softmax<T>(x, axis, where);
}

} // namespace xtgrad::nn
