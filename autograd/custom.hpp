#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <xtgrad/autograd/cotangent.hpp>
#include <xtgrad/autograd/scalar_of.hpp>

namespace xtgrad {

/// A vjp on arrays: derivatives of the operation exist to first order.
template <class Vjp>
struct OnceDifferentiable {
    Vjp vjp;
};
/// Marks the vjp of a custom operation as one that works on arrays. Differentiated again, the operation throws TapeError.
template <class Vjp>
OnceDifferentiable<Vjp> once_differentiable(Vjp vjp) {
    return {std::move(vjp)};
}

namespace customs {

template <class Vjp>
inline constexpr bool is_once = false;
template <class Vjp>
inline constexpr bool is_once<OnceDifferentiable<Vjp>> = true;

/// What an input gets; empty where it is not wanted, or has no gradient by nature.
template <Scalar T>
using Contributions = std::vector<std::optional<Variable<T>>>;

/// What the record of a custom operation must know.
template <Scalar T>
struct Rule {
    std::string name;
    bool        saves_inputs = true;
    bool        saves_output = true;
    bool        once         = false;

    std::function<Contributions<T>(const Variable<T>& g, const std::vector<Variable<T>>& x, const Variable<T>& y, const std::vector<bool>& wanted)>
        vjp;
};

/// Makes the record, where an input is recorded (custom.cpp).
template <Scalar T>
Variable<T> record(Rule<T> rule, Array<T>&& output, const std::vector<Variable<T>>& inputs, SourceLocation where);
/// The handles on the operands; throws TapeError for one whose tape is gone.
template <Scalar T>
void check_operands(const std::string& name, const std::vector<Variable<T>>& inputs, SourceLocation where);

/// What a user's function returns, as an array or as a Variable.
template <Scalar T, class Result>
auto evaluated(Result&& result) {
    using R = std::decay_t<Result>;
    if constexpr (std::derived_from<R, DifferentiableTag>) {
        static_assert(std::is_same_v<R, Variable<T>>, "xtgrad: a custom operation's vjp must keep the scalar type of its inputs");
        return std::forward<Result>(result);
    } else if constexpr (Expression<R>) {
        static_assert(std::derived_from<R, xt::xcontainer<R>>,
                      "xtgrad: a function of a custom operation must return an array; a lazy expression would refer to arguments that are gone: "
                      "write `-> Array<double>`");
        static_assert(std::is_same_v<typename R::value_type, T>, "xtgrad: a custom operation must keep the scalar type of its inputs");
        return Array<T>(std::forward<Result>(result));
    } else {
        static_assert(std::is_arithmetic_v<R>, "xtgrad: a function of a custom operation must return an array or a number");
        return full<T>({}, static_cast<T>(result));
    }
}

template <Scalar T, class Result>
void contribute(std::optional<Variable<T>>& slot, Result&& result) {
    if constexpr (!std::is_same_v<std::decay_t<Result>, NoContribution>) slot.emplace(evaluated<T>(std::forward<Result>(result)));
}

template <Scalar T, std::size_t N, class Result>
struct Spread {
    static_assert(N == 1, "xtgrad: the vjp of a custom operation with several inputs must return a tuple, or each(…), with one for each input");
    static void over(Contributions<T>& slots, Result&& result, const std::vector<bool>&) { contribute<T>(slots[0], std::move(result)); }
};
template <Scalar T, std::size_t N, class... R>
struct Spread<T, N, std::tuple<R...>> {
    static_assert(N == sizeof...(R), "xtgrad: the vjp of a custom operation must return one contribution for each input");
    static void over(Contributions<T>& slots, std::tuple<R...>&& results, const std::vector<bool>&) {
        std::size_t input = 0;
        std::apply([&](auto&&... result) { (contribute<T>(slots[input++], std::move(result)), ...); }, std::move(results));
    }
};
template <Scalar T, std::size_t N, class... F>
struct Spread<T, N, Each<F...>> {
    static_assert(N == sizeof...(F), "xtgrad: the vjp of a custom operation must return one contribution for each input");
    static void over(Contributions<T>& slots, Each<F...>&& lazy, const std::vector<bool>& wanted) {
        std::size_t input = 0;
        const auto  one   = [&](const auto& f) {
            if (wanted[input]) contribute<T>(slots[input], f());
            ++input;
        };
        std::apply([&](const auto&... f) { (one(f), ...); }, lazy.contributions);
    }
};

template <std::size_t, class V>
using Repeat = V;

enum class Takes { cotangent, inputs, both, something_else };

// Traits, because clang 14 takes a generic lambda in a requires-expression for callable with anything.
template <class Vjp, class V, std::size_t... I>
constexpr Takes takes(std::index_sequence<I...>) {
    if constexpr (std::is_invocable_v<const Vjp&, V, Repeat<I, V>..., V>) {
        return Takes::both;
    } else if constexpr (std::is_invocable_v<const Vjp&, V, Repeat<I, V>...>) {
        return Takes::inputs;
    } else if constexpr (std::is_invocable_v<const Vjp&, V>) {
        return Takes::cotangent;
    } else {
        return Takes::something_else;
    }
}

template <Scalar T, std::size_t N, class Forward, class Vjp>
Variable<T> apply(const std::string& name, const std::shared_ptr<const std::pair<Forward, Vjp>>& functions, std::vector<Variable<T>> inputs,
                  SourceLocation where) {
    constexpr auto indices = std::make_index_sequence<N>{};
    constexpr bool once    = is_once<Vjp>;
    using V                = std::conditional_t<once, const Array<T>&, const Variable<T>&>;
    const auto vjp_of      = [](const std::pair<Forward, Vjp>& both) -> const auto& {
             if constexpr (once) {
                 return both.second.vjp;
        } else {
                 return both.second;
        }
    };
    constexpr Takes form = takes<std::decay_t<decltype(vjp_of(*functions))>, V>(indices);
    static_assert(form != Takes::something_else,
                  "xtgrad: the vjp of a custom operation takes the cotangent, the inputs and the output, or the cotangent and the inputs, or the "
                  "cotangent: as Variables, or as arrays where it is once_differentiable");
    check_operands<T>(name, inputs, where);
    Array<T> output = [&]<std::size_t... I>(std::index_sequence<I...>) {
        const SourceScope scope(where);
        return evaluated<T>(functions->first(inputs[I].value()...));
    }
    (indices);
    Rule<T> rule{name, form != Takes::cotangent, form == Takes::both, once, {}};
    rule.vjp = [functions, vjp_of](const Variable<T>& g, const std::vector<Variable<T>>& x, const Variable<T>& y, const std::vector<bool>& wanted) {
        const auto& vjp  = vjp_of(*functions);
        const auto  seen = [](const Variable<T>& variable) -> V {
            if constexpr (once) {
                return variable.value();
            } else {
                return variable;
            }
        };
        const auto call = [&]<std::size_t... I>(std::index_sequence<I...>) {
            if constexpr (form == Takes::both) {
                return vjp(seen(g), seen(x[I])..., seen(y));
            } else if constexpr (form == Takes::inputs) {
                return vjp(seen(g), seen(x[I])...);
            } else {
                return vjp(seen(g));
            }
        };
        auto             result = call(std::make_index_sequence<N>{});
        Contributions<T> slots(N);
        Spread<T, N, decltype(result)>::over(slots, std::move(result), wanted);
        return slots;
    };
    return record<T>(std::move(rule), std::move(output), inputs, where);
}

} // namespace customs

/// An operation of the user's own; see custom().
template <class Forward, class Vjp>
class Custom {
public:
    Custom(std::string name, Forward forward, Vjp vjp)
        : name_(std::move(name)), functions_(std::make_shared<const std::pair<Forward, Vjp>>(std::move(forward), std::move(vjp))) {}

