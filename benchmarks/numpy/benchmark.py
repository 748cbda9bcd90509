#!/usr/bin/python3
"""NumPy's side of the workloads: the steps written by hand, gradients and all, with buffers where NumPy takes them. It has the options of the other
contestants and prints what they print."""
import argparse
import json
import os
import re
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--benchmark_filter", default="")
parser.add_argument("--benchmark_min_time", type=float, default=0.5)
parser.add_argument("--benchmark_format", default="json")
parser.add_argument("--peak-memory", default="")
options = parser.parse_args()

# Before NumPy is imported, which is when its BLAS looks.
os.environ["OPENBLAS_NUM_THREADS"] = str(options.threads)
import numpy as np  # noqa: E402


def uniform(count, seed, low, high, dtype):
    """The numbers of data.hpp: the same generator, the same seeds."""
    raw = np.random.RandomState(seed).randint(0, 2**32, count, dtype=np.uint32)
    return (low + (high - low) * (raw / 4294967296.0)).astype(dtype)


def layer(inputs, outputs, seed, dtype):
    return uniform(inputs * outputs, seed, -0.05, 0.05, dtype).reshape(outputs, inputs), uniform(outputs, seed + 1, -0.05, 0.05, dtype)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def xor(batch):
    x, t = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float), np.array([[0], [1], [1], [0]], float)
    w, b = np.array([[0.5, -0.4], [0.3, 0.8]]), np.array([0.1, -0.2])
    v, c = np.array([[0.7, -0.6]]), np.array([0.05])
    samples = [(x[i:i + batch], t[i:i + batch]) for i in range(0, 4, batch)]
    rate = 0.5 / batch

    def step():
        for x, t in samples:
            h = sigmoid(x @ w.T + b)
            y = sigmoid(h @ v.T + c)
            d = (y - t) * y * (1 - y)
            e = d @ v * h * (1 - h)
            v[...] -= rate * (d.T @ h)
            c[...] -= rate * d.sum(0)
            w[...] -= rate * (e.T @ x)
            b[...] -= rate * e.sum(0)

    return step


def chain(elements):
    x = uniform(elements, 2, 0.9995, 1.0005, float)

    def step():
        ys = [x]
        for _ in range(1000):
            ys.append(ys[-1] * x)
        ys[-1].sum()
        g, gx = np.ones_like(x), np.zeros_like(x)
        for y in reversed(ys[:-1]):
            gx += g * y
            g = g * x
        return gx + g

    return step


def elementwise(size):
    a, b = uniform(size, 3, -1.5, 1.5, np.float32), uniform(size, 4, -1.5, 1.5, np.float32)
    y, g, ga, gb = (np.empty_like(a) for _ in range(4))

    def step():
        np.multiply(a, b, out=y)
        np.add(y, a, out=y)
        np.tanh(y, out=y)
        y.sum()
        np.multiply(y, y, out=g)
        np.subtract(1, g, out=g)
        np.multiply(g, b, out=ga)
        np.add(ga, g, out=ga)
        np.multiply(g, a, out=gb)

    return step


def mlp(batch, hidden, adam):
    f = np.float32
    x = uniform(batch * 784, 5, 0, 1, f).reshape(batch, 784)
    labels, rows = (7 * np.arange(batch) + 3) % 10, np.arange(batch)
    w, b = layer(784, hidden, 6, f)
    v, c = layer(hidden, 10, 8, f)
    parameters = [w, b, v, c]
    moments = [(np.zeros_like(p), np.zeros_like(p), np.empty_like(p), np.empty_like(p)) for p in parameters] if adam else []
    gw, scaled = np.empty_like(w), np.empty_like(w)
    steps = 0

    def step():
        nonlocal steps
        h = x @ w.T
        h += b
        np.negative(h, out=h)
        np.exp(h, out=h)
        h += 1
        np.reciprocal(h, out=h)
        z = h @ v.T
        z += c
        z -= z.max(1, keepdims=True)
        np.exp(z, out=z)
        z /= z.sum(1, keepdims=True)
        -np.log(z[rows, labels]).mean()
        z[rows, labels] -= 1
        z *= f(1 / batch)
        d = z @ v
        d *= h
        d *= 1 - h
        np.matmul(d.T, x, out=gw)
        gradients = [gw, d.sum(0), z.T @ h, z.sum(0)]
        steps += 1
        if not adam:
            np.multiply(gw, f(0.01), out=scaled)
            np.subtract(w, scaled, out=w)
            for p, g in zip(parameters[1:], gradients[1:]):
                p -= f(0.01) * g
            return
        step_size, root_scale = f(0.001 / (1 - 0.9**steps)), f(1 / np.sqrt(1 - 0.999**steps))
        for p, g, (first, second, s, q) in zip(parameters, gradients, moments):
            first *= f(0.9)
            np.multiply(g, f(0.1), out=s)
            first += s
            second *= f(0.999)
            np.multiply(g, g, out=s)
            s *= f(0.001)
            second += s
            np.sqrt(second, out=s)
            s *= root_scale
            s += f(1e-8)
            np.multiply(first, step_size, out=q)
            q /= s
            p -= q

    return step


