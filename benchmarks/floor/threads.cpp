#include "threads.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include <immintrin.h>

extern "C" void openblas_set_num_threads(int);

namespace xtgrad::benchmarks::floor {

namespace {

// Whoever is free takes the next part, so that a worker that the system keeps waiting holds nobody up.
class Workers {
public:
    explicit Workers(std::size_t count) : count_(count) {
        for (std::size_t part = 1; part < count; ++part) threads_.emplace_back([this] { work(); });
    }
    Workers(const Workers&)            = delete;
    Workers& operator=(const Workers&) = delete;
    ~Workers() {
        ending_ = true;
        for (std::thread& thread : threads_) thread.join();
    }

    std::size_t count() const noexcept { return count_; }

    void run(const std::function<void(std::size_t)>& task) {
        task_ = &task;
        done_ = 0;
        // A new round, at its first part.
        ticket_ = (ticket_ / round + 1) * round;
        while (take_part()) {
        }
        wait([&] { return done_ == count_; });
    }

private:
    // The ticket counts rounds in its upper half, and in its lower half the parts of the round that are taken.
    static constexpr std::uint64_t round = std::uint64_t{1} << 32;

    // Long enough for the gaps within a step; after that the processor is lent to whoever wants it.
    template <class Ready>
    static void wait(const Ready& ready) {
        for (int look = 0; !ready(); ++look) {
            if (look < 20'000) {
                _mm_pause();
            } else {
                std::this_thread::yield();
            }
        }
    }

    bool take_part() {
        std::uint64_t ticket = ticket_;
        do {
            if (ticket % round >= count_) return false;
        } while (!ticket_.compare_exchange_weak(ticket, ticket + 1));
        // The round cannot end, nor its task change, before this part is done.
        (*task_)(static_cast<std::size_t>(ticket % round));
        ++done_;
        return true;
    }

    void work() {
        while (!ending_) {
            wait([&] { return ending_ || ticket_ % round < count_; });
            if (!ending_) take_part();
        }
    }

    std::size_t                                          count_;
    std::atomic<std::uint64_t>                           ticket_{count_}; // nothing to take
    std::atomic<std::size_t>                             done_{0};
    std::atomic<bool>                                    ending_{false};
    std::atomic<const std::function<void(std::size_t)>*> task_{nullptr};
    std::vector<std::thread>                             threads_;
};

std::unique_ptr<Workers> workers;

} // namespace

void set_threads(int count) {
    openblas_set_num_threads(1);
    workers.reset();
    if (count > 1) workers = std::make_unique<Workers>(static_cast<std::size_t>(count));
}

std::size_t thread_count() noexcept { return workers ? workers->count() : 1; }

void in_parts(const std::function<void(std::size_t)>& part) {
    if (workers) {
        workers->run(part);
    } else {
        part(0);
    }
}

} // namespace xtgrad::benchmarks::floor
