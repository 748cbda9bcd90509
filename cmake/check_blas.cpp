// One product of a 2×3 and a 3×2 matrix, the second transposed: exit status 0 if BLAS computes it.
#include <cblas.h>

int main() {
    const double a[]        = {1, 2, 3, 4, 5, 6};
    const double b[]        = {7, 8, 9, 10, 11, 12};
    const double expected[] = {50, 68, 122, 167};
    double       c[]        = {-1, -1, -1, -1};
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, 2, 2, 3, 1.0, a, 3, b, 3, 0.0, c, 2);
    for (int place = 0; place < 4; ++place) {
        if (c[place] != expected[place]) return 1;
    }
    return 0;
}
