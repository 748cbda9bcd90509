#pragma once

#include "cases.hpp"
#include "tally.hpp"

namespace xtgrad::suite {

/// The Jacobians of a case for its differentiable inputs, by central differences in 113 bits of the primitive's reference.
struct ExactDerivatives {
    std::vector<Quad>              values;    // the outputs
    std::vector<std::vector<Quad>> jacobians; // for each input, outputs × elements
};

/// Units of ε beside the largest entry within which what is judged so must be right: a factorization and some ten products lose as much.
inline constexpr double normwise_units = 64;

/// What is too large for a full Jacobian is checked along random directions.
bool is_large(const Case& sample);

/// Tier 1: the value, every entry of the Jacobian, and products with random cotangents, against the reference at the same inputs.
template <Scalar T>
void check_exactly(const Case& sample, Tally& tally);
/// Tiers 2, 3 and 5: first and second order against finite differences.
void check_by_differences(const Case& sample, Tally& tally);
/// Tier 4: ⟨Jv, w⟩ = ⟨v, Jᵀw⟩, where Jv comes from the primitive's forward on dual numbers, or from finite differences of it; and jvp is Jv.
void check_dot_product(const Case& sample, Tally& tally);
/// Tier 5 in float: the second derivatives of both types agree.
void check_second_order_in_float(const Case& sample, Tally& tally);
/// Tier 7: what must hold exactly, or but for the order of a sum.
template <Scalar T>
void check_invariants(const Case& sample, Kind kind, Tally& tally);
/// Tier 9: a recorded operation throws exactly when the plain one does, and the tape is unchanged afterwards.
void check_throws(const OperationCases& operation, Tally& tally);

/// All tiers for every case of an operation (the first where the case has a reference).
Tally check_operation(const OperationCases& operation);
/// Whether one of these checks fails. They are made in another order, the cheap ones and those of the type `suspect` first, and none after the first
/// that fails.
bool fails(const OperationCases& operation, ScalarType suspect);

/// The case's inputs as T, watched or constant.
template <Scalar T>
std::vector<Array<T>> inputs_as(const Case& sample) {
    std::vector<Array<T>> result;
    for (const Array<double>& input : sample.inputs) result.push_back(Array<T>(xt::cast<T>(input)));
    return result;
}
template <Scalar T>
Variables<T> watched(Tape& tape, const Case& sample) {
    Variables<T> result;
    for (std::size_t input = 0; input < sample.inputs.size(); ++input) {
        Array<T> array = xt::cast<T>(sample.inputs[input]);
        result.push_back(sample.differentiable[input] ? tape.watch(array) : Variable<T>(array));
    }
    return result;
}
/// Those of `all` that have gradients.
template <class X>
std::vector<X> differentiable(const Case& sample, const std::vector<X>& all) {
    std::vector<X> result;
    for (std::size_t input = 0; input < all.size(); ++input) {
        if (sample.differentiable[input]) result.push_back(all[input]);
    }
    return result;
}

/// A case's check in words: where it failed.
std::string place_of(const Case& sample, const std::string& what);

} // namespace xtgrad::suite
