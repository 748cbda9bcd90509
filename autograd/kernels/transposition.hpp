#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include <xtgrad/autograd/kernels/convolution_kernels.hpp>
#include <xtgrad/autograd/kernels/lanes.hpp>

namespace xtgrad::kernels {
inline namespace XTGRAD_TARGET {

template <class T>
using Square = std::array<Lanes<T>, Lanes<T>::width>;

// Exchanges the off-diagonal blocks of `block` × `block` elements in each pair of rows.
template <std::size_t block, class T, std::size_t... column>
void exchange_blocks(Square<T>& rows, std::index_sequence<column...>) {
    constexpr std::size_t width = Lanes<T>::width;
    using Batch                 = typename Lanes<T>::Batch;
    for (std::size_t row = 0; row < width; ++row) {
        if ((row & block) != 0) continue;
        const auto upper  = rows[row].batch().data;
        const auto lower  = rows[row + block].batch().data;
        rows[row]         = Lanes<T>(Batch(__builtin_shufflevector(upper, lower, ((column & block) != 0 ? width + column - block : column)...)));
        rows[row + block] = Lanes<T>(Batch(__builtin_shufflevector(upper, lower, ((column & block) != 0 ? width + column : column + block)...)));
    }
}

/// Transposes a square of lanes in registers: J. O. Eklundh, "A fast computer method for matrix transposing", 1972.
template <std::size_t block = 1, class T>
void transpose(Square<T>& rows) {
    if constexpr (block < Lanes<T>::width) {
        exchange_blocks<block, T>(rows, std::make_index_sequence<Lanes<T>::width>{});
        transpose<2 * block, T>(rows);
    }
}

/// Vectors side by side in a panel, the last one of a matrix aside: with AVX-512 there are twice the registers.
#ifdef __AVX512F__
inline constexpr std::size_t panel_vectors = 4;
#else
inline constexpr std::size_t panel_vectors = 2;
#endif

/// How many channels the panel that begins at `channel` holds.
template <class T>
std::size_t panel_width(std::size_t channel, std::size_t lanes) {
    return std::min(panel_vectors * Lanes<T>::width, lanes - channel);
}

template <class T>
std::size_t whole_vectors(std::size_t channels) {
    constexpr std::size_t width = Lanes<T>::width;
    return (channels + width - 1) / width * width;
}

template <Scalar T>
void pack(const Packing<T>& packing) {
    constexpr std::size_t width = Lanes<T>::width;
    const std::size_t     lanes = whole_vectors<T>(packing.channels);
    for (std::size_t first = 0; first < lanes; first += width) {
        const std::size_t panel   = first / (panel_vectors * width) * (panel_vectors * width);
        const std::size_t breadth = packing.to_step != 0 ? packing.to_step : panel_width<T>(panel, lanes);
        T* const to = packing.to + (packing.to_step != 0 ? first : panel * packing.panel_columns + packing.first_column * breadth + (first - panel));
        const T* const    from    = packing.from + first * packing.from_step;
        const std::size_t present = std::min(width, packing.channels - first);
        for (std::size_t column = 0; column < packing.columns; column += width) {
            const std::size_t count = std::min(width, packing.columns - column);
            Square<T>         square;
            if (count == width) {
                for (std::size_t channel = 0; channel < width; ++channel)
                    square[channel] = channel < present ? Lanes<T>::load(from + channel * packing.from_step + column) : Lanes<T>(T{0});
            } else {
                // Nothing past the last column is read: it may be another thread's.
                for (std::size_t channel = 0; channel < width; ++channel) {
                    std::array<T, width> some{};
                    if (channel < present) std::copy_n(from + channel * packing.from_step + column, count, some.data());
                    square[channel] = Lanes<T>::load(some.data());
                }
            }
            transpose<1, T>(square);
            for (std::size_t place = 0; place < count; ++place) square[place].store(to + (column + place) * breadth);
        }
    }
}

template <Scalar T>
void unpack(const Unpacking<T>& unpacking) {
    constexpr std::size_t width = Lanes<T>::width;
    for (std::size_t first = 0; first < unpacking.channels; first += width) {
        const std::size_t present = std::min(width, unpacking.channels - first);
        for (std::size_t row = 0; row < unpacking.rows; row += width) {
            // The last whole square overlaps the one before it.
            const std::size_t start = row + width > unpacking.rows && unpacking.rows >= width ? unpacking.rows - width : row;
            const std::size_t count = std::min(width, unpacking.rows - start);
            Square<T>         square;
            for (std::size_t place = 0; place < width; ++place)
                square[place] = Lanes<T>::load(unpacking.from + (start + place) * unpacking.from_step + first);
            transpose<1, T>(square);
            T* const to = unpacking.to + first * unpacking.to_step + start;
            if (count == width) {
                for (std::size_t channel = 0; channel < present; ++channel) square[channel].store(to + channel * unpacking.to_step);
            } else {
                for (std::size_t channel = 0; channel < present; ++channel) {
                    std::array<T, width> some;
                    square[channel].store(some.data());
                    std::copy_n(some.data(), count, to + channel * unpacking.to_step);
                }
            }
        }
    }
}

} // namespace XTGRAD_TARGET
} // namespace xtgrad::kernels
