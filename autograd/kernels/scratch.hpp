#pragma once

#include <utility>

#include <xtgrad/array/buffer_pool.hpp>

namespace xtgrad::kernels {

/// Uninitialised memory of the pool, for the time of one operation.
template <class T>
class Scratch {
public:
    explicit Scratch(std::size_t count) : data_(PoolAllocator<T>{}.allocate(count)) {}
    Scratch(Scratch&& other) noexcept : data_(std::exchange(other.data_, nullptr)) {}
    ~Scratch() {
        if (data_ != nullptr) PoolAllocator<T>{}.deallocate(data_, 0);
    }
    Scratch(const Scratch&)            = delete;
    Scratch& operator=(const Scratch&) = delete;

    T* data() const noexcept { return data_; }
    T& operator[](std::size_t place) const noexcept { return data_[place]; }

private:
    T* data_;
};

} // namespace xtgrad::kernels
