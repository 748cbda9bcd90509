#include "lenet.hpp"

#include <cmath>

#include <cblas.h>

#include "lanes.hpp"
#include "threads.hpp"

namespace xtgrad::benchmarks::floor {

namespace {

constexpr std::size_t side = 5, taps = side * side;
constexpr std::size_t first_channels = 16, second_channels = 32, units = 128, classes = 10;
constexpr std::size_t in_width = 28, first_width = 24, a_width = 12, second_width = 8, b_width = 4;
constexpr std::size_t a_size = a_width * a_width * first_channels, b_size = b_width * b_width * second_channels;
constexpr std::size_t row_taps    = side * first_channels; // of the second convolution, contiguous in a row of its input
constexpr std::size_t second_taps = side * row_taps;

// The largest of the four pixels of a pool, at least 0 (relu), and which of them it was; 4 where relu let none through, for it has no gradient.
void pool(const Lanes (&pixels)[4], const Lanes& bias, float* value, unsigned char* winner) {
    Lanes best  = pixels[0];
    Ints  which = {};
    for (int place = 1; place < 4; ++place) {
        const Ints larger = pixels[place] > best;
        best              = larger ? pixels[place] : best;
        which             = larger ? Ints{} + place : which;
    }
    best += bias;
    const Ints dead = best <= 0;
    best            = dead ? Lanes{} : best;
    which           = dead ? Ints{} + 4 : which;
    stored(value, best);
    for (std::size_t lane = 0; lane < lanes; ++lane) winner[lane] = static_cast<unsigned char>(which[lane]);
}

// Two rows of the first convolution for all 16 outputs, then their pool.
void first_convolution(const float* image, const float* weight, const float* bias, float* a, unsigned char* winner) {
    Lanes rows[2][first_width];
    for (std::size_t y = 0; y < first_width; y += 2) {
        for (std::size_t r = 0; r < 2; ++r) {
            Lanes sums[first_width] = {};
            for (std::size_t ky = 0; ky < side; ++ky) {
                const float* line = image + (y + r + ky) * in_width;
                for (std::size_t kx = 0; kx < side; ++kx) {
                    const Lanes w = loaded(weight + (ky * side + kx) * lanes);
#pragma GCC unroll 24
                    for (std::size_t x = 0; x < first_width; ++x) sums[x] += w * line[x + kx];
                }
            }
#pragma GCC unroll 24
            for (std::size_t x = 0; x < first_width; ++x) rows[r][x] = sums[x];
        }
        for (std::size_t x = 0; x < a_width; ++x) {
            const std::size_t place = ((y / 2) * a_width + x) * lanes;
            pool({rows[0][2 * x], rows[0][2 * x + 1], rows[1][2 * x], rows[1][2 * x + 1]}, loaded(bias), a + place, winner + place);
        }
    }
}

// Two rows of eight pixels for all 32 outputs, then their pool. The weight's outputs lie innermost.
void second_convolution(const float* a, const float* weight, const float* bias, float* b, unsigned char* winner) {
    Lanes rows[2][2][second_width];
    for (std::size_t y = 0; y < second_width; y += 2) {
        for (std::size_t r = 0; r < 2; ++r) {
            Lanes low[second_width] = {}, high[second_width] = {};
            for (std::size_t ky = 0; ky < side; ++ky) {
                const float* line = a + (y + r + ky) * a_width * first_channels;
                const float* w    = weight + ky * row_taps * second_channels;
                for (std::size_t tap = 0; tap < row_taps; ++tap) {
                    const Lanes w_low = loaded(w + tap * second_channels), w_high = loaded(w + tap * second_channels + lanes);
#pragma GCC unroll 8
                    for (std::size_t x = 0; x < second_width; ++x) {
                        const float pixel = line[x * first_channels + tap];
                        low[x] += w_low * pixel;
                        high[x] += w_high * pixel;
                    }
                }
            }
#pragma GCC unroll 8
            for (std::size_t x = 0; x < second_width; ++x) {
                rows[r][0][x] = low[x];
                rows[r][1][x] = high[x];
            }
        }
        for (std::size_t x = 0; x < b_width; ++x) {
            for (std::size_t half = 0; half < 2; ++half) {
                const std::size_t place = ((y / 2) * b_width + x) * second_channels + half * lanes;
                pool({rows[0][half][2 * x], rows[0][half][2 * x + 1], rows[1][half][2 * x], rows[1][half][2 * x + 1]}, loaded(bias + half * lanes),
                     b + place, winner + place);
            }
        }
    }
}

// Where the winner of a pool's pixel stands in the convolution's output.
std::size_t winner_row(std::size_t pooled_row, unsigned char winner) { return 2 * pooled_row + winner / 2; }
std::size_t winner_column(std::size_t pooled_column, unsigned char winner) { return 2 * pooled_column + winner % 2; }

std::vector<float> first_order(const ConvolutionData& data) {
    std::vector<float> result(data.weight.size());
    for (std::size_t c = 0; c < first_channels; ++c) {
        for (std::size_t tap = 0; tap < taps; ++tap) result[tap * first_channels + c] = data.weight[c * taps + tap];
    }
    return result;
}

std::vector<float> second_order(const ConvolutionData& data) {
    std::vector<float> result(data.weight.size());
    for (std::size_t c = 0; c < second_channels; ++c) {
        for (std::size_t in = 0; in < first_channels; ++in) {
            for (std::size_t tap = 0; tap < taps; ++tap) {
                result[(c * taps + tap) * first_channels + in] = data.weight[(c * first_channels + in) * taps + tap];
            }
        }
    }
    return result;
}

std::vector<float> hidden_order(const LayerData<float>& data) {
    std::vector<float> result(data.weight.size());
    for (std::size_t unit = 0; unit < units; ++unit) {
        for (std::size_t c = 0; c < second_channels; ++c) {
            for (std::size_t pixel = 0; pixel < b_width * b_width; ++pixel) {
                result[unit * b_size + pixel * second_channels + c] = data.weight[unit * b_size + c * b_width * b_width + pixel];
            }
        }
    }
    return result;
}

int as_int(std::size_t n) { return static_cast<int>(n); }

} // namespace

// Gradients that every thread sums for its samples.
struct Lenet::Partial {
    static constexpr std::size_t first_weight = 0, second_weight = first_weight + taps * first_channels,
                                 first_bias = second_weight + second_channels * second_taps, second_bias = first_bias + first_channels,
                                 hidden_bias = second_bias + second_channels, output_bias = hidden_bias + units, loss = output_bias + lanes,
                                 size = loss + lanes;
};

void Learnt::update(Update update, const AdamFactors& factors, std::size_t begin, std::size_t end) {
    if (update == Update::adam) {
        adam(factors, begin, end, value.data(), first.data(), second.data(), gradient.data());
        return;
    }
    float* __restrict p       = value.data();
    const float* __restrict g = gradient.data();
    for (std::size_t i = begin; i < end; ++i) p[i] -= sgd_rate * g[i];
}

Lenet::Lenet(const LenetData& data, Update update)
    : batch_(data.batch), update_(update), images_(data.images), labels_(data.labels), first_weight_(first_order(data.first), update),
      first_bias_(data.first.bias, update), second_weight_(second_order(data.second), update), second_bias_(data.second.bias, update),
      hidden_weight_(hidden_order(data.hidden), update), hidden_bias_(data.hidden.bias, update), output_weight_(data.output.weight, update),
      output_bias_(data.output.bias, update), second_outputs_innermost_(second_weight_.value.size()), a_(batch_ * a_size), da_(a_.size()),
      b_(batch_ * b_size), db_(b_.size()), h_(batch_ * units), dh_(h_.size()), z_(batch_ * classes), a_winner_(a_.size()), b_winner_(b_.size()),
      partials_(thread_count() * Partial::size) {
    arrange_weights();
}

void Lenet::load(const float* images, const std::int64_t* labels) {
    std::copy_n(images, images_.size(), images_.data());
    std::copy_n(labels, batch_, labels_.data());
}

void Lenet::arrange_weights() {
    for (std::size_t tap = 0; tap < second_taps; ++tap) {
        for (std::size_t c = 0; c < second_channels; ++c) {
            second_outputs_innermost_[tap * second_channels + c] = second_weight_.value[c * second_taps + tap];
        }
    }
}

void Lenet::forward(const float* images, std::size_t begin, std::size_t end) {
    for (std::size_t sample = begin; sample < end; ++sample) {
        first_convolution(images + sample * in_width * in_width, first_weight_.value.data(), first_bias_.value.data(), a_.data() + sample * a_size,
                          a_winner_.data() + sample * a_size);
        second_convolution(a_.data() + sample * a_size, second_outputs_innermost_.data(), second_bias_.value.data(), b_.data() + sample * b_size,
                           b_winner_.data() + sample * b_size);
    }
    const std::size_t rows = end - begin;
    float*            h    = h_.data() + begin * units;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, as_int(rows), units, b_size, 1, b_.data() + begin * b_size, b_size,
                hidden_weight_.value.data(), b_size, 0, h, units);
    const float* bias = hidden_bias_.value.data();
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t unit = 0; unit < units; ++unit) h[row * units + unit] = std::max(h[row * units + unit] + bias[unit], 0.0F);
    }
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, as_int(rows), classes, units, 1, h, units, output_weight_.value.data(), units, 0,
                z_.data() + begin * classes, classes);
}

