#include <xtgrad/autograd/functional.hpp>

#include <algorithm>

#include <xtgrad/autograd/sweep.hpp>

namespace xtgrad::functional {

namespace {

/// `body(Variable<T>)` for the variable's own T.
template <class Body>
auto typed(const AnyVariable& variable, Body&& body) {
    return variable.type() == ScalarType::float32 ? body(Variable<float>(variable)) : body(Variable<double>(variable));
}

Shape joined(const Shape& first, const Shape& second) {
    Shape shape = first;
    shape.insert(shape.end(), second.begin(), second.end());
    return shape;
}

AnyVariable zeros_like(const AnyVariable& variable, const Shape& shape) {
    return typed(variable, [&]<Scalar T>(const Variable<T>&) -> AnyVariable { return AnyVariable(Value<T>::filled(shape, T{0})); });
}

AnyVariable unit_like(const AnyVariable& variable, std::size_t place) {
    return typed(variable, [&]<Scalar T>(const Variable<T>& x) -> AnyVariable {
        Value<T> unit              = Value<T>::filled(x.shape(), T{0});
        unit.mutable_data()[place] = 1;
        return AnyVariable(std::move(unit));
    });
}

/// Writes the row of a Jacobian that a sweep has found.
template <Scalar T>
void copy_row(Value<T>& jacobian, const AnyVariable& row, std::size_t place) {
    const Value<T> elements(row.any_value());
    std::copy_n(elements.data(), elements.size(), jacobian.mutable_data() + place * elements.size());
}

/// Rows, empty where they are zero, as one recorded array.
template <Scalar T>
Variable<T> stacked(const std::vector<AnyVariables>& rows, std::size_t source, const Shape& row_shape, const Shape& shape, SourceLocation where) {
    Shape one{1};
    one.insert(one.end(), row_shape.begin(), row_shape.end());
    std::vector<Variable<T>> parts;
    for (const AnyVariables& row : rows) {
        parts.push_back(row[source].empty() ? Variable<T>(Value<T>::filled(one, T{0})) : ops::reshape(Variable<T>(row[source]), one, where));
    }
    if (parts.empty()) return Variable<T>(Value<T>::filled(shape, T{0}));
    return ops::reshape(concatenate(parts, 0, where), shape, where);
}

/// Σ a·b over all pairs, as the type of the first.
AnyVariable sum_of_products(const AnyVariables& a, const AnyVariables& b, SourceLocation where) {
    return typed(a.front(), [&]<Scalar T>(const Variable<T>&) -> AnyVariable {
        Variable<T> total = T{0};
        for (std::size_t index = 0; index < a.size(); ++index) {
            const Variable<T> term =
                typed(a[index], [&]<Scalar Own>(const Variable<Own>& x) { return cast<T>(sum(x * Variable<Own>(b[index]), where), where); });
            total = total + term;
        }
        return total;
    });
}

} // namespace

void check_direction(const char* form, std::size_t input, const Shape& direction, const Shape& shape, SourceLocation where) {
    if (direction != shape) {
        throw ShapeError(std::string(form) + " of input " + std::to_string(input) + " has shape " + to_string(direction) + ", the input " +
                             to_string(shape),
                         where);
    }
}

AnyVariable on_tape(const Tape& tape, const AnyVariable& value, SourceLocation where) {
    if (!value.recorded() || tape.holds(value, where)) return value;
    return typed(value, [&]<Scalar T>(const Variable<T>& x) -> AnyVariable { return ops::alias(x, where); });
}

void settle(AnyVariable& value) noexcept {
    if (value.recorded() && !RecordList::current().alive(value)) value = AnyVariable(value.any_value());
}

bool within_a_tape() noexcept { return RecordList::current().nested(); }

AnyVariables gradient_of(Tape& tape, const AnyVariable& y, const AnyVariable* cotangent, const AnyVariables& sources, bool creates_graph,
                         SourceLocation where) {
    AnyVariables results(sources.size());
    if (y.recorded()) {
        results = tape.sweep(y, cotangent, sources, creates_graph ? Tape::Mode::creates_graph : Tape::Mode::spends, where);
    } else {
        // A constant is checked all the same.
        first_cotangent(y, cotangent, where);
    }
    for (std::size_t source = 0; source < sources.size(); ++source) {
        if (results[source].empty()) results[source] = zeros_like(sources[source], shape_of(sources[source]));
    }
    return results;
}

AnyVariables jvp_of(Tape& tape, const AnyVariable& y, const AnyVariables& sources, const AnyVariables& tangents, bool creates_graph,
                    SourceLocation where) {
    if (!y.recorded()) return {zeros_like(y, shape_of(y))};
    // The vector-Jacobian product is linear in the cotangent, so that it may be taken at any: zero.
    const AnyVariable cotangent = typed(y, [&]<Scalar T>(const Variable<T>& of) -> AnyVariable { return tape.watch(zeros<T>(of.shape()), where); });
    const AnyVariable total     = sum_of_products(gradient_of(tape, y, &cotangent, sources, true, where), tangents, where);
    return gradient_of(tape, on_tape(tape, total, where), nullptr, {cotangent}, creates_graph && within_a_tape(), where);
}

AnyVariables jacobian_of(Tape& tape, const AnyVariable& y, const AnyVariables& sources, bool creates_graph, SourceLocation where) {
    const Shape       shape = shape_of(y);
    const std::size_t count = y.recorded() ? element_count(shape) : 0;
    AnyVariables      results;
    if (!creates_graph) {
        for (const AnyVariable& source : sources) results.push_back(zeros_like(source, joined(shape, shape_of(source))));
        for (std::size_t place = 0; place < count; ++place) {
            const AnyVariable  unit = unit_like(y, place);
            const AnyVariables rows = tape.sweep(y, &unit, sources, Tape::Mode::keeps, where);
            for (std::size_t source = 0; source < sources.size(); ++source) {
                if (rows[source].empty()) continue;
                typed(results[source], [&]<Scalar T>(const Variable<T>& jacobian) {
                    Value<T> written = jacobian.typed();
                    copy_row(written, rows[source], place);
                });
            }
        }
        return results;
    }
    std::vector<AnyVariables> rows;
    for (std::size_t place = 0; place < count; ++place) {
        const AnyVariable unit = unit_like(y, place);
        rows.push_back(tape.sweep(y, &unit, sources, Tape::Mode::creates_graph, where));
    }
    for (std::size_t source = 0; source < sources.size(); ++source) {
        const Shape whole   = joined(shape, shape_of(sources[source]));
        const bool  reached = std::any_of(rows.begin(), rows.end(), [&](const AnyVariables& row) { return !row[source].empty(); });
        results.push_back(!reached ? zeros_like(sources[source], whole) : typed(sources[source], [&]<Scalar T>(const Variable<T>& x) -> AnyVariable {
            return stacked<T>(rows, source, x.shape(), whole, where);
        }));
    }
    return results;
}

AnyVariables hessian_of(Tape& tape, const AnyVariable& y, const AnyVariables& sources, bool creates_graph, SourceLocation where) {
    AnyVariables blocks;
    for (const AnyVariable& gradient : gradient_of(tape, y, nullptr, sources, true, where)) {
        for (AnyVariable& block : jacobian_of(tape, on_tape(tape, gradient, where), sources, creates_graph, where))
            blocks.push_back(std::move(block));
    }
    return blocks;
}

AnyVariables hessian_vector_product_of(Tape& tape, const AnyVariable& y, const AnyVariables& sources, const AnyVariables& vectors, bool creates_graph,
                                       SourceLocation where) {
    const AnyVariable total = sum_of_products(gradient_of(tape, y, nullptr, sources, true, where), vectors, where);
    return gradient_of(tape, on_tape(tape, total, where), nullptr, sources, creates_graph && within_a_tape(), where);
}

} // namespace xtgrad::functional
