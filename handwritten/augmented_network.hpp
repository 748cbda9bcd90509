#pragma once

#include <optional>
#include <vector>

#include <xtgrad/array/array.hpp>
#include <xtgrad/array/random.hpp>

// Backpropagation with extended weight matrices: R. Rojas, Neural Networks, Springer 1996, chapter 7.3.3.
namespace xtgrad::handwritten {

/// Where the 1 stands that multiplies the biases.
enum class BiasPlace { appended, prepended };

/// `x`, of shape [n] or [batch, n], with a 1 after or before each row's elements. Throws ShapeError for other numbers of axes.
template <Scalar T>
Array<T> augmented(const Array<T>& x, BiasPlace place = BiasPlace::appended, SourceLocation where = {});

/// `x` without the last or first element of each row: what `augmented` added, whatever its value. Throws ShapeError where there is none.
template <Scalar T>
Array<T> unaugmented(const Array<T>& x, BiasPlace place = BiasPlace::appended, SourceLocation where = {});

/// Weights without their bias: `matrix` without its last row (appended) or first row (prepended).
template <Scalar T>
Array<T> without_bias(const Array<T>& matrix, BiasPlace place = BiasPlace::appended, SourceLocation where = {});

/// Matrix i takes the augmented outputs of layer i to layer i + 1: its shape is [in + 1, out], and its last row is the bias.
template <Scalar T>
using Weights = std::vector<Array<T>>;

/// The four initialisations of the exercise. `in` and `out` count neurons, without the bias.
enum class Initialisation {
    uniform,        ///< U(0, 1)
    normal,         ///< N(0, 1)
    uniform_scaled, ///< U(0, 1) · √(2/(in + out))
    normal_scaled,  ///< N(0, 1) · √(2/(in + out)), which is Glorot and Bengio's normal initialisation (2010)
};

/// Weights for layers of `extents` neurons, input first and output last, drawn matrix by matrix and row by row. The bias rows are `bias`, or
/// drawn like the rest where there is none. Throws ValueError where a layer is empty or there is no hidden layer.
template <Scalar T>
Weights<T> initial_weights(const std::vector<Index>& extents, Initialisation initialisation, Random& random, std::optional<double> bias = 1.0,
                           SourceLocation where = {});

/// The function that each layer applies to its pre-activations z.
enum class Activation { sigmoid, relu };

/// Where the activation's derivative is evaluated in the backward pass.
enum class DerivativeAt {
    pre_activation, ///< s′(z): the derivative
    output_slip,    ///< s′(s(z)), a published slip: not the derivative. Of the sigmoid it is never below 0.196, so that saturated units, whose true
                    ///< gradient vanishes, go on moving; of relu, with relu_derivative(0) = 1, it is 1 everywhere
};

/// A network of augmented weight matrices: outputs o₀ = x and o_i = s(ô_{i−1}·W̄_i), where ô is o with a 1 appended, and its error
/// E = ½ Σ (o − t)², summed over outputs and batch. It has at least one hidden layer.
template <Scalar T>
class AugmentedNetwork {
public:
    /// Throws ValueError where there is no hidden layer, ShapeError where a matrix does not fit the one before.
    explicit AugmentedNetwork(Weights<T> weights, Activation activation = Activation::sigmoid, DerivativeAt derivative = DerivativeAt::pre_activation,
                              SourceLocation where = {});

    Index inputs() const noexcept { return static_cast<Index>(weights_.front().shape(0)) - 1; }
    Index outputs() const noexcept { return static_cast<Index>(weights_.back().shape(1)); }
    /// 2 for a single output, which tells two classes apart; else one for each output.
    Index classes() const noexcept { return outputs() == 1 ? 2 : outputs(); }

    const Weights<T>& weights() const noexcept { return weights_; }
    /// Throws ShapeError unless all shapes stay the same.
    void set_weights(const Weights<T>& weights, SourceLocation where = {});
    /// dE/dW̄ of the last `backpropagate` or `step`, summed over its batch (under output_slip, what takes its place); zeros before.
    const Weights<T>& gradients() const noexcept { return gradients_; }

    /// The outputs for inputs [batch, in], of shape [batch, out], by the network's weights or by others of the same shapes.
    Array<T> forward(const Array<T>& inputs, SourceLocation where = {}) const { return forward(inputs, weights_, where); }
    Array<T> forward(const Array<T>& inputs, const Weights<T>& weights, SourceLocation where = {}) const;

    /// Sets the gradients at inputs [batch, in] and targets [batch, out], and returns the outputs.
    Array<T> backpropagate(const Array<T>& inputs, const Array<T>& targets, SourceLocation where = {});
    /// W̄ ← W̄ − learning_rate · gradient
    void update(T learning_rate);
    /// backpropagate and update; the result is the error E before the update.
    double step(const Array<T>& inputs, const Array<T>& targets, T learning_rate, SourceLocation where = {});

    /// The targets of labels: one_hot for several outputs; for a single one the labels themselves, which must be 0 or 1 (else ValueError,
    /// naming too few outputs).
    Array<T> encode(const Array<Index>& labels, SourceLocation where = {}) const;
    /// The labels of outputs: the largest for several; for a single one whether it exceeds ½.
    Array<Index> decode(const Array<T>& outputs, SourceLocation where = {}) const;

    /// The answer to one sample, of shape [in].
    Index predict(const Array<T>& input, SourceLocation where = {}) const { return predict(input, weights_, where); }
    Index predict(const Array<T>& input, const Weights<T>& weights, SourceLocation where = {}) const;
    /// The answers to inputs [batch, in].
    Array<Index> predict_all(const Array<T>& inputs, SourceLocation where = {}) const { return predict_all(inputs, weights_, where); }
    Array<Index> predict_all(const Array<T>& inputs, const Weights<T>& weights, SourceLocation where = {}) const;
    /// How often label i was answered j, at row i and column j.
    Array<Index> confusion_matrix(const Array<T>& inputs, const Array<Index>& labels, SourceLocation where = {}) const {
        return confusion_matrix(inputs, labels, weights_, where);
    }
    Array<Index> confusion_matrix(const Array<T>& inputs, const Array<Index>& labels, const Weights<T>& weights, SourceLocation where = {}) const;
    /// The share of samples answered with their label.
    double accuracy(const Array<T>& inputs, const Array<Index>& labels, SourceLocation where = {}) const {
        return accuracy(inputs, labels, weights_, where);
    }
    double accuracy(const Array<T>& inputs, const Array<Index>& labels, const Weights<T>& weights, SourceLocation where = {}) const;

private:
    void require_weights(const char* operation, const Weights<T>& weights, SourceLocation where) const;

    Weights<T>   weights_, gradients_;
    Activation   activation_;
    DerivativeAt derivative_;
};

} // namespace xtgrad::handwritten
