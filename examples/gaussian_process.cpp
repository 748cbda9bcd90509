// Fits the hyperparameters of a Gaussian process to noisy samples of a function: Newton's method on the log marginal likelihood, whose gradient and
// Hessian come through the Cholesky factor of the covariance matrix (Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006,
// section 5.4).

#include <cmath>
#include <iostream>
#include <numbers>

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
    std::uint64_t         seed   = 0;
    std::size_t           points = 40;
    double                noise  = 0.2;
    std::filesystem::path json;
};

struct Observations {
    Array<double> x, y; // [points, 1], [points]
};

double truth(double x) { return std::sin(x) + 0.5 * std::sin(2 * x); }

Observations observe(const Options& options) {
    Random       random(options.seed);
    Observations result{random.uniform_array<double>({options.points, 1}, 0, 2 * std::numbers::pi), random.normal_array<double>({options.points})};
    for (std::size_t point = 0; point < options.points; ++point) result.y(point) = truth(result.x(point, 0)) + options.noise * result.y(point);
    return result;
}

/// σ²·exp(−½·(distance/length)²) of logarithms of σ and the length, the first two of three hyperparameters.
template <class V>
V covariance(const V& hyperparameters, const Array<double>& a, const Array<double>& b) {
    const auto log_amplitude = slice(hyperparameters, {0}), log_length = slice(hyperparameters, {1});
    return exp(2 * log_amplitude - 0.5 * square(cdist(Variable<double>(a), b)) * exp(-2 * log_length));
}

/// The covariance of the observations, whose noise has the third hyperparameter.
template <class V>
V noisy_covariance(const V& hyperparameters, const Array<double>& x) {
    return covariance(hyperparameters, x, x) + exp(2 * slice(hyperparameters, {2})) * xt::eye<double>(x.shape(0));
}

/// −log p(y) = ½·yᵀ·K⁻¹·y + ½·log det K + ½·n·log 2π
auto negative_log_likelihood(const Observations& data) {
    return [&data](const auto& hyperparameters) {
        const auto l = cholesky(noisy_covariance(hyperparameters, data.x));
        return 0.5 *
               (vdot(data.y, cholesky_solve(data.y, l)) + cholesky_logdet(l) + static_cast<double>(data.y.size()) * std::log(2 * std::numbers::pi));
    };
}

struct Fit {
    Array<double> hyperparameters;
    double        loss_before = 0, loss = 0, largest_gradient = 0;
    int           steps = 0;
};

/// Newton's method with Levenberg's damping: a step that does not lead down is taken again, shorter and steeper.
Fit fit(const Observations& data) {
    const auto loss = negative_log_likelihood(data);
    Fit        result{{0.0, 0.0, -1.0}};
    auto [value, g]               = value_and_gradient(loss, result.hyperparameters);
    result.loss_before            = value;
    double           damping      = 1;
    constexpr int    most_steps   = 100;
    constexpr double small_enough = 1e-8; // of the gradient, beside a loss of some 10
    for (; result.steps < most_steps && xt::amax(xt::abs(g))() > small_enough && !interrupted(); ++result.steps) {
        const Array<double> rounded = hessian(loss, result.hyperparameters), h = 0.5 * (rounded + xt::transpose(rounded));
        for (;; damping *= 4) {
            const Array<double> damped = h + damping * xt::eye<double>(3);
            // Not every Hessian on the way is positive definite, nor every covariance matrix that a long step leads to; a shorter step helps both.
            try {
                const Array<double> step        = cholesky_solve(Variable<double>(g), cholesky(Variable<double>(damped))).value();
                const Array<double> next        = result.hyperparameters - step;
                const auto [next_value, next_g] = value_and_gradient(loss, next);
                if (!(next_value <= value) && xt::amax(xt::abs(step))() > 1e-12) continue;
                result.hyperparameters = next;
                value                  = next_value;
                g                      = next_g;
            } catch (const FactorizationError&) {
                continue;
            }
            damping /= 10;
            break;
        }
    }
    result.loss             = value;
    result.largest_gradient = xt::amax(xt::abs(g))();
    return result;
}

/// The root mean square of what the process's mean is off between the observations.
double prediction_error(const Observations& data, const Array<double>& hyperparameters) {
    constexpr std::size_t places = 100;
    Array<double>         at(Shape{places, 1});
    for (std::size_t place = 0; place < places; ++place) at(place, 0) = 2 * std::numbers::pi * static_cast<double>(place) / places;
    const Variable<double> of   = hyperparameters;
    const Array<double>    mean = matmul(covariance(of, at, data.x), solve(noisy_covariance(of, data.x), data.y)).value();
    double                 sum  = 0;
    for (std::size_t place = 0; place < places; ++place) sum += std::pow(mean(place) - truth(at(place, 0)), 2);
    return std::sqrt(sum / places);
}

void run(const Options& options) {
    if (!options.json.empty()) OutputFile{options.json};
    const Observations data   = observe(options);
    const Fit          fitted = fit(data);
    const double       error  = prediction_error(data, fitted.hyperparameters);
    const auto         number = [&](std::size_t which) { return std::exp(fitted.hyperparameters(which)); };
    std::cout << fmt::format("{} observations of sin x + 0.5 sin 2x with noise {}, seed {}\n", options.points, options.noise, options.seed)
              << fmt::format("log marginal likelihood {:.4f} before, {:.4f} after {} steps of Newton's method\n", -fitted.loss_before, -fitted.loss,
                             fitted.steps)
              << fmt::format("amplitude {:.4f}, length {:.4f}, noise {:.4f}\n", number(0), number(1), number(2))
              << fmt::format("the mean is off by {:.4f}, root mean square\n", error);
    if (options.json.empty()) return;
    save_json(options.json, {{"seed", options.seed},
                             {"points", options.points},
                             {"log_likelihood_before", -fitted.loss_before},
                             {"log_likelihood", -fitted.loss},
                             {"largest_gradient", fitted.largest_gradient},
                             {"steps", fitted.steps},
                             {"amplitude", number(0)},
                             {"length", number(1)},
                             {"noise", number(2)},
                             {"prediction_error", error},
                             {"interrupted", interrupted()}});
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("Fits the hyperparameters of a Gaussian process by its log marginal likelihood.", "gaussian_process");
    Options  options;
    app.add_option("--seed", options.seed, "Seed of the observations")->capture_default_str();
    app.add_option("--points", options.points, "How many observations")->capture_default_str()->check(CLI::Range(2, 2000));
    app.add_option("--noise", options.noise, "Standard deviation of the observations")->capture_default_str()->check(positive_finite());
    app.add_option("--json", options.json, "Write all results")->option_text("FILE");
    return run_example(app, argc, argv, [&] { run(options); });
}
