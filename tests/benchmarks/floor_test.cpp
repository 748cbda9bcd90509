// The floors of the benchmark compute what xtgrad computes: their gradients, or their parameters after some steps, against the tape's.

#include <cmath>

#include <doctest/doctest.h>

#include <floor/elementwise.hpp>
#include <floor/hamlet.hpp>
#include <floor/mlp.hpp>
#include <floor/small.hpp>
#include <floor/threads.hpp>

#include <xtgrad/autograd.hpp>
#include <xtgrad/nn.hpp>
#include <xtgrad/optim.hpp>

using namespace xtgrad;
using namespace xtgrad::benchmarks;

namespace {

template <class T>
Array<T> as_array(const std::vector<T>& values, const Shape& shape) {
    Array<T> array(shape);
    std::copy(values.begin(), values.end(), array.storage().begin());
    return array;
}

// The largest difference, as a share of the largest number.
template <class T>
double difference(const T* floor, const Array<T>& expected) {
    double largest = 0, most = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        largest = std::max(largest, std::abs(static_cast<double>(expected.data()[i])));
        most    = std::max(most, std::abs(static_cast<double>(floor[i]) - static_cast<double>(expected.data()[i])));
        if (!std::isfinite(static_cast<double>(floor[i]))) return std::numeric_limits<double>::infinity();
    }
    return most / largest;
}

template <class T>
void set_layer(const nn::Parameters<T>& layer, const LayerData<T>& data) {
    layer["weight"].assign(as_array(data.weight, {data.outputs, data.inputs}));
    layer["bias"].assign(as_array(data.bias, {data.outputs}));
}

struct WithThreads {
    explicit WithThreads(int count) { benchmarks::floor::set_threads(count); }
    WithThreads(const WithThreads&)            = delete;
    WithThreads& operator=(const WithThreads&) = delete;
    ~WithThreads() { benchmarks::floor::set_threads(1); }
};

} // namespace

TEST_CASE("The floor of W1 learns XOR as xtgrad does") {
    using D = XorData;
    for (const bool batch : {false, true}) {
        nn::Parameters<double>   parameters;
        const nn::Linear<double> hidden{parameters / "hidden", 2, 2}, output{parameters / "output", 2, 1};
        optim::Sgd<double>       sgd{parameters, {.learning_rate = D::rate}};
        parameters["hidden/weight"].assign({{D::hidden_weight[0][0], D::hidden_weight[0][1]}, {D::hidden_weight[1][0], D::hidden_weight[1][1]}});
        parameters["hidden/bias"].assign({D::hidden_bias[0], D::hidden_bias[1]});
        parameters["output/weight"].assign({{D::output_weight[0], D::output_weight[1]}});
        parameters["output/bias"].assign({D::output_bias[0]});
        benchmarks::floor::Xor floor;

        for (std::size_t step = 0; step < 12; ++step) {
            const std::size_t first = batch ? 0 : step % 4, count = batch ? 4 : 1;
            Array<double>     inputs(Shape{count, 2}), targets(Shape{count, 1});
            for (std::size_t row = 0; row < count; ++row) {
                for (std::size_t column = 0; column < 2; ++column) inputs(row, column) = D::inputs[first + row][column];
                targets(row, 0) = D::targets[first + row];
            }
            Tape       tape;
            const auto loss = nn::half_square_error(sigmoid(output(sigmoid(hidden(inputs)))), targets);
            sgd.step(tape.gradient(loss, parameters));
            batch ? floor.batch_of_four() : floor.one_sample(first);
        }
        const double* p = floor.parameters();
        CHECK(difference(p, parameters["hidden/weight"].value()) < 1e-12);
        CHECK(difference(p + 4, parameters["hidden/bias"].value()) < 1e-12);
        CHECK(difference(p + 6, parameters["output/weight"].value()) < 1e-12);
        CHECK(difference(p + 8, parameters["output/bias"].value()) < 1e-12);
    }
}

TEST_CASE("The floor of W2 has the gradient of the thousandth power") {
    const auto                  start = ChainData::start(4);
    benchmarks::floor::Chain<4> floor(start);
    const double                total = floor.step();

    Tape             tape;
    const auto       x = tape.watch(as_array(start, {4}));
    Variable<double> y = x;
    for (std::size_t n = 0; n < ChainData::operations; ++n) y = y * x;
    const auto target = sum(y);
    CHECK(total == doctest::Approx(target.item()).epsilon(1e-12));
    CHECK(difference(floor.gradient(), tape.gradient(target, x)) < 1e-12);
}

