#include <xtgrad/autograd/numeric_derivative.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace xtgrad {

namespace {

// Values of f around one element, and what follows from them.
struct Differences {
    double central    = 0; // slopes at the step
    double jump       = 0; // forward less backward slope: h·f″ where f is smooth
    double largest    = 0; // the largest value of |f|
    double distance   = 0; // from the left point to the right one
    bool   all_finite = true;
};

template <Scalar T>
Differences differences_at(const std::function<double(const Array<T>&)>& f, Array<T>& x, std::size_t place, T step, double middle) {
    const T center        = x.data()[place];
    const T right         = center + step;
    const T left          = center - step;
    x.data()[place]       = right;
    const double at_right = f(x);
    x.data()[place]       = left;
    const double at_left  = f(x);
    x.data()[place]       = center;
    Differences result;
    // The steps that were taken, not those that were asked for: the points are rounded.
    result.distance = static_cast<double>(right) - static_cast<double>(left);
    result.central  = (at_right - at_left) / result.distance;
    result.jump     = (at_right - middle) / (static_cast<double>(right) - static_cast<double>(center)) -
                  (middle - at_left) / (static_cast<double>(center) - static_cast<double>(left));
    result.largest    = std::max(std::abs(at_right), std::abs(at_left));
    result.all_finite = std::isfinite(at_right) && std::isfinite(at_left);
    return result;
}

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

// Relative to the scale: beyond it a difference quotient is noise or stands at a kink.
constexpr double largest_relative_uncertainty = 1e-3;
// Roundings in one value of f, in units of ε·|f|, where f is evaluated well; more shows in the quotients themselves.
constexpr double roundings = 8;
// A smooth function's jump halves with the step; one that falls by less than this comes from a kink.
constexpr double kink_ratio = 0.75;

} // namespace

template <Scalar T>
std::vector<NumericDerivative> numeric_derivatives(const std::function<double(const Array<T>&)>& f, const Array<T>& x,
                                                   std::span<const std::size_t> places) {
    constexpr double               epsilon = std::numeric_limits<T>::epsilon();
    const double                   root    = std::cbrt(epsilon);
    Array<T>                       moved   = x;
    const double                   middle  = f(moved);
    std::vector<NumericDerivative> results;
    std::vector<Differences>       wide, narrow;
    std::vector<double>            noise;
    double                         largest_derivative = 0;
    for (const std::size_t place : places) {
        const T           center = x.data()[place];
        const double      size   = std::max(1.0, std::abs(static_cast<double>(center)));
        const T           step   = static_cast<T>(root * size);
        NumericDerivative result;
        result.place = place;
        result.step  = static_cast<double>(step);
        wide.push_back(differences_at(f, moved, place, step, middle));
        narrow.push_back(differences_at(f, moved, place, step / 2, middle));
        const double at_h = wide.back().central, at_half = narrow.back().central;
        result.value       = at_half + (at_half - at_h) / 3;
        result.uncertainty = std::abs(at_half - at_h);
        result.jump        = narrow.back().jump;
        result.conclusive  = std::isfinite(middle) && wide.back().all_finite && narrow.back().all_finite;
        if (result.conclusive) {
            noise.push_back(result.uncertainty * wide.back().distance);
            largest_derivative = std::max(largest_derivative, std::abs(result.value));
        }
        results.push_back(result);
    }
    // One element's two quotients may agree by luck. The noise of f is common to all elements, so the median bounds it.
    const double common = median(noise);
    for (std::size_t index = 0; index < results.size(); ++index) {
        NumericDerivative& result = results[index];
        const double       size   = std::max(1.0, std::abs(static_cast<double>(x.data()[result.place])));
        if (!result.conclusive) {
            result.uncertainty = std::numeric_limits<double>::infinity();
            continue;
        }
        const double largest  = std::max({std::abs(middle), wide[index].largest, narrow[index].largest});
        const double rounding = std::max(roundings * epsilon * largest, common) / narrow[index].distance;
        result.uncertainty += 2 * rounding;
        const double scale = std::max(largest_derivative, std::abs(middle) / size);
        // The two one-sided slopes are noisier than the central one by the same measure.
        const double noticeable = largest_relative_uncertainty * scale + 8 * rounding;
        result.kink             = std::abs(result.jump) > noticeable && std::abs(result.jump) > kink_ratio * std::abs(wide[index].jump);
        result.conclusive       = !result.kink && result.uncertainty <= largest_relative_uncertainty * scale;
        // A function that does not move at all has scale 0 and derivative exactly 0.
        if (scale == 0 && result.uncertainty == 0) result.conclusive = true;
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
