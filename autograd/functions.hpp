#pragma once

#include <concepts>
#include <initializer_list>
#include <tuple>
#include <vector>

#include <xtgrad/array/array.hpp>
#include <xtgrad/autograd/convolution.hpp>
#include <xtgrad/autograd/mask.hpp>
#include <xtgrad/autograd/primitives.hpp>

namespace xtgrad {

template <Scalar T>
class Variable;
template <Scalar T>
class Parameter;
template <Scalar T>
class Operand;

/// What xtensor's own operators must leave alone.
struct DifferentiableTag {};

/// Axes counted from the front; a few need no memory of their own.
using AxisList = xt::svector<std::size_t, 4>;

/// The axes an operation works over: `{0, 2}`, `1`, negative ones from the back, in any order; `{}` is no axis at all, as in NumPy.
class Axes {
public:
    Axes() = default;
    Axes(std::initializer_list<Index> axes) : axes_(axes) {}
    Axes(std::vector<Index> axes) : axes_(std::move(axes)) {}
    template <std::integral I>
    Axes(I axis) : axes_{static_cast<Index>(axis)} {}
    static Axes every() {
        Axes axes;
        axes.every_ = true;
        return axes;
    }

    /// Counted from the front, in ascending order; throws ShapeError for an axis out of range or named twice.
    AxisList normalized(std::string_view operation, std::size_t rank, SourceLocation where) const;

    bool                      is_every() const noexcept { return every_; }
    const std::vector<Index>& listed() const noexcept { return axes_; }

private:
    std::vector<Index> axes_;
    bool               every_ = false;
};

/// The shape asked of an operation: `{2, -1}`, or another array's shape. Where it is allowed, one −1 is inferred.
class Extents {
public:
    Extents(std::initializer_list<Index> extents) : extents_(extents) {}
    Extents(std::vector<Index> extents) : extents_(std::move(extents)) {}
    Extents(const Shape& shape) : extents_(shape.begin(), shape.end()) {}

    const std::vector<Index>& listed() const noexcept { return extents_; }

private:
    std::vector<Index> extents_;
};

/// What `slice` takes of one axis, with NumPy's rules for bounds that are negative or too large.
class Range {
public:
    /// Every element, `[:]`.
    static Range all() { return {}; }
    /// One element; the axis disappears.
    Range(Index index) : start_(index), has_start_(true), single_(true) {}
    Range(Index start, Index stop, Index step = 1) : start_(start), stop_(stop), step_(step), has_start_(true), has_stop_(true) {}
    static Range from(Index start, Index step = 1);
    static Range every(Index step);

    Index start() const noexcept { return start_; }
    Index stop() const noexcept { return stop_; }
    Index step() const noexcept { return step_; }
    bool  has_start() const noexcept { return has_start_; }
    bool  has_stop() const noexcept { return has_stop_; }
    bool  single() const noexcept { return single_; }

private:
    Range() = default;

