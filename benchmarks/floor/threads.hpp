#pragma once

#include <cstddef>
#include <functional>

namespace xtgrad::benchmarks::floor {

/// How many threads the floors use. BLAS runs on one; the floors divide their work themselves.
void        set_threads(int count);
std::size_t thread_count() noexcept;

/// part(0), …, part(thread_count() − 1), at once. The workers spin while they wait, as between the loops of one step they should.
void in_parts(const std::function<void(std::size_t part)>& part);

struct Span {
    std::size_t begin, end;
};
/// The share of one part in [0, count), in whole multiples of `block`.
inline Span share(std::size_t count, std::size_t part, std::size_t block = 1) {
    const std::size_t blocks = (count + block - 1) / block, parts = thread_count();
    const auto        border = [&](std::size_t at) { return blocks * at / parts * block < count ? blocks * at / parts * block : count; };
    return {border(part), border(part + 1)};
}

} // namespace xtgrad::benchmarks::floor
