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
    friend Quad abs(Quad x) { return Quad(XTGRAD_QUAD_FUNCTION(fabs)(x.bits)); }
};

#undef XTGRAD_QUAD_FUNCTION

} // namespace xtgrad
