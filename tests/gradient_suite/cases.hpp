#pragma once

#include <functional>
#include <string>
#include <vector>

#include <xtgrad/autograd.hpp>

#include "quad.hpp"

// What the tiers work on: a primitive and a sample of inputs as a function, without their types.

namespace xtgrad::suite {

template <Scalar T>
using Variables = std::vector<Variable<T>>;
template <Scalar T>
using Recorded = std::function<Variable<T>(const Variables<T>&)>;
/// Flattened arrays.
using QuadArrays = std::vector<std::vector<Quad>>;

/// A directional derivative: for each output the sum over the inputs, and the sum of the absolute values.
struct Tangents {
    std::vector<double> derivative;
    std::vector<double> terms;
};

/// A primitive with its attributes, and inputs for it.
struct Case {
    std::string                                         description; // the inputs' shapes
    std::vector<Array<double>>                          inputs;
    std::vector<bool>                                   differentiable; // a truth value has no gradient
    Recorded<double>                                    in_double;
    Recorded<float>                                     in_float;
    std::function<std::vector<Quad>(const QuadArrays&)> reference;
    /// For elementwise primitives.
    std::function<Tangents(const std::vector<Array<double>>& direction)> on_duals;

    template <Scalar T>
    const Recorded<T>& function() const {
        if constexpr (std::is_same_v<T, double>) {
            return in_double;
        } else {
            return in_float;
        }
    }
};

/// A call with wrong shapes or attributes, which must throw.
struct Misuse {
    std::string                description;
    std::vector<Array<double>> inputs;
    Recorded<double>           call;
};

struct PrimitiveCases {
    std::string         name;
    bool                elementwise = false;
    std::vector<Case>   cases;
    std::vector<Misuse> misuses;
};

/// One entry for each primitive of the lists in autograd/primitives.hpp.
std::vector<PrimitiveCases> elementwise_cases();
std::vector<PrimitiveCases> structured_cases();
std::vector<PrimitiveCases> all_cases();
/// The wrong calls of a structured primitive, by its name; throws for a name without any.
std::vector<Misuse> misuses_of(std::string_view primitive);

std::string shapes_text(const std::vector<Array<double>>& inputs);

} // namespace xtgrad::suite
