#pragma once

#include <initializer_list>

#include <xtgrad/array/array.hpp>
#include <xtgrad/autograd/formulas.hpp>
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
template <Scalar T>
Variable<T> formula(std::size_t formula, std::initializer_list<const Operand<T>*> operands);
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
    using Truth  = Mask;

    template <class P, class... In>
    static Number apply(const In&... x) {
        if constexpr (std::is_same_v<P, Clip>) {
            return ops::clip<T>(x...);
        } else {
            return ops::elementwise<T>(elementwise_index<P>, {&x...});
        }
    }
    template <class F, class... In>
    static Number compose(const In&... x) {
        return ops::formula<T>(formula_index<F>, {&x...});
    }
    static Truth  compare(Comparison comparison, Input a, Input b) { return ops::compare<T>(comparison, a, b); }
    static Number choose(const Truth& truth, Input a, Input b) { return ops::where<T>(truth, a, b); }
};

/// Operators and elementwise functions, once for every kind of number: of Variables they take numbers, arrays and expressions as well, and
/// broadcast by NumPy's rule; in the function of a map() they work on the numbers that it is given. They are hidden friends: only calls with
/// such a number (or a Parameter) see them.
template <class Kind>
class ElementwiseFunctions {
    using V     = typename Kind::Number;
    using In    = typename Kind::Input;
    using Truth = typename Kind::Truth;

    // NOLINTBEGIN(bugprone-easily-swappable-parameters)
public:
    friend V operator+(In a, In b) { return Kind::template apply<Add>(a, b); }
    friend V operator-(In a, In b) { return Kind::template apply<Subtract>(a, b); }
    friend V operator*(In a, In b) { return Kind::template apply<Multiply>(a, b); }
    friend V operator/(In a, In b) { return Kind::template apply<Divide>(a, b); }
    friend V operator-(In x) { return Kind::template apply<Negate>(x); }
    friend V operator+(In x) { return V(x); }

    /// The named forms of the operators.
    friend V add(In a, In b) { return Kind::template apply<Add>(a, b); }
    friend V subtract(In a, In b) { return Kind::template apply<Subtract>(a, b); }
    friend V multiply(In a, In b) { return Kind::template apply<Multiply>(a, b); }
    friend V divide(In a, In b) { return Kind::template apply<Divide>(a, b); }
    friend V negate(In x) { return Kind::template apply<Negate>(x); }

    friend V square(In x) { return Kind::template apply<Square>(x); }
    /// x to the power y. Gradients stay finite where they are: at x = 0 for constant exponents of at least 1, at negative x for integer
    /// exponents. In the exponent the gradient is y·log x, 0 at x = 0 for y ≥ 0, NaN for negative x.
    friend V pow(In x, In y) { return Kind::template apply<Pow>(x, y); }
    friend V exp(In x) { return Kind::template apply<Exp>(x); }
    /// e^x − 1 without cancellation near 0.
    friend V expm1(In x) { return Kind::template apply<Expm1>(x); }
    /// Natural logarithm; −inf at 0, NaN (with a NaN gradient) below.
    friend V log(In x) { return Kind::template apply<Log>(x); }
    /// log(1 + x) without cancellation near 0.
    friend V log1p(In x) { return Kind::template apply<Log1p>(x); }
    /// NaN (with a NaN gradient) below 0; the gradient at 0 is inf.
    friend V sqrt(In x) { return Kind::template apply<Sqrt>(x); }
    friend V sin(In x) { return Kind::template apply<Sin>(x); }
    friend V cos(In x) { return Kind::template apply<Cos>(x); }
    friend V tanh(In x) { return Kind::template apply<Tanh>(x); }
    /// 1/(1 + e^−x), to full accuracy in both tails.
    friend V sigmoid(In x) { return Kind::template apply<Sigmoid>(x); }
    /// log(1 + e^x) without overflow.
    friend V softplus(In x) { return Kind::template apply<Softplus>(x); }
    /// max(x, 0), gradient 0 at 0; NaN stays NaN.
    friend V relu(In x) { return Kind::template apply<Relu>(x); }
    /// |x|, gradient 0 at 0.
    friend V abs(In x) { return Kind::template apply<Abs>(x); }
    /// −1, 0 or 1; gradient 0.
    friend V sign(In x) { return Kind::template apply<Sign>(x); }
    /// The larger of each pair; a tie splits the gradient evenly; NaN if either is.
    friend V maximum(In a, In b) { return Kind::template apply<Maximum>(a, b); }
    friend V minimum(In a, In b) { return Kind::template apply<Minimum>(a, b); }
    /// x limited to [low, high], gradient 1 on the closed interval; throws ValueError where low > high.
    friend V clip(In x, In low, In high) { return Kind::template apply<Clip>(x, low, high); }
    /// a where the condition holds, else b; the branch that is not taken gets a gradient of exactly 0.
    friend V where(const Truth& condition, In a, In b) { return Kind::choose(condition, a, b); }

    /// 1/x.
    friend V reciprocal(In x) { return Kind::template compose<Reciprocal>(x); }
    /// x·sigmoid(x), also known as swish; 0 at −∞.
    friend V silu(In x) { return Kind::template compose<Silu>(x); }
    /// x above 0, slope·x elsewhere; the gradient at 0 is the slope.
    friend V leaky_relu(In x, In slope) { return Kind::template compose<LeakyRelu>(x, slope); }
    /// With a slope of 0.01.
    friend V leaky_relu(In x) { return leaky_relu(x, 0.01); }

    /// Elementwise comparisons.
    friend Truth operator<(In a, In b) { return Kind::compare(Comparison::less, a, b); }
    friend Truth operator<=(In a, In b) { return Kind::compare(Comparison::less_equal, a, b); }
    friend Truth operator>(In a, In b) { return Kind::compare(Comparison::less, b, a); }
    friend Truth operator>=(In a, In b) { return Kind::compare(Comparison::less_equal, b, a); }
    friend Truth equal(In a, In b) { return Kind::compare(Comparison::equal, a, b); }
    friend Truth not_equal(In a, In b) { return Kind::compare(Comparison::not_equal, a, b); }
    // NOLINTEND(bugprone-easily-swappable-parameters)
};

} // namespace xtgrad
