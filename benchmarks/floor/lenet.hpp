#pragma once

#include "../data.hpp"
#include "adam.hpp"
#include "buffer.hpp"

namespace xtgrad::benchmarks::floor {

/// Numbers that are learnt, with their gradient and, for Adam, its moments.
struct Learnt {
    Buffer<float> value, gradient, first, second;

    Learnt(const std::vector<float>& start, Update update)
        : value(start), gradient(start.size()), first(update == Update::adam ? start.size() : 0), second(first.size()) {}
    void update(Update update, const AdamFactors& factors, std::size_t begin, std::size_t end);
};

/// W5: LeNet by direct convolution. Channels lie innermost, bias, relu and pooling stand at the end of each convolution's loop, the pool keeps its
/// winners in bytes, and the way back visits the winners only. Threads divide the samples.
class Lenet {
public:
    Lenet(const LenetData& data, Update update);

    /// Another batch of the same size.
    void load(const float* images, const std::int64_t* labels);
    /// One step; the mean loss before it.
    float step();
    /// The classes of other images, as many as the batch has.
    void answers(const float* images, std::vector<std::int64_t>& to);

    /// Gradients of the last step in the order of LenetData.
    std::vector<float> first_weight_gradient() const;
    std::vector<float> second_weight_gradient() const;
    std::vector<float> hidden_weight_gradient() const;
    const Learnt&      first_bias() const noexcept { return first_bias_; }
    const Learnt&      second_bias() const noexcept { return second_bias_; }
    const Learnt&      hidden_bias() const noexcept { return hidden_bias_; }
    const Learnt&      output_weight() const noexcept { return output_weight_; }
    const Learnt&      output_bias() const noexcept { return output_bias_; }

private:
    struct Partial; // a thread's share of the convolutions' gradients

    void  forward(const float* images, std::size_t begin, std::size_t end);
    float loss_and_cotangent(std::size_t begin, std::size_t end, float* bias_gradient);
    void  backward(std::size_t begin, std::size_t end, std::size_t part);
    void  update_part(std::size_t part);
    void  arrange_weights();

    std::size_t               batch_;
    Update                    update_;
    int                       steps_ = 0;
    Buffer<float>             images_;
    std::vector<std::int64_t> labels_;
    Learnt                    first_weight_, first_bias_;   // [25][16]
    Learnt                    second_weight_, second_bias_; // [32][5][5][16]
    Learnt                    hidden_weight_, hidden_bias_; // [128][4][4][32]
    Learnt                    output_weight_, output_bias_; // [10][128]
    Buffer<float>             second_outputs_innermost_;    // [5][5][16][32]
    Buffer<float>             a_, da_;                      // [batch][12][12][16]
    Buffer<float>             b_, db_;                      // [batch][4][4][32]
    Buffer<float>             h_, dh_, z_;
    Buffer<unsigned char>     a_winner_, b_winner_;
    Buffer<float>             partials_; // [part][gradients of the convolutions and of the small biases]
};

} // namespace xtgrad::benchmarks::floor
