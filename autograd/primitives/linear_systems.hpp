#pragma once

#include <memory>

#include <xtgrad/array/lapack.hpp>
#include <xtgrad/autograd/primitives/matrix_reference.hpp>

namespace xtgrad {

/// A stack of matrices: how many, and their extents.
struct MatrixStack {
    std::size_t count = 0, rows = 0, columns = 0;

    MatrixStack() = default;
    explicit MatrixStack(const Shape& shape) : count(reference::stack_size(shape)), rows(shape[shape.size() - 2]), columns(shape[shape.size() - 1]) {}
    bool operator==(const MatrixStack&) const = default;

    /// Calls f(which, elements...) for each matrix of the stack, with its part of each of `values`: a matrix, a vector or a number.
    template <class F, class... V>
    void for_each(F&& f, V&... values) const {
        for (std::size_t which = 0; which < count; ++which) f(which, part_of(values, which)...);
    }

private:
    template <Scalar T>
    const T* part_of(const Value<T>& value, std::size_t which) const {
        return value.data() + which * (value.size() / count);
    }
    template <Scalar T>
    T* part_of(Value<T>& value, std::size_t which) const {
        return value.mutable_data() + which * (value.size() / count);
    }
};

/// The lower triangular l with a = l·lᵀ.
struct Cholesky {
    static constexpr std::string_view name     = "cholesky";
    static constexpr std::size_t      arity    = 1;
    static constexpr bool             normwise = true;

    MatrixStack    stack{};
    SourceLocation line{"", 0};

    void infer(SourceLocation where, const Shape& a);
    template <Scalar T>
    Value<T> forward(const Value<T>& a) const;
    bool     operator==(const Cholesky& other) const { return stack == other.stack; }
    template <Scalar T>
    Variable<T> vjp_from_output(const Variable<T>& g, const Variable<T>& l) const;
    template <class Q>
    Grid<Q> reference(const Grid<Q>& a) const {
        return reference::stack_of<Q>(a.shape, stack.count, reference::cholesky<Q>, a);
    }
    static std::vector<Sample<Cholesky>> samples() {
        return {{{}, {well_conditioned_sample({3, 3})}},
                {{}, {well_conditioned_sample({1, 1})}},
                {{}, {well_conditioned_sample({2, 1, 2, 2})}},
                {{}, {sample_array({0, 0})}},
                {{}, {sample_array({0, 2, 2})}},
                {{}, {well_conditioned_sample({20, 20})}}};
    }
};

/// The adjoint of Cholesky (Murray 2016): the symmetric part of l⁻ᵀ·Φ(lᵀ·g)·l⁻¹, where Φ takes the lower triangle with half the diagonal. Of l and g
/// the lower triangles are read.
struct CholeskyGradient {
    static constexpr std::string_view name     = "cholesky_gradient";
    static constexpr std::size_t      arity    = 2;
    static constexpr bool             normwise = true;

    MatrixStack stack{};

    void infer(SourceLocation, const Shape& l, const Shape&) { stack = MatrixStack(l); }
    template <Scalar T>
    Value<T> forward(const Value<T>& l, const Value<T>& g) const;
    bool     operator==(const CholeskyGradient&) const = default;
    // With h the symmetric part of the cotangent and k = l⁻¹·h·l⁻ᵀ: for g the lower triangle of l·Φ(k), for l that of g·Φ(k)ᵀ − 2·y·h·l⁻ᵀ.
    template <Scalar T>
    auto vjp_from_both(const Variable<T>& h, const Variable<T>& l, const Variable<T>& g, const Variable<T>& y) const {
        return each([=] { return for_factor<T>(h, l, g, y); }, [=] { return for_cotangent<T>(h, l); });
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& l, const Grid<Q>& g) const {
        using namespace reference;
        const auto adjoint = [](const Matrix<Q>& of_l, const Matrix<Q>& of_g) {
            const Matrix<Q> factor = triangle(of_l, true);
            Matrix<Q>       middle = triangle(product(transposed(factor), triangle(of_g, true)), true);
            for (std::size_t i = 0; i < middle.rows; ++i) middle(i, i) = middle(i, i) / Q(2);
            const Matrix<Q> inverted = inverse(factor);
            Matrix<Q>       half     = product(product(transposed(inverted), middle), inverted);
            const Matrix<Q> other    = transposed(half);
            for (std::size_t place = 0; place < half.elements.size(); ++place)
                half.elements[place] = (half.elements[place] + other.elements[place]) / Q(2);
            return half;
        };
        return stack_of<Q>(l.shape, stack.count, adjoint, l, g);
    }
    static std::vector<Sample<CholeskyGradient>> samples() {
        return {{{}, {well_conditioned_sample({3, 3}), sample_array({3, 3})}},
                {{}, {well_conditioned_sample({1, 1}), sample_array({1, 1})}},
                {{}, {well_conditioned_sample({2, 2, 2}), sample_array({2, 2, 2})}},
                {{}, {sample_array({0, 0}), sample_array({0, 0})}}};
    }

private:
    template <Scalar T>
    static Variable<T> for_factor(const Variable<T>& h, const Variable<T>& l, const Variable<T>& g, const Variable<T>& y);
    template <Scalar T>
    static Variable<T> for_cotangent(const Variable<T>& h, const Variable<T>& l);
};

// Functions of a = l·lᵀ by its factor l have two contributions to choose from, one for the factor and one for the matrix behind it, and the second
// costs a third of the first and of what Cholesky then makes of it. So the matrix is an input too, whose value nobody reads: a place on the tape,
// where l is the output of Cholesky there, and else a constant.

/// log det a = 2·Σ log lᵢᵢ.
struct CholeskyLogdet {
    static constexpr std::string_view name         = "cholesky_logdet";
    static constexpr std::size_t      arity        = 2;
    static constexpr bool             normwise     = true;
    static constexpr std::size_t      factor_input = 0;
    static constexpr std::size_t      matrix_input = 1;

