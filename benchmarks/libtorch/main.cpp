// libtorch's side of the workloads, in its C++ API.

#include <cstdlib>
#include <memory>

#include <torch/torch.h>

#include "../data.hpp"
#include "../program.hpp"
#include "../training.hpp"

extern "C" void openblas_set_num_threads(int) __attribute__((weak));

using namespace xtgrad::benchmarks;

namespace {

template <class T>
torch::Tensor tensor_of(const std::vector<T>& values, torch::IntArrayRef shape) {
    return torch::from_blob(const_cast<T*>(values.data()), shape, torch::CppTypeToScalarType<T>::value).clone();
}

template <class T>
void set_layer(torch::nn::Linear& layer, const LayerData<T>& data) {
    const torch::NoGradGuard constant;
    layer->to(torch::CppTypeToScalarType<T>::value);
    layer->weight.copy_(tensor_of(data.weight, {static_cast<long>(data.outputs), static_cast<long>(data.inputs)}));
    layer->bias.copy_(tensor_of(data.bias, {static_cast<long>(data.outputs)}));
}

struct XorNetwork {
    torch::nn::Linear hidden{2, 2}, output{2, 1};
    torch::optim::SGD sgd;

    XorNetwork() : sgd(parameters(), torch::optim::SGDOptions(XorData::rate)) {}

    std::vector<torch::Tensor> parameters() {
        hidden->to(torch::kFloat64);
        output->to(torch::kFloat64);
        auto all = hidden->parameters();
        for (const auto& parameter : output->parameters()) all.push_back(parameter);
        return all;
    }
    void step(const torch::Tensor& x, const torch::Tensor& target) {
        sgd.zero_grad();
        const auto y    = torch::sigmoid(output(torch::sigmoid(hidden(x))));
        const auto loss = 0.5 * torch::mse_loss(y, target);
        loss.backward();
        sgd.step();
    }
};

void add_small(Program& program) {
    const auto inputs  = torch::tensor({0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0}, torch::kFloat64).reshape({4, 2});
    const auto targets = torch::tensor({0.0, 1.0, 1.0, 0.0}, torch::kFloat64).reshape({4, 1});
    program.add(
        "W1/xor/batch:1",
        [=] {
            std::vector<std::pair<torch::Tensor, torch::Tensor>> samples;
            for (long row = 0; row < 4; ++row) samples.emplace_back(inputs.slice(0, row, row + 1), targets.slice(0, row, row + 1));
            return [network = std::make_shared<XorNetwork>(), samples] {
                for (const auto& [x, target] : samples) network->step(x, target);
            };
        },
        4);
    program.add("W1/xor/batch:4", [=] { return [network = std::make_shared<XorNetwork>(), inputs, targets] { network->step(inputs, targets); }; });
    for (const std::size_t elements : {4UL, 1UL}) {
        program.add(
            "W2/chain/elements:" + std::to_string(elements),
            [elements] {
                const auto x = tensor_of(ChainData::start(elements), {static_cast<long>(elements)}).requires_grad_();
                return [x] {
                    x.mutable_grad().reset();
                    auto y = x;
                    for (std::size_t n = 0; n < ChainData::operations; ++n) y = y * x;
                    y.sum().backward();
                };
            },
            ChainData::operations);
    }
}

void add_elementwise(Program& program) {
    // libtorch has no other form: `map` is compared with the same operations.
    for (const char* name : {"W3/map", "W3/operations"}) {
        for (const std::size_t size : {1'000UL, 100'000UL, 1'000'000UL}) {
            program.add(
                std::string(name) + "/size:" + std::to_string(size),
                [size] {
                    const ElementwiseData data(size);
                    const auto            a = tensor_of(data.a, {static_cast<long>(size)}).requires_grad_();
                    const auto            b = tensor_of(data.b, {static_cast<long>(size)}).requires_grad_();
                    return [a, b] {
                        a.mutable_grad().reset();
                        b.mutable_grad().reset();
                        torch::tanh(a * b + a).sum().backward();
                    };
                },
                static_cast<double>(size));
        }
    }
}

struct Mlp {
    torch::nn::Linear                        hidden, output;
    torch::Tensor                            images, labels;
    std::unique_ptr<torch::optim::Optimizer> optimizer;

