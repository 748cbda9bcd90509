// gradient_suite: checks the gradient of every primitive and of every function composed of them, on every sample, in double and float, and prints a
// table.
//
//   gradient_suite [NAME…]      the operations of these names alone
//   gradient_suite --list       their names and kinds, and no check
//
// The exit status is 0 if every check passed; the last line says how many did.

#include <array>
#include <cstdio>
#include <exception>
#include <string>

#include "tiers.hpp"

namespace xtgrad::suite {
namespace {

/// An error in units of rounding; nothing, where none was measured.
std::string two_digits(double error) {
    std::array<char, 32> text{"-"};
    if (error >= 0) std::snprintf(text.data(), text.size(), "%.2f", error);
    return text.data();
}

int run(int count, char** arguments) {
    constexpr std::array<const char*, 4> kinds{"elementwise primitive", "primitive", "formula", "composition"};
    if (count == 2 && arguments[1] == std::string("--list")) {
        for (const OperationCases& operation : all_cases())
            std::printf("%s\t%s\n", operation.name.c_str(), kinds[static_cast<std::size_t>(operation.kind)]);
        return 0;
    }
    std::array<std::size_t, kinds.size()> of_kind{};
    std::printf("%-23s %8s %12s %12s %13s   %s\n", "operation", "samples", "1st double", "1st float", "2nd relative", "verdict");
    std::size_t passed = 0;
    std::size_t failed = 0;
    for (const OperationCases& operation : all_cases()) {
        bool wanted = count == 1;
        for (int argument = 1; argument < count; ++argument) wanted = wanted || operation.name == arguments[argument];
        if (!wanted) continue;
        const Tally tally = check_operation(operation);
        ++of_kind[static_cast<std::size_t>(operation.kind)];
        std::printf("%-23s %8zu %12s %12s %13.1e   %s\n", operation.name.c_str(), operation.cases.size(),
                    two_digits(tally.first_order_double).c_str(), two_digits(tally.first_order_float).c_str(), tally.second_order,
                    tally.failed == 0 ? "passes" : "FAILS");
        for (const std::string& failure : tally.failures) std::printf("    %s\n", failure.c_str());
        std::fflush(stdout);
        passed += tally.passed;
        failed += tally.failed;
    }
    std::printf("\n");
    for (std::size_t kind = 0; kind < kinds.size(); ++kind)
        std::printf("%zu %ss%s", of_kind[kind], kinds[kind], kind + 1 < kinds.size() ? ", " : "\n");
    std::printf("\n1st: the largest error of a first derivative, in units of eps times the sum of the absolute values of its terms, against\n"
                "     differences of the reference in 113 bits; 16 is the most allowed (64 where errors are\n"
                "     judged beside the largest entry, as in linear algebra), - stands for a\n"
                "     composition without a reference. 2nd: the largest difference of a second derivative from\n"
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
