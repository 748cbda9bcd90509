#include <xtgrad/array/blas.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <vector>

#ifdef XTGRAD_USE_BLAS
#include <cblas.h>
#endif

namespace xtgrad {

namespace {

// A matrix as it is read: element (i, k) lies at i·row_step + k·column_step.
template <class T>
struct Operand {
    const T* data;
    Index    row_step;
    Index    column_step;

    Operand(const T* elements, bool transposed, Index rows, Index columns)
        : data(elements), row_step(transposed ? 1 : columns), column_step(transposed ? rows : 1) {}

    T operator()(Index row, Index column) const { return data[row * row_step + column * column_step]; }
};

template <class T>
void scale(T* c, Index count, T beta) {
    if (beta == T{0}) {
        std::fill_n(c, count, T{0});
    } else if (beta != T{1}) {
        for (Index place = 0; place < count; ++place) c[place] *= beta;
    }
}

template <class T>
void multiply_plainly(Operand<T> a, Operand<T> b, Index rows, Index columns, Index inner, T alpha, T beta, T* c) {
    for (Index row = 0; row < rows; ++row) {
        for (Index column = 0; column < columns; ++column) {
            T sum{0};
            for (Index k = 0; k < inner; ++k) sum += a(row, k) * b(k, column);
            T& element = c[row * columns + column];
            element    = beta == T{0} ? alpha * sum : alpha * sum + beta * element;
        }
    }
}

#ifdef XTGRAD_USE_BLAS

int as_int(Index extent) { return static_cast<int>(extent); }

void multiply(bool transpose_a, bool transpose_b, Index rows, Index columns, Index inner, double alpha, const double* a, const double* b, double beta,
              double* c) {
    cblas_dgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans, as_int(rows), as_int(columns),
                as_int(inner), alpha, a, as_int(transpose_a ? rows : inner), b, as_int(transpose_b ? inner : columns), beta, c, as_int(columns));
}

void multiply(bool transpose_a, bool transpose_b, Index rows, Index columns, Index inner, float alpha, const float* a, const float* b, float beta,
              float* c) {
    cblas_sgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans, as_int(rows), as_int(columns),
                as_int(inner), alpha, a, as_int(transpose_a ? rows : inner), b, as_int(transpose_b ? inner : columns), beta, c, as_int(columns));
}

#else

// A packed block of b, 256 KiB of doubles, stays in the second-level cache while all rows of a pass over it.
constexpr Index inner_block  = 128;
constexpr Index column_block = 256;

template <class T>
void multiply(bool transpose_a, bool transpose_b, Index rows, Index columns, Index inner, T alpha, const T* a_data, const T* b_data, T beta, T* c) {
    const Operand<T>                 a(a_data, transpose_a, rows, inner);
    const Operand<T>                 b(b_data, transpose_b, inner, columns);
    std::vector<T, PoolAllocator<T>> packed(static_cast<std::size_t>(inner_block * column_block));
    scale(c, rows * columns, beta);
    for (Index first_column = 0; first_column < columns; first_column += column_block) {
        const Index width = std::min(column_block, columns - first_column);
        for (Index first = 0; first < inner; first += inner_block) {
            const Index depth = std::min(inner_block, inner - first);
            for (Index k = 0; k < depth; ++k) {
                for (Index column = 0; column < width; ++column) {
                    packed[static_cast<std::size_t>(k * column_block + column)] = b(first + k, first_column + column);
                }
            }
            for (Index row = 0; row < rows; ++row) {
                T* __restrict target = c + row * columns + first_column;
                Index k              = 0;
                // Four terms a pass, so that c is loaded and stored a quarter as often.
                for (; k + 4 <= depth; k += 4) {
                    const T a0 = alpha * a(row, first + k), a1 = alpha * a(row, first + k + 1);
                    const T a2 = alpha * a(row, first + k + 2), a3 = alpha * a(row, first + k + 3);
                    const T* __restrict source = packed.data() + k * column_block;
                    for (Index column = 0; column < width; ++column) {
                        target[column] += (a0 * source[column] + a1 * source[column + column_block]) +
                                          (a2 * source[column + 2 * column_block] + a3 * source[column + 3 * column_block]);
                    }
                }
                for (; k < depth; ++k) {
                    const T factor             = alpha * a(row, first + k);
                    const T* __restrict source = packed.data() + k * column_block;
                    for (Index column = 0; column < width; ++column) target[column] += factor * source[column];
                }
            }
        }
    }
}

