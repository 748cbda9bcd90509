// xtgrad's side of the workloads.

#include <xtgrad/array/threads.hpp>

#include "workloads.hpp"

int main(int argc, char** argv) {
    using namespace xtgrad::benchmarks;
    Program program("xtgrad", [](int count) { xtgrad::set_num_threads(static_cast<std::size_t>(count)); });
    add_small(program);
    add_elementwise(program);
    add_mlp(program);
#ifdef XTGRAD_HAS_CONVOLUTION
    add_convolutions(program);
#endif
#ifdef XTGRAD_HAS_PROGRAM
    add_replayed(program);
#endif
    add_hamlet(program);
    add_reductions(program);
    add_scaling(program);
    return program.run(argc, argv);
}
