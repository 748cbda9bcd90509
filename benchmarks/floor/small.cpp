#include "small.hpp"

#include <cmath>

namespace xtgrad::benchmarks::floor {

namespace {
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
} // namespace

Xor::Xor()
    : p_{XorData::hidden_weight[0][0], XorData::hidden_weight[0][1], XorData::hidden_weight[1][0],
         XorData::hidden_weight[1][1], XorData::hidden_bias[0],      XorData::hidden_bias[1],
         XorData::output_weight[0],    XorData::output_weight[1],    XorData::output_bias[0]} {}

void Xor::add_gradient(std::size_t sample, double (&g)[count]) const {
    const double x0 = XorData::inputs[sample][0], x1 = XorData::inputs[sample][1];
    const double h0 = sigmoid(p_[0] * x0 + p_[1] * x1 + p_[4]), h1 = sigmoid(p_[2] * x0 + p_[3] * x1 + p_[5]);
    const double y  = sigmoid(p_[6] * h0 + p_[7] * h1 + p_[8]);
    const double dy = (y - XorData::targets[sample]) * y * (1 - y);
    const double d0 = dy * p_[6] * h0 * (1 - h0), d1 = dy * p_[7] * h1 * (1 - h1);
    g[0] += d0 * x0;
    g[1] += d0 * x1;
    g[2] += d1 * x0;
    g[3] += d1 * x1;
    g[4] += d0;
    g[5] += d1;
    g[6] += dy * h0;
    g[7] += dy * h1;
    g[8] += dy;
}

void Xor::one_sample(std::size_t sample) {
    double g[count] = {};
    add_gradient(sample, g);
    for (std::size_t i = 0; i < count; ++i) p_[i] -= XorData::rate * g[i];
}

void Xor::batch_of_four() {
    double g[count] = {};
    for (std::size_t sample = 0; sample < 4; ++sample) add_gradient(sample, g);
    for (std::size_t i = 0; i < count; ++i) p_[i] -= XorData::rate / 4 * g[i];
}

template <std::size_t elements>
Chain<elements>::Chain(const std::vector<double>& x) : x_(x), y_((ChainData::operations + 1) * elements), gradient_(elements) {}

template <std::size_t elements>
double Chain<elements>::step() {
    const double* x      = x_.data();
    double* __restrict y = y_.data();
    for (std::size_t e = 0; e < elements; ++e) y[e] = x[e];
    for (std::size_t n = 1; n <= ChainData::operations; ++n) {
        for (std::size_t e = 0; e < elements; ++e) y[n * elements + e] = y[(n - 1) * elements + e] * x[e];
    }
    double total = 0;
    for (std::size_t e = 0; e < elements; ++e) total += y[ChainData::operations * elements + e];
    double g[elements], gx[elements] = {};
    for (std::size_t e = 0; e < elements; ++e) g[e] = 1;
    for (std::size_t n = ChainData::operations; n > 0; --n) {
        for (std::size_t e = 0; e < elements; ++e) {
            gx[e] += g[e] * y[(n - 1) * elements + e];
            g[e] *= x[e];
        }
    }
    for (std::size_t e = 0; e < elements; ++e) gradient_[e] = gx[e] + g[e];
    return total;
}

template class Chain<1>;
template class Chain<4>;

} // namespace xtgrad::benchmarks::floor
