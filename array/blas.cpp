#include <xtgrad/array/blas.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <vector>

#include <xtgrad/array/threads.hpp>

#ifdef XTGRAD_USE_BLAS
#include <cblas.h>

// OpenBLAS has it, other BLAS do not.
// NOLINTNEXTLINE(readability-redundant-declaration)
extern "C" __attribute__((weak)) void openblas_set_num_threads(int count);
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
    const Index step_a = a.column_step, step_b = b.row_step;
    for (Index row = 0; row < rows; ++row, a.data += a.row_step) {
        const T* column_of_b = b.data;
        for (Index column = 0; column < columns; ++column, column_of_b += b.column_step, ++c) {
            const T *x = a.data, *y = column_of_b;
            T        sum{0};
            for (Index k = inner; k > 0; --k, x += step_a, y += step_b) sum += *x * *y;
            *c = beta == T{0} ? alpha * sum : alpha * sum + beta * *c;
        }
    }
}

// Bound by memory: dgemm, which packs both, takes ten times as long.
template <class T>
void multiply_column_by_row(Index rows, Index columns, T alpha, const T* a, const T* b, T* c) {
    constexpr Index elements_of_part = Index{1} << 15;
    const Index     grain            = std::max<Index>(1, elements_of_part / columns);
    parallel_for(static_cast<std::size_t>(rows), static_cast<std::size_t>(grain), [=](std::size_t begin, std::size_t end) {
        for (auto row = static_cast<Index>(begin); row < static_cast<Index>(end); ++row) {
            const T factor   = alpha * a[row];
            T* __restrict to = c + row * columns;
            for (Index column = 0; column < columns; ++column) to[column] = factor * b[column];
        }
    });
}

#ifdef XTGRAD_USE_BLAS

int as_int(Index extent) { return static_cast<int>(extent); }

// A rows × columns part of a product; the steps are those between rows as they are stored.
template <class T>
struct Part {
    Index    rows, columns, inner;
    const T *a, *b;
    T*       c;
    Index    step_a, step_b, step_c;
};

void multiply_part(bool transpose_a, bool transpose_b, double alpha, double beta, const Part<double>& part) {
    cblas_dgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans, as_int(part.rows),
                as_int(part.columns), as_int(part.inner), alpha, part.a, as_int(part.step_a), part.b, as_int(part.step_b), beta, part.c,
                as_int(part.step_c));
}

void multiply_part(bool transpose_a, bool transpose_b, float alpha, float beta, const Part<float>& part) {
    cblas_sgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans, as_int(part.rows),
                as_int(part.columns), as_int(part.inner), alpha, part.a, as_int(part.step_a), part.b, as_int(part.step_b), beta, part.c,
                as_int(part.step_c));
}

// Multiplications below which a part is not worth a thread: 2^17 take 3 to 6 µs, waking one that looks for work 1 µs.
constexpr Index least_per_thread = Index{1} << 17;
// Rows or columns of a part come in multiples of what OpenBLAS's inner kernels take at once.
constexpr Index rows_at_once = 16;

