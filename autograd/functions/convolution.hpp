#pragma once

#include <xtgrad/autograd/convolution.hpp>

namespace xtgrad {

template <Scalar T>
class Variable;
template <Scalar T>
class Operand;

namespace ops {

template <Scalar T>
Variable<T> conv2d(const Operand<T>& x, const Operand<T>& weight, const Conv2dOptions& options);
template <Scalar T>
Variable<T> conv2d(const Operand<T>& x, const Operand<T>& weight, const Operand<T>& bias, const Conv2dOptions& options);
template <Scalar T>
Variable<T> conv2d_max_pool2d(const Operand<T>& x, const Operand<T>& weight, const Operand<T>& bias, const Conv2dOptions& options,
                              const PerSide& window, const MaxPool2dOptions& pooling);
template <Scalar T>
Variable<T> max_pool2d(const Variable<T>& x, const PerSide& window, const MaxPool2dOptions& options, SourceLocation where);

} // namespace ops

/// Of images [batch, channels, height, width] and kernels.
template <Scalar T>
class ConvolutionFunctions {
    using V  = Variable<T>;
    using In = const Operand<T>&;

public:
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
};

/// Over images [batch, channels, height, width]. `Self` is Variable or Parameter, by value: an exact match, against which xtensor's templates lose.
template <Scalar T, class Self>
class PoolingFunctions {
    using V = Variable<T>;

    // NOLINTBEGIN(performance-unnecessary-value-param)
public:
    /// The largest element of each window over images [batch, channels, height, width]; extents as those of conv2d. Padding never wins. A tie
    /// gives all of the gradient to the first in row-major order; the first NaN of a window is its largest element. Throws ShapeError where the
    /// window is larger than the image with its padding, ValueError for a padding of more than half of the window (or one that, under
    /// dilation, leaves a window nothing of the image) and for a stride or dilation below 1.
    friend V max_pool2d(Self x, const PerSide& window, const MaxPool2dOptions& options = {}, SourceLocation where = {}) {
        return ops::max_pool2d<T>(x, window, options, where);
    }
    // NOLINTEND(performance-unnecessary-value-param)
};

} // namespace xtgrad