    Mlp(const MlpData& data, bool adam)
        : hidden(784, static_cast<long>(data.hidden.outputs)), output(static_cast<long>(data.hidden.outputs), 10),
          images(tensor_of(data.images, {static_cast<long>(data.batch), 784})), labels(tensor_of(data.labels, {static_cast<long>(data.batch)})) {
        set_layer(hidden, data.hidden);
        set_layer(output, data.output);
        auto parameters = hidden->parameters();
        for (const auto& parameter : output->parameters()) parameters.push_back(parameter);
        if (adam) {
            optimizer = std::make_unique<torch::optim::Adam>(parameters, torch::optim::AdamOptions(adam_rate));
        } else {
            optimizer = std::make_unique<torch::optim::SGD>(parameters, torch::optim::SGDOptions(sgd_rate));
        }
    }
    torch::Tensor operator()(const torch::Tensor& x) { return output(torch::sigmoid(hidden(x))); }
    void          step() {
                 optimizer->zero_grad();
                 torch::nn::functional::cross_entropy((*this)(images), labels).backward();
                 optimizer->step();
    }
};

void add_mlp(Program& program) {
    for (const bool adam : {false, true}) {
        for (const auto& [batch, units] : {std::pair{1UL, 128UL}, {64UL, 128UL}, {600UL, 128UL}, {64UL, 1024UL}}) {
            program.add("W4/mlp/hidden:" + std::to_string(units) + "/batch:" + std::to_string(batch) + (adam ? "/adam" : "/sgd"),
                        [batch = batch, units = units, adam] { return [mlp = std::make_shared<Mlp>(MlpData(batch, units), adam)] { mlp->step(); }; });
        }
    }
}

torch::Tensor images_of(const std::vector<float>& values, std::size_t channels, std::size_t width) {
    const auto c = static_cast<long>(channels), w = static_cast<long>(width);
    return tensor_of(values, {static_cast<long>(values.size()) / (c * w * w), c, w, w});
}

torch::nn::Conv2d convolution_of(const ConvolutionData& data) {
    const torch::NoGradGuard constant;
    torch::nn::Conv2d layer(torch::nn::Conv2dOptions(static_cast<long>(data.inputs), static_cast<long>(data.outputs), static_cast<long>(data.side)));
    const long        side = static_cast<long>(data.side);
    layer->weight.copy_(tensor_of(data.weight, {static_cast<long>(data.outputs), static_cast<long>(data.inputs), side, side}));
    layer->bias.copy_(tensor_of(data.bias, {static_cast<long>(data.outputs)}));
    return layer;
}

struct Lenet {
    torch::nn::Conv2d                        first, second;
    torch::nn::Linear                        hidden{512, 128}, output{128, 10};
    torch::Tensor                            images, labels;
    std::unique_ptr<torch::optim::Optimizer> optimizer;

