#include <xtgrad/autograd/primitives/reduction.hpp>

#include "structured.hpp"

namespace xtgrad::suite {

namespace {

using X = Variables<double>;

constexpr double inf = std::numeric_limits<double>::infinity();

std::vector<Case> of_variance() {
    return {composed({sample_array({5})}, [](const auto& x) { return variance(x[0]); }),
            composed({sample_array({2, 3})}, [](const auto& x) { return variance(x[0], 1); }),
            composed({sample_array({2, 3})}, [](const auto& x) { return variance(x[0], -2, 1, keep_dims); }),
            composed({sample_array({2, 3, 4})},
                     [](const auto& x) {
                         return variance(x[0], {0, 2}, 1);
                     }),
            composed({sample_array({3, 4})}, [](const auto& x) { return variance(x[0], keep_dims); }),
            composed({sample_array({2, 3})}, [](const auto& x) { return variance(x[0], Axes()); }),
            composed({sample_array({20, 20})}, [](const auto& x) { return variance(x[0], 0); })};
}

std::vector<Case> of_stddev() {
    return {composed({sample_array({5})}, [](const auto& x) { return stddev(x[0]); }),
            composed({sample_array({2, 3})}, [](const auto& x) { return stddev(x[0], 1); }),
            composed({sample_array({2, 3})}, [](const auto& x) { return stddev(x[0], -2, 1, keep_dims); }),
            composed({sample_array({2, 3, 4})},
                     [](const auto& x) {
                         return stddev(x[0], {0, 2}, 1);
                     }),
            composed({sample_array({20, 20})}, [](const auto& x) { return stddev(x[0], 0); })};
}

std::vector<Case> of_norm() {
    return {composed({sample_array({5})}, [](const auto& x) { return norm(x[0]); }),
            composed({sample_array({2, 3})}, [](const auto& x) { return norm(x[0], keep_dims); }),
            composed({sample_array({2, 3})}, [](const auto& x) { return norm(x[0], 0, 1); }),
            composed({sample_array({2, 3})}, [](const auto& x) { return norm(x[0], 1, 1); }),
            composed({sample_array({2, 3})}, [](const auto& x) { return norm(x[0], 2, 0, keep_dims); }),
            composed({sample_array({2, 3})}, [](const auto& x) { return norm(x[0], 3, 1); }),
            composed({sample_array({2, 3})},
                     [](const auto& x) {
                         return norm(x[0], 1.5, {0, 1}, keep_dims);
                     }),
            composed({sample_array({2, 3})}, [](const auto& x) { return norm(x[0], 0.5, 1, keep_dims); }),
            composed({sample_array({2, 3, 2})},
                     [](const auto& x) {
                         return norm(x[0], inf, {0, 2});
                     }),
            composed({sample_array({2, 0})}, [](const auto& x) { return norm(x[0], 3, 1); }),
            composed({sample_array({20, 20})}, [](const auto& x) { return norm(x[0], 3, 0); })};
}

/// With NaNs at places that have no gradient.
Case with_nan(Recorded<double> in_double, Recorded<float> in_float) {
    Case result = composed({sample_array({2, 3})}, [=]<class V>(const std::vector<V>& x) {
        const Mask hidden(Array<bool>{{false, true, false}, {true, true, true}});
        using T = typename V::value_type;
        const Variables<T> holed{where(hidden, std::numeric_limits<T>::quiet_NaN(), x[0])};
        if constexpr (std::is_same_v<T, double>) {
            return in_double(holed);
        } else {
            return in_float(holed);
        }
    });
    return result;
}

std::vector<Case> of_nansum() {
    const auto rows = [](const auto& x) { return nansum(x[0], 1); };
    return {composed({sample_array({2, 3})}, rows),
            composed({sample_array({2, 3})},
                     [](const auto& x) {
                         return nansum(x[0], {0, 1}, keep_dims);
                     }),
            with_nan(rows, rows)};
}

std::vector<Case> of_nanmean() {
    const auto all = [](const auto& x) { return nanmean(x[0]); };
    return {composed({sample_array({2, 3})}, [](const auto& x) { return nanmean(x[0], 1); }),
            composed({sample_array({2, 3})},
                     [](const auto& x) {
                         return nanmean(x[0], {0, 1}, keep_dims);
                     }),
            with_nan(all, all)};
}

std::vector<Misuse> with_order(std::vector<Misuse> misuses) {
    misuses.push_back(misuse("a negative order", {{2}}, [](const X& x) { return norm(x[0], -1); }));
    misuses.push_back(misuse("an undefined order", {{2}}, [](const X& x) { return norm(x[0], std::nan("")); }));
    return misuses;
}

} // namespace

std::vector<OperationCases> reduction_cases() {
    const auto of_norms = of_axes([](auto x, const Axes& axes) { return norm(x, 2, axes); });
    auto       all      = cases_of_list(ReductionPrimitives{}, {
                                                                   {"sum", of_axes([](auto x, const Axes& axes) { return sum(x, axes); })},
                                                                   {"mean", of_axes([](auto x, const Axes& axes) { return mean(x, axes); })},
                                                                   {"logsumexp", of_axes([](auto x, const Axes& axes) { return logsumexp(x, axes); })},
                                                                   {"amax", of_axes_and_nothing([](auto x, const Axes& axes) { return amax(x, axes); })},
                                                                   {"amin", of_axes_and_nothing([](auto x, const Axes& axes) { return amin(x, axes); })},
                                                                   {"prod", of_axes([](auto x, const Axes& axes) { return prod(x, axes); })},
                                                                   {"euclidean_norm", of_norms},
                                                    });
    all.push_back({"variance", Kind::composition, of_variance(), of_axes([](auto x, const Axes& axes) { return variance(x, axes); })});
    all.push_back({"stddev", Kind::composition, of_stddev(), of_axes([](auto x, const Axes& axes) { return stddev(x, axes, 1); })});
    all.push_back({"norm", Kind::composition, of_norm(), with_order(of_axes([](auto x, const Axes& axes) { return norm(x, 3, axes); }))});
    all.push_back({"nansum", Kind::composition, of_nansum(), of_axes([](auto x, const Axes& axes) { return nansum(x, axes); })});
    all.push_back({"nanmean", Kind::composition, of_nanmean(), of_axes([](auto x, const Axes& axes) { return nanmean(x, axes); })});
    return all;
}

} // namespace xtgrad::suite
