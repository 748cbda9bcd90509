#!/usr/bin/env python3
"""Follows a run of the example `mnist` in NumPy, from its initial weights and its orders of samples, and says how far the two drift apart.

    build/release/examples/mnist --recipe hamlet --scale unit --export DIR --json FILE
    tools/follow_mnist.py DIR FILE                 the first five steps: exit status 1 if any weight differs by more than 1e-10
    tools/follow_mnist.py DIR FILE --throughout    all epochs: costs and final weights as well

It knows the recipes that come from exercises, written down here a second time, and needs python3-numpy. Not for runs under --limit of batches that
were interrupted.
"""
import argparse
import gzip
import json
import os
import pathlib
import sys

import numpy

TOLERANCE = 1e-10
EXPORTED_STEPS = 5


def read_idx(directory, stem):
    for name in (stem, stem.replace("-idx", ".idx")):
        for path in (directory / name, directory / (name + ".gz")):
            if path.exists():
                content = path.read_bytes()
                if content[:2] == b"\x1f\x8b":
                    content = gzip.decompress(content)
                axes = content[3]
                shape = numpy.frombuffer(content, ">u4", axes, 4)
                return numpy.frombuffer(content, numpy.uint8, offset=4 + 4 * axes).reshape(shape)
    sys.exit(f"follow_mnist: there is no {stem} in {directory}; tools/fetch_mnist fetches it")


def sigmoid(x):
    positive = 1 / (1 + numpy.exp(-numpy.abs(x)))
    return numpy.where(x >= 0, positive, numpy.exp(-numpy.abs(x)) * positive)


def sigmoid_derivative(x):
    e = numpy.exp(-numpy.abs(x))
    return e / (1 + e) ** 2


class OneLayer:
    """hamlet and hamlet-softmax: x·Wᵀ + b, gradients summed over the batch."""

    names = ["linear.weight", "linear.bias"]

    def __init__(self, weights, softmax):
        self.weights, self.softmax = weights, softmax

    def step(self, images, labels, rate):
        weight, bias = self.weights
        z = images @ weight.T + bias
        targets = numpy.eye(10)[labels]
        if self.softmax:
            p = numpy.exp(z - z.max(axis=1, keepdims=True))
            p /= p.sum(axis=1, keepdims=True)
            cost = -(targets * numpy.log(p + 1e-12)).sum(axis=1).mean()
            g = -targets / (p + 1e-12)
            delta = p * (g - (g * p).sum(axis=1, keepdims=True))
        else:
            p = sigmoid(z)
            cost = (0.5 * (targets - p) ** 2).mean()
            delta = (p - targets) * sigmoid_derivative(z)
        self.weights = [weight - rate * (delta.T @ images), bias - rate * delta.sum(axis=0)]
        return cost


class Augmented:
    """rojas, rojas-online and rojas-mended: the bias is the last row of each matrix, corrections are summed over the batch."""

    def __init__(self, weights, derivative_at_output):
        self.weights, self.derivative_at_output = weights, derivative_at_output
        self.names = [f"matrix{place + 1}" for place in range(len(weights))]

    def forward(self, images):
        inputs, pre_activations, output = [], [], images
        for matrix in self.weights:
            inputs.append(numpy.hstack([output, numpy.ones((len(output), 1))]))
            pre_activations.append(inputs[-1] @ matrix)
            output = sigmoid(pre_activations[-1])
        return inputs, pre_activations, output

    def step(self, images, labels, rate):
        inputs, pre_activations, output = self.forward(images)
        if labels is None:  # the slip of rojas-online: its own answer
            labels = output.argmax(axis=1)
        error = output - numpy.eye(10)[labels]
        delta, gradients = error, []
        for place in reversed(range(len(self.weights))):
            z = pre_activations[place]
            delta = delta * sigmoid_derivative(sigmoid(z) if self.derivative_at_output else z)
            gradients.insert(0, inputs[place].T @ delta)
            delta = delta @ self.weights[place][:-1].T
        self.weights = [matrix - rate * gradient for matrix, gradient in zip(self.weights, gradients)]
        return 0.5 * (error**2).sum()