    Index start_     = 0;
    Index stop_      = 0;
    Index step_      = 1;
    bool  has_start_ = false;
    bool  has_stop_  = false;
    bool  single_    = false;
};

/// Which operands of a matrix product are transposed.
enum class Transposed { first, second, both };

using xt::keep_dims;
using KeepDims = std::tuple<xt::keep_dims_type>;

enum class Comparison { less, less_equal, equal, not_equal };

template <class P>
inline constexpr std::size_t elementwise_index = ElementwisePrimitives::index_of<P>();

/// The compiled operations behind the public names (ops/*.cpp), for float and double.
namespace ops {

template <Scalar T>
Variable<T> elementwise(std::size_t primitive, std::initializer_list<const Operand<T>*> operands);
template <class P, Scalar T>
Variable<T> reduce(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation where);
template <Scalar T>
Variable<T> reshape(const Variable<T>& x, const Extents& shape, SourceLocation where);
template <Scalar T>
Variable<T> transpose(const Variable<T>& x, const Axes& axes, SourceLocation where);
template <Scalar T>
Variable<T> broadcast_to(const Variable<T>& x, const Extents& shape, SourceLocation where);
template <Scalar T>
Variable<T> expand_dims(const Variable<T>& x, const Axes& axes, SourceLocation where);
template <Scalar T>
Variable<T> squeeze(const Variable<T>& x, const Axes& axes, SourceLocation where);
template <Scalar T>
Variable<T> slice(const Variable<T>& x, const std::vector<Range>& ranges, SourceLocation where);
template <Scalar T>
Variable<T> pad(const Variable<T>& x, const std::vector<std::array<Index, 2>>& widths, SourceLocation where);
template <Scalar T>
Variable<T> gather(const Variable<T>& x, const Array<Index>& index, Index axis, SourceLocation where);
template <Scalar T>
Variable<T> scatter_add(const Variable<T>& x, const Array<Index>& index, Index axis, const Extents& shape, SourceLocation where);
template <Scalar T>
Variable<T> matmul(const Operand<T>& a, const Operand<T>& b, bool transpose_a, bool transpose_b);
template <Scalar T>
Variable<T> conv2d(const Operand<T>& x, const Operand<T>& weight, const Conv2dOptions& options);
template <Scalar T>
Variable<T> conv2d(const Operand<T>& x, const Operand<T>& weight, const Operand<T>& bias, const Conv2dOptions& options);
template <Scalar T>
Variable<T> conv2d_max_pool2d(const Operand<T>& x, const Operand<T>& weight, const Operand<T>& bias, const Conv2dOptions& options,
                              const PerSide& window, const MaxPool2dOptions& pooling);
template <Scalar T>
Variable<T> max_pool2d(const Variable<T>& x, const PerSide& window, const MaxPool2dOptions& options, SourceLocation where);
template <Scalar T>
Variable<T> affine(const Operand<T>& x, const Operand<T>& weight, const Operand<T>& bias);
/// scale·Σ(a − b)² over all elements; throws ShapeError where the shapes differ.
template <Scalar T>
Variable<T> squared_error(const Variable<T>& a, const Variable<T>& b, double scale, SourceLocation where);
template <Scalar T>
Variable<T> clip(const Operand<T>& x, const Operand<T>& low, const Operand<T>& high);
template <Scalar T>
Variable<T> alias(const Variable<T>& x, SourceLocation where);
template <Scalar T>
Array<Index> argmax(const Variable<T>& x, const Axes& axes, SourceLocation where);
template <Scalar T>
Variable<T> where(const Mask& condition, const Operand<T>& a, const Operand<T>& b);

template <Scalar T>
Mask compare(Comparison comparison, const Operand<T>& a, const Operand<T>& b);
template <Scalar T>
Mask isfinite(const Variable<T>& x);

} // namespace ops

/// How Variables apply an elementwise primitive: by the compiled operation.
template <Scalar T>
struct VariableKind {
    using Number = Variable<T>;
    using Input  = const Operand<T>&;
    using Truth  = Mask;

    template <class P, class... In>
    static Number apply(const In&... x) {
        if constexpr (std::is_same_v<P, Clip>) {
            return ops::clip<T>(x...);
        } else {
            return ops::elementwise<T>(elementwise_index<P>, {&x...});
        }
    }
    static Truth  compare(Comparison comparison, Input a, Input b) { return ops::compare<T>(comparison, a, b); }
    static Number choose(const Truth& truth, Input a, Input b) { return ops::where<T>(truth, a, b); }
};

/// Operators and elementwise functions, once for every kind of number: of Variables they take numbers, arrays and expressions as well, and
/// broadcast by NumPy's rule; in the function of a map() they work on the numbers that it is given. They are hidden friends: only calls with
/// such a number (or a Parameter) see them.
template <class Kind>
class ElementwiseFunctions {
    using V     = typename Kind::Number;
    using In    = typename Kind::Input;
    using Truth = typename Kind::Truth;