    Lenet(const LenetData& data, bool adam)
        : first(convolution_of(data.first)), second(convolution_of(data.second)), images(images_of(data.images, 1, 28)),
          labels(tensor_of(data.labels, {static_cast<long>(data.batch)})) {
        set_layer(hidden, data.hidden);
        set_layer(output, data.output);
        std::vector<torch::Tensor> parameters;
        for (const auto& layer : std::initializer_list<std::shared_ptr<torch::nn::Module>>{first.ptr(), second.ptr(), hidden.ptr(), output.ptr()}) {
            for (const auto& parameter : layer->parameters()) parameters.push_back(parameter);
        }
        if (adam) {
            optimizer = std::make_unique<torch::optim::Adam>(parameters, torch::optim::AdamOptions(adam_rate));
        } else {
            optimizer = std::make_unique<torch::optim::SGD>(parameters, torch::optim::SGDOptions(sgd_rate));
        }
    }
    torch::Tensor operator()(const torch::Tensor& x) {
        const auto a = torch::max_pool2d(torch::relu(first(x)), 2), b = torch::max_pool2d(torch::relu(second(a)), 2);
        return output(torch::relu(hidden(b.flatten(1))));
    }
    void step() {
        optimizer->zero_grad();
        torch::nn::functional::cross_entropy((*this)(images), labels).backward();
        optimizer->step();
    }
};

void add_convolutions(Program& program) {
    for (const bool adam : {false, true}) {
        program.add(adam ? "W5/lenet/adam" : "W5/lenet/sgd",
                    [adam] { return [lenet = std::make_shared<Lenet>(LenetData(), adam)] { lenet->step(); }; });
    }
    const auto add = [&](const std::string& name, std::size_t inputs, std::size_t outputs, std::size_t side) {
        program.add("W5b/conv/" + name, [=] {
            const ConvolutionStepData data(inputs, outputs, side);
            const auto                layer = convolution_of(data.layer);
            const auto                x = images_of(data.images, inputs, data.width), g = images_of(data.cotangent, outputs, data.width);
            return [x = x.requires_grad_(), g, weight = layer->weight, padding = static_cast<long>(side / 2)] {
                x.mutable_grad().reset();
                weight.mutable_grad().reset();
                torch::conv2d(x, weight, {}, 1, padding).backward(g);
            };
        });
    };
    add("3x3", 32, 64, 3);
    add("1x1", 64, 64, 1);
}

void add_determinant(Program& program) {
    for (const std::size_t size : {64UL, 256UL}) {
        program.add("W7/logdet/n:" + std::to_string(size), [size] {
            const DeterminantData data(size);
            const long            n = static_cast<long>(size);
            return [a = tensor_of(data.a, {n, n}).requires_grad_(), x = tensor_of(data.x, {n, 1}).requires_grad_()] {
                a.mutable_grad().reset();
                x.mutable_grad().reset();
                const auto factor = torch::linalg_cholesky(a);
                const auto value  = 2 * factor.diagonal().log().sum() + (x * torch::cholesky_solve(x, factor)).sum();
                value.backward();
            };
        });
        program.add("W7/logdet_hvp/n:" + std::to_string(size), [size] {
            const DeterminantData data(size);
            const long            n = static_cast<long>(size);
            const auto            a = tensor_of(data.a, {n, n}), x = tensor_of(data.x, {n, 1});
            return [a = a.clone().requires_grad_(), x = x.clone().requires_grad_(), along_a = a + a.t(), along_x = x.clone()] {
                const auto factor    = torch::linalg_cholesky(a);
                const auto value     = 2 * factor.diagonal().log().sum() + (x * torch::cholesky_solve(x, factor)).sum();
                const auto gradients = torch::autograd::grad({value}, {a, x}, {}, true, true);
                benchmark::DoNotOptimize(torch::autograd::grad({(gradients[0] * along_a).sum() + (gradients[1] * along_x).sum()}, {a, x}));
            };
        });
    }
}

void add_reductions(Program& program) {
    const auto add = [&](const std::string& name, const auto& function) {
        program.add("reduction/" + name, [function] {
            const auto x = tensor_of(ReductionData().x, {64, 64, 64});
            return [function, x] { benchmark::DoNotOptimize(function(x)); };
        });
    };
    for (const long axis : {0L, 1L, 2L}) {
        const std::string at = "/axis:" + std::to_string(axis);
        add("sum" + at, [axis](const torch::Tensor& x) { return x.sum(axis); });
        add("mean" + at, [axis](const torch::Tensor& x) { return x.mean(axis); });
        add("amax" + at, [axis](const torch::Tensor& x) { return x.amax(axis); });
        add("logsumexp" + at, [axis](const torch::Tensor& x) { return x.logsumexp(axis); });
        add("softmax" + at, [axis](const torch::Tensor& x) { return x.softmax(axis); });
    }
    add("sum/all", [](const torch::Tensor& x) { return x.sum(); });
    add("mean/all", [](const torch::Tensor& x) { return x.mean(); });
    add("amax/all", [](const torch::Tensor& x) { return x.amax(); });
    add("logsumexp/all", [](const torch::Tensor& x) { return x.flatten().logsumexp(0); });
}

void add_functions(Program& program) {
    using From     = FunctionData::From;
    const auto add = [&](const std::string& name, From from, const auto& function) {
        program.add(
            "function/" + name,
            [from, function] {
                const auto x = tensor_of(FunctionData(from).x, {static_cast<long>(FunctionData::size)}).requires_grad_();
                return [function, x] {
                    x.mutable_grad().reset();
                    function(x).sum().backward();
                };
            },
            FunctionData::size);
    };
    add("exp", From::everywhere, [](const torch::Tensor& x) { return torch::exp(x); });
    add("exp2", From::everywhere, [](const torch::Tensor& x) { return torch::exp2(x); });
    add("expm1", From::everywhere, [](const torch::Tensor& x) { return torch::expm1(x); });
    add("sin", From::everywhere, [](const torch::Tensor& x) { return torch::sin(x); });
    add("cos", From::everywhere, [](const torch::Tensor& x) { return torch::cos(x); });
    add("tan", From::everywhere, [](const torch::Tensor& x) { return torch::tan(x); });
    add("atan", From::everywhere, [](const torch::Tensor& x) { return torch::atan(x); });
    add("sinh", From::everywhere, [](const torch::Tensor& x) { return torch::sinh(x); });
    add("cosh", From::everywhere, [](const torch::Tensor& x) { return torch::cosh(x); });
    add("tanh", From::everywhere, [](const torch::Tensor& x) { return torch::tanh(x); });
    add("asinh", From::everywhere, [](const torch::Tensor& x) { return torch::asinh(x); });
    add("erf", From::everywhere, [](const torch::Tensor& x) { return torch::erf(x); });
    add("erfc", From::everywhere, [](const torch::Tensor& x) { return torch::erfc(x); });
    add("sinc", From::everywhere, [](const torch::Tensor& x) { return torch::sinc(x); });
    add("sigmoid", From::everywhere, [](const torch::Tensor& x) { return torch::sigmoid(x); });
    add("log_sigmoid", From::everywhere, [](const torch::Tensor& x) { return torch::log_sigmoid(x); });
    add("softplus", From::everywhere, [](const torch::Tensor& x) { return torch::softplus(x); });
    add("gelu", From::everywhere, [](const torch::Tensor& x) { return torch::gelu(x); });
    add("silu", From::everywhere, [](const torch::Tensor& x) { return torch::silu(x); });
    add("mish", From::everywhere, [](const torch::Tensor& x) { return torch::mish(x); });
    add("elu", From::everywhere, [](const torch::Tensor& x) { return torch::elu(x); });
    add("selu", From::everywhere, [](const torch::Tensor& x) { return torch::selu(x); });
    add("leaky_relu", From::everywhere, [](const torch::Tensor& x) { return torch::leaky_relu(x); });
    add("hardswish", From::everywhere, [](const torch::Tensor& x) { return torch::hardswish(x); });
    add("floor", From::everywhere, [](const torch::Tensor& x) { return torch::floor(x); });
    add("round", From::everywhere, [](const torch::Tensor& x) { return torch::round(x); });
    add("sqrt", From::positive, [](const torch::Tensor& x) { return torch::sqrt(x); });
    add("log", From::positive, [](const torch::Tensor& x) { return torch::log(x); });
    add("log2", From::positive, [](const torch::Tensor& x) { return torch::log2(x); });
    add("log10", From::positive, [](const torch::Tensor& x) { return torch::log10(x); });
    add("log1p", From::positive, [](const torch::Tensor& x) { return torch::log1p(x); });
    add("lgamma", From::positive, [](const torch::Tensor& x) { return torch::lgamma(x); });
    add("digamma", From::positive, [](const torch::Tensor& x) { return torch::digamma(x); });
    add("asin", From::within_one, [](const torch::Tensor& x) { return torch::asin(x); });
    add("acos", From::within_one, [](const torch::Tensor& x) { return torch::acos(x); });
    add("atanh", From::within_one, [](const torch::Tensor& x) { return torch::atanh(x); });
    add("erfinv", From::within_one, [](const torch::Tensor& x) { return torch::erfinv(x); });
    add("ndtr", From::everywhere, [](const torch::Tensor& x) { return torch::special_ndtr(x); });
    add("log_ndtr", From::everywhere, [](const torch::Tensor& x) { return torch::special_log_ndtr(x); });
    add("pow", From::positive, [](const torch::Tensor& x) { return torch::pow(x, 1.7F); });
}

struct Hamlet {
    torch::nn::Linear layer{HamletData::pixels, HamletData::classes};
    torch::Tensor     images, targets;
    torch::optim::SGD sgd;

