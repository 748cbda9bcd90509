#include "classifier.hpp"

namespace xtgrad::benchmarks {

namespace {

void set_convolution(const nn::Parameters<float>& layer, const ConvolutionData& data) {
    layer["weight"].assign(as_array<float>(data.weight, {data.outputs, data.inputs, data.side, data.side}));
    layer["bias"].assign(as_array<float>(data.bias, {data.outputs}));
}

struct Lenet {
    nn::Conv2d<float> first, second;
    nn::Linear<float> hidden, output;

    Lenet(const nn::Parameters<float>& p, const LenetData& data)
        : first(p / "first", 1, 16, 5), second(p / "second", 16, 32, 5), hidden(p / "hidden", 512, 128), output(p / "output", 128, 10) {
        set_convolution(p / "first", data.first);
        set_convolution(p / "second", data.second);
        set_layer(p / "hidden", data.hidden);
        set_layer(p / "output", data.output);
    }
    Variable<float> operator()(const Variable<float>& x) const {
        const auto a = max_pool2d(relu(first(x)), 2), b = max_pool2d(relu(second(a)), 2);
        return output(relu(hidden(reshape(b, {-1, 512}))));
    }
};

template <class Optimizer>
void add_lenet(Program& program, const std::string& name, float rate) {
    program.add("W5/lenet/" + name, [rate] {
        const LenetData data;
        return training_step<Lenet, Optimizer>(data, {data.batch, 1, 28, 28}, rate);
    });
}

void add_convolution(Program& program, const std::string& name, std::size_t inputs, std::size_t outputs, std::size_t side) {
    program.add("W5b/conv/" + name, [=] {
        const ConvolutionStepData data(inputs, outputs, side);
        const auto                images = [&](const std::vector<float>& values, std::size_t channels) {
            return Variable<float>(as_array<float>(values, {data.batch, channels, data.width, data.width}));
        };
        return
            [images = images(data.images, inputs), cotangent = images(data.cotangent, outputs),
             kernels = Variable<float>(as_array<float>(data.layer.weight, {outputs, inputs, side, side})), padding = static_cast<Index>(side / 2)] {
                Tape       tape;
                const auto x = tape.watch(images), weight = tape.watch(kernels);
                benchmark::DoNotOptimize(tape.gradient(conv2d(x, weight, {.padding = padding}), std::tuple{x, weight}, seed(cotangent)));
            };
    });
}

} // namespace

void add_convolutions(Program& program) {
    add_lenet<optim::Sgd<float>>(program, "sgd", sgd_rate);
    add_lenet<optim::Adam<float>>(program, "adam", adam_rate);
    add_convolution(program, "3x3", 32, 64, 3);
    add_convolution(program, "1x1", 64, 64, 1);
    program.add_training("W6/lenet", [](int seed) { train_network<Lenet>(lenet_course, seed, lenet_to_train(seed), {Course::batch, 1, 28, 28}); });
}

} // namespace xtgrad::benchmarks
