#pragma once

#include <memory>
#include <optional>

#include <xtgrad/autograd/primitive.hpp>
#include <xtgrad/autograd/primitives/lines.hpp>

namespace xtgrad {

/// What is chosen from each line along an axis by the order of its elements. The places are known once it is computed, and found anew where it is
/// computed again, as a compiled program does.
struct Choice {
    static constexpr std::size_t arity = 1;

    std::size_t                   axis = 0;
    Shape                         input_shape{};
    std::shared_ptr<Array<Index>> places{}; // along the axis, of each element of the result

    /// What a computation leaves for others beside its result.
    const void* side_result() const noexcept { return places.get(); }

    void infer(SourceLocation, const Shape& x) { input_shape = x; }

    /// The cotangents at the places of what was chosen.
    template <Scalar T>
    Variable<T> scattered(const Variable<T>& g) const;
};

/// The elements of each line in ascending or descending order, or the first `count` of them. Of equals the first comes first; NaN is larger than
/// any number.
struct Sort : Choice {
    static constexpr std::string_view name = "sort";

    bool                       descending = false;
    std::optional<std::size_t> count{};

    template <Scalar T>
    Value<T> forward(const Value<T>& x);
    template <Scalar T>
    Variable<T> vjp(const Variable<T>& g) const {
        return scattered<T>(g);
    }
    template <class Q>
    Grid<Q>                          reference(const Grid<Q>& x) const;
    static std::vector<Sample<Sort>> samples();
};

/// The largest element of each line so far; of equals the latest. NaN is larger than any number.
struct Cummax : Choice {
    static constexpr std::string_view name = "cummax";

    template <Scalar T>
    Value<T> forward(const Value<T>& x);
    template <Scalar T>
    Variable<T> vjp_from_input(const Variable<T>& g, const Variable<T>& x) const;
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x) const {
        return scan_grid<Q>(
            x.shape, axis, false, [&](const GridIndex& at) { return x[at]; },
            [&](const Q& before, const GridIndex& at) { return x[at] < before ? before : x[at]; });
    }
    static std::vector<Sample<Cummax>> samples() { return line_samples<Cummax>(); }
};

/// The smallest element of each line so far; of equals the latest. NaN is smaller than any number.
struct Cummin : Choice {
    static constexpr std::string_view name = "cummin";

    template <Scalar T>
    Value<T> forward(const Value<T>& x);
    template <Scalar T>
    Variable<T> vjp_from_input(const Variable<T>& g, const Variable<T>& x) const;
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x) const {
        return scan_grid<Q>(
            x.shape, axis, false, [&](const GridIndex& at) { return x[at]; },
            [&](const Q& before, const GridIndex& at) { return before < x[at] ? before : x[at]; });
    }
    static std::vector<Sample<Cummin>> samples() { return line_samples<Cummin>(); }
};

template <class Q>
Grid<Q> Sort::reference(const Grid<Q>& x) const {
    Shape shape = x.shape;
    if (count) shape[axis] = *count;
    Grid<Q> y(shape);
    for_each_index(shape, [&](const GridIndex& index) {
        if (index[axis] != 0) return;
        std::vector<Q> line;
        GridIndex      at = index;
        for (at[axis] = 0; at[axis] < x.shape[axis]; ++at[axis]) line.push_back(x[at]);
        std::sort(line.begin(), line.end(), [&](const Q& a, const Q& b) { return descending ? b < a : a < b; });
        for (at[axis] = 0; at[axis] < shape[axis]; ++at[axis]) y[at] = line[at[axis]];
    });
    return y;
}

} // namespace xtgrad
