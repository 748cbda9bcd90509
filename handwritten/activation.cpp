#include <xtgrad/handwritten/activation.hpp>

#include <algorithm>
#include <cmath>

namespace xtgrad::handwritten {

namespace {

template <Scalar T>
Array<T> each(const Array<T>& x, T (*function)(T)) {
    Array<T> result(x.shape());
    std::transform(x.storage().begin(), x.storage().end(), result.storage().begin(), function);
    return result;
}

} // namespace

template <Scalar T>
T sigmoid(T x) {
    const T small = std::exp(-std::abs(x));
    return (x < T{0} ? small : T{1}) / (T{1} + small);
}

template <Scalar T>
T sigmoid_derivative(T x) {
    const T small = std::exp(-std::abs(x));
    return small / ((T{1} + small) * (T{1} + small));
}

template <Scalar T>
T relu(T x) {
    return x < T{0} ? T{0} : x;
}

template <Scalar T>
T relu_derivative(T x) {
    if (std::isnan(x)) return x;
    return x < T{0} ? T{0} : T{1};
}

template <Scalar T>
Array<T> sigmoid(const Array<T>& x) {
    return each<T>(x, sigmoid);
}

template <Scalar T>
Array<T> sigmoid_derivative(const Array<T>& x) {
    return each<T>(x, sigmoid_derivative);
}

template <Scalar T>
Array<T> relu(const Array<T>& x) {
    return each<T>(x, relu);
}

template <Scalar T>
Array<T> relu_derivative(const Array<T>& x) {
    return each<T>(x, relu_derivative);
}

template float         sigmoid(float);
template double        sigmoid(double);
template float         sigmoid_derivative(float);
template double        sigmoid_derivative(double);
template float         relu(float);
template double        relu(double);
template float         relu_derivative(float);
template double        relu_derivative(double);
template Array<float>  sigmoid(const Array<float>&);
template Array<double> sigmoid(const Array<double>&);
template Array<float>  sigmoid_derivative(const Array<float>&);
template Array<double> sigmoid_derivative(const Array<double>&);
template Array<float>  relu(const Array<float>&);
template Array<double> relu(const Array<double>&);
template Array<float>  relu_derivative(const Array<float>&);
template Array<double> relu_derivative(const Array<double>&);

} // namespace xtgrad::handwritten
