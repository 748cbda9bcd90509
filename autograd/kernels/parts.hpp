#pragma once

#include <algorithm>
#include <cstddef>

#include <xtgrad/array/threads.hpp>

namespace xtgrad::kernels {

/// Parts of elementwise work begin at multiples of this many elements, so that kernels, which write whole vectors, never write into the next part.
inline constexpr std::size_t part_unit = 64;

/// Calls `f(begin, end)` on parts of [0, count) of at least about `grain` elements, over threads.
template <class F>
void for_each_part(std::size_t count, std::size_t grain, const F& f) {
    if (count < 2 * grain) {
        f(std::size_t{0}, count);
        return;
    }
    parallel_for((count + part_unit - 1) / part_unit, std::max<std::size_t>(grain / part_unit, 1),
                 [&](std::size_t begin, std::size_t end) { f(begin * part_unit, std::min(end * part_unit, count)); });
}

} // namespace xtgrad::kernels