    explicit Hamlet(const HamletData& data)
        : images(tensor_of(data.images, {HamletData::batch, HamletData::pixels})),
          targets(tensor_of(data.targets, {HamletData::batch, HamletData::classes})),
          sgd(parameters(data), torch::optim::SGDOptions(HamletData::rate)) {}

    std::vector<torch::Tensor> parameters(const HamletData& data) {
        set_layer(layer, data.layer);
        return layer->parameters();
    }
    void step() {
        sgd.zero_grad();
        const auto loss = torch::mse_loss(torch::sigmoid(layer(images)), targets, torch::Reduction::Sum) * (0.5 / HamletData::batch);
        loss.backward();
        sgd.step();
    }
};

void add_hamlet(Program& program) {
    program.add("W8/hamlet", [] { return [hamlet = std::make_shared<Hamlet>(HamletData())] { hamlet->step(); }; });
}

template <class Network>
void train_network(const Course& course, int seed, Network network) {
    auto          shape = network.images.sizes().vec();
    constexpr int batch = static_cast<int>(Course::batch);
    train(course, seed,
          {.step =
               [&](const float* images, const std::int64_t* labels) {
                   network.images = torch::from_blob(const_cast<float*>(images), shape, torch::kFloat32);
                   network.labels = torch::from_blob(const_cast<std::int64_t*>(labels), {batch}, torch::kInt64);
                   network.step();
               },
           .answers =
               [&](const float* images, std::vector<std::int64_t>& to) {
                   const torch::NoGradGuard constant;
                   const auto answers = network(torch::from_blob(const_cast<float*>(images), shape, torch::kFloat32)).argmax(1).contiguous();
                   std::copy_n(answers.template data_ptr<std::int64_t>(), batch, to.begin());
               }});
}

void add_trainings(Program& program) {
    program.add_training("W6/mlp", [](int seed) { train_network(mlp_course, seed, Mlp(mlp_to_train(seed), true)); });
    program.add_training("W6/lenet", [](int seed) { train_network(lenet_course, seed, Lenet(lenet_to_train(seed), true)); });
}

// Its own loops and BLAS have each their threads; XTGRAD_BENCHMARK_TORCH_THREADS gives its loops another number than BLAS.
void set_threads(int count) {
    const char* own = std::getenv("XTGRAD_BENCHMARK_TORCH_THREADS");
    torch::set_num_threads(own != nullptr ? std::atoi(own) : count);
    if (openblas_set_num_threads != nullptr) openblas_set_num_threads(count);
}

} // namespace

int main(int argc, char** argv) {
    Program program("libtorch", set_threads);
    add_small(program);
    add_elementwise(program);
    add_mlp(program);
    add_convolutions(program);
    add_determinant(program);
    add_hamlet(program);
    add_reductions(program);
    add_functions(program);
    add_trainings(program);
    return program.run(argc, argv);
}
