#pragma once

// The public functions, by family. Each family declares the compiled operations behind its names (ops/*.cpp), for float and double.
#include <xtgrad/autograd/functions/convolution.hpp>
#include <xtgrad/autograd/functions/elementwise.hpp>
#include <xtgrad/autograd/functions/indexing.hpp>
#include <xtgrad/autograd/functions/joining.hpp>
#include <xtgrad/autograd/functions/linear_algebra.hpp>
#include <xtgrad/autograd/functions/matrix.hpp>
#include <xtgrad/autograd/functions/normalization.hpp>
#include <xtgrad/autograd/functions/reductions.hpp>
#include <xtgrad/autograd/functions/scans.hpp>
#include <xtgrad/autograd/functions/shape.hpp>
#include <xtgrad/autograd/functions/sorting.hpp>

#undef XTGRAD_REDUCER_TO
#undef XTGRAD_REDUCER
#undef XTGRAD_REDUCER_WITH_INTEGER
#undef XTGRAD_REDUCER_OF
#undef XTGRAD_OF_AXES

namespace xtgrad {

template <Scalar T>
class Parameter;

/// What xtensor's own operators must leave alone.
struct DifferentiableTag {};

/// Functions whose arguments may be numbers, arrays and expressions too.
template <Scalar T>
class OperandFunctions : public DifferentiableTag,
                         public ElementwiseFunctions<VariableKind<T>>,
                         public MatrixFunctions<T>,
                         public DoubleFunctions<T>,
                         public LinearSystemFunctions<T>,
                         public ConvolutionFunctions<T> {};

/// Functions of one array and options, for Variable and Parameter.
template <Scalar T, class Self>
class ArrayFunctions : public ReductionFunctions<T, Self>,
                       public ScanFunctions<T, Self>,
                       public SortingFunctions<T, Self>,
                       public NormalizationFunctions<T, Self>,
                       public ShapeFunctions<T, Self>,
                       public IndexingFunctions<T, Self>,
                       public PoolingFunctions<T, Self>,
                       public LinearAlgebraFunctions<T, Self> {
    // Once more here, because xtensor's is unconstrained.
    friend Variable<T> square(Self x, SourceLocation where = {}) { return VariableKind<T>::template apply<Square>(Operand<T>(x, where)); }
    friend Variable<T> nan_to_num(Self x, SourceLocation where = {}) { return VariableKind<T>::template compose<NanToNum>(Operand<T>(x, where)); }
};

} // namespace xtgrad
