#pragma once

#include <xtgrad/array/array.hpp>

namespace xtgrad::handwritten {

/// Vectorised labels: row i is 0 but for a 1 at column `labels[i]`; shape [batch, outputs]. Throws ValueError naming the first label, and its
/// row, that is negative or for which there are too few outputs, and ShapeError unless `labels` has one axis.
template <Scalar T>
Array<T> one_hot(const Array<Index>& labels, Index outputs, SourceLocation where = {});

/// The label of each row of [batch, outputs]: the column of the largest value, the first of equal ones; as in NumPy, a NaN is larger than
/// any number. Throws ShapeError where there are no columns to choose from.
template <Scalar T>
Array<Index> decode(const Array<T>& outputs, SourceLocation where = {});

/// How often a sample labelled i was answered j, at row i and column j; shape [classes, classes]. Throws ShapeError where the two differ in
/// shape and ValueError for a label or answer outside 0 … classes − 1.
Array<Index> confusion_matrix(const Array<Index>& labels, const Array<Index>& answers, Index classes, SourceLocation where = {});

/// The share of equal entries, NaN where there are none. Throws ShapeError where the shapes differ.
double accuracy(const Array<Index>& labels, const Array<Index>& answers, SourceLocation where = {});

/// The share of rows in which the largest output stands where the largest target stands.
template <Scalar T>
double accuracy(const Array<T>& outputs, const Array<T>& targets, SourceLocation where = {});

} // namespace xtgrad::handwritten
