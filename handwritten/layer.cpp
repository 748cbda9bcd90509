#include <xtgrad/handwritten/layer.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <xtgrad/array/blas.hpp>
#include <xtgrad/handwritten/activation.hpp>
#include <xtgrad/handwritten/batches.hpp>

namespace xtgrad::handwritten {

namespace {

std::size_t layer_extent(Index extent, const char* which, SourceLocation where) {
    if (extent < 1) throw ValueError(std::string("Linear: ") + which + " must be at least 1, not " + std::to_string(extent), where);
    return static_cast<std::size_t>(extent);
}

void require_forward(bool was_called, const char* layer, SourceLocation where) {
    if (!was_called) throw ValueError(std::string(layer) + ": backward needs a forward before it", where);
}

template <Scalar T>
void replace(const char* name, Array<T>& target, const Array<T>& source, SourceLocation where) {
    require_same_shape(name, target, source, where);
    target = source;
}

template <Scalar T>
void descend(Array<T>& parameter, const Array<T>& gradient, T learning_rate) {
    for (std::size_t place = 0; place < parameter.size(); ++place) parameter.data()[place] -= learning_rate * gradient.data()[place];
}

} // namespace

template <Scalar T>
Linear<T>::Linear(Index inputs, Index outputs, Random& random, double sigma, SourceLocation where) {
    const Shape shape{layer_extent(outputs, "outputs", where), layer_extent(inputs, "inputs", where)};
    weights_          = random.normal_array<T>(shape, 0.0, sigma);
    bias_             = zeros<T>({shape[0]});
    weight_gradients_ = zeros<T>(shape);
    bias_gradients_   = zeros<T>({shape[0]});
}

template <Scalar T>
Array<T> Linear<T>::forward(const Array<T>& input, SourceLocation where) {
    require_columns("Linear", input, weights_.shape(1), where);
    input_     = input;
    has_input_ = true;
    Array<T>          result(Shape{input.shape(0), bias_.size()});
    const SourceScope scope(where);
    for (std::size_t row = 0; row < input.shape(0); ++row) std::copy_n(bias_.data(), bias_.size(), result.data() + row * bias_.size());
    gemm(false, true, static_cast<Index>(input.shape(0)), static_cast<Index>(weights_.shape(0)), static_cast<Index>(weights_.shape(1)), T{1},
         input.data(), weights_.data(), T{1}, result.data());
    return result;
}

template <Scalar T>
Array<T> Linear<T>::backward(const Array<T>& gradient, SourceLocation where) {
    require_forward(has_input_, "Linear", where);
    if (gradient.shape() != Shape{input_.shape(0), bias_.size()}) {
        throw ShapeError("Linear: the gradient has shape " + to_string(gradient.shape()) + ", but the outputs had " +
                             to_string(Shape{input_.shape(0), bias_.size()}),
                         where);
    }
    const auto batch = gradient.shape(0), outputs = bias_.size();
    gemm(true, false, static_cast<Index>(outputs), static_cast<Index>(input_.shape(1)), static_cast<Index>(batch), T{1}, gradient.data(),
         input_.data(), T{1}, weight_gradients_.data());
    for (std::size_t row = 0; row < batch; ++row) {
        for (std::size_t column = 0; column < outputs; ++column) bias_gradients_.data()[column] += gradient.data()[row * outputs + column];
    }
    return matrix_product(gradient, weights_, false, false, where);
}

template <Scalar T>
void Linear<T>::zero_gradients() {
    std::fill(weight_gradients_.storage().begin(), weight_gradients_.storage().end(), T{0});
    std::fill(bias_gradients_.storage().begin(), bias_gradients_.storage().end(), T{0});
}

template <Scalar T>
void Linear<T>::update_parameters(T learning_rate) {
    descend(weights_, weight_gradients_, learning_rate);
    descend(bias_, bias_gradients_, learning_rate);
}

template <Scalar T>
void Linear<T>::set_weights(const Array<T>& weights, SourceLocation where) {
    replace("Linear::set_weights", weights_, weights, where);
}

template <Scalar T>
void Linear<T>::set_bias(const Array<T>& bias, SourceLocation where) {
    replace("Linear::set_bias", bias_, bias, where);
}

template <Scalar T>
Array<T> Sigmoid<T>::forward(const Array<T>& input, SourceLocation) {
    input_     = input;
    has_input_ = true;
    return sigmoid(input);
}

template <Scalar T>
Array<T> Sigmoid<T>::backward(const Array<T>& gradient, SourceLocation where) {
    require_forward(has_input_, "Sigmoid", where);
    require_same_shape("Sigmoid: outputs and gradient", input_, gradient, where);
    Array<T> result = sigmoid_derivative(input_);
    for (std::size_t place = 0; place < result.size(); ++place) result.data()[place] *= gradient.data()[place];
    return result;
}

template <Scalar T>
Array<T> SoftMax<T>::forward(const Array<T>& input, SourceLocation where) {
    if (input.dimension() != 2) throw ShapeError("SoftMax: the shape is " + to_string(input.shape()) + ", but [batch, classes] is needed", where);
    output_                   = input;
    has_output_               = true;
    const std::size_t columns = input.shape(1);
    for (std::size_t row = 0; row < input.shape(0); ++row) {
        T* const first = output_.data() + row * columns;
        T* const last  = first + columns;
        T        largest{-std::numeric_limits<T>::infinity()};
        // A NaN that the comparison passes over comes back through the sum.
        for (const T* x = first; x != last; ++x) largest = *x > largest ? *x : largest;
        T sum{0};
        for (T* x = first; x != last; ++x) {
            *x = std::exp(*x - largest);
            sum += *x;
        }
        for (T* x = first; x != last; ++x) *x /= sum;
    }
    return output_;
}

template <Scalar T>
Array<T> SoftMax<T>::backward(const Array<T>& gradient, SourceLocation where) {
    require_forward(has_output_, "SoftMax", where);
    require_same_shape("SoftMax: outputs and gradient", output_, gradient, where);
    Array<T>          result(gradient.shape());
    const std::size_t columns = gradient.shape(1);
    for (std::size_t row = 0; row < gradient.shape(0); ++row) {
        const T* y = output_.data() + row * columns;
        const T* g = gradient.data() + row * columns;
        T        weighted{0};
        for (std::size_t column = 0; column < columns; ++column) weighted += y[column] * g[column];
        for (std::size_t column = 0; column < columns; ++column) result.data()[row * columns + column] = y[column] * (g[column] - weighted);
    }
    return result;
}

template <Scalar T>
Array<T> Network<T>::forward(const Array<T>& input, SourceLocation where) {
    Array<T> result = input;
    for (const auto& layer : layers_) result = layer->forward(result, where);
    return result;
}

template <Scalar T>
Array<T> Network<T>::backward(const Array<T>& gradient, SourceLocation where) {
    Array<T> result = gradient;
    for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) result = (*layer)->backward(result, where);
    return result;
}

template <Scalar T>
void Network<T>::zero_gradients() {
    for (const auto& layer : layers_) layer->zero_gradients();
}

template <Scalar T>
void Network<T>::update_parameters(T learning_rate) {
    for (const auto& layer : layers_) layer->update_parameters(learning_rate);
}

template class Linear<float>;
template class Linear<double>;
template class Sigmoid<float>;
template class Sigmoid<double>;
template class SoftMax<float>;
template class SoftMax<double>;
template class Network<float>;
template class Network<double>;

} // namespace xtgrad::handwritten
