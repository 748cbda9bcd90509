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
    const ProgramResult      result = run_program("gaussian_process", arguments + " --json '" + file.string() + "'");
    INFO(arguments, ": ", result.errors);
    REQUIRE(result.status == 0);
    CHECK(result.errors.empty());
    CHECK(result.output.find("log marginal likelihood") != std::string::npos);
    return json::parse(file_content(file));
}

} // namespace

TEST_CASE("The hyperparameters that maximize the likelihood are found, for several seeds, and the noise is among them") {
    for (const int seed : {0, 1, 2}) {
        const json result = results("--seed " + std::to_string(seed));
        CHECK(result["log_likelihood"] > result["log_likelihood_before"]);
        CHECK(result["largest_gradient"] < 1e-6);
        CHECK(result["noise"] > 0.1);
        CHECK(result["noise"] < 0.3);
        CHECK(result["prediction_error"] < 0.15);
    }
}

TEST_CASE("More observations with less noise are predicted better") {
    const json result = results("--points 100 --noise 0.05");
    CHECK(std::abs(result["noise"].get<double>() - 0.05) < 0.02);
    CHECK(result["prediction_error"] < 0.05);
}

TEST_CASE("Wrong arguments are refused in one line with status 2") {
    for (const char* arguments :
         {"--points 1", "--noise 0", "--noise nan", "--noise -1", "--seed x", "--nothing", "--json /no/such/directory/file"}) {
        const ProgramResult result = run_program("gaussian_process", arguments);
        INFO(arguments, ": ", result.errors);
        CHECK(result.status == 2);
        CHECK(result.errors.starts_with("gaussian_process: "));
        CHECK(std::count(result.errors.begin(), result.errors.end(), '\n') == 1);
        CHECK(result.output.empty());
    }
}
