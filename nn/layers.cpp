#include <xtgrad/nn/layers.hpp>

namespace xtgrad::nn {

template <Scalar T>
Linear<T>::Linear(const Parameters<T>& parameters, std::size_t inputs, std::size_t outputs, const LinearOptions& options, SourceLocation where)
    : weight_(parameters.make("weight", {outputs, inputs}, options.weight_initializer, where)) {
    if (options.bias) bias_.push_back(parameters.make("bias", {outputs}, options.bias_initializer, where));
}

template <Scalar T>
Variable<T> Linear<T>::operator()(const Variable<T>& x, SourceLocation where) const {
    const SourceScope scope(where);
    if (x.dimension() == 0 || x.shape().back() != weight_.shape()[1]) {
        throw ShapeError("Linear '" + weight_.name() + "': the input has shape " + to_string(x.shape()) + ", its last extent must be the layer's " +
                             std::to_string(weight_.shape()[1]) + " inputs",
                         where);
    }
    return bias_.empty() ? matmul(x, weight_, Transposed::second) : affine(x, weight_, bias_.front());
}

template <Scalar T>
const Parameter<T>& Linear<T>::bias() const {
    if (bias_.empty()) throw ValueError("Linear '" + weight_.name() + "' was made without a bias");
    return bias_.front();
}

template class Linear<float>;
template class Linear<double>;

} // namespace xtgrad::nn
