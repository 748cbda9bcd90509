#include <doctest/doctest.h>

#include <xtgrad/array/buffer_pool.hpp>
#include <xtgrad/autograd.hpp>
#include <xtgrad/nn.hpp>
#include <xtgrad/optim.hpp>

using namespace xtgrad;

namespace {

struct Problem {
    Array<float> images = Random(1).uniform_array<float>({32, 20});
    Array<Index> labels = full<Index>({32}, 0);

    Problem() {
        for (std::size_t row = 0; row < 32; ++row) labels(row) = images(row, 0) + images(row, 1) > 1 ? 1 : 0;
    }
};

template <class Optimizer>
void check_steady(const Optimizer& make) {
    const Problem         problem;
    nn::Parameters<float> parameters(1);
    const nn::Sequential  model{nn::Linear<float>(parameters / "hidden", 20, 30), nn::Sigmoid{}, nn::Linear<float>(parameters / "output", 30, 2)};
    auto                  optimizer = make(parameters);
    const auto            step      = [&] {
        Tape       tape;
        const auto loss = nn::cross_entropy(model(Variable<float>(problem.images)), problem.labels);
        optimizer.step(tape.gradient(loss, parameters));
    };
    step();
    step();
    const BufferStatistics before = BufferPool::statistics();
    for (int round = 0; round < 50; ++round) step();
    const BufferStatistics after = BufferPool::statistics();
    CHECK(after.system_allocations == before.system_allocations);
    CHECK(after.bytes_reserved == before.bytes_reserved);
    CHECK(after.bytes_in_use <= before.bytes_in_use);
}

} // namespace

TEST_CASE("After the first training steps a step asks the system for no memory, and nothing grows") {
    check_steady([](auto& parameters) { return optim::Sgd<float>(parameters, {.learning_rate = 0.1F, .momentum = 0.9F}); });
    check_steady([](auto& parameters) { return optim::Adam<float>(parameters); });
}

TEST_CASE("A network learns a simple rule, with the same bits from the same seed") {
    const auto train = [](std::uint64_t seed_of_all) {
        const Problem         problem;
        nn::Parameters<float> parameters(seed_of_all);
        const nn::Sequential  model{nn::Linear<float>(parameters / "hidden", 20, 16), nn::Tanh{}, nn::Linear<float>(parameters / "output", 16, 2)};
        optim::Adam<float>    adam(parameters, {.learning_rate = 0.02F});
        std::vector<float>    losses;
        for (int step = 0; step < 150; ++step) {
            Tape       tape;
            const auto loss = nn::cross_entropy(model(Variable<float>(problem.images)), problem.labels);
            losses.push_back(loss.item());
            adam.step(tape.gradient(loss, parameters));
        }
        const auto  answers = argmax(model(Variable<float>(problem.images)), 1);
        std::size_t right   = 0;
        for (std::size_t row = 0; row < 32; ++row) right += answers(row) == problem.labels(row) ? 1U : 0U;
        CHECK(right == 32);
        CHECK(losses.back() < 0.05F);
        return losses;
    };
    CHECK(train(1) == train(1));
    CHECK(train(1) != train(2));
}
