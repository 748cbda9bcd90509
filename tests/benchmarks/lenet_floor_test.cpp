// The floor of W5 against the same network in plain loops and double, whose loss is differenced.

#include <cmath>

#include <doctest/doctest.h>

#include <floor/lenet.hpp>
#include <floor/threads.hpp>

using namespace xtgrad::benchmarks;

namespace {

using Numbers = std::vector<double>;

// One parameter, and what it is moved by: less than the parameters' own type can express.
struct Moved {
    const float* parameter = nullptr;
    double       by        = 0;

    double operator()(const float& number) const { return static_cast<double>(number) + (&number == parameter ? by : 0); }
};

// [outputs, side, side] of relu and pool over a convolution without padding.
Numbers convolved(const Numbers& image, std::size_t width, const ConvolutionData& layer, const Moved& at) {
    const std::size_t out = width - layer.side + 1, half = out / 2;
    Numbers           pooled(layer.outputs * half * half, 0.0);
    for (std::size_t c = 0; c < layer.outputs; ++c) {
        for (std::size_t y = 0; y < out; ++y) {
            for (std::size_t x = 0; x < out; ++x) {
                double sum = at(layer.bias[c]);
                for (std::size_t in = 0; in < layer.inputs; ++in) {
                    for (std::size_t ky = 0; ky < layer.side; ++ky) {
                        for (std::size_t kx = 0; kx < layer.side; ++kx) {
                            sum += at(layer.weight[((c * layer.inputs + in) * layer.side + ky) * layer.side + kx]) *
                                   image[(in * width + y + ky) * width + x + kx];
                        }
                    }
                }
                double& best = pooled[(c * half + y / 2) * half + x / 2];
                best         = std::max(best, sum);
            }
        }
    }
    return pooled;
}

Numbers linear(const Numbers& x, const LayerData<float>& layer, const Moved& at) {
    Numbers y(layer.outputs);
    for (std::size_t unit = 0; unit < layer.outputs; ++unit) {
        y[unit] = at(layer.bias[unit]);
        for (std::size_t i = 0; i < layer.inputs; ++i) y[unit] += at(layer.weight[unit * layer.inputs + i]) * x[i];
    }
    return y;
}

double loss_of(const LenetData& data, const Moved& at = {}) {
    double total = 0;
    for (std::size_t sample = 0; sample < data.batch; ++sample) {
        const auto    first = data.images.begin() + static_cast<std::ptrdiff_t>(sample * LenetData::pixels);
        const Numbers image(first, first + static_cast<std::ptrdiff_t>(LenetData::pixels));
        Numbers       h = linear(convolved(convolved(image, 28, data.first, at), 12, data.second, at), data.hidden, at);
        for (double& unit : h) unit = std::max(unit, 0.0);
        const Numbers z   = linear(h, data.output, at);
        double        sum = 0;
        for (const double logit : z) sum += std::exp(logit);
        total += std::log(sum) - z[static_cast<std::size_t>(data.labels[sample])];
    }
    return total / static_cast<double>(data.batch);
}

// So small that no winner of a pool changes, and large enough for a difference of the losses to keep half its digits.
constexpr double step = 1e-7;

// Six of the gradients, by differences of the loss.
template <class Gradient>
void compare(const LenetData& data, const std::vector<float>& parameter, const Gradient& gradient) {
    double largest = 0;
    for (std::size_t i = 0; i < parameter.size(); ++i) largest = std::max(largest, std::abs(static_cast<double>(gradient[i])));
    for (std::size_t n = 0; n < 6; ++n) {
        const std::size_t place    = n * (parameter.size() - 1) / 5;
        const float*      moved    = &parameter[place];
        const double      expected = (loss_of(data, {moved, step}) - loss_of(data, {moved, -step})) / (2 * step);
        CAPTURE(place);
        CHECK(std::abs(static_cast<double>(gradient[place]) - expected) < 1e-4 * largest);
    }
}

} // namespace

TEST_CASE("The floor of W5 has the loss and the gradients of LeNet") {
    for (const int threads : {1, 2}) {
        xtgrad::benchmarks::floor::set_threads(threads);
        const LenetData                  data(6);
        xtgrad::benchmarks::floor::Lenet lenet(data, xtgrad::benchmarks::floor::Update::sgd);
        CHECK(static_cast<double>(lenet.step()) == doctest::Approx(loss_of(data)).epsilon(1e-5));
        compare(data, data.first.weight, lenet.first_weight_gradient());
        compare(data, data.first.bias, lenet.first_bias().gradient);
        compare(data, data.second.weight, lenet.second_weight_gradient());
        compare(data, data.second.bias, lenet.second_bias().gradient);
        compare(data, data.hidden.weight, lenet.hidden_weight_gradient());
        compare(data, data.hidden.bias, lenet.hidden_bias().gradient);
        compare(data, data.output.weight, lenet.output_weight().gradient);
        compare(data, data.output.bias, lenet.output_bias().gradient);
    }
    xtgrad::benchmarks::floor::set_threads(1);
}

TEST_CASE("The floor of W5 learns what it is shown") {
    using xtgrad::benchmarks::floor::Update;
    for (const auto update : {Update::sgd, Update::adam}) {
        xtgrad::benchmarks::floor::Lenet lenet(LenetData(8), update);
        const float                      before = lenet.step();
        float                            after  = before;
        for (int round = 0; round < 60; ++round) after = lenet.step();
        CHECK(after < before);
    }
}