    MatrixStack stack{};
    Shape       shape{};

    void infer(SourceLocation where, const Shape& l, const Shape&);
    template <Scalar T>
    Value<T> forward(const Value<T>& l, const Value<T>& a) const;
    bool     operator==(const CholeskyLogdet&) const = default;
    // 2·g/lᵢᵢ on the diagonal, or g·a⁻¹.
    template <Scalar T>
    auto vjp_from_input(const Variable<T>& g, const Variable<T>& l) const {
        return each([=] { return for_factor<T>(g, l); }, [=] { return for_matrix<T>(g, l); });
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& l, const Grid<Q>&) const {
        const auto logdet = [](const reference::Matrix<Q>& factor) {
            reference::Matrix<Q> sum(1, 1);
            for (std::size_t i = 0; i < factor.rows; ++i) sum(0, 0) = sum(0, 0) + Q(2) * log(factor(i, i));
            return sum;
        };
        return reference::stack_of<Q>(shape, stack.count, logdet, l);
    }
    static std::vector<Sample<CholeskyLogdet>> samples() {
        std::vector<Sample<CholeskyLogdet>> result;
        for (const Shape& shape : {Shape{3, 3}, Shape{2, 2, 2}, Shape{0, 0}, Shape{0, 2, 2}})
            result.push_back({{}, {well_conditioned_sample(shape), sample_array(shape)}});
        return result;
    }

private:
    template <Scalar T>
    static Variable<T> for_factor(const Variable<T>& g, const Variable<T>& l);
    template <Scalar T>
    static Variable<T> for_matrix(const Variable<T>& g, const Variable<T>& l);
};

/// a⁻¹·b from the factor l; of l the lower triangle is read. The stacks have the same leading axes.
struct CholeskySolve {
    static constexpr std::string_view name         = "cholesky_solve";
    static constexpr std::size_t      arity        = 3;
    static constexpr bool             normwise     = true;
    static constexpr std::size_t      factor_input = 0;
    static constexpr std::size_t      matrix_input = 2;

    MatrixStack    stack{};
    std::size_t    columns = 0;
    SourceLocation line{"", 0};

