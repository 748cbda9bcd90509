#include <xtgrad/autograd.hpp>
#include <xtgrad/nn.hpp>

#include "workloads.hpp"

namespace xtgrad::benchmarks {

namespace {

using V = Variable<float>;

template <class Function>
void add_function(Program& program, const std::string& name, const Function& function) {
    constexpr std::size_t n = ReductionData::extent;
    program.add("reduction/" + name, [function] {
        return [function, x = V(as_array<float>(ReductionData().x, {n, n, n}))] { benchmark::DoNotOptimize(function(x)); };
    });
}

} // namespace

void add_reductions(Program& program) {
    for (const Index axis : {0, 1, 2}) {
        const std::string at = "/axis:" + std::to_string(axis);
        add_function(program, "sum" + at, [axis](const V& x) { return sum(x, axis); });
        add_function(program, "mean" + at, [axis](const V& x) { return mean(x, axis); });
        add_function(program, "amax" + at, [axis](const V& x) { return amax(x, axis); });
        add_function(program, "logsumexp" + at, [axis](const V& x) { return logsumexp(x, axis); });
        add_function(program, "softmax" + at, [axis](const V& x) { return nn::softmax(x, axis); });
    }
    add_function(program, "sum/all", [](const V& x) { return sum(x); });
    add_function(program, "mean/all", [](const V& x) { return mean(x); });
    add_function(program, "amax/all", [](const V& x) { return amax(x); });
    add_function(program, "logsumexp/all", [](const V& x) { return logsumexp(x); });
}

} // namespace xtgrad::benchmarks
