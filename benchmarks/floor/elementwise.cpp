#include "elementwise.hpp"

#include <array>

#include "tanh.hpp"
#include "threads.hpp"

namespace xtgrad::benchmarks::floor {

namespace {

// Below it a second thread costs more than it brings.
constexpr std::size_t least_for_threads = 20'000;

template <class Loop>
float summed(std::size_t size, const Loop& loop) {
    if (thread_count() == 1 || size < least_for_threads) return loop(std::size_t{0}, size);
    std::array<float, 256> parts{};
    in_parts([&](std::size_t part) {
        const Span span = share(size, part, 16);
        parts[part]     = loop(span.begin, span.end);
    });
    float total = 0;
    for (std::size_t part = 0; part < thread_count(); ++part) total += parts[part];
    return total;
}

template <class Loop>
void each(std::size_t size, const Loop& loop) {
    summed(size, [&](std::size_t begin, std::size_t end) {
        loop(begin, end);
        return 0.0F;
    });
}

} // namespace

Elementwise::Elementwise(const ElementwiseData& data)
    : size_(data.a.size()), a_(data.a), b_(data.b), y_(size_), ga_(size_), gb_(size_), product_(size_), sum_(size_), cotangent_(size_) {}

float Elementwise::two_passes() {
    const float *a = a_.data(), *b = b_.data();
    float* __restrict y = y_.data(), * __restrict ga = ga_.data(), * __restrict gb = gb_.data();
    const float total = summed(size_, [=](std::size_t begin, std::size_t end) {
        float sum = 0;
        for (std::size_t i = begin; i < end; ++i) {
            y[i] = fast_tanh(a[i] * b[i] + a[i]);
            sum += y[i];
        }
        return sum;
    });
    each(size_, [=](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            const float d = 1 - y[i] * y[i];
            ga[i]         = d * (b[i] + 1);
            gb[i]         = d * a[i];
        }
    });
    return total;
}

float Elementwise::single_pass() {
    const float *a = a_.data(), *b = b_.data();
    float* __restrict ga = ga_.data(), * __restrict gb = gb_.data();
    return summed(size_, [=](std::size_t begin, std::size_t end) {
        float sum = 0;
        for (std::size_t i = begin; i < end; ++i) {
            const float y = fast_tanh(a[i] * b[i] + a[i]);
            const float d = 1 - y * y;
            sum += y;
            ga[i] = d * (b[i] + 1);
            gb[i] = d * a[i];
        }
        return sum;
    });
}

float Elementwise::operation_by_operation() {
    const float *a = a_.data(), *b = b_.data();
    float* __restrict product = product_.data(), * __restrict sum = sum_.data(), * __restrict y = y_.data();
    float* __restrict g = cotangent_.data(), * __restrict ga = ga_.data(), * __restrict gb = gb_.data();
    each(size_, [=](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) product[i] = a[i] * b[i];
    });
    each(size_, [=](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) sum[i] = product[i] + a[i];
    });
    each(size_, [=](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) y[i] = fast_tanh(sum[i]);
    });
    const float total = summed(size_, [=](std::size_t begin, std::size_t end) {
        float all = 0;
        for (std::size_t i = begin; i < end; ++i) all += y[i];
        return all;
    });
    // Back: the sum's cotangent is the number 1; the addition passes its own on, to the product and to a.
    each(size_, [=](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) g[i] = 1 - y[i] * y[i];
    });
    each(size_, [=](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            ga[i] = g[i] + g[i] * b[i];
            gb[i] = g[i] * a[i];
        }
    });
    return total;
}

} // namespace xtgrad::benchmarks::floor
