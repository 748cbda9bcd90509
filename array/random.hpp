#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <xtgrad/array/array.hpp>

namespace xtgrad {

/// A counter-based generator: Philox 4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011). The stream
/// depends on the seed alone, on no platform, library or thread count. Its state is two numbers, so that it can be saved and resumed.
class Random {
public:
    explicit Random(std::uint64_t seed) noexcept : seed_(seed) {}

    /// The generator of a named part: its stream is independent of this one's and does not advance it.
    Random split(std::uint64_t stream) const noexcept;

    std::uint64_t next() noexcept;
    /// Uniform in [0, 1): 53 random bits.
    double uniform() noexcept;
    double uniform(double low, double high) noexcept { return low + (high - low) * uniform(); }
    /// Standard normal, by the Box-Muller transform.
    double normal() noexcept;
    /// Uniform in {0, …, bound − 1}, without bias (Lemire's rejection); `bound` is at least 1.
    std::uint64_t below(std::uint64_t bound) noexcept;
    /// A random order of 0 … count − 1 (Fisher and Yates).
    std::vector<std::size_t> permutation(std::size_t count);

    template <Scalar T>
    Array<T> uniform_array(const Shape& shape, double low = 0.0, double high = 1.0) {
        Array<T> result = zeros<T>(shape);
        for (T& element : result.storage()) element = static_cast<T>(uniform(low, high));
        return result;
    }
    template <Scalar T>
    Array<T> normal_array(const Shape& shape, double mean = 0.0, double deviation = 1.0) {
        Array<T> result = zeros<T>(shape);
        for (T& element : result.storage()) element = static_cast<T>(mean + deviation * normal());
        return result;
    }

    std::uint64_t seed() const noexcept { return seed_; }
    /// How many 64-bit numbers have been drawn; `seek` goes back to such a place. A seek forgets the second half of a pair of normals.
    std::uint64_t position() const noexcept { return position_; }
    void          seek(std::uint64_t position) noexcept;

private:
    std::uint64_t                seed_;
    std::uint64_t                position_ = 0;
    std::array<std::uint64_t, 2> block_{};
    double                       spare_normal_     = 0.0;
    bool                         has_spare_normal_ = false;
};

} // namespace xtgrad
