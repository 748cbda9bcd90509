#include <xtgrad/autograd/primitives/pooling.hpp>

#include <xtgrad/autograd/apply.hpp>
#include <xtgrad/autograd/ops/window.hpp>

namespace xtgrad {

namespace {

// Under dilation a window can step over a small image altogether.
bool misses_image(std::size_t places, std::size_t stride, std::size_t padding, std::size_t dilation, std::size_t window, std::size_t image) {
    for (std::size_t place = 0; place < places && padding > 0; ++place) {
        const std::size_t start = place * stride;
        const std::size_t first = start >= padding ? start : start + (padding - start + dilation - 1) / dilation * dilation;
        if (first >= image + padding || first > start + (window - 1) * dilation) return true;
    }
    return false;
}

} // namespace

kernels::Pooling ops::checked_pooling(const Shape& x, const PerSide& window, const MaxPool2dOptions& options, SourceLocation where) {
    const std::string operation =
        "max_pool2d: images " + to_string(x) + ", window " + std::to_string(window.height) + " × " + std::to_string(window.width) + ": ";
    if (x.size() != 4) throw ShapeError(operation + "the images must have the axes [batch, channels, height, width]", where);
    if (x[1] == 0 || x[2] == 0 || x[3] == 0) throw ShapeError(operation + "an extent other than the batch's is 0", where);
    // Winners are counted in 32 bits.
    constexpr Index most = std::numeric_limits<std::uint16_t>::max();
    for (const Index side : {window.height, window.width}) {
        if (side < 1 || side > most) throw ValueError(operation + "a side of the window must be from 1 to " + std::to_string(most), where);
    }
    const kernels::Sides of_window{static_cast<std::size_t>(window.height), static_cast<std::size_t>(window.width)};
    const PerSide        stride = options.stride == PerSide::as_window() ? window : options.stride;
    const ops::Windows   windows(operation, {x[2], x[3]}, of_window, stride, options.padding, options.dilation, where);
    if (2 * windows.padding.height > of_window.height || 2 * windows.padding.width > of_window.width)
        throw ValueError(operation + "padding must be at most half of the window, or a window would hold nothing but padding", where);
    if (misses_image(windows.result.height, windows.stride.height, windows.padding.height, windows.dilation.height, of_window.height, x[2]) ||
        misses_image(windows.result.width, windows.stride.width, windows.padding.width, windows.dilation.width, of_window.width, x[3]))
        throw ValueError(operation + "with this padding and dilation a window would hold nothing but padding", where);
    return {.planes   = x[0] * x[1],
            .image    = {x[2], x[3]},
            .window   = of_window,
            .stride   = windows.stride,
            .padding  = windows.padding,
            .dilation = windows.dilation,
            .result   = windows.result};
}

void MaxPool2d::infer(SourceLocation where, const Shape& x) {
    extents      = ops::checked_pooling(x, window, options, where);
    image_shape  = x;
    result_shape = {x[0], x[1], extents.result.height, extents.result.width};
}

template <Scalar T>
Variable<T> PoolingPlan::scattered(const PoolingPlan& plan, const Variable<T>& g) {
    return apply<ScatterToWinners, T>({plan}, SourceLocation{"", 0}, g);
}

template <Scalar T>
Variable<T> PoolingPlan::gathered(const PoolingPlan& plan, const Variable<T>& x) {
    return apply<GatherWinners, T>({plan}, SourceLocation{"", 0}, x);
}

namespace ops {

template <Scalar T>
Variable<T> max_pool2d(const Variable<T>& x, const PerSide& window, const MaxPool2dOptions& options, SourceLocation where) {
    MaxPool2d primitive;
    primitive.window  = window;
    primitive.options = options;
    return apply<MaxPool2d, T>(std::move(primitive), where, x);
}

template Variable<float>  max_pool2d<float>(const Variable<float>&, const PerSide&, const MaxPool2dOptions&, SourceLocation);
template Variable<double> max_pool2d<double>(const Variable<double>&, const PerSide&, const MaxPool2dOptions&, SourceLocation);

} // namespace ops

XTGRAD_COMPILE_PRIMITIVE(MaxPool2d)
XTGRAD_COMPILE_PRIMITIVE(ScatterToWinners)
XTGRAD_COMPILE_PRIMITIVE(GatherWinners)

} // namespace xtgrad
