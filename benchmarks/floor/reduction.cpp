#include "reduction.hpp"

#include <cmath>
#include <limits>

#include "threads.hpp"

namespace xtgrad::benchmarks::floor {

namespace {

// Everything below begins with one of these two: along a line, or lines side by side. The outer extent is divided among the threads, and the inner
// one where there is no outer.
template <class Line, class Lines>
void for_parts(std::size_t outer, std::size_t inner, const Line& line, const Lines& lines) {
    in_parts([&](std::size_t part) {
        if (outer > 1 || inner == 1) {
            const Span span = share(outer, part);
            for (std::size_t o = span.begin; o < span.end; ++o) inner == 1 ? line(o) : lines(o, std::size_t{0}, inner);
        } else {
            // In pieces whose sums stay in the first-level cache.
            constexpr std::size_t piece = 512;
            const Span            span  = share(inner, part, 16);
            for (std::size_t first = span.begin; first < span.end; first += piece) lines(std::size_t{0}, first, std::min(first + piece, span.end));
        }
    });
}

float largest_of(const float* x, std::size_t length) {
    float largest = x[0];
    for (std::size_t n = 1; n < length; ++n) largest = std::max(largest, x[n]);
    return largest;
}

} // namespace

Reduction::Reduction(const ReductionData& data, int axis)
    : outer_(axis == 1   ? ReductionData::extent
             : axis == 2 ? ReductionData::extent * ReductionData::extent
                         : 1),
      length_(axis < 0 ? ReductionData::size : ReductionData::extent), inner_(ReductionData::size / outer_ / length_), x_(data.x),
      result_(ReductionData::size), largest_(outer_ * inner_), total_(outer_ * inner_) {}

void Reduction::sum() {
    const float* x = x_.data();
    float*       r = result_.data();
    for_parts(
        outer_, inner_,
        [&](std::size_t o) {
            float total = 0;
            for (std::size_t n = 0; n < length_; ++n) total += x[o * length_ + n];
            r[o] = total;
        },
        [&](std::size_t o, std::size_t begin, std::size_t end) {
            float* __restrict total = r + o * inner_;
            for (std::size_t i = begin; i < end; ++i) total[i] = x[o * length_ * inner_ + i];
            for (std::size_t n = 1; n < length_; ++n) {
                const float* line = x + (o * length_ + n) * inner_;
                for (std::size_t i = begin; i < end; ++i) total[i] += line[i];
            }
        });
}

void Reduction::mean() {
    sum();
    const float share = 1 / static_cast<float>(length_);
    for (std::size_t i = 0; i < outer_ * inner_; ++i) result_[i] *= share;
}

void Reduction::amax() {
    const float* x = x_.data();
    float*       r = result_.data();
    for_parts(
        outer_, inner_, [&](std::size_t o) { r[o] = largest_of(x + o * length_, length_); },
        [&](std::size_t o, std::size_t begin, std::size_t end) {
            float* __restrict largest = r + o * inner_;
            for (std::size_t i = begin; i < end; ++i) largest[i] = x[o * length_ * inner_ + i];
            for (std::size_t n = 1; n < length_; ++n) {
                const float* line = x + (o * length_ + n) * inner_;
                for (std::size_t i = begin; i < end; ++i) largest[i] = std::max(largest[i], line[i]);
            }
        });
}

void Reduction::logsumexp() {
    const float* x = x_.data();
    float*       r = result_.data();
    for_parts(
        outer_, inner_,
        [&](std::size_t o) {
            const float* line    = x + o * length_;
            const float  largest = largest_of(line, length_);
            float        total   = 0;
            for (std::size_t n = 0; n < length_; ++n) total += std::exp(line[n] - largest);
            r[o] = largest + std::log(total);
        },
        [&](std::size_t o, std::size_t begin, std::size_t end) {
            float* __restrict largest = largest_.data() + o * inner_;
            float* __restrict total   = r + o * inner_;
            const float* first        = x + o * length_ * inner_;
            for (std::size_t i = begin; i < end; ++i) largest[i] = first[i];
            for (std::size_t n = 1; n < length_; ++n) {
                for (std::size_t i = begin; i < end; ++i) largest[i] = std::max(largest[i], first[n * inner_ + i]);
            }
            for (std::size_t i = begin; i < end; ++i) total[i] = 0;
            for (std::size_t n = 0; n < length_; ++n) {
                for (std::size_t i = begin; i < end; ++i) total[i] += std::exp(first[n * inner_ + i] - largest[i]);
            }
            for (std::size_t i = begin; i < end; ++i) total[i] = largest[i] + std::log(total[i]);
        });
}

void Reduction::softmax() {
    const float* x = x_.data();
    float*       r = result_.data();
    for_parts(
        outer_, inner_,
        [&](std::size_t o) {
            const float* line    = x + o * length_;
            float*       y       = r + o * length_;
            const float  largest = largest_of(line, length_);
            float        total   = 0;
            for (std::size_t n = 0; n < length_; ++n) {
                y[n] = std::exp(line[n] - largest);
                total += y[n];
            }
            const float share = 1 / total;
            for (std::size_t n = 0; n < length_; ++n) y[n] *= share;
        },
        [&](std::size_t o, std::size_t begin, std::size_t end) {
            float* __restrict largest = largest_.data() + o * inner_;
            float* __restrict total   = total_.data() + o * inner_;
            const float* first        = x + o * length_ * inner_;
            float* __restrict y       = r + o * length_ * inner_;
            for (std::size_t i = begin; i < end; ++i) largest[i] = first[i];
            for (std::size_t n = 1; n < length_; ++n) {
                for (std::size_t i = begin; i < end; ++i) largest[i] = std::max(largest[i], first[n * inner_ + i]);
            }
            for (std::size_t i = begin; i < end; ++i) total[i] = 0;
            for (std::size_t n = 0; n < length_; ++n) {
                for (std::size_t i = begin; i < end; ++i) {
                    y[n * inner_ + i] = std::exp(first[n * inner_ + i] - largest[i]);
                    total[i] += y[n * inner_ + i];
                }
            }
            for (std::size_t i = begin; i < end; ++i) total[i] = 1 / total[i];
            for (std::size_t n = 0; n < length_; ++n) {
                for (std::size_t i = begin; i < end; ++i) y[n * inner_ + i] *= total[i];
            }
        });
}

} // namespace xtgrad::benchmarks::floor
