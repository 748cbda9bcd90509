#pragma once

#include <xtgrad/autograd/primitive.hpp>

namespace xtgrad {

/// The base of an elementwise function that is composed of others. It has a name, samples as an elementwise primitive has them, and `of`, which is
/// generic: read over Variables it records what it calls, read over dual numbers it is part of a map(). Where arguments can be wrong, `check` says so
/// of Variables. Where the composition is as exact as a primitive is, it also has a `reference` to be checked against.
template <std::size_t N>
struct Formula {
    static constexpr std::size_t arity = N;
};

} // namespace xtgrad
