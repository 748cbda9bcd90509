#pragma once

#include <memory>

#include <xtgrad/autograd/primitives/linear_systems.hpp>

namespace xtgrad {

/// Eigenvalues or singular values that a decomposition leaves beside its vectors, in either scalar type.
class Spectrum {
public:
    template <Scalar T>
    std::vector<T>& of() {
        if constexpr (std::is_same_v<T, float>) {
            return of_float_;
        } else {
            return of_double_;
        }
    }

private:
    std::vector<float>  of_float_;
    std::vector<double> of_double_;
};

/// What a decomposition and its values share. The vectors are a record, and the values another, of the matrix and the vectors: so the gradient of
/// values alone needs no gradient of vectors, which equal values do not have.
struct DecompositionPlan {
    MatrixStack               stack{};
    Shape                     shape{};
    std::shared_ptr<Spectrum> spectrum{};
    SourceLocation            line{"", 0};

    const void* side_result() const noexcept { return spectrum.get(); }
};

/// q over r, [..., m + n, n], of matrices with m ≥ n.
struct Qr {
    static constexpr std::string_view name     = "qr";
    static constexpr std::size_t      arity    = 1;
    static constexpr bool             normwise = true;

    MatrixStack stack{};
    Shape       shape{};

    void infer(SourceLocation where, const Shape& a);
    template <Scalar T>
    Value<T> forward(const Value<T>& a) const;
    bool     operator==(const Qr&) const = default;
    // With m = r·grᵀ − gqᵀ·q and its lower triangle mirrored upwards: (gq + q·m)·r⁻ᵀ (Walter and Lehmann 2010).
    template <Scalar T>
    Variable<T> vjp_from_output(const Variable<T>& g, const Variable<T>& y) const;
    template <class Q>
    Grid<Q> reference(const Grid<Q>& a) const {
        const auto factors = [](const reference::Matrix<Q>& matrix) {
            reference::Matrix<Q>       q(0, 0);
            const reference::Matrix<Q> r = reference::qr(matrix, q);
            q.elements.insert(q.elements.end(), r.elements.begin(), r.elements.end());
            return q;
        };
        return reference::stack_of<Q>(shape, stack.count, factors, a);
    }
    static std::vector<Sample<Qr>> samples() {
        return {{{}, {well_conditioned_sample({3, 3})}},
                {{}, {well_conditioned_sample({4, 2})}},
                {{}, {well_conditioned_sample({1, 1})}},
                {{}, {well_conditioned_sample({2, 3, 2})}},
                {{}, {sample_array({3, 0})}},
                {{}, {sample_array({0, 2, 2})}}};
    }
};

/// The eigenvectors of symmetric matrices, as columns.
struct Eigenvectors : DecompositionPlan {
    static constexpr std::string_view name     = "eigenvectors";
    static constexpr std::size_t      arity    = 1;
    static constexpr bool             normwise = true;

    void infer(SourceLocation where, const Shape& a);
    template <Scalar T>
    Value<T> forward(const Value<T>& a);
    // The symmetric part of v·(f∘(vᵀ·g))·vᵀ with fᵢⱼ = 1/(λⱼ − λᵢ).
    template <Scalar T>
    Variable<T> vjp_from_both(const Variable<T>& g, const Variable<T>& a, const Variable<T>& v) const;
    template <class Q>
    Grid<Q> reference(const Grid<Q>& a) const {
        const auto vectors_of = [](const reference::Matrix<Q>& matrix) {
            reference::Matrix<Q> vectors(0, 0);
            reference::eigh(matrix, vectors);
            return vectors;
        };
        return reference::stack_of<Q>(a.shape, stack.count, vectors_of, a);
    }
    static std::vector<Sample<Eigenvectors>> samples() {
        return {{{}, {well_conditioned_sample({3, 3})}},
                {{}, {well_conditioned_sample({1, 1})}},
                {{}, {well_conditioned_sample({2, 2, 2})}},
                {{}, {sample_array({0, 0})}},
                {{}, {sample_array({0, 2, 2})}}};
    }
};

/// The eigenvalues that belong to eigenvectors of a matrix. For the vectors there is no contribution: their first-order changes do not move the
/// values.
struct Eigenvalues : DecompositionPlan {
    static constexpr std::string_view name     = "eigenvalues";
    static constexpr std::size_t      arity    = 2;
    static constexpr bool             normwise = true;

    void infer(SourceLocation, const Shape&, const Shape&) {}
    template <Scalar T>
    Value<T> forward(const Value<T>& a, const Value<T>& v);
    // v·diag(g)·vᵀ
    template <Scalar T>
    auto vjp_from_input(const Variable<T>& g, const Variable<T>&, const Variable<T>& v) const {
        return each([=] { return for_matrix<T>(g, v); }, no_contribution);
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& a, const Grid<Q>&) const {
        const auto values_of = [](const reference::Matrix<Q>& matrix) {
            reference::Matrix<Q> vectors(0, 0), values(1, 0);
            values.elements = reference::eigh(matrix, vectors);
            return values;
        };
        return reference::stack_of<Q>(shape, reference::stack_size(a.shape), values_of, a);
    }
    static std::vector<Sample<Eigenvalues>> samples();

private:
    template <Scalar T>
    static Variable<T> for_matrix(const Variable<T>& g, const Variable<T>& v);
};

/// 1/(λⱼ − λᵢ), and 0 on the diagonal, of the values in the last axis. Throws ValueError where a gap is too small to divide by, and, where zero
/// counts as one of the values, where one is too small.
struct InverseGaps {
    static constexpr std::string_view name     = "inverse_gaps";
    static constexpr std::size_t      arity    = 1;
    static constexpr bool             normwise = true;

