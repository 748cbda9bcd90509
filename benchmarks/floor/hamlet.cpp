#include "hamlet.hpp"

#include <array>
#include <cmath>

#include <cblas.h>

#include "threads.hpp"

namespace xtgrad::benchmarks::floor {

namespace {
constexpr std::size_t batch = HamletData::batch, pixels = HamletData::pixels, classes = HamletData::classes;
constexpr double      rate = HamletData::rate;

int as_int(std::size_t n) { return static_cast<int>(n); }
} // namespace

Hamlet::Hamlet(const HamletData& data, bool folded)
    : folded_(folded), images_(data.images), targets_(data.targets), weight_(data.layer.weight), bias_(data.layer.bias),
      weight_gradient_(folded ? 0 : weight_.size()), bias_gradient_(classes), z_(batch * classes) {}

double Hamlet::step() {
    std::array<std::array<double, classes + 1>, 256> partial{}; // of the bias' gradient and of the loss
    in_parts([&](std::size_t part) {
        const Span   rows  = share(batch, part);
        double*      z     = z_.data() + rows.begin * classes;
        const double scale = 1 / static_cast<double>(batch);
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, as_int(rows.end - rows.begin), classes, pixels, 1, images_.data() + rows.begin * pixels,
                    pixels, weight_.data(), pixels, 0, z, classes);
        const double* bias = bias_.data();
        double        y[classes], sums[classes] = {}, loss = 0;
        for (std::size_t row = rows.begin; row < rows.end; ++row) {
            double* __restrict line = z_.data() + row * classes;
            const double* target    = targets_.data() + row * classes;
            for (std::size_t j = 0; j < classes; ++j) y[j] = 1 / (1 + std::exp(-(line[j] + bias[j])));
            for (std::size_t j = 0; j < classes; ++j) {
                const double difference = y[j] - target[j];
                loss += difference * difference;
                line[j] = scale * difference * y[j] * (1 - y[j]);
                sums[j] += line[j];
            }
        }
        for (std::size_t j = 0; j < classes; ++j) partial[part][j] = sums[j];
        partial[part][classes] = 0.5 * scale * loss;
    });
    // The gradient by pixels, of which each part has a piece.
    in_parts([&](std::size_t part) {
        const Span span   = share(pixels, part, 8);
        double*    target = (folded_ ? weight_.data() : weight_gradient_.data()) + span.begin;
        cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, classes, as_int(span.end - span.begin), batch, folded_ ? -rate : 1, z_.data(), classes,
                    images_.data() + span.begin, pixels, folded_ ? 1 : 0, target, pixels);
    });
    double loss = 0;
    for (std::size_t j = 0; j < classes; ++j) bias_gradient_[j] = 0;
    for (std::size_t part = 0; part < thread_count(); ++part) {
        for (std::size_t j = 0; j < classes; ++j) bias_gradient_[j] += partial[part][j];
        loss += partial[part][classes];
    }
    for (std::size_t i = 0; i < weight_gradient_.size(); ++i) weight_[i] -= rate * weight_gradient_[i];
    for (std::size_t j = 0; j < classes; ++j) bias_[j] -= rate * bias_gradient_[j];
    return loss;
}

} // namespace xtgrad::benchmarks::floor
