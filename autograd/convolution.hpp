#pragma once

#include <concepts>
#include <limits>

#include <xtgrad/array/array.hpp>

namespace xtgrad {

/// A number for the height of images and one for their width: `2`, or `{2, 1}`.
struct PerSide {
    Index height;
    Index width;

    template <std::integral I>
    PerSide(I both) : height(static_cast<Index>(both)), width(static_cast<Index>(both)) {}
    PerSide(Index of_height, Index of_width) : height(of_height), width(of_width) {}

    /// A stride that equals the window, so that windows touch and do not overlap.
    static PerSide as_window() { return std::numeric_limits<Index>::min(); }

    friend bool operator==(const PerSide&, const PerSide&) = default;
};

struct Conv2dOptions {
    PerSide stride   = 1; ///< from one place of the kernel to the next
    PerSide padding  = 0; ///< zeros on either side of the image
    PerSide dilation = 1; ///< from one element of the kernel to the next, in the image
    Index   groups   = 1; ///< the channels are so many groups, each convolved by itself
};

struct MaxPool2dOptions {
    PerSide stride   = PerSide::as_window(); ///< from window to window
    PerSide padding  = 0;                    ///< at most half of the window; padding never wins
    PerSide dilation = 1;                    ///< from one element of the window to the next
};

} // namespace xtgrad
