#pragma once

#include <xtgrad/autograd/apply.hpp>
#include <xtgrad/autograd/functions/scans.hpp>
#include <xtgrad/autograd/ops/composition.hpp>

namespace xtgrad::ops {

template <class P, Scalar T>
Variable<T> scan(const Variable<T>& x, std::optional<Index> axis, SourceLocation where) {
    P primitive;
    if (axis) primitive.axis = normalize_axis(P::name, *axis, x.dimension(), where);
    const Composition scope(where);
    const bool        flat = !axis && x.dimension() != 1;
    return apply<P, T>(std::move(primitive), where, flat ? reshape(x, {-1}) : x);
}

// NOLINTNEXTLINE(cppcoreguidelines-macro-usage)
#define XTGRAD_COMPILE_SCAN(P)                                                                                                                       \
    template Variable<float>  scan<P, float>(const Variable<float>&, std::optional<Index>, SourceLocation);                                          \
    template Variable<double> scan<P, double>(const Variable<double>&, std::optional<Index>, SourceLocation);

} // namespace xtgrad::ops
