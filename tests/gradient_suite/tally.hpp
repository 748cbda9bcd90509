#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace xtgrad::suite {

/// What the checks of one primitive came to.
struct Tally {
    std::size_t              passed = 0;
    std::size_t              failed = 0;
    std::vector<std::string> failures; // the first few, in words
    /// The largest error of a first derivative in double and in float, in units of the type's ε times the sum of the absolute values of the
    /// terms that it is made of; negative where nothing was compared.
    double first_order_double = -1;
    double first_order_float  = -1;
    /// The largest difference of a second derivative from finite differences of the first, relative to the largest of them.
    double second_order = 0;

    /// What the first failure throws where nobody wants to know more: not an exception, which a tier might take for an operation's.
    struct Stop {};
    bool stops_at_failure = false;

    void check(bool holds, const std::string& what) {
        if (!holds && stops_at_failure) throw Stop{};
        holds ? ++passed : ++failed;
        if (!holds && failures.size() < 12) failures.push_back(what);
    }
};

} // namespace xtgrad::suite
