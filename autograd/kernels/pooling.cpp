#include <xtgrad/autograd/kernels/pooling.hpp>

#include <algorithm>

#include <xtgrad/autograd/kernels/layout.hpp>
#include <xtgrad/autograd/kernels/table.hpp>

namespace xtgrad::kernels {

namespace {

constexpr std::size_t byte_values = 256;

// Planes worth a thread of their own hold so many elements: 10 to 20 µs of work.
constexpr std::size_t elements_at_once = std::size_t{1} << 15;

std::size_t grain_of(const Pooling& p) { return std::max<std::size_t>(1, elements_at_once / area(p.image)); }

// The offset of each element of a window from its corner.
Scratch<Index> under_window(const Pooling& p) {
    Scratch<Index> offsets(area(p.window));
    for (std::size_t place = 0; place < area(p.window); ++place) {
        offsets[place] = static_cast<Index>(place / p.window.width * p.dilation.height * p.image.width + place % p.window.width * p.dilation.width);
    }
    return offsets;
}

// Calls visit(result, element of the image) for the winner of each window of a plane.
template <class Winner, class Visit>
void for_winners(const Pooling& p, const Index* offsets, const Winner* winners, const Visit& visit) {
    std::size_t result = 0;
    for (std::size_t row = 0; row < p.result.height; ++row) {
        Index corner =
            static_cast<Index>(row * p.stride.height * p.image.width) - static_cast<Index>(p.padding.height * p.image.width + p.padding.width);
        for (std::size_t column = 0; column < p.result.width; ++column, ++result, corner += static_cast<Index>(p.stride.width))
            visit(result, corner + offsets[winners[result]]);
    }
}

} // namespace

Winners::Winners(const Pooling& pooling) : small_(area(pooling.window) <= byte_values) {
    // Kernels store whole vectors of them.
    const std::size_t results = pooling.planes * area(pooling.result);
    if (small_) {
        bytes_.resize(results);
    } else {
        words_.resize(results);
    }
}

template <Scalar T>
void max_pool(const Pooling& p, const T* x, T* y, Winners& winners) {
    winners.visit([&](auto* to) {
        parallel_for(p.planes, grain_of(p), [&](std::size_t begin, std::size_t end) {
            if constexpr (sizeof(*to) == 1) {
                table<T>().pooling.with_bytes(p, x, y, to, begin, end);
            } else {
                table<T>().pooling.with_words(p, x, y, to, begin, end);
            }
        });
    });
}

template <Scalar T>
void scatter_to_winners(const Pooling& p, const Winners& winners, const T* g, T* dx) {
    const Scratch<Index> offsets = under_window(p);
    winners.visit([&](const auto* all) {
        parallel_for(p.planes, grain_of(p), [&](std::size_t begin, std::size_t end) {
            for (std::size_t plane = begin; plane < end; ++plane) {
                T* const       to   = dx + plane * area(p.image);
                const T* const from = g + plane * area(p.result);
                std::fill_n(to, area(p.image), T{0});
                for_winners(p, offsets.data(), all + plane * area(p.result), [&](std::size_t result, Index element) { to[element] += from[result]; });
            }
        });
    });
}

template <Scalar T>
void gather_winners(const Pooling& p, const Winners& winners, const T* x, T* y) {
    const Scratch<Index> offsets = under_window(p);
    winners.visit([&](const auto* all) {
        parallel_for(p.planes, grain_of(p), [&](std::size_t begin, std::size_t end) {
            for (std::size_t plane = begin; plane < end; ++plane) {
                T* const       to   = y + plane * area(p.result);
                const T* const from = x + plane * area(p.image);
                for_winners(p, offsets.data(), all + plane * area(p.result), [&](std::size_t result, Index element) { to[result] = from[element]; });
            }
        });
    });
}

#define XTGRAD_INSTANTIATE(T)                                                                                                                        \
    template void max_pool<T>(const Pooling&, const T*, T*, Winners&);                                                                               \
    template void scatter_to_winners<T>(const Pooling&, const Winners&, const T*, T*);                                                               \
    template void gather_winners<T>(const Pooling&, const Winners&, const T*, T*);
XTGRAD_INSTANTIATE(float)
XTGRAD_INSTANTIATE(double)
#undef XTGRAD_INSTANTIATE

} // namespace xtgrad::kernels
