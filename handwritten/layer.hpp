#pragma once

#include <memory>
#include <utility>
#include <vector>

#include <xtgrad/array/array.hpp>
#include <xtgrad/array/random.hpp>

namespace xtgrad::handwritten {

/// A differentiable function of a batch, [batch, in] → [batch, out], that knows its own derivative. A step of gradient descent is
/// zero_gradients, forward, backward, update_parameters, in this order.
template <Scalar T>
class Layer {
public:
    virtual ~Layer() = default;

    /// The outputs; what backward needs is kept until the next call. Throws ShapeError where `input` does not fit.
    virtual Array<T> forward(const Array<T>& input, SourceLocation where = {}) = 0;
    /// Takes the gradient with respect to the last forward's outputs to that with respect to its inputs. Gradients with respect to
    /// parameters are summed over the batch and added to those of earlier calls. Throws ShapeError unless `gradient` has the shape of the last
    /// outputs, and ValueError where there was no forward.
    virtual Array<T> backward(const Array<T>& gradient, SourceLocation where = {}) = 0;
    /// Sets the gradients with respect to the parameters to zero.
    virtual void zero_gradients() {}
    /// parameter ← parameter − learning_rate · gradient
    virtual void update_parameters(T /*learning_rate*/) {}
};

/// x·Wᵀ + b with W of shape [out, in] and b of shape [out].
template <Scalar T>
class Linear : public Layer<T> {
public:
    /// W = sigma·N(0, 1), drawn row by row, and b = 0.
    Linear(Index inputs, Index outputs, Random& random, double sigma = 0.1, SourceLocation where = {});

    Array<T> forward(const Array<T>& input, SourceLocation where = {}) override;
    Array<T> backward(const Array<T>& gradient, SourceLocation where = {}) override;
    void     zero_gradients() override;
    void     update_parameters(T learning_rate) override;

    const Array<T>& weights() const noexcept { return weights_; }
    const Array<T>& bias() const noexcept { return bias_; }
    const Array<T>& weight_gradients() const noexcept { return weight_gradients_; }
    const Array<T>& bias_gradients() const noexcept { return bias_gradients_; }

    /// Throw ShapeError unless the shape stays the same.
    void set_weights(const Array<T>& weights, SourceLocation where = {});
    void set_bias(const Array<T>& bias, SourceLocation where = {});

private:
    Array<T> weights_, bias_, weight_gradients_, bias_gradients_, input_;
    bool     has_input_ = false;
};

/// σ(x), element by element.
template <Scalar T>
class Sigmoid : public Layer<T> {
public:
    Array<T> forward(const Array<T>& input, SourceLocation where = {}) override;
    Array<T> backward(const Array<T>& gradient, SourceLocation where = {}) override;

private:
    Array<T> input_;
    bool     has_input_ = false;
};

/// e^x_i / Σ_j e^x_j in each row, with the row's largest element subtracted first. A row that is all −∞, or that has +∞ or NaN, gives NaN.
template <Scalar T>
class SoftMax : public Layer<T> {
public:
    Array<T> forward(const Array<T>& input, SourceLocation where = {}) override;
    Array<T> backward(const Array<T>& gradient, SourceLocation where = {}) override;

private:
    Array<T> output_;
    bool     has_output_ = false;
};

/// Layers one after the other, itself a layer. Without layers it is the identity.
template <Scalar T>
class Network : public Layer<T> {
public:
    /// Appends a layer, which may be a network; the reference stays good as long as the network lives.
    template <class L>
    L& add(L layer) {
        auto owned  = std::make_unique<L>(std::move(layer));
        L&   result = *owned;
        layers_.push_back(std::move(owned));
        return result;
    }

    Array<T> forward(const Array<T>& input, SourceLocation where = {}) override;
    Array<T> backward(const Array<T>& gradient, SourceLocation where = {}) override;
    void     zero_gradients() override;
    void     update_parameters(T learning_rate) override;

    std::size_t     size() const noexcept { return layers_.size(); }
    Layer<T>&       operator[](std::size_t place) { return *layers_.at(place); }
    const Layer<T>& operator[](std::size_t place) const { return *layers_.at(place); }

private:
    std::vector<std::unique_ptr<Layer<T>>> layers_;
};

} // namespace xtgrad::handwritten
