#include <limits>

#include <xtgrad/autograd/ops/matrix.hpp>
#include <xtgrad/autograd/primitives/decompositions.hpp>
#include <xtgrad/autograd/primitives/matrix_functions.hpp>

#include "compositions.hpp"

namespace xtgrad::suite {

namespace {

template <Scalar T>
Variable<T> symmetric_part(const Variable<T>& x) {
    std::vector<Index> axes(x.dimension());
    for (std::size_t axis = 0; axis < axes.size(); ++axis) axes[axis] = static_cast<Index>(axis);
    std::swap(axes[axes.size() - 1], axes[axes.size() - 2]);
    return T(0.5) * (x + transpose(x, Axes(axes)));
}

Grid<Quad> symmetric_part(const Grid<Quad>& x) {
    Grid<Quad> result(x.shape);
    for_each_index(x.shape, [&](const GridIndex& index) {
        GridIndex other = index;
        std::swap(other[other.size() - 1], other[other.size() - 2]);
        result[index] = (x[index] + x[other]) / Quad(2);
    });
    return result;
}

/// Vectors as columns whose signs are chosen so that the first row is positive: LAPACK's choice and the reference's may differ.
template <Scalar T>
Variable<T> with_signs(const Variable<T>& vectors) {
    std::vector<Range> first(vectors.dimension(), Range::all());
    first[first.size() - 2] = Range(0, 1);
    return vectors.shape()[vectors.dimension() - 2] == 0 ? vectors : vectors * sign(slice(vectors, first).detach());
}

Grid<Quad> with_signs(Grid<Quad> vectors) {
    Grid<Quad> result = vectors;
    for_each_index(vectors.shape, [&](const GridIndex& index) {
        GridIndex first         = index;
        first[first.size() - 2] = 0;
        if (vectors[first] < Quad(0)) result[index] = -vectors[index];
    });
    return result;
}

/// Cases of the samples of P with functions of Variables of either type, and a reference.
template <class P, class F, class Reference>
std::vector<Case> cases_by(F function, Reference reference) {
    std::vector<Case> result;
    for (const Sample<P>& sample : P::samples()) {
        Case one      = case_of(sample.inputs);
        one.normwise  = true;
        one.in_double = [=](const Variables<double>& x) { return function(x, sample.primitive); };
        one.in_float  = [=](const Variables<float>& x) { return function(x, sample.primitive); };
        one.reference = [=](const QuadArrays& x) {
            Grid<Quad> grid(sample.inputs[0].shape());
            grid.elements = x[0];
            return reference(grid, sample.primitive).elements;
        };
        result.push_back(std::move(one));
    }
    return result;
}

} // namespace

// Of the factor, and of the matrix behind it.
template <class P>
std::vector<Case> of_factor_and_matrix() {
    // What the primary template makes of the samples.
    std::vector<Case> result = SampleCases<P>::all();
    // A factor has a matrix behind it or not; none that is another's.
    for (Case& one : result) one.differentiable.back() = false;
    for (Case one : std::vector<Case>(result)) {
        const Shape shape = one.inputs[0].shape();
        const auto  call  = [](auto x) {
            const auto l = cholesky(symmetric_part(x[0]));
            if constexpr (std::is_same_v<P, CholeskyLogdet>) {
                return cholesky_logdet(l);
            } else if constexpr (std::is_same_v<P, CholeskyInverse>) {
                return ops::matrix::cholesky_inverse(l);
            } else {
                return cholesky_solve(x[1], l);
            }
        };
        one.in_double = call;
        one.in_float  = call;
        one.reference = [shape, of_factor = one.reference](QuadArrays x) {
            Grid<Quad> a(shape);
            a.elements = x[0];
            x[0]       = reference_of(Cholesky{}, {symmetric_part(a)}).elements;
            return of_factor(x);
        };
        result.push_back(std::move(one));
    }
    return result;
}
template <>
struct Cases<CholeskyLogdet> {
    static std::vector<Case> all() { return of_factor_and_matrix<CholeskyLogdet>(); }
};
template <>
struct Cases<CholeskyInverse> {
    static std::vector<Case> all() { return of_factor_and_matrix<CholeskyInverse>(); }
};
template <>
struct Cases<CholeskySolve> {
    static std::vector<Case> all() { return of_factor_and_matrix<CholeskySolve>(); }
};

// Of the symmetric part: finite differences leave the symmetric matrices.
template <>
struct Cases<Cholesky> {
    static std::vector<Case> all() {
        return cases_by<Cholesky>([]<class X>(const X& x, const Cholesky&) { return cholesky(symmetric_part(x[0])); },
                                  [](const Grid<Quad>& x, const Cholesky& primitive) { return reference_of(primitive, {symmetric_part(x)}); });
    }
};

template <>
struct Cases<Eigenvectors> {
    static std::vector<Case> all() {
        return cases_by<Eigenvectors>(
            []<class X>(const X& x, const Eigenvectors&) { return with_signs(eigh(symmetric_part(x[0])).vectors); },
            [](const Grid<Quad>& x, const Eigenvectors& primitive) { return with_signs(reference_of(primitive, {symmetric_part(x)})); });
    }
};

template <>
struct Cases<Eigenvalues> {
    static std::vector<Case> all() {
        return cases_by<Eigenvalues>([]<class X>(const X& x, const Eigenvalues&) { return eigvalsh(symmetric_part(x[0])); },
                                     [](const Grid<Quad>& x, const Eigenvalues& primitive) {
                                         const Grid<Quad> a = symmetric_part(x);
                                         return primitive.reference(a, a);
                                     });
    }
};

template <>
struct Cases<SingularVectors> {
    static std::vector<Case> all() {
        return cases_by<SingularVectors>(
            []<class X>(const X& x, const SingularVectors&) {
                const auto         all = svd(x[0]);
                std::vector<Index> axes(x[0].dimension());
                for (std::size_t axis = 0; axis < axes.size(); ++axis) axes[axis] = static_cast<Index>(axis);
                std::swap(axes[axes.size() - 1], axes[axes.size() - 2]);
                return with_signs(concatenate({all.u, transpose(all.vt, Axes(axes))}, -2));
            },
            [](const Grid<Quad>& x, const SingularVectors& primitive) { return with_signs(reference_of(primitive, {x})); });
    }
};

template <>
struct Cases<SingularValues> {
    static std::vector<Case> all() {
        return cases_by<SingularValues>([]<class X>(const X& x, const SingularValues&) { return svdvals(x[0]); },
                                        [](const Grid<Quad>& x, const SingularValues& primitive) { return primitive.reference(x, x); });
    }
};

namespace {

using X = Variables<double>;

template <class F>
std::vector<Misuse> of_square(F function) {
    return {misuse("not square", {{2, 3}}, function), misuse("a vector", {{3}}, function), misuse("a number", {{}}, function)};
}

template <class F>
std::vector<Misuse> of_matrix(F function) {
    return {misuse("a vector", {{3}}, function), misuse("a number", {{}}, function)};
}

Misuse misuse_of(std::string description, std::vector<Array<double>> inputs, Recorded<double> call) {
    return {std::move(description), std::move(inputs), std::move(call)};
}

const Array<double> singular{{1, 2}, {2, 4}};
const Array<double> with_zero{{0, 0}, {1, 1}}; // on the diagonal

template <class F>
std::vector<Misuse> of_system(F function, const Array<double>& without_inverse = singular) {
    return {misuse("not square", {{2, 3}, {2}}, function),
            misuse("another extent", {{3, 3}, {2}}, function),
            misuse("another number of rows", {{3, 3}, {2, 3}}, function),
            misuse("a number", {{3, 3}, {}}, function),
            misuse("leading axes", {{2, 3, 3}, {3, 3, 1}}, function),
            misuse_of("singular", {without_inverse, Array<double>{1, 2}}, function)};
}

std::vector<Misuse> of_cholesky() {
    const auto          factor = [](const X& x) { return cholesky(x[0]); };
    std::vector<Misuse> result = of_square(factor);
    result.push_back(misuse_of("not symmetric", {Array<double>{{4, 99}, {2, 3}}}, factor));
    result.push_back(misuse_of("not positive definite", {Array<double>{{1, 2}, {2, 1}}}, factor));
    return result;
}

std::vector<Misuse> of_symmetric() {
    std::vector<Misuse> result = of_square([](const X& x) { return eigvalsh(x[0]); });
    result.push_back(misuse_of("not symmetric", {Array<double>{{4, 99}, {2, 3}}}, [](const X& x) { return eigh(x[0]).vectors; }));
    return result;
}

void add_systems(Compositions& all) {
    const auto regular = well_conditioned_sample;
    all.add("inv", {regular({3, 3})}, [](const auto& x) { return inv(x[0]); });
    all.add("inv", {regular({2, 2, 2})}, [](const auto& x) { return inv(x[0]); });
    all.add("inv", {sample({0, 0})}, [](const auto& x) { return inv(x[0]); });
    all.wrong("inv", of_square([](const X& x) { return inv(x[0]); }));
    all.wrong("inv", {misuse_of("singular", {singular}, [](const X& x) { return inv(x[0]); })});
    const auto least = [](const auto& x) { return lstsq(x[0], x[1]); };
    all.add("lstsq", {regular({4, 2}), sample({4})}, least);
    all.add("lstsq", {regular({2, 4}), sample({2, 2})}, least);
    all.add("lstsq", {regular({2, 3, 2}), sample({3, 1})}, least);
    all.wrong("lstsq", {misuse("rows", {{4, 2}, {2}}, [=](const X& x) { return least(x); }),
                        misuse("a vector", {{4}, {4}}, [=](const X& x) { return least(x); }),
                        misuse("leading axes", {{2, 3, 2}, {3, 3, 1}}, [=](const X& x) { return least(x); })});
}

void add_determinants(Compositions& all) {
    const auto by_det = [](const auto& x) { return det(x[0]); };
    all.add("det", {well_conditioned_sample({3, 3})}, by_det);
    all.add("det", {well_conditioned_sample({2, 2, 2})}, by_det);
    all.add("det", {sample({1, 1})}, by_det);
    all.add("det", {sample({0, 0})}, by_det);
    all.wrong("det", of_square([](const X& x) { return det(x[0]); }));
    const auto by_slogdet = [](const auto& x) { return slogdet(x[0]).logabsdet; };
    all.add("slogdet", {well_conditioned_sample({3, 3})}, by_slogdet);
    all.add("slogdet", {-well_conditioned_sample({2, 3, 3})}, by_slogdet);
    all.wrong("slogdet", of_square([](const X& x) { return slogdet(x[0]).logabsdet; }));
    const auto by_logdet = [](const auto& x) { return logdet(x[0]); };
    all.add("logdet", {well_conditioned_sample({3, 3})}, by_logdet);
    all.add("logdet", {well_conditioned_sample({2, 2, 2})}, by_logdet);
    all.wrong("logdet", of_square([](const X& x) { return logdet(x[0]); }));
}

void add_decompositions(Compositions& all) {
    const auto symmetric = [](auto function) { return [=](const auto& x) { return function(symmetric_part(x[0])); }; };
    all.add("eigh", {well_conditioned_sample({3, 3})}, symmetric([](const auto& a) { return with_signs(eigh(a).vectors); }));
    all.add("eigh", {well_conditioned_sample({2, 2, 2})}, symmetric([](const auto& a) {
                const auto [values, vectors] = eigh(a);
                return matmul(square(vectors), expand_dims(exp(values * 0.25F), -1));
            }));
    all.wrong("eigh", of_symmetric());
    all.add("eigvalsh", {well_conditioned_sample({3, 3})}, symmetric([](const auto& a) { return eigvalsh(a); }));
    all.wrong("eigvalsh", of_symmetric());
    all.add("svd", {well_conditioned_sample({3, 2})}, [](const auto& x) {
        const auto [u, s, vt] = svd(x[0]);
        return matmul(square(u), expand_dims(s, -1) * square(vt));
    });
    all.wrong("svd", of_matrix([](const X& x) { return svd(x[0]).s; }));
    all.add("svdvals", {well_conditioned_sample({2, 3})}, [](const auto& x) { return svdvals(x[0]); });
    all.add("svdvals", {well_conditioned_sample({2, 2, 2})}, [](const auto& x) { return svdvals(x[0]); });
    all.wrong("svdvals", of_matrix([](const X& x) { return svdvals(x[0]); }));
}

void add_functions(Compositions& all) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (const MatrixNorm& order : {MatrixNorm(1), MatrixNorm(-1), MatrixNorm(2), MatrixNorm(-2), MatrixNorm(infinity), MatrixNorm(-infinity),
                                    MatrixNorm::frobenius(), MatrixNorm::nuclear()}) {
        all.add("matrix_norm", {well_conditioned_sample({2, 3})}, [=](const auto& x) { return matrix_norm(x[0], order); });
        all.add("matrix_norm", {well_conditioned_sample({2, 2, 2})}, [=](const auto& x) { return matrix_norm(x[0], order, keep_dims); });
        all.add("cond", {well_conditioned_sample({3, 3})}, [=](const auto& x) { return cond(x[0], order); });
    }
    all.add("matrix_norm", {sample({0, 2})}, [](const auto& x) { return matrix_norm(x[0]); });
    all.add("matrix_norm", {well_conditioned_sample({2, 3, 3})}, [=](const auto& x) { return matrix_norm(x[0], 1, {2, 0}); });
    all.add("matrix_norm", {well_conditioned_sample({2, 3, 3})}, [=](const auto& x) { return matrix_norm(x[0], infinity, {-3, 1}, keep_dims); });
    all.wrong("matrix_norm", {misuse("axes of which one is named twice", {{2, 2}},
                                     [](const X& x) {
                                         return matrix_norm(x[0], 1, {1, -1});
                                     }),
                              misuse("axis 2 of 2", {{2, 2}}, [](const X& x) {
                                  return matrix_norm(x[0], 1, {0, 2});
                              })});
    all.add("cond", {well_conditioned_sample({2, 3})}, [=](const auto& x) { return cond(x[0]); });
    all.wrong("matrix_norm", of_matrix([](const X& x) { return matrix_norm(x[0]); }));
    all.wrong("matrix_norm", {misuse("of order 3", {{2, 2}}, [](const X& x) { return matrix_norm(x[0], 3); }),
                              misuse("of nothing", {{0, 2}}, [](const X& x) { return matrix_norm(x[0], 1); })});
    all.wrong("cond", of_matrix([](const X& x) { return cond(x[0]); }));
    all.wrong("cond", {misuse("not square", {{2, 3}}, [](const X& x) { return cond(x[0], 1); }),
                       misuse("of order 0", {{2, 2}}, [](const X& x) { return cond(x[0], 0); }),
                       misuse("of nothing", {{0, 0}}, [](const X& x) { return cond(x[0]); }),
                       misuse_of("singular", {singular}, [](const X& x) { return cond(x[0], 1); })});
    for (const Index exponent : {-2, -1, 0, 1, 2, 3, 5}) {
        all.add("matrix_power", {well_conditioned_sample({2, 2})}, [=](const auto& x) { return matrix_power(x[0], exponent); });
    }
    all.add("matrix_power", {well_conditioned_sample({2, 2, 2})}, [=](const auto& x) { return matrix_power(x[0], 2); });
    all.wrong("matrix_power", of_square([](const X& x) { return matrix_power(x[0], 2); }));
    all.wrong("matrix_power", {misuse_of("singular", {singular}, [](const X& x) { return matrix_power(x[0], -1); })});
}

void add_statistics(Compositions& all) {
    const auto by_cov = [](const CovarianceOptions& options) { return [=](const auto& x) { return cov(x[0], options); }; };
    all.add("cov", {sample({2, 4})}, by_cov({}));
    all.add("cov", {sample({4, 2})}, by_cov({.rowvar = false}));
    all.add("cov", {sample({5})}, by_cov({.ddof = 0}));
    all.add("cov", {sample({3, 4})}, by_cov({.ddof = 2}));
    all.wrong("cov",
              {misuse("a stack", {{2, 2, 2}}, [](const X& x) { return cov(x[0]); }), misuse("a number", {{}}, [](const X& x) { return cov(x[0]); })});
    all.add("corrcoef", {sample({2, 4})}, [](const auto& x) { return corrcoef(x[0]); });
    all.add("corrcoef", {sample({4, 3})}, [](const auto& x) { return corrcoef(x[0], false); });
    all.wrong("corrcoef", {misuse("a stack", {{2, 2, 2}}, [](const X& x) { return corrcoef(x[0]); })});
    for (const double p : {0.0, 1.0, 1.5, 2.0, 3.0, std::numeric_limits<double>::infinity()}) {
        all.add("cdist", {sample({3, 2}), sample({2, 2})}, [=](const auto& x) { return cdist(x[0], x[1], p); });
    }
    all.add("cdist", {sample({2, 2, 3}), sample({2, 3})}, [](const auto& x) { return cdist(x[0], x[1]); });
    all.add("cdist", {sample({2, 0}), sample({3, 0})}, [](const auto& x) { return cdist(x[0], x[1]); });
    all.add("cdist", {sample({0, 2}), sample({3, 2})}, [](const auto& x) { return cdist(x[0], x[1]); });
    const auto wrong = [](const X& x) { return cdist(x[0], x[1]); };
    all.wrong("cdist", {misuse("extents", {{2, 3}, {2, 2}}, wrong), misuse("a vector", {{3}, {2, 3}}, wrong),
                        misuse("leading axes", {{2, 2, 3}, {3, 2, 3}}, wrong),
                        misuse("p = -1", {{2, 3}, {2, 3}}, [](const X& x) { return cdist(x[0], x[1], -1); })});
}

} // namespace

