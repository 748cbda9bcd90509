#include <algorithm>
#include <stdexcept>

#include <xtgrad/array/random.hpp>

#include "tiers.hpp"

namespace xtgrad::suite {

std::vector<OperationCases> all_cases() {
    std::vector<OperationCases> all;
    for (const auto family :
         {elementwise_cases, formula_cases, reduction_cases, scan_cases, sorting_cases, normalization_cases, shape_cases, rearranging_cases,
          joining_cases, indexing_cases, replacing_cases, diagonal_cases, matrix_cases, convolution_cases, linear_algebra_cases}) {
        for (OperationCases& operation : family()) all.push_back(std::move(operation));
    }
    const auto structured = std::count_if(all.begin(), all.end(), [](const OperationCases& operation) { return operation.kind == Kind::structured; });
    if (static_cast<std::size_t>(structured) != StructuredPrimitives::size) throw std::logic_error("all_cases() leaves out a family of primitives");
    return all;
}

Misuse misuse(std::string description, std::initializer_list<Shape> shapes, Recorded<double> call) {
    Misuse result{std::move(description), {}, std::move(call)};
    Random random(31);
    for (const Shape& shape : shapes) result.inputs.push_back(random.uniform_array<double>(shape, -1, 1));
    return result;
}

Tally check_operation(const OperationCases& operation, bool until_failure) {
    Tally tally;
    for (const Case& sample : operation.cases) {
        if (until_failure && tally.failed > 0) return tally;
        try {
            if (sample.reference && !is_large(sample)) {
                check_exactly<double>(sample, tally);
                check_exactly<float>(sample, tally);
            }
            check_by_differences(sample, tally);
            check_dot_product(sample, tally);
            check_second_order_in_float(sample, tally);
            check_invariants<double>(sample, operation.kind, tally);
            check_invariants<float>(sample, operation.kind, tally);
        } catch (const std::exception& error) {
            tally.check(false, place_of(sample, std::string("threw: ") + error.what()));
        }
    }
    check_throws(operation, tally);
    return tally;
}

} // namespace xtgrad::suite
