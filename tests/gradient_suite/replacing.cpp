#include "structured.hpp"

// Compositions that replace or pick elements: scatter, updates, masks.

namespace xtgrad::suite {

namespace {

using X = Variables<double>;

OperationCases scatter_cases() {
    const auto once = [](const auto& x) { return scatter(x[0], index({2, 2}, {2, 0, 1, -1}), 1, x[1]); };
    return {"scatter",
            Kind::composition,
            {composed({sample_array({2, 3}), sample_array({2, 2})}, once),
             // The last of equal ones.
             composed({sample_array({3}), sample_array({4})},
                      [](const auto& x) {
                          return scatter(x[0], {1, 1, 0, 1}, 0, x[1]);
                      }),
             composed({sample_array({3, 2}), sample_array({4, 2})},
                      [](const auto& x) {
                          return scatter(x[0], index({4, 2}, {0, 1, 0, 2, 1, 2, 0, 0}), 0, x[1]);
                      }),
             composed({sample_array({2, 3}), sample_array({})}, once), composed({sample_array({2, 3}), sample_array({2, 1})}, once),
             composed({sample_array({2, 3}), sample_array({2, 0})},
                      [](const auto& x) {
                          return scatter(x[0], index({2, 0}, {}), 1, x[1]);
                      }),
             composed({sample_array({0, 3}), sample_array({0, 1})},
                      [](const auto& x) {
                          return scatter(x[0], index({0, 1}, {}), 1, x[1]);
                      })},
            {misuse("index 3 of 3", {{3}, {1}}, [](const X& x) { return scatter(x[0], {3}, 0, x[1]); }),
             misuse("another rank", {{2, 3}, {1}}, [](const X& x) { return scatter(x[0], {0}, 0, x[1]); }),
             misuse("another extent", {{2, 3}, {1, 1}},
                    [](const X& x) {
                        return scatter(x[0], index({1, 1}, {0}), 1, x[1]);
                    }),
             misuse("source of another shape", {{3}, {3}},
                    [](const X& x) {
                        return scatter(x[0], {0, 1}, 0, x[1]);
                    }),
             misuse("larger source", {{3}, {2, 2}},
                    [](const X& x) {
                        return scatter(x[0], {0, 1}, 0, x[1]);
                    }),
             misuse("axis 1 of 1", {{3}, {1}}, [](const X& x) { return scatter(x[0], {0}, 1, x[1]); })}};
}

OperationCases index_add_cases() {
    return {"index_add",
            Kind::composition,
            {composed({sample_array({3}), sample_array({4})},
                      [](const auto& x) {
                          return index_add(x[0], {1, 1, 0, -2}, 0, x[1]);
                      }),
             composed({sample_array({2, 3}), sample_array({2, 2})},
                      [](const auto& x) {
                          return index_add(x[0], {2, 2}, 1, x[1]);
                      }),
             composed({sample_array({2, 3}), sample_array({2, 2, 3})},
                      [](const auto& x) {
                          return index_add(x[0], index({2, 2}, {0, 1, 1, 1}), 0, x[1]);
                      }),
             composed({sample_array({2, 3}), sample_array({3})}, [](const auto& x) { return index_add(x[0], 1, 0, x[1]); }),
             composed({sample_array({2, 3}), sample_array({})},
                      [](const auto& x) {
                          return index_add(x[0], {0, 0}, -1, x[1]);
                      }),
             composed({sample_array({0, 3}), sample_array({0, 1})}, [](const auto& x) { return index_add(x[0], {0}, 1, x[1]); })},
            {misuse("index 3 of 3", {{3}, {1}}, [](const X& x) { return index_add(x[0], {3}, 0, x[1]); }),
             misuse("source of another shape", {{3}, {3}},
                    [](const X& x) {
                        return index_add(x[0], {0, 1}, 0, x[1]);
                    }),
             misuse("axis 1 of 1", {{3}, {1}}, [](const X& x) { return index_add(x[0], {0}, 1, x[1]); })}};
}

OperationCases index_update_cases() {
    return {"index_update",
            Kind::composition,
            {composed({sample_array({4, 3}), sample_array({2, 3})}, [](const auto& x) { return index_update(x[0], {Range::every(2)}, x[1]); }),
             composed({sample_array({2, 4}), sample_array({2, 2})},
                      [](const auto& x) {
                          return index_update(x[0], {Range::ellipsis(), Range(3, 0, -2)}, x[1]);
                      }),
             composed({sample_array({2, 3}), sample_array({3})}, [](const auto& x) { return index_update(x[0], {-1}, x[1]); }),
             composed({sample_array({2, 3}), sample_array({})},
                      [](const auto& x) {
                          return index_update(x[0], {1, 2}, x[1]);
                      }),
             composed({sample_array({2, 3}), sample_array({2, 1})}, [](const auto& x) { return index_update(x[0], {}, x[1]); }),
             composed({sample_array({2, 2}), sample_array({2, 1, 1})},
                      [](const auto& x) {
                          return index_update(x[0], {Range::all(), Range::newaxis(), Range(0, 1)}, x[1]);
                      }),
             composed({sample_array({}), sample_array({})}, [](const auto& x) { return index_update(x[0], {}, x[1]); }),
             composed({sample_array({3}), sample_array({0})}, [](const auto& x) { return index_update(x[0], {Range(2, 1)}, x[1]); }),
             composed({sample_array({0, 3}), sample_array({3})}, [](const auto& x) { return index_update(x[0], {}, x[1]); })},
            {misuse("source of another shape", {{3}, {3}}, [](const X& x) { return index_update(x[0], {Range(0, 2)}, x[1]); }),
             misuse("larger source", {{3}, {2, 3}}, [](const X& x) { return index_update(x[0], {}, x[1]); }),
             misuse("index 3 of 3", {{3}, {}}, [](const X& x) { return index_update(x[0], {3}, x[1]); }),
             misuse("too many ranges", {{3}, {}}, [](const X& x) {
                 return index_update(x[0], {0, 0}, x[1]);
             })}};
}

const Mask& some() {
    static const Mask mask(Array<bool>{{true, false, true}, {false, false, true}});
    return mask;
}

OperationCases masked_select_cases() {
    return {"masked_select",
            Kind::composition,
            {composed({sample_array({2, 3})}, [](const auto& x) { return masked_select(x[0], some()); }),
             composed({sample_array({2, 3})},
                      [](const auto& x) {
                          return masked_select(x[0], {true, false, true});
                      }),
             composed({sample_array({3})}, [](const auto& x) { return masked_select(x[0], some()); }),
             composed({sample_array({2, 1})}, [](const auto& x) { return masked_select(x[0], some()); }),
             composed({sample_array({3})}, [](const auto& x) { return masked_select(x[0], Mask({3}, false)); }),
             composed({sample_array({})}, [](const auto& x) { return masked_select(x[0], Mask(Shape{}, true)); }),
             composed({sample_array({0, 3})},
                      [](const auto& x) {
                          return masked_select(x[0], Mask({1, 3}, true));
                      })},
            {misuse("a mask of another shape", {{2, 2}}, [](const X& x) { return masked_select(x[0], some()); })}};
}

OperationCases masked_scatter_cases() {
    return {"masked_scatter",
            Kind::composition,
            {composed({sample_array({2, 3}), sample_array({3})}, [](const auto& x) { return masked_scatter(x[0], some(), x[1]); }),
             composed({sample_array({2, 3}), sample_array({2, 2})},
                      [](const auto& x) {
                          return masked_scatter(x[0], {false, true, false}, x[1]);
                      }),
             composed({sample_array({2, 3}), sample_array({})},
                      [](const auto& x) {
                          return masked_scatter(x[0], Mask({2, 1}, false), x[1]);
                      }),
             composed({sample_array({}), sample_array({})}, [](const auto& x) { return masked_scatter(x[0], Mask(Shape{}, true), x[1]); }),
             composed({sample_array({0}), sample_array({0})}, [](const auto& x) { return masked_scatter(x[0], Mask({1}, true), x[1]); })},
            {misuse("too few elements", {{2, 3}, {2}}, [](const X& x) { return masked_scatter(x[0], some(), x[1]); }),
             misuse("a mask of another shape", {{2, 2}, {9}}, [](const X& x) { return masked_scatter(x[0], some(), x[1]); }),
             misuse("a larger mask", {{3}, {9}}, [](const X& x) { return masked_scatter(x[0], some(), x[1]); })}};
}

} // namespace

std::vector<OperationCases> replacing_cases() {
    return {scatter_cases(), index_add_cases(), index_update_cases(), masked_select_cases(), masked_scatter_cases()};
}

} // namespace xtgrad::suite
