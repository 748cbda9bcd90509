#pragma once

#include <xtgrad/nn/parameters.hpp>

namespace xtgrad::nn {

/// max_pool2d as a layer: `MaxPool2d{2}`, `MaxPool2d{3, {.stride = 2, .padding = 1}}`.
struct MaxPool2d {
    PerSide          window;
    MaxPool2dOptions options = {};

    template <Scalar T>
    Variable<T> operator()(const Variable<T>& x, SourceLocation where = {}) const {
        const SourceScope scope(where);
        return max_pool2d(x, window, options, where);
    }
};

struct Conv2dOptions {
    PerSide     stride             = 1;
    PerSide     padding            = 0;
    PerSide     dilation           = 1;
    std::size_t groups             = 1;
    bool        bias               = true;
    Initializer weight_initializer = glorot_uniform();
    Initializer bias_initializer   = constant(0.0);
};

/// conv2d of images [batch, inputs, height, width] with weight [outputs, inputs / groups, kernel height, kernel width] and bias [outputs].
/// Throws ValueError where inputs or outputs cannot be shared out among the groups, ShapeError, at the caller's line, where the images have
/// other channels or are smaller than the kernel.
template <Scalar T>
class Conv2d {
public:
    Conv2d(const Parameters<T>& parameters, std::size_t inputs, std::size_t outputs, const PerSide& kernel, const Conv2dOptions& options = {},
           SourceLocation where = {});

    Variable<T> operator()(const Variable<T>& x, SourceLocation where = {}) const;
    /// pool((*this)(x)), in one operation where the layer has a bias.
    Variable<T> pooled(const Variable<T>& x, const MaxPool2d& pool, SourceLocation where = {}) const;

    const Parameter<T>& weight() const noexcept { return weight_; }
    /// Throws ValueError where the layer has none.
    const Parameter<T>& bias() const;

private:
    void check_input(const Variable<T>& x, SourceLocation where) const;

    xtgrad::Conv2dOptions     options_;
    Parameter<T>              weight_;
    std::vector<Parameter<T>> bias_; // one or none
};

/// [batch, …] as [batch, features], between convolutions and Linear. Throws ShapeError for a single number.
struct Flatten {
    template <Scalar T>
    Variable<T> operator()(const Variable<T>& x, SourceLocation where = {}) const {
        const SourceScope scope(where);
        if (x.dimension() == 0) throw ShapeError("Flatten: a single number has no batch axis", where);
        std::size_t features = 1;
        for (std::size_t axis = 1; axis < x.dimension(); ++axis) features *= x.shape()[axis];
        return reshape(x, Shape{x.shape()[0], features}, where);
    }
};

} // namespace xtgrad::nn
