#include "structured.hpp"

namespace xtgrad::suite {

namespace {

using X = Variables<double>;

template <class F>
std::vector<Case> of_shapes(std::initializer_list<Shape> shapes, F function) {
    std::vector<Case> cases;
    for (const Shape& shape : shapes) cases.push_back(composed({sample_array(shape)}, function));
    return cases;
}

std::vector<Case> joined(std::initializer_list<std::vector<Case>> groups) {
    std::vector<Case> cases;
    for (const std::vector<Case>& group : groups) cases.insert(cases.end(), group.begin(), group.end());
    return cases;
}

// k on, above and below the main diagonal, and out of the matrix on both sides.
template <class F>
std::vector<Case> of_offsets(std::initializer_list<Shape> shapes, F function) {
    std::vector<Case> cases;
    for (const int k : {0, 1, -1, 9, -9}) {
        for (const Shape& shape : shapes) cases.push_back(composed({sample_array(shape)}, [=](const auto& x) { return function(x[0], k); }));
    }
    return cases;
}

std::vector<Misuse> of_matrices(const auto& function) { return {misuse("one axis", {{3}}, function), misuse("a number", {{}}, function)}; }

std::vector<Misuse> of_two_axes(const auto& function) {
    std::vector<Misuse> result = of_matrices([=](const X& x) { return function(x[0], 0, 1); });
    result.push_back(misuse("axis 2 of 2", {{2, 3}}, [=](const X& x) { return function(x[0], 0, 2); }));
    result.push_back(misuse("axis -3 of 2", {{2, 3}}, [=](const X& x) { return function(x[0], -3, 0); }));
    result.push_back(misuse("an axis twice", {{2, 3}}, [=](const X& x) { return function(x[0], 1, -1); }));
    return result;
}

} // namespace

std::vector<OperationCases> diagonal_cases() {
    const auto lower = [](const auto& x, int k) { return tril(x, k); };
    const auto upper = [](const auto& x, int k) { return triu(x, k); };
    const auto both  = [](const auto& x, int k) { return diag(x, k); };
    const auto along = [](const auto& x, int k) { return diagonal(x, k); };
    const auto sums  = [](const auto& x, int k) { return trace(x, k); };
    return {
        {"tril", Kind::composition, of_offsets({{3, 3}, {2, 4}, {2, 3, 2}, {0, 3}}, lower), of_matrices([](const X& x) { return tril(x[0]); })},
        {"triu", Kind::composition, of_offsets({{3, 3}, {2, 4}, {2, 3, 2}, {0, 3}}, upper), of_matrices([](const X& x) { return triu(x[0]); })},
        {"diag",
         Kind::composition,
         of_offsets({{3}, {1}, {0}, {3, 3}, {2, 4}, {0, 3}}, both),
         {misuse("a number", {{}}, [](const X& x) { return diag(x[0]); }), misuse("three axes", {{2, 2, 2}}, [](const X& x) { return diag(x[0]); }),
          misuse("overflow", {{2}}, [](const X& x) { return diag(x[0], Index{1} << 40); })}},
        {"diagonal", Kind::composition,
         joined({of_offsets({{3, 3}, {2, 4}, {4, 2}, {2, 3, 2}, {0, 3}}, along),
                 of_shapes({{2, 3, 4}}, [](const auto& x) { return diagonal(x[0], 1, -1, 0); }),
                 of_shapes({{2, 3, 4}}, [](const auto& x) { return diagonal(x[0], -1, 1, 2); })}),
         of_two_axes([](const auto& x, Index axis1, Index axis2) { return diagonal(x, 0, axis1, axis2); })},
        {"trace", Kind::composition,
         joined({of_offsets({{3, 3}, {2, 4}, {4, 2}, {2, 3, 2}, {0, 3}}, sums),
                 of_shapes({{2, 3, 4}}, [](const auto& x) { return trace(x[0], 1, -1, 0); }),
                 of_shapes({{2, 3, 4}}, [](const auto& x) { return trace(x[0], -1, 1, 2); })}),
         of_two_axes([](const auto& x, Index axis1, Index axis2) { return trace(x, 0, axis1, axis2); })},
    };
}

} // namespace xtgrad::suite
