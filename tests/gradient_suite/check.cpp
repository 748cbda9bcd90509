#include <exception>

#include "tiers.hpp"

namespace xtgrad::suite {

std::vector<PrimitiveCases> all_cases() {
    std::vector<PrimitiveCases> primitives = elementwise_cases();
    for (PrimitiveCases& primitive : structured_cases()) primitives.push_back(std::move(primitive));
    return primitives;
}

Tally check_primitive(const PrimitiveCases& primitive, bool until_failure) {
    Tally tally;
    for (const Case& sample : primitive.cases) {
        if (until_failure && tally.failed > 0) return tally;
        try {
            if (!is_large(sample)) {
                check_exactly<double>(sample, tally);
                check_exactly<float>(sample, tally);
            }
            check_by_differences(sample, tally);
            check_dot_product(sample, tally);
            check_second_order_in_float(sample, tally);
            check_invariants<double>(sample, primitive.elementwise, tally);
            check_invariants<float>(sample, primitive.elementwise, tally);
        } catch (const std::exception& error) {
            tally.check(false, place_of(sample, std::string("threw: ") + error.what()));
        }
    }
    check_throws(primitive, tally);
    return tally;
}

} // namespace xtgrad::suite
