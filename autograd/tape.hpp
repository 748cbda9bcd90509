#pragma once

#include <exception>
#include <iosfwd>
#include <ranges>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include <xtgrad/autograd/gradients.hpp>
#include <xtgrad/autograd/parameter.hpp>

namespace xtgrad {

/// Tag: return the gradients as recorded Variables, to differentiate them again.
struct CreateGraph {};
inline constexpr CreateGraph create_graph{};
/// Tag: keep the saved values, so that the tape can be swept again.
struct Keep {};
inline constexpr Keep keep{};

/// The cotangent of the target with which a sweep starts: the array whose product with the Jacobian is wanted.
template <Scalar T>
struct Seed {
    Variable<T> cotangent;
};
template <Scalar T>
Seed<T> seed(const Variable<T>& cotangent) {
    return {cotangent};
}
template <Expression E>
auto seed(const E& cotangent) {
    return Seed<typename E::value_type>{cotangent};
}

/// The two forms in which gradients are delivered.
struct AsArrays {
    template <Scalar T>
    using Form = Array<T>;
};
struct AsVariables {
    template <Scalar T>
    using Form = Variable<T>;
};
/// Tag: return the gradients as Variables without a history, to compute on with them. A function that is compiled takes its gradients so.
inline constexpr AsVariables as_variables{};

/// What gradients look like for a kind of source: an array for a variable or parameter, a vector for a range, a tuple for a tuple,
/// Gradients for parameters; Variables for arrays under create_graph.
template <class Source>
struct SourceForm;

// Traits, because clang 14 takes a generic lambda in a requires-expression for callable with anything.
template <class X>
inline constexpr bool is_parameter_type = false;
template <Scalar T>
inline constexpr bool is_parameter_type<Parameter<T>> = true;
template <class X>
inline constexpr bool is_variable_type = false;
template <Scalar T>
inline constexpr bool is_variable_type<Variable<T>> = true;

template <class R>
concept ParameterRange = std::ranges::input_range<R> && is_parameter_type<std::remove_cvref_t<std::ranges::range_reference_t<R>>>;
template <class R>
concept VariableRange = std::ranges::input_range<R> && is_variable_type<std::remove_cvref_t<std::ranges::range_reference_t<R>>>;

/// While it lives, operations of this thread on watched values are recorded. Tapes nest: they are spans of the thread's one record list.
/// Handles that it recorded are useless after it; values taken from them are not.
class Tape {
public:
    explicit Tape(SourceLocation where = {});
    ~Tape();
    Tape(const Tape&)            = delete;
    Tape& operator=(const Tape&) = delete;

    /// Makes a leaf: a variable whose gradient can be asked for.
    template <Scalar T>
    Variable<T> watch(const Variable<T>& constant, SourceLocation where = {});
    template <Expression E>
    auto watch(const E& expression, SourceLocation where = {}) {
        return watch(Variable<typename E::value_type>(expression), where);
    }
    template <Scalar T>
    Variable<T> watch(Array<T>&& array, SourceLocation where = {}) {
        return watch(Variable<T>(std::move(array)), where);
    }

    /// The gradient of `target`, a single number, with respect to each source. Sources that the target does not depend on get zeros. The
    /// tape is spent afterwards: the saved values are dropped on the way.
    ///
    /// Throws TapeError where the target or a source was not recorded or its tape is gone, where the tape is spent, and where a parameter
    /// changed since it was used; ShapeError where a target without a seed has more than one element, or the seed another shape.
    template <Scalar T, class Source>
    auto gradient(const Variable<T>& target, const Source& source, SourceLocation where = {}) {
        return sweep_to<AsArrays>(target, nullptr, source, Mode::spends, where);
    }
    /// The same, and the tape can be swept again.
    template <Scalar T, class Source>
    auto gradient(const Variable<T>& target, const Source& source, Keep, SourceLocation where = {}) {
        return sweep_to<AsArrays>(target, nullptr, source, Mode::keeps, where);
    }
    /// The same, recorded: the gradients are Variables that can be differentiated.
    template <Scalar T, class Source>
    auto gradient(const Variable<T>& target, const Source& source, CreateGraph, SourceLocation where = {}) {
        return sweep_to<AsVariables>(target, nullptr, source, Mode::creates_graph, where);
    }
    /// The same as Variables that are constants.
    template <Scalar T, class Source>
    auto gradient(const Variable<T>& target, const Source& source, AsVariables, SourceLocation where = {}) {
        return sweep_to<AsVariables>(target, nullptr, source, Mode::spends, where);
    }
    /// Vector-Jacobian products: the gradient of Σ seed·target, for a target of any shape.
    template <Scalar T, class Source>
    auto gradient(const Variable<T>& target, const Source& source, const Seed<T>& seed, SourceLocation where = {}) {
        return sweep_to<AsArrays>(target, &seed.cotangent, source, Mode::spends, where);
    }
    template <Scalar T, class Source>
    auto gradient(const Variable<T>& target, const Source& source, const Seed<T>& seed, Keep, SourceLocation where = {}) {
        return sweep_to<AsArrays>(target, &seed.cotangent, source, Mode::keeps, where);
    }
    template <Scalar T, class Source>
    auto gradient(const Variable<T>& target, const Source& source, const Seed<T>& seed, CreateGraph, SourceLocation where = {}) {
        return sweep_to<AsVariables>(target, &seed.cotangent, source, Mode::creates_graph, where);
    }
    template <Scalar T, class Source>
    auto gradient(const Variable<T>& target, const Source& source, const Seed<T>& seed, AsVariables, SourceLocation where = {}) {
        return sweep_to<AsVariables>(target, &seed.cotangent, source, Mode::spends, where);
    }

