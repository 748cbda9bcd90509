#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>
#include <string>

#include <xtgrad/handwritten/labels.hpp>
#include <xtgrad/handwritten/training.hpp>

using namespace xtgrad;
using namespace xtgrad::handwritten;

namespace {

// Points around three corners, with their classes: learnt by a line.
struct Clusters {
    Array<double> inputs  = zeros<double>({90, 2});
    Array<Index>  labels  = zeros<Index>({90});
    Array<double> targets = zeros<double>({90, 3});

    Clusters() {
        Random                      random{1};
        const std::array<double, 6> corners{0, 3, 3, 0, -3, -3};
        for (std::size_t sample = 0; sample < 90; ++sample) {
            labels(sample) = static_cast<Index>(sample % 3);
            for (const std::size_t axis : {0U, 1U}) inputs(sample, axis) = corners[sample % 3 * 2 + axis] + 0.5 * random.normal();
        }
        targets = one_hot<double>(labels, 3);
    }
};

struct Quiet {
    std::ostringstream log, bar;

    TrainingOptions options(int epochs) {
        TrainingOptions result;
        result.batch_size    = 20;
        result.progress      = {&bar, true, [] { return 0.0; }};
        result.log           = &log;
        result.epochs        = epochs;
        result.learning_rate = 0.05;
        return result;
    }
};

Network<double> make_network() {
    Random          random{2};
    Network<double> network;
    network.add(Linear<double>(2, 3, random));
    network.add(SoftMax<double>());
    return network;
}

} // namespace

TEST_CASE("train learns clusters, with a bar and a line an epoch, and validate agrees with it") {
    const Clusters             data;
    Quiet                      quiet;
    Network<double>            network = make_network();
    const CrossEntropy<double> cost;
    TrainingOptions            options = quiet.options(10);
    int                        called  = 0;
    options.after_epoch                = [&](int epoch, const EpochResult& result) {
        CHECK(epoch == called++);
        CHECK(result.samples == 90);
        return true;
    };
    const std::vector<EpochResult> results = train(network, cost, data.inputs, data.targets, options);
    CHECK(called == 10);
    CHECK(results.size() == 10);
    CHECK(results.front().batches == 5);
    CHECK(results.back().cost < results.front().cost / 2);
    CHECK(results.back().accuracy > 0.98);

    const std::string log = quiet.log.str();
    CHECK(std::count(log.begin(), log.end(), '\n') == 10);
    CHECK(log.find("epoch 1: cost=") == 0);
    CHECK(log.find(", accuracy=") != std::string::npos);
    CHECK(quiet.bar.str().find("epoch 10: 90 samples") != std::string::npos);

    quiet.log.str("");
    const EpochResult all = validate(network, cost, data.inputs, data.targets, quiet.options(0));
    CHECK(quiet.log.str().find("validation: cost=") == 0);
    CHECK(all.accuracy == accuracy(network.forward(data.inputs), data.targets));
    CHECK(validate(network, cost, data.inputs, data.targets, quiet.options(0)).cost == all.cost);
}

TEST_CASE("An epoch's cost is the sum over its batches of the estimate before each step, in the order asked for") {
    const Clusters                data;
    Quiet                         quiet;
    const MeanSquareError<double> cost;
    Random                        random{3};
    const auto                    permutation = random.permutation(90);
    Array<Index>                  order       = zeros<Index>({90});
    std::copy(permutation.begin(), permutation.end(), order.data());

    Network<double> network = make_network();
    TrainingOptions options = quiet.options(1);
    options.batch_size      = 40;
    options.order           = [&](int) { return order; };
    const EpochResult epoch = train(network, cost, data.inputs, data.targets, options).front();

    Network<double> by_hand = make_network();
    double          sum     = 0;
    std::size_t     right   = 0;
    for (const auto& [first, last] : {std::pair{0U, 40U}, std::pair{40U, 80U}, std::pair{80U, 90U}}) {
        Array<double> inputs = zeros<double>({last - first, 2}), targets = zeros<double>({last - first, 3});
        for (std::size_t row = first; row < last; ++row) {
            for (std::size_t axis = 0; axis < 2; ++axis) inputs(row - first, axis) = data.inputs(order[row], axis);
            for (std::size_t axis = 0; axis < 3; ++axis) targets(row - first, axis) = data.targets(order[row], axis);
        }
        const StepResult step = train_step<double>(by_hand, cost, inputs, targets, options.learning_rate);
        sum += step.cost;
        right += step.correct;
    }
    CHECK(epoch.cost == sum);
    CHECK(epoch.accuracy == static_cast<double>(right) / 90);
    CHECK(network.forward(data.inputs) == by_hand.forward(data.inputs));
}

TEST_CASE("train stops cleanly where it is told to, and says so") {
    const Clusters             data;
    Quiet                      quiet;
    Network<double>            network = make_network();
    const CrossEntropy<double> cost;
    TrainingOptions            options     = quiet.options(10);
    int                        asked       = 0;
    options.stop                           = [&] { return ++asked > 7; };
    const std::vector<EpochResult> results = train(network, cost, data.inputs, data.targets, options);
    CHECK(results.size() == 2);
    CHECK(!results[0].stopped);
    CHECK(results[1].stopped);
    CHECK(results[1].samples == 40);
    CHECK(quiet.bar.str().find("epoch 2: stopped early, after 40 of 90 samples in 0.0 s: interrupted\n") != std::string::npos);

    TrainingOptions once = quiet.options(10);
    once.after_epoch     = [](int, const EpochResult&) { return false; };
    CHECK(train(network, cost, data.inputs, data.targets, once).size() == 1);
}

TEST_CASE("train and validate refuse what cannot be trained on") {
    const Clusters             data;
    Quiet                      quiet;
    Network<double>            network = make_network();
    const CrossEntropy<double> cost;
    const auto                 attempt = [&](auto change) {
        TrainingOptions options = quiet.options(1);
        change(options);
        train(network, cost, data.inputs, data.targets, options);
    };
    CHECK_NOTHROW(attempt([](TrainingOptions&) {}));
    CHECK_THROWS_AS(attempt([](TrainingOptions& options) { options.batch_size = 0; }), ValueError);
    CHECK_THROWS_AS(attempt([](TrainingOptions& options) { options.epochs = -1; }), ValueError);
    CHECK_THROWS_AS(attempt([](TrainingOptions& options) { options.learning_rate = std::nan(""); }), ValueError);
    CHECK_THROWS_AS(attempt([](TrainingOptions& options) { options.order = [](int) { return Array<Index>{90}; }; }), ValueError);
    CHECK_THROWS_AS(train(network, cost, data.inputs, zeros<double>({89, 3}), quiet.options(1)), ShapeError);
    CHECK_THROWS_AS(validate(network, cost, zeros<double>({90, 7}), data.targets, quiet.options(1)), ShapeError);

    const EpochResult nothing = train(network, cost, zeros<double>({0, 2}), zeros<double>({0, 3}), quiet.options(1)).front();
    CHECK(nothing.cost == 0);
    CHECK(std::isnan(nothing.accuracy));
}
