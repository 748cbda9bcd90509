#include "mlp.hpp"

#include <cmath>

#include <cblas.h>

#include "threads.hpp"

namespace xtgrad::benchmarks::floor {

namespace {

int as_int(std::size_t n) { return static_cast<int>(n); }

} // namespace

Layer::Layer(const LayerData<float>& data, Update update)
    : inputs(data.inputs), outputs(data.outputs), weight(data.weight), bias(data.bias), weight_gradient(update == Update::folded ? 0 : weight.size()),
      bias_gradient(outputs), weight_first(update == Update::adam ? weight.size() : 0), weight_second(weight_first.size()),
      bias_first(update == Update::adam ? outputs : 0), bias_second(bias_first.size()) {}

Mlp::Mlp(const MlpData& data, Update update)
    : batch_(data.batch), update_(update), rate_(update == Update::adam ? adam_rate : sgd_rate), images_(data.images), labels_(data.labels),
      hidden_(data.hidden, update), output_(data.output, update), h_(batch_ * hidden_.outputs), dh_(h_.size()), z_(batch_ * output_.outputs) {}

void Mlp::load(const float* images, const std::int64_t* labels) {
    std::copy_n(images, images_.size(), images_.data());
    std::copy_n(labels, batch_, labels_.data());
}

// h = σ(x·Wᵀ + b), by hidden units: each part has a piece of W for itself. z = h·Vᵀ.
void Mlp::forward(const float* images) {
    const std::size_t in = hidden_.inputs, units = hidden_.outputs, classes = output_.outputs;
    in_parts([&](std::size_t part) {
        const Span span = share(units, part, 16);
        if (span.begin == span.end) return;
        float* h = h_.data() + span.begin;
        if (batch_ == 1) {
            cblas_sgemv(CblasRowMajor, CblasNoTrans, as_int(span.end - span.begin), as_int(in), 1, hidden_.weight.data() + span.begin * in,
                        as_int(in), images, 1, 0, h, 1);
        } else {
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, as_int(batch_), as_int(span.end - span.begin), as_int(in), 1, images, as_int(in),
                        hidden_.weight.data() + span.begin * in, as_int(in), 0, h, as_int(units));
        }
        const float* bias = hidden_.bias.data() + span.begin;
        for (std::size_t row = 0; row < batch_; ++row) {
            float* __restrict line = h + row * units;
            for (std::size_t unit = 0; unit < span.end - span.begin; ++unit) line[unit] = 1 / (1 + std::exp(-(line[unit] + bias[unit])));
        }
    });
    if (batch_ == 1) {
        cblas_sgemv(CblasRowMajor, CblasNoTrans, as_int(classes), as_int(units), 1, output_.weight.data(), as_int(units), h_.data(), 1, 0, z_.data(),
                    1);
    } else {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, as_int(batch_), as_int(classes), as_int(units), 1, h_.data(), as_int(units),
                    output_.weight.data(), as_int(units), 0, z_.data(), as_int(classes));
    }
}

// z becomes (softmax(z + c) − one-hot) / batch.
float Mlp::loss_and_cotangent() {
    constexpr std::size_t classes   = MlpData::classes;
    const float           share     = 1 / static_cast<float>(batch_);
    float                 loss      = 0;
    const float*          bias      = output_.bias.data();
    float* __restrict bias_gradient = output_.bias_gradient.data();
    for (std::size_t j = 0; j < classes; ++j) bias_gradient[j] = 0;
    for (std::size_t row = 0; row < batch_; ++row) {
        float* __restrict z = z_.data() + row * classes;
        float largest       = z[0] + bias[0];
        for (std::size_t j = 0; j < classes; ++j) {
            z[j] += bias[j];
            largest = std::max(largest, z[j]);
        }
        const std::size_t label = static_cast<std::size_t>(labels_[row]);
        const float       right = z[label] - largest;
        float             sum   = 0;
        for (std::size_t j = 0; j < classes; ++j) {
            z[j] = std::exp(z[j] - largest);
            sum += z[j];
        }
        loss += std::log(sum) - right;
        const float scale = share / sum;
        for (std::size_t j = 0; j < classes; ++j) z[j] *= scale;
        z[label] -= share;
        for (std::size_t j = 0; j < classes; ++j) bias_gradient[j] += z[j];
    }
    return loss * share;
}

