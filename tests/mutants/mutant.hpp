#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <xtgrad/autograd/value.hpp>

namespace xtgrad::mutation {

/// How a derivative is broken.
enum class Way {
    negated,         ///< the sign
    doubled,         ///< × 2
    scaled,          ///< × 1.001
    missing,         ///< no contribution
    short_of_a_term, ///< without the last element of the cotangent
    transposed,      ///< the last two axes exchanged
    shifted,         ///< one further along the last axis
    last_element,    ///< the sign of the last element
    not_summed,      ///< the first of what was broadcast, not the sum
    times_count,     ///< × the number of elements that were reduced: a missing 1/N
    stale            ///< a saved value that is not the one of this call
};
inline constexpr std::array ways{Way::negated,         Way::doubled,     Way::scaled,  Way::missing,
                                 Way::short_of_a_term, Way::transposed,  Way::shifted, Way::last_element,
                                 Way::not_summed,      Way::times_count, Way::stale};
std::string_view            text(Way way);

/// Which of the two readings of a vjp is broken: that of a plain gradient, or that of a recorded one. Saved values serve both.
enum class Reading { plain, recorded, both };
std::string_view text(Reading reading);

struct Mutant {
    std::string primitive;
    Way         way;
    std::size_t input; // of the contribution, or which saved value
    Reading     reading;
    ScalarType  type; // of the operation's result
};

/// From now on, this derivative is broken. The contributions of primitives of its name are taken account of.
void activate(const Mutant& mutant);
/// From now on nothing is broken, and it is noted which mutants of `primitive` would have changed something.
void observe(const std::string& primitive);
/// From now on nothing is broken.
void rest();
/// A number made of all contributions since, whatever their order: equal where nothing was changed.
std::uint64_t fingerprint();
/// Whether the mutant would have changed anything that went by since observe(). Where it would not, a run with it is the same run, and it is no
/// mutant.
bool has_effect(const Mutant& mutant);

} // namespace xtgrad::mutation
