// Differentiates the solution of an equation without recording how it was found: implicit differentiation through `solve`. The equation is a steady
// reaction and diffusion on a line, −u″ + r·u³ = s with u = 0 at both ends; its reaction r and source s are found again from a solution that is
// observed.

#include <cmath>
#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <xtgrad/array/file.hpp>
#include <xtgrad/array/random.hpp>
#include <xtgrad/autograd.hpp>

#include "command_line.hpp"
#include "interrupt.hpp"
#include "report.hpp"

using namespace xtgrad;
using namespace xtgrad::examples;

namespace {

struct Options {
    std::size_t           points   = 30;
    double                reaction = 5, source = 10;
    std::filesystem::path json;
};

/// −u″ by differences between `points` places within [0, 1].
Array<double> diffusion(std::size_t points) {
    const double  scale  = static_cast<double>((points + 1) * (points + 1));
    Array<double> result = zeros<double>({points, points});
    for (std::size_t place = 0; place < points; ++place) {
        result(place, place) = 2 * scale;
        if (place + 1 < points) result(place, place + 1) = result(place + 1, place) = -scale;
    }
    return result;
}

class Equation {
public:
    explicit Equation(std::size_t points) : diffusion_(diffusion(points)) {}

    /// The u that solves it for θ = [r, s]. Newton's method finds it, of which nothing is recorded. One more step is: x − J⁻¹·F(x, θ), whose value is
    /// x but whose derivative is that of the solution, −J⁻¹·∂F/∂θ, by the implicit function theorem. Each further step makes one more order right.
    template <class V>
    Variable<double> solution(const V& parameters, int orders = 1) const {
        const Variable<double> theta = parameters;
        const Array<double>    found = newton(theta.value());
        const Array<double>    slope = jacobian_at(found, theta.value());
        Variable<double>       u     = found;
        for (int order = 0; order < orders; ++order) u = u - solve(slope, residual(u, theta));
        return u;
    }

private:
    Variable<double> residual(const Variable<double>& u, const Variable<double>& theta) const {
        return matmul(diffusion_, u) + slice(theta, {0}) * (u * u * u) - slice(theta, {1});
    }
    Array<double> jacobian_at(const Array<double>& u, const Array<double>& theta) const {
        return jacobian([&](auto x) { return residual(x, theta); }, u);
    }
    Array<double> newton(const Array<double>& theta) const {
        Array<double>    u            = zeros<double>({diffusion_.shape(0)});
        constexpr int    most_steps   = 50;
        constexpr double small_enough = 1e-13; // of a step, beside a solution of some 1
        for (int step = 0; step < most_steps; ++step) {
            const Array<double> change = solve(Variable<double>(jacobian_at(u, theta)), residual(u, theta)).value();
            u -= change;
            if (xt::amax(xt::abs(change))() <= small_enough * (1 + xt::amax(xt::abs(u))())) return u;
        }
        throw ValueError(fmt::format("no solution was found in {} steps for reaction {} and source {}", most_steps, theta(0), theta(1)));
    }

    Array<double> diffusion_;
};

struct Found {
    Array<double> parameters;
    double        loss  = 0;
    int           steps = 0;
};

/// Levenberg and Marquardt's method from [1, 1], on the logarithms of the parameters, with the Jacobian of the solution with respect to them.
Found identify(const Equation& equation, const Array<double>& observed) {
    const auto       errors_at = [&](auto logarithms) { return equation.solution(exp(logarithms)) - observed; };
    Array<double>    at{0.0, 0.0};
    Array<double>    errors       = errors_at(Variable<double>(at)).value();
    double           damping      = 1;
    int              steps        = 0;
    constexpr int    most_steps   = 200;
    constexpr double small_enough = 1e-12; // of a step of logarithms
    for (bool done = false; steps < most_steps && !done && !interrupted(); ++steps) {
        const Variable<double> slope  = jacobian(errors_at, at);
        const Variable<double> normal = matmul(slope, slope, Transposed::first);
        const Array<double>    step   = solve(normal * (1 + damping * xt::eye<double>(2)), matmul(errors, slope)).value();
        // A step that would take a parameter beyond a factor of e² comes from a slope that knows little of it.
        constexpr double    farthest = 2;
        const double        length   = xt::amax(xt::abs(step))();
        const Array<double> next = at - (length > farthest ? farthest / length : 1) * step, next_errors = errors_at(Variable<double>(next)).value();
        done = length <= small_enough;
        if (!done && xt::sum(next_errors * next_errors)() >= xt::sum(errors * errors)()) {
            damping *= 4;
            continue;
        }
        at     = next;
        errors = next_errors;
        damping /= 10;
    }
    Found result;
    result.parameters = xt::exp(at);
    result.steps      = steps;
    return result;
}

/// The largest difference between derivatives of the solution's mean by the implicit steps and by differences of the solver, beside the largest.
double distance_from_differences(const Equation& equation, const Array<double>& at, bool second_order) {
    const auto quantity = [&](auto theta) { return mean(square(equation.solution(theta, 2))); };
    const auto function = [&](const Array<double>& theta) {
        return second_order ? gradient(quantity, theta) : Array<double>{quantity(Variable<double>(theta)).item()};
    };
    const Array<double> exact = second_order ? hessian(quantity, at) : gradient(quantity, at);
    double              apart = 0, largest = 0;
    for (std::size_t parameter = 0; parameter < 2; ++parameter) {
        const double  h    = 1e-4 * at(parameter);
        Array<double> high = at, low = at;
        high(parameter) += h;
        low(parameter) -= h;
        const Array<double> difference = (function(high) - function(low)) / (2 * h);
        for (std::size_t row = 0; row < difference.size(); ++row) {
            const double derivative = exact.data()[second_order ? row * 2 + parameter : parameter];
            apart                   = std::max(apart, std::abs(derivative - difference.data()[row]));
            largest                 = std::max(largest, std::abs(derivative));
        }
    }
    return apart / largest;
}

void run(const Options& options) {
    if (!options.json.empty()) OutputFile{options.json};
    const Equation      equation(options.points);
    const Array<double> parameters{options.reaction, options.source};
    const Array<double> observed = equation.solution(Variable<double>(parameters)).value();
    const double first = distance_from_differences(equation, parameters, false), second = distance_from_differences(equation, parameters, true);
    const Found  found = identify(equation, observed);
    std::cout << fmt::format("-u'' + {} u^3 = {} at {} points\n", options.reaction, options.source, options.points)
              << fmt::format("first and second derivatives are {:.1e} and {:.1e} from differences of the solver\n", first, second)
              << fmt::format("from the solution, reaction {:.10g} and source {:.10g} were found again in {} steps\n", found.parameters(0),
                             found.parameters(1), found.steps);
    if (options.json.empty()) return;
    save_json(options.json, {{"points", options.points},
                             {"first_order_difference", first},
                             {"second_order_difference", second},
                             {"reaction", found.parameters(0)},
                             {"source", found.parameters(1)},
                             {"steps", found.steps},
                             {"interrupted", interrupted()}});
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("Differentiates the solution of a nonlinear equation implicitly, and fits its parameters.", "implicit_differentiation");
    Options  options;
    app.add_option("--points", options.points, "Places between the ends of the line")->capture_default_str()->check(CLI::Range(2, 500));
    app.add_option("--reaction", options.reaction, "Strength of the reaction")->capture_default_str()->check(positive_finite());
    app.add_option("--source", options.source, "Strength of the source")->capture_default_str()->check(positive_finite());
    app.add_option("--json", options.json, "Write all results")->option_text("FILE");
    return run_example(app, argc, argv, [&] { run(options); });
}
