#pragma once

#include <cstddef>
#include <cstring>

namespace xtgrad::benchmarks::floor {

/// Sixteen floats, in as many registers as the processor needs for them.
typedef float                Lanes __attribute__((vector_size(64)));
typedef int                  Ints __attribute__((vector_size(64)));
inline constexpr std::size_t lanes = 16;

inline Lanes loaded(const float* from) {
    Lanes result;
    std::memcpy(&result, from, sizeof result);
    return result;
}
inline void stored(float* to, const Lanes& values) { std::memcpy(to, &values, sizeof values); }

} // namespace xtgrad::benchmarks::floor
