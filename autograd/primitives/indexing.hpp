#pragma once

#include <memory>

#include <xtgrad/autograd/primitive.hpp>
#include <xtgrad/autograd/primitives/shape.hpp>

namespace xtgrad {

/// A regular grid of places in a larger array: place i along an axis is start + i·step.
struct Lattice {
    std::vector<Index> starts;
    std::vector<Index> steps;
    bool               operator==(const Lattice&) const = default;

    /// The offset of the first place, and the steps in elements, in an array of `shape`.
    std::pair<std::ptrdiff_t, Steps> in(const Shape& shape) const {
        Steps          elements = row_major_steps(shape);
        std::ptrdiff_t first    = 0;
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            first += starts[axis] * elements[axis];
            elements[axis] *= steps[axis];
        }
        return {first, elements};
    }
    GridIndex at(const GridIndex& index) const {
        GridIndex place(index.size());
        for (std::size_t axis = 0; axis < index.size(); ++axis)
            place[axis] = static_cast<std::size_t>(starts[axis] + static_cast<Index>(index[axis]) * steps[axis]);
        return place;
    }
};

/// Takes the elements at the places of a lattice. The adjoint is Pad.
struct Slice {
    static constexpr std::string_view name  = "slice";
    static constexpr std::size_t      arity = 1;

    Lattice lattice;
    Shape   shape; // of the result
    Shape   input_shape{};
    bool    operator==(const Slice&) const = default;

    void infer(SourceLocation, const Shape& x) { input_shape = x; }
    template <Scalar T>
    Value<T> forward(const Value<T>& x) const {
        Value<T> y             = Value<T>::uninitialized(shape);
        const auto [first, in] = lattice.in(x.shape());
        kernels::copy_strided<T>(shape, y.mutable_data(), row_major_steps(shape), x.data() + (y.size() == 0 ? 0 : first), in);
        return y;
    }
    template <Scalar T>
    Variable<T> vjp(const Variable<T>& g) const;
    /// The same, added to `sum` of the input's shape.
    template <Scalar T>
    void add_vjp(const Value<T>& g, T* sum) const {
        const auto [first, in] = lattice.in(input_shape);
        kernels::add_strided<T>(shape, sum + (g.size() == 0 ? 0 : first), in, g.data(), row_major_steps(shape));
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x) const {
        Grid<Q> y(shape);
        for_each_index(shape, [&](const GridIndex& index) { y[index] = x[lattice.at(index)]; });
        return y;
    }
    static std::vector<Sample<Slice>> samples() {
        return {{{.lattice = {}, .shape = {}}, {sample_array({})}},
                {{.lattice = {{1}, {1}}, .shape = {3}}, {sample_array({5})}},
                {{.lattice = {{4}, {-2}}, .shape = {3}}, {sample_array({5})}},
                {{.lattice = {{0, 1}, {1, 2}}, .shape = {2, 2}}, {sample_array({2, 4})}},
                {{.lattice = {{34, 1}, {-1, 2}}, .shape = {35, 20}}, {sample_array({35, 41})}},
                {{.lattice = {{0, 0}, {1, 1}}, .shape = {2, 0}}, {sample_array({2, 3})}}};
    }
};

/// One number everywhere, but for the elements of the input at the places of a lattice. The adjoint is Slice.
struct Pad {
    static constexpr std::string_view name  = "pad";
    static constexpr std::size_t      arity = 1;

    Lattice lattice;
    Shape   shape; // of the result
    double  value = 0;
    Shape   input_shape{};
    bool    operator==(const Pad&) const = default;

    void infer(SourceLocation, const Shape& x) { input_shape = x; }
    template <Scalar T>
    Value<T> forward(const Value<T>& x) const {
        Value<T> y             = Value<T>::filled(shape, static_cast<T>(value));
        const auto [first, in] = lattice.in(shape);
        kernels::copy_strided<T>(x.shape(), y.mutable_data() + (x.size() == 0 ? 0 : first), in, x.data(), row_major_steps(x.shape()));
        return y;
    }
    template <Scalar T>
    Variable<T> vjp(const Variable<T>& g) const;
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x) const {
        Grid<Q> y(shape);
        for (Q& element : y.elements) element = Q(value);
        for_each_index(x.shape, [&](const GridIndex& index) { y[lattice.at(index)] = x[index]; });
        return y;
    }
    static std::vector<Sample<Pad>> samples() {
        return {{{.lattice = {{2}, {1}}, .shape = {6}}, {sample_array({3})}},
                {{.lattice = {{4}, {-2}}, .shape = {5}}, {sample_array({3})}},
                {{.lattice = {{0, 1}, {1, 2}}, .shape = {2, 4}}, {sample_array({2, 2})}},
                {{.lattice = {{34, 1}, {-1, 2}}, .shape = {35, 41}}, {sample_array({35, 20})}},
                {{.lattice = {{1, 2}, {1, 1}}, .shape = {4, 5}, .value = -1.5}, {sample_array({2, 3})}},
                {{.lattice = {{1, 0}, {1, 1}}, .shape = {2, 3}}, {sample_array({0, 3})}}};
    }
};

