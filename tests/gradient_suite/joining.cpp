#include "structured.hpp"

// Compositions that make one array of several, or several of their axes.

namespace xtgrad::suite {

namespace {

using X = Variables<double>;

Case joining(std::initializer_list<Shape> shapes, const auto& function) {
    std::vector<Array<double>> inputs;
    double                     from = -3;
    // Different numbers in inputs of one shape.
    for (const Shape& shape : shapes) inputs.push_back(sample_array(shape, from++, 3));
    return composed(std::move(inputs), function);
}

std::vector<Misuse> of_joining(const auto& function) {
    return {misuse("nothing", {{2}}, [=](const X&) { return function(X{}); }), misuse("other extents", {{2, 3}, {3, 2}}, function)};
}

} // namespace

std::vector<OperationCases> joining_cases() {
    const auto beside          = [](const auto& x) { return hstack(x); };
    const auto below           = [](const auto& x) { return vstack(x); };
    const auto behind          = [](const auto& x) { return dstack(x); };
    const auto blocks          = [](const auto& x) { return block_diag(x); };
    const auto first           = [](const auto& x) { return stack(x); };
    const auto last            = [](const auto& x) { return stack(x, -1); };
    const auto mesh            = [](const auto& x) { return stack(meshgrid(x)); };
    const auto matrix          = [](const auto& x) { return stack(meshgrid(x, MeshIndexing::ij)); };
    auto       misuse_of_stack = of_joining(first);
    misuse_of_stack.push_back(misuse("axis 3 of 3", {{2, 3}, {2, 3}}, [](const X& x) { return stack(x, 3); }));
    misuse_of_stack.push_back(misuse("axis -4 of 3", {{2, 3}, {2, 3}}, [](const X& x) { return stack(x, -4); }));
    auto misuse_of_below = of_joining(below);
    misuse_of_below.push_back(misuse("rows of other lengths", {{2}, {3}}, below));
    auto misuse_of_behind = of_joining(behind);
    misuse_of_behind.push_back(misuse("another rank", {{2}, {2, 1, 1, 1}}, behind));
    const auto nothing = [](const auto& function) {
        return std::vector<Misuse>{misuse("nothing", {{2}}, [=](const X&) { return function(X{}); }),
                                   misuse("three axes", {{2}, {2, 2, 2}}, function)};
    };
    return {
        {"stack",
         Kind::composition,
         {joining({{2, 3}, {2, 3}}, first), joining({{2, 3}, {2, 3}, {2, 3}}, last), joining({{}, {}}, first), joining({{3}}, last),
          joining({{0, 2}, {0, 2}}, last), joining({{2, 3}, {2, 3}}, [](const auto& x) { return stack(x, 1); })},
         misuse_of_stack},
        {"hstack",
         Kind::composition,
         {joining({{2, 3}, {2, 1}}, beside), joining({{3}, {2}, {}}, beside), joining({{}, {}}, beside), joining({{2, 2, 2}, {2, 1, 2}}, beside),
          joining({{2, 0}, {2, 2}}, beside)},
         of_joining(beside)},
        {"vstack",
         Kind::composition,
         {joining({{2, 3}, {1, 3}}, below), joining({{3}, {2, 3}, {3}}, below), joining({{}, {}}, below), joining({{2, 2, 2}, {1, 2, 2}}, below),
          joining({{0, 2}, {2}}, below)},
         misuse_of_below},
        {"dstack",
         Kind::composition,
         {joining({{2, 3}, {2, 3}}, behind), joining({{3}, {1, 3, 2}}, behind), joining({{}, {}}, behind), joining({{2, 2, 2}, {2, 2}}, behind),
          joining({{0, 2}, {0, 2, 3}}, behind)},
         misuse_of_behind},
        {"meshgrid",
         Kind::composition,
         {joining({{2}, {3}}, mesh), joining({{2}, {3}}, matrix), joining({{2}, {3}, {2}}, mesh), joining({{2}, {1}, {3}}, matrix),
          joining({{}, {3}}, mesh), joining({{0}, {2}}, mesh), joining({{3}}, mesh)},
         {misuse("two axes", {{2}, {2, 2}}, mesh)}},
        {"block_diag",
         Kind::composition,
         {joining({{2, 3}, {1, 2}}, blocks), joining({{2}, {}, {2, 1}}, blocks), joining({{0, 2}, {2, 2}}, blocks), joining({{2, 0}, {1, 1}}, blocks),
          joining({{2, 2}}, blocks)},
         nothing(blocks)},
    };
}

} // namespace xtgrad::suite
