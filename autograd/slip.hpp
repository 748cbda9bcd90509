#pragma once

#include <string>

#include <xtgrad/array/array.hpp>

namespace xtgrad {

/// The usual ways in which a gradient written by hand goes wrong, as far as they show in the numbers.
enum class Slip {
    none,                 ///< equal
    not_finite,           ///< NaN or infinity where the right gradient is a number
    shape,                ///< another shape, for no reason that shows
    transposed,           ///< the right numbers, transposed
    not_summed,           ///< the axes along which the input was broadcast were not summed
    zero,                 ///< all zeros: a path is cut
    sign,                 ///< the opposite sign
    factor,               ///< a constant multiple; 2 and ½ are a square's
    count,                ///< N or 1/N times: a sum where a mean is meant, or the reverse
    sign_of_some,         ///< the opposite sign at some elements
    reordered,            ///< the right numbers in other places
    activation_missing,   ///< not multiplied by the activation's derivative
    activation_twice,     ///< multiplied by the activation's derivative twice
    derivative_at_output, ///< the activation's derivative taken at its output instead of its input
    softmax_diagonal,     ///< only the diagonal of softmax's Jacobian
    target_missing,       ///< softmax(x) without the target subtracted
    multiple_of_input,    ///< a multiple of the input is added: a penalty on it stands in one of the two alone
    some_elements,        ///< right but for a few elements
    unknown
};

/// "sign", "softmax_diagonal", …
std::string_view to_string(Slip slip);

struct NamedSlip {
    Slip        kind   = Slip::none;
    double      factor = 1; ///< the multiple, where the slip is one
    std::string sentence{}; ///< what `wrong` is, for a person to read
};

/// How `wrong` differs from `right`, two gradients with respect to `x`, where a known slip explains all of it within a relative `tolerance`.
/// Activations and softmax can be named only where x is their input.
NamedSlip name_slip(const Array<double>& wrong, const Array<double>& right, const Array<double>& x, double tolerance = 1e-6);

} // namespace xtgrad
