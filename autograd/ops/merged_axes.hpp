#pragma once

#include <algorithm>

#include <xtgrad/autograd/variable.hpp>

namespace xtgrad::ops {

/// Axes of an array made one, for what works on lines along one axis: in their place where they are neighbours, else as the last.
class MergedAxes {
public:
    /// `axes` in ascending order; of none each line is one element.
    MergedAxes(const Shape& shape, const AxisList& axes) : shape_(shape) {
        for (std::size_t other = 0; other < shape.size(); ++other) {
            if (std::find(axes.begin(), axes.end(), other) == axes.end()) order_.push_back(static_cast<Index>(other));
        }
        neighbours_ = axes.empty() || axes.back() - axes.front() + 1 == axes.size();
        axis_       = neighbours_ && !axes.empty() ? axes.front() : order_.size();
        order_.insert(order_.begin() + static_cast<std::ptrdiff_t>(axis_), axes.begin(), axes.end());
        for (const Index one : order_) moved_.push_back(shape[static_cast<std::size_t>(one)]);
        for (const std::size_t one : axes) count_ *= shape[one];
        merged_.assign(moved_.begin(), moved_.begin() + static_cast<std::ptrdiff_t>(axis_));
        merged_.push_back(count_);
        merged_.insert(merged_.end(), moved_.begin() + static_cast<std::ptrdiff_t>(axis_ + axes.size()), moved_.end());
    }

    /// The merged axis, and its extent.
    std::size_t axis() const noexcept { return axis_; }
    std::size_t count() const noexcept { return count_; }

    template <Scalar T>
    Variable<T> merge(const Variable<T>& x) const {
        return reshape(neighbours_ ? x : transpose(x, Axes(order_)), merged_);
    }
    /// Back to the array's own axes.
    template <Scalar T>
    Variable<T> separate(const Variable<T>& y) const {
        if (neighbours_) return reshape(y, shape_);
        std::vector<Index> back(order_.size());
        for (std::size_t place = 0; place < order_.size(); ++place) back[static_cast<std::size_t>(order_[place])] = static_cast<Index>(place);
        return transpose(reshape(y, moved_), Axes(back));
    }

private:
    Shape              shape_;
    std::vector<Index> order_; // the axes, those to be merged together
    Shape              moved_; // the extents in that order
    Shape              merged_;
    std::size_t        axis_;
    std::size_t        count_ = 1;
    bool               neighbours_;
};

} // namespace xtgrad::ops
