#include <xtgrad/autograd/primitives/sorting.hpp>

#include "structured.hpp"

namespace xtgrad::suite {

namespace {

using X = Variables<double>;

std::vector<Case> of_topk() {
    return {composed({sample_array({5})}, [](const auto& x) { return topk(x[0], 2); }),
            composed({sample_array({3, 4})}, [](const auto& x) { return topk(x[0], 3, 0); }),
            composed({sample_array({2, 3})}, [](const auto& x) { return topk(x[0], 0); }),
            composed({sample_array({3, 4})}, [](const auto& x) { return topk(x[0], 2, 0, Order::ascending); }),
            composed({sample_array({30, 12})}, [](const auto& x) { return topk(x[0], 5, 0); })};
}

std::vector<Case> of_median() {
    return {composed({sample_array({5})}, [](const auto& x) { return median(x[0]); }),
            composed({sample_array({4})}, [](const auto& x) { return median(x[0], keep_dims); }),
            composed({sample_array({})}, [](const auto& x) { return median(x[0]); }),
            composed({sample_array({2, 3})}, [](const auto& x) { return median(x[0], 1); }),
            composed({sample_array({2, 3})}, [](const auto& x) { return median(x[0], Axes()); }),
            composed({sample_array({2, 3, 4})},
                     [](const auto& x) {
                         return median(x[0], {0, 2});
                     }),
            composed({sample_array({2, 3, 4})},
                     [](const auto& x) {
                         return median(x[0], {0, 2}, keep_dims);
                     }),
            composed({sample_array({3, 2, 4})},
                     [](const auto& x) {
                         return median(x[0], {0, 1}, keep_dims);
                     }),
            composed({sample_array({0, 3})}, [](const auto& x) { return median(x[0], 0); })};
}

std::vector<Case> of_quantile() {
    return {composed({sample_array({6})}, [](const auto& x) { return quantile(x[0], 0.3); }),
            composed({sample_array({5})}, [](const auto& x) { return quantile(x[0], 0.25, keep_dims); }),
            composed({sample_array({6})}, [](const auto& x) { return quantile(x[0], 0.3, QuantileMethod::lower); }),
            composed({sample_array({2, 6})}, [](const auto& x) { return quantile(x[0], 0.3, 1, QuantileMethod::higher); }),
            composed({sample_array({6, 2})}, [](const auto& x) { return quantile(x[0], 0.3, 0, QuantileMethod::midpoint, keep_dims); }),
            composed({sample_array({6, 2})},
                     [](const auto& x) {
                         return quantile(x[0], std::vector<double>{0.3, 0.5, 1}, 0, QuantileMethod::nearest);
                     }),
            composed({sample_array({2, 3})}, [](const auto& x) { return quantile(x[0], 1, 0); }),
            composed({sample_array({2, 3, 4})},
                     [](const auto& x) {
                         return quantile(x[0], 0.6, {0, 2}, keep_dims);
                     }),
            composed({sample_array({4, 3})}, [](const auto& x) {
                return quantile(x[0], std::vector<double>{0, 0.4, 0.5}, 0);
            })};
}

} // namespace

std::vector<OperationCases> sorting_cases() {
    auto largest = of_one_axis([](auto x, Index axis) { return topk(x, 1, axis); });
    largest.push_back(misuse("more than there are", {{3}}, [](const X& x) { return topk(x[0], 4); }));
    largest.push_back(misuse("a negative number", {{3}}, [](const X& x) { return topk(x[0], -1); }));
    auto quantiles = of_axes([](auto x, const Axes& axes) { return quantile(x, 0.5, axes); });
    quantiles.push_back(misuse("a probability above 1", {{3}}, [](const X& x) { return quantile(x[0], 1.5); }));
    quantiles.push_back(misuse("an undefined probability", {{3}}, [](const X& x) { return quantile(x[0], std::nan("")); }));
    quantiles.push_back(misuse("no probability", {{3}}, [](const X& x) { return quantile(x[0], std::vector<double>()); }));
    auto all = cases_of_list(SortingPrimitives{}, {
                                                      {"sort", of_one_axis([](auto x, Index axis) { return sort(x, axis); })},
                                                      {"cummax", of_one_axis([](auto x, Index axis) { return cummax(x, axis); })},
                                                      {"cummin", of_one_axis([](auto x, Index axis) { return cummin(x, axis); })},
                                                  });
    all.push_back({"topk", Kind::composition, of_topk(), largest});
    all.push_back({"median", Kind::composition, of_median(), of_axes([](auto x, const Axes& axes) { return median(x, axes); })});
    all.push_back({"quantile", Kind::composition, of_quantile(), quantiles});
    return all;
}

} // namespace xtgrad::suite
