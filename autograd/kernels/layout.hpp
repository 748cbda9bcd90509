#pragma once

#include <algorithm>

#include <xtgrad/array/threads.hpp>
#include <xtgrad/autograd/kernels/convolution.hpp>
#include <xtgrad/autograd/kernels/scratch.hpp>

// What the convolutions' files share: where things lie, and how work is shared out.

namespace xtgrad::kernels {

inline std::size_t area(const Sides& sides) { return sides.height * sides.width; }

/// How many parts work is cut into. What each needs for itself is allocated before they begin, because they must not throw.
inline std::size_t part_count(std::size_t items) { return std::clamp<std::size_t>(items, 1, num_threads()); }

/// The same for work that is a few passes over so many elements in all: below this many a thread is not worth its waking.
inline std::size_t part_count(std::size_t items, std::size_t elements) {
    constexpr std::size_t least_elements = std::size_t{1} << 12;
    return std::min(part_count(items), std::max<std::size_t>(elements / least_elements, 1));
}

/// Calls f(part, begin, end) for each part of [0, items).
template <class F>
void for_each_part(std::size_t parts, std::size_t items, const F& f) {
    parallel_for(parts, 1, [&](std::size_t first, std::size_t last) {
        for (std::size_t part = first; part < last; ++part) f(part, part * items / parts, (part + 1) * items / parts);
    });
}

/// A frame is the image with its padding.
struct Layout {
    Layout(const Convolution& c, std::size_t vector_width)
        : positions(area(c.result)), taps(area(c.kernel)),
          terms(c.in_channels * taps), frame{c.image.height + 2 * c.padding.height, c.image.width + 2 * c.padding.width},
          padded(c.padding.height + c.padding.width > 0), in_lanes((c.in_channels + vector_width - 1) / vector_width * vector_width),
          out_lanes((c.out_channels + vector_width - 1) / vector_width * vector_width) {}

    std::size_t positions;
    std::size_t taps;
    std::size_t terms; ///< elements under the kernel, over the channels of a group
    Sides       frame;
    bool        padded;
    std::size_t in_lanes;
    std::size_t out_lanes;
};

/// 0, step, 2·step, …
inline Scratch<Index> multiples(std::size_t count, std::size_t step) {
    Scratch<Index> offsets(count);
    for (std::size_t place = 0; place < count; ++place) offsets[place] = static_cast<Index>(place * step);
    return offsets;
}

/// The batch of a weight's gradient is cut into so many shares, each with sums of its own, that the result is the same for any number of threads.
inline std::size_t weight_gradient_shares(const Convolution& c, std::size_t elements) {
    constexpr std::size_t most_shares = 8;
    // Of a larger weight this many copies would take too much memory.
    constexpr std::size_t most_elements = std::size_t{1} << 16;
    return elements > most_elements ? 1 : std::clamp<std::size_t>(c.batch, 1, most_shares);
}

} // namespace xtgrad::kernels
