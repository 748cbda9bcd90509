#pragma once

#include <iosfwd>
#include <limits>
#include <string_view>

#include <xtgrad/autograd/functions.hpp>
#include <xtgrad/autograd/value.hpp>

namespace xtgrad {

/// A value of either scalar type and its place on this thread's tape, if it was recorded.
class AnyVariable {
public:
    using Place                     = std::uint32_t;
    static constexpr Place no_place = std::numeric_limits<Place>::max();

    AnyVariable() noexcept = default;
    explicit AnyVariable(AnyValue value, Place place = no_place, std::uint64_t serial = 0) noexcept
        : value_(std::move(value)), place_(place), serial_(serial) {}

    bool            empty() const noexcept { return value_.empty(); }
    const AnyValue& any_value() const noexcept { return value_; }
    ScalarType      type() const noexcept { return value_.node()->type; }
    /// Whether an operation recorded it (on a tape that may be gone since).
    bool          recorded() const noexcept { return place_ != no_place; }
    Place         place() const noexcept { return place_; }
    std::uint64_t serial() const noexcept { return serial_; }

protected:
    AnyValue      value_;
    Place         place_  = no_place;
    std::uint64_t serial_ = 0;
};

/// The shape of a value of either scalar type.
inline const Shape& shape_of(const AnyVariable& variable) noexcept {
    const AnyNode* node = variable.any_value().node();
    return node->type == ScalarType::float32 ? *static_cast<const Node<float>*>(node)->shape : *static_cast<const Node<double>*>(node)->shape;
}

/// A handle on an array that takes part in differentiation: a constant, or a value recorded at a place on a tape. It is immutable, cheap to
/// copy (24 bytes), and belongs to the thread that made it. Arithmetic and functions are found by their arguments: `exp(x) * y + 1`.
template <Scalar T>
class Variable : public AnyVariable, public OperandFunctions<T>, public ArrayFunctions<T, Variable<T>> {
public:
    using value_type = T;

    /// A constant.
    template <class Number>
    requires std::is_arithmetic_v<Number> Variable(Number number) : AnyVariable(Value<T>::scalar(static_cast<T>(number))) {}
    Variable(Array<T>&& array) : AnyVariable(Value<T>(std::move(array))) {}
    template <Expression E>
    requires(!std::is_same_v<E, Array<T>>) Variable(const E& expression) : AnyVariable(Value<T>(Array<T>(expression))) {
        static_assert(
            std::is_same_v<typename E::value_type, T>,
            "xtgrad: this array's elements are of another type than the variable's; convert them with xt::cast<T>(array) or cast<T>(variable)");
    }
    Variable(const Array<T>& array) : AnyVariable(Value<T>(Array<T>(array))) {}
    explicit Variable(Value<T> value) noexcept : AnyVariable(std::move(value)) {}
    explicit Variable(const AnyVariable& any) noexcept : AnyVariable(any) {}
    explicit Variable(AnyVariable&& any) noexcept : AnyVariable(std::move(any)) {}
    explicit Variable(const Operand<T>& operand) : AnyVariable(operand.variable()) {}

    const Shape& shape() const noexcept { return typed().shape(); }
    std::size_t  size() const noexcept { return typed().size(); }
    std::size_t  dimension() const noexcept { return typed().dimension(); }
    /// The elements. The reference holds as long as a handle on this value lives.
    const Array<T>& value(SourceLocation where = {}) const;
    const Value<T>& typed() const noexcept { return static_cast<const Value<T>&>(value_); }
    /// The number in an array of one element; throws ShapeError for any other.
    T item(SourceLocation where = {}) const;
    /// The same value as a constant: no gradient flows through it.
    Variable detach() const { return Variable(typed()); }

    Variable& operator+=(const Operand<T>& other) { return *this = *this + other; }
    Variable& operator-=(const Operand<T>& other) { return *this = *this - other; }
    Variable& operator*=(const Operand<T>& other) { return *this = *this * other; }
    Variable& operator/=(const Operand<T>& other) { return *this = *this / other; }
};

/// An argument of an operation: a variable, a parameter, a number, an array or any xtensor expression of `T` (evaluated here, once), with
/// the line of the call.
template <Scalar T>
class Operand {
public:
    Operand(const Variable<T>& variable, SourceLocation location = {}) : variable_(variable), location_(location) {}
    Operand(Variable<T>&& variable, SourceLocation location = {}) : variable_(std::move(variable)), location_(location) {}
    Operand(const Parameter<T>& parameter, SourceLocation location = {});
    template <class Number>
    requires std::is_arithmetic_v<Number> Operand(Number number, SourceLocation location = {}) : variable_(number), location_(location) {}
    Operand(Array<T>&& array, SourceLocation location = {}) : variable_(std::move(array)), location_(location) {}
    template <Expression E>
    Operand(const E& expression, SourceLocation location = {}) : variable_(expression), location_(location) {}
    // Viable for float alone, so that a mixture finds one candidate and its message instead of two and an ambiguity.
    template <class Other>
    requires(std::is_same_v<T, float> && (std::is_same_v<Other, Variable<double>> || std::is_same_v<Other, Parameter<double>>))
        Operand(const Other&, SourceLocation location = {})
        : variable_(T{0}), location_(location) {
        static_assert(sizeof(Other) == 0,
                      "xtgrad: Variable<float> and Variable<double> do not mix; convert one with cast<float>(x) or cast<double>(x)");
    }

    const Variable<T>& variable() const noexcept { return variable_; }
    SourceLocation     where() const noexcept { return location_; }

private:
    Variable<T>    variable_;
    SourceLocation location_;
};

/// A constant: takes part in operations, has no gradient.
template <Expression E>
auto constant(const E& expression) {
    return Variable<typename E::value_type>(expression);
}
template <Scalar T>
Variable<T> constant(T number) {
    return Variable<T>(number);
}
/// The same value without its place on the tape: no gradient flows through it.
template <Scalar T>
Variable<T> detach(const Variable<T>& x) {
    return x.detach();
}

/// The values of `x` as another scalar type, with a gradient: `cast<float>(x)`.
template <Scalar To, Scalar From>
Variable<To> cast(const Variable<From>& x, SourceLocation where = {});

/// Scalar type, shape and elements.
template <Scalar T>
std::ostream& operator<<(std::ostream& stream, const Variable<T>& variable);

} // namespace xtgrad

// xtensor's operators and functions match our types exactly and would build lazy expressions over them. Without a result type they are
// taken out of overload resolution.
namespace xt::detail {
template <class F, class... E>
requires((std::is_base_of_v<xtgrad::DifferentiableTag, std::decay_t<E>> || ...)) struct xfunction_type<F, E...> {
};
} // namespace xt::detail
