#include <xtgrad/handwritten/augmented_network.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <xtgrad/array/blas.hpp>
#include <xtgrad/handwritten/activation.hpp>
#include <xtgrad/handwritten/batches.hpp>
#include <xtgrad/handwritten/labels.hpp>

namespace xtgrad::handwritten {

namespace {

// Samples answered at once, so that asking about a whole data set does not copy it whole.
constexpr std::size_t samples_at_once = 1024;

void require_hidden_layer(std::size_t matrices, SourceLocation where) {
    if (matrices >= 2) return;
    throw ValueError("AugmentedNetwork: no hidden layer: with input and output at least 3 layers, or 2 matrices, are needed", where);
}

template <Scalar T>
void require_rows_of_one_or_two_axes(const char* operation, const Array<T>& x, SourceLocation where) {
    if (x.dimension() == 1 || x.dimension() == 2) return;
    throw ShapeError(std::string(operation) + ": the shape is " + to_string(x.shape()) + ", but [n] or [batch, n] is needed", where);
}

template <Scalar T>
Array<T> activate(Activation activation, const Array<T>& z) {
    return activation == Activation::sigmoid ? sigmoid(z) : relu(z);
}

template <Scalar T>
Array<T> derivative(Activation activation, const Array<T>& at) {
    return activation == Activation::sigmoid ? sigmoid_derivative(at) : relu_derivative(at);
}

template <Scalar T>
void multiply_by(Array<T>& a, const Array<T>& b) {
    for (std::size_t place = 0; place < a.size(); ++place) a.data()[place] *= b.data()[place];
}

} // namespace

template <Scalar T>
Array<T> augmented(const Array<T>& x, BiasPlace place, SourceLocation where) {
    require_rows_of_one_or_two_axes("augmented", x, where);
    Shape             shape   = x.shape();
    const std::size_t columns = shape.back()++;
    Array<T>          result  = ones<T>(shape);
    const std::size_t rows    = x.dimension() == 2 ? shape[0] : 1;
    const std::size_t first   = place == BiasPlace::prepended ? 1 : 0;
    for (std::size_t row = 0; row < rows; ++row) std::copy_n(x.data() + row * columns, columns, result.data() + row * (columns + 1) + first);
    return result;
}

template <Scalar T>
Array<T> unaugmented(const Array<T>& x, BiasPlace place, SourceLocation where) {
    require_rows_of_one_or_two_axes("unaugmented", x, where);
    Shape shape = x.shape();
    if (shape.back() == 0) throw ShapeError("unaugmented: rows of shape " + to_string(shape) + " hold nothing to take away", where);
    const std::size_t columns = --shape.back();
    Array<T>          result(shape);
    const std::size_t rows  = x.dimension() == 2 ? shape[0] : 1;
    const std::size_t first = place == BiasPlace::prepended ? 1 : 0;
    for (std::size_t row = 0; row < rows; ++row) std::copy_n(x.data() + row * (columns + 1) + first, columns, result.data() + row * columns);
    return result;
}

template <Scalar T>
Array<T> without_bias(const Array<T>& matrix, BiasPlace place, SourceLocation where) {
    if (matrix.dimension() != 2 || matrix.shape(0) == 0) {
        throw ShapeError("without_bias: the shape is " + to_string(matrix.shape()) + ", but [in + 1, out] is needed", where);
    }
    Array<T> result(Shape{matrix.shape(0) - 1, matrix.shape(1)});
    std::copy_n(matrix.data() + (place == BiasPlace::prepended ? matrix.shape(1) : 0), result.size(), result.data());
    return result;
}

template <Scalar T>
Weights<T> initial_weights(const std::vector<Index>& extents, Initialisation initialisation, Random& random, std::optional<double> bias,
                           SourceLocation where) {
    require_hidden_layer(extents.empty() ? 0 : extents.size() - 1, where);
    for (const Index extent : extents) {
        if (extent < 1) throw ValueError("initial_weights: a layer needs at least 1 neuron, not " + std::to_string(extent), where);
    }
    const bool is_normal = initialisation == Initialisation::normal || initialisation == Initialisation::normal_scaled;
    const bool is_scaled = initialisation == Initialisation::uniform_scaled || initialisation == Initialisation::normal_scaled;
    Weights<T> weights;
    for (std::size_t layer = 0; layer + 1 < extents.size(); ++layer) {
        const auto   in = static_cast<std::size_t>(extents[layer]), out = static_cast<std::size_t>(extents[layer + 1]);
        const double scale  = is_scaled ? std::sqrt(2.0 / static_cast<double>(in + out)) : 1.0;
        Array<T>     matrix = zeros<T>({in + 1, out});
        T* const     last   = matrix.data() + (bias ? in * out : matrix.size());
        std::generate(matrix.data(), last, [&] { return static_cast<T>(scale * (is_normal ? random.normal() : random.uniform())); });
        if (bias) std::fill_n(last, out, static_cast<T>(*bias));
        weights.push_back(std::move(matrix));
    }
    return weights;
}

template <Scalar T>
AugmentedNetwork<T>::AugmentedNetwork(Weights<T> weights, Activation activation, DerivativeAt derivative, SourceLocation where)
    : weights_(std::move(weights)), activation_(activation), derivative_(derivative) {
    require_hidden_layer(weights_.size(), where);
    for (std::size_t layer = 0; layer < weights_.size(); ++layer) {
        const Array<T>& matrix = weights_[layer];
        if (matrix.dimension() != 2 || matrix.shape(0) < 2 || matrix.shape(1) == 0) {
            throw ShapeError("AugmentedNetwork: matrix " + std::to_string(layer) + " has shape " + to_string(matrix.shape()) +
                                 ", but [in + 1, out] is needed, the last row being the bias",
                             where);
        }
        if (layer > 0 && matrix.shape(0) != weights_[layer - 1].shape(1) + 1) {
            throw ShapeError("AugmentedNetwork: matrix " + std::to_string(layer) + " has shape " + to_string(matrix.shape()) +
                                 " and follows one of shape " + to_string(weights_[layer - 1].shape()) + ", so it needs " +
                                 std::to_string(weights_[layer - 1].shape(1) + 1) + " rows",
                             where);
        }
        gradients_.push_back(zeros<T>(matrix.shape()));
    }
}

template <Scalar T>
void AugmentedNetwork<T>::require_weights(const char* operation, const Weights<T>& weights, SourceLocation where) const {
    if (weights.size() != weights_.size()) {
        throw ShapeError(
            std::string(operation) + ": " + std::to_string(weights.size()) + " matrices for a network of " + std::to_string(weights_.size()), where);
    }
    for (std::size_t layer = 0; layer < weights.size(); ++layer) {
        require_same_shape(std::string(operation) + ": matrix " + std::to_string(layer), weights_[layer], weights[layer], where);
    }
}

template <Scalar T>
void AugmentedNetwork<T>::set_weights(const Weights<T>& weights, SourceLocation where) {
    require_weights("AugmentedNetwork::set_weights", weights, where);
    weights_ = weights;
}

template <Scalar T>
Array<T> AugmentedNetwork<T>::forward(const Array<T>& inputs, const Weights<T>& weights, SourceLocation where) const {
    require_weights("AugmentedNetwork", weights, where);
    require_columns("AugmentedNetwork: inputs", inputs, static_cast<std::size_t>(this->inputs()), where);
    Array<T> output = inputs;
    for (const Array<T>& matrix : weights) output = activate(activation_, matrix_product(augmented(output), matrix, false, false, where));
    return output;
}

template <Scalar T>
Array<T> AugmentedNetwork<T>::backpropagate(const Array<T>& inputs, const Array<T>& targets, SourceLocation where) {
    require_columns("AugmentedNetwork: inputs", inputs, static_cast<std::size_t>(this->inputs()), where);
    std::vector<Array<T>> augmented_outputs, derivatives;
    Array<T>              output = inputs;
    for (const Array<T>& matrix : weights_) {
        augmented_outputs.push_back(augmented(output));
        const Array<T> z = matrix_product(augmented_outputs.back(), matrix, false, false, where);
        output           = activate(activation_, z);
        derivatives.push_back(derivative(activation_, derivative_ == DerivativeAt::pre_activation ? z : output));
    }
    require_same_shape("AugmentedNetwork: outputs and targets", output, targets, where);

    Array<T> delta(output.shape());
    for (std::size_t place = 0; place < delta.size(); ++place) delta.data()[place] = output.data()[place] - targets.data()[place];
    for (std::size_t layer = weights_.size(); layer-- > 0;) {
        multiply_by(delta, derivatives[layer]);
        gradients_[layer] = matrix_product(augmented_outputs[layer], delta, true, false, where);
        if (layer > 0) delta = matrix_product(delta, without_bias(weights_[layer]), false, true, where);
    }
    return output;
}

template <Scalar T>
void AugmentedNetwork<T>::update(T learning_rate) {
    for (std::size_t layer = 0; layer < weights_.size(); ++layer) {
        T* const       weight   = weights_[layer].data();
        const T* const gradient = gradients_[layer].data();
        for (std::size_t place = 0; place < weights_[layer].size(); ++place) weight[place] -= learning_rate * gradient[place];
    }
}

template <Scalar T>
double AugmentedNetwork<T>::step(const Array<T>& inputs, const Array<T>& targets, T learning_rate, SourceLocation where) {
    const Array<T> outputs = backpropagate(inputs, targets, where);
    update(learning_rate);
    double error = 0;
    for (std::size_t place = 0; place < outputs.size(); ++place) {
        const double difference = double{outputs.data()[place]} - double{targets.data()[place]};
        error += 0.5 * difference * difference;
    }
    return error;
}

template <Scalar T>
Array<T> AugmentedNetwork<T>::encode(const Array<Index>& labels, SourceLocation where) const {
    if (outputs() > 1) return one_hot<T>(labels, outputs(), where);
    if (labels.dimension() != 1) throw ShapeError("encode: labels need one axis, their shape is " + to_string(labels.shape()), where);
    Array<T> targets(Shape{labels.size(), 1});
    for (std::size_t row = 0; row < labels.size(); ++row) {
        const Index label = labels.data()[row];
        if (label != 0 && label != 1) {
            throw ValueError("encode: too few outputs: label " + std::to_string(label) + " in row " + std::to_string(row) +
                                 ", but a single output tells only 0 and 1 apart",
                             where);
        }
        targets.data()[row] = static_cast<T>(label);
    }
    return targets;
}

template <Scalar T>
Array<Index> AugmentedNetwork<T>::decode(const Array<T>& outputs, SourceLocation where) const {
    require_columns("decode", outputs, static_cast<std::size_t>(this->outputs()), where);
    if (this->outputs() > 1) return handwritten::decode(outputs, where);
    Array<Index> labels = zeros<Index>({outputs.shape(0)});
    for (std::size_t row = 0; row < labels.size(); ++row) labels.data()[row] = outputs.data()[row] > T{0.5} ? 1 : 0;
    return labels;
}

template <Scalar T>
Index AugmentedNetwork<T>::predict(const Array<T>& input, const Weights<T>& weights, SourceLocation where) const {
    if (input.shape() != Shape{static_cast<std::size_t>(inputs())}) {
        throw ShapeError("predict: the sample has shape " + to_string(input.shape()) + ", but the network takes [" + std::to_string(inputs()) + "]",
                         where);
    }
    Array<T> batch = input;
    batch.reshape(Shape{1, input.size()});
    return decode(forward(batch, weights, where), where).data()[0];
}

template <Scalar T>
Array<Index> AugmentedNetwork<T>::predict_all(const Array<T>& inputs, const Weights<T>& weights, SourceLocation where) const {
    require_columns("AugmentedNetwork: inputs", inputs, static_cast<std::size_t>(this->inputs()), where);
    const std::size_t  samples = inputs.shape(0);
    const Array<Index> order   = natural_order(samples);
    Array<Index>       answers = zeros<Index>({samples});
    for (std::size_t first = 0; first < samples; first += samples_at_once) {
        const std::size_t  count = std::min(samples_at_once, samples - first);
        const Array<Index> some  = decode(forward(take_rows(inputs, order, first, count), weights, where), where);
        std::copy_n(some.data(), count, answers.data() + first);
    }
    return answers;
}

template <Scalar T>
Array<Index> AugmentedNetwork<T>::confusion_matrix(const Array<T>& inputs, const Array<Index>& labels, const Weights<T>& weights,
                                                   SourceLocation where) const {
    return handwritten::confusion_matrix(labels, predict_all(inputs, weights, where), classes(), where);
}

template <Scalar T>
double AugmentedNetwork<T>::accuracy(const Array<T>& inputs, const Array<Index>& labels, const Weights<T>& weights, SourceLocation where) const {
    return handwritten::accuracy(labels, predict_all(inputs, weights, where), where);
}

template Array<float>    augmented(const Array<float>&, BiasPlace, SourceLocation);
template Array<double>   augmented(const Array<double>&, BiasPlace, SourceLocation);
template Array<float>    unaugmented(const Array<float>&, BiasPlace, SourceLocation);
template Array<double>   unaugmented(const Array<double>&, BiasPlace, SourceLocation);
template Array<float>    without_bias(const Array<float>&, BiasPlace, SourceLocation);
template Array<double>   without_bias(const Array<double>&, BiasPlace, SourceLocation);
template Weights<float>  initial_weights(const std::vector<Index>&, Initialisation, Random&, std::optional<double>, SourceLocation);
template Weights<double> initial_weights(const std::vector<Index>&, Initialisation, Random&, std::optional<double>, SourceLocation);
template class AugmentedNetwork<float>;
template class AugmentedNetwork<double>;

} // namespace xtgrad::handwritten
