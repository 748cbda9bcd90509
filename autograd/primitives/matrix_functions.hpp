#pragma once

#include <xtgrad/autograd/primitives/linear_systems.hpp>

namespace xtgrad {

/// What an LU factorization says of each matrix, [..., 4]: the determinant, its sign, the logarithm of its absolute value, and how many singular
/// values are 0 within rounding. The sign and the count have no gradient. The gradient of the determinant is that of a matrix of full rank, and NaN
/// where there is no inverse: `det` takes another way there.
struct Determinant {
    static constexpr std::string_view name     = "determinant";
    static constexpr std::size_t      arity    = 1;
    static constexpr bool             normwise = true;

    MatrixStack stack{};
    Shape       shape{};

    void infer(SourceLocation where, const Shape& a);
    template <Scalar T>
    Value<T> forward(const Value<T>& a) const;
    bool     operator==(const Determinant&) const = default;
    // (g₀·det + g₂)·a⁻ᵀ
    template <Scalar T>
    Variable<T> vjp_from_both(const Variable<T>& g, const Variable<T>& a, const Variable<T>& y) const;
    template <class Q>
    Grid<Q> reference(const Grid<Q>& a) const {
        const auto parts_of = [](const reference::Matrix<Q>& matrix) {
            reference::Matrix<Q> nothing(matrix.rows, 0), result(1, 4);
            result(0, 0) = reference::eliminate(matrix, nothing);
            result(0, 1) = result(0, 0) < Q(0) ? Q(-1) : Q(1);
            result(0, 2) = log(abs(result(0, 0)));
            return result;
        };
        return reference::stack_of<Q>(shape, stack.count, parts_of, a);
    }
    static std::vector<Sample<Determinant>> samples() {
        Array<double> negative = well_conditioned_sample({3, 3});
        for (std::size_t column = 0; column < 3; ++column) std::swap(negative(0, column), negative(2, column));
        return {{{}, {well_conditioned_sample({3, 3})}},
                {{}, {negative}},
                {{}, {well_conditioned_sample({1, 1})}},
                {{}, {well_conditioned_sample({2, 1, 2, 2})}},
                {{}, {sample_array({0, 0})}},
                {{}, {sample_array({0, 2, 2})}}};
    }
};

/// The Moore–Penrose inverse.
struct Pinv {
    static constexpr std::string_view name     = "pinv";
    static constexpr std::size_t      arity    = 1;
    static constexpr bool             normwise = true;

    double         rcond = -1; // max(m, n)·ε
    MatrixStack    stack{};
    Shape          shape{};
    SourceLocation line{"", 0};

    void infer(SourceLocation where, const Shape& a);
    template <Scalar T>
    Value<T> forward(const Value<T>& a) const;
    bool     operator==(const Pinv& other) const { return rcond == other.rcond && stack == other.stack; }
    // −pᵀ·g·pᵀ + (1 − a·p)·gᵀ·p·pᵀ + pᵀ·p·gᵀ·(1 − p·a), Golub and Pereyra 1973.
    template <Scalar T>
    Variable<T> vjp_from_both(const Variable<T>& g, const Variable<T>& a, const Variable<T>& p) const;
    template <class Q>
    Grid<Q> reference(const Grid<Q>& a) const {
        using namespace reference;
        const auto inverse_of = [](const Matrix<Q>& matrix) {
            if (matrix.rows >= matrix.columns) return product(inverse(product(transposed(matrix), matrix)), transposed(matrix));
            return product(transposed(matrix), inverse(product(matrix, transposed(matrix))));
        };
        return stack_of<Q>(shape, stack.count, inverse_of, a);
    }
    static std::vector<Sample<Pinv>> samples() {
        return {{{}, {well_conditioned_sample({3, 3})}}, {{}, {well_conditioned_sample({4, 2})}},
                {{}, {well_conditioned_sample({2, 4})}}, {{}, {well_conditioned_sample({2, 3, 2})}},
                {{}, {well_conditioned_sample({1, 3})}}, {{}, {sample_array({0, 2})}},
                {{}, {sample_array({0, 2, 2})}}};
    }
};

/// e^a. The adjoint is the upper right block of the exponential of [[aᵀ, g], [0, aᵀ]] (Mathias 1996).
struct MatrixExp {
    static constexpr std::string_view name     = "matrix_exp";
    static constexpr std::size_t      arity    = 1;
    static constexpr bool             normwise = true;

    MatrixStack stack{};

    void infer(SourceLocation where, const Shape& a);
    template <Scalar T>
    Value<T> forward(const Value<T>& a) const;
    bool     operator==(const MatrixExp&) const = default;
    template <Scalar T>
    Variable<T> vjp_from_input(const Variable<T>& g, const Variable<T>& a) const;
    template <class Q>
    Grid<Q> reference(const Grid<Q>& a) const {
        return reference::stack_of<Q>(a.shape, stack.count, reference::exponential<Q>, a);
    }
    static std::vector<Sample<MatrixExp>> samples() {
        // The second's norm asks for squaring, the last's for less than the full approximant.
        return {{{}, {sample_array({3, 3}, -1, 1)}},    {{}, {sample_array({2, 2}, -6, 6)}}, {{}, {sample_array({1, 1}, -1, 1)}},
                {{}, {sample_array({2, 2, 2}, -1, 1)}}, {{}, {sample_array({0, 0})}},        {{}, {sample_array({2, 2}, -0.01, 0.01)}}};
    }
};

} // namespace xtgrad