    // NOLINTBEGIN(bugprone-easily-swappable-parameters)
public:
    friend V operator+(In a, In b) { return Kind::template apply<Add>(a, b); }
    friend V operator-(In a, In b) { return Kind::template apply<Subtract>(a, b); }
    friend V operator*(In a, In b) { return Kind::template apply<Multiply>(a, b); }
    friend V operator/(In a, In b) { return Kind::template apply<Divide>(a, b); }
    friend V operator-(In x) { return Kind::template apply<Negate>(x); }
    friend V operator+(In x) { return V(x); }

    /// The named forms of the operators.
    friend V add(In a, In b) { return Kind::template apply<Add>(a, b); }
    friend V subtract(In a, In b) { return Kind::template apply<Subtract>(a, b); }
    friend V multiply(In a, In b) { return Kind::template apply<Multiply>(a, b); }
    friend V divide(In a, In b) { return Kind::template apply<Divide>(a, b); }
    friend V negate(In x) { return Kind::template apply<Negate>(x); }

    friend V square(In x) { return Kind::template apply<Square>(x); }
    /// x to the power y. Gradients stay finite where they are: at x = 0 for constant exponents of at least 1, at negative x for integer
    /// exponents. In the exponent the gradient is y·log x, 0 at x = 0 for y ≥ 0, NaN for negative x.
    friend V pow(In x, In y) { return Kind::template apply<Pow>(x, y); }
    friend V exp(In x) { return Kind::template apply<Exp>(x); }
    /// e^x − 1 without cancellation near 0.
    friend V expm1(In x) { return Kind::template apply<Expm1>(x); }
    /// Natural logarithm; −inf at 0, NaN (with a NaN gradient) below.
    friend V log(In x) { return Kind::template apply<Log>(x); }
    /// log(1 + x) without cancellation near 0.
    friend V log1p(In x) { return Kind::template apply<Log1p>(x); }
    /// NaN (with a NaN gradient) below 0; the gradient at 0 is inf.
    friend V sqrt(In x) { return Kind::template apply<Sqrt>(x); }
    friend V sin(In x) { return Kind::template apply<Sin>(x); }
    friend V cos(In x) { return Kind::template apply<Cos>(x); }
    friend V tanh(In x) { return Kind::template apply<Tanh>(x); }
    /// 1/(1 + e^−x), to full accuracy in both tails.
    friend V sigmoid(In x) { return Kind::template apply<Sigmoid>(x); }
    /// log(1 + e^x) without overflow.
    friend V softplus(In x) { return Kind::template apply<Softplus>(x); }
    /// max(x, 0), gradient 0 at 0; NaN stays NaN.
    friend V relu(In x) { return Kind::template apply<Relu>(x); }
    /// |x|, gradient 0 at 0.
    friend V abs(In x) { return Kind::template apply<Abs>(x); }
    /// −1, 0 or 1; gradient 0.
    friend V sign(In x) { return Kind::template apply<Sign>(x); }
    /// The larger of each pair; a tie splits the gradient evenly; NaN if either is.
    friend V maximum(In a, In b) { return Kind::template apply<Maximum>(a, b); }
    friend V minimum(In a, In b) { return Kind::template apply<Minimum>(a, b); }
    /// x limited to [low, high], gradient 1 on the closed interval; throws ValueError where low > high.
    friend V clip(In x, In low, In high) { return Kind::template apply<Clip>(x, low, high); }
    /// a where the condition holds, else b; the branch that is not taken gets a gradient of exactly 0.
    friend V where(const Truth& condition, In a, In b) { return Kind::choose(condition, a, b); }

