#include <doctest/doctest.h>

#include <xtgrad/array/buffer_pool.hpp>
#include <xtgrad/array/random.hpp>
#include <xtgrad/autograd.hpp>

using namespace xtgrad;

TEST_CASE("After the first step a step asks the system for no memory, and holds none when it ends") {
    Random             random(1);
    const Array<float> input = random.normal_array<float>({64, 100}), target = random.normal_array<float>({64, 10});
    const Array<float> first = random.normal_array<float>({100, 50}), second = random.normal_array<float>({50, 10});
    const auto         step = [&] {
        Tape       tape;
        const auto a = tape.watch(first), b = tape.watch(second);
        const auto output = matmul(sigmoid(matmul(input, a)), b);
        const auto loss   = mean(square(output - target)) + 0.01F * sum(logsumexp(output, 1));
        return tape.gradient(loss, std::tuple{a, b});
    };
    for (int warm = 0; warm < 2; ++warm) step();
    const BufferStatistics before = BufferPool::statistics();
    for (int round = 0; round < 20; ++round) step();
    const BufferStatistics after = BufferPool::statistics();
    CHECK(after.system_allocations == before.system_allocations);
    CHECK(after.bytes_reserved == before.bytes_reserved);
    CHECK(after.bytes_in_use <= before.bytes_in_use);
}

TEST_CASE("The backward pass holds a few gradients more than the forward pass, not one for each operation") {
    constexpr std::size_t elements = std::size_t{1} << 16;
    constexpr std::size_t bytes    = elements * sizeof(double);
    const Array<double>   start    = full<double>({elements}, 0.5);
    const auto            peak     = [&](int depth, bool backward) {
        Tape             tape;
        const auto       x = tape.watch(start);
        Variable<double> y = x;
        for (int operation = 0; operation < depth; ++operation) y = sin(y);
        const auto total = sum(y);
        BufferPool::reset_peak();
        if (backward) tape.gradient(total, x);
        return BufferPool::statistics().peak_bytes_in_use;
    };
    peak(40, true);
    const auto forward = peak(40, false), both = peak(40, true);
    CHECK(both >= forward);
    CHECK(both - forward < 5 * bytes);
}

TEST_CASE("A tape's values are freed on the way back where nobody holds them") {
    constexpr std::size_t bytes = (std::size_t{1} << 16) * sizeof(double);
    Tape                  tape;
    const auto            x = tape.watch(full<double>({bytes / sizeof(double)}, 0.5));
    Variable<double>      y = x;
    for (int operation = 0; operation < 20; ++operation) y = sin(y);
    const auto total    = sum(y);
    const auto recorded = BufferPool::statistics().bytes_in_use;
    const auto gradient = tape.gradient(total, x);
    // All but x, y and the gradient.
    CHECK(BufferPool::statistics().bytes_in_use + 16 * bytes < recorded);
    CHECK(gradient.size() == x.size());
}
