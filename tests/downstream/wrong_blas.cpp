// A BLAS that links and computes nothing, as a broken installation would.
extern "C" void cblas_dgemm() {}
