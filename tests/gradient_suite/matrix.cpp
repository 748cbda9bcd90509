#include <limits>

#include <xtgrad/autograd/primitives/fused.hpp>
#include <xtgrad/autograd/primitives/matmul.hpp>

#include "structured.hpp"

namespace xtgrad::suite {

namespace {

using X = Variables<double>;

std::vector<Misuse> of_matmul() {
    const auto product = [](const X& x) { return matmul(x[0], x[1]); };
    return {misuse("inner extents", {{2, 3}, {4, 5}}, product),
            misuse("vector and matrix", {{3}, {4, 5}}, product),
            misuse("matrix and vector", {{2, 3}, {4}}, product),
            misuse("two vectors", {{3}, {4}}, product),
            misuse("a stack and a matrix", {{2, 3, 4}, {3, 4}}, product),
            misuse("a number", {{}, {3}}, product),
            misuse("leading axes", {{2, 3, 4}, {3, 4, 5}}, product),
            misuse("transposed", {{3, 2}, {2, 3}}, [](const X& x) { return matmul(x[0], x[1], Transposed::first); })};
}

std::vector<Misuse> of_affine() {
    const auto layer = [](const X& x) { return affine(x[0], x[1], x[2]); };
    return {misuse("inputs", {{2, 3}, {4, 2}, {4}}, layer),
            misuse("outputs", {{2, 3}, {4, 3}, {5}}, layer),
            misuse("a weight of one axis", {{2, 3}, {3}, {3}}, layer),
            misuse("a bias of two axes", {{2, 3}, {4, 3}, {1, 4}}, layer),
            misuse("a number", {{}, {4, 3}, {4}}, layer),
            misuse("a stack", {{2, 2, 2}, {4, 3}, {4}}, layer)};
}

std::vector<Misuse> of_squared_error() {
    const auto error = [](const X& x) { return ops::squared_error(x[0], x[1], 1.0, {}); };
    return {misuse("another extent", {{2, 3}, {2, 4}}, error), misuse("what would broadcast", {{2, 1}, {2, 3}}, error),
            misuse("another rank", {{3}, {1, 3}}, error)};
}

} // namespace

std::vector<OperationCases> matrix_cases() {
    return cases_of_list(MatrixPrimitives{}, {
                                                 {"matmul", of_matmul()},
                                                 {"affine", of_affine()},
                                                 {"squared_error", of_squared_error()},
                                             });
}

} // namespace xtgrad::suite
