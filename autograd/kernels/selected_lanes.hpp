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

template <class T, std::size_t vectors>
void gather_vectors(const ScaledVectors<T>& scaled, std::size_t first) {
    constexpr std::size_t         width = Lanes<T>::width;
    std::array<Lanes<T>, vectors> sums;
    std::array<const T*, vectors> from;
    for (std::size_t v = 0; v < vectors; ++v) {
        sums[v] = Lanes<T>::load(scaled.to + (first + v) * width);
        from[v] = scaled.from + scaled.steps[first + v];
    }
    for (std::size_t entry = 0; entry < scaled.count; ++entry) {
        const Index    place = scaled.places[entry];
        const Lanes<T> factor(scaled.factors[entry]);
        for (std::size_t v = 0; v < vectors; ++v) sums[v] = multiply_add(factor, Lanes<T>::load(from[v] + place), sums[v]);
    }
    for (std::size_t v = 0; v < vectors; ++v) sums[v].store(scaled.to + (first + v) * width);
}

template <Scalar T>
void gather_scaled(const ScaledVectors<T>& scaled) {
    constexpr auto by_count = []<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<void (*)(const ScaledVectors<T>&, std::size_t), most_vectors>{&gather_vectors<T, I + 1>...};
    }
    (std::make_index_sequence<most_vectors>{});
    const std::size_t passes = (scaled.vectors + most_vectors - 1) / most_vectors;
    for (std::size_t pass = 0, first = 0; pass < passes; ++pass) {
        const std::size_t vectors = (scaled.vectors - first) / (passes - pass);
        by_count[vectors - 1](scaled, first);
        first += vectors;
    }
}

template <Scalar T>
void scatter_scaled(const ScaledVectors<T>& scaled) {
    constexpr std::size_t width = Lanes<T>::width;
    for (std::size_t entry = 0; entry < scaled.count; ++entry) {
        T* const       to = scaled.to + scaled.places[entry];
        const Lanes<T> factor(scaled.factors[entry]);
        for (std::size_t v = 0; v < scaled.vectors; ++v) {
            T* const at = to + scaled.steps[v];
            multiply_add(factor, Lanes<T>::load(scaled.from + v * width), Lanes<T>::load(at)).store(at);
        }
    }
}

} // namespace XTGRAD_TARGET
} // namespace xtgrad::kernels
