#include <xtgrad/autograd/formulas/elementwise.hpp>

namespace xtgrad::ops {

namespace {

template <Scalar T>
using Evaluate = Variable<T> (*)(std::initializer_list<const Operand<T>*> operands);

template <class F, Scalar T>
Variable<T> evaluate(std::initializer_list<const Operand<T>*> operands) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        const SourceLocation where = operands.begin()[0]->where();
        if constexpr (F::arity > 1) {
            // Before anything is recorded.
            Shape shape;
            ((shape = broadcast_shapes(F::name, shape, operands.begin()[I]->variable().shape(), where)), ...);
        }
        if constexpr (requires { F::check(where, operands.begin()[I]->variable()...); }) F::check(where, operands.begin()[I]->variable()...);
        return F::of(operands.begin()[I]->variable()...);
    }
    (std::make_index_sequence<F::arity>{});
}

template <Scalar T, class... F>
constexpr std::array<Evaluate<T>, sizeof...(F)> evaluations(PrimitiveList<F...>) {
    return {&evaluate<F, T>...};
}

} // namespace

template <Scalar T>
Variable<T> formula(std::size_t formula, std::initializer_list<const Operand<T>*> operands) {
    static constexpr auto all = evaluations<T>(ElementwiseFormulas{});
    const SourceScope     scope(SourceScope::resolve((*operands.begin())->where()));
    return all[formula](operands);
}

template Variable<float>  formula<float>(std::size_t, std::initializer_list<const Operand<float>*>);
template Variable<double> formula<double>(std::size_t, std::initializer_list<const Operand<double>*>);

} // namespace xtgrad::ops
