#pragma once

#include <initializer_list>
#include <limits>
#include <span>

#include <xtgrad/array/array.hpp>
#include <xtgrad/autograd/formulas.hpp>
#include <xtgrad/autograd/functions/activation.hpp>
#include <xtgrad/autograd/functions/transcendental.hpp>
#include <xtgrad/autograd/mask.hpp>
#include <xtgrad/autograd/primitives.hpp>

namespace xtgrad {

template <Scalar T>
class Variable;
template <Scalar T>
class Operand;

enum class Comparison { less, less_equal, equal, not_equal };

template <class P>
inline constexpr std::size_t elementwise_index = ElementwisePrimitives::index_of<P>();
template <class F>
inline constexpr std::size_t formula_index = ElementwiseFormulas::index_of<F>();

namespace ops {

template <Scalar T>
Variable<T> elementwise(std::size_t primitive, std::initializer_list<const Operand<T>*> operands);
/// Of a primitive whose first operand is an order; throws ValueError where that is not a whole number, or negative.
template <Scalar T>
Variable<T> of_order(std::size_t primitive, const Operand<T>& order, const Operand<T>& x);
template <Scalar T>
Variable<double> float_power(const Operand<T>& x, const Operand<T>& y);
template <Scalar T>
Variable<T> formula(std::size_t formula, std::initializer_list<const Operand<T>*> operands);
/// A fused formula by the operations that it is composed of.
template <Scalar T>
Variable<T> fused_formula_composed(std::size_t formula, std::span<const Variable<T>> x);
template <Scalar T>
Variable<T> clip(const Operand<T>& x, const Operand<T>& low, const Operand<T>& high);
template <Scalar T>
Variable<T> where(const Mask& condition, const Operand<T>& a, const Operand<T>& b);
template <Scalar T>
Mask compare(Comparison comparison, const Operand<T>& a, const Operand<T>& b);
template <Scalar T>
Mask isfinite(const Variable<T>& x);

} // namespace ops

/// How Variables apply an elementwise primitive: by the compiled operation.
template <Scalar T>
struct VariableKind {
    using Number = Variable<T>;
    using Input  = const Operand<T>&;
    using Exact  = const Operand<T>&;
    using Truth  = Mask;
    using Double = Variable<double>;

    template <class P, class... In>
    static Number apply(const In&... x) {
        if constexpr (std::is_same_v<P, Clip>) {
            return ops::clip<T>(x...);
        } else {
            return ops::elementwise<T>(elementwise_index<P>, {&x...});
        }
    }
    template <class P>
    static Number of_order(Input order, Input x) {
        return ops::of_order<T>(elementwise_index<P>, order, x);
    }
    template <class F, class... In>
    static Number compose(const In&... x) {
        return ops::formula<T>(formula_index<F>, {&x...});
    }
    static Truth  compare(Comparison comparison, Input a, Input b) { return ops::compare<T>(comparison, a, b); }
    static Number choose(const Truth& truth, Input a, Input b) { return ops::where<T>(truth, a, b); }
};

/// Operators and elementwise arithmetic, once for every kind of number: of Variables the functions take numbers, arrays and expressions as well, and
/// broadcast by NumPy's rule; in the function of a map() they work on the numbers that it is given. They are hidden friends: only calls with
/// such a number (or a Parameter) see them.
template <class Kind>
class ElementwiseFunctions : public TranscendentalFunctions<Kind>, public ActivationFunctions<Kind> {
    using V     = typename Kind::Number;
    using In    = typename Kind::Input;
    using Truth = typename Kind::Truth;
    // Where xtensor's function is an unconstrained template, a reference to const loses against it.
    using Exact = typename Kind::Exact;

    // NOLINTBEGIN(bugprone-easily-swappable-parameters)
public:
    friend V operator+(In a, In b) { return Kind::template apply<Add>(a, b); }
    friend V operator-(In a, In b) { return Kind::template apply<Subtract>(a, b); }
    friend V operator*(In a, In b) { return Kind::template apply<Multiply>(a, b); }
    friend V operator/(In a, In b) { return Kind::template apply<Divide>(a, b); }
    friend V operator-(In x) { return Kind::template apply<Negate>(x); }
    friend V operator+(In x) { return V(x); }

