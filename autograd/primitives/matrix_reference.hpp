#pragma once

#include <xtgrad/autograd/primitives/reference.hpp>

// The references of linear algebra, in plain loops for numbers of any type: elimination, Householder's reflections, Jacobi's rotations.

namespace xtgrad::reference {

/// One matrix of a stack.
template <class Q>
struct Matrix {
    std::size_t    rows, columns;
    std::vector<Q> elements;

    Matrix(std::size_t of_rows, std::size_t of_columns) : rows(of_rows), columns(of_columns), elements(of_rows * of_columns, Q(0)) {}
    Q&       operator()(std::size_t row, std::size_t column) { return elements[row * columns + column]; }
    const Q& operator()(std::size_t row, std::size_t column) const { return elements[row * columns + column]; }
};

inline std::size_t stack_size(const Shape& shape, std::size_t matrix_axes = 2) {
    std::size_t count = 1;
    for (std::size_t axis = 0; axis + matrix_axes < shape.size(); ++axis) count *= shape[axis];
    return count;
}

template <class Q>
Matrix<Q> matrix_of(const Grid<Q>& stack, std::size_t which) {
    Matrix<Q> result(stack.shape[stack.shape.size() - 2], stack.shape[stack.shape.size() - 1]);
    std::copy_n(stack.elements.begin() + static_cast<Index>(which * result.elements.size()), result.elements.size(), result.elements.begin());
    return result;
}

/// The stack of what `make` gives for each matrix of `stacks`, which are as many.
template <class Q, class Make, class... Stacks>
Grid<Q> stack_of(Shape shape, std::size_t count, Make&& make, const Stacks&... stacks) {
    Grid<Q>     result(std::move(shape));
    std::size_t place = 0;
    for (std::size_t which = 0; which < count; ++which) {
        for (const Q& element : make(matrix_of(stacks, which)...).elements) result.elements[place++] = element;
    }
    return result;
}

template <class Q>
Matrix<Q> identity(std::size_t n) {
    Matrix<Q> result(n, n);
    for (std::size_t i = 0; i < n; ++i) result(i, i) = Q(1);
    return result;
}

template <class Q>
Matrix<Q> transposed(const Matrix<Q>& a) {
    Matrix<Q> result(a.columns, a.rows);
    for (std::size_t i = 0; i < a.rows; ++i) {
        for (std::size_t j = 0; j < a.columns; ++j) result(j, i) = a(i, j);
    }
    return result;
}

template <class Q>
Matrix<Q> product(const Matrix<Q>& a, const Matrix<Q>& b) {
    Matrix<Q> result(a.rows, b.columns);
    for (std::size_t i = 0; i < a.rows; ++i) {
        for (std::size_t j = 0; j < b.columns; ++j) {
            for (std::size_t k = 0; k < a.columns; ++k) result(i, j) = result(i, j) + a(i, k) * b(k, j);
        }
    }
    return result;
}

/// a⁻¹·b in place of b by Gauss's elimination with row pivoting; returns det a.
template <class Q>
Q eliminate(Matrix<Q> a, Matrix<Q>& b) {
    Q                 determinant(1);
    const std::size_t n = a.rows;
    for (std::size_t column = 0; column < n; ++column) {
        std::size_t pivot = column;
        for (std::size_t row = column + 1; row < n; ++row) {
            if (abs(a(row, column)) > abs(a(pivot, column))) pivot = row;
        }
        if (pivot != column) {
            determinant = -determinant;
            for (std::size_t k = 0; k < n; ++k) std::swap(a(column, k), a(pivot, k));
            for (std::size_t k = 0; k < b.columns; ++k) std::swap(b(column, k), b(pivot, k));
        }
        determinant = determinant * a(column, column);
        for (std::size_t row = 0; row < n; ++row) {
            if (row == column) continue;
            const Q factor = a(row, column) / a(column, column);
            for (std::size_t k = column; k < n; ++k) a(row, k) = a(row, k) - factor * a(column, k);
            for (std::size_t k = 0; k < b.columns; ++k) b(row, k) = b(row, k) - factor * b(column, k);
        }
    }
    for (std::size_t row = 0; row < n; ++row) {
        for (std::size_t k = 0; k < b.columns; ++k) b(row, k) = b(row, k) / a(row, row);
    }
    return determinant;
}

template <class Q>
Matrix<Q> inverse(const Matrix<Q>& a) {
    Matrix<Q> result = identity<Q>(a.rows);
    eliminate(a, result);
    return result;
}

/// The elements on and below the diagonal (above it), the others 0.
template <class Q>
Matrix<Q> triangle(Matrix<Q> a, bool lower) {
    for (std::size_t i = 0; i < a.rows; ++i) {
        for (std::size_t j = 0; j < a.columns; ++j) {
            if (lower ? j > i : j < i) a(i, j) = Q(0);
        }
    }
    return a;
}

template <class Q>
Matrix<Q> cholesky(const Matrix<Q>& a) {
    Matrix<Q> l(a.rows, a.rows);
    for (std::size_t j = 0; j < a.rows; ++j) {
        for (std::size_t i = j; i < a.rows; ++i) {
            Q sum = a(i, j);
            for (std::size_t k = 0; k < j; ++k) sum = sum - l(i, k) * l(j, k);
            l(i, j) = i == j ? sqrt(sum) : sum / l(j, j);
        }
    }
    return l;
}

/// The square matrix r of a = q·r by Householder's reflections, which choose the signs; `q` becomes q.
template <class Q>
Matrix<Q> qr(Matrix<Q> a, Matrix<Q>& q) {
    const std::size_t m = a.rows, n = a.columns;
    Matrix<Q>         whole = identity<Q>(m);
    for (std::size_t k = 0; k < n && k + 1 < m; ++k) {
        Q norm(0);
        for (std::size_t i = k; i < m; ++i) norm = norm + a(i, k) * a(i, k);
        norm = sqrt(norm);
        std::vector<Q> v(m, Q(0));
        for (std::size_t i = k; i < m; ++i) v[i] = a(i, k);
        v[k] = a(k, k) < Q(0) ? v[k] - norm : v[k] + norm;
        Q square(0);
        for (const Q& element : v) square = square + element * element;
        const auto reflect = [&](Matrix<Q>& of) {
            for (std::size_t j = 0; j < of.columns; ++j) {
                Q sum(0);
                for (std::size_t i = k; i < m; ++i) sum = sum + v[i] * of(i, j);
                for (std::size_t i = k; i < m; ++i) of(i, j) = of(i, j) - Q(2) * v[i] * sum / square;
            }
        };
        reflect(a);
        reflect(whole);
    }
    q = Matrix<Q>(m, n);
    Matrix<Q> r(n, n);
    for (std::size_t i = 0; i < m; ++i) {
        for (std::size_t j = 0; j < n; ++j) q(i, j) = whole(j, i);
    }
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = i; j < n; ++j) r(i, j) = a(i, j);
    }
    return r;
}

