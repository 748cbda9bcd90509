#include <xtgrad/array/random.hpp>
#include <xtgrad/autograd/dual.hpp>
#include <xtgrad/autograd/formulas/elementwise.hpp>
#include <xtgrad/autograd/primitives/elementwise.hpp>

#include "cases.hpp"

namespace xtgrad::suite {

namespace {

template <class P, std::size_t... I>
Quad reference_of(const Quad* x, std::index_sequence<I...>) {
    return P::reference(x[I]...);
}
template <class P>
Quad reference_of(const Quad* x) {
    return reference_of<P>(x, std::make_index_sequence<P::arity>{});
}

struct Derivative {
    double total = 0;
    double terms = 0;
};

/// The derivative of the forward rule, run on a dual number, in the direction `v`: one input after the other.
template <class P, std::size_t... I>
Derivative derivative_of(const double* x, const double* v, std::index_sequence<I...>) {
    using D = Dual<Lanes<double>, 1>;
    Derivative result;
    for (std::size_t input = 0; input < sizeof...(I); ++input) {
        const auto seeded = [&](std::size_t number) {
            D dual(x[number]);
            if (number == input) dual.set(0, Lanes<double>(v[number]));
            return dual;
        };
        const D y = [&] {
            if constexpr (requires { P::of(seeded(I)...); }) {
                return P::of(seeded(I)...);
            } else {
                return P::forward(seeded(I)...);
            }
        }();
        alignas(64) double term[Lanes<double>::width];
        y.partial(0).store(term);
        result.total += term[0];
        result.terms += std::abs(term[0]);
    }
    return result;
}
template <class P>
Derivative derivative_of(const double* x, const double* v) {
    return derivative_of<P>(x, v, std::make_index_sequence<P::arity>{});
}

template <Scalar T>
using Call = Variable<T> (*)(std::size_t index, std::initializer_list<const Operand<T>*> operands);

/// A primitive or formula without its type.
struct Rule {
    std::string           name;
    Kind                  kind;
    std::size_t           index;
    Call<double>          in_double;
    Call<float>           in_float;
    std::vector<Interval> intervals;
    Quad (*reference)(const Quad* x); // none where a formula has none
    Derivative (*derivative)(const double* x, const double* v);
};

template <class P>
Rule rule_of() {
    static_assert(IsElementwise<P> && Described<P>);
    constexpr auto intervals = P::samples();
    static_assert(intervals.size() == P::arity, "an elementwise primitive has an interval for each input");
    return {std::string(P::name),      Kind::elementwise,        elementwise_index<P>,
            &ops::elementwise<double>, &ops::elementwise<float>, {intervals.begin(), intervals.end()},
            &reference_of<P>,          &derivative_of<P>};
}

template <class F>
concept HasReference = requires(Quad x) {
    F::reference(x);
}
|| requires(Quad x) { F::reference(x, x); }
|| requires(Quad x) { F::reference(x, x, x); };

template <class F>
Rule formula_rule_of() {
    constexpr auto intervals = F::samples();
    static_assert(intervals.size() == F::arity, "a formula has an interval for each input");
    Rule rule{std::string(F::name),
              Kind::formula,
              formula_index<F>,
              &ops::formula<double>,
              &ops::formula<float>,
              {intervals.begin(), intervals.end()},
              nullptr,
              &derivative_of<F>};
    if constexpr (HasReference<F>) rule.reference = &reference_of<F>;
    return rule;
}

template <Scalar T>
Variable<T> run(Call<T> call, std::size_t index, const Variables<T>& x) {
    const SourceLocation    here;
    std::vector<Operand<T>> operands;
    for (const Variable<T>& input : x) operands.emplace_back(input, here);
    switch (x.size()) {
    case 1:
        return call(index, {&operands[0]});
    case 2:
        return call(index, {&operands[0], &operands[1]});
    default:
        return call(index, {&operands[0], &operands[1], &operands[2]});
    }
}

Array<double> draw(const Shape& shape, const Interval& interval, Random& random) {
    Array<double> result = random.uniform_array<double>(shape, interval.low, interval.high);
    if (interval.truth) {
        for (double& element : result.storage()) element = random.uniform() < 0.5 ? 0 : 1;
    }
    return result;
}

/// Calls `f(places)` for each element of what the shapes broadcast to, with the places of the inputs' elements.
template <class F>
void for_each_broadcast(const std::vector<Shape>& shapes, F&& f) {
    Shape shape = shapes.front();
    for (const Shape& other : shapes) shape = broadcast_shapes("reference", shape, other);
    std::vector<std::size_t> places(shapes.size());
    for (std::size_t place = 0; place < element_count(shape); ++place) {
        for (std::size_t input = 0; input < shapes.size(); ++input) {
            // From the last axis to the first, the index of the result becomes a place in the input.
            std::size_t rest = place;
            std::size_t at   = 0;
            std::size_t step = 1;
            for (std::size_t back = 1; back <= shape.size(); ++back) {
                const std::size_t extent = shape[shape.size() - back];
                const std::size_t index  = rest % extent;
                rest /= extent;
                if (back > shapes[input].size()) continue;
                const std::size_t own = shapes[input][shapes[input].size() - back];
                at += (own == 1 ? 0 : index) * step;
                step *= own;
            }
            places[input] = at;
        }
        f(places);
    }
}

std::vector<Quad> broadcast_reference(const Rule& rule, const std::vector<Shape>& shapes, const QuadArrays& x) {
    std::vector<Quad> result;
    std::vector<Quad> arguments(shapes.size());
    for_each_broadcast(shapes, [&](const std::vector<std::size_t>& places) {
        for (std::size_t input = 0; input < shapes.size(); ++input) arguments[input] = x[input][places[input]];
        result.push_back(rule.reference(arguments.data()));
    });
    return result;
}

Tangents broadcast_tangents(const Rule& rule, const std::vector<Array<double>>& x, const std::vector<Array<double>>& direction) {
    std::vector<Shape> shapes;
    for (const Array<double>& input : x) shapes.push_back(input.shape());
    Tangents            result;
    std::vector<double> arguments(x.size());
    std::vector<double> v(x.size());
    for_each_broadcast(shapes, [&](const std::vector<std::size_t>& places) {
        for (std::size_t input = 0; input < x.size(); ++input) {
            arguments[input] = x[input].data()[places[input]];
            v[input]         = direction[input].data()[places[input]];
        }
        const Derivative derivative = rule.derivative(arguments.data(), v.data());
        result.derivative.push_back(derivative.total);
        result.terms.push_back(derivative.terms);
    });
    return result;
}

/// Around the widths of SIMD vectors, none, one, and the larger ones that only random directions look at.
std::vector<Shape> plain_shapes() {
    return {{}, {1}, {3}, {4}, {5}, {7}, {8}, {9}, {16}, {17}, {33}, {2, 3}, {2, 3, 4}, {0}, {2, 0}, {1000}, {37, 41}};
}

std::vector<std::vector<Shape>> broadcast_shapes_of(std::size_t arity) {
    if (arity == 2) {
        return {{{}, {5}},         {{5}, {}},        {{1}, {9}},       {{17}, {1}},         {{2, 3}, {3}},       {{3}, {2, 3}},
                {{2, 1}, {3}},     {{2, 3}, {2, 1}}, {{1, 3}, {2, 1}}, {{2, 3, 4}, {3, 1}}, {{2, 1, 2}, {3, 1}}, {{5, 17}, {17}},
                {{5, 1}, {5, 17}}, {{0, 3}, {3}},    {{0}, {1}},       {{37, 41}, {41}},    {{37, 1}, {37, 41}}};
    }
    if (arity == 3) {
        return {{{2, 3}, {}, {}},        {{}, {3}, {2, 1}}, {{2, 1}, {3}, {2, 3}}, {{9}, {1}, {9}},
                {{5, 17}, {17}, {5, 1}}, {{3}, {0, 3}, {}}, {{1000}, {}, {1000}}};
    }
    return {};
}

OperationCases cases_of(const Rule& rule) {
    OperationCases result{rule.name, rule.kind, {}, {}};
    Random         random(29);
    const auto     add = [&](const std::vector<Shape>& shapes) {
        Case sample;
        sample.fused = rule.kind == Kind::formula && rule.index < FusedFormulas::size;
        for (std::size_t input = 0; input < shapes.size(); ++input) {
            sample.inputs.push_back(draw(shapes[input], rule.intervals[input], random));
            sample.differentiable.push_back(!rule.intervals[input].truth);
        }
        sample.description = shapes_text(sample.inputs);
        sample.in_double   = [rule](const Variables<double>& x) { return run<double>(rule.in_double, rule.index, x); };
        sample.in_float    = [rule](const Variables<float>& x) { return run<float>(rule.in_float, rule.index, x); };
        if (rule.reference != nullptr) sample.reference = [rule, shapes](const QuadArrays& x) { return broadcast_reference(rule, shapes, x); };
        sample.on_duals = [rule, inputs = sample.inputs](const std::vector<Array<double>>& v) { return broadcast_tangents(rule, inputs, v); };
        result.cases.push_back(std::move(sample));
    };
    const std::size_t arity = rule.intervals.size();
    for (const Shape& shape : plain_shapes()) add(std::vector<Shape>(arity, shape));
    for (const std::vector<Shape>& shapes : broadcast_shapes_of(arity)) add(shapes);
    if (arity > 1) {
        const auto misuse = [&](const Shape& first, const Shape& second) {
            Misuse wrong;
            wrong.inputs.push_back(draw(first, rule.intervals[0], random));
            while (wrong.inputs.size() < arity) wrong.inputs.push_back(draw(second, rule.intervals[wrong.inputs.size()], random));
            wrong.description = shapes_text(wrong.inputs);
            wrong.call        = result.cases.front().in_double;
            result.misuses.push_back(std::move(wrong));
        };
        misuse({2, 3}, {4});
        misuse({3}, {2});
        misuse({0}, {2});
        misuse({2, 3}, {3, 2});
    }
    return result;
}

/// Functions that are neither a primitive nor a formula.
std::vector<OperationCases> compositions() {
    Random         random(37);
    const Interval near{-3, 3};
    const Interval positive{0.2, 3};
    const auto     in_double = [](const auto& x) {
        using T = typename std::decay_t<decltype(x[0])>::value_type;
        return cast<T>(float_power(x[0], x[1]));
    };
    OperationCases power{"float_power", Kind::composition, {}, {}};
    power.cases.push_back(composed({draw({2, 3}, positive, random), draw({3}, near, random)}, in_double));
    power.cases.push_back(composed({draw({}, positive, random), draw({0}, near, random)}, in_double));
    power.misuses.push_back(misuse("float_power [2] [3]", {{2}, {3}}, [](const Variables<double>& x) { return float_power(x[0], x[1]); }));

    const auto     filled = [](const Mask& mask) { return [mask](const auto& x) { return masked_fill(x[0], mask, x[1]); }; };
    const Mask     row{true, false, true};
    OperationCases fill{"masked_fill", Kind::composition, {}, {}};
    fill.cases.push_back(composed({draw({2, 3}, near, random), draw({}, near, random)}, filled(row)));
    fill.cases.push_back(composed({draw({2, 1}, near, random), draw({3}, near, random)}, filled(row)));
    fill.cases.push_back(composed({draw({0, 3}, near, random), draw({3}, near, random)}, filled(row)));
    fill.cases.push_back(composed({draw({}, near, random), draw({}, near, random)}, filled(Mask({}, true))));
    fill.misuses.push_back(misuse("masked_fill [2] [3] []", {{2}, {}}, filled(row)));
    return {std::move(power), std::move(fill)};
}

} // namespace

std::vector<OperationCases> elementwise_cases() {
    return []<class... P>(PrimitiveList<P...>) { return std::vector<OperationCases>{cases_of(rule_of<P>())...}; }(ElementwisePrimitives{});
}

std::vector<OperationCases> formula_cases() {
    auto all = []<class... F>(PrimitiveList<F...>) { return std::vector<OperationCases>{cases_of(formula_rule_of<F>())...}; }(ElementwiseFormulas{});
    // Those that have a form with a scale, behind the others.
    const auto with_scale = [&all](std::string_view name, const auto& function) {
        const auto found = std::find_if(all.begin(), all.end(), [name](const OperationCases& operation) { return operation.name == name; });
        Random     random(41);
        const auto drawn = [&random](const Shape& shape) { return draw(shape, Interval{0.4, 3}, random); };
        for (const std::vector<Shape>& shapes : {std::vector<Shape>{{3}, {3}, {3}, {}}, {{2, 3}, {3}, {2, 1}, {3}}, {{}, {2}, {0, 2}, {}}}) {
            found->cases.push_back(composed({drawn(shapes[0]), drawn(shapes[1]), drawn(shapes[2]), drawn(shapes[3])}, function));
        }
        // Found before the product of the two that fit is recorded.
        found->misuses.push_back(misuse("the first alone does not fit", {{2}, {3}, {3}, {}}, function));
        found->misuses.push_back(misuse("the scale alone does not fit", {{3}, {3}, {3}, {2}}, function));
    };
    with_scale("addcmul", [](const auto& x) { return addcmul(x[0], x[1], x[2], x[3]); });
    with_scale("addcdiv", [](const auto& x) { return addcdiv(x[0], x[1], x[2], x[3]); });
    for (OperationCases& operation : compositions()) all.push_back(std::move(operation));
    return all;
}

std::string shapes_text(const std::vector<Array<double>>& inputs) {
    std::string text;
    for (const Array<double>& input : inputs) text += (text.empty() ? "" : " ") + to_string(input.shape());
    return text;
}

} // namespace xtgrad::suite
