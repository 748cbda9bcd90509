#pragma once

#include <concepts>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <xtgrad/array/array.hpp>

namespace xtgrad::datasets {

/// A dataset is anything with `size()` and `operator[](std::size_t)`, which yields one sample: a number, an array, or a pair or tuple of them.
template <class D>
concept Dataset = requires(const D& dataset, std::size_t place) {
    { dataset.size() } -> std::convertible_to<std::size_t>;
    dataset[place];
};

/// A dataset that makes a batch of samples faster than one by one.
template <class D>
concept GatheringDataset = Dataset<D> && requires(const D& dataset, std::span<const Index> order) {
    dataset.gather(order);
};

namespace detail {

// A label or count becomes an Index; float, double and bytes stay what they are.
template <class Number>
using StackedNumber = std::conditional_t<Scalar<Number> || std::is_same_v<Number, std::uint8_t>, Number, Index>;

template <class T>
concept TupleLike = requires {
    std::tuple_size<T>::value;
};

} // namespace detail

/// Many samples as one array with a leading axis for them: numbers as [samples], arrays of shape s as [samples, s...], pairs and tuples as a
/// tuple of such arrays. Throws ShapeError where the samples' shapes differ.
template <class Sample>
auto stack(const std::vector<Sample>& samples, SourceLocation where = {}) {
    if constexpr (std::is_arithmetic_v<Sample>) {
        auto result = zeros<detail::StackedNumber<Sample>>({samples.size()});
        for (std::size_t place = 0; place < samples.size(); ++place) {
            result.data()[place] = static_cast<detail::StackedNumber<Sample>>(samples[place]);
        }
        return result;
    } else if constexpr (Expression<Sample>) {
        using T = typename Sample::value_type;
        Shape shape{samples.size()};
        if (!samples.empty()) shape.insert(shape.end(), samples[0].shape().begin(), samples[0].shape().end());
        Array<T>          result(shape);
        const std::size_t width = samples.empty() ? 0 : result.size() / samples.size();
        for (std::size_t place = 0; place < samples.size(); ++place) {
            const Array<T>& sample = samples[place];
            if (Shape(sample.shape().begin(), sample.shape().end()) != Shape(shape.begin() + 1, shape.end())) {
                throw ShapeError("stack: sample " + std::to_string(place) + " has shape " + to_string(sample.shape()) + ", the first has " +
                                     to_string(Shape(shape.begin() + 1, shape.end())) + "; the samples of a batch need one shape",
                                 where);
            }
            if (width > 0) std::memcpy(result.data() + place * width, sample.data(), width * sizeof(T));
        }
        return result;
    } else {
        static_assert(detail::TupleLike<Sample>, "a sample is a number, an array, or a std::pair or std::tuple of them");
        const auto part = [&]<std::size_t K>(std::integral_constant<std::size_t, K>) {
            std::vector<std::decay_t<std::tuple_element_t<K, Sample>>> elements;
            elements.reserve(samples.size());
            for (const Sample& sample : samples) elements.push_back(std::get<K>(sample));
            return stack(elements, where);
        };
        return [&]<std::size_t... K>(std::index_sequence<K...>) { return std::tuple{part(std::integral_constant<std::size_t, K>{})...}; }
        (std::make_index_sequence<std::tuple_size_v<Sample>>{});
    }
}

/// The samples at `order`, stacked.
template <Dataset D>
auto gather(const D& dataset, std::span<const Index> order, SourceLocation where = {}) {
    if constexpr (GatheringDataset<D>) {
        return dataset.gather(order);
    } else {
        std::vector<std::decay_t<decltype(dataset[std::size_t{0}])>> samples;
        samples.reserve(order.size());
        for (const Index place : order) samples.push_back(dataset[static_cast<std::size_t>(place)]);
        return stack(samples, where);
    }
}

} // namespace xtgrad::datasets
