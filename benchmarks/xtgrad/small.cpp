#include "xor.hpp"

namespace xtgrad::benchmarks {

namespace {

void add_chain(Program& program, std::size_t elements) {
    program.add(
        "W2/chain/elements:" + std::to_string(elements),
        [elements] {
            return [start = as_array<double>(ChainData::start(elements), {elements})] {
                Tape             tape;
                const auto       x = tape.watch(start);
                Variable<double> y = x;
                for (std::size_t n = 0; n < ChainData::operations; ++n) y = y * x;
                benchmark::DoNotOptimize(tape.gradient(sum(y), x));
            };
        },
        ChainData::operations);
}

} // namespace

void add_small(Program& program) {
    program.add(
        "W1/xor/batch:1",
        [] {
            std::vector<std::pair<Variable<double>, Variable<double>>> samples;
            for (std::size_t sample = 0; sample < 4; ++sample) samples.emplace_back(xor_inputs(sample, 1), xor_targets(sample, 1));
            return [network = std::make_shared<XorNetwork>(), samples] {
                for (const auto& [x, target] : samples) network->step(x, target);
            };
        },
        4);
    program.add("W1/xor/batch:4", [] {
        return [network = std::make_shared<XorNetwork>(), x = Variable<double>(xor_inputs(0, 4)), target = Variable<double>(xor_targets(0, 4))] {
            network->step(x, target);
        };
    });
    add_chain(program, 4);
    add_chain(program, 1);
}

} // namespace xtgrad::benchmarks
