#pragma once

#include "../data.hpp"
#include "adam.hpp"
#include "buffer.hpp"

namespace xtgrad::benchmarks::floor {

/// A layer's parameters, their gradients, and Adam's moments where they are wanted.
struct Layer {
    std::size_t   inputs, outputs;
    Buffer<float> weight, bias, weight_gradient, bias_gradient;
    Buffer<float> weight_first, weight_second, bias_first, bias_second;

    Layer(const LayerData<float>& data, Update update);
};

/// W4: a perceptron of one hidden layer of sigmoids, softmax and cross-entropy.
class Mlp {
public:
    Mlp(const MlpData& data, Update update);

    /// Another batch of the same size.
    void load(const float* images, const std::int64_t* labels);
    /// One step; the mean loss before it.
    float step();
    /// The classes of other images, as many as the batch has.
    void answers(const float* images, std::vector<std::int64_t>& to);

    const Layer& hidden() const noexcept { return hidden_; }
    const Layer& output() const noexcept { return output_; }

private:
    void  forward(const float* images);
    float loss_and_cotangent();
    void  backward_output();
    void  backward_hidden();

    std::size_t               batch_;
    Update                    update_;
    float                     rate_;
    int                       steps_ = 0;
    Buffer<float>             images_;
    std::vector<std::int64_t> labels_;
    Layer                     hidden_, output_;
    Buffer<float>             h_, dh_, z_;
};

} // namespace xtgrad::benchmarks::floor
