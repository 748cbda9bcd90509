#include "structured.hpp"

namespace xtgrad::suite {

namespace {

using X = Variables<double>;

template <class F>
std::vector<Case> along_axes(F f) {
    return {composed({sample_array({5})}, [=](const auto& x) { return f(x[0], -1); }),
            composed({sample_array({3, 4})}, [=](const auto& x) { return f(x[0], 0); }),
            composed({sample_array({2, 3, 4})}, [=](const auto& x) { return f(x[0], 1); }),
            composed({sample_array({2, 3, 4})},
                     [=](const auto& x) {
                         return f(x[0], Axes{0, 2});
                     }),
            composed({sample_array({0, 3})}, [=](const auto& x) { return f(x[0], 1); }),
            composed({sample_array({3, 0})}, [=](const auto& x) { return f(x[0], 1); }),
            composed({sample_array({20, 20})}, [=](const auto& x) { return f(x[0], 1); })};
}

std::vector<Case> of_masked_softmax() {
    return {composed({sample_array({2, 3})},
                     [](const auto& x) {
                         return masked_softmax(x[0], Mask(Array<bool>{{true, false, true}, {false, false, false}}));
                     }),
            composed({sample_array({2, 3})},
                     [](const auto& x) {
                         return masked_softmax(x[0], Mask{true, true, false}, 0);
                     }),
            composed({sample_array({2, 3})},
                     [](const auto& x) {
                         return masked_softmax(x[0], Mask{true, true, false}, {0, 1});
                     }),
            composed({sample_array({2, 0})}, [](const auto& x) { return masked_softmax(x[0], Mask{true}); })};
}

std::vector<Case> of_normalize() {
    std::vector<Case> cases = along_axes([](auto x, auto axes) { return normalize(x, axes); });
    cases.push_back(composed({sample_array({2, 3})}, [](const auto& x) { return normalize(x[0], 1, 1); }));
    cases.push_back(composed({sample_array({2, 3})}, [](const auto& x) { return normalize(x[0], {0, 1}, 3); }));
    return cases;
}

std::vector<Case> of_glu() {
    return {composed({sample_array({6})}, [](const auto& x) { return glu(x[0]); }),
            composed({sample_array({4, 3})}, [](const auto& x) { return glu(x[0], 0); }),
            composed({sample_array({2, 0})}, [](const auto& x) { return glu(x[0]); })};
}

} // namespace

std::vector<OperationCases> normalization_cases() {
    auto masked = of_axes([](auto x, const Axes& axes) { return masked_softmax(x, Mask(x.shape(), true), axes); });
    masked.push_back(misuse("a mask of another shape", {{2, 3}}, [](const X& x) { return masked_softmax(x[0], Mask{true, false}); }));
    masked.push_back(misuse("a mask of more axes", {{3}}, [](const X& x) { return masked_softmax(x[0], Mask(Shape{2, 3}, true)); }));
    auto normalized = of_axes([](auto x, const Axes& axes) { return normalize(x, axes); });
    normalized.push_back(misuse("a negative order", {{3}}, [](const X& x) { return normalize(x[0], 0, -1); }));
    return {{"softmax", Kind::composition, along_axes([](auto x, auto axes) { return softmax(x, axes); }),
             of_axes([](auto x, const Axes& axes) { return softmax(x, axes); })},
            {"log_softmax", Kind::composition, along_axes([](auto x, auto axes) { return log_softmax(x, axes); }),
             of_axes([](auto x, const Axes& axes) { return log_softmax(x, axes); })},
            {"masked_softmax", Kind::composition, of_masked_softmax(), masked},
            {"normalize", Kind::composition, of_normalize(), normalized},
            {"glu",
             Kind::composition,
             of_glu(),
             {misuse("an odd extent", {{2, 3}}, [](const X& x) { return glu(x[0]); }),
              misuse("axis 2 of 2", {{2, 4}}, [](const X& x) { return glu(x[0], 2); })}}};
}

} // namespace xtgrad::suite