    /// Applies it to Variables, Parameters, arrays and numbers. An arity each, because no parameter can follow a pack, and the last is the
    /// line of the call.
    template <class X1>
    auto operator()(const X1& x1, SourceLocation where = {}) const {
        return apply(where, x1);
    }
    template <class X1, class X2>
    auto operator()(const X1& x1, const X2& x2, SourceLocation where = {}) const {
        return apply(where, x1, x2);
    }
    template <class X1, class X2, class X3>
    auto operator()(const X1& x1, const X2& x2, const X3& x3, SourceLocation where = {}) const {
        return apply(where, x1, x2, x3);
    }
    template <class X1, class X2, class X3, class X4>
    auto operator()(const X1& x1, const X2& x2, const X3& x3, const X4& x4, SourceLocation where = {}) const {
        return apply(where, x1, x2, x3, x4);
    }
    template <class X1, class X2, class X3, class X4, class X5>
    auto operator()(const X1& x1, const X2& x2, const X3& x3, const X4& x4, const X5& x5, SourceLocation where = {}) const {
        return apply(where, x1, x2, x3, x4, x5);
    }
    template <class X1, class X2, class X3, class X4, class X5, class X6>
    auto operator()(const X1& x1, const X2& x2, const X3& x3, const X4& x4, const X5& x5, const X6& x6, SourceLocation where = {}) const {
        return apply(where, x1, x2, x3, x4, x5, x6);
    }

private:
    template <class... X>
    auto apply(SourceLocation where, const X&... x) const {
        using T = typename ScalarOf<X...>::type;
        static_assert(Scalar<T>, "xtgrad: a custom operation works on float or double");
        return customs::apply<T, sizeof...(X), Forward, Vjp>(name_, functions_, {Operand<T>(x, where).variable()...}, where);
    }

    std::string                                    name_;
    std::shared_ptr<const std::pair<Forward, Vjp>> functions_;
};

/// An operation of the user's own, recorded as one: `const auto cube = custom(forward, vjp); … cube(x)`. One to six inputs.
///
/// `forward` computes with arrays: it takes a `const Array<T>&` for each input and returns an array or a number. `vjp` takes the cotangent g of
/// the output, and then the inputs and the output, or the inputs, or nothing, which is also what is kept until the backward pass; it returns
/// the contribution to the input, for several inputs a tuple of them, or `each([=] { return …; }, …)`, whose unwanted ones are never computed
/// (NoContribution{} for one that has no gradient by nature). It is written in operations on Variables, so that it is differentiated in turn
/// and derivatives of every order follow; wrapped in `once_differentiable` it is written on arrays, and differentiated again the operation
/// throws TapeError. What the functions capture is not differentiated.
///
/// A contribution has the shape of its input; or that of the output where that is what the input broadcasts to, and is then summed. Anything
/// else is a ShapeError that names the line of the call. check_gradients says whether the two functions belong together.
template <class Forward, class Vjp>
Custom<Forward, Vjp> custom(std::string name, Forward forward, Vjp vjp) {
    return {std::move(name), std::move(forward), std::move(vjp)};
}
/// The same, called "custom" in messages and on tapes.
template <class Forward, class Vjp>
Custom<Forward, Vjp> custom(Forward forward, Vjp vjp) {
    return {"custom", std::move(forward), std::move(vjp)};
}

} // namespace xtgrad
