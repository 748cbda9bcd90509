// Batches refer to their dataset, so that they are not made of a temporary.
// expect: deleted

#include <xtgrad/datasets/gates.hpp>

double sum() {
    double total = 0;
#ifdef XTGRAD_MUST_FAIL
    for (const auto& [inputs, targets] : xtgrad::datasets::xor_gate<double>().batches(2)) total += inputs(0, 0);
#else
    const auto gate = xtgrad::datasets::xor_gate<double>();
    for (const auto& [inputs, targets] : gate.batches(2)) total += inputs(0, 0);
#endif
    return total;
}