/// Where the indices of a gather lead: the row-major layout around one axis. An index of one axis is shared by all lines along that axis;
/// any other has an entry for each element of the result.
struct AlongAxis {
    std::size_t outer  = 1;
    std::size_t inner  = 1;
    std::size_t extent = 1; // of the indexed array
    std::size_t count  = 1; // of the index
    bool        shared;

    AlongAxis(const Shape& indexed, const Array<Index>& index, std::size_t axis)
        : extent(indexed[axis]), count(index.shape()[index.dimension() == 1 ? 0 : axis]), shared(index.dimension() == 1) {
        for (std::size_t before = 0; before < axis; ++before) outer *= indexed[before];
        for (std::size_t after = axis + 1; after < indexed.size(); ++after) inner *= indexed[after];
    }
    /// The shape of what is picked of an array of shape `indexed`.
    static Shape picked(const Shape& indexed, const Array<Index>& index, std::size_t axis) {
        Shape shape = indexed;
        shape[axis] = AlongAxis(indexed, index, axis).count;
        return shape;
    }
    /// Calls visit(place in what is picked, place in the indexed array).
    template <class Visit>
    void for_each(const Index* index, Visit&& visit) const {
        if (inner == 1) return for_each_of_lines(index, visit);
        std::size_t place = 0;
        for (std::size_t o = 0; o < outer; ++o) {
            for (std::size_t c = 0; c < count; ++c, place += inner) {
                if (shared) {
                    const std::size_t start = (o * extent + static_cast<std::size_t>(index[c])) * inner;
                    for (std::size_t i = 0; i < inner; ++i) visit(place + i, start + i);
                } else {
                    for (std::size_t i = 0; i < inner; ++i) visit(place + i, (o * extent + static_cast<std::size_t>(index[place + i])) * inner + i);
                }
            }
        }
    }
    /// Calls visit(index in what is picked, index in the indexed array), for references.
    template <class Visit>
    static void for_each_index_of(const Shape& picked, const Array<Index>& index, std::size_t axis, Visit&& visit) {
        std::size_t place = 0;
        for_each_index(picked, [&](const GridIndex& at) {
            GridIndex of_indexed = at;
            of_indexed[axis]     = static_cast<std::size_t>(index.data()[index.dimension() == 1 ? at[axis] : place]);
            ++place;
            visit(at, of_indexed);
        });
    }

private:
    // Along the last axis. A loop over a single element costs more than the element.
    template <class Visit>
    void for_each_of_lines(const Index* index, Visit& visit) const {
        std::size_t place = 0;
        for (std::size_t o = 0; o < outer; ++o) {
            const Index* const of_line = shared ? index : index + o * count;
            for (std::size_t c = 0; c < count; ++c, ++place) visit(place, o * extent + static_cast<std::size_t>(of_line[c]));
        }
    }
};

/// result[…, i, …] = x[…, index[…, i, …], …], or x[…, index[i], …] for an index of one axis. The adjoint is ScatterAdd.
struct Gather {
    static constexpr std::string_view name  = "gather";
    static constexpr std::size_t      arity = 1;

    std::shared_ptr<const Array<Index>> index; // checked
    std::size_t                         axis;
    Shape                               input_shape{};

    /// A sort leaves its places here, and finds them anew at each replay of a compiled program.
    const void* side_result() const noexcept { return index.get(); }