float Lenet::loss_and_cotangent(std::size_t begin, std::size_t end, float* bias_gradient) {
    const float  share = 1 / static_cast<float>(batch_);
    const float* bias  = output_bias_.value.data();
    float        loss  = 0;
    for (std::size_t row = begin; row < end; ++row) {
        float* __restrict z = z_.data() + row * classes;
        for (std::size_t j = 0; j < classes; ++j) z[j] += bias[j];
        float largest = z[0], sum = 0;
        for (std::size_t j = 1; j < classes; ++j) largest = std::max(largest, z[j]);
        const std::size_t label = static_cast<std::size_t>(labels_[row]);
        const float       right = z[label] - largest;
        for (std::size_t j = 0; j < classes; ++j) {
            z[j] = std::exp(z[j] - largest);
            sum += z[j];
        }
        loss += std::log(sum) - right;
        for (std::size_t j = 0; j < classes; ++j) z[j] *= share / sum;
        z[label] -= share;
        for (std::size_t j = 0; j < classes; ++j) bias_gradient[j] += z[j];
    }
    return loss * share;
}

void Lenet::backward(std::size_t begin, std::size_t end, std::size_t part) {
    float* partial = partials_.data() + part * Partial::size;
    std::fill_n(partial, Partial::size, 0.0F);
    partial[Partial::loss]  = loss_and_cotangent(begin, end, partial + Partial::output_bias);
    const std::size_t rows  = end - begin;
    float*            dh    = dh_.data() + begin * units;
    const float*      h     = h_.data() + begin * units;
    float*            dbias = partial + Partial::hidden_bias;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, as_int(rows), units, classes, 1, z_.data() + begin * classes, classes,
                output_weight_.value.data(), units, 0, dh, units);
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t unit = 0; unit < units; ++unit) {
            const float d          = h[row * units + unit] > 0 ? dh[row * units + unit] : 0;
            dh[row * units + unit] = d;
            dbias[unit] += d;
        }
    }
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, as_int(rows), b_size, units, 1, dh, units, hidden_weight_.value.data(), b_size, 0,
                db_.data() + begin * b_size, b_size);

    // The second convolution's weight: an output's 400 sums stay in registers over all samples.
    for (std::size_t c = 0; c < second_channels; ++c) {
        Lanes sums[taps] = {};
        float bias       = 0;
        for (std::size_t sample = begin; sample < end; ++sample) {
            for (std::size_t pixel = 0; pixel < b_width * b_width; ++pixel) {
                const std::size_t   place  = sample * b_size + pixel * second_channels + c;
                const unsigned char winner = b_winner_[place];
                if (winner == 4) continue;
                const float  d  = db_[place];
                const float* in = a_.data() + sample * a_size +
                                  (winner_row(pixel / b_width, winner) * a_width + winner_column(pixel % b_width, winner)) * first_channels;
                bias += d;
#pragma GCC unroll 5
                for (std::size_t ky = 0; ky < side; ++ky) {
#pragma GCC unroll 5
                    for (std::size_t kx = 0; kx < side; ++kx) sums[ky * side + kx] += loaded(in + (ky * a_width + kx) * lanes) * d;
                }
            }
        }
        for (std::size_t tap = 0; tap < taps; ++tap) stored(partial + Partial::second_weight + c * second_taps + tap * lanes, sums[tap]);
        partial[Partial::second_bias + c] = bias;
    }

    Lanes gradient[taps] = {}, first_bias = {};
    for (std::size_t sample = begin; sample < end; ++sample) {
        // The cotangent of the first pool.
        float* da = da_.data() + sample * a_size;
        std::fill_n(da, a_size, 0.0F);
        for (std::size_t pixel = 0; pixel < b_width * b_width; ++pixel) {
            for (std::size_t c = 0; c < second_channels; ++c) {
                const std::size_t   place  = sample * b_size + pixel * second_channels + c;
                const unsigned char winner = b_winner_[place];
                if (winner == 4) continue;
                const float  d  = db_[place];
                const float* w  = second_weight_.value.data() + c * second_taps;
                float*       to = da + (winner_row(pixel / b_width, winner) * a_width + winner_column(pixel % b_width, winner)) * first_channels;
#pragma GCC unroll 5
                for (std::size_t ky = 0; ky < side; ++ky) {
#pragma GCC unroll 5
                    for (std::size_t kx = 0; kx < side; ++kx) {
                        float* at = to + (ky * a_width + kx) * lanes;
                        stored(at, loaded(at) + loaded(w + (ky * side + kx) * lanes) * d);
                    }
                }
            }
        }
        // The first convolution's weight, for 16 outputs at once: where an output's winner is not the pixel at hand, its cotangent is 0.
        const float* image = images_.data() + sample * in_width * in_width;
        for (std::size_t pixel = 0; pixel < a_width * a_width; ++pixel) {
            const Lanes d = loaded(da + pixel * lanes);
            Ints        winner;
            for (std::size_t lane = 0; lane < lanes; ++lane) winner[lane] = a_winner_[sample * a_size + pixel * lanes + lane];
            first_bias += winner != 4 ? d : Lanes{};
            for (int place = 0; place < 4; ++place) {
                const Lanes  at   = winner == place ? d : Lanes{};
                const float* line = image + (2 * (pixel / a_width) + static_cast<std::size_t>(place) / 2) * in_width + 2 * (pixel % a_width) +
                                    static_cast<std::size_t>(place) % 2;
#pragma GCC unroll 5
                for (std::size_t ky = 0; ky < side; ++ky) {
#pragma GCC unroll 5
                    for (std::size_t kx = 0; kx < side; ++kx) gradient[ky * side + kx] += at * line[ky * in_width + kx];
                }
            }
        }
    }
    for (std::size_t tap = 0; tap < taps; ++tap) stored(partial + Partial::first_weight + tap * lanes, gradient[tap]);
    stored(partial + Partial::first_bias, first_bias);
}

