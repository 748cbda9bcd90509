#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <span>
#include <string>

#include <xtgrad/array/random.hpp>
#include <xtgrad/datasets/dataset.hpp>

namespace xtgrad::datasets {

/// What becomes of the last samples when they do not fill a batch.
enum class Remainder { keep, drop };

/// A dataset cut into batches, in order or shuffled; one pass over it is an epoch. It refers to the dataset, which must outlive it. Each
/// batch is made when the loop comes to it, and owns its arrays.
template <Dataset D>
class Batches {
public:
    using Batch = decltype(datasets::gather(std::declval<const D&>(), std::span<const Index>{}));

    /// `order` holds the places of the samples, each any number of times. Throws ValueError for a batch of no samples.
    Batches(const D& dataset, std::size_t batch_size, Array<Index> order, Remainder remainder, SourceLocation where)
        : dataset_(&dataset), batch_size_(batch_size), order_(std::move(order)), where_(where) {
        if (batch_size == 0) throw ValueError("batches: a batch needs at least 1 sample, got a batch size of 0", where);
        count_ = order_.size() / batch_size + (remainder == Remainder::keep && order_.size() % batch_size != 0 ? 1 : 0);
    }

    class Iterator {
    public:
        using value_type        = Batch;
        using difference_type   = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;

        Iterator() = default;
        Iterator(const Batches& batches, std::size_t place) : batches_(&batches), place_(place) {}

        Batch     operator*() const { return (*batches_)[place_]; }
        Iterator& operator++() {
            ++place_;
            return *this;
        }
        Iterator operator++(int) {
            Iterator before = *this;
            ++place_;
            return before;
        }
        bool operator==(const Iterator& other) const { return place_ == other.place_; }

    private:
        const Batches* batches_ = nullptr;
        std::size_t    place_   = 0;
    };

    Iterator begin() const { return {*this, 0}; }
    Iterator end() const { return {*this, count_}; }

    /// The number of batches.
    std::size_t size() const noexcept { return count_; }

    /// The number of samples in all of them.
    std::size_t sample_count() const noexcept { return std::min(order_.size(), count_ * batch_size_); }

    Batch operator[](std::size_t batch) const {
        const std::size_t first = batch * batch_size_;
        if (batch >= count_)
            throw ValueError("batches: batch " + std::to_string(batch) + " of " + std::to_string(count_) + " does not exist", where_);
        const std::span<const Index> order{order_.data(), order_.size()};
        return datasets::gather(*dataset_, order.subspan(first, std::min(batch_size_, order.size() - first)), where_);
    }

    /// The places of the samples in the dataset, in the order in which the batches have them.
    const Array<Index>& order() const noexcept { return order_; }

private:
    const D*       dataset_;
    std::size_t    batch_size_;
    Array<Index>   order_;
    SourceLocation where_;
    std::size_t    count_;
};

/// 0, 1, …, count − 1.
Array<Index> natural_order(std::size_t count);

/// 0 … count − 1 in a random order.
Array<Index> random_order(std::size_t count, Random& random);

/// Batches of `batch_size` samples in the dataset's order; the last one may be smaller.
template <Dataset D>
Batches<D> batches(const D& dataset, std::size_t batch_size, Remainder remainder = Remainder::keep, SourceLocation where = {}) {
    return Batches<D>(dataset, batch_size, natural_order(dataset.size()), remainder, where);
}

/// Batches in a random order, a new one at each call. What belongs together in a sample stays together.
template <Dataset D>
Batches<D> batches(const D& dataset, std::size_t batch_size, Random& random, Remainder remainder = Remainder::keep, SourceLocation where = {}) {
    return Batches<D>(dataset, batch_size, random_order(dataset.size(), random), remainder, where);
}

// Chosen for what is no dataset, to say so in one line.
template <class D, class... Arguments>
requires(!Dataset<D>) void batches(const D&, Arguments&&...) { static_assert(Dataset<D>, "a dataset needs size() and operator[](std::size_t)"); }

// Batches refer to the dataset: a temporary would be gone before the first of them.
template <Dataset D>
void batches(const D&& dataset, std::size_t batch_size, Remainder remainder = Remainder::keep) = delete;
template <Dataset D>
void batches(const D&& dataset, std::size_t batch_size, Random& random, Remainder remainder = Remainder::keep) = delete;

} // namespace xtgrad::datasets
