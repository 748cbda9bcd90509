#include <xtgrad/handwritten/cost.hpp>

#include <cmath>
#include <string>

#include <xtgrad/handwritten/batches.hpp>

namespace xtgrad::handwritten {

namespace {

template <Scalar T>
bool is_absent(T target, T prediction) {
    return target == T{0} && !std::isnan(prediction);
}

} // namespace

template <Scalar T>
double MeanSquareError<T>::estimate(const Array<T>& prediction, const Array<T>& target, SourceLocation where) const {
    require_same_shape("MeanSquareError: prediction and target", prediction, target, where);
    double sum = 0;
    for (std::size_t place = 0; place < target.size(); ++place) {
        const double difference = double{target.data()[place]} - double{prediction.data()[place]};
        sum += 0.5 * difference * difference;
    }
    return sum / static_cast<double>(target.size());
}

template <Scalar T>
Array<T> MeanSquareError<T>::gradient(const Array<T>& prediction, const Array<T>& target, SourceLocation where) const {
    require_same_shape("MeanSquareError: prediction and target", prediction, target, where);
    Array<T> result(prediction.shape());
    for (std::size_t place = 0; place < target.size(); ++place) result.data()[place] = prediction.data()[place] - target.data()[place];
    return result;
}

template <Scalar T>
CrossEntropy<T>::CrossEntropy(T eps, SourceLocation where) : eps_(eps) {
    if (!(eps >= T{0})) throw ValueError("CrossEntropy: eps must be 0 or a small positive number, not " + std::to_string(eps), where);
}

template <Scalar T>
double CrossEntropy<T>::estimate(const Array<T>& prediction, const Array<T>& target, SourceLocation where) const {
    require_same_shape("CrossEntropy: prediction and target", prediction, target, where);
    if (target.dimension() != 2)
        throw ShapeError("CrossEntropy: the shape is " + to_string(target.shape()) + ", but [batch, classes] is needed", where);
    double sum = 0;
    for (std::size_t place = 0; place < target.size(); ++place) {
        const T t = target.data()[place], p = prediction.data()[place];
        if (!is_absent(t, p)) sum -= double{t} * std::log(double{p} + double{eps_});
    }
    return sum / static_cast<double>(target.shape(0));
}

template <Scalar T>
Array<T> CrossEntropy<T>::gradient(const Array<T>& prediction, const Array<T>& target, SourceLocation where) const {
    require_same_shape("CrossEntropy: prediction and target", prediction, target, where);
    Array<T> result(prediction.shape());
    for (std::size_t place = 0; place < target.size(); ++place) {
        const T t = target.data()[place], p = prediction.data()[place];
        result.data()[place] = is_absent(t, p) ? T{0} : -t / (p + eps_);
    }
    return result;
}

template class MeanSquareError<float>;
template class MeanSquareError<double>;
template class CrossEntropy<float>;
template class CrossEntropy<double>;

} // namespace xtgrad::handwritten
