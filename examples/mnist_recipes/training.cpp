#include "training.hpp"

#include <chrono>
#include <cmath>
#include <iostream>

#include <fmt/format.h>

#include <xtgrad/array/progress.hpp>
#include <xtgrad/handwritten/labels.hpp>
#include <xtgrad/nn/checkpoint.hpp>

#include "interrupt.hpp"

namespace xtgrad::examples::mnist {

namespace {

// Enough to tell an error from rounding, which a chaotic run has blown up by the end of the first epoch.
constexpr std::size_t exported_steps = 5;

template <Scalar T>
datasets::ArrayDataset<T, Index> rows(const datasets::ImageSet& set, std::span<const Index> order, datasets::PixelScale scale) {
    return datasets::ImageSet{datasets::gather_rows(set.images, order), datasets::gather_rows(set.labels, order)}.template dataset<T>(scale);
}

Array<Index> order_of_training_set(const RunInput& input, std::size_t validation_share) {
    const std::size_t all   = input.data.train.size();
    const std::size_t count = input.settings.limit == 0 ? all : std::min(input.settings.limit, all);
    if (validation_share == 0) return datasets::natural_order(count);
    Random random = Random(input.settings.seed).split(1);
    return datasets::random_order(count, random);
}

Array<Index> first_of(const Array<Index>& order, std::size_t count) {
    Array<Index> result(Shape{count});
    std::copy_n(order.data(), count, result.data());
    return result;
}

std::size_t train_count(std::size_t count, std::size_t validation_share) { return validation_share == 0 ? count : count - count / validation_share; }

template <Scalar T>
double share_correct(const Learner<T>& learner, const datasets::ArrayDataset<T, Index>& samples) {
    return handwritten::accuracy(samples.targets(), answers(learner, samples.inputs()));
}

// The last share, or nothing where it is not watched.
std::string saturation_text(const nlohmann::ordered_json& facts) {
    if (!facts.contains("saturated_outputs")) return {};
    return fmt::format(", {:.1f} % of outputs saturated", 100 * facts["saturated_outputs"].back().get<double>());
}

// One epoch without its validation; `stopped` where it was interrupted.
template <Scalar T>
EpochReport train_epoch(Learner<T>& learner, const Samples<T>& samples, const RunInput& input, const Plan& plan, const Array<Index>& order, int epoch,
                        bool& stopped) {
    const Settings&         settings = input.settings;
    const datasets::Batches batches(samples.train, settings.batch_size, order, datasets::Remainder::keep, {});
    ProgressBar             bar(samples.train.size(), fmt::format("epoch {}", epoch + 1));
    EpochReport             report;
    report.cost         = 0;
    std::size_t correct = 0;
    for (std::size_t place = 0; place < batches.size() && !stopped; ++place) {
        const auto [images, labels] = batches[place];
        const StepResult result     = learner.step(images, labels);
        report.cost += result.cost * (plan.cost == EpochCost::mean ? static_cast<double>(labels.size()) : 1.0);
        correct += result.correct;
        if (epoch == 0) export_step(learner, input.exported, place);
        bar.advance(labels.size());
        stopped = interrupted() && bar.done() < samples.train.size();
    }
    bar.finish(stopped ? "interrupted" : "");
    if (plan.cost == EpochCost::mean) report.cost /= static_cast<double>(bar.done());
    report.train_accuracy = static_cast<double>(correct) / static_cast<double>(bar.done());
    return report;
}

} // namespace

template <Scalar T>
Samples<T>::Samples(const RunInput& input, std::size_t validation_share)
    : train({zeros<T>({0, pixels}), zeros<Index>({0})}), validation(train), test(input.data.test.dataset<T>(input.settings.scale)) {
    const Array<Index>           order = order_of_training_set(input, validation_share);
    const std::span<const Index> all{order.data(), order.size()};
    const std::size_t            count = train_count(order.size(), validation_share);
    places                             = first_of(order, count);
    train                              = rows<T>(input.data.train, all.first(count), input.settings.scale);
    validation                         = rows<T>(input.data.train, all.subspan(count), input.settings.scale);
}

template <Scalar T>
Outcome train_and_test(Learner<T>& learner, const Samples<T>& samples, const RunInput& input, const Plan& plan) {
    const Settings& settings = input.settings;
    Outcome         outcome;
    if (!settings.load.empty()) {
        nn::load(settings.load, learner.parameters);
        test(outcome, learner, samples);
        return outcome;
    }
    const auto watch = [&] {
        if (plan.watch_saturation) outcome.facts["saturated_outputs"].push_back(saturated_share(learner, samples.validation.inputs()));
    };
    std::cout << fmt::format("{} samples for training, {} for validation, {} for the test\n", samples.train.size(), samples.validation.size(),
                             samples.test.size());
    export_weights(learner, input.exported, false);
    watch();
    Random random  = Random(settings.seed).split(2);
    bool   stopped = false;
    for (int epoch = 0; epoch < settings.epochs && !stopped && !interrupted(); ++epoch) {
        const auto start = std::chrono::steady_clock::now();
        if (plan.before_epoch) plan.before_epoch(epoch);
        const Array<Index> order = datasets::random_order(samples.train.size(), random);
        input.exported.order(datasets::gather_rows(samples.places, {order.data(), order.size()}));
        EpochReport report         = train_epoch(learner, samples, input, plan, order, epoch, stopped);
        report.validation_accuracy = share_correct(learner, samples.validation);
        report.seconds             = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        watch();
        print_epoch(epoch, settings.epochs, report, saturation_text(outcome.facts));
        outcome.report.epochs.push_back(report);
    }
    outcome.report.interrupted = interrupted();
    export_weights(learner, input.exported, true);
    input.exported.finish();
    test(outcome, learner, samples);
    return outcome;
}

template <Scalar T>
void export_weights(const Learner<T>& learner, const RunExport& exported, bool final) {
    for (const Parameter<T>& parameter : learner.parameters) {
        if (final) {
            exported.final_weights(parameter.name(), parameter.value());
        } else {
            exported.initial_weights(parameter.name(), parameter.value());
        }
    }
}

template <Scalar T>
void export_step(const Learner<T>& learner, const RunExport& exported, std::size_t step) {
    if (!exported.wanted() || step >= exported_steps) return;
    for (const Parameter<T>& parameter : learner.parameters) exported.array(fmt::format("step{}/{}", step + 1, parameter.name()), parameter.value());
}

template <Scalar T>
void test(Outcome& outcome, const Learner<T>& learner, const Samples<T>& samples) {
    outcome.train_samples        = samples.train.size();
    outcome.train_accuracy       = share_correct(learner, samples.train);
    outcome.test_answers         = answers(learner, samples.test.inputs());
    outcome.report.test_accuracy = handwritten::accuracy(samples.test.targets(), outcome.test_answers);
    outcome.report.confusion     = handwritten::confusion_matrix(samples.test.targets(), outcome.test_answers, static_cast<Index>(digits));
    outcome.save                 = [parameters = learner.parameters](const std::filesystem::path& path) { nn::save(path, parameters); };
}

void print_epoch(int epoch, int epochs, const EpochReport& report, const std::string& more) {
    const std::string last = std::to_string(epochs);
    std::cout << fmt::format("epoch {:>{}}/{}: cost {:.5g}, accuracy {:.4f} in training, {:.4f} in validation{}, {:.1f} s\n", epoch + 1, last.size(),
                             last, report.cost, report.train_accuracy, report.validation_accuracy, more, report.seconds)
              << std::flush;
}

template struct Samples<float>;
template struct Samples<double>;
template Outcome train_and_test(Learner<float>&, const Samples<float>&, const RunInput&, const Plan&);
template Outcome train_and_test(Learner<double>&, const Samples<double>&, const RunInput&, const Plan&);
template void    export_weights(const Learner<double>&, const RunExport&, bool);
template void    export_step(const Learner<double>&, const RunExport&, std::size_t);
template void    test(Outcome&, const Learner<double>&, const Samples<double>&);

} // namespace xtgrad::examples::mnist
