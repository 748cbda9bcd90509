#include <algorithm>
#include <cmath>

#include <xtgrad/autograd/functions/reductions.hpp>
#include <xtgrad/autograd/functions/sorting.hpp>
#include <xtgrad/autograd/ops/order.hpp>
#include <xtgrad/autograd/program/guard.hpp>
#include <xtgrad/autograd/program/operations.hpp>
#include <xtgrad/autograd/program/trace.hpp>

// What is told of an array in whole numbers, which have no gradient and are known to the rest of the program.

namespace xtgrad::ops {

using program::CallOperation;
using program::Trace;

namespace {

/// The numbers that `find(elements, result)` finds; a compiled program finds them again at each replay and checks that they are the same.
template <Scalar T, class Find>
Array<Index> found_numbers(std::string_view name, const Variable<T>& x, const Shape& shape, SourceLocation location, const Find& find) {
    Array<Index> result(shape);
    find(x.typed().data(), result.data());
    if (Trace* trace = Trace::active()) {
        location   = SourceScope::resolve(location);
        auto check = [=, again = Array<Index>(shape)](const void* const* operands, void* const*) mutable {
            find(static_cast<const T*>(operands[0]), again.data());
            if (again != result) {
                throw GuardError("program: the result of " + std::string(name) + " at " + to_string(location) +
                                     " changed since the function was compiled; what the function does with it cannot be replayed: compile it again",
                                 location);
            }
        };
        trace->note_numbers(std::make_unique<CallOperation<decltype(check)>>(name, std::move(check), true), x.any_value(), location);
    }
    return result;
}

/// The places, along an axis or in the flattened array, of the element that no other comes `ahead` of, the first of several.
template <Scalar T, class Ahead>
Array<Index> places_of_extremes(std::string_view name, const Variable<T>& x, const Axes& axes, bool keep, SourceLocation location,
                                const Ahead& ahead) {
    const bool  flat = axes.is_every();
    Shape       all  = flat ? Shape{x.size()} : x.shape();
    const auto  axis = flat ? std::size_t{0} : axes.normalized(name, x.dimension(), location).front();
    const Lines lines(all, axis);
    if (lines.length == 0 && lines.outer * lines.inner > 0)
        throw ShapeError(std::string(name) + ": an array of shape " + to_string(x.shape()) + " has no element to choose there", location);
    if (keep) {
        all[axis] = 1;
    } else {
        all.erase(all.begin() + static_cast<std::ptrdiff_t>(axis));
    }
    return found_numbers(name, x, all, location, [=](const T* elements, Index* places) {
        lines.for_each([&](std::size_t first, std::size_t index) {
            std::size_t best = 0;
            for (std::size_t place = 1; place < lines.length; ++place) {
                if (ahead(elements[first + place * lines.inner], elements[first + best * lines.inner])) best = place;
            }
            places[index] = static_cast<Index>(best);
        });
    });
}

template <Scalar T>
bool first_nan(T candidate, T best) {
    return std::isnan(candidate) && !std::isnan(best);
}

} // namespace

template <Scalar T>
Array<Index> argmax(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation location) {
    return places_of_extremes("argmax", x, axes, keep, location, [](T candidate, T best) { return candidate > best || first_nan(candidate, best); });
}

template <Scalar T>
Array<Index> argmin(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation location) {
    return places_of_extremes("argmin", x, axes, keep, location, [](T candidate, T best) { return candidate < best || first_nan(candidate, best); });
}

namespace {

/// The places of the first `count` elements of each line in an order.
template <Scalar T>
Array<Index> ordered_places(std::string_view name, const Variable<T>& x, std::size_t axis, std::size_t count, Order order, SourceLocation location) {
    const Lines lines(x.shape(), axis);
    Shape       shape = x.shape();
    shape[axis]       = count;
    return found_numbers(name, x, shape, location, [=](const T* elements, Index* places) {
        order_lines(lines, elements, count, order == Order::descending, [=](std::size_t to, const Placed<T>& chosen) { places[to] = chosen.place; });
    });
}

} // namespace

template <Scalar T>
Array<Index> argsort(const Variable<T>& x, Index axis, Order order, SourceLocation location) {
    const std::size_t along = normalize_axis("argsort", axis, x.dimension(), location);
    return ordered_places("argsort", x, along, x.shape()[along], order, location);
}

template <Scalar T>
Array<Index> argtopk(const Variable<T>& x, Index k, Index axis, Order order, SourceLocation location) {
    const std::size_t along = normalize_axis("argtopk", axis, x.dimension(), location);
    return ordered_places("argtopk", x, along, checked_count("argtopk", k, x.shape(), along, location), order, location);
}

template <Scalar T>
Array<Index> count_nonzero(const Variable<T>& x, const Axes& axes, bool keep, SourceLocation location) {
    const AxisList over = axes.normalized("count_nonzero", x.dimension(), location);
    Shape          shape;
    // How far apart the counts of neighbours along each axis are: not at all along those that are counted over.
    std::vector<std::size_t> steps(x.dimension(), 0);
    std::size_t              results = 1;
    for (std::size_t axis = x.dimension(); axis-- > 0;) {
        if (std::binary_search(over.begin(), over.end(), axis)) continue;
        steps[axis] = results;
        results *= x.shape()[axis];
    }
    for (std::size_t axis = 0; axis < x.dimension(); ++axis) {
        if (!std::binary_search(over.begin(), over.end(), axis)) {
            shape.push_back(x.shape()[axis]);
        } else if (keep) {
            shape.push_back(1);
        }
    }
    return found_numbers("count_nonzero", x, shape, location, [steps, results, extents = x.shape()](const T* elements, Index* counts) {
        std::fill_n(counts, results, Index{0});
        for_each_index(extents, [&](const GridIndex& index) {
            std::size_t to = 0;
            for (std::size_t axis = 0; axis < index.size(); ++axis) to += index[axis] * steps[axis];
            counts[to] += *elements++ != 0 ? 1 : 0;
        });
    });
}

#define XTGRAD_INSTANTIATE(T)                                                                                                                        \
    template Array<Index> argmax<T>(const Variable<T>&, const Axes&, bool, SourceLocation);                                                          \
    template Array<Index> argmin<T>(const Variable<T>&, const Axes&, bool, SourceLocation);                                                          \
    template Array<Index> argsort<T>(const Variable<T>&, Index, Order, SourceLocation);                                                              \
    template Array<Index> argtopk<T>(const Variable<T>&, Index, Index, Order, SourceLocation);                                                       \
    template Array<Index> count_nonzero<T>(const Variable<T>&, const Axes&, bool, SourceLocation);
XTGRAD_INSTANTIATE(float)
XTGRAD_INSTANTIATE(double)
#undef XTGRAD_INSTANTIATE

} // namespace xtgrad::ops