    /// Elementwise comparisons.
    friend Truth operator<(In a, In b) { return Kind::compare(Comparison::less, a, b); }
    friend Truth operator<=(In a, In b) { return Kind::compare(Comparison::less_equal, a, b); }
    friend Truth operator>(In a, In b) { return Kind::compare(Comparison::less, b, a); }
    friend Truth operator>=(In a, In b) { return Kind::compare(Comparison::less_equal, b, a); }
    friend Truth equal(In a, In b) { return Kind::compare(Comparison::equal, a, b); }
    friend Truth not_equal(In a, In b) { return Kind::compare(Comparison::not_equal, a, b); }
    // NOLINTEND(bugprone-easily-swappable-parameters)
};

/// Those, and the functions of two whole arrays.
template <Scalar T>
class OperandFunctions : public DifferentiableTag, public ElementwiseFunctions<VariableKind<T>> {
    using V  = Variable<T>;
    using In = const Operand<T>&;

public:
    /// The matrix product of numpy.matmul: 1-D operands are vectors, leading axes of higher ranks broadcast. A product of two vectors is a
    /// single number. Throws ShapeError where the inner extents differ.
    friend V matmul(In a, In b) { return ops::matmul<T>(a, b, false, false); }
    /// The same with the last two axes of one operand, or of both, exchanged, which costs nothing.
    friend V matmul(In a, In b, Transposed which) { return ops::matmul<T>(a, b, which != Transposed::second, which != Transposed::first); }

    /// The cross-correlation of images [batch, channels, height, width] with kernels [outputs, channels / groups, kernel height, kernel width],
    /// which neural networks call a convolution; bias [outputs] is added to each channel of the result [batch, outputs, …, …]. Its height is
    /// ⌊(height + 2·padding − dilation·(kernel height − 1) − 1) / stride⌋ + 1, and so its width. Conventions are those of PyTorch's conv2d. Padding
    /// is zeros, which are multiplied like any element. The batch may be empty. Throws ShapeError where extents do not fit or the kernel is larger
    /// than the image with its padding, ValueError for a stride, dilation or number of groups below 1 or a negative padding.
    friend V conv2d(In x, In weight, const Conv2dOptions& options = {}) { return ops::conv2d<T>(x, weight, options); }
    friend V conv2d(In x, In weight, In bias, const Conv2dOptions& options = {}) { return ops::conv2d<T>(x, weight, bias, options); }
    /// max_pool2d(conv2d(x, weight, bias, options), window, pooling) as one operation, with the same value: the convolution's whole result is
    /// never in memory, and the gradients visit only what the pooling chose. A relu after it is one before the pooling, at less cost.
    friend V conv2d_max_pool2d(In x, In weight, In bias, const Conv2dOptions& options, const PerSide& window, const MaxPool2dOptions& pooling = {}) {
        return ops::conv2d_max_pool2d<T>(x, weight, bias, options, window, pooling);
    }
    /// x·weightᵀ + bias for a weight of shape [outputs, inputs] and a bias of shape [outputs]: a linear layer, as PyTorch's linear. The axes of x
    /// before the last are batch axes. Throws ShapeError where the extents do not fit.
    friend V affine(In x, In weight, In bias) { return ops::affine<T>(x, weight, bias); }
};

// xtensor's reducers are unconstrained templates; under `using namespace xt` they win against any conversion. These are the signatures that
// win against each of theirs: all axes, axes in braces, one axis, an Axes object, a vector, each with and without keep_dims. By value, because a
// reference to const loses against theirs.
// NOLINTNEXTLINE(cppcoreguidelines-macro-usage)
#define XTGRAD_REDUCER(name, primitive)                                                                                                              \
    friend V name(Self x, SourceLocation where = {}) { return ops::reduce<primitive, T>(x, Axes::every(), false, where); }                           \
    friend V name(Self x, KeepDims, SourceLocation where = {}) { return ops::reduce<primitive, T>(x, Axes::every(), true, where); }                  \
    friend V name(Self x, Axes axes, SourceLocation where = {}) { return ops::reduce<primitive, T>(x, axes, false, where); }                         \
    friend V name(Self x, Axes axes, KeepDims, SourceLocation where = {}) { return ops::reduce<primitive, T>(x, axes, true, where); }                \
    template <std::integral I>                                                                                                                       \
    friend V name(Self x, I axis, SourceLocation where = {}) {                                                                                       \
        return ops::reduce<primitive, T>(x, axis, false, where);                                                                                     \
    }                                                                                                                                                \
    template <std::integral I>                                                                                                                       \
    friend V name(Self x, I axis, KeepDims, SourceLocation where = {}) {                                                                             \
        return ops::reduce<primitive, T>(x, axis, true, where);                                                                                      \
    }                                                                                                                                                \
    template <std::integral I>                                                                                                                       \
    friend V name(Self x, std::vector<I> axes, SourceLocation where = {}) {                                                                          \
        return ops::reduce<primitive, T>(x, std::vector<Index>(axes.begin(), axes.end()), false, where);                                             \
    }                                                                                                                                                \
    template <std::integral I>                                                                                                                       \
    friend V name(Self x, std::vector<I> axes, KeepDims, SourceLocation where = {}) {                                                                \
        return ops::reduce<primitive, T>(x, std::vector<Index>(axes.begin(), axes.end()), true, where);                                              \
    }                                                                                                                                                \
    template <std::integral I, std::size_t N>                                                                                                        \
    friend V name(Self x, const I(&axes)[N], SourceLocation where = {}) {                                                                            \
        return ops::reduce<primitive, T>(x, std::vector<Index>(axes, axes + N), false, where);                                                       \
    }                                                                                                                                                \
    template <std::integral I, std::size_t N>                                                                                                        \
    friend V name(Self x, const I(&axes)[N], KeepDims, SourceLocation where = {}) {                                                                  \
        return ops::reduce<primitive, T>(x, std::vector<Index>(axes, axes + N), true, where);                                                        \
    }

// NOLINTBEGIN(performance-unnecessary-value-param)
/// Functions of one array and options. `Self` is Variable or Parameter, by value: an exact match, against which xtensor's templates lose.
template <Scalar T, class Self>
class ArrayFunctions {
    using V = Variable<T>;

public:
    /// The square of each element. (Once more here, because xtensor's square() is unconstrained too.)
    friend V square(Self x, SourceLocation where = {}) { return VariableKind<T>::template apply<Square>(Operand<T>(x, where)); }

