#pragma once

#include <limits>
#include <string>

#include <xtgrad/autograd/convolution.hpp>
#include <xtgrad/autograd/kernels/pooling.hpp>

namespace xtgrad::ops {

/// The places of a window that moves over images, checked. `operation` begins the messages.
struct Windows {
    kernels::Sides stride, padding, dilation, result;

    Windows(const std::string& operation, const kernels::Sides& image, const kernels::Sides& window, const PerSide& of_stride,
            const PerSide& of_padding, const PerSide& of_dilation, SourceLocation where)
        : stride(checked(operation, "stride", of_stride, 1, where)), padding(checked(operation, "padding", of_padding, 0, where)),
          dilation(checked(operation, "dilation", of_dilation, 1, where)), result{places(operation, "height", image.height, window.height,
                                                                                         stride.height, padding.height, dilation.height, where),
                                                                                  places(operation, "width", image.width, window.width, stride.width,
                                                                                         padding.width, dilation.width, where)} {}

private:
    static kernels::Sides checked(const std::string& operation, const char* name, const PerSide& sides, Index least, SourceLocation where) {
        // Beyond this the extent of a window could not be counted.
        constexpr Index most = std::numeric_limits<std::int32_t>::max();
        for (const Index side : {sides.height, sides.width}) {
            if (side < least || side > most) {
                throw ValueError(operation + name + " is " + std::to_string(side) + ", must be from " + std::to_string(least) + " to " +
                                     std::to_string(most),
                                 where);
            }
        }
        return {static_cast<std::size_t>(sides.height), static_cast<std::size_t>(sides.width)};
    }
    static std::size_t places(const std::string& operation, const char* side, std::size_t image, std::size_t window, std::size_t stride,
                              std::size_t padding, std::size_t dilation, SourceLocation where) {
        std::size_t reach = 0;
        const bool  far   = __builtin_mul_overflow(window - 1, dilation, &reach);
        if (far || reach >= image + 2 * padding) {
            throw ShapeError(operation + "in " + side + " the window reaches over " + (far ? "too many" : std::to_string(reach + 1)) +
                                 " elements, the image with its padding has only " + std::to_string(image + 2 * padding),
                             where);
        }
        return (image + 2 * padding - reach - 1) / stride + 1;
    }
};

/// The extents of a max-pooling of images of shape `x`, checked (ops/pooling.cpp).
kernels::Pooling checked_pooling(const Shape& x, const PerSide& window, const MaxPool2dOptions& options, SourceLocation where);

} // namespace xtgrad::ops
