#pragma once

#include <xtgrad/array/array.hpp>
#include <xtgrad/nn/parameters.hpp>

#include "../data.hpp"
#include "../program.hpp"
#include "../training.hpp"

/// The workloads as a user of xtgrad writes them.
namespace xtgrad::benchmarks {

void add_small(Program& program);
void add_elementwise(Program& program);
void add_mlp(Program& program);
void add_convolutions(Program& program);
void add_determinant(Program& program);
void add_replayed(Program& program);
void add_hamlet(Program& program);
void add_reductions(Program& program);
void add_functions(Program& program);
void add_scaling(Program& program);

template <class T, class U>
Array<T> as_array(const std::vector<U>& values, const Shape& shape) {
    Array<T> array(shape);
    std::copy(values.begin(), values.end(), array.storage().begin());
    return array;
}

/// Gives the parameters under `layer` the numbers that every contestant begins with.
template <class T>
void set_layer(const nn::Parameters<T>& layer, const LayerData<T>& data) {
    layer["weight"].assign(as_array<T>(data.weight, {data.outputs, data.inputs}));
    layer["bias"].assign(as_array<T>(data.bias, {data.outputs}));
}

} // namespace xtgrad::benchmarks