    /// a + b.
    friend V add(In a, In b) { return Kind::template apply<Add>(a, b); }
    /// a − b.
    friend V subtract(In a, In b) { return Kind::template apply<Subtract>(a, b); }
    /// a·b.
    friend V multiply(In a, In b) { return Kind::template apply<Multiply>(a, b); }
    /// a/b; by 0 value and gradients are the limits, NaN for 0/0.
    friend V divide(In a, In b) { return Kind::template apply<Divide>(a, b); }
    /// −x.
    friend V negate(In x) { return Kind::template apply<Negate>(x); }
    /// 1/x.
    friend V reciprocal(In x) { return Kind::template compose<Reciprocal>(x); }

    /// x².
    friend V square(Exact x) { return Kind::template apply<Square>(x); }
    /// √x; NaN (with a NaN gradient) below 0; the gradient at 0 is inf.
    friend V sqrt(In x) { return Kind::template apply<Sqrt>(x); }
    /// 1/√x; inf at 0 with gradient −inf, NaN below.
    friend V rsqrt(In x) { return Kind::template compose<Rsqrt>(x); }
    /// The real cube root, of negative numbers too; the gradient at 0 is inf.
    friend V cbrt(In x) { return Kind::template apply<Cbrt>(x); }
    /// x to the power y. Gradients stay finite where they are: at x = 0 for constant exponents of at least 1, at negative x for integer
    /// exponents. In the exponent the gradient is y·log x, 0 at x = 0 for y ≥ 0, NaN for negative x.
    friend V pow(In x, In y) { return Kind::template apply<Pow>(x, y); }
    /// √(a² + b²) without overflow or underflow. The gradient is that of the Euclidean norm, 0 at the origin. An infinite argument gives inf, beside
    /// NaN too.
    friend V hypot(In a, In b) { return Kind::template apply<Hypot>(a, b); }
    /// The angle of the point (x, y), from −π to π; value and gradient are 0 at the origin.
    friend V atan2(In y, In x) { return Kind::template apply<Atan2>(y, x); }
    /// x·2ⁿ without intermediate overflow; n may be any real number and has the gradient of 2ⁿ.
    friend V ldexp(In x, In n) { return Kind::template apply<Ldexp>(x, n); }
    /// a + weight·(b − a), exact at weights 0 and 1.
    friend V lerp(In a, In b, In weight) { return Kind::template apply<Lerp>(a, b, weight); }
    /// x + a·b.
    friend V addcmul(In x, In a, In b) { return Kind::template compose<Addcmul>(x, a, b); }
    /// x + value·a·b.
    friend V addcmul(In x, In a, In b, In value) { return Kind::template compose<Addcmul>(x, a, b, value); }
    /// x + a/b.
    friend V addcdiv(In x, In a, In b) { return Kind::template compose<Addcdiv>(x, a, b); }
    /// x + value·a/b.
    friend V addcdiv(In x, In a, In b, In value) { return Kind::template compose<Addcdiv>(x, a, b, value); }
    /// x·π/180.
    friend V deg2rad(In x) { return Kind::template compose<Deg2rad>(x); }
    /// x·180/π.
    friend V rad2deg(In x) { return Kind::template compose<Rad2deg>(x); }

    /// |x|, gradient 0 at 0.
    friend V abs(In x) { return Kind::template apply<Abs>(x); }
    /// −1, 0 or 1; gradient 0.
    friend V sign(In x) { return Kind::template apply<Sign>(x); }
    /// |a| with the sign of b, by its sign bit, so that −0 counts as negative; gradient 0 at a = 0, and in b.
    friend V copysign(In a, In b) { return Kind::template apply<Copysign>(a, b); }
    /// 0 below 0, 1 above, `at_zero` at 0, as numpy.heaviside; x has gradient 0, `at_zero` 1 where it is taken.
    friend V heaviside(In x, In at_zero) { return Kind::template compose<Heaviside>(x, at_zero); }
    /// The next whole number below; gradient 0, NaN for NaN.
    friend V floor(In x) { return Kind::template apply<Floor>(x); }
    /// The next whole number above; gradient 0, NaN for NaN.
    friend V ceil(In x) { return Kind::template apply<Ceil>(x); }
    /// The nearest whole number, of two the even one, as numpy.round; gradient 0, NaN for NaN.
    friend V round(In x) { return Kind::template apply<Round>(x); }
    /// The whole part, towards 0; gradient 0, NaN for NaN.
    friend V trunc(In x) { return Kind::template apply<Trunc>(x); }
    /// x less its whole part, with the sign of x; gradient 1, NaN at ±inf.
    friend V frac(In x) { return Kind::template compose<Frac>(x); }
    /// The rest of a/b with the sign of a, as C's fmod; the gradient in b is minus the whole quotient. NaN, as its gradients are, for b = 0 and
    /// infinite a.
    friend V fmod(In a, In b) { return Kind::template apply<Fmod>(a, b); }
    /// The rest of a/b with the sign of b, as numpy.remainder; the gradient in b is minus the quotient rounded down. NaN, as its gradients are, for b
    /// = 0 and infinite a.
    friend V remainder(In a, In b) { return Kind::template apply<Remainder>(a, b); }

