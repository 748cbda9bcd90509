#include <xtgrad/autograd/kernels/pooling.hpp>

#include <algorithm>

namespace xtgrad::kernels {

namespace {

template <class F>
void parallel_for(std::size_t count, std::size_t, const F& f) {
    if (count > 0) f(std::size_t{0}, count);
}

constexpr std::size_t byte_values = 256;

// Planes worth a thread of their own hold so many results.
constexpr std::size_t results_at_once = 4096;

std::size_t area(const Sides& sides) { return sides.height * sides.width; }

// The first element of a window along one side that lies in the image, and the first that lies behind it.
struct Reach {
    std::size_t first, last;

    Reach(std::size_t place, std::size_t stride, std::size_t padding, std::size_t dilation, std::size_t window, std::size_t extent) {
        const std::size_t start = place * stride;
        first                   = start >= padding ? 0 : (padding - start + dilation - 1) / dilation;
        last                    = start >= extent + padding ? 0 : std::min(window, (extent + padding - start + dilation - 1) / dilation);
    }
};

template <class F>
void for_planes(const Pooling& p, const F& f) {
    const std::size_t grain = std::max<std::size_t>(1, results_at_once / area(p.result));
    parallel_for(p.planes, grain, [&](std::size_t begin, std::size_t end) {
        for (std::size_t plane = begin; plane < end; ++plane) f(plane);
    });
}

// Calls visit(result, element of the image) for the winner of each window of a plane.
template <class Winner, class Visit>
void for_winners(const Pooling& p, const Winner* winners, const Visit& visit) {
    std::size_t result = 0;
    for (std::size_t oy = 0; oy < p.result.height; ++oy) {
        for (std::size_t ox = 0; ox < p.result.width; ++ox, ++result) {
            const std::size_t y = oy * p.stride.height + winners[result] / p.window.width * p.dilation.height - p.padding.height;
            const std::size_t x = ox * p.stride.width + winners[result] % p.window.width * p.dilation.width - p.padding.width;
            visit(result, y * p.image.width + x);
        }
    }
}

template <class T, class Winner>
void pool_plane(const Pooling& p, const T* x, T* y, Winner* winners) {
    for (std::size_t oy = 0; oy < p.result.height; ++oy) {
        const Reach rows(oy, p.stride.height, p.padding.height, p.dilation.height, p.window.height, p.image.height);
        for (std::size_t ox = 0; ox < p.result.width; ++ox) {
            const Reach columns(ox, p.stride.width, p.padding.width, p.dilation.width, p.window.width, p.image.width);
            T           best   = 0;
            std::size_t winner = p.window.height * p.window.width;
            for (std::size_t row = rows.first; row < rows.last; ++row) {
                const T* const from = x + (oy * p.stride.height + row * p.dilation.height - p.padding.height) * p.image.width;
                for (std::size_t column = columns.first; column < columns.last; ++column) {
                    const T element = from[ox * p.stride.width + column * p.dilation.width - p.padding.width];
                    if (winner == p.window.height * p.window.width || element > best || (element != element && best == best)) {
                        best   = element;
                        winner = row * p.window.width + column;
                    }
                }
            }
            *y++       = best;
            *winners++ = static_cast<Winner>(winner);
        }
    }
}

} // namespace

Winners::Winners(const Pooling& pooling) : small_(area(pooling.window) <= byte_values) {
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
        for_planes(p, [&](std::size_t plane) { pool_plane(p, x + plane * area(p.image), y + plane * area(p.result), to + plane * area(p.result)); });
    });
}

template <Scalar T>
void scatter_to_winners(const Pooling& p, const Winners& winners, const T* g, T* dx) {
    winners.visit([&](const auto* all) {
        for_planes(p, [&](std::size_t plane) {
            T* const       to   = dx + plane * area(p.image);
            const T* const from = g + plane * area(p.result);
            std::fill_n(to, area(p.image), T{0});
            for_winners(p, all + plane * area(p.result), [&](std::size_t result, std::size_t element) { to[element] += from[result]; });
        });
    });
}

template <Scalar T>
void gather_winners(const Pooling& p, const Winners& winners, const T* x, T* y) {
    winners.visit([&](const auto* all) {
        for_planes(p, [&](std::size_t plane) {
            T* const       to   = y + plane * area(p.result);
            const T* const from = x + plane * area(p.image);
            for_winners(p, all + plane * area(p.result), [&](std::size_t result, std::size_t element) { to[result] = from[element]; });
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
