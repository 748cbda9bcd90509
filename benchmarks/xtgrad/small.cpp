#include <xtgrad/autograd.hpp>
#include <xtgrad/nn.hpp>
#include <xtgrad/optim.hpp>

#include "workloads.hpp"

namespace xtgrad::benchmarks {

namespace {

struct XorNetwork {
    nn::Parameters<double> parameters;
    nn::Linear<double>     hidden{parameters / "hidden", 2, 2}, output{parameters / "output", 2, 1};
    optim::Sgd<double>     sgd{parameters, {.learning_rate = XorData::rate}};

    XorNetwork() {
        using D = XorData;
        parameters["hidden/weight"].assign({{D::hidden_weight[0][0], D::hidden_weight[0][1]}, {D::hidden_weight[1][0], D::hidden_weight[1][1]}});
        parameters["hidden/bias"].assign({D::hidden_bias[0], D::hidden_bias[1]});
        parameters["output/weight"].assign({{D::output_weight[0], D::output_weight[1]}});
        parameters["output/bias"].assign({D::output_bias[0]});
    }

    Variable<double> operator()(const Variable<double>& x) const { return sigmoid(output(sigmoid(hidden(x)))); }

    void step(const Variable<double>& x, const Variable<double>& target) {
        Tape       tape;
        const auto loss = nn::half_square_error((*this)(x), target);
        sgd.step(tape.gradient(loss, parameters));
    }
};

Array<double> xor_inputs(std::size_t first, std::size_t count) {
    Array<double> inputs(Shape{count, 2});
    for (std::size_t row = 0; row < count; ++row) {
        for (std::size_t column = 0; column < 2; ++column) inputs(row, column) = XorData::inputs[first + row][column];
    }
    return inputs;
}

Array<double> xor_targets(std::size_t first, std::size_t count) {
    Array<double> targets(Shape{count, 1});
    for (std::size_t row = 0; row < count; ++row) targets(row, 0) = XorData::targets[first + row];
    return targets;
}

void add_chain(Program& program, std::size_t elements) {
    program.add(
        "W2/chain/elements:" + std::to_string(elements),
        [elements] {
            return [start = as_array<double>(ChainData::start(elements), {elements})] {
                Tape             tape;
                const auto       x = tape.watch(start);
                Variable<double> y = x;
                for (std::size_t n = 0; n < ChainData::operations; ++n) y = y * x;
                benchmark::DoNotOptimize(tape.gradient(sum(y), x));
            };
        },
        ChainData::operations);
}

} // namespace

void add_small(Program& program) {
    program.add(
        "W1/xor/batch:1",
        [] {
            std::vector<std::pair<Variable<double>, Variable<double>>> samples;
            for (std::size_t sample = 0; sample < 4; ++sample) samples.emplace_back(xor_inputs(sample, 1), xor_targets(sample, 1));
            return [network = std::make_shared<XorNetwork>(), samples] {
                for (const auto& [x, target] : samples) network->step(x, target);
            };
        },
        4);
    program.add("W1/xor/batch:4", [] {
        return [network = std::make_shared<XorNetwork>(), x = Variable<double>(xor_inputs(0, 4)), target = Variable<double>(xor_targets(0, 4))] {
            network->step(x, target);
        };
    });
    add_chain(program, 4);
    add_chain(program, 1);
}

} // namespace xtgrad::benchmarks