    /// The larger of each pair; a tie splits the gradient evenly; NaN if either is.
    friend V maximum(In a, In b) { return Kind::template apply<Maximum>(a, b); }
    /// The smaller of each pair; a tie splits the gradient evenly; NaN if either is.
    friend V minimum(In a, In b) { return Kind::template apply<Minimum>(a, b); }
    /// The larger of each pair, and of a number and NaN the number, which then has all of the gradient; a tie splits it evenly.
    friend V fmax(In a, In b) { return Kind::template apply<Fmax>(a, b); }
    /// The smaller of each pair, and of a number and NaN the number, which then has all of the gradient; a tie splits it evenly.
    friend V fmin(In a, In b) { return Kind::template apply<Fmin>(a, b); }
    /// x limited to [low, high], gradient 1 on the closed interval; throws ValueError where low > high.
    friend V clip(In x, In low, In high) { return Kind::template apply<Clip>(x, low, high); }
    /// x with 0 for NaN and the largest finite numbers for the infinities; gradient 0 where something was replaced.
    friend V nan_to_num(Exact x) { return Kind::template compose<NanToNum>(x); }
    /// x with numbers given for NaN, inf and −inf, which have the gradient where they are taken.
    friend V nan_to_num(In x, In nan, In positive, In negative) {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        const V          finite   = Kind::choose(Kind::compare(Comparison::equal, x, V(infinity)), positive,
                                                 Kind::choose(Kind::compare(Comparison::equal, x, V(-infinity)), negative, x));
        return Kind::choose(Kind::compare(Comparison::equal, x, x), finite, nan);
    }
    /// a where the condition holds, else b; the branch that is not taken gets a gradient of exactly 0.
    friend V where(const Truth& condition, In a, In b) { return Kind::choose(condition, a, b); }
    /// x with `value` where the mask holds, where x has gradient 0. All three broadcast.
    friend V masked_fill(In x, const Truth& mask, In value) { return Kind::choose(mask, value, x); }

    /// Elementwise comparisons.
    friend Truth operator<(In a, In b) { return Kind::compare(Comparison::less, a, b); }
    friend Truth operator<=(In a, In b) { return Kind::compare(Comparison::less_equal, a, b); }
    friend Truth operator>(In a, In b) { return Kind::compare(Comparison::less, b, a); }
    friend Truth operator>=(In a, In b) { return Kind::compare(Comparison::less_equal, b, a); }
    /// Where a and b are equal; NaN equals nothing.
    friend Truth equal(In a, In b) { return Kind::compare(Comparison::equal, a, b); }
    /// Where a and b differ; NaN differs from everything.
    friend Truth not_equal(In a, In b) { return Kind::compare(Comparison::not_equal, a, b); }
    // NOLINTEND(bugprone-easily-swappable-parameters)
};

/// Functions that compute in double whatever the type of their arguments, and so are not for the function of a map(), whose numbers have one type.
template <Scalar T>
class DoubleFunctions {
    using D  = typename VariableKind<T>::Double;
    using In = typename VariableKind<T>::Input;

public:
    /// x to the power y in double, as numpy.float_power; the result is a Variable<double>.
    friend D float_power(In x, In y) { return ops::float_power<T>(x, y); }
};

} // namespace xtgrad
