#include <doctest/doctest.h>

#include <atomic>
#include <mutex>
#include <numeric>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <xtgrad/array/threads.hpp>

using namespace xtgrad;

namespace {

// The number of threads as it was, at the end of a test.
struct Restore {
    std::size_t count = num_threads();
    ~Restore() { set_num_threads(count); }
};

} // namespace

TEST_CASE("parallel_for covers every element once, in parts that depend on the count, the grain and the number of threads alone") {
    const Restore restore;
    for (const std::size_t count_of_threads : {1U, 2U, 3U, 8U}) {
        set_num_threads(count_of_threads);
        for (const std::size_t count : {0U, 1U, 2U, 7U, 64U, 1000U}) {
            for (const std::size_t grain : {1U, 3U, 100U}) {
                std::vector<std::atomic<int>> visits(count);
                std::atomic<std::size_t>      parts{0}, smallest{count};
                parallel_for(count, grain, [&](std::size_t begin, std::size_t end) {
                    ++parts;
                    std::size_t seen = smallest;
                    while (end - begin < seen && !smallest.compare_exchange_weak(seen, end - begin)) {
                    }
                    for (std::size_t at = begin; at < end; ++at) ++visits[at];
                });
                for (const auto& visit : visits) CHECK(visit == 1);
                CHECK(parts <= count_of_threads);
                if (parts > 1) CHECK(smallest >= grain);
                if (count >= count_of_threads * grain) CHECK(parts == count_of_threads);
            }
        }
    }
}

TEST_CASE("Work is shared by threads, and a part that asks for more threads does its work by itself") {
    const Restore restore;
    set_num_threads(2);
    std::mutex                mutex;
    std::set<std::thread::id> outer;
    std::atomic<bool>         nested_alone{true};
    std::atomic<int>          arrived{0};
    parallel_for(2, 1, [&](std::size_t, std::size_t) {
        {
            const std::lock_guard lock(mutex);
            outer.insert(std::this_thread::get_id());
        }
        // Both parts are at work at once, or this would never end.
        ++arrived;
        while (arrived < 2) std::this_thread::yield();
        const auto own = std::this_thread::get_id();
        parallel_for(100, 1, [&](std::size_t, std::size_t) {
            if (std::this_thread::get_id() != own) nested_alone = false;
        });
    });
    CHECK(outer.size() == 2);
    CHECK(nested_alone);
}

TEST_CASE("Threads that work at once get their own results from the one pool") {
    const Restore restore;
    set_num_threads(3);
    std::vector<std::thread> callers;
    std::atomic<int>         right{0};
    for (int caller = 0; caller < 4; ++caller) {
        callers.emplace_back([&] {
            for (int round = 0; round < 300; ++round) {
                std::vector<int> marks(30, 0);
                parallel_for(marks.size(), 1, [&](std::size_t begin, std::size_t end) {
                    for (std::size_t at = begin; at < end; ++at) ++marks[at];
                });
                right += std::accumulate(marks.begin(), marks.end(), 0) == 30 ? 1 : 0;
            }
        });
    }
    for (std::thread& caller : callers) caller.join();
    CHECK(right == 4 * 300);
}

TEST_CASE("What a part throws reaches the caller when all parts have ended, and the pool works on") {
    const Restore restore;
    for (const std::size_t count : {1U, 3U}) {
        set_num_threads(count);
        for (int round = 0; round < 50; ++round) {
            std::atomic<int> ended{0};
            const auto       work = [&](std::size_t begin, std::size_t end) {
                for (std::size_t at = begin; at < end; ++at) ++ended;
                if (end == 30) throw ValueError("the last part fails");
            };
            CHECK_THROWS_AS(parallel_for(30, 1, work), ValueError);
            CHECK(ended == 30);
            ended = 0;
            parallel_for(29, 1, work);
            CHECK(ended == 29);
        }
    }
}

TEST_CASE("set_num_threads refuses numbers that no machine has, naming the line") {
    const std::size_t before = num_threads();
    for (const std::size_t wrong : {std::size_t{0}, std::size_t{257}}) {
        try {
            set_num_threads(wrong);
            FAIL("no error");
        } catch (const ValueError& error) {
            CHECK(std::string(error.what()).find(std::to_string(wrong) + " threads; it must be 1 to 256") != std::string::npos);
            CHECK(std::string(error.what()).find("threads_test.cpp") != std::string::npos);
        }
    }
    CHECK(num_threads() == before);
}
