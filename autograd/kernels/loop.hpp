#pragma once

#include <array>
#include <cstddef>
#include <span>

#include <xtgrad/array/array.hpp>

namespace xtgrad::kernels {

inline constexpr std::size_t most_operands = 11; // of a map's third derivative: eight arguments and three cotangents
inline constexpr std::size_t most_axes     = 32; // as NumPy

/// How an elementwise kernel walks over its operands: neighbouring axes that all operands step through alike are merged, so that the last
/// one, `inner`, is as long as can be. An operand's step along it is 1, or 0 where it is broadcast.
struct Loop {
    std::size_t                                                   inner = 1;
    std::size_t                                                   rows  = 1;
    std::array<unsigned char, most_operands>                      moves{}; // the inner steps
    std::size_t                                                   outer_axes = 0;
    std::array<std::size_t, most_axes>                            extents; // of the outer axes
    std::array<std::array<std::size_t, most_axes>, most_operands> steps;   // along them, in elements
};

/// The walk over operands of one size, or of a single element.
inline void plan_linear(Loop& loop, std::size_t size, std::span<const std::size_t> sizes) {
    loop.outer_axes = 0;
    loop.rows       = 1;
    loop.inner      = size;
    for (std::size_t operand = 0; operand < sizes.size(); ++operand) loop.moves[operand] = sizes[operand] == 1 ? 0 : 1;
}

/// A part of a walk, and where it begins: in each operand and in the outputs.
struct LoopPart {
    Loop                                   loop;
    std::array<std::size_t, most_operands> first{};
    std::size_t                            start = 0;
};

/// So many elements are worth a thread: the cheapest kernels take some 10 µs for them.
inline constexpr std::size_t elementwise_grain = std::size_t{1} << 15;

inline bool worth_threads(const Loop& loop) { return loop.rows * loop.inner >= 2 * elementwise_grain; }

/// Calls `run(context, part)` for the parts of a walk over `operands` operands, over threads.
void run_parts(const Loop& loop, std::size_t operands, void (*run)(const void* context, const LoopPart& part), const void* context);

/// Plans the walk over `operands`, whose shapes broadcast to `shape`. Throws ShapeError where more than 32 axes are left after merging.
void plan(Loop& loop, const Shape& shape, std::span<const Shape* const> operands);

} // namespace xtgrad::kernels
