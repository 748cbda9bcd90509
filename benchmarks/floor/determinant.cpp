#include "determinant.hpp"

#include <cmath>

#include <cblas.h>

// LAPACK's, which wants every matrix by columns; a symmetric one is the same by rows.
extern "C" {
void dpotrf_(const char* triangle, const int* n, double* a, const int* leading, int* status);
void dpotri_(const char* triangle, const int* n, double* a, const int* leading, int* status);
}

namespace xtgrad::benchmarks::floor {

Determinant::Determinant(const DeterminantData& data)
    : size_(data.size), a_(data.a), x_(data.x), inverse_(size_ * size_), z_(size_), gradient_x_(size_) {}

double Determinant::step() {
    const std::size_t n  = size_;
    const int         in = static_cast<int>(n);
    int               status;
    double*           factor = inverse_.data();
    std::copy_n(a_.data(), n * n, factor);
    dpotrf_("L", &in, factor, &in, &status);
    double logdet = 0;
    for (std::size_t i = 0; i < n; ++i) logdet += std::log(factor[i * n + i]);
    dpotri_("L", &in, factor, &in, &status);
    // LAPACK's lower triangle is the upper one by rows.
    double* __restrict z = z_.data();
    cblas_dsymv(CblasRowMajor, CblasUpper, in, 1, factor, in, x_.data(), 1, 0, z, 1);
    double product = 0;
    for (std::size_t i = 0; i < n; ++i) {
        product += x_[i] * z[i];
        gradient_x_[i] = 2 * z[i];
    }
    // In blocks, because one of two triangles is read or written across its rows.
    constexpr std::size_t block = 16;
    for (std::size_t first = 0; first < n; first += block) {
        for (std::size_t other = first; other < n; other += block) {
            for (std::size_t i = first; i < std::min(first + block, n); ++i) {
                for (std::size_t j = std::max(i, other); j < std::min(other + block, n); ++j) {
                    const double value = factor[i * n + j] - z[i] * z[j];
                    factor[i * n + j]  = value;
                    factor[j * n + i]  = value;
                }
            }
        }
    }
    return 2 * logdet + product;
}

} // namespace xtgrad::benchmarks::floor
