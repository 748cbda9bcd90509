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
    std::string                description; // the inputs' shapes
    std::vector<Array<double>> inputs;
    std::vector<bool>          differentiable; // a truth value has no gradient
    Recorded<double>           in_double;
    Recorded<float>            in_float;
    /// What a composition need not have.
    std::function<std::vector<Quad>(const QuadArrays&)> reference{};
    /// Errors are judged beside the largest entry of a Jacobian: what the algorithms of linear algebra promise.
    bool normwise = false;
    /// A fused formula: its recorded derivative is that of the composition, which rounds elsewhere than its kernels do.
    bool fused = false;
    /// For elementwise primitives and formulas.
    std::function<Tangents(const std::vector<Array<double>>& direction)> on_duals{};

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

/// A primitive; or a public function that is composed of them: an elementwise formula of autograd/formulas.hpp, or any other.
enum class Kind { elementwise, structured, formula, composition };

struct OperationCases {
    std::string         name;
    Kind                kind;
    std::vector<Case>   cases;
    std::vector<Misuse> misuses;

    bool primitive() const noexcept { return kind == Kind::elementwise || kind == Kind::structured; }
    bool elementwise() const noexcept { return kind == Kind::elementwise || kind == Kind::formula; }
};

/// One entry for each primitive of the lists in autograd/primitives.hpp and each formula of autograd/formulas.hpp.
std::vector<OperationCases> elementwise_cases();
std::vector<OperationCases> formula_cases();
/// Those of a family's structured primitives and of the functions that are composed of them.
std::vector<OperationCases> reduction_cases();
std::vector<OperationCases> scan_cases();
std::vector<OperationCases> sorting_cases();
std::vector<OperationCases> normalization_cases();
std::vector<OperationCases> shape_cases();
std::vector<OperationCases> rearranging_cases();
std::vector<OperationCases> joining_cases();
std::vector<OperationCases> indexing_cases();
std::vector<OperationCases> replacing_cases();
std::vector<OperationCases> diagonal_cases();
std::vector<OperationCases> matrix_cases();
std::vector<OperationCases> convolution_cases();
std::vector<OperationCases> linear_algebra_cases();
std::vector<OperationCases> product_cases();
std::vector<OperationCases> all_cases();

std::string shapes_text(const std::vector<Array<double>>& inputs);

/// A wrong call with random inputs of these shapes.
Misuse misuse(std::string description, std::initializer_list<Shape> shapes, Recorded<double> call);

/// A case of a composition: a function of Variables of either type, as in `composed({x}, [](const auto& x) { return variance(x[0], 1); })`.
template <class F>
Case composed(std::vector<Array<double>> inputs, F function) {
    Case result;
    result.differentiable.assign(inputs.size(), true);
    result.description = shapes_text(inputs);
    result.inputs      = std::move(inputs);
    result.in_double   = function;
    result.in_float    = function;
    return result;
}

} // namespace xtgrad::suite
