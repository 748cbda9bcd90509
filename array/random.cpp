#include <xtgrad/array/random.hpp>

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace xtgrad {

namespace {

// The constants of Philox 4x32-10, from the paper's reference code (Random123).
constexpr std::uint32_t multiplier_0 = 0xD2511F53U;
constexpr std::uint32_t multiplier_1 = 0xCD9E8D57U;
constexpr std::uint32_t weyl_0       = 0x9E3779B9U;
constexpr std::uint32_t weyl_1       = 0xBB67AE85U;
constexpr int           rounds       = 10;

std::array<std::uint64_t, 2> philox(std::uint64_t counter, std::uint64_t key) noexcept {
    std::array<std::uint32_t, 4> c{static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32), 0, 0};
    std::uint32_t                k0 = static_cast<std::uint32_t>(key);
    std::uint32_t                k1 = static_cast<std::uint32_t>(key >> 32);
    for (int round = 0; round < rounds; ++round) {
        const std::uint64_t p0 = std::uint64_t{multiplier_0} * c[0];
        const std::uint64_t p1 = std::uint64_t{multiplier_1} * c[2];
        c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k0, static_cast<std::uint32_t>(p1), static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k1,
             static_cast<std::uint32_t>(p0)};
        k0 += weyl_0;
        k1 += weyl_1;
    }
    return {c[0] | std::uint64_t{c[1]} << 32, c[2] | std::uint64_t{c[3]} << 32};
}

} // namespace

Random Random::split(std::uint64_t stream) const noexcept {
    // A seed drawn from the far half of the counter range, which no stream of its own reaches.
    return Random(philox(stream ^ (std::uint64_t{1} << 63), seed_)[0]);
}

std::uint64_t Random::next() noexcept {
    const std::uint64_t place = position_++;
    if (place % 2 == 0) block_ = philox(place / 2, seed_);
    return block_[place % 2];
}

void Random::seek(std::uint64_t position) noexcept {
    position_         = position;
    has_spare_normal_ = false;
    if (position % 2 == 1) block_ = philox(position / 2, seed_);
}

double Random::uniform() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }

double Random::normal() noexcept {
    if (has_spare_normal_) {
        has_spare_normal_ = false;
        return spare_normal_;
    }
    // 1 − u lies in (0, 1], so that the logarithm is finite.
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    const double angle  = 2.0 * std::numbers::pi * uniform();
    spare_normal_       = radius * std::sin(angle);
    has_spare_normal_   = true;
    return radius * std::cos(angle);
}

std::uint64_t Random::below(std::uint64_t bound) noexcept {
    // The high word of a 128-bit product is uniform once the first (2^64 mod bound) low words are rejected.
    const std::uint64_t threshold = (0 - bound) % bound;
    while (true) {
        const unsigned __int128 product = static_cast<unsigned __int128>(next()) * bound;
        if (static_cast<std::uint64_t>(product) >= threshold) return static_cast<std::uint64_t>(product >> 64);
    }
}

std::vector<std::size_t> Random::permutation(std::size_t count) {
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t left = count; left > 1; --left) std::swap(order[left - 1], order[below(left)]);
    return order;
}

} // namespace xtgrad