def hamlet():
    x = uniform(600 * 784, 10, 0, 1, float).reshape(600, 784)
    t = np.eye(10)[(7 * np.arange(600) + 3) % 10]
    w, b = layer(784, 10, 11, float)

    def step():
        y = sigmoid(x @ w.T + b)
        d = y - t
        0.5 * (d * d).sum() / 600
        d *= y * (1 - y) / 600
        w[...] -= 0.01 * (d.T @ x)
        b[...] -= 0.01 * d.sum(0)

    return step


def determinant(n):
    a, x = uniform(n * n, 40, -0.5, 0.5, float).reshape(n, n), uniform(n, 41, -1, 1, float)
    a = np.tril(a, -1) + np.tril(a, -1).T + n * np.eye(n)

    def step():
        factor = np.linalg.cholesky(a)
        inverse = np.linalg.inv(a)
        z = inverse @ x
        2 * np.log(np.diagonal(factor)).sum() + x @ z
        return inverse - np.outer(z, z), 2 * z

    return step


def reduction(name, axis):
    x = uniform(64**3, 50, -3, 3, np.float32).reshape(64, 64, 64)

    def exponentials():
        largest = x.max(axis, keepdims=True)
        e = x - largest
        return largest, np.exp(e, out=e)

    def logsumexp():
        largest, e = exponentials()
        return np.squeeze(largest, axis) + np.log(e.sum(axis))

    def softmax():
        e = exponentials()[1]
        e /= e.sum(axis, keepdims=True)
        return e

    return {"sum": lambda: x.sum(axis), "mean": lambda: x.mean(axis), "amax": lambda: x.max(axis), "logsumexp": logsumexp, "softmax": softmax}[name]


WORKLOADS = {"W1/xor/batch:1": (lambda: xor(1), 4), "W1/xor/batch:4": (lambda: xor(4), 1), "W8/hamlet": (hamlet, 1)}
for n in (4, 1):
    WORKLOADS[f"W2/chain/elements:{n}"] = (lambda n=n: chain(n), 1000)
for n in (1_000, 100_000, 1_000_000):
    for form in ("map", "operations"):
        WORKLOADS[f"W3/{form}/size:{n}"] = (lambda n=n: elementwise(n), n)
for batch, hidden in ((1, 128), (64, 128), (600, 128), (64, 1024)):
    for name in ("sgd", "adam"):
        WORKLOADS[f"W4/mlp/hidden:{hidden}/batch:{batch}/{name}"] = (lambda b=batch, h=hidden, a=name == "adam": mlp(b, h, a), 1)
for n in (64, 256):
    WORKLOADS[f"W7/logdet/n:{n}"] = (lambda n=n: determinant(n), 1)
for name in ("sum", "mean", "amax", "logsumexp", "softmax"):
    for axis in (0, 1, 2):
        WORKLOADS[f"reduction/{name}/axis:{axis}"] = (lambda name=name, axis=axis: reduction(name, axis), 1)
    if name != "softmax":
        WORKLOADS[f"reduction/{name}/all"] = (lambda name=name: reduction(name, None), 1)


def peak_resident():
    with open("/proc/self/status") as status:
        return int(next(line for line in status if line.startswith("VmHWM:")).split()[1])


if options.peak_memory:
    if options.peak_memory in WORKLOADS:
        before = peak_resident()
        step = WORKLOADS[options.peak_memory][0]()
        for _ in range(100):
            step()
        print(json.dumps({"before": before, "peak": peak_resident()}))
    sys.exit()

results = []
for name, (make, items) in WORKLOADS.items():
    if not re.search(options.benchmark_filter, name):
        continue
    step = make()
    step()
    count, seconds = 1, 0.0
    while True:
        cpu, start = time.thread_time(), time.perf_counter()
        for _ in range(count):
            step()
        seconds, cpu = time.perf_counter() - start, time.thread_time() - cpu
        if seconds >= options.benchmark_min_time:
            break
        count = max(count + 1, int(count * min(10.0, 1.4 * options.benchmark_min_time / max(seconds, 1e-9))))
    results.append({"name": name + "/real_time", "real_time": seconds / count * 1e9, "cpu_time": cpu / count * 1e9, "time_unit": "ns", "items": items})
print(json.dumps({"context": {"contestant": "numpy"}, "benchmarks": results}))
