#pragma once

#include <doctest/doctest.h>

#include <xtensor/xarray.hpp>
#include <xtensor/xbuilder.hpp>
#include <xtensor/xmanipulation.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xpad.hpp>
#include <xtensor/xsort.hpp>
#include <xtensor/xview.hpp>

#include <xtgrad/autograd.hpp>

// Whatever is called with both namespaces in use, as users write it. What is ambiguous, or taken by xtensor, does not compile, or has the wrong type.

// Calls instead of doctest's macros, of which there would be hundreds to compile.
inline void check_recorded(const xtgrad::Variable<double>& result, const char* expression) {
    INFO(expression);
    CHECK(result.recorded());
}
inline void check_shape(const xtgrad::Variable<double>& result, const xtgrad::Shape& expected, const char* expression) {
    INFO(expression);
    CHECK(result.shape() == expected);
}

#define CHECK_VARIABLE(expression)                                                                                                                   \
    {                                                                                                                                                \
        auto result = (expression);                                                                                                                  \
        static_assert(std::is_same_v<decltype(result), xtgrad::Variable<double>>);                                                                   \
        check_recorded(result, #expression);                                                                                                         \
    }
#define CHECK_SHAPE(expression, ...) check_shape(expression, xtgrad::Shape __VA_ARGS__, #expression)
