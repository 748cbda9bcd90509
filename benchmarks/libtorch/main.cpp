// libtorch's side of the workloads, in its C++ API.

#include <cstdlib>
#include <memory>

#include <torch/torch.h>

#include "../data.hpp"
#include "../program.hpp"

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
    void step() {
        optimizer->zero_grad();
        torch::nn::functional::cross_entropy(output(torch::sigmoid(hidden(images))), labels).backward();
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
    add_hamlet(program);
    return program.run(argc, argv);
}
