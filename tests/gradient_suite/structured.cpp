#include <algorithm>
#include <cmath>

#include <xtgrad/autograd/primitives/fused.hpp>
#include <xtgrad/autograd/primitives/indexing.hpp>
#include <xtgrad/autograd/primitives/matmul.hpp>
#include <xtgrad/autograd/primitives/pooled_convolution.hpp>
#include <xtgrad/autograd/primitives/reduction.hpp>
#include <xtgrad/autograd/primitives/shape.hpp>

#include "cases.hpp"

namespace xtgrad::suite {

namespace {

template <class P>
Grid<Quad> reference_of(P primitive, const std::vector<Grid<Quad>>& x) {
    std::vector<Shape> shapes;
    for (const Grid<Quad>& input : x) shapes.push_back(input.shape);
    if constexpr (P::arity == 0) {
        primitive.infer({}, shapes);
        return primitive.reference(x);
    } else {
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            primitive.infer({}, shapes[I]...);
            return primitive.reference(x[I]...);
        }
        (std::make_index_sequence<P::arity>{});
    }
}

Case case_of(const std::vector<Array<double>>& inputs) {
    Case result;
    result.inputs = inputs;
    result.differentiable.assign(inputs.size(), true);
    result.description = shapes_text(inputs);
    return result;
}

template <class P>
struct Cases {
    static std::vector<Case> all() {
        std::vector<Case> result;
        for (const Sample<P>& sample : P::samples()) {
            Case one      = case_of(sample.inputs);
            one.in_double = [primitive = sample.primitive](const Variables<double>& x) { return apply<P, double>(primitive, x, {}); };
            one.in_float  = [primitive = sample.primitive](const Variables<float>& x) { return apply<P, float>(primitive, x, {}); };
            one.reference = [sample](const QuadArrays& x) {
                std::vector<Grid<Quad>> grids;
                for (std::size_t input = 0; input < x.size(); ++input) {
                    grids.emplace_back(sample.inputs[input].shape());
                    grids.back().elements = x[input];
                }
                return reference_of(sample.primitive, grids).elements;
            };
            result.push_back(std::move(one));
        }
        return result;
    }
};

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

template <class... P>
std::vector<PrimitiveCases> cases_of_list(PrimitiveList<P...>) {
    return {PrimitiveCases{std::string(P::name), false, Cases<P>::all(), misuses_of(P::name)}...};
}

} // namespace

std::vector<PrimitiveCases> structured_cases() { return cases_of_list(StructuredPrimitives{}); }

} // namespace xtgrad::suite
