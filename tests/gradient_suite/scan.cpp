#include <xtgrad/autograd/primitives/scan.hpp>

#include "structured.hpp"

namespace xtgrad::suite {

namespace {

using X = Variables<double>;

std::vector<Case> of_diff() {
    return {composed({sample_array({5})}, [](const auto& x) { return diff(x[0]); }),
            composed({sample_array({5})}, [](const auto& x) { return diff(x[0], 3); }),
            composed({sample_array({4, 3})}, [](const auto& x) { return diff(x[0], 2, 0); }),
            composed({sample_array({2, 3})}, [](const auto& x) { return diff(x[0], 0); }),
            composed({sample_array({2, 3})}, [](const auto& x) { return diff(x[0], 4, -1); }),
            composed({sample_array({0, 3})}, [](const auto& x) { return diff(x[0], 1, 0); })};
}

std::vector<Case> of_trapz() {
    return {composed({sample_array({5})}, [](const auto& x) { return trapz(x[0]); }),
            composed({sample_array({3, 4})}, [](const auto& x) { return trapz(x[0], 0.25, 0); }),
            // Each input is used once, so that its gradient is not added up in another order where both are one.
            composed({sample_array({5}), sample_array({5}, 0, 4)}, [](const auto& x) { return trapz(x[0] + 0, x[1] + 0); }),
            composed({sample_array({3, 4}), sample_array({3}, 0, 4)}, [](const auto& x) { return trapz(x[0], x[1], 0); }),
            composed({sample_array({3, 4}), sample_array({3, 4}, 0, 4)}, [](const auto& x) { return trapz(x[0] + 0, x[1] + 0, -1); }),
            composed({sample_array({2, 1})}, [](const auto& x) { return trapz(x[0]); }),
            composed({sample_array({2, 0})}, [](const auto& x) { return trapz(x[0]); })};
}

/// The flattened form, which the primitives' own samples do not have.
template <class F>
void add_flattened(std::vector<OperationCases>& all, std::string_view name, F f) {
    for (OperationCases& operation : all) {
        if (operation.name != name) continue;
        operation.cases.push_back(composed({sample_array({2, 3})}, f));
        operation.cases.push_back(composed({sample_array({})}, f));
    }
}

} // namespace

std::vector<OperationCases> scan_cases() {
    auto recurrence = of_one_axis([](auto a, Index axis) { return linear_recurrence(a, a, axis); });
    recurrence.push_back(misuse("terms of another shape", {{2, 3}, {3}}, [](const X& x) { return linear_recurrence(x[0], x[1]); }));
    auto differences = of_one_axis([](auto x, Index axis) { return diff(x, 1, axis); });
    differences.push_back(misuse("a negative number of differences", {{3}}, [](const X& x) { return diff(x[0], -1); }));
    auto integral = of_one_axis([](auto y, Index axis) { return trapz(y, 1, axis); });
    integral.push_back(misuse("too few places", {{2, 3}, {2}}, [](const X& x) { return trapz(x[0], x[1]); }));
    integral.push_back(misuse("places of another shape", {{2, 3}, {3, 2}}, [](const X& x) { return trapz(x[0], x[1]); }));
    auto all = cases_of_list(ScanPrimitives{}, {
                                                   {"cumsum", of_one_axis([](auto x, Index axis) { return cumsum(x, axis); })},
                                                   {"cumprod", of_one_axis([](auto x, Index axis) { return cumprod(x, axis); })},
                                                   {"linear_recurrence", recurrence},
                                                   {"logcumsumexp", of_one_axis([](auto x, Index axis) { return logcumsumexp(x, axis); })},
                                               });
    add_flattened(all, "cumsum", [](const auto& x) { return cumsum(x[0]); });
    add_flattened(all, "cumprod", [](const auto& x) { return cumprod(x[0]); });
    add_flattened(all, "logcumsumexp", [](const auto& x) { return logcumsumexp(x[0]); });
    all.push_back({"diff", Kind::composition, of_diff(), differences});
    all.push_back({"trapz", Kind::composition, of_trapz(), integral});
    return all;
}

} // namespace xtgrad::suite
