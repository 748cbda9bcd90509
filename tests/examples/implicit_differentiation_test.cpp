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
    const ProgramResult      result = run_program("implicit_differentiation", arguments + " --json '" + file.string() + "'");
    INFO(arguments, ": ", result.errors);
    REQUIRE(result.status == 0);
    CHECK(result.errors.empty());
    CHECK(result.output.find("were found again") != std::string::npos);
    return json::parse(file_content(file));
}

} // namespace

TEST_CASE("Implicit derivatives of both orders agree with differences of the solver, and the parameters are found again") {
    for (const auto& [arguments, reaction, source] : {std::tuple{"", 5.0, 10.0}, {"--points 12 --reaction 1.5 --source 20", 1.5, 20.0}}) {
        const json result = results(arguments);
        CHECK(result["first_order_difference"] < 1e-6);
        CHECK(result["second_order_difference"] < 1e-6);
        CHECK(std::abs(result["reaction"].get<double>() / reaction - 1) < 1e-8);
        CHECK(std::abs(result["source"].get<double>() / source - 1) < 1e-8);
        CHECK(result["steps"] < 200);
    }
}

TEST_CASE("Wrong arguments are refused in one line with status 2") {
    for (const char* arguments : {"--points 1", "--reaction 0", "--source inf", "--nothing", "--json /no/such/directory/file"}) {
        const ProgramResult result = run_program("implicit_differentiation", arguments);
        INFO(arguments, ": ", result.errors);
        CHECK(result.status == 2);
        CHECK(result.errors.starts_with("implicit_differentiation: "));
        CHECK(std::count(result.errors.begin(), result.errors.end(), '\n') == 1);
        CHECK(result.output.empty());
    }
}
