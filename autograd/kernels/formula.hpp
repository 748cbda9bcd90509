#pragma once

#include <xtgrad/autograd/dual.hpp>
#include <xtgrad/autograd/kernels/elementwise.hpp>

namespace xtgrad::kernels {
inline namespace XTGRAD_TARGET {

// The kernels of FusedFormulas: the formula in registers, and its derivatives by dual numbers.

template <class F, class T>
void formula_forward(const Loop& loop, const T* const* operands, T* output) {
    using D = Dual<Lanes<T>, 0>;
    run<F::arity>(loop, operands, output, [](const auto&... x) { return D(F::of(D(x)...)).value; });
}

template <class F, std::size_t I, class T>
void formula_backward(const Loop& loop, const T* const* operands, T* output) {
    using D = Dual<Lanes<T>, 1>;
    run<1 + F::arity>(loop, operands, output, [](const Lanes<T>& g, const auto&... x) {
        std::size_t input  = 0;
        const auto  seeded = [&input](const Lanes<T>& value) {
            D dual(value);
            if (input++ == I) dual.set(0, Lanes<T>(T(1)));
            return dual;
        };
        // Braces, because they evaluate in order.
        const std::tuple duals{seeded(x)...};
        return cotangent_product(g, D(std::apply([](const auto&... each) { return F::of(each...); }, duals)).partial(0));
    });
}

template <class F, class T>
constexpr ElementwiseKernel<T> formula_kernel_of() {
    ElementwiseKernel<T> kernel;
    kernel.forward = &formula_forward<F, T>;
    [&]<std::size_t... I>(std::index_sequence<I...>) { ((kernel.backward[I] = &formula_backward<F, I, T>), ...); }
    (std::make_index_sequence<F::arity>{});
    return kernel;
}

/// The kernels of one instruction set in their places: between those of VectorPrimitives and of FusedFormulas there is room for the kernels that
/// are compiled once.
template <class T, class... P, class... F>
constexpr std::array<ElementwiseKernel<T>, elementwise_kernels> own_kernels_of(PrimitiveList<P...> primitives, PrimitiveList<F...>) {
    std::array<ElementwiseKernel<T>, elementwise_kernels> kernels{};
    std::size_t                                           place = 0;
    for (const ElementwiseKernel<T>& kernel : kernels_of<T>(primitives)) kernels[place++] = kernel;
    place = ElementwisePrimitives::size;
    ((kernels[place++] = formula_kernel_of<F, T>()), ...);
    return kernels;
}

} // namespace XTGRAD_TARGET
} // namespace xtgrad::kernels