    bool           of_singular_values = false;
    bool           zero_counts        = false;
    Shape          shape{};
    SourceLocation line{"", 0};

    void infer(SourceLocation where, const Shape& values) {
        line  = where;
        shape = values;
        shape.push_back(values.back());
    }
    template <Scalar T>
    Value<T> forward(const Value<T>& values) const;
    bool     operator==(const InverseGaps& other) const {
            return of_singular_values == other.of_singular_values && zero_counts == other.zero_counts && shape == other.shape;
    }
    // With m = g∘f∘f: the sums of m's rows less those of its columns.
    template <Scalar T>
    Variable<T> vjp_from_output(const Variable<T>& g, const Variable<T>& f) const;
    template <class Q>
    Grid<Q> reference(const Grid<Q>& values) const {
        Grid<Q> result(shape);
        for_each_index(shape, [&](const GridIndex& index) {
            const std::size_t last = index.size() - 1;
            if (index[last] == index[last - 1]) return;
            GridIndex j(index.begin(), index.end() - 2), i(index.begin(), index.end() - 1);
            j.push_back(index[last]);
            result[index] = Q(1) / (values[j] - values[i]);
        });
        return result;
    }
    static std::vector<Sample<InverseGaps>> samples() {
        return {{{}, {Array<double>{0.5, 2, 3.25}}}, {{}, {Array<double>{{-1, 2}, {0.25, 4}}}}, {{}, {Array<double>{3}}}, {{}, {sample_array({0})}}};
    }
};

/// u over v, [..., m + n, k], as columns: the singular vectors of m × n matrices, k = min(m, n).
struct SingularVectors : DecompositionPlan {
    static constexpr std::string_view name     = "singular_vectors";
    static constexpr std::size_t      arity    = 1;
    static constexpr bool             normwise = true;

    void infer(SourceLocation where, const Shape& a);
    template <Scalar T>
    Value<T> forward(const Value<T>& a);
    // u·[(skew(uᵀ·gu)∘f)·s + s·(skew(vᵀ·gv)∘f)]·vᵀ + (1 − u·uᵀ)·gu·s⁻¹·vᵀ + u·s⁻¹·gvᵀ·(1 − v·vᵀ) with fᵢⱼ = 1/(sⱼ² − sᵢ²) (Townsend 2016).
    template <Scalar T>
    Variable<T> vjp_from_both(const Variable<T>& g, const Variable<T>& a, const Variable<T>& w) const;
    template <class Q>
    Grid<Q> reference(const Grid<Q>& a) const {
        const auto vectors_of = [](const reference::Matrix<Q>& matrix) {
            reference::Matrix<Q> u(0, 0), v(0, 0);
            reference::svd(matrix, u, v);
            u.elements.insert(u.elements.end(), v.elements.begin(), v.elements.end());
            return u;
        };
        return reference::stack_of<Q>(shape, stack.count, vectors_of, a);
    }
    static std::vector<Sample<SingularVectors>> samples() {
        return {{{}, {well_conditioned_sample({3, 3})}}, {{}, {well_conditioned_sample({4, 2})}},
                {{}, {well_conditioned_sample({2, 3})}}, {{}, {well_conditioned_sample({2, 2, 2})}},
                {{}, {well_conditioned_sample({1, 1})}}, {{}, {sample_array({0, 2})}},
                {{}, {sample_array({0, 2, 2})}}};
    }
};

/// The singular values that belong to singular vectors of a matrix, as Eigenvalues.
struct SingularValues : DecompositionPlan {
    static constexpr std::string_view name     = "singular_values";
    static constexpr std::size_t      arity    = 2;
    static constexpr bool             normwise = true;

    void infer(SourceLocation, const Shape&, const Shape&) {}
    template <Scalar T>
    Value<T> forward(const Value<T>& a, const Value<T>& w);
    // u·diag(g)·vᵀ, where a value that is 0 within rounding has gradient 0.
    template <Scalar T>
    auto vjp_from_both(const Variable<T>& g, const Variable<T>&, const Variable<T>& w, const Variable<T>& s) const {
        return each([=, this] { return for_matrix<T>(g, w, s); }, no_contribution);
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& a, const Grid<Q>&) const {
        const auto values_of = [](const reference::Matrix<Q>& matrix) {
            reference::Matrix<Q> u(0, 0), v(0, 0), values(1, 0);
            values.elements = reference::svd(matrix, u, v);
            return values;
        };
        return reference::stack_of<Q>(shape, reference::stack_size(a.shape), values_of, a);
    }
    static std::vector<Sample<SingularValues>> samples();

private:
    template <Scalar T>
    Variable<T> for_matrix(const Variable<T>& g, const Variable<T>& w, const Variable<T>& s) const;
};

/// Samples of the values and vectors' primitives have their plans.
inline std::vector<Sample<Eigenvalues>> Eigenvalues::samples() {
    std::vector<Sample<Eigenvalues>> result;
    for (const Sample<Eigenvectors>& sample : Eigenvectors::samples()) {
        Eigenvalues  primitive;
        const Shape& a  = sample.inputs[0].shape();
        primitive.shape = Shape(a.begin(), a.end() - 1);
        result.push_back({primitive, sample.inputs});
    }
    return result;
}
inline std::vector<Sample<SingularValues>> SingularValues::samples() {
    std::vector<Sample<SingularValues>> result;
    for (const Sample<SingularVectors>& sample : SingularVectors::samples()) {
        SingularValues primitive;
        const Shape&   a       = sample.inputs[0].shape();
        primitive.shape        = Shape(a.begin(), a.end() - 1);
        primitive.shape.back() = std::min(a[a.size() - 2], a.back());
        result.push_back({primitive, sample.inputs});
    }
    return result;
}

} // namespace xtgrad
