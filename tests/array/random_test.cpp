#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include <xtgrad/array/random.hpp>

using namespace xtgrad;

TEST_CASE("Random repeats its stream for a seed and differs between seeds and splits") {
    Random a{7};
    Random b{7};
    Random c{8};
    Random d     = a.split(1);
    bool   alike = true;
    bool   other = false;
    bool   apart = false;
    for (int draw = 0; draw < 100; ++draw) {
        const std::uint64_t value = a.next();
        alike                     = alike && value == b.next();
        other                     = other || value != c.next();
        apart                     = apart || value != d.next();
    }
    CHECK(alike);
    CHECK(other);
    CHECK(apart);
}

TEST_CASE("Random seeks back to a saved position, even to the middle of a block") {
    Random random{3};
    for (int draw = 0; draw < 7; ++draw) random.next();
    const std::uint64_t place    = random.position();
    const std::uint64_t expected = random.next();
    random.seek(place);
    CHECK(random.next() == expected);
}

TEST_CASE("Philox agrees with the published known answer for an all-zero key and counter") {
    // Random123, kat_vectors: philox4x32 10, counter 0, key 0.
    Random random{0};
    CHECK(random.next() == (std::uint64_t{0x6627e8d5} | std::uint64_t{0xe169c58d} << 32));
    CHECK(random.next() == (std::uint64_t{0xbc57ac4c} | std::uint64_t{0x9b00dbd8} << 32));
}

TEST_CASE("Random's normals have mean 0 and variance 1, its permutations every element once") {
    Random    random{11};
    const int count = 100000;
    double    sum = 0, squares = 0;
    for (int draw = 0; draw < count; ++draw) {
        const double value = random.normal();
        sum += value;
        squares += value * value;
    }
    // Four standard errors.
    CHECK(std::abs(sum / count) < 4 / std::sqrt(double{count}));
    CHECK(std::abs(squares / count - 1) < 4 * std::sqrt(2.0 / count));

    std::vector<std::size_t> order = random.permutation(1000);
    CHECK(!std::is_sorted(order.begin(), order.end()));
    std::sort(order.begin(), order.end());
    for (std::size_t place = 0; place < order.size(); ++place) CHECK(order[place] == place);
}
