#include <xtgrad/handwritten/augmented_training.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <xtgrad/handwritten/batches.hpp>

namespace xtgrad::handwritten {

namespace {

// The exercise's default: a twentieth of the samples.
constexpr std::size_t default_batches = 20;

template <Scalar T>
std::size_t batch_size(const AugmentedTrainingOptions<T>& options, std::size_t samples, SourceLocation where) {
    if (options.mode != StepMode::mini_batch) {
        if (options.batch_size && options.warn) {
            options.warn(fmt::format("train: the batch size {} is ignored: {} steps use {}", *options.batch_size,
                                     options.mode == StepMode::online ? "online" : "batch",
                                     options.mode == StepMode::online ? "one sample" : "all samples"));
        }
        return options.mode == StepMode::online ? 1 : std::max<std::size_t>(samples, 1);
    }
    if (!options.batch_size) return std::max<std::size_t>(samples / default_batches, 1);
    if (*options.batch_size < 1 || (samples > 0 && static_cast<std::size_t>(*options.batch_size) > samples)) {
        throw ValueError(fmt::format("train: the batch size must be between 1 and the number of samples, {}, not {}", samples, *options.batch_size),
                         where);
    }
    return static_cast<std::size_t>(*options.batch_size);
}

std::size_t count_equal(const Array<Index>& a, const Array<Index>& b) {
    std::size_t equal = 0;
    for (std::size_t place = 0; place < a.size(); ++place) equal += a.data()[place] == b.data()[place] ? 1U : 0U;
    return equal;
}

// The training of one network on one data set: what all epochs share.
template <Scalar T>
class Training {
public:
    Training(AugmentedNetwork<T>& network, const Array<T>& inputs, const Array<Index>& labels, const AugmentedTrainingOptions<T>& options,
             SourceLocation where)
        : network_(network), inputs_(inputs), labels_(labels), options_(options), where_(where),
          batch_size_(batch_size(options, inputs.shape(0), where)) {}

    AugmentedEpoch run(int epoch) {
        const Array<Index> order = options_.order ? options_.order(epoch) : natural_order(labels_.size());
        require_order("train", order, labels_.size(), where_);
        const bool        overlapping = options_.batches == BatchPolicy::overlapping_windows_slip;
        const std::size_t batches     = overlapping ? order.size() / batch_size_ : (order.size() + batch_size_ - 1) / batch_size_;
        const std::size_t stride      = overlapping ? 1 : batch_size_;

        ProgressBar    bar(overlapping ? batches * batch_size_ : order.size(), fmt::format("epoch {}", epoch + 1), options_.progress);
        AugmentedEpoch result{epoch, 0, 0, 0, 0, {}, false};
        if (options_.ask_after_each_step) result.right_after_own_step = 0;
        for (std::size_t batch = 0; batch < batches; ++batch) {
            if (options_.stop && options_.stop()) {
                result.stopped = true;
                break;
            }
            const std::size_t first = batch * stride;
            const std::size_t count = std::min(batch_size_, order.size() - first);
            step(order, first, count, result);
            bar.advance(count);
        }
        bar.finish(result.stopped ? "interrupted" : "");
        return result;
    }

private:
    void step(const Array<Index>& order, std::size_t first, std::size_t count, AugmentedEpoch& result) {
        const Array<T>     inputs  = take_rows(inputs_, order, first, count);
        const Array<Index> labels  = take_rows(labels_, order, first, count);
        const Array<Index> answers = network_.decode(network_.forward(inputs, where_), where_);
        const Array<T>     targets = network_.encode(taught(labels, answers), where_);
        const double       error =
            options_.step ? options_.step(network_, inputs, targets) : network_.step(inputs, targets, static_cast<T>(options_.learning_rate), where_);
        result.error += error;
        result.samples += count;
        ++result.steps;
        result.right_before_step += count_equal(labels, answers);
        if (result.right_after_own_step) *result.right_after_own_step += count_equal(labels, network_.predict_all(inputs, where_));
        if (options_.after_step) options_.after_step(steps_, error);
        ++steps_;
    }

    Array<Index> taught(const Array<Index>& labels, const Array<Index>& answers) const {
        if (options_.targets == TargetPolicy::own_answer_slip) return answers;
        if (options_.targets == TargetPolicy::label_by_position_slip) return take_rows(labels_, natural_order(labels.size()), 0, labels.size());
        return labels;
    }

    AugmentedNetwork<T>&               network_;
    const Array<T>&                    inputs_;
    const Array<Index>&                labels_;
    const AugmentedTrainingOptions<T>& options_;
    SourceLocation                     where_;
    std::size_t                        batch_size_;
    std::size_t                        steps_ = 0;
};

} // namespace

template <Scalar T>
std::vector<AugmentedEpoch> train(AugmentedNetwork<T>& network, const Array<T>& inputs, const Array<Index>& labels,
                                  const AugmentedTrainingOptions<T>& options, SourceLocation where) {
    require_columns("train: inputs", inputs, static_cast<std::size_t>(network.inputs()), where);
    if (labels.shape() != Shape{inputs.shape(0)}) {
        throw ShapeError(
            fmt::format("train: inputs {} need as many labels, but these have shape {}", to_string(inputs.shape()), to_string(labels.shape())),
            where);
    }
    if (options.epochs < 0) throw ValueError(fmt::format("train: the number of epochs must not be negative, as {} is", options.epochs), where);
    if (!std::isfinite(options.learning_rate))
        throw ValueError(fmt::format("train: the learning rate must be a number, not {}", options.learning_rate), where);
    // A wrong label is found before the first step, not in the middle.
    network.encode(labels, where);

    Training<T>                 training(network, inputs, labels, options, where);
    std::vector<AugmentedEpoch> epochs;
    for (int epoch = 0; epoch < options.epochs; ++epoch) {
        epochs.push_back(training.run(epoch));
        const bool go_on = !options.after_epoch || options.after_epoch(network, epochs.back());
        if (!go_on || epochs.back().stopped) break;
    }
    return epochs;
}

template std::vector<AugmentedEpoch> train(AugmentedNetwork<float>&, const Array<float>&, const Array<Index>&, const AugmentedTrainingOptions<float>&,
                                           SourceLocation);
template std::vector<AugmentedEpoch> train(AugmentedNetwork<double>&, const Array<double>&, const Array<Index>&,
                                           const AugmentedTrainingOptions<double>&, SourceLocation);

} // namespace xtgrad::handwritten
