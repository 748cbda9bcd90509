#pragma once

#include <algorithm>
#include <cstddef>
#include <new>
#include <vector>

namespace xtgrad::benchmarks::floor {

/// Numbers that begin at a cache line, so that no vector lies across two.
template <class T>
class Buffer {
public:
    explicit Buffer(std::size_t size) : size_(size), data_(new (alignment) T[size]{}) {}
    Buffer(const std::vector<T>& values) : Buffer(values.size()) { std::copy(values.begin(), values.end(), data_); }
    Buffer(const Buffer& other) : Buffer(other.size_) { std::copy(other.data_, other.data_ + size_, data_); }
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() { ::operator delete[](data_, alignment); }

    std::size_t size() const noexcept { return size_; }
    T*          data() noexcept { return data_; }
    const T*    data() const noexcept { return data_; }
    T&          operator[](std::size_t place) noexcept { return data_[place]; }
    const T&    operator[](std::size_t place) const noexcept { return data_[place]; }

private:
    static constexpr std::align_val_t alignment{64};

    std::size_t size_;
    T*          data_;
};

} // namespace xtgrad::benchmarks::floor