/// The eigenvalues of a symmetric matrix, ascending, by Jacobi's rotations; `vectors` become its eigenvectors.
template <class Q>
std::vector<Q> eigh(Matrix<Q> a, Matrix<Q>& vectors) {
    const std::size_t n = a.rows;
    Matrix<Q>         v = identity<Q>(n);
    // Convergence is quadratic: 113 bits take some eight rounds.
    for (int round = 0; round < 40; ++round) {
        for (std::size_t p = 0; p < n; ++p) {
            for (std::size_t q = p + 1; q < n; ++q) {
                if (a(p, q) == Q(0)) continue;
                const Q theta = (a(q, q) - a(p, p)) / (Q(2) * a(p, q));
                const Q root  = sqrt(theta * theta + Q(1));
                const Q t     = theta < Q(0) ? Q(-1) / (root - theta) : Q(1) / (root + theta);
                const Q c     = Q(1) / sqrt(t * t + Q(1));
                const Q s     = t * c;
                for (std::size_t k = 0; k < n; ++k) {
                    const Q first = a(k, p), second = a(k, q);
                    a(k, p) = c * first - s * second;
                    a(k, q) = s * first + c * second;
                }
                for (std::size_t k = 0; k < n; ++k) {
                    const Q first = a(p, k), second = a(q, k);
                    a(p, k) = c * first - s * second;
                    a(q, k) = s * first + c * second;
                }
                for (std::size_t k = 0; k < n; ++k) {
                    const Q first = v(k, p), second = v(k, q);
                    v(k, p) = c * first - s * second;
                    v(k, q) = s * first + c * second;
                }
            }
        }
    }
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) { return a(x, x) < a(y, y); });
    std::vector<Q> values;
    vectors = Matrix<Q>(n, n);
    for (std::size_t j = 0; j < n; ++j) {
        values.push_back(a(order[j], order[j]));
        for (std::size_t k = 0; k < n; ++k) vectors(k, j) = v(k, order[j]);
    }
    return values;
}

/// The singular values, descending; `u` and `v` become the singular vectors as columns. By the eigenvectors of aᵀ·a or a·aᵀ, whichever is smaller, so
/// that the numbers must have twice the bits that are wanted.
template <class Q>
std::vector<Q> svd(const Matrix<Q>& a, Matrix<Q>& u, Matrix<Q>& v) {
    if (a.rows < a.columns) return svd(transposed(a), v, u);
    Matrix<Q>      ascending(0, 0);
    std::vector<Q> values = eigh(product(transposed(a), a), ascending);
    v                     = Matrix<Q>(a.columns, a.columns);
    std::reverse(values.begin(), values.end());
    for (std::size_t i = 0; i < a.columns; ++i) {
        for (std::size_t j = 0; j < a.columns; ++j) v(i, j) = ascending(i, a.columns - 1 - j);
    }
    u = product(a, v);
    for (std::size_t j = 0; j < a.columns; ++j) {
        values[j] = sqrt(values[j]);
        for (std::size_t i = 0; i < a.rows; ++i) u(i, j) = u(i, j) / values[j];
    }
    return values;
}

/// Σ aᵏ/k!, after halving a until its elements are small; the result is squared as often.
template <class Q>
Matrix<Q> exponential(Matrix<Q> a) {
    constexpr int halvings = 8, terms = 40;
    for (Q& element : a.elements) element = element / Q(1 << halvings);
    Matrix<Q> sum  = identity<Q>(a.rows);
    Matrix<Q> term = sum;
    for (int k = 1; k <= terms; ++k) {
        term = product(term, a);
        for (Q& element : term.elements) element = element / Q(k);
        for (std::size_t place = 0; place < sum.elements.size(); ++place) sum.elements[place] = sum.elements[place] + term.elements[place];
    }
    for (int k = 0; k < halvings; ++k) sum = product(sum, sum);
    return sum;
}

} // namespace xtgrad::reference

namespace xtgrad {

/// Square matrices far from singular: the diagonal stands out.
inline Array<double> well_conditioned_sample(const Shape& shape) {
    Array<double>     result = sample_array(shape, -1, 1);
    const std::size_t n      = shape.back();
    for (std::size_t place = 0; place < result.size(); ++place) {
        const std::size_t row = place / n % shape[shape.size() - 2], column = place % n;
        if (row == column) result.data()[place] += static_cast<double>(n) * 0.75 + 0.5 * static_cast<double>(row) + 1;
    }
    return result;
}

} // namespace xtgrad
