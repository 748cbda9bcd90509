#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include <xtgrad/array/array.hpp>
#include <xtgrad/array/random.hpp>
#include <xtgrad/datasets/batches.hpp>

namespace xtgrad::datasets {

/// The rows of `array` (its entries along the first axis) at `order`, as one array; a row is copied whole. Throws ValueError for an index that
/// is out of range.
template <class T>
Array<T> gather_rows(const Array<T>& array, std::span<const Index> order, SourceLocation where = {}) {
    if (array.dimension() == 0) throw ShapeError("gather_rows: an array of shape [] has no rows", where);
    Shape             shape = array.shape();
    const std::size_t rows  = shape[0];
    const std::size_t width = rows == 0 ? 0 : array.size() / rows;
    shape[0]                = order.size();
    Array<T> result(shape);
    T*       destination = result.data();
    for (const Index row : order) {
        if (row < 0 || static_cast<std::size_t>(row) >= rows) {
            throw ValueError("gather_rows: row " + std::to_string(row) + " of an array of shape " + to_string(array.shape()) + " does not exist",
                             where);
        }
        if (width > 0) std::memcpy(destination, array.data() + static_cast<std::size_t>(row) * width, width * sizeof(T));
        destination += width;
    }
    return result;
}

template <class T, class Target>
struct Split;

/// Samples that are rows of two arrays: `inputs` of shape [samples, ...] and `targets`, either labels (Target is Index, shape [samples]) or
/// arrays of their own ([samples, ...]).
template <class T, class Target>
class ArrayDataset {
public:
    using Label  = std::conditional_t<std::is_integral_v<Target>, Target, Array<Target>>;
    using Sample = std::pair<Array<T>, Label>;
    using Batch  = std::tuple<Array<T>, Array<Target>>;

    /// Throws ShapeError where the numbers of inputs and targets differ, or labels are not one number a sample.
    ArrayDataset(Array<T> inputs, Array<Target> targets, SourceLocation where = {}) : inputs_(std::move(inputs)), targets_(std::move(targets)) {
        const std::string shapes = "inputs of shape " + to_string(inputs_.shape()) + " and targets of shape " + to_string(targets_.shape());
        if (inputs_.dimension() == 0 || targets_.dimension() == 0 || inputs_.shape()[0] != targets_.shape()[0]) {
            throw ShapeError("ArrayDataset: " + shapes + " do not pair: both need the samples as their first axis", where);
        }
        if (std::is_integral_v<Target> && targets_.dimension() != 1) {
            throw ShapeError("ArrayDataset: " + shapes + ": labels are one number a sample, of shape [samples]", where);
        }
    }

    std::size_t          size() const noexcept { return inputs_.shape()[0]; }
    const Array<T>&      inputs() const noexcept { return inputs_; }
    const Array<Target>& targets() const noexcept { return targets_; }

    /// The input and the target at `place`, without the samples' axis. Throws ValueError where there is none.
    Sample operator[](std::size_t place) const {
        const Index row = static_cast<Index>(place);
        if constexpr (std::is_integral_v<Target>) {
            Array<T> input = row_of(inputs_, row);
            return {std::move(input), targets_.data()[place]};
        } else {
            return {row_of(inputs_, row), row_of(targets_, row)};
        }
    }

    /// Inputs and targets at `order`, as arrays with the samples as their first axis.
    Batch gather(std::span<const Index> order) const { return {gather_rows(inputs_, order), gather_rows(targets_, order)}; }

    /// `for (const auto& [inputs, targets] : dataset.batches(128))`: in order, or shuffled anew at each call, inputs and targets together.
    /// Throws ValueError for a batch size of 0.
    auto batches(std::size_t batch_size, Remainder remainder = Remainder::keep, SourceLocation where = {}) const& {
        return datasets::batches(*this, batch_size, remainder, where);
    }
    auto batches(std::size_t batch_size, Random& random, Remainder remainder = Remainder::keep, SourceLocation where = {}) const& {
        return datasets::batches(*this, batch_size, random, remainder, where);
    }
    // Batches refer to the dataset: a temporary would be gone before the first of them.
    void batches(std::size_t batch_size, Remainder remainder = Remainder::keep) const&&                 = delete;
    void batches(std::size_t batch_size, Random& random, Remainder remainder = Remainder::keep) const&& = delete;

    /// The samples at `order`, as a dataset of its own.
    ArrayDataset select(std::span<const Index> order) const { return {gather_rows(inputs_, order), gather_rows(targets_, order)}; }

    /// The first `count` samples, or all of them where there are fewer.
    ArrayDataset first(std::size_t count) const {
        const Array<Index> order = natural_order(std::min(count, size()));
        return select({order.data(), order.size()});
    }

    /// Two datasets without a sample in common, drawn at random: `first` with `first_count` samples, `second` with the rest. Throws ValueError
    /// where there are not as many.
    Split<T, Target> split(std::size_t first_count, Random& random, SourceLocation where = {}) const {
        if (first_count > size()) {
            throw ValueError("split: " + std::to_string(first_count) + " samples of " + std::to_string(size()) + " cannot be taken", where);
        }
        Array<Index>                 order = random_order(size(), random);
        const std::span<const Index> places{order.data(), order.size()};
        return {select(places.first(first_count)), select(places.subspan(first_count)), std::move(order)};
    }

private:
    template <class Element>
    static Array<Element> row_of(const Array<Element>& array, Index row) {
        Array<Element> result = gather_rows(array, {&row, 1});
        result.reshape(Shape(array.shape().begin() + 1, array.shape().end()));
        return result;
    }

    Array<T>      inputs_;
    Array<Target> targets_;
};

template <class T, class Target>
struct Split {
    ArrayDataset<T, Target> first, second;
    Array<Index>            order; ///< the places of the samples in the whole: those of `first`, then those of `second`
};

} // namespace xtgrad::datasets
