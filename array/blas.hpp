#pragma once

#include <xtgrad/array/array.hpp>

namespace xtgrad {

/// c ← alpha · op(a) · op(b) + beta · c on contiguous row-major matrices, where op transposes if its flag is set: op(a) is rows × inner (so a
/// is inner × rows under `transpose_a`), op(b) is inner × columns (b is columns × inner under `transpose_b`), and c is rows × columns.
/// With beta 0, c is written and never read, so it may be uninitialised; with inner 0 or alpha 0 the result is beta · c and neither a nor b is
/// read. c may overlap neither a nor b. Tiny products run as plain loops, others in BLAS; without BLAS (XTGRAD_USE_BLAS=OFF) a blocked loop
/// stands in. Throws ShapeError where an extent is negative or, unless the result is empty, exceeds 2³¹ − 1, which is as far as BLAS can count.
template <Scalar T>
void gemm(bool transpose_a, bool transpose_b, Index rows, Index columns, Index inner, T alpha, const T* a, const T* b, T beta, T* c);

/// Which part of a square matrix holds a triangular one; the rest is neither read nor written. A unit diagonal is not read either.
struct Triangle {
    bool lower         = true;
    bool unit_diagonal = false;
};

/// b ← op(a)⁻¹ · b for a triangular a of n × n and b of n × columns, row-major and contiguous, where op transposes if the flag is set. A 0 on the
/// diagonal gives infinities and NaN.
template <Scalar T>
void trsm(Triangle triangle, bool transpose, Index n, Index columns, const T* a, T* b);
/// b ← b · op(a)⁻¹ for b of rows × n.
template <Scalar T>
void trsm_right(Triangle triangle, bool transpose, Index n, Index rows, const T* a, T* b);
/// b ← op(a) · b for a triangular a of n × n and b of n × columns.
template <Scalar T>
void trmm(Triangle triangle, bool transpose, Index n, Index columns, const T* a, T* b);

/// One pool of threads: BLAS and LAPACK run on the thread that calls them, since OpenBLAS's own threads beside the pool's would fight for the
/// processors. Whoever calls either calls this before.
void leave_threads_to_the_pool();

/// op(a) · op(b) of two matrices, where op transposes if its flag is set. Throws ShapeError naming both shapes where an operand does not have two
/// axes or the inner dimensions differ.
template <Scalar T>
Array<T> matrix_product(const Array<T>& a, const Array<T>& b, bool transpose_a = false, bool transpose_b = false, SourceLocation where = {});

} // namespace xtgrad
