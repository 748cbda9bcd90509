#!/usr/bin/python3
"""Follows a run of the example xor in NumPy, step by step, from what it wrote, and says how far the two part:

    build/release/examples/xor --recipe rojas --export DIR --json FILE
    tools/follow_xor.py DIR FILE                   exit status 1 if costs or last weights differ by more than 1e-9

Nothing of xtgrad is used: the networks, their gradients and the optimizers are written out again here. Needs python3-numpy.
"""
import argparse
import json
import pathlib
import sys

import numpy as np

TOLERANCE = 1e-9  # a wrong formula shows in the first digits; rounding, however long the run, has stayed below this


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class Augmented:
    """Rojas, Neural Networks, 7.3.3: the bias is the last row of each weight matrix; plain gradient descent on half the squared error."""

    def __init__(self, weights, rate, derivative_at_output):
        self.matrices = [weights[f"matrix{place + 1}"] for place in range(len(weights))]
        self.rate, self.derivative_at_output = rate, derivative_at_output

    def weights(self):
        return {f"matrix{place + 1}": matrix for place, matrix in enumerate(self.matrices)}

    def step(self, x, t):
        extended, derivatives, o = [], [], x
        for matrix in self.matrices:
            extended.append(np.hstack([o, np.ones((len(o), 1))]))
            z = extended[-1] @ matrix
            o = sigmoid(z)
            at = sigmoid(o if self.derivative_at_output else z)
            derivatives.append(at * (1 - at))
        error, delta = ((o - t) ** 2).sum() / 2, o - t
        for place in reversed(range(len(self.matrices))):
            delta = delta * derivatives[place]
            correction = self.rate * extended[place].T @ delta
            delta = delta @ self.matrices[place][:-1].T
            self.matrices[place] = self.matrices[place] - correction
        return error


class Layered:
    """Linear layers with tanh between them; cross entropy of a sigmoid; Adam (Kingma and Ba, 2015)."""

    def __init__(self, weights, rate):
        self.names = [f"hidden{place + 1}" for place in range(len(weights) // 2 - 1)] + ["output"]
        self.values, self.rate, self.steps = dict(weights), rate, 0
        self.first = {name: np.zeros_like(value) for name, value in weights.items()}
        self.second = {name: np.zeros_like(value) for name, value in weights.items()}

    def weights(self):
        return self.values

    def step(self, x, t):
        inputs = []
        for name in self.names:
            inputs.append(x)
            z = x @ self.values[name + ".weight"].T + self.values[name + ".bias"]
            x = np.tanh(z)
        error, delta, gradients = (np.logaddexp(0, z) - t * z).sum(), sigmoid(z) - t, {}
        for name, x in zip(reversed(self.names), reversed(inputs)):
            gradients[name + ".weight"], gradients[name + ".bias"] = delta.T @ x, delta.sum(0)
            delta = (delta @ self.values[name + ".weight"]) * (1 - x**2)
        self.steps += 1
        for name, gradient in gradients.items():
            self.first[name] = 0.9 * self.first[name] + 0.1 * gradient
            self.second[name] = 0.999 * self.second[name] + 0.001 * gradient**2
            mean, square = self.first[name] / (1 - 0.9**self.steps), self.second[name] / (1 - 0.999**self.steps)
            self.values[name] = self.values[name] - self.rate * mean / (np.sqrt(square) + 1e-8)
        return error


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", metavar="DIR", type=pathlib.Path, help="what --export wrote")
    parser.add_argument("results", metavar="FILE", type=pathlib.Path, help="what --json wrote")
    arguments = parser.parse_args()
    directory, results = arguments.directory, json.loads(arguments.results.read_text())
    load = lambda stage: {path.stem: np.load(path) for path in sorted((directory / stage).glob("*.npy"))}
    inputs, targets, orders = (np.load(directory / f"{name}.npy") for name in ("inputs", "targets", "orders"))
    if results["recipe"] == "default":
        network = Layered(load("initial"), results["learning_rate"])
    else:
        slip = results["recipe"] == "rojas" and results["engine"] != "tape"
        network = Augmented(load("initial"), results["learning_rate"], slip)

    worst_cost = 0
    for order, epoch in zip(orders, results["epochs"]):
        batches = order.reshape(-1, 1) if results["mode"] == "online" else [order]
        cost = sum(network.step(inputs[batch], targets[batch]) for batch in batches)
        worst_cost = max(worst_cost, abs(cost - epoch["cost"]))
    final = load("final")
    worst_weight = max(np.abs(value - final[name]).max() for name, value in network.weights().items())
    print(f"{results['recipe']}, {len(orders)} epochs: the costs of no epoch differ by more than {worst_cost:.2g}, "
          f"the last weights by no more than {worst_weight:.2g}.")
    return 0 if max(worst_cost, worst_weight) < TOLERANCE else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"follow_xor.py: {type(error).__name__}: {error}")
