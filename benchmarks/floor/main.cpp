// The floors: each workload's step written by hand, with cblas and plain loops.

#include <memory>

#include "../program.hpp"
#include "../training.hpp"
#include "convolution.hpp"
#include "determinant.hpp"
#include "elementwise.hpp"
#include "hamlet.hpp"
#include "lenet.hpp"
#include "mlp.hpp"
#include "reduction.hpp"
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

template <class Network, class Data>
void train_network(const Course& course, int seed, const Data& data) {
    Network network(data, Update::adam);
    train(course, seed,
          {.step =
               [&](const float* images, const std::int64_t* labels) {
                   network.load(images, labels);
                   network.step();
               },
           .answers = [&](const float* images, std::vector<std::int64_t>& to) { network.answers(images, to); }});
}

void add_trainings(Program& program) {
    program.add_training("W6/mlp", [](int seed) { train_network<Mlp>(mlp_course, seed, mlp_to_train(seed)); });
    program.add_training("W6/lenet", [](int seed) { train_network<Lenet>(lenet_course, seed, lenet_to_train(seed)); });
}

template <std::size_t inputs, std::size_t outputs, std::size_t side>
void add_convolution(Program& program, const std::string& name) {
    program.add("W5b/conv/" + name, [] {
        return [step = std::make_shared<Convolution<inputs, outputs, side>>(ConvolutionStepData(inputs, outputs, side))] { step->step(); };
    });
}

void add_determinant(Program& program) {
    for (const std::size_t size : {64UL, 256UL}) {
        program.add("W7/logdet/n:" + std::to_string(size),
                    [size] { return [step = std::make_shared<Determinant>(DeterminantData(size))] { benchmark::DoNotOptimize(step->step()); }; });
    }
}

void add_reductions(Program& program) {
    using Function = void (Reduction::*)();
    for (const auto& [name, function] : {std::pair<std::string, Function>{"sum", &Reduction::sum},
                                         {"mean", &Reduction::mean},
                                         {"amax", &Reduction::amax},
                                         {"logsumexp", &Reduction::logsumexp},
                                         {"softmax", &Reduction::softmax}}) {
        for (const int axis : {0, 1, 2, -1}) {
            if (axis < 0 && name == "softmax") continue;
            program.add("reduction/" + name + (axis < 0 ? "/all" : "/axis:" + std::to_string(axis)), [axis, function = function] {
                return [reduction = std::make_shared<Reduction>(ReductionData(), axis), function] { ((*reduction).*function)(); };
            });
        }
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
    add_convolution<32, 64, 3>(program, "3x3");
    add_convolution<64, 64, 1>(program, "1x1");
    add_determinant(program);
    add_hamlet(program);
    add_reductions(program);
    add_trainings(program);
    return program.run(argc, argv);
}
