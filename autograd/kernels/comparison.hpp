#pragma once

#include <algorithm>
#include <cmath>

#include <xtgrad/autograd/functions.hpp>
#include <xtgrad/autograd/kernels/loop.hpp>

namespace xtgrad::kernels {

/// truth(a, b) of each pair, under broadcasting.
template <class T, class Truth>
void compare_by(const Loop& loop, const T* const* operands, bool* result, Truth truth) {
    std::array<const T*, 2>            at{operands[0], operands[1]};
    std::array<std::size_t, most_axes> index{};
    for (std::size_t row = 0; row < loop.rows; ++row) {
        for (std::size_t i = 0; i < loop.inner; ++i) *result++ = truth(at[0][i * loop.moves[0]], at[1][i * loop.moves[1]]);
        for (std::size_t axis = 0; axis < loop.outer_axes; ++axis) {
            for (std::size_t operand = 0; operand < 2; ++operand) at[operand] += loop.steps[operand][axis];
            if (++index[axis] < loop.extents[axis]) break;
            for (std::size_t operand = 0; operand < 2; ++operand) at[operand] -= loop.steps[operand][axis] * loop.extents[axis];
            index[axis] = 0;
        }
    }
}

/// Truth values of a comparison under broadcasting.
template <Scalar T>
void compare(Comparison comparison, const Loop& loop, const T* const* operands, bool* result) {
    switch (comparison) {
    case Comparison::less:
        return compare_by(loop, operands, result, [](T x, T y) { return x < y; });
    case Comparison::less_equal:
        return compare_by(loop, operands, result, [](T x, T y) { return x <= y; });
    case Comparison::equal:
        return compare_by(loop, operands, result, [](T x, T y) { return x == y; });
    case Comparison::not_equal:
        return compare_by(loop, operands, result, [](T x, T y) { return x != y; });
    }
}

} // namespace xtgrad::kernels
