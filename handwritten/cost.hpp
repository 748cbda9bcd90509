#pragma once

#include <xtgrad/array/array.hpp>

namespace xtgrad::handwritten {

/// What a batch of predictions costs, given their targets, both of shape [batch, outputs]. Mind the two scales, which are those of the
/// exercise: `estimate` is a mean, for people to read; `gradient` is that of the *sum* over the batch, so that steps grow with it.
template <Scalar T>
class Cost {
public:
    virtual ~Cost() = default;

    /// The mean that each cost defines; NaN for a batch of nothing. Added up in double. Throws ShapeError where the shapes differ.
    virtual double estimate(const Array<T>& prediction, const Array<T>& target, SourceLocation where = {}) const = 0;
    /// The gradient of the cost, summed over the batch, with respect to the predictions. Throws ShapeError where the shapes differ.
    virtual Array<T> gradient(const Array<T>& prediction, const Array<T>& target, SourceLocation where = {}) const = 0;
};

/// ½(t − p)² for each element. The estimate is the mean over batch and outputs; the gradient is p − t, that of the sum over both, which is
/// batch · outputs times that of the estimate.
template <Scalar T>
class MeanSquareError : public Cost<T> {
public:
    double   estimate(const Array<T>& prediction, const Array<T>& target, SourceLocation where = {}) const override;
    Array<T> gradient(const Array<T>& prediction, const Array<T>& target, SourceLocation where = {}) const override;
};

/// −Σ t·log(p + eps) over the outputs of each sample. The estimate is the mean over the batch; the gradient is −t/(p + eps), that of the sum
/// over the batch, which is batch times that of the estimate. Where t is 0 the term and its gradient are 0, even at p = 0, but for a NaN p.
template <Scalar T>
class CrossEntropy : public Cost<T> {
public:
    /// `eps` keeps the logarithm finite at p = 0; 0 leaves it alone. Throws ValueError where it is negative or NaN.
    explicit CrossEntropy(T eps = T{1e-12}, SourceLocation where = {});

    double   estimate(const Array<T>& prediction, const Array<T>& target, SourceLocation where = {}) const override;
    Array<T> gradient(const Array<T>& prediction, const Array<T>& target, SourceLocation where = {}) const override;

private:
    T eps_;
};

} // namespace xtgrad::handwritten
