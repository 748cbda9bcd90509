#pragma once

#include <array>
#include <concepts>
#include <initializer_list>
#include <tuple>
#include <vector>

#include <xtgrad/array/array.hpp>

namespace xtgrad {

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

using xt::keep_dims;
using KeepDims = std::tuple<xt::keep_dims_type>;

} // namespace xtgrad
