#pragma once

#include <xtgrad/array/factorization_error.hpp>
#include <xtgrad/autograd/functions/arguments.hpp>

namespace xtgrad {

template <Scalar T>
class Variable;
template <Scalar T>
class Operand;

/// What qr gives: `auto [q, r] = qr(a);`
template <Scalar T>
struct QrFactors {
    Variable<T> q, r;
};
/// What eigh gives: `auto [values, vectors] = eigh(a);`
template <Scalar T>
struct EigenDecomposition {
    Variable<T> values, vectors;
};
/// What svd gives: `auto [u, s, vt] = svd(a);`
template <Scalar T>
struct SingularValueDecomposition {
    Variable<T> u, s, vt;
};
/// What slogdet gives: `auto [sign, logabsdet] = slogdet(a);`
template <Scalar T>
struct SignAndLogdet {
    Variable<T> sign, logabsdet;
};

/// What `solve_triangular` reads of its matrix.
struct SolveTriangularOptions {
    bool lower         = true;  ///< the lower triangle; else the upper
    bool transposed    = false; ///< solves aᵀ·x = b
    bool unit_diagonal = false; ///< takes the diagonal for ones without reading it
};

/// How `cov` counts.
struct CovarianceOptions {
    bool  rowvar = true; ///< rows are variables and columns observations; else the other way
    Index ddof   = 1;    ///< divides by the number of observations less this
};

/// A norm of matrices: 1, −1, 2, −2, ±infinity, MatrixNorm::frobenius() or MatrixNorm::nuclear(), as numpy.linalg.norm's `ord`.
class MatrixNorm {
public:
    enum class Kind { frobenius, nuclear, largest_column, smallest_column, largest_row, smallest_row, largest_singular, smallest_singular, none };

    template <class Number>
    requires std::is_arithmetic_v<Number> MatrixNorm(Number order) : MatrixNorm(static_cast<double>(order)) {}
    MatrixNorm(double order);
    static MatrixNorm frobenius() { return MatrixNorm(Kind::frobenius); }
    static MatrixNorm nuclear() { return MatrixNorm(Kind::nuclear); }

    /// Kind::none for an order that there is not.
    Kind   kind() const noexcept { return kind_; }
    double order() const noexcept { return order_; }

private:
    explicit MatrixNorm(Kind kind) : kind_(kind) {}

