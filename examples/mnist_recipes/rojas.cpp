#include <algorithm>
#include <chrono>
#include <iostream>

#include <fmt/format.h>

#include <xtgrad/handwritten/labels.hpp>
#include <xtgrad/nn/checkpoint.hpp>

#include "augmented_learner.hpp"
#include "interrupt.hpp"
#include "rojas_diagnosis.hpp"
#include "training.hpp"

// Networks of augmented matrices (Rojas, chapter 7.3.3) as an exercise published them, slips included, and without the slips.
namespace xtgrad::examples::mnist {

namespace {

using handwritten::AugmentedEpoch;
using Network = handwritten::AugmentedNetwork<double>;
using Options = handwritten::AugmentedTrainingOptions<double>;

struct Exercise {
    std::vector<Index>          extents;
    handwritten::Initialisation initialisation;
    double                      bias;
    handwritten::DerivativeAt   derivative;
    Options                     options;
    bool                        shuffled;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Trains as the exercise does; the images of the test set are its validation.
void train(AugmentedLearner& learner, const Samples<double>& samples, const RunInput& input, const Exercise& exercise, Outcome& outcome) {
    Options options       = exercise.options;
    options.epochs        = input.settings.epochs;
    options.learning_rate = input.settings.learning_rate;
    if (options.mode == handwritten::StepMode::mini_batch) options.batch_size = static_cast<Index>(input.settings.batch_size);
    options.stop = interrupted;
    options.step = [&](Network&, const Array<double>& images, const Array<double>& targets) { return learner.step(images, targets); };

    Random random = Random(input.settings.seed).split(2);
    options.order = [&](int) {
        const Array<Index> order =
            exercise.shuffled ? datasets::random_order(samples.train.size(), random) : datasets::natural_order(samples.train.size());
        input.exported.order(order);
        return order;
    };
    options.after_step  = [&](std::size_t step, double) { export_step(learner.learner(), input.exported, step); };
    auto start          = std::chrono::steady_clock::now();
    options.after_epoch = [&](const Network& network, const AugmentedEpoch& epoch) {
        const auto  shown = static_cast<double>(epoch.samples);
        EpochReport report{epoch.error / shown, static_cast<double>(epoch.right_before_step) / shown,
                           network.accuracy(samples.test.inputs(), samples.test.targets()), seconds_since(start)};
        print_epoch(epoch.epoch, options.epochs, report);
        outcome.report.epochs.push_back(report);
        start = std::chrono::steady_clock::now();
        return !interrupted();
    };
    handwritten::train(learner.network(), samples.train.inputs(), samples.train.targets(), options);
}

struct Run {
    Samples<double>  samples;
    AugmentedLearner learner;
    Outcome          outcome;

    Run(const RunInput& input, const Exercise& exercise)
        : samples(input, 0), learner(weights(input, exercise), exercise.derivative, input.settings) {}

    static handwritten::Weights<double> weights(const RunInput& input, const Exercise& exercise) {
        Random random(input.settings.seed);
        return handwritten::initial_weights<double>(exercise.extents, exercise.initialisation, random, exercise.bias);
    }
};

// `diagnose` is called between the initialisation and the training.
template <class Diagnose>
void run(Run& all, const RunInput& input, const Exercise& exercise, Diagnose diagnose) {
    if (!input.settings.load.empty()) {
        nn::load(input.settings.load, all.learner.learner().parameters);
    } else {
        std::cout << fmt::format("{} samples for training; validation is on the {} of the test, as in the exercise\n", all.samples.train.size(),
                                 all.samples.test.size());
        export_weights(all.learner.learner(), input.exported, false);
        diagnose();
        train(all.learner, all.samples, input, exercise, all.outcome);
        all.outcome.report.interrupted = interrupted();
        export_weights(all.learner.learner(), input.exported, true);
        input.exported.finish();
        if (input.settings.engine == Engine::both) all.learner.comparison().report(all.outcome);
    }
    test(all.outcome, all.learner.learner(), all.samples);
}

Options slips_of_rojas() {
    Options options;
    options.batches = handwritten::BatchPolicy::overlapping_windows_slip;
    options.targets = handwritten::TargetPolicy::label_by_position_slip;
    return options;
}

} // namespace

Outcome run_rojas(const RunInput& input) {
    const Exercise exercise{
        {pixels, 30, 20, digits}, handwritten::Initialisation::uniform, 1.0, handwritten::DerivativeAt::output_slip, slips_of_rojas(), false};
    Run        all(input, exercise);
    const auto batch = std::min(input.settings.batch_size, all.samples.train.size());
    run(all, input, exercise, [&] {
        name_slips(all.samples.train.size(), batch);
        diagnose_first_batch(all.learner, all.samples.train.first(batch), all.outcome.facts);
    });
    if (input.settings.load.empty()) explain_outputs(all.learner, all.samples.train.first(batch).targets(), all.samples.test, all.outcome);
    return std::move(all.outcome);
}

Outcome run_rojas_online(const RunInput& input) {
    Options options;
    options.mode    = handwritten::StepMode::online;
    options.targets = handwritten::TargetPolicy::own_answer_slip;
    const Exercise exercise{
        {pixels, 3, 3, digits}, handwritten::Initialisation::uniform, 1.0, handwritten::DerivativeAt::output_slip, options, false};
    Run all(input, exercise);
    run(all, input, exercise, [] {
        std::cout
            << "The slip of this first attempt: the target of each sample is the one-hot form of the network's own answer, so that no label is\n"
               "ever used. Whatever it answers first it is taught to go on answering.\n";
    });
    explain_constant_answer(all.outcome);
    return std::move(all.outcome);
}

Outcome run_rojas_mended(const RunInput& input) {
    // Glorot and Bengio's initialisation (2010) has biases of 0.
    const Exercise exercise{
        {pixels, 30, 20, digits}, handwritten::Initialisation::normal_scaled, 0.0, handwritten::DerivativeAt::pre_activation, {}, true};
    Run all(input, exercise);
    run(all, input, exercise, [&] {
        std::cout
            << "Mended: Glorot's initialisation, the derivative at the pre-activation, consecutive batches, each image with its own label, a new\n"
               "order for each epoch.\n";
    });
    return std::move(all.outcome);
}

} // namespace xtgrad::examples::mnist
