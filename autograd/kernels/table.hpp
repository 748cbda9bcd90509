#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <span>

#include <xtgrad/autograd/formulas.hpp>
#include <xtgrad/autograd/kernels/convolution_kernels.hpp>
#include <xtgrad/autograd/kernels/loop.hpp>
#include <xtgrad/autograd/kernels/pooling.hpp>

namespace xtgrad::kernels {

/// Compiled for each instruction set; the processor decides at run time which one is used.
template <Scalar T>
struct ElementwiseKernel {
    using Run = void (*)(const Loop& loop, const T* const* operands, T* output);

    Run                forward = nullptr;
    std::array<Run, 3> backward{}; // for each input; its operands are g, then what the vjp takes
};

enum class Fold { sum, amax, amin, logsumexp, prod };

/// The numbers of one step of Adam.
template <Scalar T>
struct AdamStep {
    T beta1;
    T beta2;
    T epsilon;
    T step_size;  // learning_rate / (1 − beta1^t)
    T root_scale; // 1 / √(1 − beta2^t)
};

/// The kernels of the primitives whose kernels are compiled once.
template <Scalar T>
using BaselineKernels = std::array<ElementwiseKernel<T>, BaselinePrimitives::size>;

/// The elementwise primitives, then the fused formulas.
inline constexpr std::size_t elementwise_kernels = ElementwisePrimitives::size + FusedFormulas::size;

template <Scalar T>
struct Table {
    /// In each target's own table the kernels of BaselinePrimitives are missing; dispatch.cpp adds them.
    std::array<ElementwiseKernel<T>, elementwise_kernels> elementwise;
    /// Folds the middle axis of a contiguous [outer, length, inner] array; `length` is at least 1.
    std::array<void (*)(const T* x, T* y, std::size_t outer, std::size_t length, std::size_t inner), 5> fold;
    /// x[i] += y[i].
    void (*accumulate)(T* x, const T* y, std::size_t count);
    ConvolutionKernels<T> convolution;
    PoolingKernels<T>     pooling;
    /// p −= rate·g.
    void (*descend)(T* p, const T* g, std::size_t count, T rate);
    /// v = momentum·v + g, p −= rate·v.
    void (*descend_with_momentum)(T* p, T* v, const T* g, std::size_t count, T rate, T momentum);
    /// m = beta1·m + (1 − beta1)·g, v = beta2·v + (1 − beta2)·g², p −= step_size·m / (√v·root_scale + epsilon).
    void (*adam)(T* p, T* m, T* v, const T* g, std::size_t count, const AdamStep<T>& step);
};

template <Scalar T>
inline constinit std::atomic<const Table<T>*> chosen_table{nullptr};
template <Scalar T>
const Table<T>& choose_table();

/// The table for the best instruction set of this processor.
template <Scalar T>
const Table<T>& table() {
    const Table<T>* const chosen = chosen_table<T>.load(std::memory_order_acquire);
    return chosen != nullptr ? *chosen : choose_table<T>();
}

/// A table and the name of its instruction set: "baseline", "avx2", "avx512".
template <Scalar T>
struct NamedTable {
    const char*     instruction_set;
    const Table<T>* table;
};

/// The tables that this processor can run, the best one last.
template <Scalar T>
std::span<const NamedTable<T>> tables();

} // namespace xtgrad::kernels
