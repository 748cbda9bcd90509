#include "threads.hpp"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <immintrin.h>

extern "C" void openblas_set_num_threads(int);

namespace xtgrad::benchmarks::floor {

namespace {

class Workers {
public:
    explicit Workers(std::size_t count) {
        for (std::size_t part = 1; part < count; ++part) threads_.emplace_back([this, part] { work(part); });
    }
    Workers(const Workers&)            = delete;
    Workers& operator=(const Workers&) = delete;
    ~Workers() {
        task_ = nullptr;
        ++round_;
        for (std::thread& thread : threads_) thread.join();
    }

    std::size_t count() const noexcept { return threads_.size() + 1; }

    void run(const std::function<void(std::size_t)>& task) {
        task_ = &task;
        done_ = 0;
        ++round_;
        task(0);
        wait([&] { return done_ == threads_.size(); });
    }

private:
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

    void work(std::size_t part) {
        for (unsigned seen = 0;;) {
            wait([&] { return round_ != seen; });
            ++seen;
            if (task_ == nullptr) return;
            (*task_)(part);
            ++done_;
        }
    }

    std::atomic<unsigned>                                round_{0};
    std::atomic<std::size_t>                             done_{0};
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