// The cotangent of h, before the output's weights change; then their gradient.
void Mlp::backward_output() {
    const std::size_t units = output_.inputs, classes = output_.outputs;
    const bool        folded  = update_ == Update::folded;
    float*            target  = folded ? output_.weight.data() : output_.weight_gradient.data();
    const auto        product = [&] {
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, as_int(classes), as_int(units), as_int(batch_), folded ? -rate_ : 1, z_.data(),
                           as_int(classes), h_.data(), as_int(units), folded ? 1 : 0, target, as_int(units));
    };
    if (batch_ == 1) {
        cblas_sgemv(CblasRowMajor, CblasTrans, as_int(classes), as_int(units), 1, output_.weight.data(), as_int(units), z_.data(), 1, 0, dh_.data(),
                    1);
        for (std::size_t j = 0; j < classes; ++j) {
            const float g          = z_[j] * (folded ? -rate_ : 1);
            float* __restrict line = target + j * units;
            const float* h         = h_.data();
            if (folded) {
                for (std::size_t unit = 0; unit < units; ++unit) line[unit] += g * h[unit];
            } else {
                for (std::size_t unit = 0; unit < units; ++unit) line[unit] = g * h[unit];
            }
        }
        return;
    }
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, as_int(batch_), as_int(units), as_int(classes), 1, z_.data(), as_int(classes),
                output_.weight.data(), as_int(units), 0, dh_.data(), as_int(units));
    product();
}

// By hidden units again: the cotangent before σ, the gradient of W's rows, and their update while they are in the cache.
void Mlp::backward_hidden() {
    const std::size_t in = hidden_.inputs, units = hidden_.outputs;
    const AdamFactors factors(rate_, steps_ + 1);
    in_parts([&](std::size_t part) {
        const Span span = share(units, part, 16);
        if (span.begin == span.end) return;
        const std::size_t width         = span.end - span.begin;
        float* __restrict bias_gradient = hidden_.bias_gradient.data() + span.begin;
        for (std::size_t unit = 0; unit < width; ++unit) bias_gradient[unit] = 0;
        for (std::size_t row = 0; row < batch_; ++row) {
            const float* __restrict h = h_.data() + row * units + span.begin;
            float* __restrict d       = dh_.data() + row * units + span.begin;
            for (std::size_t unit = 0; unit < width; ++unit) {
                d[unit] *= h[unit] * (1 - h[unit]);
                bias_gradient[unit] += d[unit];
            }
        }
        const bool   folded = update_ == Update::folded;
        float*       weight = hidden_.weight.data() + span.begin * in;
        float*       target = folded ? weight : hidden_.weight_gradient.data() + span.begin * in;
        const float* x      = images_.data();
        if (batch_ == 1) {
            for (std::size_t unit = 0; unit < width; ++unit) {
                const float g          = dh_[span.begin + unit] * (folded ? -rate_ : 1);
                float* __restrict line = target + unit * in;
                if (folded) {
                    for (std::size_t k = 0; k < in; ++k) line[k] += g * x[k];
                } else {
                    for (std::size_t k = 0; k < in; ++k) line[k] = g * x[k];
                }
            }
        } else {
            cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, as_int(width), as_int(in), as_int(batch_), folded ? -rate_ : 1,
                        dh_.data() + span.begin, as_int(units), x, as_int(in), folded ? 1 : 0, target, as_int(in));
        }
        if (update_ == Update::sgd) {
            const float* __restrict g = target;
            float* __restrict p       = weight;
            for (std::size_t i = 0; i < width * in; ++i) p[i] -= rate_ * g[i];
        } else if (update_ == Update::adam) {
            adam(factors, span.begin * in, span.end * in, hidden_.weight.data(), hidden_.weight_first.data(), hidden_.weight_second.data(),
                 hidden_.weight_gradient.data());
        }
    });
}

float Mlp::step() {
    forward(images_.data());
    const float loss = loss_and_cotangent();
    backward_output();
    backward_hidden();
    ++steps_;
    const AdamFactors factors(rate_, steps_);
    const auto        descend = [&](Buffer<float>& parameter, const Buffer<float>& gradient) {
        float* __restrict p       = parameter.data();
        const float* __restrict g = gradient.data();
        for (std::size_t i = 0; i < gradient.size(); ++i) p[i] -= rate_ * g[i];
    };
    const auto adapt = [&](Buffer<float>& parameter, Buffer<float>& first, Buffer<float>& second, const Buffer<float>& gradient) {
        adam(factors, 0, gradient.size(), parameter.data(), first.data(), second.data(), gradient.data());
    };
    if (update_ == Update::adam) {
        adapt(hidden_.bias, hidden_.bias_first, hidden_.bias_second, hidden_.bias_gradient);
        adapt(output_.weight, output_.weight_first, output_.weight_second, output_.weight_gradient);
        adapt(output_.bias, output_.bias_first, output_.bias_second, output_.bias_gradient);
    } else {
        descend(hidden_.bias, hidden_.bias_gradient);
        descend(output_.weight, output_.weight_gradient); // of size 0 where it is folded
        descend(output_.bias, output_.bias_gradient);
    }
    return loss;
}

void Mlp::answers(const float* images, std::vector<std::int64_t>& to) {
    constexpr std::size_t classes = MlpData::classes;
    forward(images);
    for (std::size_t row = 0; row < batch_; ++row) {
        std::size_t best = 0;
        for (std::size_t j = 1; j < classes; ++j) {
            if (z_[row * classes + j] + output_.bias[j] > z_[row * classes + best] + output_.bias[best]) best = j;
        }
        to[row] = static_cast<std::int64_t>(best);
    }
}

} // namespace xtgrad::benchmarks::floor
