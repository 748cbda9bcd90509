#include <sstream>

#include <xtgrad/array/random.hpp>

#include "tiers.hpp"

namespace xtgrad::suite {

namespace {

// Above these a Jacobian by rows takes too long for a test.
constexpr std::size_t small_count        = 256;
constexpr std::size_t second_order_count = 40;

std::size_t element_count_of(const Case& sample) {
    std::size_t count = 0;
    for (const Array<double>& input : sample.inputs) count += input.size();
    return count;
}

/// The case as a function of its differentiable inputs.
gradcheck::Function as_function(const Case& sample) {
    return [&sample](const Variables<double>& x) {
        Variables<double> all;
        auto              next = x.begin();
        for (std::size_t input = 0; input < sample.inputs.size(); ++input) {
            all.push_back(sample.differentiable[input] ? *next++ : Variable<double>(sample.inputs[input]));
        }
        return sample.in_double(all);
    };
}

void note(const GradientReport& report, const Case& sample, const std::string& what, Tally& tally) {
    std::ostringstream text;
    text << what << ": " << report;
    tally.check(static_cast<bool>(report), place_of(sample, text.str()));
}

} // namespace

bool is_large(const Case& sample) { return element_count_of(sample) > small_count; }

void check_by_differences(const Case& sample, Tally& tally) {
    using Mode                              = GradientCheckOptions::Mode;
    const double                     units  = sample.normwise ? normwise_units : 0;
    const auto                       f      = as_function(sample);
    const std::vector<Array<double>> inputs = differentiable(sample, sample.inputs);
    note(gradcheck::check({.mode = is_large(sample) ? Mode::directions : Mode::jacobian, .rounding_units = units}, f, inputs), sample, "first order",
         tally);
    const Mode           mode   = element_count_of(sample) > second_order_count ? Mode::directions : Mode::jacobian;
    const GradientReport report = gradcheck::check({.second_order = true, .mode = mode, .rounding_units = units}, f, inputs);
    tally.second_order          = std::max(tally.second_order, report.largest_error);
    note(report, sample, "second order", tally);
}

namespace {

/// The gradient, with respect to the inputs and the cotangent, of a random combination of the gradient's elements.
template <Scalar T>
std::vector<Array<T>> second_derivatives(const Case& sample) {
    Tape               tape;
    const Variables<T> variables = watched<T>(tape, sample);
    Variables<T>       sources   = differentiable(sample, variables);
    const Variable<T>  y         = sample.function<T>()(variables);
    Random             random(43);
    const auto         drawn = [&](const Shape& shape) {
        // Short numbers, the same in both types.
        Array<T> result = random.normal_array<T>(shape);
        for (T& element : result.storage()) element = std::round(element * 256) / 256;
        return result;
    };
    const Variable<T> cotangent = tape.watch(drawn(y.shape()));
    const auto        gradients = tape.gradient(y, sources, seed(cotangent), create_graph);
    Variable<T>       total     = sum(cotangent * T{0});
    for (const Variable<T>& gradient : gradients) total += sum(gradient * drawn(gradient.shape()));
    sources.push_back(cotangent);
    return tape.gradient(total, sources);
}

} // namespace

void check_second_order_in_float(const Case& sample, Tally& tally) {
    // Both start from the same numbers.
    Case rounded = sample;
    for (Array<double>& input : rounded.inputs) {
        for (double& element : input.storage()) element = static_cast<double>(static_cast<float>(element));
    }
    const auto in_double = second_derivatives<double>(rounded);
    const auto in_float  = second_derivatives<float>(rounded);
    double     largest   = 0;
    double     apart     = 0;
    for (std::size_t source = 0; source < in_double.size(); ++source) {
        for (std::size_t place = 0; place < in_double[source].size(); ++place) {
            const double exact = in_double[source].data()[place];
            const double error = std::abs(exact - static_cast<double>(in_float[source].data()[place]));
            largest            = std::max(largest, std::abs(exact));
            apart              = std::max(apart, std::isnan(error) ? std::numeric_limits<double>::infinity() : error);
        }
    }
    // Sums over what was broadcast lose more than a single product does.
    constexpr double units = 64;
    tally.check(apart <= units * static_cast<double>(std::numeric_limits<float>::epsilon()) * largest,
                place_of(sample, "second derivatives in float and double are apart by " + std::to_string(apart) + " of " + std::to_string(largest)));
}

} // namespace xtgrad::suite
