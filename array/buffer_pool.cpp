#include <xtgrad/array/buffer_pool.hpp>

#include <array>
#include <atomic>
#include <bit>
#include <cstdlib>
#include <mutex>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define XTGRAD_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define XTGRAD_ADDRESS_SANITIZER 1
#endif
#endif
#ifdef XTGRAD_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

namespace xtgrad {

namespace {

constexpr std::size_t alignment = 64;
// Four classes an octave waste at most a quarter of a block; 40 octaves above 64 bytes reach past any memory.
constexpr std::size_t classes_an_octave = 4;
constexpr std::size_t class_count       = 40 * classes_an_octave;
constexpr std::size_t slab_bytes        = std::size_t{1} << 18;
constexpr std::size_t largest_carved    = slab_bytes / 8;

class ThreadPool;

// Sits in the 64 bytes before each block, so that the block itself is aligned.
struct alignas(alignment) Header {
    ThreadPool* owner;
    Header*     next; // while the block waits in a list
    std::size_t size_class;
    std::size_t capacity;
};
static_assert(sizeof(Header) == alignment);

// Capacities are 64·(4 + step)/4 · 2^octave, rounded up to 64.
std::size_t capacity_of(std::size_t size_class) noexcept {
    const std::size_t octave = size_class / classes_an_octave;
    const std::size_t step   = size_class % classes_an_octave;
    const std::size_t exact  = ((classes_an_octave + step) * alignment << octave) / classes_an_octave;
    return (exact + alignment - 1) / alignment * alignment;
}

std::size_t class_of(std::size_t bytes) noexcept {
    const std::size_t units  = bytes <= alignment ? 1 : (bytes + alignment - 1) / alignment;
    const std::size_t octave = static_cast<std::size_t>(std::bit_width(units)) - 1;
    std::size_t       result = octave * classes_an_octave;
    while (capacity_of(result) < bytes) ++result;
    return result;
}

struct Counters {
    std::atomic<std::uint64_t> system_allocations{0};
    std::atomic<std::uint64_t> bytes_reserved{0};
};
constinit Counters counters;

void* system_allocate(std::size_t bytes) {
    void* memory = std::aligned_alloc(alignment, bytes);
    if (memory == nullptr) throw std::bad_alloc();
    counters.system_allocations.fetch_add(1, std::memory_order_relaxed);
    counters.bytes_reserved.fetch_add(bytes, std::memory_order_relaxed);
    return memory;
}

// The free lists of one thread. Pools are never destroyed: one whose thread has ended is handed to the next new thread, so that a block may
// come home at any time.
class ThreadPool {
public:
    void* allocate(std::size_t bytes) {
        const std::size_t size_class = class_of(bytes + BufferPool::slack);
        Header*           header     = free_[size_class];
        if (header == nullptr && returned_.load(std::memory_order_relaxed) != nullptr) {
            collect_returned();
            header = free_[size_class];
        }
        if (header != nullptr) {
            free_[size_class] = header->next;
            if (header->capacity > largest_carved) waiting_ -= header->capacity;
        } else {
            header = make(size_class);
        }
        count_in_use(header->capacity);
        ASAN_UNPOISON_MEMORY_REGION(header + 1, header->capacity);
        return header + 1;
    }

    void free_own(Header* header) noexcept {
        uncount_in_use(header->capacity);
        keep_or_release(header);
    }

    // Called by other threads.
    void give_back(Header* header) noexcept {
        Header* head = returned_.load(std::memory_order_relaxed);
        do {
            header->next = head;
        } while (!returned_.compare_exchange_weak(head, header, std::memory_order_release, std::memory_order_relaxed));
    }

    std::uint64_t in_use() const noexcept { return in_use_.load(std::memory_order_relaxed); }
    std::uint64_t peak() const noexcept { return peak_.load(std::memory_order_relaxed); }
    void          reset_peak() noexcept { peak_.store(in_use(), std::memory_order_relaxed); }

    ThreadPool* next_of_all  = nullptr;
    ThreadPool* next_of_idle = nullptr;

private:
    Header* make(std::size_t size_class) {
        const std::size_t capacity = capacity_of(size_class);
        const std::size_t bytes    = capacity + sizeof(Header);
        void*             memory   = nullptr;
        if (capacity <= largest_carved) {
            if (slab_left_ < bytes) {
                slab_      = static_cast<std::byte*>(system_allocate(slab_bytes));
                slab_left_ = slab_bytes;
            }
            memory = slab_;
            slab_ += bytes;
            slab_left_ -= bytes;
        } else {
            memory = system_allocate(bytes);
        }
        return new (memory) Header{this, nullptr, size_class, capacity};
    }