    Kind   kind_;
    double order_ = 0;
};

namespace ops {

template <Scalar T>
Variable<T> dot(const Operand<T>& a, const Operand<T>& b);
template <Scalar T>
Variable<T> inner(const Operand<T>& a, const Operand<T>& b);
template <Scalar T>
Variable<T> outer(const Operand<T>& a, const Operand<T>& b);
template <Scalar T>
Variable<T> vdot(const Operand<T>& a, const Operand<T>& b);
template <Scalar T>
Variable<T> tensordot(const Operand<T>& a, const Operand<T>& b, Index count);
template <Scalar T>
Variable<T> tensordot(const Operand<T>& a, const Operand<T>& b, const Axes& axes_a, const Axes& axes_b);
template <Scalar T>
Variable<T> kron(const Operand<T>& a, const Operand<T>& b);
template <Scalar T>
Variable<T> cross(const Operand<T>& a, const Operand<T>& b, Index axis);
template <Scalar T>
Variable<T> solve(const Operand<T>& a, const Operand<T>& b);
template <Scalar T>
Variable<T> solve_triangular(const Operand<T>& a, const Operand<T>& b, const SolveTriangularOptions& options);
template <Scalar T>
Variable<T> cholesky_solve(const Operand<T>& b, const Operand<T>& l);
template <Scalar T>
Variable<T> lstsq(const Operand<T>& a, const Operand<T>& b, double rcond);
template <Scalar T>
Variable<T> cdist(const Operand<T>& a, const Operand<T>& b, double p);

template <Scalar T>
Variable<T> inv(const Variable<T>& a, SourceLocation where);
template <Scalar T>
Variable<T> pinv(const Variable<T>& a, double rcond, SourceLocation where);
template <Scalar T>
Variable<T> cholesky(const Variable<T>& a, SourceLocation where);
template <Scalar T>
Variable<T> cholesky_logdet(const Variable<T>& l, SourceLocation where);
template <Scalar T>
QrFactors<T> qr(const Variable<T>& a, SourceLocation where);
template <Scalar T>
EigenDecomposition<T> eigh(const Variable<T>& a, SourceLocation where);
template <Scalar T>
Variable<T> eigvalsh(const Variable<T>& a, SourceLocation where);
template <Scalar T>
SingularValueDecomposition<T> svd(const Variable<T>& a, SourceLocation where);
template <Scalar T>
Variable<T> svdvals(const Variable<T>& a, SourceLocation where);
template <Scalar T>
Variable<T> det(const Variable<T>& a, SourceLocation where);
template <Scalar T>
SignAndLogdet<T> slogdet(const Variable<T>& a, SourceLocation where);
template <Scalar T>
Variable<T> logdet(const Variable<T>& a, SourceLocation where);
template <Scalar T>
Variable<T> matrix_norm(const Variable<T>& a, const MatrixNorm& order, bool keep, SourceLocation where);
/// Of the matrices that two axes make, the first of which counts rows.
template <Scalar T>
Variable<T> matrix_norm(const Variable<T>& a, const MatrixNorm& order, const std::array<Index, 2>& axes, bool keep, SourceLocation where);
template <Scalar T>
Variable<T> cond(const Variable<T>& a, const MatrixNorm& order, SourceLocation where);
template <Scalar T>
Variable<T> matrix_power(const Variable<T>& a, Index exponent, SourceLocation where);
template <Scalar T>
Variable<T> matrix_exp(const Variable<T>& a, SourceLocation where);
template <Scalar T>
Variable<T> cov(const Variable<T>& x, const CovarianceOptions& options, SourceLocation where);
template <Scalar T>
Variable<T> corrcoef(const Variable<T>& x, bool rowvar, SourceLocation where);

} // namespace ops

/// Products, and solutions of linear systems. Matrices stand in the last two axes; the axes before them broadcast.
template <Scalar T>
class LinearSystemFunctions {
    using V  = Variable<T>;
    using In = const Operand<T>&;

public:
    /// The product of numpy.dot: Σᵢ aᵢbᵢ of two vectors; the matrix product of two matrices; the ordinary product where one is a single number; else
    /// the sum over the last axis of a and the last but one (the only one) of b. Throws ShapeError where these extents differ.
    friend V dot(In a, In b) { return ops::dot<T>(a, b); }
    /// The sum of products over the last axes of both, as numpy.inner; an ordinary product where one is a single number. Throws ShapeError where the
    /// last extents differ.
    friend V inner(In a, In b) { return ops::inner<T>(a, b); }
    /// The matrix aᵢbⱼ of the elements of both in row-major order, as numpy.outer.
    friend V outer(In a, In b) { return ops::outer<T>(a, b); }
    /// Σᵢ aᵢbᵢ over the elements of both in row-major order, as numpy.vdot. Throws ShapeError where the sizes differ.
    friend V vdot(In a, In b) { return ops::vdot<T>(a, b); }
    /// The sum of products over the last `count` axes of a and the first `count` axes of b, as numpy.tensordot; with 0 every product. Throws
    /// ShapeError where these extents differ or there are too few.
    friend V tensordot(In a, In b, Index count = 2) { return ops::tensordot<T>(a, b, count); }
    /// The sum of products over pairs of axes, the first of `axes_a` with the first of `axes_b` and so on; the other axes of a come first in the
    /// result. As numpy.tensordot. Throws ShapeError where the extents of a pair or the numbers of axes differ, or an axis is named twice.
    friend V tensordot(In a, In b, const Axes& axes_a, const Axes& axes_b) { return ops::tensordot<T>(a, b, axes_a, axes_b); }
    /// The Kronecker product of numpy.kron: blocks aᵢⱼ·b. With fewer axes an operand counts as having leading axes of extent 1.
    friend V kron(In a, In b) { return ops::kron<T>(a, b); }
    /// The vector product along an axis of extent 3 of both; the other axes broadcast. As numpy.linalg.cross. Throws ShapeError for another extent.
    friend V cross(In a, In b, Index axis = -1) { return ops::cross<T>(a, b, axis); }

