#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include <xtgrad/autograd/kernels/lanes.hpp>
#include <xtgrad/autograd/kernels/pooling.hpp>

namespace xtgrad::kernels {
inline namespace XTGRAD_TARGET {

/// The elements of a window that lie in the image, along one side: from `first` to before `last`.
struct Reach {
    std::size_t first, last;

    Reach(std::size_t place, std::size_t stride, std::size_t padding, std::size_t dilation, std::size_t window, std::size_t extent) {
        const std::size_t start = place * stride;
        first                   = start >= padding ? 0 : (padding - start + dilation - 1) / dilation;
        last                    = start >= extent + padding ? 0 : std::min(window, (extent + padding - start + dilation - 1) / dilation);
    }
};

// Every second element of two vectors that follow each other in memory.
template <class T, std::size_t... lane>
Lanes<T> every_second(const T* from, std::index_sequence<lane...>) {
    const auto a = Lanes<T>::load(from).batch().data;
    const auto b = Lanes<T>::load(from + sizeof...(lane)).batch().data;
    return Lanes<T>(typename Lanes<T>::Batch(__builtin_shufflevector(a, b, (2 * lane)...)));
}

// The windows of one row of results, of which [left, right) reach no padding on the sides.
template <class T, class Winner>
class PoolingRow {
    static constexpr std::size_t width = Lanes<T>::width;

public:
    PoolingRow(const Pooling& pooling, const T* plane, std::size_t row, T* y, Winner* winners)
        : p_(pooling),
          rows_(row, pooling.stride.height, pooling.padding.height, pooling.dilation.height, pooling.window.height, pooling.image.height),
          // Of rows in the padding nothing is read.
          corner_(plane + (row * pooling.stride.height + rows_.first * pooling.dilation.height - pooling.padding.height) * pooling.image.width),
          y_(y), winners_(winners) {}

    // Lane after lane; what is stored past the end of this row, the next one overwrites. Ends where memory that is not ours begins.
    std::size_t by_lanes(std::size_t left, std::size_t right, const T* readable, const T* writable) const {
        std::size_t       column = left;
        const std::size_t reach  = (p_.window.width - 1) * p_.dilation.width + p_.stride.width * width;
        for (; column < right; column += width) {
            const T* const from = corner_ + column * p_.stride.width - p_.padding.width;
            const T* const last = from + (rows_.last - rows_.first - 1) * p_.dilation.height * p_.image.width + reach;
            if (last > readable || y_ + column + width > writable) break;
            Lanes<T> best = element(from), winner = static_cast<T>(rows_.first * p_.window.width);
            for (std::size_t row = rows_.first; row < rows_.last; ++row) {
                const T* const under = from + (row - rows_.first) * p_.dilation.height * p_.image.width;
                for (std::size_t place = row == rows_.first ? 1 : 0; place < p_.window.width; ++place) {
                    const Lanes<T>    other  = element(under + place * p_.dilation.width);
                    const LaneMask<T> larger = !(other <= best) && equal(best, best);
                    best                     = select(larger, other, best);
                    winner                   = select(larger, Lanes<T>(static_cast<T>(row * p_.window.width + place)), winner);
                }
            }
            best.store(y_ + column);
            std::array<T, width> numbers;
            winner.store(numbers.data());
            for (std::size_t lane = 0; lane < width; ++lane) winners_[column + lane] = winner_of<Winner>(numbers[lane]);
        }
        return std::min(column, right);
    }

    void by_elements(std::size_t from, std::size_t to) const {
        for (std::size_t column = from; column < to; ++column) {
            const Reach columns(column, p_.stride.width, p_.padding.width, p_.dilation.width, p_.window.width, p_.image.width);
            T           best   = 0;
            std::size_t winner = p_.window.height * p_.window.width;
            for (std::size_t row = rows_.first; row < rows_.last; ++row) {
                const T* const under = corner_ + (row - rows_.first) * p_.dilation.height * p_.image.width;
                for (std::size_t place = columns.first; place < columns.last; ++place) {
                    const T other = under[column * p_.stride.width + place * p_.dilation.width - p_.padding.width];
                    if (winner == p_.window.height * p_.window.width || (!(other <= best) && best == best)) {
                        best   = other;
                        winner = row * p_.window.width + place;
                    }
                }
            }
            y_[column]       = best;
            winners_[column] = static_cast<Winner>(winner);
        }
    }

private:
    Lanes<T> element(const T* from) const {
        return p_.stride.width == 1 ? Lanes<T>::load(from) : every_second(from, std::make_index_sequence<width>{});
    }

    const Pooling& p_;
    Reach          rows_;
    const T*       corner_;
    T*             y_;
    Winner*        winners_;
};

template <Scalar T, class Winner>
void max_pool_planes(const Pooling& p, const T* x, T* y, Winner* winners, std::size_t begin, std::size_t end) {
    const std::size_t image = p.image.height * p.image.width, result = p.result.height * p.result.width;
    // Winners are counted in lanes, and T counts this far.
    const bool        counts = p.window.height * p.window.width <= (std::size_t{1} << std::numeric_limits<T>::digits);
    const std::size_t reach  = (p.window.width - 1) * p.dilation.width;
    const std::size_t left   = std::min(p.result.width, (p.padding.width + p.stride.width - 1) / p.stride.width);
    const std::size_t right  = p.image.width + p.padding.width <= reach
                                   ? left
                                   : std::clamp((p.image.width + p.padding.width - reach - 1) / p.stride.width + 1, left, p.result.width);
    // Arrays go on for a vector of bytes past their last element.
    const T* const readable = x + p.planes * image + BufferPool::slack / sizeof(T);
    for (std::size_t plane = begin; plane < end; ++plane) {
        for (std::size_t row = 0; row < p.result.height; ++row) {
            const std::size_t           first = plane * result + row * p.result.width;
            const PoolingRow<T, Winner> one(p, x + plane * image, row, y + first, winners + first);
            one.by_elements(0, left);
            const std::size_t done = p.stride.width <= 2 && counts ? one.by_lanes(left, right, readable, y + end * result) : left;
            one.by_elements(done, p.result.width);
        }
    }
}

} // namespace XTGRAD_TARGET
} // namespace xtgrad::kernels
