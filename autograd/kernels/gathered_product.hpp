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

// Sums held in registers. Of 16, six rows of two vectors leave four for the matrix and the source; of 32, six rows of four leave eight.
template <std::size_t vectors>
inline constexpr std::size_t most_rows = vectors == 1 ? 8 : 6 * panel_vectors / vectors;

// A panel, and a few of its terms.
template <class T>
struct Panel {
    const T*     source;
    const Index* rows;
    const Index* terms;
    std::size_t  term_count;
    const T*     matrix;
    std::size_t  matrix_step; // from term to term
    T*           out;
    const Index* targets;
    const T*     start;
    const T*     row_start;
};

// `row_count` rows, from the `first` on, of a panel of `vectors` vectors.
template <class T, std::size_t vectors, std::size_t row_count>
void multiply_rows(const Panel<T>& panel, std::size_t first) {
    constexpr std::size_t width = Lanes<T>::width;
    const Index *const rows = panel.rows + first, *const targets = panel.targets + first, *const terms = panel.terms;
    T* const                                             out = panel.out;
    std::array<const T*, row_count>                      from;
    std::array<std::array<Lanes<T>, vectors>, row_count> sums;
    for (std::size_t row = 0; row < row_count; ++row) {
        from[row] = panel.source + rows[row];
        for (std::size_t v = 0; v < vectors; ++v) {
            if (panel.row_start != nullptr) {
                sums[row][v] = Lanes<T>(panel.row_start[first + row]);
            } else {
                sums[row][v] = Lanes<T>::load((panel.start != nullptr ? panel.start : out + targets[row]) + v * width);
            }
        }
    }
    const T* matrix = panel.matrix;
    for (std::size_t j = 0; j < panel.term_count; ++j, matrix += panel.matrix_step) {
        const Index                   term = terms[j];
        std::array<Lanes<T>, vectors> factors;
        for (std::size_t v = 0; v < vectors; ++v) factors[v] = Lanes<T>::load(matrix + v * width);
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
    using Block                     = void (*)(const Panel<T>&, std::size_t);
    constexpr std::size_t most      = most_rows<vectors>;
    constexpr auto        by_height = []<std::size_t... I>(std::index_sequence<I...>) {
               return std::array<Block, most>{&multiply_rows<T, vectors, I + 1>...};
    }
    (std::make_index_sequence<most>{});
    const bool        in_panels = product.matrix_step == 0;
    const std::size_t step      = in_panels ? vectors * Lanes<T>::width : product.matrix_step;
    // Blocks of heights, and passes of lengths, that differ by one at most.
    const std::size_t blocks = (product.row_count + most - 1) / most;
    const std::size_t passes = std::max<std::size_t>(1, (product.term_count + terms_at_once - 1) / terms_at_once);
    for (std::size_t pass = 0, first_term = 0, terms = 0; pass < passes; ++pass, first_term += terms) {
        terms = (product.term_count - first_term) / (passes - pass);
        const Panel<T> panel{.source      = product.source,
                             .rows        = product.rows,
                             .terms       = product.terms + first_term,
                             .term_count  = terms,
                             .matrix      = product.matrix + first_lane * (in_panels ? product.term_count : 1) + first_term * step,
                             .matrix_step = step,
                             .out         = product.out + first_lane,
                             .targets     = product.targets,
                             .start       = pass == 0 && product.start != nullptr ? product.start + first_lane : nullptr,
                             .row_start   = pass == 0 ? product.row_start : nullptr};
        for (std::size_t block = 0, row = 0; block < blocks; ++block) {
            const std::size_t height = (product.row_count - row) / (blocks - block);
            by_height[height - 1](panel, row);
            row += height;
        }
    }
}

template <Scalar T>
void multiply_gathered(const GatheredProduct<T>& product) {
    constexpr std::size_t width    = Lanes<T>::width;
    constexpr auto        by_width = []<std::size_t... I>(std::index_sequence<I...>) {
               return std::array<void (*)(const GatheredProduct<T>&, std::size_t), panel_vectors>{&multiply_panel<T, I + 1>...};
    }
    (std::make_index_sequence<panel_vectors>{});
    for (std::size_t lane = 0; lane < product.lanes; lane += panel_vectors * width) {
        const std::size_t vectors = panel_width<T>(lane, product.lanes) / width;
        if (vectors > 0) by_width[vectors - 1](product, lane);
    }
    // The last vector of a matrix that is not in panels overlaps the one before it.
    if (product.lanes % width != 0) multiply_panel<T, 1>(product, product.lanes - width);
}

} // namespace XTGRAD_TARGET
} // namespace xtgrad::kernels
