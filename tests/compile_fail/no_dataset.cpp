// Batches are made of a dataset: something with size() and operator[].
// expect: a dataset needs size.. and operator.*std::size_t

#include <vector>

#include <xtgrad/datasets/batches.hpp>

#ifdef XTGRAD_MUST_FAIL
struct Samples {
    double operator[](std::size_t) const { return 0; }
};
#else
using Samples = std::vector<double>;
#endif

auto in_pairs(const Samples& samples) { return xtgrad::datasets::batches(samples, 2); }
