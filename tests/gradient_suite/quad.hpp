#pragma once

// Numbers of 113 bits: __float128 with libquadmath where long double is shorter.

#if __LDBL_MANT_DIG__ == 113
#include <cmath>
#else
// Declared here, because clang has no quadmath.h.
extern "C" {
__float128 expq(__float128);
__float128 expm1q(__float128);
__float128 logq(__float128);
__float128 log1pq(__float128);
__float128 powq(__float128, __float128);
__float128 sqrtq(__float128);
__float128 sinq(__float128);
__float128 cosq(__float128);
__float128 tanhq(__float128);
__float128 fabsq(__float128);
__float128 tanq(__float128);
__float128 asinq(__float128);
__float128 acosq(__float128);
__float128 atanq(__float128);
__float128 sinhq(__float128);
__float128 coshq(__float128);
__float128 asinhq(__float128);
__float128 acoshq(__float128);
__float128 atanhq(__float128);
__float128 cbrtq(__float128);
__float128 exp2q(__float128);
__float128 log2q(__float128);
__float128 log10q(__float128);
__float128 erfq(__float128);
__float128 erfcq(__float128);
__float128 lgammaq(__float128);
__float128 floorq(__float128);
__float128 atan2q(__float128, __float128);
}
#endif

namespace xtgrad {

#if __LDBL_MANT_DIG__ == 113
using QuadBits = long double;
#define XTGRAD_QUAD_FUNCTION(name) std::name
#else
using QuadBits = __float128;
#define XTGRAD_QUAD_FUNCTION(name) ::name##q
#endif

/// What the references of primitives are evaluated in: a class, so that `exp(x)` in a template finds its function by the argument.
struct Quad {
    QuadBits bits = 0;

    Quad() = default;
    Quad(int number) : bits(number) {}
    Quad(double number) : bits(number) {}
    explicit Quad(QuadBits number) : bits(number) {}
    explicit operator double() const { return static_cast<double>(bits); }

    friend Quad operator+(Quad a, Quad b) { return Quad(a.bits + b.bits); }
    friend Quad operator-(Quad a, Quad b) { return Quad(a.bits - b.bits); }
    friend Quad operator*(Quad a, Quad b) { return Quad(a.bits * b.bits); }
    friend Quad operator/(Quad a, Quad b) { return Quad(a.bits / b.bits); }
    friend Quad operator-(Quad x) { return Quad(-x.bits); }
    friend bool operator<(Quad a, Quad b) { return a.bits < b.bits; }
    friend bool operator>(Quad a, Quad b) { return a.bits > b.bits; }
    friend bool operator<=(Quad a, Quad b) { return a.bits <= b.bits; }
    friend bool operator>=(Quad a, Quad b) { return a.bits >= b.bits; }
    friend bool operator==(Quad a, Quad b) { return a.bits == b.bits; }

    friend Quad exp(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(exp)(x.bits)); }
    friend Quad expm1(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(expm1)(x.bits)); }
    friend Quad log(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(log)(x.bits)); }
    friend Quad log1p(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(log1p)(x.bits)); }
    friend Quad pow(Quad x, Quad y) { return Quad(XTGRAD_QUAD_FUNCTION(pow)(x.bits, y.bits)); }
    friend Quad sqrt(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(sqrt)(x.bits)); }
    friend Quad sin(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(sin)(x.bits)); }
    friend Quad cos(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(cos)(x.bits)); }
    friend Quad tanh(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(tanh)(x.bits)); }
    friend Quad tan(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(tan)(x.bits)); }
    friend Quad asin(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(asin)(x.bits)); }
    friend Quad acos(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(acos)(x.bits)); }
    friend Quad atan(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(atan)(x.bits)); }
    friend Quad sinh(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(sinh)(x.bits)); }
    friend Quad cosh(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(cosh)(x.bits)); }
    friend Quad asinh(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(asinh)(x.bits)); }
    friend Quad acosh(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(acosh)(x.bits)); }
    friend Quad atanh(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(atanh)(x.bits)); }
    friend Quad cbrt(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(cbrt)(x.bits)); }
    friend Quad exp2(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(exp2)(x.bits)); }
    friend Quad log2(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(log2)(x.bits)); }
    friend Quad log10(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(log10)(x.bits)); }
    friend Quad erf(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(erf)(x.bits)); }
    friend Quad erfc(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(erfc)(x.bits)); }
    friend Quad lgamma(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(lgamma)(x.bits)); }
    friend Quad floor(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(floor)(x.bits)); }
    friend Quad atan2(Quad y, Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(atan2)(y.bits, x.bits)); }
    friend Quad abs(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(fabs)(x.bits)); }
};

#undef XTGRAD_QUAD_FUNCTION

} // namespace xtgrad
