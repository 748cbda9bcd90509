// What a training step asks of the system's allocator. This program counts every operator new, so that nothing escapes that the pool does not see.

#include <atomic>
#include <cstdlib>
#include <new>

#include <doctest/doctest.h>

#include <xtgrad/array/buffer_pool.hpp>
#include <xtgrad/array/random.hpp>
#include <xtgrad/autograd.hpp>
#include <xtgrad/nn.hpp>
#include <xtgrad/optim.hpp>

namespace {

std::atomic<std::int64_t> allocations{0}, deallocations{0};
std::atomic<std::size_t>  largest{0};

void* counted(void* memory, std::size_t bytes) {
    if (memory == nullptr) throw std::bad_alloc();
    ++allocations;
    if (bytes > largest) largest = bytes;
    return memory;
}

void uncounted(void* memory) noexcept {
    if (memory == nullptr) return;
    ++deallocations;
    std::free(memory);
}

} // namespace

void* operator new(std::size_t bytes) { return counted(std::malloc(bytes == 0 ? 1 : bytes), bytes); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
    const auto step = static_cast<std::size_t>(alignment);
    return counted(std::aligned_alloc(step, (bytes + step) / step * step), bytes);
}
void operator delete(void* memory) noexcept { uncounted(memory); }
void operator delete(void* memory, std::size_t) noexcept { uncounted(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { uncounted(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { uncounted(memory); }

using namespace xtgrad;

namespace {

std::int64_t living() { return allocations - deallocations; }

struct Mlp {
    nn::Linear<float> hidden, output;
    Mlp(const nn::Parameters<float>& p) : hidden(p / "hidden", 100, 50), output(p / "output", 50, 10) {}
    Variable<float> operator()(const Variable<float>& x) const { return output(sigmoid(hidden(x))); }
};

} // namespace

TEST_CASE_TEMPLATE("A training step after the first asks the system for nothing but small change, and gives it back", Optimizer, optim::Sgd<float>,
                   optim::Adam<float>) {
    nn::Parameters<float> parameters{1};
    const Mlp             model{parameters};
    Optimizer             optimizer{parameters};
    Random                random(2);
    const Variable<float> images(random.normal_array<float>({64, 100}));
    Array<Index>          labels(Shape{64});
    for (std::size_t row = 0; row < 64; ++row) labels(row) = static_cast<Index>(row % 10);
    const auto step = [&] {
        Tape tape;
        optimizer.step(tape.gradient(nn::cross_entropy(model(images), labels), parameters));
    };
    for (int warm = 0; warm < 2; ++warm) step();
    const BufferStatistics before  = BufferPool::statistics();
    const std::int64_t     objects = living();
    largest                        = 0;
    for (int round = 0; round < 20; ++round) step();
    const std::size_t asked = largest;
    CHECK(living() == objects);
    // Lists of handles: of sources, of gradients, of axes. The activations, 12 800 bytes, are not among them.
    CHECK(asked < 4096);
    CHECK(BufferPool::statistics().system_allocations == before.system_allocations);
    CHECK(BufferPool::statistics().bytes_reserved == before.bytes_reserved);
    CHECK(BufferPool::statistics().bytes_in_use <= before.bytes_in_use);
}

TEST_CASE("Memory stays flat over a hundred thousand steps") {
    nn::Parameters<double>   parameters{1};
    const nn::Linear<double> layer{parameters / "layer", 3, 2};
    optim::Sgd<double>       sgd{parameters, {.learning_rate = 0.01}};
    const Variable<double>   x(full<double>({1, 3}, 0.5)), target(full<double>({1, 2}, 0.25));
    const auto               steps = [&](int count) {
        for (int round = 0; round < count; ++round) {
            Tape tape;
            sgd.step(tape.gradient(nn::half_square_error(sigmoid(layer(x)), target), parameters));
        }
    };
    steps(100);
    const BufferStatistics before  = BufferPool::statistics();
    const std::int64_t     objects = living();
    steps(100'000);
    CHECK(living() == objects);
    CHECK(BufferPool::statistics().bytes_reserved == before.bytes_reserved);
    CHECK(BufferPool::statistics().bytes_in_use <= before.bytes_in_use);
    CHECK(BufferPool::statistics().system_allocations == before.system_allocations);
}