// The linear layers' gradients by rows of their weights; the others from the threads' sums.
void Lenet::update_part(std::size_t part) {
    const AdamFactors factors(adam_rate, steps_);
    const auto        row_product = [&](Learnt& weight, std::size_t outputs, std::size_t inputs, const float* d, const float* x) {
        const Span rows = share(outputs, part);
        if (rows.begin == rows.end) return;
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, as_int(rows.end - rows.begin), as_int(inputs), as_int(batch_), 1, d + rows.begin,
                           as_int(outputs), x, as_int(inputs), 0, weight.gradient.data() + rows.begin * inputs, as_int(inputs));
        weight.update(update_, factors, rows.begin * inputs, rows.end * inputs);
    };
    row_product(hidden_weight_, units, b_size, dh_.data(), b_.data());
    row_product(output_weight_, classes, units, z_.data(), h_.data());
    const auto from_partials = [&](Learnt& learnt, std::size_t offset) {
        const Span span = share(learnt.value.size(), part, lanes);
        for (std::size_t i = span.begin; i < span.end; ++i) learnt.gradient[i] = partials_[offset + i];
        for (std::size_t other = 1; other < thread_count(); ++other) {
            for (std::size_t i = span.begin; i < span.end; ++i) learnt.gradient[i] += partials_[other * Partial::size + offset + i];
        }
        learnt.update(update_, factors, span.begin, span.end);
    };
    from_partials(first_weight_, Partial::first_weight);
    from_partials(first_bias_, Partial::first_bias);
    from_partials(second_weight_, Partial::second_weight);
    from_partials(second_bias_, Partial::second_bias);
    from_partials(hidden_bias_, Partial::hidden_bias);
    from_partials(output_bias_, Partial::output_bias);
}

