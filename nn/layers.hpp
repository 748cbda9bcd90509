#pragma once

#include <tuple>

#include <xtgrad/nn/activations.hpp>
#include <xtgrad/nn/parameters.hpp>

namespace xtgrad::nn {

struct LinearOptions {
    bool        bias               = true;
    Initializer weight_initializer = glorot_uniform();
    Initializer bias_initializer   = constant(0.0);
};

/// x·Wᵀ + b on [batch, inputs] → [batch, outputs], with weight W of shape outputs × inputs and bias b of shape outputs. Any axes before the
/// last are batch axes. Throws ShapeError, at the caller's line, where the last extent of x is not `inputs`.
template <Scalar T>
class Linear {
public:
    Linear(const Parameters<T>& parameters, std::size_t inputs, std::size_t outputs, const LinearOptions& options = {}, SourceLocation where = {});

    Variable<T> operator()(const Variable<T>& x, SourceLocation where = {}) const;

    const Parameter<T>& weight() const noexcept { return weight_; }
    /// Throws ValueError where the layer has none.
    const Parameter<T>& bias() const;

private:
    Parameter<T>              weight_;
    std::vector<Parameter<T>> bias_; // one or none
};

/// Activations as layers, for Sequential.
struct Sigmoid {
    template <Scalar T>
    Variable<T> operator()(const Variable<T>& x, SourceLocation where = {}) const {
        const SourceScope scope(where);
        return sigmoid(x);
    }
};
struct Tanh {
    template <Scalar T>
    Variable<T> operator()(const Variable<T>& x, SourceLocation where = {}) const {
        const SourceScope scope(where);
        return tanh(x);
    }
};
struct Relu {
    template <Scalar T>
    Variable<T> operator()(const Variable<T>& x, SourceLocation where = {}) const {
        const SourceScope scope(where);
        return relu(x);
    }
};
/// Over the last axis. A network that is trained with cross_entropy ends in logits, without it.
struct Softmax {
    template <Scalar T>
    Variable<T> operator()(const Variable<T>& x, SourceLocation where = {}) const {
        return softmax(x, -1, where);
    }
};

/// Layers one after the other: `Sequential model{Linear(p / "hidden", 784, 128), Sigmoid{}, Linear(p / "output", 128, 10)}`. Itself a layer.
template <class... Layers>
class Sequential {
public:
    explicit Sequential(Layers... layers) : layers_(std::move(layers)...) {}

    template <Scalar T>
    Variable<T> operator()(const Variable<T>& x, SourceLocation where = {}) const {
        return std::apply(
            [&](const Layers&... layer) {
                Variable<T> y = x;
                ((y = layer(y, where)), ...);
                return y;
            },
            layers_);
    }

    /// The layer at a place.
    template <std::size_t I>
    const auto& layer() const noexcept {
        return std::get<I>(layers_);
    }

private:
    std::tuple<Layers...> layers_;
};

} // namespace xtgrad::nn