    void infer(SourceLocation where, const Shape& l, const Shape& b, const Shape&);
    template <Scalar T>
    Value<T> forward(const Value<T>& l, const Value<T>& b, const Value<T>& a) const;
    bool     operator==(const CholeskySolve& other) const { return stack == other.stack && columns == other.columns; }
    // With w = a⁻¹·g: for b it is w, for a the symmetric part of −w·yᵀ, s, and for l the lower triangle of 2·s·l.
    template <Scalar T>
    auto vjp_from_both(const Variable<T>& g, const Variable<T>& l, const Variable<T>& y) const {
        return each([=] { return for_factor<T>(g, l, y); }, [=] { return solved<T>(l, g); }, [=] { return for_matrix<T>(g, l, y); });
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& l, const Grid<Q>& b, const Grid<Q>&) const {
        const auto solution = [](const reference::Matrix<Q>& of_l, reference::Matrix<Q> x) {
            const reference::Matrix<Q> factor = reference::triangle(of_l, true);
            reference::eliminate(reference::product(factor, reference::transposed(factor)), x);
            return x;
        };
        return reference::stack_of<Q>(b.shape, stack.count, solution, l, b);
    }
    static std::vector<Sample<CholeskySolve>> samples() {
        return {{{}, {well_conditioned_sample({3, 3}), sample_array({3, 1}), sample_array({3, 3})}},
                {{}, {well_conditioned_sample({3, 3}), sample_array({3, 2}), sample_array({3, 3})}},
                {{}, {well_conditioned_sample({2, 2, 2}), sample_array({2, 2, 1}), sample_array({2, 2, 2})}},
                {{}, {sample_array({0, 0}), sample_array({0, 2}), sample_array({0, 0})}}};
    }

private:
    template <Scalar T>
    static Variable<T> solved(const Variable<T>& l, const Variable<T>& g);
    template <Scalar T>
    static Variable<T> for_matrix(const Variable<T>& g, const Variable<T>& l, const Variable<T>& y);
    template <Scalar T>
    static Variable<T> for_factor(const Variable<T>& g, const Variable<T>& l, const Variable<T>& y);
};

/// a⁻¹ from the factor l; of l the lower triangle is read.
struct CholeskyInverse {
    static constexpr std::string_view name         = "cholesky_inverse";
    static constexpr std::size_t      arity        = 2;
    static constexpr bool             normwise     = true;
    static constexpr std::size_t      factor_input = 0;
    static constexpr std::size_t      matrix_input = 1;

    MatrixStack    stack{};
    SourceLocation line{"", 0};

    void infer(SourceLocation where, const Shape& l, const Shape&);
    template <Scalar T>
    Value<T> forward(const Value<T>& l, const Value<T>& a) const;
    bool     operator==(const CholeskyInverse& other) const { return stack == other.stack; }
    // For a −y·g·y with the symmetric part of g, s, and for l the lower triangle of 2·s·l.
    template <Scalar T>
    auto vjp_from_both(const Variable<T>& g, const Variable<T>& l, const Variable<T>& y) const {
        return each([=] { return for_factor<T>(g, l, y); }, [=] { return for_matrix<T>(g, y); });
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& l, const Grid<Q>&) const {
        const auto inverse = [](const reference::Matrix<Q>& of_l) {
            const reference::Matrix<Q> factor = reference::triangle(of_l, true);
            return reference::inverse(reference::product(factor, reference::transposed(factor)));
        };
        return reference::stack_of<Q>(l.shape, stack.count, inverse, l);
    }
    static std::vector<Sample<CholeskyInverse>> samples() {
        std::vector<Sample<CholeskyInverse>> result;
        for (const Shape& shape : {Shape{3, 3}, Shape{1, 1}, Shape{2, 2, 2}, Shape{0, 0}})
            result.push_back({{}, {well_conditioned_sample(shape), sample_array(shape)}});
        return result;
    }

private:
    template <Scalar T>
    static Variable<T> for_matrix(const Variable<T>& g, const Variable<T>& y);
    template <Scalar T>
    static Variable<T> for_factor(const Variable<T>& g, const Variable<T>& l, const Variable<T>& y);
};

/// op(a)⁻¹·b for a triangular a, of which the other triangle is not read. The stacks have the same leading axes.
struct SolveTriangular {
    static constexpr std::string_view name     = "solve_triangular";
    static constexpr std::size_t      arity    = 2;
    static constexpr bool             normwise = true;

    bool           lower = true, transposed = false, unit_diagonal = false;
    MatrixStack    stack{};
    std::size_t    columns = 0;
    SourceLocation line{"", 0};

