#include "convolution.hpp"

#include "lanes.hpp"
#include "threads.hpp"

namespace xtgrad::benchmarks::floor {

namespace {

// y[row] = Σ w[tap]·x[row + tap], for 7 pixels and 4 vectors of outputs, or 14 and 2: 28 sums, which leaves registers for a pixel and the weights.
template <std::size_t in, std::size_t out, std::size_t side, std::size_t width, std::size_t wide>
void convolve(const float* x, const float* w, float* y) {
    constexpr std::size_t vectors = out / lanes < 4 ? out / lanes : 4, pixels = 28 / vectors;
    for (std::size_t row = 0; row < width; ++row) {
        for (std::size_t first = 0; first < width; first += pixels) {
            for (std::size_t channel = 0; channel < out; channel += vectors * lanes) {
                Lanes sums[pixels][vectors] = {};
                for (std::size_t ky = 0; ky < side; ++ky) {
                    // The taps of a kernel's row lie in one piece.
                    const float* line   = x + ((row + ky) * wide + first) * in;
                    const float* weight = w + ky * side * in * out + channel;
                    for (std::size_t tap = 0; tap < side * in; ++tap) {
                        Lanes of_tap[vectors];
#pragma GCC unroll 4
                        for (std::size_t v = 0; v < vectors; ++v) of_tap[v] = loaded(weight + tap * out + v * lanes);
#pragma GCC unroll 14
                        for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
                            const float value = line[pixel * in + tap];
#pragma GCC unroll 4
                            for (std::size_t v = 0; v < vectors; ++v) sums[pixel][v] += of_tap[v] * value;
                        }
                    }
                }
#pragma GCC unroll 14
                for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
#pragma GCC unroll 4
                    for (std::size_t v = 0; v < vectors; ++v) stored(y + (row * width + first + pixel) * out + channel + v * lanes, sums[pixel][v]);
                }
            }
        }
    }
}

// [batch, channels, width, width] as [batch][wide][wide][channels].
Buffer<float> channels_innermost(const std::vector<float>& images, std::size_t batch, std::size_t channels, std::size_t width, std::size_t margin) {
    const std::size_t wide = width + 2 * margin;
    Buffer<float>     result(batch * wide * wide * channels);
    for (std::size_t sample = 0; sample < batch; ++sample) {
        for (std::size_t c = 0; c < channels; ++c) {
            for (std::size_t y = 0; y < width; ++y) {
                for (std::size_t x = 0; x < width; ++x) {
                    result[((sample * wide + y + margin) * wide + x + margin) * channels + c] =
                        images[((sample * channels + c) * width + y) * width + x];
                }
            }
        }
    }
    return result;
}

std::vector<float> channels_outermost(const Buffer<float>& images, std::size_t batch, std::size_t channels, std::size_t width) {
    std::vector<float> result(images.size());
    for (std::size_t sample = 0; sample < batch; ++sample) {
        for (std::size_t c = 0; c < channels; ++c) {
            for (std::size_t pixel = 0; pixel < width * width; ++pixel) {
                result[(sample * channels + c) * width * width + pixel] = images[(sample * width * width + pixel) * channels + c];
            }
        }
    }
    return result;
}

} // namespace

template <std::size_t inputs, std::size_t outputs, std::size_t side>
Convolution<inputs, outputs, side>::Convolution(const ConvolutionStepData& data)
    : x_(channels_innermost(data.images, batch, inputs, width, margin)), g_(channels_innermost(data.cotangent, batch, outputs, width, margin)),
      y_(batch * width * width * outputs), dx_(batch * width * width * inputs), weight_(side * side * inputs * outputs), turned_(weight_.size()),
      gradient_(weight_.size()), partials_(thread_count() * weight_.size()) {
    constexpr std::size_t taps = side * side;
    for (std::size_t tap = 0; tap < taps; ++tap) {
        for (std::size_t in = 0; in < inputs; ++in) {
            for (std::size_t out = 0; out < outputs; ++out) {
                weight_[(tap * inputs + in) * outputs + out] = data.layer.weight[(out * inputs + in) * taps + tap];
            }
        }
    }
}

