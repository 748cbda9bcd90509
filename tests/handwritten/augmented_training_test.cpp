#include <doctest/doctest.h>

#include <cmath>
#include <sstream>
#include <string>

#include <xtgrad/handwritten/augmented_training.hpp>

#include "numeric.hpp"

using namespace xtgrad;
using namespace xtgrad::handwritten;

namespace {

using Net     = AugmentedNetwork<double>;
using Options = AugmentedTrainingOptions<double>;

const Array<double> gate_inputs = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
const Array<Index>  xor_labels  = {0, 1, 1, 0};

Net make(const std::vector<Index>& extents, std::uint64_t seed, Initialisation initialisation = Initialisation::normal, double bias = 0.0) {
    Random random{seed};
    return Net(initial_weights<double>(extents, initialisation, random, bias));
}

Options quiet() {
    Options options;
    options.progress.is_terminal = false;
    options.warn                 = [](const std::string& message) { FAIL(message); };
    return options;
}

struct Samples {
    Array<double> inputs;
    Array<Index>  labels;

    explicit Samples(std::size_t count) : inputs(Random{1}.normal_array<double>({count, 2})), labels(zeros<Index>({count})) {
        for (std::size_t sample = 0; sample < count; ++sample) labels(sample) = static_cast<Index>(sample * 7 % 3);
    }
};

// One sample as a batch, and the target of a label for three outputs.
Array<double> row(const Array<double>& inputs, std::size_t sample) { return {{inputs(sample, 0), inputs(sample, 1)}}; }

} // namespace

TEST_CASE("Online training learns XOR, and its callback can end it once all four answers are right") {
    Net     network       = make({2, 4, 1}, 3);
    Options options       = quiet();
    options.mode          = StepMode::online;
    options.learning_rate = 2;
    options.epochs        = 5000;
    options.after_epoch   = [](const Net& trained, const AugmentedEpoch&) { return trained.accuracy(gate_inputs, xor_labels) < 1; };
    std::size_t steps     = 0;
    options.after_step    = [&](std::size_t step, double error) {
        CHECK(step == steps++);
        CHECK(error >= 0);
    };
    const auto epochs = train(network, gate_inputs, xor_labels, options);
    CHECK(epochs.size() < 5000);
    CHECK(steps == 4 * epochs.size());
    CHECK(epochs.back().epoch == static_cast<int>(epochs.size()) - 1);
    CHECK(network.accuracy(gate_inputs, xor_labels) == 1);
    CHECK(network.confusion_matrix(gate_inputs, xor_labels) == Array<Index>{{2, 0}, {0, 2}});
    CHECK(network.predict({1, 0}) == 1);
    CHECK(network.predict({1, 1}) == 0);
}

TEST_CASE("Online, mini-batch and batch steps sum the corrections of one, some and all samples") {
    const Samples data(7);
    struct Case {
        StepMode             mode;
        std::optional<Index> batch_size;
        std::size_t          size;
    };
    for (const auto& [mode, given, size] :
         {Case{StepMode::online, {}, 1}, Case{StepMode::mini_batch, 3, 3}, Case{StepMode::batch, {}, 7}, Case{StepMode::mini_batch, {}, 1}}) {
        const std::size_t batch_size = size;
        CAPTURE(batch_size);
        Net     trained = make({2, 3, 3}, 4), by_hand = make({2, 3, 3}, 4);
        Options options       = quiet();
        options.mode          = mode;
        options.batch_size    = given;
        options.epochs        = 2;
        options.learning_rate = 0.5;
        const auto  epochs    = train(trained, data.inputs, data.labels, options);
        std::size_t steps     = 0;
        double      error     = 0;
        for (int epoch = 0; epoch < 2; ++epoch) {
            error = 0;
            for (std::size_t first = 0; first < 7; first += size, ++steps) {
                const std::size_t count  = std::min(size, 7 - first);
                Array<double>     inputs = zeros<double>({count, 2});
                Array<Index>      labels = zeros<Index>({count});
                for (std::size_t place = 0; place < count; ++place) {
                    inputs(place, 0) = data.inputs(first + place, 0);
                    inputs(place, 1) = data.inputs(first + place, 1);
                    labels(place)    = data.labels(first + place);
                }
                error += by_hand.step(inputs, by_hand.encode(labels), 0.5);
            }
        }
        CHECK(epochs.size() == 2);
        CHECK(epochs[0].samples == 7);
        CHECK(epochs[0].steps + epochs[1].steps == steps);
        CHECK(epochs[1].error == error);
        CHECK(trained.weights() == by_hand.weights());
    }
}

