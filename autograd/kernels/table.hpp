#pragma once

#include <array>
#include <cstddef>

#include <xtgrad/autograd/kernels/convolution_kernels.hpp>
#include <xtgrad/autograd/kernels/loop.hpp>
#include <xtgrad/autograd/kernels/pooling.hpp>
#include <xtgrad/autograd/primitives.hpp>

namespace xtgrad::kernels {

/// Compiled for each instruction set; the processor decides at run time which one is used.
template <Scalar T>
struct ElementwiseKernel {
    using Run = void (*)(const Loop& loop, const T* const* operands, T* output);

    Run                forward = nullptr;
    std::array<Run, 3> backward{}; // for each input; its operands are g, then what the vjp takes
};

enum class Fold { sum, amax, amin, logsumexp };

template <Scalar T>
struct Table {
    std::array<ElementwiseKernel<T>, ElementwisePrimitives::size> elementwise;
    /// Folds the middle axis of a contiguous [outer, length, inner] array; `length` is at least 1.
    std::array<void (*)(const T* x, T* y, std::size_t outer, std::size_t length, std::size_t inner), 4> fold;
    /// x[i] += y[i].
    void (*accumulate)(T* x, const T* y, std::size_t count);
    ConvolutionKernels<T> convolution;
    PoolingKernels<T>     pooling;
};

/// The table for the best instruction set of this processor.
template <Scalar T>
const Table<T>& table();

/// Its name: "baseline", "avx2".
const char* instruction_set();

} // namespace xtgrad::kernels
