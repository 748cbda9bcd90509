#pragma once

#include <array>
#include <concepts>
#include <initializer_list>
#include <limits>
#include <tuple>
#include <type_traits>
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

/// What empty braces are taken for where an axis may stand: no axes, and not axis 0. There is none.
class NoAxis {
    NoAxis() = default;
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

/// What `slice` takes of one axis, with NumPy's rules for bounds that are negative or too large; or one of NumPy's two marks between axes.
class Range {
public:
    /// Every element, `[:]`.
    static Range all() { return {}; }
    /// One element; the axis disappears.
    Range(Index index) : start_(index), has_start_(true), kind_(Kind::single) {}
    Range(Index start, Index stop, Index step = 1) : start_(start), stop_(stop), step_(step), has_start_(true), has_stop_(true) {}
    /// From `start` to the end in the step's direction, `[start::step]`.
    static Range from(Index start, Index step = 1);
    /// Every step-th element, `[::step]`; −1 is the whole axis in reverse.
    static Range every(Index step);
    /// All axes that no other entry speaks of, `...`; at most one.
    static Range ellipsis() { return Range(Kind::ellipsis); }
    /// A new axis of extent 1, `None`.
    static Range newaxis() { return Range(Kind::newaxis); }

    Index start() const noexcept { return start_; }
    Index stop() const noexcept { return stop_; }
    Index step() const noexcept { return step_; }
    bool  has_start() const noexcept { return has_start_; }
    bool  has_stop() const noexcept { return has_stop_; }
    bool  single() const noexcept { return kind_ == Kind::single; }
    bool  is_ellipsis() const noexcept { return kind_ == Kind::ellipsis; }
    bool  is_newaxis() const noexcept { return kind_ == Kind::newaxis; }

private:
    enum class Kind : unsigned char { several, single, ellipsis, newaxis };

    Range() = default;
    explicit Range(Kind kind) : kind_(kind) {}

    Index start_     = 0;
    Index stop_      = 0;
    Index step_      = 1;
    bool  has_start_ = false;
    bool  has_stop_  = false;
    Kind  kind_      = Kind::several;
};

/// Places along an axis: an array or expression of integers, a number, or numbers in braces. Negative ones count from the end.
class Indices {
public:
    Indices(Array<Index> places) : places_(std::move(places)) {}
    template <Expression E>
    requires(!std::is_same_v<E, Array<Index>>) Indices(const E& places) : places_(places) {
        static_assert(
            std::is_integral_v<typename E::value_type> && !std::is_same_v<typename E::value_type, bool>,
            "xtgrad: indices are integers; convert others with xt::cast<xtgrad::Index>(array), and choose by truth values with masked_select()");
        if constexpr (std::is_unsigned_v<typename E::value_type>) saturate();
    }
    Indices(std::initializer_list<Index> places) : places_(places) {}
    Indices(std::initializer_list<std::initializer_list<Index>> places) : places_(places) {}
    template <std::integral I>
    Indices(I place) : places_(Shape{}, static_cast<Index>(place)) {
        if constexpr (std::is_unsigned_v<I>) saturate();
    }

    const Array<Index>& array() const& noexcept { return places_; }
    Array<Index>        array() && noexcept { return std::move(places_); }

private:
    // An unsigned number too large for an Index became negative; it is out of range of any array, and not one that counts from the end.
    void saturate() {
        for (Index& place : places_.storage()) place = place < 0 ? std::numeric_limits<Index>::max() : place;
    }

    Array<Index> places_;
};

/// What pad() puts around an array, as numpy.pad's modes of these names.
enum class PadMode {
    constant,  // one number
    reflect,   // the elements beside the edge, mirrored at the edge's own element
    edge,      // the edge's element
    symmetric, // the elements from the edge on, mirrored beside it
    wrap       // the elements from the other edge on
};

/// Which axis of a mesh the first array of meshgrid() runs along: the first, as in a matrix, or the second, as x does in a picture.
enum class MeshIndexing { xy, ij };

using xt::keep_dims;
using KeepDims = std::tuple<xt::keep_dims_type>;

} // namespace xtgrad