    /// The x of a·x = b for square a, by an LU factorization with partial pivoting: b is a vector where it has one axis, else a matrix of right
    /// sides. As numpy.linalg.solve. Throws FactorizationError for a singular matrix, and ShapeError where the shapes do not fit.
    friend V solve(In a, In b) { return ops::solve<T>(a, b); }
    /// The x of a·x = b (or aᵀ·x = b) for a triangular a, of which the other triangle is not read and has gradient 0; b is a vector where it has one
    /// axis. Throws FactorizationError where an element of the diagonal is 0, and ShapeError where the shapes do not fit.
    friend V solve_triangular(In a, In b, const SolveTriangularOptions& options = {}) { return ops::solve_triangular<T>(a, b, options); }
    /// The x of (l·lᵀ)·x = b from the lower factor that cholesky gives; b is a vector where it has one axis. The order of arguments is PyTorch's.
    /// Throws FactorizationError where an element of the diagonal is 0, and ShapeError where the shapes do not fit.
    friend V cholesky_solve(In b, In l) { return ops::cholesky_solve<T>(b, l); }
    /// The x of least norm among those that make ‖a·x − b‖₂ least, pinv(a)·b: the solution that numpy.linalg.lstsq gives. b is a vector where it has
    /// one axis. Singular values of at most `rcond` times the largest count as 0; −1 stands for max(m, n)·ε. The gradient is that at constant rank.
    friend V lstsq(In a, In b, double rcond = -1) { return ops::lstsq<T>(a, b, rcond); }
    /// The distances (Σₖ|aᵢₖ − bⱼₖ|ᵖ)^(1/p) between the rows of a, [..., n, k], and of b, [..., m, k]: [..., n, m]. p is from 0 to infinity: 0 counts
    /// the elements that differ, infinity takes the largest difference. As torch.cdist. The gradient at equal rows is 0. Throws ValueError for
    /// another p.
    friend V cdist(In a, In b, double p = 2) { return ops::cdist<T>(a, b, p); }
};

/// Factorizations and functions of matrices, in the last two axes; the axes before them are batch axes. `Self` is Variable or Parameter, by value: an
/// exact match, against which xtensor's templates lose.
template <Scalar T, class Self>
class LinearAlgebraFunctions {
    using V = Variable<T>;

