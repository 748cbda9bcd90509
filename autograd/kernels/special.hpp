#pragma once

namespace xtgrad::special {

// Functions that the C library does not have, right to a few units in the last place of double. Orders are whole numbers that are not negative; of
// any other, and outside a function's domain, the result is NaN.

/// (2/√π)·∫₀^∞ uⁿ·e^(−u² − 2ux) du. Of order 0 it is e^(x²)·erfc(x); its derivative is −2 times that of the next order, and all of them are positive.
double erfcx_moment(double n, double x);

/// log |Γ(x)|, which several threads may call.
double lgamma(double x);

/// The (n + 1)-th derivative of log Γ.
double polygamma(double n, double x);

/// The modified Bessel function of the first kind, of order n.
double bessel_i(double n, double x);

/// The n-th derivative of sin(πx)/(πx).
double sinc_derivative(double n, double x);

} // namespace xtgrad::special
