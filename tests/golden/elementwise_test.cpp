#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "gradient_suite/cases.hpp"
#include "rows.hpp"

namespace xtgrad {
namespace {

using golden::rows;

const suite::Case& case_of(const std::vector<suite::OperationCases>& operations, const std::string& name) {
    for (const suite::OperationCases& operation : operations) {
        if (operation.name == name) return operation.cases.front();
    }
    FAIL("no operation is called " << name);
    throw std::logic_error(name);
}

std::vector<suite::OperationCases> operations() {
    std::vector<suite::OperationCases> all = suite::elementwise_cases();
    for (suite::OperationCases& formula : suite::formula_cases()) all.push_back(std::move(formula));
    return all;
}

std::vector<double> numbers(const std::vector<std::string>& row) {
    std::vector<double> result;
    for (std::size_t column = 1; column < row.size(); ++column) result.push_back(std::stod(row[column]));
    return result;
}

// A function is as well conditioned as its derivative says; derivatives of derivatives add a few roundings each, and are sums of terms as large as
// the derivative before them.
void check_close(double computed, double exact, double terms, double roundings, const std::string& what) {
    const double scale = std::abs(exact) + terms + std::numeric_limits<double>::min();
    INFO(what << ": " << computed << " instead of " << exact);
    CHECK(std::abs(computed - exact) <= roundings * std::numeric_limits<double>::epsilon() * scale);
}

} // namespace

TEST_CASE("functions of one number agree with mpmath's 60 digits, and so do their first three derivatives") {
    const auto all = operations();
    for (const std::vector<std::string>& row : rows("elementwise.psv")) {
        const std::vector<double> exact = numbers(row);
        if (exact.size() != 6) continue;
        const auto&            function = case_of(all, row[0]).in_double;
        Tape                   tape;
        const Variable<double> x    = tape.watch(Array<double>(full<double>({}, exact[0])));
        const std::string      what = row[0] + " at " + row[1];
        Variable<double>       f    = function({x});
        for (std::size_t order = 0; order <= 3; ++order) {
            const double terms = std::abs(exact[0] * exact[2 + order]) + (order < 2 ? 0 : std::abs(exact[order]));
            check_close(f.item(), exact[1 + order], terms, order == 0 ? 8 : 64, what + ", order " + std::to_string(order));
            // A derivative that depends on nothing is not recorded, and has none itself.
            if (order < 3) f = f.recorded() ? tape.gradient(f, x, create_graph) : Variable<double>(0);
        }
    }
}

TEST_CASE("functions of two numbers agree with mpmath's 60 digits, and so do their first and second derivatives") {
    const auto all = operations();
    for (const std::vector<std::string>& row : rows("elementwise.psv")) {
        const std::vector<double> exact = numbers(row);
        if (exact.size() != 12) continue;
        const auto&            function = case_of(all, row[0]).in_double;
        Tape                   tape;
        const Variable<double> a    = tape.watch(Array<double>(full<double>({}, exact[0])));
        const Variable<double> b    = tape.watch(Array<double>(full<double>({}, exact[1])));
        const std::string      what = row[0] + " at " + row[1] + ", " + row[2];
        const Variable<double> f    = function({a, b});
        const auto [da, db]         = tape.gradient(f, std::tie(a, b), create_graph);
        const auto [daa, dab]       = tape.gradient(da, std::tie(a, b), keep);
        const double dbb            = tape.gradient(db, b, keep)();
        // Each error comes from both arguments.
        const auto near = [&](double computed, std::size_t column, std::size_t by_a, std::size_t by_b, const char* which) {
            const double scale = std::abs(exact[0] * exact[by_a]) + std::abs(exact[1] * exact[by_b]);
            check_close(computed, exact[column], scale, column == 2 ? 8 : 64, what + which);
        };
        near(f.item(), 2, 3, 4, "");
        near(da.item(), 3, 5, 6, ", da");
        near(db.item(), 4, 6, 7, ", db");
        near(daa(), 5, 8, 9, ", daa");
        near(dab(), 6, 9, 10, ", dab");
        near(dbb, 7, 10, 11, ", dbb");
    }
}

} // namespace xtgrad
