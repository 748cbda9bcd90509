#include <xtgrad/handwritten/training.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <xtgrad/handwritten/batches.hpp>
#include <xtgrad/handwritten/labels.hpp>

namespace xtgrad::handwritten {

namespace {

template <Scalar T>
std::size_t count_correct(const Array<T>& outputs, const Array<T>& targets, SourceLocation where) {
    const Array<Index> answers = decode(outputs, where), labels = decode(targets, where);
    std::size_t        correct = 0;
    for (std::size_t row = 0; row < labels.size(); ++row) correct += answers.data()[row] == labels.data()[row] ? 1U : 0U;
    return correct;
}

template <Scalar T>
void require_samples(const char* operation, const Array<T>& inputs, const Array<T>& targets, const PassOptions& options, SourceLocation where) {
    if (inputs.dimension() == 0 || targets.dimension() != 2 || inputs.shape(0) != targets.shape(0)) {
        throw ShapeError(fmt::format("{}: inputs {} and targets {} do not hold the same number of samples as [samples, …] and [samples, outputs]",
                                     operation, to_string(inputs.shape()), to_string(targets.shape())),
                         where);
    }
    if (options.batch_size < 1) throw ValueError(fmt::format("{}: the batch size must be at least 1, not {}", operation, options.batch_size), where);
}

// Shows the samples batch by batch to `step`, which answers with cost and number of right answers.
template <Scalar T, class Step>
EpochResult pass(const std::string& title, const Array<T>& inputs, const Array<T>& targets, const Array<Index>& order, const PassOptions& options,
                 Step step) {
    ProgressBar bar(order.size(), title, options.progress);
    EpochResult result{0, 0, 0, 0, false};
    std::size_t correct = 0;
    while (result.samples < order.size()) {
        if (options.stop && options.stop()) {
            result.stopped = true;
            break;
        }
        const std::size_t count = std::min(static_cast<std::size_t>(options.batch_size), order.size() - result.samples);
        const StepResult  batch = step(take_rows(inputs, order, result.samples, count), take_rows(targets, order, result.samples, count));
        result.cost += batch.cost;
        result.samples += count;
        ++result.batches;
        correct += batch.correct;
        bar.advance(count);
    }
    bar.finish(result.stopped ? "interrupted" : "");
    result.accuracy = static_cast<double>(correct) / static_cast<double>(result.samples);
    if (options.log != nullptr) *options.log << fmt::format("{}: cost={:.6g}, accuracy={:.4f}\n", title, result.cost, result.accuracy) << std::flush;
    return result;
}

} // namespace

template <Scalar T>
StepResult train_step(Layer<T>& model, const Cost<T>& cost, const Array<T>& inputs, const Array<T>& targets, T learning_rate, SourceLocation where) {
    model.zero_gradients();
    const Array<T>   outputs = model.forward(inputs, where);
    const StepResult result{cost.estimate(outputs, targets, where), count_correct(outputs, targets, where)};
    model.backward(cost.gradient(outputs, targets, where), where);
    model.update_parameters(learning_rate);
    return result;
}

template <Scalar T>
std::vector<EpochResult> train(Layer<T>& model, const Cost<T>& cost, const Array<T>& inputs, const Array<T>& targets, const TrainingOptions& options,
                               SourceLocation where) {
    require_samples("train", inputs, targets, options, where);
    if (options.epochs < 0) throw ValueError(fmt::format("train: the number of epochs must not be negative, as {} is", options.epochs), where);
    if (!std::isfinite(options.learning_rate))
        throw ValueError(fmt::format("train: the learning rate must be a number, not {}", options.learning_rate), where);
    std::vector<EpochResult> results;
    for (int epoch = 0; epoch < options.epochs; ++epoch) {
        const Array<Index> order = options.order ? options.order(epoch) : natural_order(inputs.shape(0));
        require_order("train", order, inputs.shape(0), where);
        results.push_back(
            pass(fmt::format("epoch {}", epoch + 1), inputs, targets, order, options, [&](const Array<T>& some, const Array<T>& their_targets) {
                return train_step(model, cost, some, their_targets, static_cast<T>(options.learning_rate), where);
            }));
        const bool go_on = !options.after_epoch || options.after_epoch(epoch, results.back());
        if (!go_on || results.back().stopped) break;
    }
    return results;
}

template <Scalar T>
EpochResult validate(Layer<T>& model, const Cost<T>& cost, const Array<T>& inputs, const Array<T>& targets, const PassOptions& options,
                     SourceLocation where) {
    require_samples("validate", inputs, targets, options, where);
    return pass("validation", inputs, targets, natural_order(inputs.shape(0)), options, [&](const Array<T>& some, const Array<T>& their_targets) {
        const Array<T> outputs = model.forward(some, where);
        return StepResult{cost.estimate(outputs, their_targets, where), count_correct(outputs, their_targets, where)};
    });
}

template StepResult               train_step(Layer<float>&, const Cost<float>&, const Array<float>&, const Array<float>&, float, SourceLocation);
template StepResult               train_step(Layer<double>&, const Cost<double>&, const Array<double>&, const Array<double>&, double, SourceLocation);
template std::vector<EpochResult> train(Layer<float>&, const Cost<float>&, const Array<float>&, const Array<float>&, const TrainingOptions&,
                                        SourceLocation);
template std::vector<EpochResult> train(Layer<double>&, const Cost<double>&, const Array<double>&, const Array<double>&, const TrainingOptions&,
                                        SourceLocation);
template EpochResult validate(Layer<float>&, const Cost<float>&, const Array<float>&, const Array<float>&, const PassOptions&, SourceLocation);
template EpochResult validate(Layer<double>&, const Cost<double>&, const Array<double>&, const Array<double>&, const PassOptions&, SourceLocation);

} // namespace xtgrad::handwritten
