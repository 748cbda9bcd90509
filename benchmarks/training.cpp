#include "training.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <numeric>
#include <optional>

#include <xtgrad/datasets/mnist.hpp>

namespace xtgrad::benchmarks {

namespace {

void draw(std::vector<float>& weight, std::vector<float>& bias, double fan_in, double fan_out, unsigned seed) {
    const double bound = std::sqrt(6 / (fan_in + fan_out));
    weight             = uniform_numbers<float>(weight.size(), seed, -bound, bound);
    std::fill(bias.begin(), bias.end(), 0.0F);
}

void draw(LayerData<float>& layer, unsigned seed) {
    draw(layer.weight, layer.bias, static_cast<double>(layer.inputs), static_cast<double>(layer.outputs), seed);
}

void draw(ConvolutionData& layer, unsigned seed) {
    const auto area = static_cast<double>(layer.side * layer.side);
    draw(layer.weight, layer.bias, area * static_cast<double>(layer.inputs), area * static_cast<double>(layer.outputs), seed);
}

struct Images {
    std::vector<float>        pixels;
    std::vector<std::int64_t> labels;

    explicit Images(const datasets::ImageSet& set) : pixels(set.images.size()), labels(set.labels.storage().begin(), set.labels.storage().end()) {
        std::transform(set.images.storage().begin(), set.images.storage().end(), pixels.begin(),
                       [](std::uint8_t pixel) { return static_cast<float>(pixel) / 255.0F; });
    }
    std::size_t size() const { return labels.size(); }
};

// Of the whole batches; the few images that are left over are not asked.
double accuracy(const Images& test, const Trainee& trainee) {
    std::size_t               asked = 0, right = 0;
    std::vector<std::int64_t> answers(Course::batch);
    for (; asked + Course::batch <= test.size(); asked += Course::batch) {
        trainee.answers(test.pixels.data() + asked * MlpData::pixels, answers);
        for (std::size_t row = 0; row < Course::batch; ++row) right += answers[row] == test.labels[asked + row] ? 1 : 0;
    }
    return static_cast<double>(right) / static_cast<double>(asked);
}

} // namespace

MlpData mlp_to_train(int seed) {
    MlpData    data(Course::batch, 128);
    const auto first = static_cast<unsigned>(seed) * 100;
    draw(data.hidden, first + 1);
    draw(data.output, first + 2);
    return data;
}

LenetData lenet_to_train(int seed) {
    LenetData  data(Course::batch);
    const auto first = static_cast<unsigned>(seed) * 100;
    draw(data.first, first + 1);
    draw(data.second, first + 2);
    draw(data.hidden, first + 3);
    draw(data.output, first + 4);
    return data;
}

void train(const Course& course, int seed, const Trainee& trainee) {
    using Clock                     = std::chrono::steady_clock;
    const datasets::Mnist     mnist = datasets::load_mnist();
    const Images              training(mnist.train), test(mnist.test);
    std::vector<std::size_t>  order(training.size());
    std::vector<float>        images(Course::batch * MlpData::pixels);
    std::vector<std::int64_t> labels(Course::batch);
    std::mt19937              generator(static_cast<unsigned>(seed));
    std::iota(order.begin(), order.end(), std::size_t{0});

    const std::size_t     steps_an_epoch = training.size() / Course::batch;
    std::size_t           steps          = 0;
    double                seconds = 0, after_fixed = 0;
    std::optional<double> seconds_to_goal;
    for (std::size_t epoch = 0; epoch < course.most_epochs && (epoch < course.fixed_epochs || !seconds_to_goal); ++epoch) {
        // Fisher and Yates; std::shuffle differs between libraries.
        for (std::size_t left = order.size(); left > 1; --left) std::swap(order[left - 1], order[generator() % left]);
        auto start = Clock::now();
        for (std::size_t step = 0; step < steps_an_epoch; ++step) {
            for (std::size_t row = 0; row < Course::batch; ++row) {
                const std::size_t sample = order[step * Course::batch + row];
                std::copy_n(training.pixels.data() + sample * MlpData::pixels, MlpData::pixels, images.data() + row * MlpData::pixels);
                labels[row] = training.labels[sample];
            }
            trainee.step(images.data(), labels.data());
            ++steps;
            if (step + 1 != steps_an_epoch / 2 && step + 1 != steps_an_epoch) continue;
            seconds += std::chrono::duration<double>(Clock::now() - start).count();
            const double share = accuracy(test, trainee);
            if (!seconds_to_goal && share >= course.goal) seconds_to_goal = seconds;
            if (steps == course.fixed_epochs * steps_an_epoch) after_fixed = share;
            start = Clock::now();
        }
    }
    std::cout << "{\"steps_per_second\": " << static_cast<double>(steps) / seconds << ", \"fixed_steps\": " << course.fixed_epochs * steps_an_epoch
              << ", \"accuracy\": " << after_fixed << ", \"goal\": " << course.goal << ", \"seconds_to_goal\": ";
    seconds_to_goal ? std::cout << *seconds_to_goal : std::cout << "null";
    std::cout << ", \"subset\": " << (mnist.is_subset ? "true" : "false") << "}\n";
}

} // namespace xtgrad::benchmarks
