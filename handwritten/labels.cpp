#include <xtgrad/handwritten/labels.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include <xtgrad/handwritten/batches.hpp>

namespace xtgrad::handwritten {

template <Scalar T>
Array<T> one_hot(const Array<Index>& labels, Index outputs, SourceLocation where) {
    if (labels.dimension() != 1) throw ShapeError("one_hot: labels need one axis, their shape is " + to_string(labels.shape()), where);
    if (outputs < 1) throw ValueError("one_hot: at least 1 output is needed, not " + std::to_string(outputs), where);
    Array<T> result = zeros<T>({labels.size(), static_cast<std::size_t>(outputs)});
    for (std::size_t row = 0; row < labels.size(); ++row) {
        const Index label = labels.data()[row];
        if (label < 0) throw ValueError("one_hot: label " + std::to_string(label) + " in row " + std::to_string(row) + " is negative", where);
        if (label >= outputs) {
            throw ValueError("one_hot: too few outputs: label " + std::to_string(label) + " in row " + std::to_string(row) + " needs at least " +
                                 std::to_string(label + 1) + ", but there " + (outputs == 1 ? "is 1" : "are " + std::to_string(outputs)),
                             where);
        }
        result.data()[static_cast<Index>(row) * outputs + label] = T{1};
    }
    return result;
}

template <Scalar T>
Array<Index> decode(const Array<T>& outputs, SourceLocation where) {
    if (outputs.dimension() != 2 || outputs.shape(1) == 0) {
        throw ShapeError("decode: the shape is " + to_string(outputs.shape()) + ", but [batch, outputs] with at least one output is needed", where);
    }
    const auto   columns = static_cast<Index>(outputs.shape(1));
    Array<Index> result  = zeros<Index>({outputs.shape(0)});
    const T*     row     = outputs.data();
    for (Index& label : result.storage()) {
        for (Index column = 1; column < columns; ++column) {
            if (!std::isnan(row[label]) && !(row[column] <= row[label])) label = column;
        }
        row += columns;
    }
    return result;
}

Array<Index> confusion_matrix(const Array<Index>& labels, const Array<Index>& answers, Index classes, SourceLocation where) {
    require_same_shape("confusion_matrix", labels, answers, where);
    if (classes < 1) throw ValueError("confusion_matrix: at least 1 class is needed, not " + std::to_string(classes), where);
    const auto   extent = static_cast<std::size_t>(classes);
    Array<Index> result = zeros<Index>({extent, extent});
    for (std::size_t place = 0; place < labels.size(); ++place) {
        const Index label = labels.data()[place], answer = answers.data()[place];
        if (std::min(label, answer) < 0 || std::max(label, answer) >= classes) {
            throw ValueError("confusion_matrix: sample " + std::to_string(place) + " has label " + std::to_string(label) + " and answer " +
                                 std::to_string(answer) + ", but there are classes 0 to " + std::to_string(classes - 1),
                             where);
        }
        ++result.data()[label * classes + answer];
    }
    return result;
}

double accuracy(const Array<Index>& labels, const Array<Index>& answers, SourceLocation where) {
    require_same_shape("accuracy", labels, answers, where);
    Index right = 0;
    for (std::size_t place = 0; place < labels.size(); ++place) right += labels.data()[place] == answers.data()[place] ? 1 : 0;
    return static_cast<double>(right) / static_cast<double>(labels.size());
}

template <Scalar T>
double accuracy(const Array<T>& outputs, const Array<T>& targets, SourceLocation where) {
    require_same_shape("accuracy", outputs, targets, where);
    return accuracy(decode(outputs, where), decode(targets, where), where);
}

template Array<float>  one_hot(const Array<Index>&, Index, SourceLocation);
template Array<double> one_hot(const Array<Index>&, Index, SourceLocation);
template Array<Index>  decode(const Array<float>&, SourceLocation);
template Array<Index>  decode(const Array<double>&, SourceLocation);
template double        accuracy(const Array<float>&, const Array<float>&, SourceLocation);
template double        accuracy(const Array<double>&, const Array<double>&, SourceLocation);

} // namespace xtgrad::handwritten
