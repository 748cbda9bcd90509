#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include <xtgrad/autograd/kernels/convolution_kernels.hpp>
#include <xtgrad/autograd/kernels/lanes.hpp>
#include <xtgrad/autograd/kernels/transposition.hpp>

namespace xtgrad::kernels {
inline namespace XTGRAD_TARGET {

// Terms taken at a time: 16 KiB of a panel in float with AVX2, half of a first-level cache.
inline constexpr std::size_t terms_at_once = 256;

// Sums held in registers: of 16, six rows of two vectors leave four for the matrix and the source.
template <std::size_t vectors>
inline constexpr std::size_t most_rows = vectors == 2 ? 6 : 8;

// `row_count` rows of one panel of `vectors` vectors.
template <class T, std::size_t vectors, std::size_t row_count>
void multiply_rows(const T* source, const Index* rows, const Index* terms, std::size_t term_count, const T* matrix, T* out, const Index* targets,
                   const T* start) {
    constexpr std::size_t                                width = Lanes<T>::width;
    std::array<const T*, row_count>                      from;
    std::array<std::array<Lanes<T>, vectors>, row_count> sums;
    for (std::size_t row = 0; row < row_count; ++row) {
        from[row] = source + rows[row];
        for (std::size_t v = 0; v < vectors; ++v) sums[row][v] = Lanes<T>::load((start != nullptr ? start : out + targets[row]) + v * width);
    }
    for (std::size_t j = 0; j < term_count; ++j) {
        const Index                   term = terms[j];
        std::array<Lanes<T>, vectors> factors;
        for (std::size_t v = 0; v < vectors; ++v) factors[v] = Lanes<T>::load(matrix + (j * vectors + v) * width);
        for (std::size_t row = 0; row < row_count; ++row) {
            const Lanes<T> x(from[row][term]);
            for (std::size_t v = 0; v < vectors; ++v) sums[row][v] = multiply_add(x, factors[v], sums[row][v]);
        }
    }
    for (std::size_t row = 0; row < row_count; ++row) {
        for (std::size_t v = 0; v < vectors; ++v) sums[row][v].store(out + targets[row] + v * width);
    }
}

template <class T, std::size_t vectors>
void multiply_panel(const GatheredProduct<T>& product, std::size_t first_lane) {
    using Block                     = void (*)(const T*, const Index*, const Index*, std::size_t, const T*, T*, const Index*, const T*);
    constexpr std::size_t most      = most_rows<vectors>;
    constexpr auto        by_height = []<std::size_t... I>(std::index_sequence<I...>) {
               return std::array<Block, most>{&multiply_rows<T, vectors, I + 1>...};
    }
    (std::make_index_sequence<most>{});
    // Blocks of heights, and passes of lengths, that differ by one at most.
    const std::size_t blocks = (product.row_count + most - 1) / most;
    const std::size_t passes = std::max<std::size_t>(1, (product.term_count + terms_at_once - 1) / terms_at_once);
    for (std::size_t pass = 0, first_term = 0, terms = 0; pass < passes; ++pass, first_term += terms) {
        terms                 = (product.term_count - first_term) / (passes - pass);
        const T* const matrix = product.matrix + first_lane * product.term_count + first_term * vectors * Lanes<T>::width;
        const T* const start  = pass == 0 && product.start != nullptr ? product.start + first_lane : nullptr;
        for (std::size_t block = 0, row = 0; block < blocks; ++block) {
            const std::size_t height = (product.row_count - row) / (blocks - block);
            by_height[height - 1](product.source, product.rows + row, product.terms + first_term, terms, matrix, product.out + first_lane,
                                  product.targets + row, start);
            row += height;
        }
    }
}

template <Scalar T>
void multiply_gathered(const GatheredProduct<T>& product) {
    for (std::size_t lane = 0; lane < product.lanes; lane += 2 * Lanes<T>::width) {
        if (panel_width<T>(lane, product.lanes) == Lanes<T>::width) {
            multiply_panel<T, 1>(product, lane);
        } else {
            multiply_panel<T, 2>(product, lane);
        }
    }
}

} // namespace XTGRAD_TARGET
} // namespace xtgrad::kernels
