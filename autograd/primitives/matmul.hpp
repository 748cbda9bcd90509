#pragma once

#include <optional>

#include <xtgrad/autograd/primitive.hpp>
#include <xtgrad/autograd/primitives/reference.hpp>

namespace xtgrad {

/// Products of matrices in the last two axes, each transposed or not; the axes before them broadcast.
struct Matmul {
    static constexpr std::string_view name  = "matmul";
    static constexpr std::size_t      arity = 2;

    bool  transpose_a = false;
    bool  transpose_b = false;
    Shape shape{}; // of the result
    Shape shape_a{};
    Shape shape_b{};

    void infer(SourceLocation where, const Shape& a, const Shape& b);
    template <Scalar T>
    Value<T> forward(const Value<T>& a, const Value<T>& b) const;
    /// A single product of two matrices of known extents.
    template <Scalar T>
    struct Planned {
        bool  transpose_a, transpose_b;
        Index rows, columns, inner;
        void  operator()(const void* const* operands, T* result) const;
    };
    template <Scalar T>
    std::optional<Planned<T>> planned(std::span<const Shape> operands) const;
    bool                      operator==(const Matmul&) const = default;
    // The transposes that the gradient needs stay flags.
    template <Scalar T>
    auto vjp_from_input(const Variable<T>& g, const Variable<T>& a, const Variable<T>& b) const {
        return each([=, this] { return transpose_a ? product<T>(b, g, transpose_b, true) : product<T>(g, b, false, !transpose_b); },
                    [=, this] { return transpose_b ? product<T>(g, a, true, transpose_a) : product<T>(a, g, !transpose_a, false); });
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& a, const Grid<Q>& b) const {
        Grid<Q>           y(shape);
        const std::size_t rank  = shape.size();
        const std::size_t inner = a.shape[a.shape.size() - (transpose_a ? 2 : 1)];
        const auto        place = [](const GridIndex& index, const Shape& own, std::size_t row, std::size_t column) {
            GridIndex at(own.size());
            for (std::size_t axis = 0; axis + 2 < own.size(); ++axis) at[axis] = own[axis] == 1 ? 0 : index[index.size() - own.size() + axis];
            at[own.size() - 2] = row;
            at[own.size() - 1] = column;
            return at;
        };
        for_each_index(shape, [&](const GridIndex& index) {
            for (std::size_t k = 0; k < inner; ++k) {
                const std::size_t row    = index[rank - 2];
                const std::size_t column = index[rank - 1];
                y[index]                 = y[index] + a[transpose_a ? place(index, a.shape, k, row) : place(index, a.shape, row, k)] *
                                          b[transpose_b ? place(index, b.shape, column, k) : place(index, b.shape, k, column)];
            }
        });
        return y;
    }
    static std::vector<Sample<Matmul>> samples() {
        return {{{}, {sample_array({2, 3}), sample_array({3, 4})}},
                {{.transpose_a = true}, {sample_array({3, 2}), sample_array({3, 4})}},
                {{.transpose_b = true}, {sample_array({2, 3}), sample_array({4, 3})}},
                {{.transpose_a = true, .transpose_b = true}, {sample_array({3, 2}), sample_array({4, 3})}},
                {{}, {sample_array({1, 1}), sample_array({1, 1})}},
                {{}, {sample_array({33, 40}), sample_array({40, 35})}},
                {{.transpose_a = true, .transpose_b = true}, {sample_array({40, 33}), sample_array({35, 40})}},
                {{}, {sample_array({2, 0}), sample_array({0, 3})}},
                {{}, {sample_array({0, 2}), sample_array({2, 3})}},
                {{}, {sample_array({3, 1, 2, 2}), sample_array({4, 2, 2})}},
                {{.transpose_b = true}, {sample_array({2, 3, 2}), sample_array({4, 2})}}};
    }

private:
    template <Scalar T>
    static Variable<T> product(const Variable<T>& a, const Variable<T>& b, bool of_a, bool of_b);
};

} // namespace xtgrad
