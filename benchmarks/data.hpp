#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

/// What the workloads compute on: the same numbers for every contestant.
namespace xtgrad::benchmarks {

/// Uniform numbers in [low, high) that depend on the seed alone.
template <class T>
std::vector<T> uniform_numbers(std::size_t count, unsigned seed, double low, double high) {
    std::mt19937   generator(seed);
    std::vector<T> numbers(count);
    for (T& number : numbers) number = static_cast<T>(low + (high - low) * (static_cast<double>(generator()) / 4294967296.0));
    return numbers;
}

/// One layer's weight [outputs, inputs] and bias [outputs], small enough that no activation saturates.
template <class T>
struct LayerData {
    std::size_t    inputs, outputs;
    std::vector<T> weight, bias;

    LayerData(std::size_t fan_in, std::size_t fan_out, unsigned seed)
        : inputs(fan_in), outputs(fan_out), weight(uniform_numbers<T>(fan_in * fan_out, seed, -0.05, 0.05)),
          bias(uniform_numbers<T>(fan_out, seed + 1, -0.05, 0.05)) {}
};

/// W1: the four samples of XOR, and a 2-2-1 network of sigmoids that learns them.
struct XorData {
    static constexpr double inputs[4][2] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
    static constexpr double targets[4]   = {0, 1, 1, 0};
    static constexpr double rate         = 0.5;
    // Some start that is not symmetric; [outputs, inputs] as everywhere.
    static constexpr double hidden_weight[2][2] = {{0.5, -0.4}, {0.3, 0.8}};
    static constexpr double hidden_bias[2]      = {0.1, -0.2};
    static constexpr double output_weight[2]    = {0.7, -0.6};
    static constexpr double output_bias[1]      = {0.05};
};

/// W2: so near to 1 that the thousandth power is an ordinary number.
struct ChainData {
    static constexpr std::size_t operations = 1000;
    static std::vector<double>   start(std::size_t elements) { return uniform_numbers<double>(elements, 2, 0.9995, 1.0005); }
};

/// W3: the operands of sum(tanh(a·b + a)).
struct ElementwiseData {
    std::vector<float> a, b;
    explicit ElementwiseData(std::size_t size) : a(uniform_numbers<float>(size, 3, -1.5, 1.5)), b(uniform_numbers<float>(size, 4, -1.5, 1.5)) {}
};

/// The learning rates of W4 and W5.
inline constexpr float sgd_rate = 0.01F, adam_rate = 0.001F;

/// W4: inputs in [0, 1], labels, and the two layers of a perceptron.
struct MlpData {
    std::size_t               batch;
    std::vector<float>        images;
    std::vector<std::int64_t> labels;
    LayerData<float>          hidden, output;

    static constexpr std::size_t pixels = 784, classes = 10;

    MlpData(std::size_t samples, std::size_t hidden_units)
        : batch(samples), images(uniform_numbers<float>(samples * pixels, 5, 0, 1)), labels(samples), hidden(pixels, hidden_units, 6),
          output(hidden_units, classes, 8) {
        for (std::size_t row = 0; row < batch; ++row) labels[row] = static_cast<std::int64_t>((7 * row + 3) % classes);
    }
};

/// W8: one layer of sigmoids in double, with targets of zeros and ones.
struct HamletData {
    static constexpr std::size_t batch = 600, pixels = 784, classes = 10;
    static constexpr double      rate = 0.01;
    std::vector<double>          images{uniform_numbers<double>(batch * pixels, 10, 0, 1)};
    std::vector<double>          targets = std::vector<double>(batch * classes, 0.0);
    LayerData<double>            layer{pixels, classes, 11};

    HamletData() {
        for (std::size_t row = 0; row < batch; ++row) targets[row * classes + (7 * row + 3) % classes] = 1;
    }
};

/// A convolution's weight [outputs, inputs, side, side] and bias.
struct ConvolutionData {
    std::size_t        inputs, outputs, side;
    std::vector<float> weight, bias;

    ConvolutionData(std::size_t channels_in, std::size_t channels_out, std::size_t kernel, unsigned seed)
        : inputs(channels_in), outputs(channels_out), side(kernel), weight(uniform_numbers<float>(outputs * inputs * side * side, seed, -0.1, 0.1)),
          bias(uniform_numbers<float>(outputs, seed + 1, -0.05, 0.05)) {}
};

/// W5b: images [64, inputs, 14, 14], a weight, and the cotangent of the convolution's result. The padding keeps the extents.
struct ConvolutionStepData {
    static constexpr std::size_t batch = 64, width = 14;
    ConvolutionData              layer;
    std::vector<float>           images, cotangent;

    ConvolutionStepData(std::size_t inputs, std::size_t outputs, std::size_t side)
        : layer(inputs, outputs, side, 30), images(uniform_numbers<float>(batch * inputs * width * width, 32, -1, 1)),
          cotangent(uniform_numbers<float>(batch * outputs * width * width, 33, -1, 1)) {}
};

/// W7: a symmetric positive definite matrix and a vector.
struct DeterminantData {
    std::size_t         size;
    std::vector<double> a, x;

    explicit DeterminantData(std::size_t n) : size(n), a(uniform_numbers<double>(n * n, 40, -0.5, 0.5)), x(uniform_numbers<double>(n, 41, -1, 1)) {
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < i; ++j) a[i * n + j] = a[j * n + i];
            a[i * n + i] = static_cast<double>(n);
        }
    }
};

/// Reductions: x of [64, 64, 64], a mebibyte, over each axis and over all.
struct ReductionData {
    static constexpr std::size_t extent = 64, size = extent * extent * extent;
    std::vector<float>           x{uniform_numbers<float>(size, 50, -3, 3)};
};

/// Elementwise functions: numbers from where a function is at home, in the second-level cache.
struct FunctionData {
    static constexpr std::size_t size = 20'000;
    enum class From { everywhere, positive, within_one };
    std::vector<float> x;

    explicit FunctionData(From from)
        : x(uniform_numbers<float>(size, 60,
                                   from == From::everywhere ? -3
                                   : from == From::positive ? 0.1
                                                            : -0.9,
                                   from == From::within_one ? 0.9 : 3)) {}
};

/// W5: images [batch, 1, 28, 28], labels, and LeNet's four layers.
struct LenetData {
    std::size_t               batch;
    std::vector<float>        images;
    std::vector<std::int64_t> labels;
    ConvolutionData           first{1, 16, 5, 20}, second{16, 32, 5, 22};
    LayerData<float>          hidden{512, 128, 24}, output{128, 10, 26};

    static constexpr std::size_t pixels = 784, classes = 10;

    explicit LenetData(std::size_t samples = 64) : batch(samples), images(uniform_numbers<float>(samples * pixels, 19, 0, 1)), labels(samples) {
        for (std::size_t row = 0; row < batch; ++row) labels[row] = static_cast<std::int64_t>((7 * row + 3) % classes);
    }
};

} // namespace xtgrad::benchmarks