    // NOLINTBEGIN(performance-unnecessary-value-param)
public:
    /// The inverse of a square matrix. Throws FactorizationError for a singular one.
    friend V inv(Self a, SourceLocation where = {}) { return ops::inv<T>(a, where); }
    /// The Moore–Penrose inverse, by singular values; those of at most `rcond` times the largest count as 0, where −1 stands for max(m, n)·ε. As
    /// numpy.linalg.pinv. The gradient (Golub and Pereyra 1973) is that at constant rank.
    friend V pinv(Self a, double rcond = -1, SourceLocation where = {}) { return ops::pinv<T>(a, rcond, where); }
    /// The lower triangular l with a = l·lᵀ of a symmetric positive definite matrix. Throws ValueError where |aᵢⱼ − aⱼᵢ| exceeds 1e-8·max|a| (1e-4 in
    /// float), FactorizationError where a is not positive definite. The gradient is symmetric.
    friend V cholesky(Self a, SourceLocation where = {}) { return ops::cholesky<T>(a, where); }
    /// log det(l·lᵀ) = 2·Σ log lᵢᵢ, from the lower factor that cholesky gives. NaN where an element of the diagonal is negative.
    friend V cholesky_logdet(Self l, SourceLocation where = {}) { return ops::cholesky_logdet<T>(l, where); }
    /// a = q·r with orthonormal columns q, [..., m, k], and upper triangular r, [..., k, n], k = min(m, n): numpy.linalg.qr's reduced form. The
    /// gradient needs the first k columns to be independent and throws FactorizationError otherwise. There is no complete form: further columns of q
    /// would be any basis of what is orthogonal to a, which is not a function of a, and so has no derivative.
    friend QrFactors<T> qr(Self a, SourceLocation where = {}) { return ops::qr<T>(a, where); }
    /// Eigenvalues in ascending order and eigenvectors as columns of a symmetric matrix. Throws ValueError where |aᵢⱼ − aⱼᵢ| exceeds 1e-8·max|a|
    /// (1e-4 in float). The gradient is symmetric; that of the eigenvectors throws ValueError where two eigenvalues differ by at most 1e-10·‖a‖ (1e-5
    /// in float).
    friend EigenDecomposition<T> eigh(Self a, SourceLocation where = {}) { return ops::eigh<T>(a, where); }
    /// The eigenvalues of a symmetric matrix in ascending order, as eigh. Where some are equal the gradient is that of one basis of eigenvectors.
    friend V eigvalsh(Self a, SourceLocation where = {}) { return ops::eigvalsh<T>(a, where); }
    /// a = u·diag(s)·vt with s in descending order, u of [..., m, k] and vt of [..., k, n], k = min(m, n): numpy.linalg.svd without full matrices.
    /// The gradient of u and vt throws ValueError where two singular values differ by at most 1e-10·‖a‖ (1e-5 in float), and, for m ≠ n, where one is
    /// as near to 0. There are no full matrices: further columns of u or rows of vt would be any basis of a null space, which is not a function of a,
    /// and so has no derivative.
    friend SingularValueDecomposition<T> svd(Self a, SourceLocation where = {}) { return ops::svd<T>(a, where); }
    /// The singular values in descending order. One of at most max(m, n)·ε times the largest counts as 0 and has gradient 0.
    friend V svdvals(Self a, SourceLocation where = {}) { return ops::svdvals<T>(a, where); }
    /// The determinant of a square matrix; of one without elements 1. The gradient of a singular matrix is the transposed adjugate too.
    friend V det(Self a, SourceLocation where = {}) { return ops::det<T>(a, where); }
    /// The sign of the determinant and the logarithm of its absolute value, which do not overflow: 0 and −inf for a singular matrix, whose gradient
    /// is NaN. The sign has no gradient.
    friend SignAndLogdet<T> slogdet(Self a, SourceLocation where = {}) { return ops::slogdet<T>(a, where); }
    /// The logarithm of the determinant: NaN, with gradient NaN, where it is negative; −inf where it is 0.
    friend V logdet(Self a, SourceLocation where = {}) { return ops::logdet<T>(a, where); }
    /// A norm of each matrix, Frobenius's unless told otherwise: sums of columns or rows (1, −1, ±infinity), singular values (2, −2, nuclear). Norms
    /// of sums share the gradient among equals; at 0 the gradient is 0. Throws ValueError for an order that there is not.
    friend V matrix_norm(Self a, SourceLocation where = {}) { return ops::matrix_norm<T>(a, MatrixNorm::frobenius(), false, where); }
    friend V matrix_norm(Self a, MatrixNorm order, SourceLocation where = {}) { return ops::matrix_norm<T>(a, order, false, where); }
    /// The same with the two axes kept at extent 1.
    friend V matrix_norm(Self a, MatrixNorm order, KeepDims, SourceLocation where = {}) { return ops::matrix_norm<T>(a, order, true, where); }
    /// The norm of the matrices whose rows are counted by the first of two axes and whose columns by the second, as numpy.linalg.norm with a pair of
    /// axes. Throws ShapeError where an axis is out of range or named twice.
    template <std::integral I>
    friend V matrix_norm(Self a, MatrixNorm order, const I (&axes)[2], SourceLocation where = {}) {
        return ops::matrix_norm<T>(a, order, std::array{static_cast<Index>(axes[0]), static_cast<Index>(axes[1])}, false, where);
    }
    /// The norm of the matrices in two axes, which are kept at extent 1.
    template <std::integral I>
    friend V matrix_norm(Self a, MatrixNorm order, const I (&axes)[2], KeepDims, SourceLocation where = {}) {
        return ops::matrix_norm<T>(a, order, std::array{static_cast<Index>(axes[0]), static_cast<Index>(axes[1])}, true, where);
    }
    /// The condition number in a norm of matrices: the quotient of the largest and the smallest singular value for 2 and −2 the other way, else
    /// ‖a‖·‖a⁻¹‖, for square matrices. Infinity for a singular matrix in the norm 2; the others throw FactorizationError.
    friend V cond(Self a, MatrixNorm order = 2, SourceLocation where = {}) { return ops::cond<T>(a, order, where); }
    /// The matrix multiplied by itself, by repeated squaring; of its inverse for negative exponents; the identity for 0.
    friend V matrix_power(Self a, Index exponent, SourceLocation where = {}) { return ops::matrix_power<T>(a, exponent, where); }
    /// The matrix exponential Σ aᵏ/k!, by scaling and squaring of a Padé approximant (Higham 2005).
    friend V matrix_exp(Self a, SourceLocation where = {}) { return ops::matrix_exp<T>(a, where); }
    /// The covariance matrix of variables in rows and observations in columns, as numpy.cov; of one axis the variance, a single number. Of too few
    /// observations NaN or infinity, as the division by their number less `ddof` gives.
    friend V cov(Self x, CovarianceOptions options = {}, SourceLocation where = {}) { return ops::cov<T>(x, options, where); }
    /// The matrix of Pearson's correlation coefficients of variables in rows (or in columns), as numpy.corrcoef. NaN for a constant variable.
    friend V corrcoef(Self x, bool rowvar = true, SourceLocation where = {}) { return ops::corrcoef<T>(x, rowvar, where); }
    // NOLINTEND(performance-unnecessary-value-param)
};

} // namespace xtgrad
