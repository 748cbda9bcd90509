#include <xtgrad/array/threads.hpp>

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace xtgrad {

namespace {

constexpr std::size_t most_threads = 256;
// Kernels follow one another within microseconds; a sleeping thread needs 50 to wake up. So a worker looks for that long before it sleeps.
constexpr int looks_before_sleep = 4000;

void pause_briefly() noexcept {
#if defined(__x86_64__)
    _mm_pause();
#else
    std::this_thread::yield();
#endif
}

// The work at hand is a round of parts. Whoever is free takes the next part by its number; the round ends when all parts are done, whether or
// not every worker has woken up for it.
class Pool {
public:
    Pool()                       = default;
    Pool(const Pool&)            = delete;
    Pool& operator=(const Pool&) = delete;
    ~Pool() { stop(); }

    void run(std::size_t parts, void (*task)(const void*, std::size_t), const void* context) {
        std::unique_lock<std::mutex> lock;
        if (!inside_) lock = std::unique_lock(busy_, std::try_to_lock);
        if (!lock.owns_lock()) {
            for (std::size_t part = 0; part < parts; ++part) task(context, part);
            return;
        }
        start_workers(parts - 1);
        task_    = task;
        context_ = context;
        done_.store(0);
        ticket_ = Ticket{ticket_.load().round + 1, static_cast<std::uint16_t>(parts), 0};
        if (sleeping_ > 0) {
            // A worker on its way to sleep holds the mutex until it sleeps.
            { const std::lock_guard guard(sleep_); }
            wake_.notify_all();
        }
        inside_ = true;
        take_parts();
        inside_ = false;
        for (int look = 0; done_.load() < parts; ++look) look < looks_before_sleep ? pause_briefly() : std::this_thread::yield();
        if (failed_.exchange(false)) std::rethrow_exception(std::exchange(failure_, nullptr));
    }

    void stop() {
        if (inside_) return;
        const std::lock_guard lock(busy_);
        stopping_ = true;
        {
            const std::lock_guard guard(sleep_);
            ticket_ = Ticket{ticket_.load().round + 1, 0, 0};
        }
        wake_.notify_all();
        for (std::thread& worker : workers_) worker.join();
        workers_.clear();
        stopping_ = false;
    }

private:
    struct Ticket {
        std::uint32_t round = 0;
        std::uint16_t parts = 0;
        std::uint16_t next  = 0;
    };

    // Where the system has no more threads, those there are share the parts.
    void start_workers(std::size_t count) {
        try {
            while (workers_.size() < count) workers_.emplace_back([this] { work(); });
        } catch (const std::system_error&) {
        }
    }

    void run_part(std::size_t part) noexcept {
        try {
            task_(context_, part);
        } catch (...) {
            // Read by run(), after every part is done.
            if (!failed_.exchange(true)) failure_ = std::current_exception();
        }
        ++done_;
    }

    // Whoever has taken a part keeps its round from ending, so that what belongs to the round may be read.
    void take_parts() noexcept {
        Ticket seen = ticket_;
        while (seen.next < seen.parts) {
            if (!ticket_.compare_exchange_weak(seen, {seen.round, seen.parts, static_cast<std::uint16_t>(seen.next + 1)})) continue;
            run_part(seen.next);
            seen = ticket_;
        }
    }

    void work() noexcept {
        inside_            = true;
        std::uint32_t seen = 0;
        while (!stopping_) {
            take_parts();
            seen             = ticket_.load().round;
            const auto stale = [&] { return ticket_.load().round == seen && ticket_.load().next >= ticket_.load().parts; };
            for (int look = 0; look < looks_before_sleep && stale(); ++look) pause_briefly();
            if (!stale()) continue;
            std::unique_lock guard(sleep_);
            ++sleeping_;
            wake_.wait(guard, [&] { return !stale() || stopping_; });
            --sleeping_;
        }
    }

    std::mutex               busy_;
    std::mutex               sleep_;
    std::condition_variable  wake_;
    std::vector<std::thread> workers_;
    void (*task_)(const void*, std::size_t) = nullptr;
    const void*              context_       = nullptr;
    std::atomic<Ticket>      ticket_{};
    std::atomic<std::size_t> done_{0};
    std::atomic<std::size_t> sleeping_{0};
    std::atomic<bool>        stopping_{false};
    std::atomic<bool>        failed_{false};
    std::exception_ptr       failure_; // the first of a round

    // Whether this thread runs parts: what it asks for in there it does by itself.
    static constinit thread_local bool inside_;
};

constinit thread_local bool Pool::inside_ = false;

Pool& pool() {
    static Pool own;
    return own;
}

std::size_t processors() {
    const unsigned count = std::thread::hardware_concurrency();
    return count == 0 ? 1 : std::min<std::size_t>(count, most_threads);
}

std::atomic<std::size_t>& wanted() {
    static std::atomic<std::size_t> count{processors()};
    return count;
}

} // namespace

std::size_t num_threads() noexcept { return wanted().load(std::memory_order_relaxed); }

void set_num_threads(std::size_t count, SourceLocation where) {
    if (count < 1 || count > most_threads) {
        throw ValueError("set_num_threads: " + std::to_string(count) + " threads; it must be 1 to " + std::to_string(most_threads), where);
    }
    // Those that are no longer wanted end now; those that are will start with the first work for them.
    if (count < num_threads()) pool().stop();
    wanted().store(count, std::memory_order_relaxed);
}

void threads::run(std::size_t parts, void (*task)(const void*, std::size_t), const void* context) { pool().run(parts, task, context); }

} // namespace xtgrad