    void collect_returned() noexcept {
        Header* header = returned_.exchange(nullptr, std::memory_order_acquire);
        while (header != nullptr) {
            Header* next = header->next;
            uncount_in_use(header->capacity);
            keep_or_release(header);
            header = next;
        }
    }

    void keep_or_release(Header* header) noexcept {
        const bool large = header->capacity > largest_carved;
        if (large && waiting_ + header->capacity > BufferPool::cache_limit) {
            counters.bytes_reserved.fetch_sub(header->capacity + sizeof(Header), std::memory_order_relaxed);
            std::free(header);
            return;
        }
        if (large) waiting_ += header->capacity;
        header->next              = free_[header->size_class];
        free_[header->size_class] = header;
    }

    // Written by the owning thread alone; atomic so that statistics() may read them.
    void count_in_use(std::size_t bytes) noexcept {
        const std::uint64_t now = in_use_.load(std::memory_order_relaxed) + bytes;
        in_use_.store(now, std::memory_order_relaxed);
        if (now > peak_.load(std::memory_order_relaxed)) peak_.store(now, std::memory_order_relaxed);
    }
    void uncount_in_use(std::size_t bytes) noexcept { in_use_.store(in_use_.load(std::memory_order_relaxed) - bytes, std::memory_order_relaxed); }

    std::array<Header*, class_count> free_{};
    std::atomic<Header*>             returned_{nullptr};
    std::byte*                       slab_      = nullptr;
    std::size_t                      slab_left_ = 0;
    std::size_t                      waiting_   = 0;
    std::atomic<std::uint64_t>       in_use_{0};
    std::atomic<std::uint64_t>       peak_{0};
};

constinit std::mutex  registry_mutex;
constinit ThreadPool* all_pools  = nullptr;
constinit ThreadPool* idle_pools = nullptr;

constinit thread_local ThreadPool* thread_pool = nullptr;

// Hands the pool on when the thread ends. Frees that come later still find it: they go home as another thread's do.
struct ThreadExit {
    ~ThreadExit() {
        const std::lock_guard lock(registry_mutex);
        thread_pool->next_of_idle = idle_pools;
        idle_pools                = thread_pool;
        thread_pool               = nullptr;
    }
};

ThreadPool& acquire_pool() {
    {
        const std::lock_guard lock(registry_mutex);
        if (idle_pools != nullptr) {
            thread_pool = idle_pools;
            idle_pools  = idle_pools->next_of_idle;
        } else {
            thread_pool              = new ThreadPool;
            thread_pool->next_of_all = all_pools;
            all_pools                = thread_pool;
        }
    }
    thread_local const ThreadExit on_exit;
    return *thread_pool;
}

} // namespace

void* BufferPool::allocate(std::size_t bytes) {
    // Half of the address space is more than any machine has, and keeps the size classes in range.
    if (bytes > std::size_t{1} << 45) throw std::bad_alloc();
    ThreadPool& pool = thread_pool != nullptr ? *thread_pool : acquire_pool();
    return pool.allocate(bytes);
}

void BufferPool::deallocate(void* block) noexcept {
    if (block == nullptr) return;
    Header* header = static_cast<Header*>(block) - 1;
    ASAN_POISON_MEMORY_REGION(block, header->capacity);
    if (header->owner == thread_pool) {
        thread_pool->free_own(header);
    } else {
        header->owner->give_back(header);
    }
}

BufferStatistics BufferPool::statistics() noexcept {
    BufferStatistics      result{counters.system_allocations.load(), counters.bytes_reserved.load(), 0, 0};
    const std::lock_guard lock(registry_mutex);
    for (const ThreadPool* pool = all_pools; pool != nullptr; pool = pool->next_of_all) {
        result.bytes_in_use += pool->in_use();
        result.peak_bytes_in_use += pool->peak();
    }
    return result;
}

void BufferPool::reset_peak() noexcept {
    const std::lock_guard lock(registry_mutex);
    for (ThreadPool* pool = all_pools; pool != nullptr; pool = pool->next_of_all) pool->reset_peak();
}

std::size_t checked_byte_count(std::size_t count, std::size_t size) {
    std::size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes)) throw std::bad_alloc();
    return bytes;
}

} // namespace xtgrad
