#pragma once

#include "../data.hpp"
#include "buffer.hpp"

namespace xtgrad::benchmarks::floor {

/// W5b: a convolution that keeps its extents, and the gradients of its images and its weight. Channels lie innermost, images have their margins
/// around them, and threads divide the samples.
template <std::size_t inputs, std::size_t outputs, std::size_t side>
class Convolution {
public:
    explicit Convolution(const ConvolutionStepData& data);
    void step();

    /// In the order of ConvolutionStepData.
    std::vector<float> result() const;
    std::vector<float> image_gradient() const;
    std::vector<float> weight_gradient() const;

private:
    static constexpr std::size_t batch = ConvolutionStepData::batch, width = ConvolutionStepData::width, margin = side / 2, wide = width + 2 * margin;

    void weight_gradient_of(std::size_t begin, std::size_t end, float* gradient) const;

    Buffer<float> x_, g_;                      // [batch][wide][wide][channels], with margins of zeros
    Buffer<float> y_, dx_;                     // [batch][width][width][channels]
    Buffer<float> weight_, turned_, gradient_; // [side][side][inputs][outputs], [side][side][outputs][inputs] turned around, as the first
    Buffer<float> partials_;
};

extern template class Convolution<32, 64, 3>;
extern template class Convolution<64, 64, 1>;

} // namespace xtgrad::benchmarks::floor
