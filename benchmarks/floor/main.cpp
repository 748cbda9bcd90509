// The floors: each workload's step written by hand, with cblas and plain loops.

#include <memory>

#include "../program.hpp"
#include "elementwise.hpp"
#include "hamlet.hpp"
#include "lenet.hpp"
#include "mlp.hpp"
#include "small.hpp"
#include "threads.hpp"

using namespace xtgrad::benchmarks;
using namespace xtgrad::benchmarks::floor;

namespace {

void add_small(Program& program) {
    program.add(
        "W1/xor/batch:1",
        [] {
            return [step = Xor()]() mutable {
                for (std::size_t sample = 0; sample < 4; ++sample) step.one_sample(sample);
                benchmark::DoNotOptimize(step);
            };
        },
        4);
    program.add("W1/xor/batch:4", [] {
        return [step = Xor()]() mutable {
            step.batch_of_four();
            benchmark::DoNotOptimize(step);
        };
    });
    program.add(
        "W2/chain/elements:4", [] { return [step = Chain<4>(ChainData::start(4))]() mutable { benchmark::DoNotOptimize(step.step()); }; },
        ChainData::operations);
    program.add(
        "W2/chain/elements:1", [] { return [step = Chain<1>(ChainData::start(1))]() mutable { benchmark::DoNotOptimize(step.step()); }; },
        ChainData::operations);
}

void add_elementwise(Program& program) {
    using Form = float (Elementwise::*)();
    for (const std::size_t size : {1'000UL, 100'000UL, 1'000'000UL}) {
        const auto add = [&](const std::string& name, Form form) {
            program.add(
                name,
                [size, form] {
                    return [step = std::make_shared<Elementwise>(ElementwiseData(size)), form] { benchmark::DoNotOptimize(((*step).*form)()); };
                },
                static_cast<double>(size));
        };
        const std::string at = "/size:" + std::to_string(size);
        add("W3/map" + at, &Elementwise::two_passes);
        add("W3/map" + at + "+single_pass", &Elementwise::single_pass);
        add("W3/operations" + at, &Elementwise::operation_by_operation);
    }
}

void add_mlp(Program& program) {
    const std::pair<const char*, Update> updates[] = {{"sgd", Update::sgd}, {"sgd+folded", Update::folded}, {"adam", Update::adam}};
    for (const auto& [name, update] : updates) {
        for (const auto& [batch, hidden] : {std::pair{1UL, 128UL}, {64UL, 128UL}, {600UL, 128UL}, {64UL, 1024UL}}) {
            program.add("W4/mlp/hidden:" + std::to_string(hidden) + "/batch:" + std::to_string(batch) + "/" + name,
                        [batch = batch, hidden = hidden, update = update] {
                            return [step = std::make_shared<Mlp>(MlpData(batch, hidden), update)] { benchmark::DoNotOptimize(step->step()); };
                        });
        }
    }
}

void add_lenet(Program& program) {
    for (const auto& [name, update] : {std::pair{"sgd", Update::sgd}, {"adam", Update::adam}}) {
        program.add(std::string("W5/lenet/") + name,
                    [update = update] { return [step = std::make_shared<Lenet>(LenetData(), update)] { benchmark::DoNotOptimize(step->step()); }; });
    }
}

void add_hamlet(Program& program) {
    for (const bool folded : {false, true}) {
        program.add(folded ? "W8/hamlet+folded" : "W8/hamlet",
                    [folded] { return [step = std::make_shared<Hamlet>(HamletData(), folded)] { benchmark::DoNotOptimize(step->step()); }; });
    }
}

} // namespace

int main(int argc, char** argv) {
    Program program("floor", set_threads);
    add_small(program);
    add_elementwise(program);
    add_mlp(program);
    add_lenet(program);
    add_hamlet(program);
    return program.run(argc, argv);
}
