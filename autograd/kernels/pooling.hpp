#pragma once

#include <cstdint>
#include <vector>

#include <xtgrad/autograd/kernels/convolution.hpp>

namespace xtgrad::kernels {

/// The extents of a pooling of `planes` images, each for itself. Every window reaches at least one element of its image.
struct Pooling {
    std::size_t planes = 0;
    Sides       image;
    Sides       window;
    Sides       stride;
    Sides       padding{0, 0};
    Sides       dilation;
    Sides       result;
};

/// Where in its window each result comes from, in row-major order: a byte where a window has no more than 256 elements.
class Winners {
public:
    explicit Winners(const Pooling& pooling);

    template <class Visit>
    decltype(auto) visit(Visit&& visitor) {
        return small_ ? visitor(bytes_.data()) : visitor(words_.data());
    }
    template <class Visit>
    decltype(auto) visit(Visit&& visitor) const {
        return small_ ? visitor(bytes_.data()) : visitor(words_.data());
    }

private:
    bool                                                     small_;
    std::vector<std::uint8_t, PoolAllocator<std::uint8_t>>   bytes_;
    std::vector<std::uint32_t, PoolAllocator<std::uint32_t>> words_;
};

/// A winner that was counted in lanes. Vectors are converted to bytes by way of int.
template <class Winner, Scalar T>
Winner winner_of(T number) {
    if constexpr (sizeof(Winner) == 1) {
        return static_cast<Winner>(static_cast<int>(number));
    } else {
        return static_cast<Winner>(number);
    }
}

/// The largest element under each window, the first of equals; NaN is larger than any number, the first NaN wins.
template <Scalar T>
void max_pool(const Pooling& pooling, const T* x, T* y, Winners& winners);

/// Adds each element of g to the winner of its window; what no window chose is 0.
template <Scalar T>
void scatter_to_winners(const Pooling& pooling, const Winners& winners, const T* g, T* dx);

/// The element of x at the winner of each window.
template <Scalar T>
void gather_winners(const Pooling& pooling, const Winners& winners, const T* x, T* y);

/// What poolings need of an instruction set: max_pool for the planes from `begin` to `end`.
template <Scalar T>
struct PoolingKernels {
    template <class Winner>
    using MaxPool = void (*)(const Pooling& pooling, const T* x, T* y, Winner* winners, std::size_t begin, std::size_t end);

    MaxPool<std::uint8_t>  with_bytes;
    MaxPool<std::uint32_t> with_words;
};

} // namespace xtgrad::kernels
