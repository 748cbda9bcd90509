#include <xtgrad/nn/activations.hpp>

namespace xtgrad::nn {

namespace {

// The softmax does not change when a number is taken from all x: the largest, held constant.
template <Scalar T>
Variable<T> shifted(const Variable<T>& x, Index axis) {
    return x.shape()[normalize_axis("softmax", axis, x.dimension())] == 0 ? x : x - amax(x.detach(), axis, keep_dims);
}

} // namespace

template <Scalar T>
Variable<T> softmax(const Variable<T>& x, Index axis, SourceLocation where) {
    const SourceScope scope(where);
    const Variable<T> terms = exp(shifted(x, axis));
    return terms / sum(terms, axis, keep_dims);
}

template <Scalar T>
Variable<T> log_softmax(const Variable<T>& x, Index axis, SourceLocation where) {
    const SourceScope scope(where);
    const Variable<T> shift = shifted(x, axis);
    return shift - log(sum(exp(shift), axis, keep_dims));
}

template Variable<float>  softmax<float>(const Variable<float>&, Index, SourceLocation);
template Variable<double> softmax<double>(const Variable<double>&, Index, SourceLocation);
template Variable<float>  log_softmax<float>(const Variable<float>&, Index, SourceLocation);
template Variable<double> log_softmax<double>(const Variable<double>&, Index, SourceLocation);

} // namespace xtgrad::nn
