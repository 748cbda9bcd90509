#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <xtgrad/datasets/array_dataset.hpp>

namespace xtgrad::datasets {

namespace detail {

template <Scalar T>
ArrayDataset<T, T> gate_with_answers(const std::array<T, 4>& answers) {
    Array<T> inputs{{0, 0}, {0, 1}, {1, 0}, {1, 1}};
    Array<T> targets = zeros<T>({4, 1});
    std::copy(answers.begin(), answers.end(), targets.data());
    return {std::move(inputs), std::move(targets)};
}

} // namespace detail

/// The four inputs 00, 01, 10, 11 of a logic gate, of shape [4, 2], with its answers, of shape [4, 1].
template <Scalar T>
ArrayDataset<T, T> and_gate() {
    return detail::gate_with_answers<T>({0, 0, 0, 1});
}

template <Scalar T>
ArrayDataset<T, T> or_gate() {
    return detail::gate_with_answers<T>({0, 1, 1, 1});
}

template <Scalar T>
ArrayDataset<T, T> xor_gate() {
    return detail::gate_with_answers<T>({0, 1, 1, 0});
}

/// The gate called "and", "or" or "xor"; throws ValueError for another name.
template <Scalar T>
ArrayDataset<T, T> gate(std::string_view name, SourceLocation where = {}) {
    if (name == "and") return and_gate<T>();
    if (name == "or") return or_gate<T>();
    if (name == "xor") return xor_gate<T>();
    throw ValueError("gate: '" + std::string(name) + "' is none of and, or, xor", where);
}

} // namespace xtgrad::datasets
