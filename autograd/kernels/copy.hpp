#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>

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

/// Each element `count` times, one beside the other; a constant count is known to the compiler.
template <class T, class Count>
void repeat_each(const T* from, std::size_t elements, std::ptrdiff_t from_step, Count count, T* to) {
    for (std::size_t element = 0; element < elements; ++element, from += from_step) {
        for (std::size_t copy = 0; copy < count; ++copy) *to++ = *from;
    }
}

/// Rows of `to` that are columns of `from`, in blocks that read and write whole cache lines.
template <class T>
void copy_transposed(std::size_t rows, std::size_t columns, T* to, std::ptrdiff_t to_row, const T* from, std::ptrdiff_t from_column) {
    constexpr std::size_t block = 8;
    for (std::size_t row = 0; row < rows; row += block) {
        const std::size_t height = std::min(block, rows - row);
        for (std::size_t column = 0; column < columns; column += block) {
            const std::size_t width = std::min(block, columns - column);
            for (std::size_t r = 0; r < height; ++r) {
                T*       t = to + static_cast<std::ptrdiff_t>(row + r) * to_row + static_cast<std::ptrdiff_t>(column);
                const T* f = from + static_cast<std::ptrdiff_t>(row + r) + static_cast<std::ptrdiff_t>(column) * from_column;
                for (std::size_t c = 0; c < width; ++c) t[c] = f[static_cast<std::ptrdiff_t>(c) * from_column];
            }
        }
    }
}

/// to[i·to_step] = from[i·from_step] over an index space; the steps are in elements.
template <class T>
void copy_strided(std::span<const std::size_t> extents, T* to, std::span<const std::ptrdiff_t> to_steps, const T* from,
                  std::span<const std::ptrdiff_t> from_steps) {
    const std::size_t    count     = extents.empty() ? 1 : extents.back();
    const std::ptrdiff_t to_step   = extents.empty() ? 1 : to_steps.back();
    const std::ptrdiff_t from_step = extents.empty() ? 1 : from_steps.back();
    if (extents.size() >= 2 && to_step == 1 && from_step > 1 && from_steps[extents.size() - 2] == 1) {
        // A row of blocks is one place of the axes before.
        const std::size_t before = extents.size() - 1, rows = extents[before - 1];
        for_each_row(extents.first(before), to_steps.first(before), from_steps.first(before),
                     [&](std::ptrdiff_t to_start, std::ptrdiff_t from_start) {
                         copy_transposed(rows, count, to + to_start, to_steps[before - 1], from + from_start, from_step);
                     });
        return;
    }
    // Few copies of each of several elements: their rows are too short to be taken one by one.
    constexpr std::size_t short_row = 16;
    if (extents.size() >= 2 && count <= short_row && to_step == 1 && from_step == 0) {
        const std::size_t    before = extents.size() - 1, elements = extents[before - 1];
        const std::ptrdiff_t step = from_steps[before - 1];
        if (to_steps[before - 1] == static_cast<std::ptrdiff_t>(count)) {
            for_each_row(extents.first(before), to_steps.first(before), from_steps.first(before),
                         [&](std::ptrdiff_t to_start, std::ptrdiff_t from_start) {
                             switch (count) {
                             case 2:
                                 return repeat_each(from + from_start, elements, step, std::integral_constant<std::size_t, 2>{}, to + to_start);
                             case 4:
                                 return repeat_each(from + from_start, elements, step, std::integral_constant<std::size_t, 4>{}, to + to_start);
                             default:
                                 return repeat_each(from + from_start, elements, step, count, to + to_start);
                             }
                         });
            return;
        }
    }
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

/// The same, added: to[i·to_step] += from[i·from_step].
template <class T>
void add_strided(std::span<const std::size_t> extents, T* to, std::span<const std::ptrdiff_t> to_steps, const T* from,
                 std::span<const std::ptrdiff_t> from_steps) {
    const std::size_t    count     = extents.empty() ? 1 : extents.back();
    const std::ptrdiff_t to_step   = extents.empty() ? 1 : to_steps.back();
    const std::ptrdiff_t from_step = extents.empty() ? 1 : from_steps.back();
    for_each_row(extents, to_steps, from_steps, [&](std::ptrdiff_t to_start, std::ptrdiff_t from_start) {
        T* __restrict t       = to + to_start;
        const T* __restrict f = from + from_start;
        if (to_step == 1 && from_step == 1) {
            for (std::size_t i = 0; i < count; ++i) t[i] += f[i];
        } else {
            for (std::size_t i = 0; i < count; ++i) t[static_cast<std::ptrdiff_t>(i) * to_step] += f[static_cast<std::ptrdiff_t>(i) * from_step];
        }
    });
}

} // namespace xtgrad::kernels