float Lenet::step() {
    ++steps_;
    in_parts([&](std::size_t part) {
        const Span samples = share(batch_, part);
        forward(images_.data(), samples.begin, samples.end);
        backward(samples.begin, samples.end, part);
    });
    in_parts([&](std::size_t part) { update_part(part); });
    arrange_weights();
    float loss = 0;
    for (std::size_t part = 0; part < thread_count(); ++part) loss += partials_[part * Partial::size + Partial::loss];
    return loss;
}

void Lenet::answers(const float* images, std::vector<std::int64_t>& to) {
    in_parts([&](std::size_t part) {
        const Span samples = share(batch_, part);
        forward(images, samples.begin, samples.end);
    });
    for (std::size_t row = 0; row < batch_; ++row) {
        std::size_t best = 0;
        for (std::size_t j = 1; j < classes; ++j) {
            if (z_[row * classes + j] + output_bias_.value[j] > z_[row * classes + best] + output_bias_.value[best]) best = j;
        }
        to[row] = static_cast<std::int64_t>(best);
    }
}

std::vector<float> Lenet::first_weight_gradient() const {
    std::vector<float> result(first_weight_.gradient.size());
    for (std::size_t c = 0; c < first_channels; ++c) {
        for (std::size_t tap = 0; tap < taps; ++tap) result[c * taps + tap] = first_weight_.gradient[tap * first_channels + c];
    }
    return result;
}

std::vector<float> Lenet::second_weight_gradient() const {
    std::vector<float> result(second_weight_.gradient.size());
    for (std::size_t c = 0; c < second_channels; ++c) {
        for (std::size_t in = 0; in < first_channels; ++in) {
            for (std::size_t tap = 0; tap < taps; ++tap) {
                result[(c * first_channels + in) * taps + tap] = second_weight_.gradient[(c * taps + tap) * first_channels + in];
            }
        }
    }
    return result;
}

std::vector<float> Lenet::hidden_weight_gradient() const {
    std::vector<float> result(hidden_weight_.gradient.size());
    for (std::size_t unit = 0; unit < units; ++unit) {
        for (std::size_t c = 0; c < second_channels; ++c) {
            for (std::size_t pixel = 0; pixel < b_width * b_width; ++pixel) {
                result[unit * b_size + c * b_width * b_width + pixel] = hidden_weight_.gradient[unit * b_size + pixel * second_channels + c];
            }
        }
    }
    return result;
}

} // namespace xtgrad::benchmarks::floor
