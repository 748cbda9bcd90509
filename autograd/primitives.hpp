#pragma once

#include <cstddef>
#include <type_traits>

namespace xtgrad {

template <class... P>
struct PrimitiveList {
    static constexpr std::size_t size = sizeof...(P);

    /// The place of `Q` in the list; a primitive that is not listed does not compile.
    template <class Q>
    static constexpr std::size_t index_of() {
        static_assert((std::is_same_v<P, Q> || ...),
                      "xtgrad: this is not in the list of autograd/primitives.hpp (or, for a formula, of autograd/formulas.hpp)");
        std::size_t index = 0;
        (void)((std::is_same_v<P, Q> || (++index, false)) || ...);
        return index;
    }
};

/// Lists one after the other.
template <class... Lists>
struct Joined;
template <class... P>
struct Joined<PrimitiveList<P...>> {
    using List = PrimitiveList<P...>;
};
template <class... P, class... Q, class... Rest>
struct Joined<PrimitiveList<P...>, PrimitiveList<Q...>, Rest...> : Joined<PrimitiveList<P..., Q...>, Rest...> {};

/// Every primitive, once, in two kinds. Kernels, the gradient suite and the documentation's tables fold over these lists; nothing else names
/// them all.

/// Elementwise primitives whose kernels are compiled for each instruction set.
using VectorPrimitives = PrimitiveList<
    // primitives/arithmetic.hpp
    struct Add, struct Subtract, struct Multiply, struct Divide, struct Negate, struct Square, struct Sqrt, struct Pow, struct Cbrt, struct Hypot,
    struct Atan2, struct Ldexp,
    // primitives/transcendental.hpp
    struct Exp, struct Expm1, struct Log, struct Log1p, struct Sin, struct Cos, struct Tanh, struct Exp2, struct Log2, struct Log10,
    // primitives/trigonometric.hpp
    struct Tan, struct Asin, struct Acos, struct Atan, struct Sinh, struct Cosh, struct Asinh, struct Acosh, struct Atanh, struct SincDerivative,
    // primitives/special.hpp
    struct Gaussian, struct Erf, struct Erfc, struct ErfcxMoment, struct Erfinv, struct Ndtr, struct LogNdtr, struct Lgamma, struct Polygamma,
    struct Xlogy, struct Xlog1py, struct Entr,
    // primitives/rounding.hpp
    struct Floor, struct Ceil, struct Round, struct Trunc, struct Fmod, struct Remainder,
    // primitives/activation.hpp
    struct Sigmoid, struct Softplus, struct Relu,
    // primitives/selection.hpp
    struct Abs, struct Sign, struct Maximum, struct Minimum, struct Where, struct Clip,
    // primitives/cotangent.hpp
    struct CotangentProduct, struct CotangentQuotient>;

/// Those whose kernels are compiled once, for the baseline: they are computed number by number or bound by memory, so that wider vectors would gain
/// nothing. Their rules call functions of this list and exact operations alone, whose bits do not depend on the instruction set, and so have the
/// bits of their recorded reading.
using BaselinePrimitives = PrimitiveList<
    // primitives/arithmetic.hpp
    struct Lerp,
    // primitives/special.hpp
    struct BesselI,
    // primitives/rounding.hpp
    struct Copysign,
    // primitives/activation.hpp
    struct Softsign,
    // primitives/selection.hpp
    struct Fmax, struct Fmin>;

using ElementwisePrimitives = Joined<VectorPrimitives, BaselinePrimitives>::List;

// Structured primitives, by family.
using ReductionPrimitives = PrimitiveList< // primitives/reduction.hpp
    struct Sum, struct Mean, struct Amax, struct Amin, struct Logsumexp, struct Prod, struct EuclideanNorm>;
using ScanPrimitives      = PrimitiveList< // primitives/scan.hpp
    struct Cumsum, struct Cumprod, struct LinearRecurrence, struct Logcumsumexp>;
using SortingPrimitives   = PrimitiveList< // primitives/sorting.hpp
    struct Sort, struct Cummax, struct Cummin>;
using ShapePrimitives     = PrimitiveList< // primitives/shape.hpp
    struct Alias, struct Reshape, struct Transpose, struct BroadcastTo, struct Concatenate, struct Cast>;
using IndexingPrimitives  = PrimitiveList< // primitives/indexing.hpp
    struct Slice, struct Pad, struct Gather, struct ScatterAdd>;
using MatrixPrimitives    = PrimitiveList<
    // primitives/matmul.hpp
    struct Matmul,
    // primitives/fused.hpp
    struct Affine, struct SquaredError>;
using ConvolutionPrimitives = PrimitiveList<
    // primitives/convolution.hpp
    struct Conv2d, struct BiasedConv2d, struct Conv2dInputGradient, struct Conv2dWeightGradient,
    // primitives/pooling.hpp
    struct MaxPool2d, struct ScatterToWinners, struct GatherWinners,
    // primitives/pooled_convolution.hpp
    struct PooledConv2d>;

using LinearAlgebraPrimitives = PrimitiveList<
    // primitives/linear_systems.hpp
    struct Cholesky, struct CholeskyGradient, struct CholeskyLogdet, struct CholeskySolve, struct CholeskyInverse, struct SolveTriangular,
    struct Solve,
    // primitives/matrix_functions.hpp
    struct Determinant, struct Pinv, struct MatrixExp,
    // primitives/decompositions.hpp
    struct Qr, struct Eigenvectors, struct Eigenvalues, struct InverseGaps, struct SingularVectors, struct SingularValues>;

using StructuredPrimitives = Joined<ReductionPrimitives, ScanPrimitives, SortingPrimitives, ShapePrimitives, IndexingPrimitives, MatrixPrimitives,
                                    ConvolutionPrimitives, LinearAlgebraPrimitives>::List;

} // namespace xtgrad