TEST_CASE("A step of the caller's own takes the place of the network's, batch by batch") {
    const Samples data(10);
    Net           usual = make({2, 4, 3}, 6), followed = usual;
    Options       options = quiet();
    options.batch_size    = 4;
    options.learning_rate = 0.5;
    const auto  expected  = train(usual, data.inputs, data.labels, options);
    std::size_t steps     = 0;
    options.step          = [&](Net& network, const Array<double>& inputs, const Array<double>& targets) {
        ++steps;
        return network.step(inputs, targets, 0.5);
    };
    const auto epochs = train(followed, data.inputs, data.labels, options);
    CHECK(steps == 5 * 3);
    CHECK(epochs.back().error == expected.back().error);
    CHECK(followed.weights() == usual.weights());

    options.step = [](Net&, const Array<double>&, const Array<double>&) { return 7.0; };
    CHECK(train(followed, data.inputs, data.labels, options).back().error == 7.0 * 3);
    CHECK(followed.weights() == usual.weights());
}

TEST_CASE("Without a batch size a mini-batch is a twentieth of the samples") {
    const Samples data(100);
    Net           network = make({2, 3, 3}, 5);
    Options       options = quiet();
    options.epochs        = 1;
    CHECK(train(network, data.inputs, data.labels, options).front().steps == 20);
}

TEST_CASE("A batch size that is given and ignored is warned of, in online and in batch mode") {
    const Samples            data(6);
    Net                      network = make({2, 3, 3}, 6);
    std::vector<std::string> warnings;
    for (const StepMode mode : {StepMode::online, StepMode::batch}) {
        Options options    = quiet();
        options.mode       = mode;
        options.batch_size = 2;
        options.epochs     = 1;
        options.warn       = [&](const std::string& message) { warnings.push_back(message); };
        CHECK(train(network, data.inputs, data.labels, options).front().steps == (mode == StepMode::online ? 6 : 1));
    }
    CHECK(warnings.size() == 2);
    CHECK(warnings.front() == "train: the batch size 2 is ignored: online steps use one sample");
    CHECK(warnings.back() == "train: the batch size 2 is ignored: batch steps use all samples");
}

TEST_CASE("An order shuffles samples together with their labels") {
    const Samples data(5);
    Net           trained = make({2, 3, 3}, 7), by_hand = make({2, 3, 3}, 7);
    Options       options = quiet();
    options.mode          = StepMode::online;
    options.epochs        = 1;
    options.order         = [](int) { return Array<Index>{3, 0, 4}; };
    const auto epoch      = train(trained, data.inputs, data.labels, options).front();
    CHECK(epoch.samples == 3);
    for (const std::size_t sample : {3U, 0U, 4U})
        by_hand.step(row(data.inputs, sample), by_hand.encode({data.labels(sample)}), options.learning_rate);
    CHECK(trained.weights() == by_hand.weights());
}

TEST_CASE("The slip of overlapping windows starts batch k at sample k and never sees the end") {
    const Samples data(12);
    Net           trained = make({2, 3, 3}, 8), by_hand = make({2, 3, 3}, 8);
    Options       options = quiet();
    options.batch_size    = 4;
    options.epochs        = 1;
    options.batches       = BatchPolicy::overlapping_windows_slip;
    const auto epoch      = train(trained, data.inputs, data.labels, options).front();
    CHECK(epoch.steps == 3);
    CHECK(epoch.samples == 12);
    for (std::size_t first = 0; first < 3; ++first) {
        Array<double> inputs = zeros<double>({4, 2});
        Array<Index>  labels = zeros<Index>({4});
        for (std::size_t place = 0; place < 4; ++place) {
            inputs(place, 0) = data.inputs(first + place, 0);
            inputs(place, 1) = data.inputs(first + place, 1);
            labels(place)    = data.labels(first + place);
        }
        by_hand.step(inputs, by_hand.encode(labels), options.learning_rate);
    }
    CHECK(trained.weights() == by_hand.weights());
}

TEST_CASE("The slip of labels by position teaches every batch the first labels of the data set") {
    const Samples data(6);
    Net           trained = make({2, 3, 3}, 9), by_hand = make({2, 3, 3}, 9);
    Options       options = quiet();
    options.batch_size    = 2;
    options.epochs        = 1;
    options.targets       = TargetPolicy::label_by_position_slip;
    const auto epoch      = train(trained, data.inputs, data.labels, options).front();
    CHECK(epoch.steps == 3);
    for (std::size_t first = 0; first < 6; first += 2) {
        const Array<double> inputs = {{data.inputs(first, 0), data.inputs(first, 1)}, {data.inputs(first + 1, 0), data.inputs(first + 1, 1)}};
        by_hand.step(inputs, by_hand.encode({data.labels(0), data.labels(1)}), options.learning_rate);
    }
    CHECK(trained.weights() == by_hand.weights());
}

