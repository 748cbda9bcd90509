#include <algorithm>
#include <sstream>

#include <xtgrad/array/random.hpp>
#include <xtgrad/autograd/numeric_derivative.hpp>

#include "tiers.hpp"

namespace xtgrad::suite {

namespace {

// Units of ε within which a sum must be right, relative to its terms. The functions themselves are right to 4, powers to 8.
constexpr double largest_error = 64 * std::numeric_limits<double>::epsilon();

/// What is known of Jv, and how exactly.
struct Product {
    std::vector<double> derivative;
    std::vector<double> tolerance;
};

/// By central differences along the direction.
Product by_differences(const Case& sample, const std::vector<Array<double>>& direction) {
    const double h  = differences::step_for(1, std::numeric_limits<double>::epsilon());
    const auto   at = [&](double t) {
        Variables<double> x;
        for (std::size_t input = 0; input < sample.inputs.size(); ++input) x.emplace_back(Array<double>(sample.inputs[input] + t * direction[input]));
        return sample.in_double(x).value();
    };
    const Array<double> far_below = at(-h), below = at(-h / 2), here = at(0), above = at(h / 2), far_above = at(h);
    Product             product;
    // What depends on nothing does not move, not even where it is NaN, as the mean of nothing is.
    if (std::all_of(direction.begin(), direction.end(), [](const Array<double>& v) { return v.size() == 0; })) {
        product.derivative.assign(here.size(), 0);
        product.tolerance.assign(here.size(), 0);
        return product;
    }
    for (std::size_t row = 0; row < here.size(); ++row) {
        const differences::Stencil stencil{far_below.data()[row], below.data()[row], here.data()[row], above.data()[row], far_above.data()[row]};
        const double               rounding = differences::trusted_roundings * std::numeric_limits<double>::epsilon() * std::abs(stencil.here);
        const auto                 found    = differences::estimate(stencil, h, rounding);
        product.derivative.push_back(found.derivative);
        product.tolerance.push_back(found.uncertainty + 1e-6 * std::abs(found.derivative));
    }
    return product;
}

Product on_duals(const Case& sample, const std::vector<Array<double>>& direction) {
    const Tangents tangents = sample.on_duals(direction);
    Product        product{tangents.derivative, tangents.terms};
    for (double& tolerance : product.tolerance) tolerance *= largest_error;
    return product;
}

std::string apart(const char* what, double first, double second, double tolerance) {
    std::ostringstream text;
    text.precision(17);
    text << what << ": " << first << " and " << second << ", apart by more than " << tolerance;
    return text.str();
}

} // namespace

void check_dot_product(const Case& sample, Tally& tally) {
    Random                     random(53);
    std::vector<Array<double>> direction;
    for (std::size_t input = 0; input < sample.inputs.size(); ++input) {
        // Short numbers, so that a step along them is exact, in float too.
        Array<double> v = random.uniform_array<double>(sample.inputs[input].shape(), -2, 2);
        for (double& element : v.storage()) element = sample.differentiable[input] ? (element < 0 ? std::floor(element) : std::ceil(element)) : 0;
        direction.push_back(v);
    }
    const Product product = sample.on_duals ? on_duals(sample, direction) : by_differences(sample, direction);

    Tape                tape;
    const auto          variables = watched<double>(tape, sample);
    const auto          sources   = differentiable(sample, variables);
    const auto          along     = differentiable(sample, direction);
    const auto          y         = sample.in_double(variables);
    const Array<double> w         = xt::cast<double>(random.normal_array<float>(y.shape()));
    const auto          gradients = tape.gradient(y, sources, seed(w), keep);
    double              forward   = 0;
    double              backward  = 0;
    double              tolerance = 0;
    for (std::size_t row = 0; row < y.size(); ++row) {
        forward += w.data()[row] * product.derivative[row];
        tolerance += std::abs(w.data()[row]) * (product.tolerance[row] + largest_error * std::abs(product.derivative[row]));
    }
    for (std::size_t source = 0; source < sources.size(); ++source) {
        for (std::size_t place = 0; place < gradients[source].size(); ++place) {
            const double term = along[source].data()[place] * gradients[source].data()[place];
            backward += term;
            tolerance += largest_error * std::abs(term);
        }
    }
    // Written so that a NaN fails.
    tally.check(std::abs(forward - backward) <= tolerance, place_of(sample, apart("⟨Jv, w⟩ and ⟨v, Jᵀw⟩", forward, backward, tolerance)));

    const functional::AnyVariables by(sources.begin(), sources.end());
    const functional::AnyVariables tangents = [&] {
        functional::AnyVariables result;
        for (const Array<double>& v : along) result.push_back(Variable<double>(v));
        return result;
    }();
    const Variable<double> jvp(functional::jvp_of(tape, y, by, tangents, false, {}).front());
    std::size_t            wrong = y.size();
    for (std::size_t row = 0; row < y.size(); ++row) {
        if (!(std::abs(jvp.typed().data()[row] - product.derivative[row]) <= product.tolerance[row])) wrong = row;
    }
    tally.check(jvp.shape() == y.shape(), place_of(sample, "jvp has another shape than the value"));
    tally.check(wrong == y.size(), place_of(sample, wrong == y.size() ? std::string()
                                                                      : apart("jvp and Jv", jvp.typed().data()[wrong], product.derivative[wrong],
                                                                              product.tolerance[wrong])));
}

} // namespace xtgrad::suite
