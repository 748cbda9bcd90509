// Fits a logistic regression by Newton's method with its exact Hessian, and says how well each weight is known: the standard errors are the square
// roots of the diagonal of the Hessian's inverse at the maximum of the likelihood (Hastie, Tibshirani and Friedman, The Elements of Statistical
// Learning, 2nd edition, section 4.4).

#include <cmath>
#include <iostream>

#include <fmt/format.h>
#include <fmt/ranges.h>
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
    std::uint64_t         seed     = 0;
    std::size_t           samples  = 400;
    std::size_t           features = 3;
    double                penalty  = 0;
    std::filesystem::path json;
};

struct Samples {
    Array<double> true_weights; // [1 + features], the intercept first
    Array<double> x;            // [samples, 1 + features], with a column of ones
    Array<double> y;            // [samples], 0 or 1
};

Samples draw(const Options& options) {
    Random  random(options.seed);
    Samples result{random.normal_array<double>({options.features + 1}), random.normal_array<double>({options.samples, options.features + 1}), {}};
    Array<double> p(Shape{options.samples});
    for (std::size_t row = 0; row < options.samples; ++row) result.x(row, 0) = 1;
    p = sigmoid(matmul(Variable<double>(result.x), result.true_weights)).value();
    for (double& one : p.storage()) one = random.uniform() < one ? 1 : 0;
    result.y = p;
    return result;
}

/// −log of the likelihood, and half the penalty times the weights' square but for the intercept's.
auto loss_of(const Samples& samples, double penalty) {
    return [&samples, penalty](const auto& weights) {
        const auto margins = matmul(samples.x, weights);
        return sum(softplus(margins) - samples.y * margins) + 0.5 * penalty * sum(square(slice(weights, {Range::from(1)})));
    };
}

struct Fit {
    Array<double>       weights, standard_errors;
    double              loss = 0;
    std::vector<double> gradients; // the largest element, before each step and at the end
};

Fit fit(const Samples& samples, double penalty) {
    const auto    loss = loss_of(samples, penalty);
    Array<double> at   = zeros<double>({samples.x.shape(1)});
    auto [value, g]    = value_and_gradient(loss, at);
    Fit result;
    // Newton's method squares its error at each step; where it needs more of them there is nothing to arrive at.
    constexpr int    most_steps   = 30;
    constexpr double small_enough = 1e-12; // of the gradient, beside one that begins at some tens
    for (int step = 0;; ++step) {
        result.gradients.push_back(xt::amax(xt::abs(g))());
        if (result.gradients.back() <= small_enough * (1 + result.gradients.front()) || interrupted()) break;
        const std::string reason = "the likelihood has no maximum: the samples can be separated; give a --penalty or more --samples";
        if (step == most_steps) throw ValueError(reason);
        try {
            const Variable<double> factor = cholesky(Variable<double>(hessian(loss, at)));
            const Array<double>    change = cholesky_solve(g, factor).value();
            // The loss is convex: a step that leads up is too long, but for rounding.
            double share = 1;
            for (;; share /= 2) {
                const auto [next, next_g] = value_and_gradient(loss, Array<double>(at - share * change));
                if (next > value + 1e-12 * std::abs(value)) continue;
                at -= share * change;
                value = next;
                g     = next_g;
                break;
            }
        } catch (const FactorizationError&) {
            throw ValueError(reason);
        }
    }
    result.weights         = at;
    result.loss            = value;
    result.standard_errors = sqrt(diagonal(inv(Variable<double>(hessian(loss, at))))).value();
    return result;
}

void run(const Options& options) {
    if (!options.json.empty()) OutputFile{options.json};
    const Samples samples = draw(options);
    const Fit     fitted  = fit(samples, options.penalty);
    std::cout << fmt::format("{} samples of {} features, seed {}\n", options.samples, options.features, options.seed)
              << fmt::format("log likelihood {:.4f}; the gradient at each step: {:.1e}\n", -fitted.loss, fmt::join(fitted.gradients, ", "));
    for (std::size_t weight = 0; weight < fitted.weights.size(); ++weight) {
        std::cout << fmt::format("{:<9}  {:8.4f} ± {:.4f}   (drawn from {:.4f})\n", weight == 0 ? "intercept" : fmt::format("weight {}", weight),
                                 fitted.weights(weight), fitted.standard_errors(weight), samples.true_weights(weight));
    }
    if (options.json.empty()) return;
    const auto list = [](const Array<double>& array) { return std::vector<double>(array.storage().begin(), array.storage().end()); };
    save_json(options.json, {{"seed", options.seed},
                             {"samples", options.samples},
                             {"true_weights", list(samples.true_weights)},
                             {"weights", list(fitted.weights)},
                             {"standard_errors", list(fitted.standard_errors)},
                             {"log_likelihood", -fitted.loss},
                             {"gradients", fitted.gradients},
                             {"interrupted", interrupted()}});
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("Fits a logistic regression by Newton's method.", "logistic_regression");
    Options  options;
    app.add_option("--seed", options.seed, "Seed of weights and samples")->capture_default_str();
    app.add_option("--samples", options.samples, "How many samples")->capture_default_str()->check(CLI::Range(1, 1'000'000));
    app.add_option("--features", options.features, "How many features")->capture_default_str()->check(CLI::Range(1, 200));
    app.add_option("--penalty", options.penalty, "Weight of half the squared weights in the loss")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    app.add_option("--json", options.json, "Write all results")->option_text("FILE");
    return run_example(app, argc, argv, [&] { run(options); });
}