// For each tap a product of the images, shifted, with the cotangent: four inputs times 64 outputs at a time, over all pixels.
template <std::size_t inputs, std::size_t outputs, std::size_t side>
void Convolution<inputs, outputs, side>::weight_gradient_of(std::size_t begin, std::size_t end, float* gradient) const {
    constexpr std::size_t vectors = outputs / lanes, block = 4;
    std::fill_n(gradient, side * side * inputs * outputs, 0.0F);
    // A sample's images and cotangent stay in the cache over all taps.
    for (std::size_t sample = begin; sample < end; ++sample) {
        for (std::size_t tap = 0; tap < side * side; ++tap) {
            for (std::size_t in = 0; in < inputs; in += block) {
                float* at = gradient + (tap * inputs + in) * outputs;
                Lanes  sums[block][vectors];
                for (std::size_t i = 0; i < block; ++i) {
                    for (std::size_t v = 0; v < vectors; ++v) sums[i][v] = loaded(at + i * outputs + v * lanes);
                }
                for (std::size_t row = 0; row < width; ++row) {
                    const float* x = x_.data() + ((sample * wide + row + tap / side) * wide + tap % side) * inputs + in;
                    const float* g = g_.data() + ((sample * wide + row + margin) * wide + margin) * outputs;
                    for (std::size_t column = 0; column < width; ++column) {
#pragma GCC unroll 4
                        for (std::size_t v = 0; v < vectors; ++v) {
                            const Lanes cotangent = loaded(g + column * outputs + v * lanes);
#pragma GCC unroll 4
                            for (std::size_t i = 0; i < block; ++i) sums[i][v] += cotangent * x[column * inputs + i];
                        }
                    }
                }
                for (std::size_t i = 0; i < block; ++i) {
                    for (std::size_t v = 0; v < vectors; ++v) stored(at + i * outputs + v * lanes, sums[i][v]);
                }
            }
        }
    }
}

template <std::size_t inputs, std::size_t outputs, std::size_t side>
void Convolution<inputs, outputs, side>::step() {
    constexpr std::size_t taps = side * side;
    // The images' gradient is a convolution with the weight turned around. A training step has a new weight each time.
    for (std::size_t tap = 0; tap < taps; ++tap) {
        for (std::size_t in = 0; in < inputs; ++in) {
            for (std::size_t out = 0; out < outputs; ++out) {
                turned_[((taps - 1 - tap) * outputs + out) * inputs + in] = weight_[(tap * inputs + in) * outputs + out];
            }
        }
    }
    in_parts([&](std::size_t part) {
        const Span samples = share(batch, part);
        for (std::size_t sample = samples.begin; sample < samples.end; ++sample) {
            convolve<inputs, outputs, side, width, wide>(x_.data() + sample * wide * wide * inputs, weight_.data(),
                                                         y_.data() + sample * width * width * outputs);
        }
        for (std::size_t sample = samples.begin; sample < samples.end; ++sample) {
            convolve<outputs, inputs, side, width, wide>(g_.data() + sample * wide * wide * outputs, turned_.data(),
                                                         dx_.data() + sample * width * width * inputs);
        }
        weight_gradient_of(samples.begin, samples.end, thread_count() == 1 ? gradient_.data() : partials_.data() + part * gradient_.size());
    });
    if (thread_count() == 1) return;
    for (std::size_t i = 0; i < gradient_.size(); ++i) gradient_[i] = partials_[i];
    for (std::size_t part = 1; part < thread_count(); ++part) {
        for (std::size_t i = 0; i < gradient_.size(); ++i) gradient_[i] += partials_[part * gradient_.size() + i];
    }
}

template <std::size_t inputs, std::size_t outputs, std::size_t side>
std::vector<float> Convolution<inputs, outputs, side>::result() const {
    return channels_outermost(y_, batch, outputs, width);
}

template <std::size_t inputs, std::size_t outputs, std::size_t side>
std::vector<float> Convolution<inputs, outputs, side>::image_gradient() const {
    return channels_outermost(dx_, batch, inputs, width);
}

template <std::size_t inputs, std::size_t outputs, std::size_t side>
std::vector<float> Convolution<inputs, outputs, side>::weight_gradient() const {
    constexpr std::size_t taps = side * side;
    std::vector<float>    result(gradient_.size());
    for (std::size_t tap = 0; tap < taps; ++tap) {
        for (std::size_t in = 0; in < inputs; ++in) {
            for (std::size_t out = 0; out < outputs; ++out) {
                result[(out * inputs + in) * taps + tap] = gradient_[(tap * inputs + in) * outputs + out];
            }
        }
    }
    return result;
}

template class Convolution<32, 64, 3>;
template class Convolution<64, 64, 1>;

} // namespace xtgrad::benchmarks::floor
