// xtgrad's side of the workloads.

#include <xtgrad/array/threads.hpp>

#include "workloads.hpp"

int main(int argc, char** argv) {
    using namespace xtgrad::benchmarks;
    Program program("xtgrad", [](int count) { xtgrad::set_num_threads(static_cast<std::size_t>(count)); });
    add_small(program);
    add_elementwise(program);
    add_mlp(program);
    add_convolutions(program);
    add_determinant(program);
    add_replayed(program);
    add_hamlet(program);
    add_reductions(program);
    add_functions(program);
    add_scaling(program);
    return program.run(argc, argv);
}
