#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include <xtensor/xstorage.hpp>

namespace xtgrad::kernels {

/// Calls `row(to, from)` for every index of `extents` but the last axis; `to` and `from` are the offsets, in elements, of the row's start
/// under the two sets of steps. Nothing is called where an extent is 0.
template <class Row>
void for_each_row(std::span<const std::size_t> extents, std::span<const std::ptrdiff_t> to_steps, std::span<const std::ptrdiff_t> from_steps,
                  Row&& row) {
    for (const std::size_t extent : extents) {
        if (extent == 0) return;
    }
    const std::size_t           outer = extents.empty() ? 0 : extents.size() - 1;
    xt::svector<std::size_t, 8> index(outer, 0); // of its own memory only past eight axes
    std::ptrdiff_t              to   = 0;
    std::ptrdiff_t              from = 0;
    while (true) {
        row(to, from);
        std::size_t axis = outer;
        while (axis-- > 0) {
            to += to_steps[axis];
            from += from_steps[axis];
            if (++index[axis] < extents[axis]) break;
            to -= to_steps[axis] * static_cast<std::ptrdiff_t>(extents[axis]);
            from -= from_steps[axis] * static_cast<std::ptrdiff_t>(extents[axis]);
            index[axis] = 0;
        }
        if (axis == static_cast<std::size_t>(-1)) return;
    }
}

/// to[i·to_step] = from[i·from_step] over an index space; the steps are in elements.
template <class T>
void copy_strided(std::span<const std::size_t> extents, T* to, std::span<const std::ptrdiff_t> to_steps, const T* from,
                  std::span<const std::ptrdiff_t> from_steps) {
    const std::size_t    count     = extents.empty() ? 1 : extents.back();
    const std::ptrdiff_t to_step   = extents.empty() ? 1 : to_steps.back();
    const std::ptrdiff_t from_step = extents.empty() ? 1 : from_steps.back();
    for_each_row(extents, to_steps, from_steps, [&](std::ptrdiff_t to_start, std::ptrdiff_t from_start) {
        T*       t = to + to_start;
        const T* f = from + from_start;
        if (to_step == 1 && from_step == 1) {
            std::copy_n(f, count, t);
        } else if (to_step == 1 && from_step == 0) {
            std::fill_n(t, count, *f);
        } else {
            for (std::size_t i = 0; i < count; ++i) t[static_cast<std::ptrdiff_t>(i) * to_step] = f[static_cast<std::ptrdiff_t>(i) * from_step];
        }
    });
}

} // namespace xtgrad::kernels
