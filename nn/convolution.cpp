#include <xtgrad/nn/convolution.hpp>

namespace xtgrad::nn {

namespace {

Shape weight_shape(std::size_t inputs, std::size_t outputs, const PerSide& kernel, std::size_t groups, SourceLocation where) {
    if (groups == 0 || inputs % groups != 0 || outputs % groups != 0) {
        throw ValueError("Conv2d: " + std::to_string(inputs) + " inputs and " + std::to_string(outputs) + " outputs cannot be shared out among " +
                             std::to_string(groups) + " groups",
                         where);
    }
    if (inputs == 0 || outputs == 0 || kernel.height < 1 || kernel.width < 1) {
        throw ValueError("Conv2d: " + std::to_string(inputs) + " inputs, " + std::to_string(outputs) + " outputs, kernel " +
                             std::to_string(kernel.height) + " × " + std::to_string(kernel.width) + ": each must be at least 1",
                         where);
    }
    return {outputs, inputs / groups, static_cast<std::size_t>(kernel.height), static_cast<std::size_t>(kernel.width)};
}

} // namespace

template <Scalar T>
Conv2d<T>::Conv2d(const Parameters<T>& parameters, std::size_t inputs, std::size_t outputs, const PerSide& kernel, const Conv2dOptions& options,
                  SourceLocation where)
    : options_{.stride = options.stride, .padding = options.padding, .dilation = options.dilation, .groups = static_cast<Index>(options.groups)},
      weight_(parameters.make("weight", weight_shape(inputs, outputs, kernel, options.groups, where), options.weight_initializer, where)) {
    if (options.bias) bias_.push_back(parameters.make("bias", {outputs}, options.bias_initializer, where));
}

template <Scalar T>
void Conv2d<T>::check_input(const Variable<T>& x, SourceLocation where) const {
    const std::size_t inputs = weight_.shape()[1] * static_cast<std::size_t>(options_.groups);
    if (x.dimension() != 4 || x.shape()[1] != inputs) {
        throw ShapeError("Conv2d '" + weight_.name() + "': the input has shape " + to_string(x.shape()) + ", must be [batch, " +
                             std::to_string(inputs) + ", height, width]",
                         where);
    }
}

template <Scalar T>
Variable<T> Conv2d<T>::operator()(const Variable<T>& x, SourceLocation where) const {
    const SourceScope scope(where);
    check_input(x, where);
    return bias_.empty() ? conv2d(x, weight_, options_) : conv2d(x, weight_, bias_.front(), options_);
}

template <Scalar T>
Variable<T> Conv2d<T>::pooled(const Variable<T>& x, const MaxPool2d& pool, SourceLocation where) const {
    const SourceScope scope(where);
    if (bias_.empty()) return pool((*this)(x));
    check_input(x, where);
    return conv2d_max_pool2d(x, weight_, bias_.front(), options_, pool.window, pool.options);
}

template <Scalar T>
const Parameter<T>& Conv2d<T>::bias() const {
    if (bias_.empty()) throw ValueError("Conv2d '" + weight_.name() + "' was made without a bias");
    return bias_.front();
}

template class Conv2d<float>;
template class Conv2d<double>;

} // namespace xtgrad::nn
