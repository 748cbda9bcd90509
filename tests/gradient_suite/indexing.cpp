#include <limits>

#include <xtgrad/autograd/primitives/indexing.hpp>

#include "structured.hpp"

namespace xtgrad::suite {

namespace {

using X = Variables<double>;

std::vector<Misuse> of_slice() {
    return {misuse("index 3 of 3", {{3}}, [](const X& x) { return slice(x[0], {3}); }),
            misuse("index -4 of 3", {{3}}, [](const X& x) { return slice(x[0], {-4}); }),
            misuse("step 0", {{3}}, [](const X& x) { return slice(x[0], {Range(0, 3, 0)}); }),
            misuse("two ellipses", {{2, 3}},
                   [](const X& x) {
                       return slice(x[0], {Range::ellipsis(), 0, Range::ellipsis()});
                   }),
            misuse("too many ranges", {{3}}, [](const X& x) {
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

std::vector<Case> more_of_slice() {
    return {composed({sample_array({2, 3, 4})},
                     [](const auto& x) {
                         return slice(x[0], {Range::ellipsis(), -1});
                     }),
            composed({sample_array({2, 3, 4})},
                     [](const auto& x) {
                         return slice(x[0], {1, Range::newaxis(), Range::ellipsis(), Range(3, 0, -2)});
                     }),
            composed({sample_array({2, 3})},
                     [](const auto& x) {
                         return slice(x[0], {Range::newaxis(), Range::ellipsis(), Range::newaxis()});
                     }),
            composed({sample_array({5})}, [](const auto& x) { return slice(x[0], {Range::from(-2, -1)}); }),
            composed({sample_array({5})}, [](const auto& x) { return slice(x[0], {Range(4, 1)}); }),
            composed({sample_array({5})}, [](const auto& x) { return slice(x[0], {Range(0, 5, std::numeric_limits<Index>::max())}); }),
            composed({sample_array({5})}, [](const auto& x) { return slice(x[0], {Range::every(std::numeric_limits<Index>::min())}); }),
            composed({sample_array({})}, [](const auto& x) { return slice(x[0], {Range::newaxis()}); })};
}

std::vector<Case> more_of_pad() {
    const auto mode = [](PadMode of) { return [of](const auto& x) { return pad(x[0], {{2, 1}, {0, 3}}, of); }; };
    return {composed({sample_array({3, 2})}, mode(PadMode::reflect)),
            composed({sample_array({1, 4})}, mode(PadMode::reflect)),
            composed({sample_array({3, 2})}, mode(PadMode::edge)),
            composed({sample_array({3, 2})}, mode(PadMode::constant)),
            composed({sample_array({3})},
                     [](const auto& x) {
                         return pad(x[0], {{11, 9}}, PadMode::reflect);
                     }),
            composed({sample_array({3, 2})},
                     [](const auto& x) {
                         return pad(x[0], {{7, 4}, {0, 3}}, PadMode::symmetric);
                     }),
            composed({sample_array({3, 2})},
                     [](const auto& x) {
                         return pad(x[0], {{7, 4}, {3, 0}}, PadMode::wrap);
                     }),
            composed({sample_array({})}, [](const auto& x) { return pad(x[0], 3, PadMode::edge); }),
            composed({sample_array({0, 2})},
                     [](const auto& x) {
                         return pad(x[0], {{0, 0}, {1, 1}}, PadMode::edge);
                     }),
            composed({sample_array({2, 2})}, [](const auto& x) { return pad(x[0], 1, PadMode::constant, 0.5); })};
}

std::vector<Misuse> of_pad() {
    return {misuse("too few widths", {{2, 3}},
                   [](const X& x) {
                       return pad(x[0], {{1, 1}});
                   }),
            misuse("a negative width", {{2}},
                   [](const X& x) {
                       return pad(x[0], {{-1, 1}});
                   }),
            misuse("overflow", {{2}},
                   [](const X& x) {
                       return pad(x[0], {{std::numeric_limits<Index>::max(), 1}});
                   }),
            misuse("overflow of the size", {{2, 2}}, [](const X& x) { return pad(x[0], Index{1} << 40); }),
            misuse("nothing to reflect", {{0}}, [](const X& x) { return pad(x[0], 1, PadMode::reflect); }),
            misuse("nothing to wrap around", {{0}}, [](const X& x) { return pad(x[0], 1, PadMode::wrap); }),
            misuse("overflow after another axis", {{2, 2}},
                   [](const X& x) {
                       return pad(x[0], {{1, 1}, {Index{1} << 62, 0}}, PadMode::edge);
                   }),
            misuse("nothing to repeat", {{2, 0}}, [](const X& x) { return pad(x[0], 1, PadMode::edge); })};
}

OperationCases split_cases() {
    return {"split",
            Kind::composition,
            {composed({sample_array({4, 3})},
                      [](const auto& x) {
                          const auto parts = split(x[0], 2);
                          return concatenate({parts[1] * 2, parts[0]});
                      }),
             composed({sample_array({2, 6})}, [](const auto& x) { return split(x[0], 3, -1)[1]; }),
             // The parts' contributions are added to what the whole array has already, and to each other's.
             composed({sample_array({3, 6})},
                      [](const auto& x) {
                          const auto parts = split(x[0], 3, 1);
                          return square(parts[0]) + parts[1] * parts[2] + sum(x[0] * x[0], 1, keep_dims);
                      }),
             composed({sample_array({2, 5})},
                      [](const auto& x) {
                          const auto parts = split(x[0], {1, 1, -2}, 1);
                          return concatenate({parts[3], parts[1], parts[2], parts[0] * 3}, 1);
                      }),
             composed({sample_array({3})}, [](const auto& x) { return split(x[0], 1)[0]; }),
             composed({sample_array({0, 2})}, [](const auto& x) { return split(x[0], 4)[3]; }),
             composed({sample_array({3})}, [](const auto& x) { return split(x[0], std::vector<Index>{})[0]; })},
            {misuse("not divisible", {{3}}, [](const X& x) { return split(x[0], 2)[0]; }),
             misuse("no parts", {{3}}, [](const X& x) { return split(x[0], 0)[0]; }),
             misuse("axis 1 of 1", {{3}}, [](const X& x) { return split(x[0], 3, 1)[0]; }),
             misuse("axis 0 of a number", {{}}, [](const X& x) { return split(x[0], 1)[0]; }),
             misuse("a place beyond the end", {{3}}, [](const X& x) { return split(x[0], {4})[0]; }),
             misuse("a place before the start", {{3}}, [](const X& x) { return split(x[0], {-4})[0]; }),
             misuse("descending places", {{3}}, [](const X& x) {
                 return split(x[0], {2, 1})[0];
             })}};
}

OperationCases sliding_window_cases() {
    return {"sliding_window",
            Kind::composition,
            {composed({sample_array({5})}, [](const auto& x) { return sliding_window(x[0], 3, 0); }),
             composed({sample_array({4, 3})}, [](const auto& x) { return sliding_window(x[0], 2, 0); }),
             composed({sample_array({2, 4})}, [](const auto& x) { return sliding_window(x[0], 4, -1); }),
             composed({sample_array({3, 4})},
                      [](const auto& x) {
                          return sliding_window(x[0], {2, 3});
                      }),
             composed({sample_array({3, 2, 4})},
                      [](const auto& x) {
                          return sliding_window(x[0], {2, 3}, {-1, 0});
                      }),
             composed({sample_array({5})},
                      [](const auto& x) {
                          return sliding_window(x[0], {2, 3}, {0, 0});
                      }),
             composed({sample_array({3})}, [](const auto& x) { return sliding_window(x[0], 1, 0); }),
             composed({sample_array({3})}, [](const auto& x) { return sliding_window(x[0], 0, 0); }),
             composed({sample_array({0, 3})}, [](const auto& x) { return sliding_window(x[0], 2, 1); })},
            {misuse("too wide", {{3}}, [](const X& x) { return sliding_window(x[0], 4, 0); }),
             misuse("negative", {{3}}, [](const X& x) { return sliding_window(x[0], -1, 0); }),
             misuse("too wide after another", {{3, 3}},
                    [](const X& x) {
                        return sliding_window(x[0], {2, 4});
                    }),
             misuse("too wide for what is left", {{3}},
                    [](const X& x) {
                        return sliding_window(x[0], {2, 3}, {0, 0});
                    }),
             misuse("axis 1 of 1", {{3}}, [](const X& x) { return sliding_window(x[0], 2, 1); }),
             misuse("other counts", {{3, 3}}, [](const X& x) { return sliding_window(x[0], {2}); }),
             misuse("more axes than widths", {{3, 3}}, [](const X& x) {
                 return sliding_window(x[0], std::vector<Index>{2}, {0, 1});
             })}};
}

OperationCases take_cases() {
    return {"take",
            Kind::composition,
            {composed({sample_array({4})},
                      [](const auto& x) {
                          return take(x[0], {3, 0, -1, 3}, 0);
                      }),
             composed({sample_array({2, 3})},
                      [](const auto& x) {
                          return take(x[0], {2, 2}, -1);
                      }),
             composed({sample_array({3, 2})},
                      [](const auto& x) {
                          return take(x[0], index({2, 2}, {0, 1, 1, -1}), 0);
                      }),
             composed({sample_array({2, 3, 2})},
                      [](const auto& x) {
                          return take(x[0], index({2, 1}, {0, 2}), 1);
                      }),
             composed({sample_array({4, 2})},
                      [](const auto& x) {
                          return take(x[0], {3, 0, 3}, 0) * take(x[0], {1, 3, -1}, 0);
                      }),
             composed({sample_array({2, 3})}, [](const auto& x) { return take(x[0], 1, 0); }),
             composed({sample_array({2, 3})},
                      [](const auto& x) {
                          return take(x[0], index({2, 2}, {5, 0, -6, 5}));
                      }),
             composed({sample_array({})},
                      [](const auto& x) {
                          return take(x[0], {0, 0});
                      }),
             composed({sample_array({2, 3})},
                      [](const auto& x) {
                          return take(x[0], index({0, 2}, {}), 1);
                      }),
             composed({sample_array({0, 3})},
                      [](const auto& x) {
                          return take(x[0], {1, 1}, 1);
                      })},
            {misuse("index 3 of 3", {{3}}, [](const X& x) { return take(x[0], {3}, 0); }),
             misuse("index -4 of 3", {{2, 3}}, [](const X& x) { return take(x[0], -4, 1); }),
             misuse("index 6 of 6", {{2, 3}}, [](const X& x) { return take(x[0], 6); }),
             misuse("of nothing", {{0}}, [](const X& x) { return take(x[0], {0}, 0); }),
             misuse("axis 1 of 1", {{3}}, [](const X& x) { return take(x[0], {0}, 1); }),
             misuse("axis 0 of a number", {{}}, [](const X& x) { return take(x[0], {0}, 0); })}};
}

OperationCases take_along_axis_cases() {
    return {"take_along_axis",
            Kind::composition,
            {composed({sample_array({2, 3})},
                      [](const auto& x) {
                          return take_along_axis(x[0], index({2, 2}, {0, -1, 1, 1}), 1);
                      }),
             composed({sample_array({2, 3})},
                      [](const auto& x) {
                          return take_along_axis(x[0], index({1, 2}, {0, 2}), 1);
                      }),
             composed({sample_array({1, 3})},
                      [](const auto& x) {
                          return take_along_axis(x[0], index({2, 1}, {0, 2}), -1);
                      }),
             composed({sample_array({2, 1, 3})},
                      [](const auto& x) {
                          return take_along_axis(x[0], index({1, 2, 2}, {0, 2, 1, 1}), 2);
                      }),
             composed({sample_array({4})},
                      [](const auto& x) {
                          return take_along_axis(x[0], {3, 3, 0}, 0);
                      }),
             composed({sample_array({2, 3})},
                      [](const auto& x) {
                          return take_along_axis(x[0], index({0, 3}, {}), 0);
                      })},
            {misuse("index 3 of 3", {{3}}, [](const X& x) { return take_along_axis(x[0], {3}, 0); }),
             misuse("another rank", {{2, 3}}, [](const X& x) { return take_along_axis(x[0], {0}, 1); }),
             misuse("another extent", {{2, 3}},
                    [](const X& x) {
                        return take_along_axis(x[0], index({3, 1}, {0, 0, 0}), 1);
                    }),
             misuse("axis 2 of 2", {{2, 3}}, [](const X& x) {
                 return take_along_axis(x[0], index({1, 1}, {0}), 2);
             })}};
}

} // namespace

std::vector<OperationCases> indexing_cases() {
    std::vector<OperationCases> all =
        cases_of_list(IndexingPrimitives{}, {{"slice", of_slice()}, {"pad", of_pad()}, {"gather", of_gather()}, {"scatter_add", of_scatter_add()}});
    // The public functions of these names do more than the primitives.
    const auto add = [&](std::string_view name, const std::vector<Case>& cases) {
        for (OperationCases& operation : all) {
            if (operation.name == name) operation.cases.insert(operation.cases.end(), cases.begin(), cases.end());
        }
    };
    add("slice", more_of_slice());
    add("pad", more_of_pad());
    for (const auto cases : {split_cases, sliding_window_cases, take_cases, take_along_axis_cases}) all.push_back(cases());
    return all;
}

} // namespace xtgrad::suite
