#pragma once

#include <vector>

#include <xtgrad/array/array.hpp>

/// The factorizations of LAPACK on contiguous row-major matrices of n × n elements (m × n where it is said). Where a matrix has an element that is
/// not finite, what is made of it is NaN throughout. Extents must be ints. A status is 0 for success.
namespace xtgrad::lapack {

/// The lower factor l of a = l·lᵀ in place of a symmetric positive definite a, of which the lower triangle is read; what is above the diagonal
/// becomes 0. Returns the order of the first leading minor that is not positive.
template <Scalar T>
std::size_t cholesky(std::size_t n, T* a);
/// (l·lᵀ)⁻¹ in place of the lower triangular l.
template <Scalar T>
void cholesky_inverse(std::size_t n, T* l);

/// The triangular factors of a square matrix with partial pivoting, as they are used row-major: a = l·u with the rows of x exchanged.
template <Scalar T>
struct LuFactors {
    std::vector<T>   factors;
    std::vector<int> exchanges;

    /// Factors a. Returns the order of the first pivot that is 0.
    std::size_t factor(std::size_t n, const T* a);
    /// b ← a⁻¹·b, or a⁻ᵀ·b, for b of n × columns.
    void solve(bool transposed, std::size_t n, std::size_t columns, T* b) const;
    /// 1 or −1.
    T sign() const noexcept;
    /// An estimate of 1/(‖a‖·‖a⁻¹‖) in the 1-norm, whose norm of a is given.
    T reciprocal_condition(std::size_t n, T norm) const;
};

/// a = q·r with m ≥ n: q of m × n with orthonormal columns, and r of n × n, upper triangular.
template <Scalar T>
void qr(std::size_t m, std::size_t n, const T* a, T* q, T* r);
/// Eigenvalues in ascending order, and eigenvectors as columns, of a symmetric a, of which the lower triangle is read.
template <Scalar T>
std::size_t eigh(std::size_t n, const T* a, T* values, T* vectors);
/// a = u·diag(s)·vt of an m × n matrix, k = min(m, n): u of m × k, s of k in descending order, vt of k × n.
template <Scalar T>
std::size_t svd(std::size_t m, std::size_t n, const T* a, T* u, T* s, T* vt);

/// Whether this build has LAPACK: with XTGRAD_USE_BLAS=OFF plain loops stand in.
bool available() noexcept;

} // namespace xtgrad::lapack
