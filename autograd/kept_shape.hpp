#pragma once

#include <algorithm>
#include <array>
#include <memory>

#include <xtgrad/array/array.hpp>

namespace xtgrad {

/// A shape as records keep it: four extents in place, where copying and comparing them takes a few instructions. xtensor's own shapes go
/// through memmove and memcmp, which cost more than all else that a record does of them.
class KeptShape {
public:
    explicit KeptShape(const Shape& shape) : rank_(shape.size()) {
        if (rank_ > in_place) [[unlikely]]
            more_ = std::make_unique_for_overwrite<std::size_t[]>(rank_);
        std::size_t* extents = more_ != nullptr ? more_.get() : few_.data();
        for (std::size_t axis = 0; axis < rank_; ++axis) extents[axis] = shape.data()[axis];
    }

    bool operator==(const Shape& shape) const noexcept {
        if (rank_ != shape.size()) return false;
        const std::size_t* extents = more_ != nullptr ? more_.get() : few_.data();
        for (std::size_t axis = 0; axis < rank_; ++axis) {
            if (extents[axis] != shape.data()[axis]) return false;
        }
        return true;
    }
    Shape shape() const {
        const std::size_t* extents = more_ != nullptr ? more_.get() : few_.data();
        return Shape(extents, extents + rank_);
    }

private:
    static constexpr std::size_t in_place = 4;

    std::size_t                       rank_;
    std::array<std::size_t, in_place> few_;
    std::unique_ptr<std::size_t[]>    more_;
};

/// Whether two shapes are equal, without a call.
inline bool same_shape(const Shape& a, const Shape& b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t axis = 0; axis < a.size(); ++axis) {
        if (a.data()[axis] != b.data()[axis]) return false;
    }
    return true;
}

} // namespace xtgrad
