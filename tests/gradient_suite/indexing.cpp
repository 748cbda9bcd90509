#include <xtgrad/autograd/primitives/indexing.hpp>

#include "structured.hpp"

namespace xtgrad::suite {

namespace {

using X = Variables<double>;

Array<Index> index(const Shape& shape, std::initializer_list<Index> places) {
    Array<Index> result(shape);
    std::copy(places.begin(), places.end(), result.data());
    return result;
}

std::vector<Misuse> of_slice() {
    return {misuse("index 3 of 3", {{3}}, [](const X& x) { return slice(x[0], {3}); }),
            misuse("index -4 of 3", {{3}}, [](const X& x) { return slice(x[0], {-4}); }),
            misuse("step 0", {{3}}, [](const X& x) { return slice(x[0], {Range(0, 3, 0)}); }), misuse("too many ranges", {{3}}, [](const X& x) {
                return slice(x[0], {Range::all(), Range::all()});
            })};
}

std::vector<Misuse> of_gather() {
    return {misuse("index 3 of 3", {{3}}, [](const X& x) { return gather(x[0], index({1}, {3}), 0); }),
            misuse("index -4 of 3", {{3}}, [](const X& x) { return gather(x[0], index({1}, {-4}), 0); }),
            misuse("axis 1 of 1", {{3}}, [](const X& x) { return gather(x[0], index({1}, {0}), 1); }),
            misuse("another rank", {{2, 3}}, [](const X& x) { return gather(x[0], index({1}, {0}), 1); }),
            misuse("another extent", {{2, 3}}, [](const X& x) {
                return gather(x[0], index({1, 1}, {0}), 1);
            })};
}

std::vector<Misuse> of_scatter_add() {
    return {misuse("index 4 of 4", {{1}}, [](const X& x) { return scatter_add(x[0], index({1}, {4}), 0, {4}); }),
            misuse("index of another shape", {{2}}, [](const X& x) { return scatter_add(x[0], index({1}, {0}), 0, {4}); }),
            misuse("another rank", {{2}},
                   [](const X& x) {
                       return scatter_add(x[0], index({2}, {0, 1}), 0, {4, 4});
                   }),
            misuse("another extent", {{2, 1}},
                   [](const X& x) {
                       return scatter_add(x[0], index({2, 1}, {0, 1}), 1, {3, 4});
                   }),
            misuse("a negative extent", {{2}}, [](const X& x) {
                return scatter_add(x[0], index({2}, {0, 1}), 0, {-4});
            })};
}

} // namespace

std::vector<OperationCases> indexing_cases() {
    return cases_of_list(IndexingPrimitives{}, {
                                                   {"slice", of_slice()},
                                                   {"pad",
                                                    {misuse("too few widths", {{2, 3}},
                                                            [](const X& x) {
                                                                return pad(x[0], {{1, 1}});
                                                            }),
                                                     misuse("a negative width", {{2}},
                                                            [](const X& x) {
                                                                return pad(x[0], {{-1, 1}});
                                                            })}},
                                                   {"gather", of_gather()},
                                                   {"scatter_add", of_scatter_add()},
                                               });
}

} // namespace xtgrad::suite