    /// The sum over `axes`, pairwise, so that the error grows with the logarithm of the count.
    XTGRAD_REDUCER(sum, Sum)
    /// The mean over `axes`; of nothing NaN, with gradient zeros.
    XTGRAD_REDUCER(mean, Mean)
    /// The largest element over `axes`; ties share the gradient evenly; NaN if any is; throws ShapeError for a maximum of nothing.
    XTGRAD_REDUCER(amax, Amax)
    /// The smallest element over `axes`, as amax.
    XTGRAD_REDUCER(amin, Amin)
    /// log Σ e^x over `axes` without overflow; −inf (gradient 0) where all elements are −inf.
    XTGRAD_REDUCER(logsumexp, Logsumexp)

    /// The same elements in row-major order under another shape; one extent may be −1. Throws ShapeError where the sizes differ.
    friend V reshape(Self x, const Extents& shape, SourceLocation where = {}) { return ops::reshape<T>(x, shape, where); }
    /// The axes in reverse, or in the order given.
    friend V transpose(Self x, SourceLocation where = {}) { return ops::transpose<T>(x, Axes::every(), where); }
    friend V transpose(Self x, Axes axes, SourceLocation where = {}) { return ops::transpose<T>(x, axes, where); }
    template <std::integral I>
    friend V transpose(Self x, std::vector<I> axes, SourceLocation where = {}) {
        return ops::transpose<T>(x, std::vector<Index>(axes.begin(), axes.end()), where);
    }
    template <std::integral I, std::size_t N>
    friend V transpose(Self x, const I (&axes)[N], SourceLocation where = {}) {
        return ops::transpose<T>(x, std::vector<Index>(axes, axes + N), where);
    }
    /// Repeats axes of extent 1 and leading axes, as numpy.broadcast_to.
    friend V broadcast_to(Self x, const Extents& shape, SourceLocation where = {}) { return ops::broadcast_to<T>(x, shape, where); }
    /// Inserts axes of extent 1 at the given places of the result.
    friend V expand_dims(Self x, Axes axes, SourceLocation where = {}) { return ops::expand_dims<T>(x, axes, where); }
    template <std::integral I>
    friend V expand_dims(Self x, I axis, SourceLocation where = {}) {
        return ops::expand_dims<T>(x, axis, where);
    }
    /// Removes axes of extent 1: all of them, or those given. Throws ShapeError where one given has another extent.
    friend V squeeze(Self x, SourceLocation where = {}) { return ops::squeeze<T>(x, Axes::every(), where); }
    friend V squeeze(Self x, Axes axes, SourceLocation where = {}) { return ops::squeeze<T>(x, axes, where); }
    template <std::integral I>
    friend V squeeze(Self x, I axis, SourceLocation where = {}) {
        return ops::squeeze<T>(x, axis, where);
    }
    template <std::integral I>
    friend V squeeze(Self x, std::vector<I> axes, SourceLocation where = {}) {
        return ops::squeeze<T>(x, std::vector<Index>(axes.begin(), axes.end()), where);
    }
    template <std::integral I, std::size_t N>
    friend V squeeze(Self x, const I (&axes)[N], SourceLocation where = {}) {
        return ops::squeeze<T>(x, std::vector<Index>(axes, axes + N), where);
    }
    /// A part of the array, an entry for each leading axis: `slice(x, {Range(0, 3), Range::all(), 2})` is x[0:3, :, 2].
    friend V slice(Self x, const std::vector<Range>& ranges, SourceLocation where = {}) { return ops::slice<T>(x, ranges, where); }
    /// Zeros around the array: {before, after} for each axis.
    friend V pad(Self x, const std::vector<std::array<Index, 2>>& widths, SourceLocation where = {}) { return ops::pad<T>(x, widths, where); }
    /// Picks along one axis: result[i, j] = x[i, index[i, j]] for axis 1, as numpy.take_along_axis. The index has x's rank and, but for
    /// that axis, x's extents. Throws ShapeError, or ValueError naming the index that is out of range.
    friend V gather(Self x, const Array<Index>& index, Index axis, SourceLocation where = {}) { return ops::gather<T>(x, index, axis, where); }
    /// The adjoint of gather: zeros of `shape`, to which x[i, j] is added at [i, index[i, j]]. Equal indices accumulate.
    friend V scatter_add(Self x, const Array<Index>& index, Index axis, const Extents& shape, SourceLocation where = {}) {
        return ops::scatter_add<T>(x, index, axis, shape, where);
    }
    /// The largest element of each window over images [batch, channels, height, width]; extents as those of conv2d. Padding never wins. A tie
    /// gives all of the gradient to the first in row-major order; the first NaN of a window is its largest element. Throws ShapeError where the
    /// window is larger than the image with its padding, ValueError for a padding of more than half of the window (or one that, under
    /// dilation, leaves a window nothing of the image) and for a stride or dilation below 1.
    friend V max_pool2d(Self x, const PerSide& window, const MaxPool2dOptions& options = {}, SourceLocation where = {}) {
        return ops::max_pool2d<T>(x, window, options, where);
    }
    /// The place of the largest element, the first of equals: in the flattened array, or along one axis. NaN counts as largest. Throws
    /// ShapeError for an empty array.
    friend Array<Index> argmax(Self x, SourceLocation where = {}) { return ops::argmax<T>(x, Axes::every(), where); }
    friend Array<Index> argmax(Self x, Index axis, SourceLocation where = {}) { return ops::argmax<T>(x, axis, where); }
};
// NOLINTEND(performance-unnecessary-value-param)

#undef XTGRAD_REDUCER

} // namespace xtgrad
