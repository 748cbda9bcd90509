#include <algorithm>
#include <cmath>

#include <xtgrad/autograd/primitives/shape.hpp>

#include "structured.hpp"

namespace xtgrad::suite {

// To the other type and back, so that the case begins and ends in one. The numbers are short enough for float, and stay so beside the steps
// of the differences.
template <>
struct Cases<Cast> {
    static std::vector<Case> all() {
        std::vector<Case> result;
        for (Array<double> input : Cast::samples()) {
            for (double& element : input.storage()) element = std::round(element * 1024) / 1024;
            Case one      = case_of({input});
            one.in_double = [](const Variables<double>& x) { return cast<double>(cast<float>(x[0])); };
            one.in_float  = [](const Variables<float>& x) { return cast<float>(cast<double>(x[0])); };
            one.reference = [](const QuadArrays& x) {
                std::vector<Quad> result_of_one = x[0];
                std::transform(result_of_one.begin(), result_of_one.end(), result_of_one.begin(),
                               [](Quad element) { return Cast::reference(element); });
                return result_of_one;
            };
            result.push_back(std::move(one));
        }
        return result;
    }
};

namespace {

using X = Variables<double>;

std::vector<Misuse> of_shape() {
    return {misuse("another size", {{2, 3}}, [](const X& x) { return reshape(x[0], {4}); }),
            misuse("two inferred", {{2, 3}},
                   [](const X& x) {
                       return reshape(x[0], {-1, -1});
                   }),
            misuse("inferred beside 0", {{0, 3}},
                   [](const X& x) {
                       return reshape(x[0], {-1, 0});
                   }),
            misuse("not divisible", {{2, 3}},
                   [](const X& x) {
                       return reshape(x[0], {4, -1});
                   }),
            misuse("negative", {{2, 3}},
                   [](const X& x) {
                       return reshape(x[0], {-2, -3});
                   }),
            misuse("overflow", {{2, 3}}, [](const X& x) {
                return reshape(x[0], {Index{1} << 33, Index{1} << 33});
            })};
}

std::vector<Misuse> of_concatenate() {
    const auto join = [](Index axis) { return [axis](const X& x) { return concatenate(x, axis); }; };
    return {misuse("another extent", {{2, 3}, {2, 4}}, join(0)), misuse("another rank", {{2, 3}, {2}}, join(0)),
            misuse("axis 2 of 2", {{2, 3}, {2, 3}}, join(2)), misuse("numbers", {{}, {}}, join(0)),
            misuse("nothing", {{2}}, [](const X&) { return concatenate(X{}, 0); })};
}

} // namespace

std::vector<OperationCases> shape_cases() {
    return cases_of_list(ShapePrimitives{}, {
                                                {"reshape", of_shape()},
                                                {"transpose",
                                                 {misuse("too few axes", {{2, 3}}, [](const X& x) { return transpose(x[0], {0}); }),
                                                  misuse("an axis twice", {{2, 3}},
                                                         [](const X& x) {
                                                             return transpose(x[0], {0, 0});
                                                         }),
                                                  misuse("axis 2 of 2", {{2, 3}},
                                                         [](const X& x) {
                                                             return transpose(x[0], {0, 2});
                                                         })}},
                                                {"broadcast_to",
                                                 {misuse("another extent", {{2}}, [](const X& x) { return broadcast_to(x[0], {3}); }),
                                                  misuse("fewer axes", {{1, 2}}, [](const X& x) { return broadcast_to(x[0], {2}); }),
                                                  misuse("to extent 1", {{2}}, [](const X& x) { return broadcast_to(x[0], {1}); }),
                                                  misuse("a negative extent", {{1}}, [](const X& x) { return broadcast_to(x[0], {-1}); })}},
                                                {"concatenate", of_concatenate()},
                                                // Nothing has a wrong shape for these.
                                                {"alias", {}},
                                                {"cast", {}},
                                            });
}

} // namespace xtgrad::suite
