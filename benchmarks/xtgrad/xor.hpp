#pragma once

#include <xtgrad/autograd.hpp>
#include <xtgrad/nn.hpp>
#include <xtgrad/optim.hpp>

#include "workloads.hpp"

namespace xtgrad::benchmarks {

/// W1: the network of XOR, and its samples.
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

inline Array<double> xor_inputs(std::size_t first, std::size_t count) {
    Array<double> inputs(Shape{count, 2});
    for (std::size_t row = 0; row < count; ++row) {
        for (std::size_t column = 0; column < 2; ++column) inputs(row, column) = XorData::inputs[first + row][column];
    }
    return inputs;
}

inline Array<double> xor_targets(std::size_t first, std::size_t count) {
    Array<double> targets(Shape{count, 1});
    for (std::size_t row = 0; row < count; ++row) targets(row, 0) = XorData::targets[first + row];
    return targets;
}

} // namespace xtgrad::benchmarks
