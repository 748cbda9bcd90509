// The floors of W5b, W7 and the reductions against plain loops in double.

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include <floor/convolution.hpp>
#include <floor/determinant.hpp>
#include <floor/reduction.hpp>
#include <floor/threads.hpp>

#include <xtgrad/array/array.hpp>
#include <xtgrad/nn/activations.hpp>

using namespace xtgrad::benchmarks;

namespace {

using Numbers = std::vector<double>;

// The largest difference, as a share of the largest number.
template <class Floor>
double difference(const Floor& floor, const Numbers& expected) {
    double largest = 0, most = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        largest = std::max(largest, std::abs(expected[i]));
        most    = std::max(most, std::abs(static_cast<double>(floor[i]) - expected[i]));
        if (!std::isfinite(static_cast<double>(floor[i]))) return std::numeric_limits<double>::infinity();
    }
    return most / largest;
}

template <std::size_t inputs, std::size_t outputs, std::size_t side>
void check_convolution() {
    const ConvolutionStepData data(inputs, outputs, side);
    constexpr std::size_t     batch = ConvolutionStepData::batch, width = ConvolutionStepData::width, margin = side / 2;
    Numbers                   y(batch * outputs * width * width), dx(data.images.size()), dw(data.layer.weight.size());
    for (std::size_t n = 0; n < batch; ++n) {
        for (std::size_t out = 0; out < outputs; ++out) {
            for (std::size_t row = 0; row < width; ++row) {
                for (std::size_t column = 0; column < width; ++column) {
                    const std::size_t of_y = ((n * outputs + out) * width + row) * width + column;
                    const double      g    = static_cast<double>(data.cotangent[of_y]);
                    for (std::size_t in = 0; in < inputs; ++in) {
                        for (std::size_t ky = 0; ky < side; ++ky) {
                            for (std::size_t kx = 0; kx < side; ++kx) {
                                const std::size_t from_row = row + ky - margin, from_column = column + kx - margin;
                                if (from_row >= width || from_column >= width) continue; // below 0 too
                                const std::size_t of_x = ((n * inputs + in) * width + from_row) * width + from_column;
                                const std::size_t of_w = ((out * inputs + in) * side + ky) * side + kx;
                                y[of_y] += static_cast<double>(data.images[of_x]) * static_cast<double>(data.layer.weight[of_w]);
                                dx[of_x] += g * static_cast<double>(data.layer.weight[of_w]);
                                dw[of_w] += g * static_cast<double>(data.images[of_x]);
                            }
                        }
                    }
                }
            }
        }
    }
    for (const int threads : {1, 2}) {
        floor::set_threads(threads);
        floor::Convolution<inputs, outputs, side> convolution(data);
        convolution.step();
        CHECK(difference(convolution.result(), y) < 1e-5);
        CHECK(difference(convolution.image_gradient(), dx) < 1e-5);
        CHECK(difference(convolution.weight_gradient(), dw) < 1e-5);
    }
    floor::set_threads(1);
}

} // namespace

TEST_CASE("The floors of W5b are the convolution and its gradients") {
    check_convolution<32, 64, 3>();
    check_convolution<64, 64, 1>();
}

TEST_CASE("The floor of W7 has the gradients of its differences") {
    const DeterminantData data(20);
    const auto            value = [](const DeterminantData& at) { return floor::Determinant(at).step(); };
    floor::Determinant    determinant(data);
    determinant.step();
    constexpr double step = 1e-5;
    for (const std::size_t i : {0UL, 7UL, 19UL}) {
        for (const std::size_t j : {0UL, 3UL, 19UL}) {
            // Of a symmetric matrix both entries move.
            const auto moved = [&](double by) {
                DeterminantData at = data;
                at.a[i * 20 + j] += by;
                if (i != j) at.a[j * 20 + i] += by;
                return value(at);
            };
            const double expected = (moved(step) - moved(-step)) / (2 * step);
            const double gradient = determinant.gradient_a()[i * 20 + j] + (i != j ? determinant.gradient_a()[j * 20 + i] : 0);
            CHECK(gradient == doctest::Approx(expected).epsilon(1e-6));
        }
        const auto moved = [&](double by) {
            DeterminantData at = data;
            at.x[i] += by;
            return value(at);
        };
        CHECK(determinant.gradient_x()[i] == doctest::Approx((moved(step) - moved(-step)) / (2 * step)).epsilon(1e-6));
    }
}

TEST_CASE("The floors of the reductions reduce as xtgrad does") {
    const ReductionData   data;
    constexpr std::size_t n = ReductionData::extent;
    xtgrad::Array<float>  array(xtgrad::Shape{n, n, n});
    std::copy(data.x.begin(), data.x.end(), array.storage().begin());
    const xtgrad::Variable<float> x(array);
    const auto                    numbers = [](const xtgrad::Variable<float>& result) {
        return Numbers(result.value().storage().begin(), result.value().storage().end());
    };
    for (const int threads : {1, 2}) {
        floor::set_threads(threads);
        for (const int axis : {-1, 0, 1, 2}) {
            CAPTURE(axis);
            floor::Reduction reduction(data, axis);
            reduction.sum();
            CHECK(difference(reduction.result(), numbers(axis < 0 ? sum(x) : sum(x, axis))) < 1e-4);
            reduction.mean();
            CHECK(difference(reduction.result(), numbers(axis < 0 ? mean(x) : mean(x, axis))) < 1e-4);
            reduction.amax();
            CHECK(difference(reduction.result(), numbers(axis < 0 ? amax(x) : amax(x, axis))) == 0);
            reduction.logsumexp();
            CHECK(difference(reduction.result(), numbers(axis < 0 ? logsumexp(x) : logsumexp(x, axis))) < 1e-5);
            if (axis < 0) continue;
            reduction.softmax();
            CHECK(difference(reduction.result(), numbers(xtgrad::nn::softmax(x, axis))) < 1e-5);
        }
    }
    floor::set_threads(1);
}
