#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <xtgrad/array/array.hpp>
#include <xtgrad/array/random.hpp>
#include <xtgrad/handwritten/augmented_network.hpp>

#include "command_line.hpp"

namespace xtgrad::examples::gates {

/// A network with two inputs and one output that learns a gate.
class Network {
public:
    virtual ~Network() = default;

    /// The outputs for inputs [batch, 2], of shape [batch, 1], between 0 and 1.
    virtual Array<double> answers(const Array<double>& inputs) const = 0;
    /// One step on a batch; the result is its error before the step, summed over the batch.
    virtual double step(const Array<double>& inputs, const Array<double>& targets) = 0;
    /// The weights with their names.
    virtual std::vector<std::pair<std::string, Array<double>>> weights() const = 0;
    /// Where two engines work: the largest absolute difference of any gradient in any step so far.
    virtual std::optional<double> largest_gradient_difference() const { return {}; }
};

/// What a network is made from.
struct NetworkOptions {
    std::vector<Index> hidden; ///< units of each hidden layer
    double             learning_rate;
    std::uint64_t      seed;
};

/// Linear layers with tanh between them, a sigmoid at the end, Glorot's uniform weights and biases of 0; the error is the cross entropy, the
/// gradients are the tape's, the optimizer is Adam.
std::unique_ptr<Network> make_default_network(const NetworkOptions& options);

/// Augmented weight matrices with sigmoids (Rojas, 7.3.3), weights U(0, 1)·√(2/(in + out)) with biases of 1, the error ½ Σ (o − t)², and plain
/// gradient descent. `derivative` is what the handwritten engine takes; the tape always takes the true one. With both engines the steps are
/// the handwritten ones, and the tape computes its gradients at the same weights.
std::unique_ptr<Network> make_augmented_network(const NetworkOptions& options, Engine engine, handwritten::DerivativeAt derivative);

} // namespace xtgrad::examples::gates