    void infer(SourceLocation, const Shape& x) { input_shape = x; }
    template <Scalar T>
    Value<T> forward(const Value<T>& x) const {
        Value<T> y    = Value<T>::uninitialized(AlongAxis::picked(x.shape(), *index, axis));
        T*       to   = y.mutable_data();
        const T* from = x.data();
        AlongAxis(x.shape(), *index, axis).for_each(index->data(), [=](std::size_t mine, std::size_t theirs) { to[mine] = from[theirs]; });
        return y;
    }
    template <Scalar T>
    Variable<T> vjp(const Variable<T>& g) const;
    /// The same, added to `sum` of the input's shape.
    template <Scalar T>
    void add_vjp(const Value<T>& g, T* sum) const {
        const T* from = g.data();
        AlongAxis(input_shape, *index, axis).for_each(index->data(), [=](std::size_t mine, std::size_t theirs) { sum[theirs] += from[mine]; });
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x) const {
        Grid<Q> y(AlongAxis::picked(x.shape, *index, axis));
        AlongAxis::for_each_index_of(y.shape, *index, axis, [&](const GridIndex& at, const GridIndex& from) { y[at] = x[from]; });
        return y;
    }
    static std::vector<Sample<Gather>> samples() {
        return {{{.index = index_of({3}, {0, 0, 2}), .axis = 0}, {sample_array({3})}},
                {{.index = index_of({2, 2}, {1, 1, 0, 2}), .axis = 1}, {sample_array({2, 3})}},
                {{.index = index_of({3, 2}, {1, 0, 0, 0, 1, 1}), .axis = 0}, {sample_array({2, 2})}},
                {{.index = index_spread({300, 3}, 400), .axis = 0}, {sample_array({400, 3})}},
                {{.index = index_of({2, 0}, {}), .axis = 1}, {sample_array({2, 3})}},
                {{.index = index_of({4}, {1, 0, 1, 1}), .axis = 0}, {sample_array({2, 3})}},
                {{.index = index_of({2}, {2, 2}), .axis = 1}, {sample_array({2, 3, 2})}},
                {{.index = index_of({3}, {2, 0, 2}), .axis = 2}, {sample_array({2, 2, 3})}},
                {{.index = index_spread({500}, 37), .axis = 1}, {sample_array({3, 37, 5})}},
                {{.index = index_of({0}, {}), .axis = 0}, {sample_array({0, 2})}}};
    }
    static std::shared_ptr<const Array<Index>> index_spread(const Shape& shape, Index extent) {
        auto  index = std::make_shared<Array<Index>>(shape);
        Index place = 0;
        for (Index& element : index->storage()) element = place++ * 7 % extent;
        return index;
    }
    static std::shared_ptr<const Array<Index>> index_of(const Shape& shape, std::initializer_list<Index> places) {
        auto index = std::make_shared<Array<Index>>(shape);
        std::copy(places.begin(), places.end(), index->data());
        return index;
    }
};

/// Zeros, to which each element is added at its index along one axis; an index of one axis is shared by all lines along it. The adjoint is Gather.
struct ScatterAdd {
    static constexpr std::string_view name  = "scatter_add";
    static constexpr std::size_t      arity = 1;

    std::shared_ptr<const Array<Index>> index; // checked
    std::size_t                         axis;
    Shape                               shape; // of the result

    const void* side_result() const noexcept { return index.get(); }

    void infer(SourceLocation, const Shape&) {}
    template <Scalar T>
    Value<T> forward(const Value<T>& x) const {
        Value<T> y    = Value<T>::filled(shape, T{0});
        T*       to   = y.mutable_data();
        const T* from = x.data();
        AlongAxis(shape, *index, axis).for_each(index->data(), [=](std::size_t mine, std::size_t theirs) { to[theirs] += from[mine]; });
        return y;
    }
    template <Scalar T>
    Variable<T> vjp(const Variable<T>& g) const;
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x) const {
        Grid<Q> y(shape);
        AlongAxis::for_each_index_of(x.shape, *index, axis, [&](const GridIndex& at, const GridIndex& to) { y[to] = y[to] + x[at]; });
        return y;
    }
    static std::vector<Sample<ScatterAdd>> samples() {
        return {{{.index = Gather::index_of({3}, {0, 0, 2}), .axis = 0, .shape = {4}}, {sample_array({3})}},
                {{.index = Gather::index_of({2, 2}, {1, 1, 0, 2}), .axis = 1, .shape = {2, 3}}, {sample_array({2, 2})}},
                {{.index = Gather::index_spread({400, 3}, 300), .axis = 0, .shape = {300, 3}}, {sample_array({400, 3})}},
                {{.index = Gather::index_of({2, 0}, {}), .axis = 1, .shape = {2, 3}}, {sample_array({2, 0})}},
                {{.index = Gather::index_of({4}, {1, 0, 1, 1}), .axis = 0, .shape = {2, 3}}, {sample_array({4, 3})}},
                {{.index = Gather::index_of({2}, {2, 2}), .axis = 1, .shape = {2, 3, 2}}, {sample_array({2, 2, 2})}},
                {{.index = Gather::index_of({3}, {2, 0, 2}), .axis = 2, .shape = {2, 2, 3}}, {sample_array({2, 2, 3})}},
                {{.index = Gather::index_spread({500}, 37), .axis = 1, .shape = {3, 37, 5}}, {sample_array({3, 500, 5})}},
                {{.index = Gather::index_of({0}, {}), .axis = 1, .shape = {2, 3}}, {sample_array({2, 0})}}};
    }
};

} // namespace xtgrad
