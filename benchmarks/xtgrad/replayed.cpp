// Workloads as recorded programs that are replayed.

#include <xtgrad/autograd/program.hpp>

#include "classifier.hpp"
#include "xor.hpp"

namespace xtgrad::benchmarks {

namespace {

// A compiled step of XOR, with all it refers to.
struct ReplayedXor {
    using V    = Variable<double>;
    using Step = std::function<void(const V&, const V&)>;

    XorNetwork                   network;
    std::vector<std::pair<V, V>> samples;
    Step                         step;

    explicit ReplayedXor(std::size_t batch) {
        for (std::size_t first = 0; first < 4; first += batch) samples.emplace_back(xor_inputs(first, batch), xor_targets(first, batch));
        const auto eager = [this](const V& x, const V& target) {
            Tape       tape;
            const auto loss = nn::half_square_error(network(x), target);
            network.sgd.step(tape.gradient(loss, network.parameters, as_variables));
        };
        auto program =
            std::make_shared<decltype(compile(eager, samples[0].first, samples[0].second))>(compile(eager, samples[0].first, samples[0].second));
        step = [program](const V& x, const V& target) { (*program)(x, target); };
    }
    ReplayedXor(const ReplayedXor&)            = delete;
    ReplayedXor& operator=(const ReplayedXor&) = delete;
};

} // namespace

void add_replayed(Program& program) {
    for (const std::size_t batch : {1UL, 4UL}) {
        program.add(
            "W1/xor/batch:" + std::to_string(batch) + "/replayed",
            [batch] {
                return [replayed = std::make_shared<ReplayedXor>(batch)] {
                    for (const auto& [x, target] : replayed->samples) replayed->step(x, target);
                };
            },
            static_cast<double>(4 / batch));
    }
    for (const std::size_t elements : {4UL, 1UL}) {
        program.add(
            "W2/chain/elements:" + std::to_string(elements) + "/replayed",
            [elements] {
                const Variable<double> start(as_array<double>(ChainData::start(elements), {elements}));
                const auto             power = [](const Variable<double>& x) {
                    return gradient(
                        [](const Variable<double>& of) {
                            Variable<double> y = of;
                            for (std::size_t n = 0; n < ChainData::operations; ++n) y = y * of;
                            return sum(y);
                        },
                        x);
                };
                auto compiled = std::make_shared<decltype(compile(power, start))>(compile(power, start));
                return [compiled, start] { benchmark::DoNotOptimize((*compiled)(start)); };
            },
            ChainData::operations);
    }
}

} // namespace xtgrad::benchmarks