TEST_CASE("The floors of W3 agree with the operations they stand for") {
    // Enough for two threads, and no whole number of vectors.
    const std::size_t              size = 50'003;
    const ElementwiseData          data(size);
    benchmarks::floor::Elementwise floor(data);
    Tape                           tape;
    const auto                     a = tape.watch(as_array(data.a, {size})), b = tape.watch(as_array(data.b, {size}));
    const auto                     target   = sum(tanh(a * b + a));
    const auto                     gradient = tape.gradient(target, std::tuple{a, b});
    for (const int threads : {1, 2}) {
        const WithThreads with(threads);
        for (const auto form : {&benchmarks::floor::Elementwise::two_passes, &benchmarks::floor::Elementwise::single_pass,
                                &benchmarks::floor::Elementwise::operation_by_operation}) {
            CHECK(static_cast<double>((floor.*form)()) == doctest::Approx(static_cast<double>(target.item())).epsilon(1e-4));
            CHECK(difference(floor.gradient_a().data(), std::get<0>(gradient)) < 2e-6);
            CHECK(difference(floor.gradient_b().data(), std::get<1>(gradient)) < 2e-6);
        }
    }
}

TEST_CASE("The floors of W4 have the gradients of the perceptron, and make its steps") {
    using benchmarks::floor::Update;
    for (const std::size_t batch : {1UL, 64UL}) {
        const MlpData           data(batch, 40);
        nn::Parameters<float>   parameters;
        const nn::Linear<float> hidden{parameters / "hidden", 784, 40}, output{parameters / "output", 40, 10};
        const auto              labels   = xt::cast<Index>(as_array(data.labels, {batch}));
        const auto              gradient = [&] {
            Tape tape;
            return tape.gradient(nn::cross_entropy(output(sigmoid(hidden(as_array(data.images, {batch, 784})))), labels), parameters);
        };
        for (const auto update : {Update::sgd, Update::folded, Update::adam}) {
            for (const int threads : {1, 2}) {
                const WithThreads with(threads);
                set_layer(parameters / "hidden", data.hidden);
                set_layer(parameters / "output", data.output);
                const auto             first = gradient();
                benchmarks::floor::Mlp floor(data, update);
                floor.step();
                CHECK(difference(floor.hidden().bias_gradient.data(), first[hidden.bias()]) < 1e-5);
                CHECK(difference(floor.output().bias_gradient.data(), first[output.bias()]) < 1e-5);
                if (update != Update::folded) {
                    CHECK(difference(floor.hidden().weight_gradient.data(), first[hidden.weight()]) < 1e-5);
                    CHECK(difference(floor.output().weight_gradient.data(), first[output.weight()]) < 1e-5);
                }
                if (update == Update::adam) {
                    optim::Adam<float> adam{parameters, {.learning_rate = adam_rate}};
                    adam.step(first);
                    adam.step(gradient());
                } else {
                    optim::Sgd<float> sgd{parameters, {.learning_rate = sgd_rate}};
                    sgd.step(first);
                    sgd.step(gradient());
                }
                floor.step();
                CHECK(difference(floor.hidden().weight.data(), hidden.weight().value()) < 1e-4);
                CHECK(difference(floor.output().weight.data(), output.weight().value()) < 1e-4);
                CHECK(difference(floor.hidden().bias.data(), hidden.bias().value()) < 1e-4);
                CHECK(difference(floor.output().bias.data(), output.bias().value()) < 1e-4);
            }
        }
    }
}

TEST_CASE("The floors of W8 have the gradient of the layer") {
    const HamletData         data;
    nn::Parameters<double>   parameters;
    const nn::Linear<double> layer{parameters / "layer", HamletData::pixels, HamletData::classes};
    set_layer(parameters / "layer", data.layer);
    Tape               tape;
    const auto         loss     = nn::half_square_error(sigmoid(layer(as_array(data.images, {HamletData::batch, HamletData::pixels}))),
                                                        as_array(data.targets, {HamletData::batch, HamletData::classes}));
    const auto         gradient = tape.gradient(loss, parameters);
    optim::Sgd<double> sgd{parameters, {.learning_rate = HamletData::rate}};
    sgd.step(gradient);
    for (const int threads : {1, 2}) {
        const WithThreads with(threads);
        for (const bool folded : {false, true}) {
            benchmarks::floor::Hamlet floor(data, folded);
            CHECK(floor.step() == doctest::Approx(loss.item()).epsilon(1e-12));
            if (!folded) CHECK(difference(floor.weight_gradient().data(), gradient[layer.weight()]) < 1e-11);
            CHECK(difference(floor.bias_gradient().data(), gradient[layer.bias()]) < 1e-11);
            CHECK(difference(floor.weight().data(), layer.weight().value()) < 1e-12);
        }
    }
}
