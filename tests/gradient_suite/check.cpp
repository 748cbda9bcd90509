#include <algorithm>
#include <array>
#include <numeric>
#include <stdexcept>

#include <xtgrad/array/random.hpp>

#include "tiers.hpp"

namespace xtgrad::suite {

std::vector<OperationCases> all_cases() {
    std::vector<OperationCases> all;
    for (const auto family :
         {elementwise_cases, formula_cases, reduction_cases, scan_cases, sorting_cases, normalization_cases, shape_cases, rearranging_cases,
          joining_cases, indexing_cases, replacing_cases, diagonal_cases, matrix_cases, convolution_cases, linear_algebra_cases, product_cases}) {
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

namespace {

using Tier = void (*)(const Case& sample, Kind kind, Tally& tally);

template <Scalar T>
void exactly(const Case& sample, Kind, Tally& tally) {
    if (sample.reference && !is_large(sample)) check_exactly<T>(sample, tally);
}
void by_differences(const Case& sample, Kind, Tally& tally) { check_by_differences(sample, tally); }
void dot_product(const Case& sample, Kind, Tally& tally) { check_dot_product(sample, tally); }
void second_order_in_float(const Case& sample, Kind, Tally& tally) { check_second_order_in_float(sample, tally); }

// As a reader of the failures would have them: the definition first.
constexpr std::array<Tier, 7> tiers{exactly<double>,       exactly<float>,           by_differences,         dot_product,
                                    second_order_in_float, check_invariants<double>, check_invariants<float>};
// The same by what they cost, those first that see what is wrong in one type alone.
constexpr std::array<Tier, 7> cheap_first_in_double{check_invariants<double>, dot_product,    exactly<double>, second_order_in_float,
                                                    check_invariants<float>,  exactly<float>, by_differences};
constexpr std::array<Tier, 7> cheap_first_in_float{
    check_invariants<float>, exactly<float>, second_order_in_float, check_invariants<double>, dot_product, exactly<double>, by_differences};

void note_error(const Case& sample, const std::exception& error, Tally& tally) {
    tally.check(false, place_of(sample, std::string("threw: ") + error.what()));
}

} // namespace

Tally check_operation(const OperationCases& operation) {
    Tally tally;
    for (const Case& sample : operation.cases) {
        try {
            for (const Tier tier : tiers) tier(sample, operation.kind, tally);
        } catch (const std::exception& error) {
            note_error(sample, error, tally);
        }
    }
    check_throws(operation, tally);
    return tally;
}

bool fails(const OperationCases& operation, ScalarType suspect) {
    const auto size = [](const Case& sample) {
        return std::accumulate(sample.inputs.begin(), sample.inputs.end(), std::size_t{0},
                               [](std::size_t sum, const Array<double>& input) { return sum + input.size(); });
    };
    std::vector<const Case*> samples;
    for (const Case& sample : operation.cases) samples.push_back(&sample);
    std::stable_sort(samples.begin(), samples.end(), [&](const Case* a, const Case* b) { return size(*a) < size(*b); });
    Tally tally;
    tally.stops_at_failure = true;
    try {
        for (const Tier tier : suspect == ScalarType::float64 ? cheap_first_in_double : cheap_first_in_float) {
            for (const Case* sample : samples) {
                try {
                    tier(*sample, operation.kind, tally);
                } catch (const std::exception& error) {
                    note_error(*sample, error, tally);
                }
            }
        }
        check_throws(operation, tally);
    } catch (const Tally::Stop&) {
        return true;
    }
    return false;
}

} // namespace xtgrad::suite
