#pragma once

#include <cstddef>
#include <cstdint>

namespace xtgrad {

/// What the pool has asked of the system and handed out, over all threads since the program began.
struct BufferStatistics {
    std::uint64_t system_allocations; ///< calls to the system's allocator
    std::uint64_t bytes_reserved;     ///< bytes held from the system now
    std::uint64_t bytes_in_use;       ///< bytes handed out now
    std::uint64_t peak_bytes_in_use;  ///< the largest `bytes_in_use` since `reset_peak()`
};

/// Memory for arrays: blocks aligned to 64 bytes that go on for at least `slack` bytes past what was asked for, so that kernels may read and
/// write whole vectors at the end. Freed blocks wait in lists of the thread that made them, by size; a block freed by another thread goes home. Small
/// blocks are carved from slabs and stay; large ones go back to the system when more than `cache_limit` bytes of them wait. Under
/// AddressSanitizer a freed block is poisoned.
class BufferPool {
public:
    /// At least `bytes` bytes; throws std::bad_alloc when the system has none.
    static void* allocate(std::size_t bytes);
    static void  deallocate(void* block) noexcept;

    static BufferStatistics statistics() noexcept;
    static void             reset_peak() noexcept;

    /// The widest vector, in bytes.
    static constexpr std::size_t slack = 64;
    /// Waiting large blocks of one thread, in bytes; beyond it they are returned to the system.
    static constexpr std::size_t cache_limit = std::size_t{1} << 30;
};

/// The allocator of `Array`: the pool, and elements of arithmetic type left uninitialised.
template <class T>
struct PoolAllocator {
    using value_type = T;

    PoolAllocator() noexcept = default;
    template <class U>
    PoolAllocator(const PoolAllocator<U>&) noexcept {}

    T*   allocate(std::size_t count) { return static_cast<T*>(BufferPool::allocate(checked_bytes(count))); }
    void deallocate(T* block, std::size_t) noexcept { BufferPool::deallocate(block); }

    template <class U>
    bool operator==(const PoolAllocator<U>&) const noexcept {
        return true;
    }

private:
    static std::size_t checked_bytes(std::size_t count);
};

/// Throws std::bad_alloc where `count` elements of `size` bytes overflow; out of line, because it is never taken.
std::size_t checked_byte_count(std::size_t count, std::size_t size);

template <class T>
std::size_t PoolAllocator<T>::checked_bytes(std::size_t count) {
    return checked_byte_count(count, sizeof(T));
}

} // namespace xtgrad
