// gradient_suite: checks the gradient of every primitive, on every sample, in double and float, and prints a table.
//
//   gradient_suite [NAME…]      the primitives of these names alone
//
// The exit status is 0 if every check passed; the last line says how many did.

#include <cstdio>
#include <exception>
#include <string>

#include "tiers.hpp"

namespace xtgrad::suite {
namespace {

int run(int count, char** arguments) {
    const std::vector<PrimitiveCases> primitives = all_cases();
    std::printf("%-23s %8s %12s %12s %13s   %s\n", "primitive", "samples", "1st double", "1st float", "2nd relative", "verdict");
    std::size_t passed = 0;
    std::size_t failed = 0;
    for (const PrimitiveCases& primitive : primitives) {
        bool wanted = count == 1;
        for (int argument = 1; argument < count; ++argument) wanted = wanted || primitive.name == arguments[argument];
        if (!wanted) continue;
        const Tally tally = check_primitive(primitive);
        std::printf("%-23s %8zu %12.2f %12.2f %13.1e   %s\n", primitive.name.c_str(), primitive.cases.size(), tally.first_order_double,
                    tally.first_order_float, tally.second_order, tally.failed == 0 ? "passes" : "FAILS");
        for (const std::string& failure : tally.failures) std::printf("    %s\n", failure.c_str());
        std::fflush(stdout);
        passed += tally.passed;
        failed += tally.failed;
    }
    std::printf("\n1st: the largest error of a first derivative, in units of eps times the sum of the absolute values of its terms, against\n"
                "     differences of the reference in 113 bits; 16 is the most allowed. 2nd: the largest difference of a second derivative from\n"
                "     differences of the first in double, relative to the largest of the Jacobian; each is judged by the differences' own\n"
                "     uncertainty and 1e-6 of itself.\n\n");
    std::printf("%zu passed, %zu failed\n", passed, failed);
    return failed == 0 && passed > 0 ? 0 : 1;
}

} // namespace
} // namespace xtgrad::suite

int main(int count, char** arguments) {
    try {
        return xtgrad::suite::run(count, arguments);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "gradient_suite: %s\n", error.what());
        return 1;
    }
}
