#pragma once

#include <xtgrad/autograd/variable.hpp>

namespace xtgrad {

/// The scalar type of the first Variable or Parameter among X…; where there is none, of the first array.
template <class... X>
struct ScalarOf;

namespace scalar_of {

template <class X>
inline constexpr bool is_differentiable = std::derived_from<std::decay_t<X>, DifferentiableTag>;

template <class X, class... Rest>
struct OfArrays : OfArrays<Rest...> {};
template <class X>
struct OfArrays<X> {
    static_assert(Expression<X>, "xtgrad: of numbers alone the scalar type is not known; give one argument as a Variable, a Parameter or an array");
    using type = typename X::value_type;
};
template <Expression X, class Second, class... Rest>
struct OfArrays<X, Second, Rest...> {
    using type = typename X::value_type;
};

template <class All, class... X>
struct Find;
template <class... All>
struct Find<std::tuple<All...>> : OfArrays<All...> {};
template <class All, class X, class... Rest>
struct Find<All, X, Rest...> : Find<All, Rest...> {};
template <class All, class X, class... Rest>
requires is_differentiable<X>
struct Find<All, X, Rest...> {
    using type = typename std::decay_t<X>::value_type;
};

} // namespace scalar_of

template <class... X>
struct ScalarOf : scalar_of::Find<std::tuple<X...>, X...> {};

} // namespace xtgrad
