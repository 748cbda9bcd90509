#pragma once

#include <optional>
#include <type_traits>

#include <xtgrad/autograd/parameter.hpp>

namespace xtgrad::nn {

/// What becomes of the losses of a batch: their mean, their sum, or all of them, one a row.
enum class Over { mean, sum, none };

struct CrossEntropyOptions {
    Over   over            = Over::mean;
    double label_smoothing = 0.0; ///< in [0, 1]: the target becomes (1 − s)·one-hot + s / classes
    /// A label whose rows count for nothing; the mean is over the others.
    std::optional<Index> ignored_label = std::nullopt;
};

/// −log softmax(logits)[label], for logits of shape [batch, classes] and labels of shape [batch]. It takes logits: a softmax before it would
/// be applied twice. Of an empty batch the mean is NaN and the sum 0, both with gradient zeros. Throws ShapeError where the shapes do not
/// fit, ValueError naming the row of a label outside [0, classes).
template <Scalar T>
Variable<T> cross_entropy(const Variable<T>& logits, const Array<Index>& labels, const CrossEntropyOptions& options = {}, SourceLocation where = {});

/// −Σ_j target_j·log softmax(logits)_j for target distributions of the logits' shape; 0·log 0 is 0.
template <Scalar T>
Variable<T> cross_entropy(const Variable<T>& logits, const std::type_identity_t<Variable<T>>& targets, Over over = Over::mean,
                          SourceLocation where = {});

// An array of target distributions is no array of labels, to which it would be converted.
template <Scalar T, Expression E>
requires std::floating_point<typename E::value_type> Variable<T> cross_entropy(const Variable<T>& logits, const E& targets, Over over = Over::mean,
                                                                               SourceLocation where = {}) {
    return cross_entropy(logits, Variable<T>(targets), over, where);
}

/// −Σ_j target_j·log p_j for probabilities p, as a softmax gives them, and targets of their shape. Nothing is clamped: where p is 0 and its
/// target is not, the loss is inf. Prefer cross_entropy, which takes logits and stays finite.
template <Scalar T>
Variable<T> cross_entropy_from_probabilities(const Variable<T>& probabilities, const std::type_identity_t<Variable<T>>& targets,
                                             Over over = Over::mean, SourceLocation where = {});

/// (p − t)² averaged over all elements (Over::none: per element). Shapes must be equal; nothing broadcasts.
template <Scalar T>
Variable<T> mean_square_error(const Variable<T>& predictions, const std::type_identity_t<Variable<T>>& targets, Over over = Over::mean,
                              SourceLocation where = {});

/// ½ Σ_j (p_j − t_j)² over the outputs of each row, then averaged over the batch or summed. Shapes must be equal.
template <Scalar T>
Variable<T> half_square_error(const Variable<T>& predictions, const std::type_identity_t<Variable<T>>& targets, Over over = Over::mean,
                              SourceLocation where = {});

/// Labels as rows of zeros with a one at the label. Throws ValueError naming the row of a label outside [0, classes).
template <Scalar T>
Array<T> one_hot(const Array<Index>& labels, std::size_t classes, SourceLocation where = {});

} // namespace xtgrad::nn