def main():
    parser = argparse.ArgumentParser(description="Follows a run of the example mnist in NumPy.")
    parser.add_argument("export", type=pathlib.Path, help="the directory of --export")
    parser.add_argument("json", type=pathlib.Path, help="the file of --json")
    parser.add_argument("--data", type=pathlib.Path, help="directory of the IDX files; default: where tools/fetch_mnist puts them")
    parser.add_argument("--throughout", action="store_true", help="follow every epoch, not only the first five steps")
    arguments = parser.parse_args()
    run = json.loads(arguments.json.read_text())
    recipe, batch, rate = run["recipe"], run["batch_size"], run["learning_rate"]
    if run["is_subset"] and arguments.data is None:
        sys.exit("follow_mnist: the run was on the embedded subset: give its directory with --data datasets/mnist-subset")
    if recipe.startswith("rojas") and recipe != "rojas-mended" and run["engine"] == "tape":
        sys.exit("follow_mnist: with the tape the recipe has no slip in its derivative; follow the handwritten engine")

    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "xtgrad"
    data = arguments.data or cache
    images = read_idx(data, "train-images-idx3-ubyte").reshape(-1, 784)
    labels = read_idx(data, "train-labels-idx1-ubyte").astype(int)
    scale = 255.0 if run["scale"] == "unit" else 1.0
    load = lambda place: [numpy.load(arguments.export / place.format(name)) for name in names]

    names = OneLayer.names if recipe.startswith("hamlet") else sorted(path.stem for path in (arguments.export / "initial").glob("matrix*.npy"))
    if recipe in ("hamlet", "hamlet-softmax"):
        network = OneLayer(load("initial/{}.npy"), recipe == "hamlet-softmax")
    elif recipe.startswith("rojas"):
        network = Augmented(load("initial/{}.npy"), recipe != "rojas-mended")
    else:
        sys.exit(f"follow_mnist: the recipe {recipe} comes from no exercise")

    def difference(place):
        return max(numpy.abs(ours - theirs).max() for ours, theirs in zip(network.weights, load(place)))

    orders = numpy.load(arguments.export / "orders.npy")
    worst = 0.0
    for epoch, order in enumerate(orders):
        if recipe == "rojas":  # overlapping windows, and the labels of the first one for all
            batches = [(order[k : k + batch], labels[order[:batch]]) for k in range(len(order) // batch)]
        elif recipe == "rojas-online":
            batches = [(order[k : k + 1], None) for k in range(len(order))]
        else:
            batches = [(order[k : k + batch], labels[order[k : k + batch]]) for k in range(0, len(order), batch)]
        cost = 0.0
        for step, (places, taught) in enumerate(batches):
            cost += network.step(images[places] / scale, taught, rate)
            if epoch == 0 and step < EXPORTED_STEPS:
                worst = max(worst, difference(f"step{step + 1}." + "{}.npy"))
                if step + 1 == min(EXPORTED_STEPS, len(batches)):
                    print(f"after {step + 1} steps no weight differs by more than {worst:.3g}")
                    if not arguments.throughout:
                        sys.exit(0 if worst <= TOLERANCE else 1)
        if recipe.startswith("rojas"):
            cost /= sum(len(places) for places, _ in batches)
        if epoch in (0, 1, 4) or (epoch + 1) % 10 == 0 or epoch + 1 == len(orders):
            print(f"epoch {epoch + 1}: cost {cost:.6g} here, {run['epochs'][epoch]['cost']:.6g} there", flush=True)
    final = difference("final/{}.npy")
    print(f"after {len(orders)} epochs no weight differs by more than {final:.3g}")
    sys.exit(0 if max(worst, final) <= TOLERANCE else 1)


main()