TEST_CASE("The slip of taking the network's own answer as target uses no label") {
    const Samples data(6);
    Net           trained = make({2, 3, 3}, 10), other_labels = make({2, 3, 3}, 10), by_hand = make({2, 3, 3}, 10);
    Options       options = quiet();
    options.mode          = StepMode::online;
    options.epochs        = 1;
    options.learning_rate = 3;
    options.targets       = TargetPolicy::own_answer_slip;
    train(trained, data.inputs, data.labels, options);
    train(other_labels, data.inputs, zeros<Index>({6}), options);
    CHECK(trained.weights() == other_labels.weights());
    for (std::size_t sample = 0; sample < 6; ++sample) {
        const Array<double> input = row(data.inputs, sample);
        by_hand.step(input, by_hand.encode(by_hand.predict_all(input)), 3);
    }
    CHECK(trained.weights() == by_hand.weights());
}

TEST_CASE("The published accuracy of XOR, asked right after the step on each sample, is not that of the network") {
    Random  random{11};
    Net     network(initial_weights<double>({2, 2, 2, 1}, Initialisation::uniform_scaled, random), Activation::sigmoid, DerivativeAt::output_slip);
    Options options             = quiet();
    options.mode                = StepMode::online;
    options.learning_rate       = 3;
    options.epochs              = 10;
    options.ask_after_each_step = true;
    const auto epochs           = train(network, gate_inputs, xor_labels, options);
    CHECK(epochs.back().right_after_own_step == 4);
    CHECK(network.accuracy(gate_inputs, xor_labels) < 1);
    CHECK(epochs.back().right_before_step < 4);
    Options without = quiet();
    without.epochs  = 1;
    CHECK(!train(network, gate_inputs, xor_labels, without).front().right_after_own_step);
}

TEST_CASE("Augmented training stops cleanly, draws its bar, and takes an empty data set for what it is") {
    const Samples      data(10);
    Net                network = make({2, 3, 3}, 12);
    std::ostringstream bar;
    Options            options = quiet();
    options.batch_size         = 4;
    options.progress           = {&bar, true, [] { return 0.0; }};
    int asked                  = 0;
    options.stop               = [&] { return ++asked > 4; };
    const auto epochs          = train(network, data.inputs, data.labels, options);
    CHECK(epochs.size() == 2);
    CHECK(epochs[1].stopped);
    CHECK(epochs[1].samples == 4);
    CHECK(bar.str().find("epoch 1: 10 samples in 0.0 s") != std::string::npos);
    CHECK(bar.str().find("epoch 2: stopped early, after 4 of 10 samples in 0.0 s: interrupted\n") != std::string::npos);

    Options one = quiet();
    one.epochs  = 1;
    for (const StepMode mode : {StepMode::online, StepMode::mini_batch, StepMode::batch}) {
        one.mode           = mode;
        const auto nothing = train(network, zeros<double>({0, 2}), zeros<Index>({0}), one).front();
        CHECK(nothing.steps == 0);
        CHECK(nothing.error == 0);
    }
}

TEST_CASE("Augmented training refuses what cannot be trained on before the first step") {
    const Samples         data(10);
    Net                   network = make({2, 3, 3}, 13);
    const Weights<double> before  = network.weights();
    const auto            attempt = [&](auto change) {
        Options options = quiet();
        change(options);
        train(network, data.inputs, data.labels, options);
    };
    CHECK_THROWS_AS(attempt([](Options& options) { options.batch_size = 0; }), ValueError);
    CHECK_THROWS_AS(attempt([](Options& options) { options.batch_size = 11; }), ValueError);
    CHECK_THROWS_AS(attempt([](Options& options) { options.epochs = -1; }), ValueError);
    CHECK_THROWS_AS(attempt([](Options& options) { options.learning_rate = INFINITY; }), ValueError);
    CHECK_THROWS_AS(attempt([](Options& options) { options.order = [](int) { return Array<Index>{10}; }; }), ValueError);
    CHECK_THROWS_AS(train(network, data.inputs, zeros<Index>({9}), quiet()), ShapeError);
    CHECK_THROWS_AS(train(network, zeros<double>({10, 3}), data.labels, quiet()), ShapeError);
    Array<Index> beyond = data.labels;
    beyond(9)           = 3;
    CHECK_THROWS_AS(train(network, data.inputs, beyond, quiet()), ValueError);
    CHECK(network.weights() == before);
}
