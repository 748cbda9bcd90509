#pragma once

#include <tuple>

#include <xtgrad/nn/activations.hpp>
#include <xtgrad/nn/convolution.hpp>
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
///
/// A MaxPool2d after a Conv2d becomes one operation with it, and a Relu between them follows, on fewer elements: the results, and the gradients,
/// are the same.
template <class... Layers>
class Sequential {
public:
    explicit Sequential(Layers... layers) : layers_(std::move(layers)...) {}

    template <Scalar T>
    Variable<T> operator()(const Variable<T>& x, SourceLocation where = {}) const {
        return from<0>(x, where);
    }

    /// The layer at a place.
    template <std::size_t I>
    const auto& layer() const noexcept {
        return std::get<I>(layers_);
    }

private:
    // Whether the layer at I is an L; none is behind the last.
    template <std::size_t I, class L>
    static constexpr bool is() {
        if constexpr (I < sizeof...(Layers)) return std::is_same_v<std::tuple_element_t<I, std::tuple<Layers...>>, L>;
        return false;
    }

    template <std::size_t I, Scalar T>
    Variable<T> from(const Variable<T>& x, SourceLocation where) const {
        if constexpr (I == sizeof...(Layers)) {
            return x;
        } else if constexpr (is<I, Conv2d<T>>() && is<I + 1, MaxPool2d>()) {
            return from<I + 2>(layer<I>().pooled(x, layer<I + 1>(), where), where);
        } else if constexpr (is<I, Conv2d<T>>() && is<I + 1, Relu>() && is<I + 2, MaxPool2d>()) {
            return from<I + 3>(layer<I + 1>()(layer<I>().pooled(x, layer<I + 2>(), where), where), where);
        } else {
            return from<I + 1>(layer<I>()(x, where), where);
        }
    }

    std::tuple<Layers...> layers_;
};

} // namespace xtgrad::nn
