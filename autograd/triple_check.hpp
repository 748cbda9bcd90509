#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include <xtgrad/autograd/slip.hpp>
#include <xtgrad/autograd/tape.hpp>

namespace xtgrad {

/// Which of three gradients is not like the others.
enum class TripleVerdict {
    agree,
    hand_is_odd,
    tape_is_odd,
    differences_are_odd, ///< hand and tape agree, differences do not: f is no fixed function of x, or both derive another function
    all_differ,
    undecided ///< hand and tape differ where differences cannot tell: at a kink, or by less than their uncertainty
};
/// "the hand-written gradient is the odd one out", …
std::string_view to_string(TripleVerdict verdict);

/// How two gradients compare: the largest difference of any element, relative to the largest element of both.
struct PairComparison {
    bool   agree              = true;
    double largest_difference = 0;
};

/// Three gradients with respect to one input.
struct TripleInput {
    Shape          shape;
    TripleVerdict  verdict = TripleVerdict::agree;
    PairComparison hand_and_tape, tape_and_differences, hand_and_differences;
    NamedSlip      slip; ///< of the odd one, where it is hand or tape
    /// The element with the largest difference between hand and tape, or else to the differences; the largest element where all agree.
    std::size_t worst_place = 0;
    double      hand = 0, tape = 0, differences = 0, uncertainty = 0;
    double      hand_norm = 0, tape_norm = 0; ///< √Σ g²
    std::size_t checked      = 0;             ///< elements with differences
    std::size_t inconclusive = 0;             ///< of those, how many at which differences cannot tell
};

struct TripleReport {
    TripleVerdict            verdict = TripleVerdict::agree; ///< of the first input that does not agree
    std::vector<TripleInput> inputs;

    bool agree() const noexcept { return verdict == TripleVerdict::agree; }
};
/// A sentence an input: the verdict, the slip's name, and the numbers at the worst element.
std::ostream& operator<<(std::ostream& stream, const TripleReport& report);

struct TripleCheckOptions {
    /// Elements of each input with differences: the first, the last, the middle, those at which hand and tape differ most, and a random choice.
    std::size_t elements = 200;
    /// Up to which two gradients agree, relative to the larger element; 0 stands for 1e-6 for double, 1e-3 for float. Differences have their
    /// own estimate of uncertainty besides, and hand against tape a rounding of 4096 ε of the largest element.
    double tolerance = 0;
};

template <Scalar T>
using TapedFunction = std::function<Variable<T>(const std::vector<Variable<T>>&)>;

namespace functional {
template <Scalar T>
TripleReport triple_check(const std::vector<Array<T>>& hand, const TapedFunction<T>& taped, const std::vector<Array<T>>& x,
                          const TripleCheckOptions& options, SourceLocation where);
}

/// Three gradients of one function, each compared with the other two: `hand`, written by hand; the tape's gradient of `taped`; and finite
/// differences of `taped` (numeric_derivatives). Two that agree outvote the third, and where a known slip explains the difference it is named.
///
/// `taped` takes a Variable and gives one number; `x` is an array, `hand` the gradient at `x`, or a function that gives it.
/// Throws what `hand` and `taped` throw, and ShapeError where `taped` gives more than one number.
template <class Hand, class Taped, Expression X>
TripleReport triple_check(const Hand& hand, const Taped& taped, const X& x, const TripleCheckOptions& options = {}, SourceLocation where = {}) {
    using T                                 = typename X::value_type;
    const std::vector<Array<T>> inputs      = {Array<T>(x)};
    const TapedFunction<T>      of_a_vector = [&](const std::vector<Variable<T>>& variables) { return taped(variables.front()); };
    // An array can be called as well, with indices.
    if constexpr (Expression<Hand>) {
        return functional::triple_check<T>({Array<T>(hand)}, of_a_vector, inputs, options, where);
    } else {
        return functional::triple_check<T>({Array<T>(hand(inputs.front()))}, of_a_vector, inputs, options, where);
    }
}

/// The same for several inputs, weights of a network say: `taped` takes a vector of Variables; `hand` is a vector of gradients, or a function
/// from the vector of inputs to it. Throws ValueError besides where there are more or fewer gradients than inputs.
template <class Hand, class Taped, Scalar T>
TripleReport triple_check(const Hand& hand, const Taped& taped, const std::vector<Array<T>>& x, const TripleCheckOptions& options = {},
                          SourceLocation where = {}) {
    if constexpr (std::invocable<const Hand&, const std::vector<Array<T>>&>) {
        return functional::triple_check<T>(hand(x), taped, x, options, where);
    } else {
        return functional::triple_check<T>(hand, taped, x, options, where);
    }
}

} // namespace xtgrad
