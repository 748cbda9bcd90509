#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include <xtgrad/array/array.hpp>

namespace xtgrad {

/// The largest absolute difference of two arrays of the same shape; infinite where shapes differ or a NaN faces a number.
template <class T>
double largest_difference(const Array<T>& a, const Array<T>& b) {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    if (a.shape() != b.shape()) return infinite;
    double largest = 0;
    for (std::size_t place = 0; place < a.size(); ++place) {
        const double difference = std::abs(static_cast<double>(a.data()[place]) - static_cast<double>(b.data()[place]));
        largest                 = std::isnan(difference) ? infinite : std::max(largest, difference);
    }
    return largest;
}

/// The derivative of `f` with respect to each element of `x`, by central differences at h and h/2 and a Richardson step: an error of about 1e-11 for
/// smooth functions of moderate size.
template <class F>
Array<double> numeric_gradient(F f, const Array<double>& x, double h = 2e-3) {
    Array<double> result(x.shape());
    for (std::size_t place = 0; place < x.size(); ++place) {
        const auto slope = [&](double step) {
            Array<double> forward = x, backward = x;
            forward.data()[place] += step;
            backward.data()[place] -= step;
            return (f(forward) - f(backward)) / (forward.data()[place] - backward.data()[place]);
        };
        result.data()[place] = (4 * slope(h / 2) - slope(h)) / 3;
    }
    return result;
}

} // namespace xtgrad
