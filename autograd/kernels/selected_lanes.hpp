#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include <xtgrad/autograd/kernels/convolution_kernels.hpp>
#include <xtgrad/autograd/kernels/lanes.hpp>

namespace xtgrad::kernels {
inline namespace XTGRAD_TARGET {

template <Scalar T>
void pool_lanes(const LanePooling<T>& pooling) {
    for (std::size_t result = 0; result < pooling.results; ++result) {
        const std::size_t first = pooling.starts[result], last = pooling.starts[result + 1];
        for (std::size_t lane = 0; lane < pooling.lanes; lane += Lanes<T>::width) {
            Lanes<T> best   = Lanes<T>::load(pooling.rows + pooling.places[first] + lane);
            Lanes<T> winner = pooling.numbers[first];
            for (std::size_t place = first + 1; place < last; ++place) {
                const Lanes<T>    other  = Lanes<T>::load(pooling.rows + pooling.places[place] + lane);
                const LaneMask<T> larger = !(other <= best) && equal(best, best);
                best                     = select(larger, other, best);
                winner                   = select(larger, Lanes<T>(pooling.numbers[place]), winner);
            }
            best.store(pooling.best + result * pooling.lanes + lane);
            winner.store(pooling.winners + result * pooling.lanes + lane);
        }
    }
}

// Sums held in registers, of 16.
inline constexpr std::size_t most_vectors = 10;

// The sums of `vectors` vectors from the `first` on, over all runs.
template <class T, std::size_t vectors>
void gather_vectors(const ScaledVectors<T>& scaled, std::size_t first) {
    constexpr std::size_t         width = Lanes<T>::width;
    std::array<Lanes<T>, vectors> sums;
    std::array<const T*, vectors> from;
    for (std::size_t v = 0; v < vectors; ++v) {
        sums[v] = Lanes<T>::load(scaled.to + (first + v) * width);
        from[v] = scaled.from + scaled.steps[(first + v) / scaled.length] + (first + v) % scaled.length * width;
    }
    for (std::size_t entry = 0; entry < scaled.count; ++entry) {
        const Index    place = scaled.places[entry];
        const Lanes<T> factor(scaled.factors[entry]);
        for (std::size_t v = 0; v < vectors; ++v) sums[v] = multiply_add(factor, Lanes<T>::load(from[v] + place), sums[v]);
    }
    for (std::size_t v = 0; v < vectors; ++v) sums[v].store(scaled.to + (first + v) * width);
}

// `vectors` vectors of each run, from the `first` on.
template <class T, std::size_t vectors>
void scatter_vectors(const ScaledVectors<T>& scaled, std::size_t first) {
    constexpr std::size_t width = Lanes<T>::width;
    // Copied, because stores of vectors could change anything.
    const ScaledVectors<T> own = scaled;
    for (std::size_t entry = 0; entry < own.count; ++entry) {
        T* const       to = own.to + own.places[entry] + first * width;
        const Lanes<T> factor(own.factors[entry]);
        const T*       from = own.from + first * width;
        for (std::size_t run = 0; run < own.runs; ++run, from += own.length * width) {
            T* const at = to + own.steps[run];
            for (std::size_t v = 0; v < vectors; ++v)
                multiply_add(factor, Lanes<T>::load(from + v * width), Lanes<T>::load(at + v * width)).store(at + v * width);
        }
    }
}

// Calls f(vectors, first) for passes over `count` vectors, whose lengths differ by one at most.
template <class F>
void in_passes(std::size_t count, const F& f) {
    const std::size_t passes = (count + most_vectors - 1) / most_vectors;
    for (std::size_t pass = 0, first = 0; pass < passes; ++pass) {
        const std::size_t vectors = (count - first) / (passes - pass);
        f(vectors, first);
        first += vectors;
    }
}

template <class T>
using VectorPass = void (*)(const ScaledVectors<T>&, std::size_t);

template <Scalar T>
void gather_scaled(const ScaledVectors<T>& scaled) {
    constexpr auto by_count = []<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<VectorPass<T>, most_vectors>{&gather_vectors<T, I + 1>...};
    }
    (std::make_index_sequence<most_vectors>{});
    in_passes(scaled.runs * scaled.length, [&](std::size_t vectors, std::size_t first) { by_count[vectors - 1](scaled, first); });
}

template <Scalar T>
void scatter_scaled(const ScaledVectors<T>& scaled) {
    constexpr auto by_count = []<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<VectorPass<T>, most_vectors>{&scatter_vectors<T, I + 1>...};
    }
    (std::make_index_sequence<most_vectors>{});
    in_passes(scaled.length, [&](std::size_t vectors, std::size_t first) { by_count[vectors - 1](scaled, first); });
}

} // namespace XTGRAD_TARGET
} // namespace xtgrad::kernels