    /// Whether `variable` was recorded since this tape began; throws TapeError where its own tape is gone.
    bool holds(const AnyVariable& variable, SourceLocation where = {}) const;
    /// The number of records.
    std::size_t size() const noexcept;
    /// The records in order: place, operation, inputs, shape, source line.
    std::string to_text() const;

    enum class Mode { spends, keeps, creates_graph };
    /// The untyped sweep: cotangents of `sources`, in their order. Those not reached are empty.
    std::vector<AnyVariable> sweep(const AnyVariable& target, const AnyVariable* seed, std::span<const AnyVariable> sources, Mode mode,
                                   SourceLocation where);
    template <Scalar T>
    static Variable<T> source_of(const Parameter<T>& parameter, SourceLocation) {
        return parameter.source();
    }
    /// The variable itself; throws TapeError for a constant.
    template <Scalar T>
    static Variable<T> source_of(const Variable<T>& variable, SourceLocation where) {
        if (!variable.recorded()) throw_constant_source(where);
        return variable;
    }

private:
    [[noreturn]] static void throw_constant_source(SourceLocation where);

    template <class Delivery, Scalar T, class Source>
    auto sweep_to(const Variable<T>& target, const AnyVariable* seed, const Source& source, Mode mode, SourceLocation where) {
        // Gradients of parameters keep their arrays where compile() sees them.
        if constexpr (std::is_same_v<Delivery, AsArrays> && !ParameterRange<Source>) program::refuse_arrays(where);
        std::vector<AnyVariable> sources;
        if constexpr (std::ranges::sized_range<Source>) sources.reserve(std::ranges::size(source));
        SourceForm<Source>::collect(source, sources, where);
        std::vector<AnyVariable> cotangents = sweep(target, seed, sources, mode, where);
        auto                     next       = cotangents.begin();
        return SourceForm<Source>::template deliver<Delivery>(source, next);
    }

    std::uint32_t  begin_;
    bool           spent_ = false;
    SourceLocation spent_at_{"", 0};
    // More of them at its end than at its beginning say that an exception ends it.
    int exceptions_ = std::uncaught_exceptions();
};

std::ostream& operator<<(std::ostream& stream, const Tape& tape);

/// One cotangent as the caller wants it; zeros of the source's shape where the sweep never came by.
template <class Delivery, Scalar T>
typename Delivery::template Form<T> deliver_cotangent(AnyVariable&& cotangent, const Shape& shape) {
    if (cotangent.empty()) return zeros<T>(shape);
    if constexpr (std::is_same_v<Delivery, AsVariables>) {
        return Variable<T>(std::move(cotangent));
    } else {
        Value<T> value(cotangent.any_value());
        cotangent = {};
        return std::move(value).take();
    }
}

template <class Source>
requires requires(const Source& source) { Tape::source_of(source, SourceLocation{}); }
struct SourceForm<Source> {
    using T = typename Source::value_type;
    static void collect(const Source& source, std::vector<AnyVariable>& sources, SourceLocation where) {
        sources.push_back(Tape::source_of(source, where));
    }
    template <class Delivery>
    static typename Delivery::template Form<T> deliver(const Source& source, auto& next) {
        return deliver_cotangent<Delivery, T>(std::move(*next++), source.shape());
    }
};

template <VariableRange Source>
struct SourceForm<Source> {
    using T = typename std::ranges::range_value_t<Source>::value_type;
    static void collect(const Source& source, std::vector<AnyVariable>& sources, SourceLocation where) {
        for (const auto& element : source) sources.push_back(Tape::source_of(element, where));
    }
    template <class Delivery>
    static auto deliver(const Source& source, auto& next) {
        std::vector<typename Delivery::template Form<T>> results;
        for (const auto& element : source) results.push_back(deliver_cotangent<Delivery, T>(std::move(*next++), element.shape()));
        return results;
    }
};

template <ParameterRange Source>
struct SourceForm<Source> {
    using T = typename std::ranges::range_value_t<Source>::value_type;
    static void collect(const Source& source, std::vector<AnyVariable>& sources, SourceLocation where) {
        for (const auto& element : source) sources.push_back(Tape::source_of(element, where));
    }
    template <class Delivery>
    static auto deliver(const Source& source, auto& next) {
        Gradients<T, typename Delivery::template Form<T>> results;
        results.reserve(static_cast<std::size_t>(std::ranges::distance(source)));
        for (const auto& element : source) {
            AnyVariable cotangent = std::move(*next++);
            results.add_value(element, cotangent.empty() ? Variable<T>(zeros<T>(element.shape())) : Variable<T>(std::move(cotangent)));
        }
        return results;
    }
};

template <class... Sources>
struct SourceForm<std::tuple<Sources...>> {
    static void collect(const std::tuple<Sources...>& source, std::vector<AnyVariable>& sources, SourceLocation where) {
        std::apply([&](const auto&... element) { (SourceForm<std::decay_t<decltype(element)>>::collect(element, sources, where), ...); }, source);
    }
    template <class Delivery>
    static auto deliver(const std::tuple<Sources...>& source, auto& next) {
        // Braces, because they evaluate in order.
        return std::apply(
            [&](const auto&... element) {
                return std::tuple{SourceForm<std::decay_t<decltype(element)>>::template deliver<Delivery>(element, next)...};
            },
            source);
    }
};

} // namespace xtgrad
