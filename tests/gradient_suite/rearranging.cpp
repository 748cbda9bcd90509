#include "structured.hpp"

// Compositions that put the same elements in another shape or order.

namespace xtgrad::suite {

namespace {

using X = Variables<double>;

OperationCases composition(std::string name, std::vector<Case> cases, std::vector<Misuse> misuses) {
    return {std::move(name), Kind::composition, std::move(cases), std::move(misuses)};
}

// Of these shapes, each under one function.
template <class F>
std::vector<Case> of_shapes(std::initializer_list<Shape> shapes, F function) {
    std::vector<Case> cases;
    for (const Shape& shape : shapes) cases.push_back(composed({sample_array(shape)}, function));
    return cases;
}

std::vector<Case> joined(std::vector<Case> cases, std::vector<Case> more) {
    for (Case& one : more) cases.push_back(std::move(one));
    return cases;
}

OperationCases moved_axes() {
    return composition("moveaxis",
                       {composed({sample_array({2, 3, 4})}, [](const auto& x) { return moveaxis(x[0], 0, -1); }),
                        composed({sample_array({2, 3, 4})}, [](const auto& x) { return moveaxis(x[0], -1, 1); }),
                        composed({sample_array({2, 3, 1, 2})},
                                 [](const auto& x) {
                                     return moveaxis(x[0], {0, 1}, {-1, 0});
                                 }),
                        composed({sample_array({0, 3})}, [](const auto& x) { return moveaxis(x[0], 0, 1); }),
                        composed({sample_array({2, 3})}, [](const auto& x) { return moveaxis(x[0], 1, 1); })},
                       {misuse("axis 2 of 2", {{2, 3}}, [](const X& x) { return moveaxis(x[0], 2, 0); }),
                        misuse("to axis -3 of 2", {{2, 3}}, [](const X& x) { return moveaxis(x[0], 0, -3); }),
                        misuse("other counts", {{2, 3}},
                               [](const X& x) {
                                   return moveaxis(x[0], {0, 1}, {0});
                               }),
                        misuse("an axis twice", {{2, 3}},
                               [](const X& x) {
                                   return moveaxis(x[0], {0, -2}, {0, 1});
                               }),
                        misuse("a place twice", {{2, 3}}, [](const X& x) {
                            return moveaxis(x[0], {0, 1}, {1, 1});
                        })});
}

OperationCases repeated() {
    return composition("repeat",
                       {composed({sample_array({2, 3})}, [](const auto& x) { return repeat(x[0], 2, 0); }),
                        composed({sample_array({2, 3})}, [](const auto& x) { return repeat(x[0], 3, -1); }),
                        composed({sample_array({2, 3})}, [](const auto& x) { return repeat(x[0], 2); }),
                        composed({sample_array({})}, [](const auto& x) { return repeat(x[0], 3); }),
                        composed({sample_array({2, 3})}, [](const auto& x) { return repeat(x[0], 0, 1); }),
                        composed({sample_array({2, 3, 2})},
                                 [](const auto& x) {
                                     return repeat(x[0], {2, 0, 3}, 1);
                                 }),
                        composed({sample_array({0, 2})}, [](const auto& x) { return repeat(x[0], std::vector<int>{}, 0); }),
                        composed({sample_array({0, 2})}, [](const auto& x) { return repeat(x[0], 2, 1); })},
                       {misuse("a negative count", {{2}}, [](const X& x) { return repeat(x[0], -1, 0); }),
                        misuse("a negative count of all", {{2, 2}}, [](const X& x) { return repeat(x[0], -1); }),
                        misuse("axis 1 of 1", {{2}}, [](const X& x) { return repeat(x[0], 2, 1); }),
                        misuse("too few counts", {{3}},
                               [](const X& x) {
                                   return repeat(x[0], {1, 2}, 0);
                               }),
                        misuse("a negative count among counts", {{2}},
                               [](const X& x) {
                                   return repeat(x[0], {1, -2}, 0);
                               }),
                        misuse("overflow", {{2, 3}}, [](const X& x) { return repeat(x[0], Index{1} << 62, 1); }),
                        misuse("counts for axis 0 of a number", {{}}, [](const X& x) { return repeat(x[0], {1}, 0); })});
}

OperationCases tiled() {
    return composition("tile",
                       {composed({sample_array({2, 3})},
                                 [](const auto& x) {
                                     return tile(x[0], {2, 3});
                                 }),
                        composed({sample_array({2, 3})}, [](const auto& x) { return tile(x[0], 2); }),
                        composed({sample_array({3})},
                                 [](const auto& x) {
                                     return tile(x[0], {2, 1});
                                 }),
                        composed({sample_array({})},
                                 [](const auto& x) {
                                     return tile(x[0], {2, 2});
                                 }),
                        composed({sample_array({2, 1, 2})},
                                 [](const auto& x) {
                                     return tile(x[0], {3, 1});
                                 }),
                        composed({sample_array({2, 3})},
                                 [](const auto& x) {
                                     return tile(x[0], {1, 0});
                                 }),
                        composed({sample_array({0, 3})},
                                 [](const auto& x) {
                                     return tile(x[0], {2, 2});
                                 }),
                        composed({sample_array({2})}, [](const auto& x) { return tile(x[0], std::vector<Index>{}); })},
                       {misuse("a negative count", {{2}}, [](const X& x) { return tile(x[0], {-1}); }), misuse("overflow", {{2, 3}}, [](const X& x) {
                            return tile(x[0], {Index{1} << 40, Index{1} << 40});
                        })});
}

OperationCases rolled() {
    return composition("roll",
                       {composed({sample_array({5})}, [](const auto& x) { return roll(x[0], 2); }),
                        composed({sample_array({2, 3})}, [](const auto& x) { return roll(x[0], -1); }),
                        composed({sample_array({2, 3})}, [](const auto& x) { return roll(x[0], 7, 1); }),
                        composed({sample_array({2, 3})}, [](const auto& x) { return roll(x[0], -1, -2); }),
                        composed({sample_array({2, 3, 2})},
                                 [](const auto& x) {
                                     return roll(x[0], {1, -2}, {0, 1});
                                 }),
                        composed({sample_array({4})},
                                 [](const auto& x) {
                                     return roll(x[0], {1, 1}, {0, 0});
                                 }),
                        composed({sample_array({})}, [](const auto& x) { return roll(x[0], 3); }),
                        composed({sample_array({0, 2})}, [](const auto& x) { return roll(x[0], 1, 0); })},
                       {misuse("axis 1 of 1", {{2}}, [](const X& x) { return roll(x[0], 1, 1); }),
                        misuse("axis 0 of a number", {{}}, [](const X& x) { return roll(x[0], 1, 0); }),
                        misuse("two shifts of all", {{2, 3}},
                               [](const X& x) {
                                   return roll(x[0], {1, 2}, Axes::every());
                               }),
                        misuse("axis 2 of 2 after another", {{2, 3}},
                               [](const X& x) {
                                   return roll(x[0], {1, 2}, {0, 2});
                               }),
                        misuse("other counts", {{2, 3}}, [](const X& x) {
                            return roll(x[0], {1, 2}, 0);
                        })});
}

OperationCases turned() {
    return composition("rot90",
                       {composed({sample_array({2, 3})}, [](const auto& x) { return rot90(x[0]); }),
                        composed({sample_array({2, 3})}, [](const auto& x) { return rot90(x[0], 2); }),
                        composed({sample_array({2, 3})}, [](const auto& x) { return rot90(x[0], -1); }),
                        composed({sample_array({2, 3})}, [](const auto& x) { return rot90(x[0], 4); }),
                        composed({sample_array({2, 3, 2})},
                                 [](const auto& x) {
                                     return rot90(x[0], 1, {2, 0});
                                 }),
                        composed({sample_array({2, 3, 2})},
                                 [](const auto& x) {
                                     return rot90(x[0], 7, {-1, 1});
                                 }),
                        composed({sample_array({0, 3})}, [](const auto& x) { return rot90(x[0]); })},
                       {misuse("one axis", {{2}}, [](const X& x) { return rot90(x[0]); }),
                        misuse("an axis twice", {{2, 3}},
                               [](const X& x) {
                                   return rot90(x[0], 1, {1, -1});
                               }),
                        misuse("axis 2 of 2", {{2, 3}}, [](const X& x) {
                            return rot90(x[0], 1, {0, 2});
                        })});
}

} // namespace

std::vector<OperationCases> rearranging_cases() {
    return {
        composition("ravel", of_shapes({{2, 3}, {}, {4}, {0, 3}, {2, 2, 2}}, [](const auto& x) { return ravel(x[0]); }), {}),
        composition("flatten", of_shapes({{2, 3}, {}, {4}, {0, 3}, {2, 2, 2}}, [](const auto& x) { return flatten(x[0]); }), {}),
        composition("expand_dims",
                    joined(of_shapes({{2, 3}, {}, {0, 3}}, [](const auto& x) { return expand_dims(x[0], -1); }),
                           of_shapes({{2, 3}},
                                     [](const auto& x) {
                                         return expand_dims(x[0], {0, 2});
                                     })),
                    {misuse("too far", {{2, 3}}, [](const X& x) { return expand_dims(x[0], 3); }), misuse("an axis twice", {{2, 3}},
                                                                                                          [](const X& x) {
                                                                                                              return expand_dims(x[0], Axes{1, -3});
                                                                                                          })}),
        composition("squeeze",
                    joined(of_shapes({{2, 1}, {1}, {1, 0, 1}}, [](const auto& x) { return squeeze(x[0]); }),
                           of_shapes({{2, 1, 1}}, [](const auto& x) { return squeeze(x[0], -1); })),
                    {misuse("an extent of 2", {{2, 1}}, [](const X& x) { return squeeze(x[0], 0); }),
                     misuse("axis 2 of 2", {{2, 1}}, [](const X& x) { return squeeze(x[0], 2); })}),
        moved_axes(),
        composition("swapaxes",
                    joined(of_shapes({{2, 3, 4}, {2, 0, 1}}, [](const auto& x) { return swapaxes(x[0], 0, -1); }),
                           of_shapes({{2, 3}}, [](const auto& x) { return swapaxes(x[0], 1, 1); })),
                    {misuse("axis 2 of 2", {{2, 3}}, [](const X& x) { return swapaxes(x[0], 0, 2); }),
                     misuse("axis -3 of 2", {{2, 3}}, [](const X& x) { return swapaxes(x[0], -3, 0); })}),
        repeated(),
        tiled(),
        composition("flip",
                    joined(joined(of_shapes({{2, 3}, {}, {4}, {0, 3}, {2, 2, 2}}, [](const auto& x) { return flip(x[0]); }),
                                  of_shapes({{2, 3}, {4, 1}}, [](const auto& x) { return flip(x[0], -2); })),
                           of_shapes({{2, 3, 2}},
                                     [](const auto& x) {
                                         return flip(x[0], {2, 0});
                                     })),
                    of_axes([](const auto& x, const Axes& axes) { return flip(x, axes); })),
        rolled(),
        turned(),
    };
}

} // namespace xtgrad::suite
