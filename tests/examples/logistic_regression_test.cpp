#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "program.hpp"

using nlohmann::json;

namespace {

json results(const std::string& arguments) {
    const TemporaryDirectory directory;
    const auto               file   = directory / "results.json";
    const ProgramResult      result = run_program("logistic_regression", arguments + " --json '" + file.string() + "'");
    INFO(arguments, ": ", result.errors);
    REQUIRE(result.status == 0);
    CHECK(result.errors.empty());
    CHECK(result.output.find("log likelihood") != std::string::npos);
    return json::parse(file_content(file));
}

} // namespace

TEST_CASE("Newton's method finds the weights within a few standard errors, for several seeds, and converges quadratically") {
    for (const int seed : {0, 1, 2}) {
        const json result    = results("--seed " + std::to_string(seed) + " --samples 2000 --features 4");
        const auto weights   = result["weights"].get<std::vector<double>>();
        const auto truths    = result["true_weights"].get<std::vector<double>>();
        const auto errors    = result["standard_errors"].get<std::vector<double>>();
        const auto gradients = result["gradients"].get<std::vector<double>>();
        REQUIRE(weights.size() == 5);
        for (std::size_t weight = 0; weight < weights.size(); ++weight) {
            CHECK(std::abs(weights[weight] - truths[weight]) < 4 * errors[weight]);
            CHECK(errors[weight] > 0.02);
            CHECK(errors[weight] < 0.3);
        }
        CHECK(gradients.size() < 12);
        CHECK(gradients.back() < 1e-9);
        // The last steps before rounding square what is left, relative to the samples' number.
        REQUIRE(gradients.size() > 4);
        const double before = gradients[gradients.size() - 3] / 2000, after = gradients[gradients.size() - 2] / 2000;
        CHECK(after < 20 * before * before + 1e-13);
    }
}

TEST_CASE("Samples that can be separated have no maximum, which the program says; a penalty gives them one") {
    const ProgramResult refused = run_program("logistic_regression", "--samples 3 --features 5");
    CHECK(refused.status == 2);
    CHECK(refused.errors.find("--penalty") != std::string::npos);
    CHECK(std::count(refused.errors.begin(), refused.errors.end(), '\n') == 1);
    CHECK(results("--samples 3 --features 5 --penalty 1")["gradients"].size() < 15);
}

TEST_CASE("Wrong arguments are refused in one line with status 2") {
    for (const char* arguments : {"--samples 0", "--features 0", "--penalty -1", "--seed x", "--nothing", "--json /no/such/directory/file"}) {
        const ProgramResult result = run_program("logistic_regression", arguments);
        INFO(arguments, ": ", result.errors);
        CHECK(result.status == 2);
        CHECK(result.errors.starts_with("logistic_regression: "));
        CHECK(std::count(result.errors.begin(), result.errors.end(), '\n') == 1);
        CHECK(result.output.empty());
    }
}