    void infer(SourceLocation where, const Shape& a, const Shape& b);
    template <Scalar T>
    Value<T> forward(const Value<T>& a, const Value<T>& b) const;
    bool     operator==(const SolveTriangular& other) const {
            return lower == other.lower && transposed == other.transposed && unit_diagonal == other.unit_diagonal && stack == other.stack;
    }
    // gb = op(a)⁻ᵀ·g, and ga = −gb·yᵀ within the triangle, transposed under op.
    template <Scalar T>
    auto vjp_from_both(const Variable<T>& g, const Variable<T>& a, const Variable<T>& y) const {
        return each([=, this] { return for_matrix<T>(g, a, y); }, [=, this] { return adjoint<T>(a, g); });
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& a, const Grid<Q>& b) const {
        const auto solution = [this](const reference::Matrix<Q>& matrix, reference::Matrix<Q> x) {
            reference::Matrix<Q> factor = reference::triangle(matrix, lower);
            for (std::size_t i = 0; i < factor.rows && unit_diagonal; ++i) factor(i, i) = Q(1);
            reference::eliminate(transposed ? reference::transposed(factor) : factor, x);
            return x;
        };
        return reference::stack_of<Q>(b.shape, stack.count, solution, a, b);
    }
    static std::vector<Sample<SolveTriangular>> samples() {
        std::vector<Sample<SolveTriangular>> result;
        for (const bool of_lower : {true, false}) {
            for (const bool of_transposed : {true, false}) {
                result.push_back({{.lower = of_lower, .transposed = of_transposed}, {well_conditioned_sample({3, 3}), sample_array({3, 2})}});
                // Beside a unit diagonal the others are small, or the inverse is large.
                result.push_back({{.lower = of_lower, .transposed = of_transposed, .unit_diagonal = true},
                                  {sample_array({2, 3, 3}, -0.5, 0.5), sample_array({2, 3, 1})}});
            }
        }
        result.push_back({{}, {sample_array({0, 0}), sample_array({0, 2})}});
        result.push_back({{}, {well_conditioned_sample({2, 2}), sample_array({2, 0})}});
        return result;
    }

private:
    template <Scalar T>
    Variable<T> adjoint(const Variable<T>& a, const Variable<T>& g) const;
    template <Scalar T>
    Variable<T> for_matrix(const Variable<T>& g, const Variable<T>& a, const Variable<T>& y) const;
};

/// a⁻¹·b, or a⁻ᵀ·b. The gradients use the factors that the solution left, which a compiled program finds anew at each replay.
struct Solve {
    static constexpr std::string_view name     = "solve";
    static constexpr std::size_t      arity    = 2;
    static constexpr bool             normwise = true;

    /// The factors of each matrix of the stack, in either scalar type.
    struct Factors {
        std::vector<lapack::LuFactors<float>>  of_float;
        std::vector<lapack::LuFactors<double>> of_double;
        template <Scalar T>
        std::vector<lapack::LuFactors<T>>& of() {
            if constexpr (std::is_same_v<T, float>) {
                return of_float;
            } else {
                return of_double;
            }
        }
    };

    bool                     transposed         = false;
    bool                     nan_where_singular = false; // instead of an error
    bool                     reuses             = false; // the factors are there
    MatrixStack              stack{};
    std::size_t              columns = 0;
    std::shared_ptr<Factors> factors{};
    SourceLocation           line{"", 0};

    const void* side_result() const noexcept { return factors.get(); }

    void infer(SourceLocation where, const Shape& a, const Shape& b);
    template <Scalar T>
    Value<T> forward(const Value<T>& a, const Value<T>& b);
    // gb = a⁻ᵀ·g and ga = −gb·yᵀ.
    template <Scalar T>
    auto vjp_from_both(const Variable<T>& g, const Variable<T>& a, const Variable<T>& y) const {
        return each([=, this] { return for_matrix<T>(g, a, y); }, [=, this] { return adjoint<T>(a, g); });
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& a, const Grid<Q>& b) const {
        const auto solution = [this](const reference::Matrix<Q>& matrix, reference::Matrix<Q> x) {
            reference::eliminate(transposed ? reference::transposed(matrix) : matrix, x);
            return x;
        };
        return reference::stack_of<Q>(b.shape, stack.count, solution, a, b);
    }
    static std::vector<Sample<Solve>> samples() {
        const auto with = [](bool of_transposed) {
            Solve primitive;
            primitive.transposed = of_transposed;
            return primitive;
        };
        // Its first pivot is 0, so that rows are exchanged.
        Array<double> exchanged = well_conditioned_sample({4, 4});
        for (std::size_t column = 0; column < 4; ++column) std::swap(exchanged(0, column), exchanged(2, column));
        exchanged(0, 0) = 0;
        return {{with(false), {well_conditioned_sample({3, 3}), sample_array({3, 2})}},
                {with(true), {well_conditioned_sample({3, 3}), sample_array({3, 2})}},
                {with(false), {exchanged, sample_array({4, 1})}},
                {with(true), {exchanged, sample_array({4, 3})}},
                {with(false), {well_conditioned_sample({2, 1, 2, 2}), sample_array({2, 1, 2, 1})}},
                {with(false), {well_conditioned_sample({1, 1}), sample_array({1, 1})}},
                {with(false), {sample_array({0, 0}), sample_array({0, 2})}},
                {with(false), {well_conditioned_sample({2, 2}), sample_array({2, 0})}}};
    }

private:
    template <Scalar T>
    Variable<T> adjoint(const Variable<T>& a, const Variable<T>& g) const;
    template <Scalar T>
    Variable<T> for_matrix(const Variable<T>& g, const Variable<T>& a, const Variable<T>& y) const;
};

} // namespace xtgrad
