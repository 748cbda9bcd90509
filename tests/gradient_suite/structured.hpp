#pragma once

#include <map>
#include <stdexcept>

#include <xtgrad/autograd/primitives/reference.hpp>

#include "cases.hpp"

namespace xtgrad::suite {

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

inline Case case_of(const std::vector<Array<double>>& inputs) {
    Case result;
    result.inputs = inputs;
    result.differentiable.assign(inputs.size(), true);
    result.description = shapes_text(inputs);
    return result;
}

/// A case for each sample of P.
template <class P>
struct SampleCases {
    static std::vector<Case> all() {
        std::vector<Case> result;
        for (const Sample<P>& sample : P::samples()) {
            Case one      = case_of(sample.inputs);
            one.in_double = [primitive = sample.primitive](const Variables<double>& x) { return apply<P, double>(primitive, x, {}); };
            one.in_float  = [primitive = sample.primitive](const Variables<float>& x) { return apply<P, float>(primitive, x, {}); };
            if constexpr (requires { P::normwise; }) one.normwise = P::normwise;
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

/// The cases of P: those of its samples, unless a specialisation says otherwise.
template <class P>
struct Cases : SampleCases<P> {};

/// The wrong calls of each primitive of a family, by name; there is an entry for each, and if it is empty.
using Misuses = std::map<std::string_view, std::vector<Misuse>>;

template <class... P>
std::vector<OperationCases> cases_of_list(PrimitiveList<P...>, const Misuses& misuses) {
    const auto misuses_of = [&](std::string_view name) {
        const auto found = misuses.find(name);
        if (found == misuses.end()) throw std::logic_error("the suite has no wrong calls of the primitive " + std::string(name) + "; add an entry");
        return found->second;
    };
    return {OperationCases{std::string(P::name), Kind::structured, Cases<P>::all(), misuses_of(P::name)}...};
}

/// Wrong axes of `reduce(x, axes)`.
template <class Reduce>
std::vector<Misuse> of_axes(Reduce reduce) {
    return {misuse("axis 2 of 2", {{2, 3}}, [=](const Variables<double>& x) { return reduce(x[0], Axes{2}); }),
            misuse("axis -3 of 2", {{2, 3}}, [=](const Variables<double>& x) { return reduce(x[0], Axes{-3}); }),
            misuse("an axis twice", {{2, 3}},
                   [=](const Variables<double>& x) {
                       return reduce(x[0], Axes{1, -1});
                   }),
            misuse("axis 0 of a number", {{}}, [=](const Variables<double>& x) { return reduce(x[0], Axes{0}); })};
}

/// Wrong axes of `along(x, axis)`.
template <class Along>
std::vector<Misuse> of_one_axis(Along along) {
    return {misuse("axis 2 of 2", {{2, 3}}, [=](const Variables<double>& x) { return along(x[0], 2); }),
            misuse("axis -3 of 2", {{2, 3}}, [=](const Variables<double>& x) { return along(x[0], -3); }),
            misuse("axis 0 of a number", {{}}, [=](const Variables<double>& x) { return along(x[0], 0); })};
}

template <class Reduce>
std::vector<Misuse> of_axes_and_nothing(Reduce reduce) {
    std::vector<Misuse> result = of_axes(reduce);
    result.push_back(misuse("nothing at all", {{0}}, [=](const Variables<double>& x) { return reduce(x[0], Axes::every()); }));
    result.push_back(misuse("nothing over axis 0", {{0, 3}}, [=](const Variables<double>& x) { return reduce(x[0], Axes{0}); }));
    return result;
}

/// Places for gather, scatter and their like.
inline Array<Index> index(const Shape& shape, std::initializer_list<Index> places) {
    Array<Index> result(shape);
    std::copy(places.begin(), places.end(), result.data());
    return result;
}

} // namespace xtgrad::suite
