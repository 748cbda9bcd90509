#pragma once

#include <functional>
#include <memory>
#include <span>

#include <xtgrad/autograd/variable.hpp>

namespace xtgrad {

namespace checkpoints {

using Function = std::function<AnyVariable(std::span<const AnyVariable> inputs)>;

AnyVariable run(Function f, std::vector<AnyVariable> inputs, SourceLocation where);

template <class F, class... X>
auto start(F&& f, SourceLocation where, const X&... x) {
    using Y             = std::decay_t<std::invoke_result_t<std::decay_t<F>&, Variable<typename X::value_type>...>>;
    const auto function = std::make_shared<std::decay_t<F>>(std::forward<F>(f));
    static_assert(std::derived_from<Y, AnyVariable>, "xtgrad: a function under checkpoint must return a Variable");
    const auto call = [function](std::span<const AnyVariable> inputs) -> AnyVariable {
        return [&]<std::size_t... I>(std::index_sequence<I...>) { return (*function)(Variable<typename X::value_type>(inputs[I])...); }
        (std::index_sequence_for<X...>{});
    };
    return Y(run(call, {Operand<typename X::value_type>(x, where).variable()...}, where));
}

template <class X>
concept Input = Expression<X> || std::derived_from<X, DifferentiableTag>;

} // namespace checkpoints

/// f(x…), recorded as one operation that keeps its inputs and nothing of what `f` computes in between: the backward pass runs `f` again. This
/// trades a second forward pass for memory; a chain of n operations in √n checkpoints keeps about 2√n values (Chen, Xu, Zhang, Guestrin,
/// "Training deep nets with sublinear memory cost", 2016).
///
/// `f` takes up to four Variables (for Variables, Parameters or arrays) and returns one. Gradients flow to these, and to what `f` captures and
/// uses: parameters and Variables. Derivatives of every order; recorded gradients keep what `f` computes. `f` is kept until the tape ends, so
/// what it captures by reference must live as long, and it must do the same both times: draw random numbers outside. Without a tape it is
/// f(x…) and no more.
template <class F>
auto checkpoint(F&& f, SourceLocation where = {}) {
    return checkpoints::start(std::forward<F>(f), where);
}
template <class F, checkpoints::Input X1>
auto checkpoint(F&& f, const X1& x1, SourceLocation where = {}) {
    return checkpoints::start(std::forward<F>(f), where, x1);
}
template <class F, checkpoints::Input X1, checkpoints::Input X2>
auto checkpoint(F&& f, const X1& x1, const X2& x2, SourceLocation where = {}) {
    return checkpoints::start(std::forward<F>(f), where, x1, x2);
}
template <class F, checkpoints::Input X1, checkpoints::Input X2, checkpoints::Input X3>
auto checkpoint(F&& f, const X1& x1, const X2& x2, const X3& x3, SourceLocation where = {}) {
    return checkpoints::start(std::forward<F>(f), where, x1, x2, x3);
}
template <class F, checkpoints::Input X1, checkpoints::Input X2, checkpoints::Input X3, checkpoints::Input X4>
auto checkpoint(F&& f, const X1& x1, const X2& x2, const X3& x3, const X4& x4, SourceLocation where = {}) {
    return checkpoints::start(std::forward<F>(f), where, x1, x2, x3, x4);
}

} // namespace xtgrad
