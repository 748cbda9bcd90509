#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <xtgrad/array/random.hpp>
#include <xtgrad/autograd.hpp>

using namespace xtgrad;

namespace {

// Some steps of a small computation, each under its own tape; the bits depend on the seed alone.
std::vector<Array<double>> some_steps(std::uint64_t seed_of_data) {
    Random                     random(seed_of_data);
    Array<double>              weight = random.normal_array<double>({16, 8});
    const Array<double>        input  = random.normal_array<double>({32, 16});
    std::vector<Array<double>> gradients;
    for (int step = 0; step < 50; ++step) {
        Tape       tape;
        const auto w    = tape.watch(weight);
        const auto loss = mean(square(tanh(matmul(input, w)))) + logsumexp(w);
        gradients.push_back(tape.gradient(loss, w));
        for (std::size_t place = 0; place < weight.size(); ++place) weight.data()[place] -= 0.1 * gradients.back().data()[place];
    }
    return gradients;
}

} // namespace

TEST_CASE("Tapes in several threads give the bits that they give one after the other") {
    constexpr std::uint64_t                 count = 4;
    std::vector<std::vector<Array<double>>> serial, parallel(count);
    for (std::uint64_t model = 0; model < count; ++model) serial.push_back(some_steps(model));
    std::vector<std::thread> threads;
    for (std::uint64_t model = 0; model < count; ++model) {
        threads.emplace_back([&, model] { parallel[model] = some_steps(model); });
    }
    for (std::thread& thread : threads) thread.join();
    for (std::uint64_t model = 0; model < count; ++model) CHECK(serial[model] == parallel[model]);
}

TEST_CASE("Two tapes are open in two threads at once, and know nothing of each other") {
    std::atomic<int> ready{0};
    bool             right[2] = {false, false};
    const auto       work     = [&](int number) {
        Tape       tape;
        const auto x = tape.watch(full<double>({3}, number + 1.0));
        // Both tapes are open when either goes on.
        ++ready;
        while (ready < 2) std::this_thread::yield();
        const auto y  = sum(x * x);
        right[number] = tape.size() == 3 && tape.gradient(y, x) == full<double>({3}, 2 * (number + 1.0));
    };
    std::thread first(work, 0), second(work, 1);
    first.join();
    second.join();
    CHECK(right[0]);
    CHECK(right[1]);
}

TEST_CASE("A handle used in another thread than its own is refused") {
    Tape        tape;
    const auto  x = tape.watch(full<double>({3}, 1.0));
    std::string message;
    std::thread other([&] {
        try {
            Tape       own;
            const auto y = own.watch(full<double>({3}, 1.0));
            sum(x * y);
        } catch (const TapeError& error) {
            message = error.what();
        }
    });
    other.join();
    CHECK(message.find("in another thread") != std::string::npos);
    CHECK(tape.gradient(sum(x), x) == full<double>({3}, 1.0));
}