std::vector<OperationCases> linear_algebra_cases() {
    const auto                  pinv_of = [](const X& x) { return pinv(x[0]); };
    const Misuses               misuses{{"cholesky", of_cholesky()},
                          {"solve_triangular", of_system([](const X& x) { return solve_triangular(x[0], x[1]); }, with_zero)},
                          {"solve", of_system([](const X& x) { return solve(x[0], x[1]); })},
                          {"pinv", of_matrix(pinv_of)},
                          {"matrix_exp", of_square([](const X& x) { return matrix_exp(x[0]); })},
                          {"determinant", of_square([](const X& x) { return det(x[0]); })},
                          {"qr", of_matrix([](const X& x) { return qr(x[0]).q; })},
                          {"eigenvectors", of_symmetric()},
                          {"singular_vectors", of_matrix([](const X& x) { return svd(x[0]).u; })},
                          {"inverse_gaps", {}},
                          // Nothing has a wrong shape for these.
                          {"cholesky_logdet", of_square([](const X& x) { return cholesky_logdet(x[0]); })},
                          {"cholesky_solve", of_system([](const X& x) { return cholesky_solve(x[1], x[0]); }, with_zero)},
                          {"cholesky_inverse", {}},
                          {"cholesky_gradient", {}},
                          {"eigenvalues", {}},
                          {"singular_values", {}}};
    std::vector<OperationCases> all = cases_of_list(LinearAlgebraPrimitives{}, misuses);
    for (OperationCases& primitive : all) {
        if (primitive.name == "cholesky_solve") {
            // A vector, and a factor for each of a stack of them.
            for (const auto& [l, b] : {std::pair{Shape{3, 3}, Shape{3}}, {Shape{2, 2, 2}, Shape{2, 1}}}) {
                primitive.cases.push_back(
                    composed({well_conditioned_sample(l), sample(b)}, [](const auto& x) { return cholesky_solve(x[1], x[0]); }));
                primitive.cases.back().normwise = true;
            }
        }
        if (primitive.name != "qr") continue;
        // A wide matrix, whose other columns are composed.
        primitive.cases.push_back(composed({well_conditioned_sample({2, 3})}, [](const auto& x) {
            const auto [q, r] = qr(x[0]);
            return concatenate({q, r}, 1);
        }));
        primitive.cases.back().normwise = true;
    }
    Compositions compositions;
    add_systems(compositions);
    add_determinants(compositions);
    add_decompositions(compositions);
    add_functions(compositions);
    add_statistics(compositions);
    std::move(compositions).append_to(all);
    return all;
}

} // namespace xtgrad::suite
