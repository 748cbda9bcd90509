#include <xtgrad/autograd/formulas/elementwise.hpp>
#include <xtgrad/autograd/ops/composition.hpp>

namespace xtgrad::ops {

namespace {

template <Scalar T>
using Evaluate = Variable<T> (*)(std::initializer_list<const Operand<T>*> operands);
template <Scalar T>
using Compose = Variable<T> (*)(std::span<const Variable<T>> x);

template <class F, Scalar T>
Variable<T> compose(std::span<const Variable<T>> x) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) { return F::of(x[I]...); }
    (std::make_index_sequence<F::arity>{});
}

template <class F, Scalar T, std::size_t... I>
Variable<T> evaluate_on(std::initializer_list<const Operand<T>*> operands, std::index_sequence<I...>) {
    const SourceLocation where = operands.begin()[0]->where();
    if constexpr (sizeof...(I) > 1) {
        // Before anything is recorded.
        Shape shape;
        ((shape = broadcast_shapes(F::name, shape, operands.begin()[I]->variable().shape(), where)), ...);
    }
    if constexpr (requires { F::check(where, operands.begin()[I]->variable()...); }) F::check(where, operands.begin()[I]->variable()...);
    if constexpr (formula_index<F> < FusedFormulas::size && sizeof...(I) == F::arity) {
        return elementwise<T>(ElementwisePrimitives::size + formula_index<F>, operands);
    } else {
        return F::of(operands.begin()[I]->variable()...);
    }
}

template <class V, std::size_t>
using Each = V;
template <class F, class V, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
    return requires { F::of(std::declval<const Each<V, I>&>()...); };
}

template <class F, Scalar T>
Variable<T> evaluate(std::initializer_list<const Operand<T>*> operands) {
    // What is called with a scale, say, has a second form with an operand more.
    if constexpr (takes<F, Variable<T>>(std::make_index_sequence<F::arity + 1>{})) {
        if (operands.size() > F::arity) return evaluate_on<F, T>(operands, std::make_index_sequence<F::arity + 1>{});
    }
    return evaluate_on<F, T>(operands, std::make_index_sequence<F::arity>{});
}

template <Scalar T, class... F>
constexpr std::array<Evaluate<T>, sizeof...(F)> evaluations(PrimitiveList<F...>) {
    return {&evaluate<F, T>...};
}
template <Scalar T, class... F>
constexpr std::array<Compose<T>, sizeof...(F)> compositions(PrimitiveList<F...>) {
    return {&compose<F, T>...};
}

} // namespace

template <Scalar T>
Variable<T> formula(std::size_t formula, std::initializer_list<const Operand<T>*> operands) {
    static constexpr auto all = evaluations<T>(ElementwiseFormulas{});
    const Composition     scope(SourceScope::resolve((*operands.begin())->where()));
    return all[formula](operands);
}

template <Scalar T>
Variable<T> fused_formula_composed(std::size_t formula, std::span<const Variable<T>> x) {
    static constexpr auto all = compositions<T>(FusedFormulas{});
    return all[formula](x);
}

template Variable<float>  formula<float>(std::size_t, std::initializer_list<const Operand<float>*>);
template Variable<double> formula<double>(std::size_t, std::initializer_list<const Operand<double>*>);
template Variable<float>  fused_formula_composed<float>(std::size_t, std::span<const Variable<float>>);
template Variable<double> fused_formula_composed<double>(std::size_t, std::span<const Variable<double>>);

} // namespace xtgrad::ops
