#pragma once

#include <xtgrad/autograd/cotangent.hpp>
#include <xtgrad/autograd/variable.hpp>

// What the rules of elementwise primitives need beyond the public functions when they are read over Variables.

namespace xtgrad {

template <Scalar T>
Variable<T> select(const Mask& mask, const Variable<T>& a, const Variable<T>& b) {
    return where(mask, a, b);
}
template <Scalar T>
Mask isfinite(const Variable<T>& x) {
    return ops::isfinite<T>(x);
}
template <Scalar T>
Variable<T> cotangent_product(const Variable<T>& g, const Variable<T>& factor) {
    const Operand<T> a(g);
    const Operand<T> b(factor);
    return ops::elementwise<T>(elementwise_index<CotangentProduct>, {&a, &b});
}
template <Scalar T>
Variable<T> cotangent_quotient(const Variable<T>& g, const Variable<T>& divisor) {
    const Operand<T> a(g);
    const Operand<T> b(divisor);
    return ops::elementwise<T>(elementwise_index<CotangentQuotient>, {&a, &b});
}

} // namespace xtgrad
