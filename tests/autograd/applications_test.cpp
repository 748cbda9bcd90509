#include <doctest/doctest.h>

#include <cmath>

#include <xtgrad/array/random.hpp>
#include <xtgrad/autograd.hpp>
#include <xtgrad/nn.hpp>

using namespace xtgrad;

// What derivatives of higher order are for.

namespace {

/// Solves A·x = b by Gauss's elimination with partial pivoting.
Array<double> solved(Array<double> a, Array<double> b) {
    const std::size_t n = b.size();
    for (std::size_t column = 0; column < n; ++column) {
        std::size_t pivot = column;
        for (std::size_t row = column + 1; row < n; ++row) {
            if (std::abs(a(row, column)) > std::abs(a(pivot, column))) pivot = row;
        }
        for (std::size_t k = 0; k < n; ++k) std::swap(a(column, k), a(pivot, k));
        std::swap(b(column), b(pivot));
        for (std::size_t row = column + 1; row < n; ++row) {
            const double factor = a(row, column) / a(column, column);
            for (std::size_t k = column; k < n; ++k) a(row, k) -= factor * a(column, k);
            b(row) -= factor * b(column);
        }
    }
    for (std::size_t row = n; row-- > 0;) {
        for (std::size_t k = row + 1; k < n; ++k) b(row) -= a(row, k) * b(k);
        b(row) /= a(row, row);
    }
    return b;
}

double largest(const Array<double>& x) {
    double result = 0;
    for (const double element : x.storage()) result = std::max(result, std::abs(element));
    return result;
}

} // namespace

TEST_CASE("The third derivative of a network, through a Hessian-vector product inside, agrees with finite differences") {
    Random              random(19);
    const Array<double> inputs = random.normal_array<double>({5, 3}), targets = random.normal_array<double>({5, 2});
    const Array<double> w1 = random.normal_array<double>({4, 3}) * 0.7, b1 = random.normal_array<double>({4}) * 0.7,
                        w2 = random.normal_array<double>({2, 4}) * 0.7;
    const std::tuple along{random.normal_array<double>({4, 3}), random.normal_array<double>({4}), random.normal_array<double>({2, 4})};
    const std::tuple against{random.normal_array<double>({4, 3}), random.normal_array<double>({4}), random.normal_array<double>({2, 4})};

    const auto loss = [&](auto first, auto bias, auto second) {
        const auto hidden = tanh(matmul(inputs, first, Transposed::second) + bias);
        return nn::mean_square_error(matmul(hidden, second, Transposed::second), targets);
    };
    // ⟨against, H·along⟩, whose gradient is the third derivative along both.
    const auto curvature = [&](auto first, auto bias, auto second) {
        const auto [p1, pb, p2] = hessian_vector_product(loss, std::tuple{first, bias, second}, along);
        return sum(p1 * std::get<0>(against)) + sum(pb * std::get<1>(against)) + sum(p2 * std::get<2>(against));
    };
    const GradientReport report = check_gradients(curvature, w1, b1, w2);
    INFO(report);
    CHECK(report);
    CHECK(report.compared == 24);
    // The gradient that is checked is not nothing.
    CHECK(largest(std::get<0>(gradient(curvature, w1, b1, w2))) > 1e-2);
}

TEST_CASE("The same of a model's parameters: the gradient of a Hessian-vector product on the outer tape") {
    Random                   random(23);
    const Array<double>      inputs  = random.normal_array<double>({6, 3});
    const Array<double>      targets = random.normal_array<double>({6, 1});
    nn::Parameters<double>   parameters{4};
    const nn::Linear<double> hidden(parameters / "hidden", 3, 4), output(parameters / "output", 4, 1);
    const auto               loss      = [&] { return nn::mean_square_error(output(sigmoid(hidden(constant(inputs)))), targets); };
    const auto               direction = gradient(loss, parameters);
    const auto               along     = [&] {
        const auto product = hessian_vector_product(loss, parameters, direction, create_graph);
        return sum(product["hidden/weight"] * product["hidden/weight"]) + sum(product["output/weight"]);
    };
    const auto  slopes = gradient(along, parameters);
    const auto& weight = parameters["hidden/weight"];
    const auto  at     = [&](const Array<double>& moved) {
        const Array<double> kept = weight.value();
        weight.assign(moved);
        const double value = along().item();
        weight.assign(kept);
        return value;
    };
    // A copy: assign() frees what value() refers to.
    const Array<double> start = weight.value();
    for (const NumericDerivative& numeric : numeric_derivatives<double>(at, start)) {
        REQUIRE(numeric.conclusive);
        const double analytic = slopes["hidden/weight"].data()[numeric.place];
        CHECK(std::abs(analytic - numeric.value) <= numeric.uncertainty + 1e-6 * std::abs(analytic));
    }
}

TEST_CASE("Logistic regression by Newton's method with its Hessian converges quadratically, to where the likelihood equations hold") {
    constexpr std::size_t samples = 200, features = 4;
    Random                random(29);
    Array<double>         x = random.normal_array<double>({samples, features});
    const Array<double>   truth{0.5, -1.0, 2.0, 0.25};
    Array<double>         t = zeros<double>({samples});
    for (std::size_t row = 0; row < samples; ++row) {
        x(row, features - 1) = 1; // the bias
        double logit         = 0;
        for (std::size_t column = 0; column < features; ++column) logit += x(row, column) * truth(column);
        t(row) = random.uniform() < 1 / (1 + std::exp(-logit)) ? 1 : 0;
    }
    // −log-likelihood: Σ softplus(z) − t·z.
    const auto loss = [&](auto w) {
        const auto z = matmul(x, w);
        return sum(softplus(z) - t * z);
    };
    Array<double>       w = zeros<double>({features});
    std::vector<double> slopes;
    while (slopes.size() < 20) {
        const Array<double> slope = gradient(loss, w);
        slopes.push_back(largest(slope));
        if (slopes.back() < 1e-10) break;
        w -= solved(hessian(loss, w), slope);
    }
    CHECK(slopes.size() <= 9);
    CHECK(slopes.back() < 1e-10);
    // Quadratic: near the end each step squares what is left, but for roundings.
    const std::size_t last = slopes.size() - 1;
    CHECK(slopes[last] <= slopes[last - 1] * slopes[last - 1] + 1e-10);
    // The Hessian is Xᵀ·diag(σ(1 − σ))·X, and the gradient Xᵀ(σ − t), by hand.
    const Array<double> h       = hessian(loss, w);
    Array<double>       by_hand = zeros<double>({features, features}), equations = zeros<double>({features});
    for (std::size_t row = 0; row < samples; ++row) {
        double z = 0;
        for (std::size_t k = 0; k < features; ++k) z += x(row, k) * w(k);
        const double s = 1 / (1 + std::exp(-z));
        for (std::size_t i = 0; i < features; ++i) {
            equations(i) += x(row, i) * (s - t(row));
            for (std::size_t j = 0; j < features; ++j) by_hand(i, j) += x(row, i) * x(row, j) * s * (1 - s);
        }
    }
    CHECK(largest(equations) < 1e-9);
    for (std::size_t i = 0; i < features; ++i) {
        for (std::size_t j = 0; j < features; ++j) CHECK(h(i, j) == doctest::Approx(by_hand(i, j)).epsilon(1e-10));
    }
    // What was drawn from is found again, within what 200 samples tell.
    CHECK(largest(w - truth) < 1);
}