template <class T>
void multiply(bool transpose_a, bool transpose_b, Index rows, Index columns, Index inner, T alpha, const T* a, const T* b, T beta, T* c) {
    leave_threads_to_the_pool();
    const Part<T> whole{rows, columns, inner, a, b, c, transpose_a ? rows : inner, transpose_b ? inner : columns, columns};
    const bool    by_rows = rows >= columns;
    const Index   extent  = by_rows ? rows : columns;
    const Index   groups  = (extent + rows_at_once - 1) / rows_at_once;
    const Index   work    = (by_rows ? columns : rows) * inner * rows_at_once; // of a group; the extents are ints
    const Index   grain   = std::max<Index>(1, (least_per_thread + work - 1) / work);
    parallel_for(static_cast<std::size_t>(groups), static_cast<std::size_t>(grain), [&](std::size_t begin, std::size_t end) {
        const Index first = static_cast<Index>(begin) * rows_at_once;
        const Index count = std::min(static_cast<Index>(end) * rows_at_once, extent) - first;
        Part<T>     part  = whole;
        if (by_rows) {
            part.rows = count;
            part.a += transpose_a ? first : first * whole.step_a;
            part.c += first * whole.step_c;
        } else {
            part.columns = count;
            part.b += transpose_b ? first * whole.step_b : first;
            part.c += first;
        }
        multiply_part(transpose_a, transpose_b, alpha, beta, part);
    });
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

#ifdef XTGRAD_USE_BLAS

void solve_in_blas(bool right, Triangle triangle, bool transpose, Index rows, Index columns, Index n, const double* a, double* b) {
    if (!right && columns == 1) {
        cblas_dtrsv(CblasRowMajor, triangle.lower ? CblasLower : CblasUpper, transpose ? CblasTrans : CblasNoTrans,
                    triangle.unit_diagonal ? CblasUnit : CblasNonUnit, as_int(n), a, as_int(n), b, 1);
        return;
    }
    cblas_dtrsm(CblasRowMajor, right ? CblasRight : CblasLeft, triangle.lower ? CblasLower : CblasUpper, transpose ? CblasTrans : CblasNoTrans,
                triangle.unit_diagonal ? CblasUnit : CblasNonUnit, as_int(rows), as_int(columns), 1, a, as_int(n), b, as_int(columns));
}
void solve_in_blas(bool right, Triangle triangle, bool transpose, Index rows, Index columns, Index n, const float* a, float* b) {
    if (!right && columns == 1) {
        cblas_strsv(CblasRowMajor, triangle.lower ? CblasLower : CblasUpper, transpose ? CblasTrans : CblasNoTrans,
                    triangle.unit_diagonal ? CblasUnit : CblasNonUnit, as_int(n), a, as_int(n), b, 1);
        return;
    }
    cblas_strsm(CblasRowMajor, right ? CblasRight : CblasLeft, triangle.lower ? CblasLower : CblasUpper, transpose ? CblasTrans : CblasNoTrans,
                triangle.unit_diagonal ? CblasUnit : CblasNonUnit, as_int(rows), as_int(columns), 1, a, as_int(n), b, as_int(columns));
}
void multiply_in_blas(Triangle triangle, bool transpose, Index n, Index columns, const double* a, double* b) {
    cblas_dtrmm(CblasRowMajor, CblasLeft, triangle.lower ? CblasLower : CblasUpper, transpose ? CblasTrans : CblasNoTrans,
                triangle.unit_diagonal ? CblasUnit : CblasNonUnit, as_int(n), as_int(columns), 1, a, as_int(n), b, as_int(columns));
}
void multiply_in_blas(Triangle triangle, bool transpose, Index n, Index columns, const float* a, float* b) {
    cblas_strmm(CblasRowMajor, CblasLeft, triangle.lower ? CblasLower : CblasUpper, transpose ? CblasTrans : CblasNoTrans,
                triangle.unit_diagonal ? CblasUnit : CblasNonUnit, as_int(n), as_int(columns), 1, a, as_int(n), b, as_int(columns));
}

#else

// op(a) is lower triangular where exactly one of the two holds.
template <class T>
void solve_in_blas(bool right, Triangle triangle, bool transpose, Index rows, Index columns, Index n, const T* a, T* b) {
    const Operand<T> factor(a, transpose, n, n);
    const bool       lower = triangle.lower != transpose;
    // b · op(a)⁻¹ is the transpose of op(a)⁻ᵀ · bᵀ.
    const auto element = [&](Index i, Index k) { return right ? factor(k, i) : factor(i, k); };
    const auto place   = [&](Index i, Index column) -> T& { return right ? b[column * columns + i] : b[i * columns + column]; };
    const bool forward = lower != right;
    for (Index step = 0; step < n; ++step) {
        const Index i = forward ? step : n - 1 - step;
        for (Index column = 0; column < (right ? rows : columns); ++column) {
            T sum = place(i, column);
            for (Index before = 0; before < step; ++before) {
                const Index k = forward ? before : n - 1 - before;
                sum -= element(i, k) * place(k, column);
            }
            place(i, column) = triangle.unit_diagonal ? sum : sum / element(i, i);
        }
    }
}
template <class T>
void multiply_in_blas(Triangle triangle, bool transpose, Index n, Index columns, const T* a, T* b) {
    const Operand<T> factor(a, transpose, n, n);
    const bool       lower = triangle.lower != transpose;
    for (Index step = 0; step < n; ++step) {
        const Index i = lower ? n - 1 - step : step; // rows that later ones still need are written last
        for (Index column = 0; column < columns; ++column) {
            T sum = triangle.unit_diagonal ? b[i * columns + column] : factor(i, i) * b[i * columns + column];
            for (Index k = lower ? 0 : i + 1; k < (lower ? i : n); ++k) sum += factor(i, k) * b[k * columns + column];
            b[i * columns + column] = sum;
        }
    }
}

#endif

void check_extents(std::string_view operation, std::initializer_list<Index> extents) {
    for (const Index extent : extents) {
        if (extent < 0 || extent > std::numeric_limits<int>::max())
            throw ShapeError(std::string(operation) + ": extent " + std::to_string(extent) + " is not in 0 … 2147483647");
    }
}

// Multiplications up to which plain loops win: they take 0.45 ns each, an OpenBLAS 0.3.21 call at least 65 to 130 ns (measured on AVX-512,
// shapes from 1×2×2 to 16×16×16, float and double; they meet between 200 and 260).
constexpr Index largest_plain = 256;

} // namespace