#endif

// Multiplications up to which plain loops win: they take 0.45 ns each, an OpenBLAS 0.3.21 call at least 65 to 130 ns (measured on AVX-512,
// shapes from 1×2×2 to 16×16×16, float and double; they meet between 200 and 260).
constexpr Index largest_plain = 256;

} // namespace

template <Scalar T>
void gemm(bool transpose_a, bool transpose_b, Index rows, Index columns, Index inner, T alpha, const T* a, const T* b, T beta, T* c) {
    const bool empty = rows == 0 || columns == 0;
    for (const Index extent : std::array{rows, columns, inner}) {
        if (extent < 0 || (!empty && extent > std::numeric_limits<int>::max())) {
            throw ShapeError("gemm: [" + std::to_string(rows) + ", " + std::to_string(inner) + "] · [" + std::to_string(inner) + ", " +
                             std::to_string(columns) + "]: extent " + std::to_string(extent) + " is not in 0 … 2147483647; split the product");
        }
    }
    if (empty) return;
    if (inner == 0 || alpha == T{0}) {
        scale(c, rows * columns, beta);
        return;
    }
    // The first test keeps the product of the extents from overflowing.
    if (std::max({rows, columns, inner}) <= largest_plain && rows * columns * inner <= largest_plain) {
        multiply_plainly(Operand<T>(a, transpose_a, rows, inner), Operand<T>(b, transpose_b, inner, columns), rows, columns, inner, alpha, beta, c);
    } else {
        multiply(transpose_a, transpose_b, rows, columns, inner, alpha, a, b, beta, c);
    }
}

template <Scalar T>
Array<T> matrix_product(const Array<T>& a, const Array<T>& b, bool transpose_a, bool transpose_b, SourceLocation where) {
    const auto describe = [](const Array<T>& matrix, bool transposed) { return to_string(matrix.shape()) + (transposed ? "ᵀ" : ""); };
    const auto fail     = [&](const std::string& why) {
        throw ShapeError("matrix_product: " + describe(a, transpose_a) + " · " + describe(b, transpose_b) + ": " + why, where);
    };
    if (a.dimension() != 2 || b.dimension() != 2) fail("both must have two axes; reshape them first");
    const std::size_t rows = a.shape(transpose_a ? 1 : 0), inner = a.shape(transpose_a ? 0 : 1);
    const std::size_t other = b.shape(transpose_b ? 1 : 0), columns = b.shape(transpose_b ? 0 : 1);
    if (inner != other) fail("inner dimensions " + std::to_string(inner) + " and " + std::to_string(other) + " differ");
    const Shape shape{rows, columns};
    element_count(shape, where);
    Array<T>          result(shape);
    const SourceScope scope(where);
    gemm(transpose_a, transpose_b, static_cast<Index>(rows), static_cast<Index>(columns), static_cast<Index>(inner), T{1}, a.data(), b.data(), T{0},
         result.data());
    return result;
}

template void          gemm(bool, bool, Index, Index, Index, float, const float*, const float*, float, float*);
template void          gemm(bool, bool, Index, Index, Index, double, const double*, const double*, double, double*);
template Array<float>  matrix_product(const Array<float>&, const Array<float>&, bool, bool, SourceLocation);
template Array<double> matrix_product(const Array<double>&, const Array<double>&, bool, bool, SourceLocation);

} // namespace xtgrad
