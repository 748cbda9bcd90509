#include <xtgrad/nn/losses.hpp>

#include <algorithm>

#include <xtgrad/autograd/ops/composition.hpp>
#include <xtgrad/nn/activations.hpp>

namespace xtgrad::nn {

namespace {

void check_equal_shapes(std::string_view loss, const Shape& predictions, const Shape& targets, SourceLocation where) {
    if (predictions == targets) return;
    throw ShapeError(std::string(loss) + ": predictions of shape " + to_string(predictions) + " and targets of shape " + to_string(targets) +
                         " must have equal shapes; nothing is broadcast, reshape() or expand_dims() one of them",
                     where);
}

void check_matrix(std::string_view loss, const Shape& shape, SourceLocation where) {
    if (shape.size() != 2) throw ShapeError(std::string(loss) + ": expected [batch, classes], got shape " + to_string(shape), where);
}

void check_labels(std::string_view loss, const Array<Index>& labels, std::size_t classes, std::optional<Index> ignored, SourceLocation where) {
    for (std::size_t row = 0; row < labels.size(); ++row) {
        const Index label = labels.data()[row];
        if (label == ignored || (label >= 0 && label < static_cast<Index>(classes))) continue;
        const auto [least, most] = std::minmax_element(labels.storage().begin(), labels.storage().end());
        const bool one_based     = *least >= 1 && *most == static_cast<Index>(classes);
        throw ValueError(std::string(loss) + ": label " + std::to_string(label) + " in row " + std::to_string(row) + " is out of range [0, " +
                             std::to_string(classes) + ")" + (one_based ? "; the labels look 1-based: subtract 1" : ""),
                         where);
    }
}

template <Scalar T>
Variable<T> over_batch(const Variable<T>& losses, Over over) {
    return over == Over::mean ? mean(losses) : over == Over::sum ? sum(losses) : losses;
}

template <Scalar T>
Variable<T> zero_unless(const Mask& kept, const Variable<T>& losses) {
    return where(kept, losses, 0);
}

// t·y, and 0 where t is 0 whatever y is.
template <Scalar T>
Variable<T> weighted(const Variable<T>& t, const Variable<T>& y) {
    return where(equal(t, 0), 0, t * y);
}

} // namespace

template <Scalar T>
Variable<T> cross_entropy(const Variable<T>& logits, const Array<Index>& labels, const CrossEntropyOptions& options, SourceLocation where) {
    const ops::Composition scope(where);
    check_matrix("cross_entropy", logits.shape(), where);
    const std::size_t batch   = logits.shape()[0];
    const std::size_t classes = logits.shape()[1];
    if (labels.dimension() != 1 || labels.size() != batch) {
        throw ShapeError("cross_entropy: logits of shape " + to_string(logits.shape()) + " need labels of shape [" + std::to_string(batch) +
                             "], got " + to_string(labels.shape()),
                         where);
    }
    if (!(options.label_smoothing >= 0.0 && options.label_smoothing <= 1.0)) {
        throw ValueError("cross_entropy: label_smoothing must lie in [0, 1], got " + std::to_string(options.label_smoothing), where);
    }
    check_labels("cross_entropy", labels, classes, options.ignored_label, where);
    const auto   ignored = [&](Index label) { return options.ignored_label.has_value() && label == *options.ignored_label; };
    Array<Index> places(Shape{batch, 1});
    std::transform(labels.storage().begin(), labels.storage().end(), places.storage().begin(),
                   [&](Index label) { return ignored(label) ? 0 : label; });
    const Variable<T> log_p  = log_softmax(logits, 1, where);
    Variable<T>       losses = -squeeze(gather(log_p, places, 1), 1);
    if (options.label_smoothing > 0.0) {
        losses = (1.0 - options.label_smoothing) * losses - (options.label_smoothing / static_cast<double>(classes)) * sum(log_p, 1);
    }
    if (!options.ignored_label.has_value()) return over_batch(losses, options.over);
    Array<bool> kept(Shape{batch});
    std::transform(labels.storage().begin(), labels.storage().end(), kept.storage().begin(), [&](Index label) { return !ignored(label); });
    losses           = zero_unless(kept, losses);
    const auto count = std::count(kept.storage().begin(), kept.storage().end(), true);
    return options.over == Over::mean ? sum(losses) / static_cast<double>(count) : over_batch(losses, options.over);
}

template <Scalar T>
Variable<T> cross_entropy(const Variable<T>& logits, const std::type_identity_t<Variable<T>>& targets, Over over, SourceLocation where) {
    const ops::Composition scope(where);
    check_matrix("cross_entropy", logits.shape(), where);
    check_equal_shapes("cross_entropy", logits.shape(), targets.shape(), where);
    return over_batch<T>(-sum(weighted(targets, log_softmax(logits, 1, where)), 1), over);
}

template <Scalar T>
Variable<T> cross_entropy_from_probabilities(const Variable<T>& probabilities, const std::type_identity_t<Variable<T>>& targets, Over over,
                                             SourceLocation where) {
    const ops::Composition scope(where);
    check_matrix("cross_entropy_from_probabilities", probabilities.shape(), where);
    check_equal_shapes("cross_entropy_from_probabilities", probabilities.shape(), targets.shape(), where);
    return over_batch<T>(-sum(weighted(targets, log(probabilities)), 1), over);
}

template <Scalar T>
Variable<T> mean_square_error(const Variable<T>& predictions, const std::type_identity_t<Variable<T>>& targets, Over over, SourceLocation where) {
    const ops::Composition scope(where);
    check_equal_shapes("mean_square_error", predictions.shape(), targets.shape(), where);
    if (over == Over::none) return square(predictions - targets);
    return ops::squared_error<T>(predictions, targets, over == Over::mean ? 1 / static_cast<double>(predictions.size()) : 1, where);
}

template <Scalar T>
Variable<T> half_square_error(const Variable<T>& predictions, const std::type_identity_t<Variable<T>>& targets, Over over, SourceLocation where) {
    const ops::Composition scope(where);
    check_equal_shapes("half_square_error", predictions.shape(), targets.shape(), where);
    if (over == Over::none) {
        std::vector<Index> outputs;
        for (std::size_t axis = 1; axis < predictions.dimension(); ++axis) outputs.push_back(static_cast<Index>(axis));
        return 0.5 * sum(square(predictions - targets), Axes(outputs));
    }
    // A single number is a batch of one.
    const std::size_t batch = predictions.dimension() == 0 ? 1 : predictions.shape()[0];
    return ops::squared_error<T>(predictions, targets, over == Over::mean ? 0.5 / static_cast<double>(batch) : 0.5, where);
}

template <Scalar T>
Array<T> one_hot(const Array<Index>& labels, std::size_t classes, SourceLocation where) {
    if (labels.dimension() != 1) throw ShapeError("one_hot: expected labels of shape [batch], got " + to_string(labels.shape()), where);
    check_labels("one_hot", labels, classes, std::nullopt, where);
    Array<T> rows = zeros<T>({labels.size(), classes});
    for (std::size_t row = 0; row < labels.size(); ++row) rows.data()[row * classes + static_cast<std::size_t>(labels.data()[row])] = T{1};
    return rows;
}

#define XTGRAD_INSTANTIATE(T)                                                                                                                        \
    template Variable<T> cross_entropy<T>(const Variable<T>&, const Array<Index>&, const CrossEntropyOptions&, SourceLocation);                      \
    template Variable<T> cross_entropy<T>(const Variable<T>&, const Variable<T>&, Over, SourceLocation);                                             \
    template Variable<T> cross_entropy_from_probabilities<T>(const Variable<T>&, const Variable<T>&, Over, SourceLocation);                          \
    template Variable<T> mean_square_error<T>(const Variable<T>&, const Variable<T>&, Over, SourceLocation);                                         \
    template Variable<T> half_square_error<T>(const Variable<T>&, const Variable<T>&, Over, SourceLocation);                                         \
    template Array<T>    one_hot<T>(const Array<Index>&, std::size_t, SourceLocation);
XTGRAD_INSTANTIATE(float)
XTGRAD_INSTANTIATE(double)
#undef XTGRAD_INSTANTIATE

} // namespace xtgrad::nn