template <Scalar T>
void gemm(bool transpose_a, bool transpose_b, Index rows, Index columns, Index inner, T alpha, const T* a, const T* b, T beta, T* c) {
    // First, because the smallest products are done sooner than the extents are checked. The conversion takes extents below 1 out; the first test
    // keeps the product of the others from overflowing.
    constexpr auto most  = static_cast<std::size_t>(largest_plain);
    const auto     small = [](Index extent) { return static_cast<std::size_t>(extent) - 1 < most; };
    if (small(rows) && small(columns) && small(inner) && rows * columns * inner <= largest_plain && alpha != T{0}) {
        multiply_plainly(Operand<T>(a, transpose_a, rows, inner), Operand<T>(b, transpose_b, inner, columns), rows, columns, inner, alpha, beta, c);
        return;
    }
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
    // OpenBLAS's sgemm has a kernel for such products with vectors as wide as the processor's.
    if (sizeof(T) == sizeof(double) && inner == 1 && rows * columns > largest_plain && beta == T{0}) {
        multiply_column_by_row(rows, columns, alpha, a, b, c);
        return;
    }
    multiply(transpose_a, transpose_b, rows, columns, inner, alpha, a, b, beta, c);
}

void leave_threads_to_the_pool() {
#ifdef XTGRAD_USE_BLAS
    static const bool left = [] {
        if (openblas_set_num_threads != nullptr) openblas_set_num_threads(1);
        return true;
    }();
    static_cast<void>(left);
#endif
}

template <Scalar T>
void trsm(Triangle triangle, bool transpose, Index n, Index columns, const T* a, T* b) {
    check_extents("trsm", {n, columns});
    if (n == 0 || columns == 0) return;
    leave_threads_to_the_pool();
    solve_in_blas(false, triangle, transpose, n, columns, n, a, b);
}

template <Scalar T>
void trsm_right(Triangle triangle, bool transpose, Index n, Index rows, const T* a, T* b) {
    check_extents("trsm", {n, rows});
    if (n == 0 || rows == 0) return;
    leave_threads_to_the_pool();
    solve_in_blas(true, triangle, transpose, rows, n, n, a, b);
}

template <Scalar T>
void trmm(Triangle triangle, bool transpose, Index n, Index columns, const T* a, T* b) {
    check_extents("trmm", {n, columns});
    if (n == 0 || columns == 0) return;
    leave_threads_to_the_pool();
    multiply_in_blas(triangle, transpose, n, columns, a, b);
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
template void          trsm(Triangle, bool, Index, Index, const float*, float*);
template void          trsm(Triangle, bool, Index, Index, const double*, double*);
template void          trsm_right(Triangle, bool, Index, Index, const float*, float*);
template void          trsm_right(Triangle, bool, Index, Index, const double*, double*);
template void          trmm(Triangle, bool, Index, Index, const float*, float*);
template void          trmm(Triangle, bool, Index, Index, const double*, double*);
template Array<float>  matrix_product(const Array<float>&, const Array<float>&, bool, bool, SourceLocation);
template Array<double> matrix_product(const Array<double>&, const Array<double>&, bool, bool, SourceLocation);

} // namespace xtgrad
