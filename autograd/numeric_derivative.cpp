#include <xtgrad/autograd/numeric_derivative.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace xtgrad {

namespace differences {

double step_for(double x, double epsilon) { return std::exp2(std::round(std::log2(std::cbrt(epsilon) * std::max(1.0, std::abs(x))))); }

Estimate estimate(const Stencil& f, double h, double rounding) {
    const double coarse = (f.far_above - f.far_below) / (2 * h);
    const double fine   = (f.above - f.below) / h;
    // (slope above − slope below) is h·f″ for a smooth function, so that twice the half step's takes away the full step's; at a kink both
    // are the jump of the slope.
    const double kink = std::abs(4 * (f.above - 2 * f.here + f.below) - (f.far_above - 2 * f.here + f.far_below)) / h;
    return {fine + (fine - coarse) / 3, std::abs(fine - coarse) / 3 + kink / 2 + 3 * rounding / h};
}

} // namespace differences

namespace {

// Of an even number the smaller one.
double median(std::vector<double> values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

// A function that did not move has the same rounding everywhere; what it hides is a movement of less than one rounding.
double rounding_of(const differences::Stencil& f, double epsilon) {
    if (f.far_below == f.here && f.below == f.here && f.above == f.here && f.far_above == f.here) return epsilon * std::abs(f.here);
    return differences::trusted_roundings * epsilon * std::max({std::abs(f.far_below), std::abs(f.here), std::abs(f.far_above)});
}

} // namespace

template <Scalar T>
std::vector<NumericDerivative> numeric_derivatives(const std::function<double(const Array<T>&)>& f, const Array<T>& x,
                                                   std::span<const std::size_t> places) {
    constexpr double               epsilon = std::numeric_limits<T>::epsilon();
    Array<T>                       moved   = x;
    const double                   here    = f(moved);
    double                         largest = 0;
    std::vector<NumericDerivative> results;
    std::vector<double>            noise; // in values of f
    for (const std::size_t place : places) {
        const T      center   = x.data()[place];
        const double h        = differences::step_for(static_cast<double>(center), epsilon);
        const auto   value_at = [&](double offset) {
            moved.data()[place] = center + static_cast<T>(offset);
            return f(moved);
        };
        const differences::Stencil values{value_at(-h), value_at(-h / 2), here, value_at(h / 2), value_at(h)};
        moved.data()[place]                  = center;
        const differences::Estimate estimate = differences::estimate(values, h, rounding_of(values, epsilon));
        NumericDerivative           result{place, estimate.derivative, estimate.uncertainty, h};
        result.conclusive = std::isfinite(estimate.uncertainty) && std::isfinite(estimate.derivative);
        if (result.conclusive) {
            noise.push_back(result.uncertainty * h);
            largest = std::max(largest, std::abs(result.value));
        } else {
            result.uncertainty = std::numeric_limits<double>::infinity();
        }
        results.push_back(result);
    }
    // One element's differences may agree by luck; the noise of f is common to all elements. Where f did not move at all there is none.
    const double common = median(noise);
    for (NumericDerivative& result : results) {
        if (!result.conclusive) continue;
        if (result.uncertainty > 0) result.uncertainty = std::max(result.uncertainty, common / result.step);
        const double scale = std::max(largest, std::abs(here) / std::max(1.0, std::abs(static_cast<double>(x.data()[result.place]))));
        result.conclusive  = result.uncertainty <= differences::conclusive_share * scale;
    }
    return results;
}

template <Scalar T>
std::vector<NumericDerivative> numeric_derivatives(const std::function<double(const Array<T>&)>& f, const Array<T>& x) {
    std::vector<std::size_t> places(x.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    return numeric_derivatives<T>(f, x, places);
}

std::string index_text(std::size_t place, const Shape& shape) {
    std::string text;
    for (std::size_t axis = shape.size(); axis-- > 0; place /= shape[axis]) {
        text = std::to_string(place % shape[axis]) + (text.empty() ? "" : ", ") + text;
    }
    return "[" + text + "]";
}

template std::vector<NumericDerivative> numeric_derivatives<float>(const std::function<double(const Array<float>&)>&, const Array<float>&,
                                                                   std::span<const std::size_t>);
template std::vector<NumericDerivative> numeric_derivatives<double>(const std::function<double(const Array<double>&)>&, const Array<double>&,
                                                                    std::span<const std::size_t>);
template std::vector<NumericDerivative> numeric_derivatives<float>(const std::function<double(const Array<float>&)>&, const Array<float>&);
template std::vector<NumericDerivative> numeric_derivatives<double>(const std::function<double(const Array<double>&)>&, const Array<double>&);

} // namespace xtgrad
