#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <tuple>

#include <xtgrad/autograd/functional.hpp>
#include <xtgrad/autograd/program/guard_error.hpp>

namespace xtgrad {

namespace program {

/// What is known of a program.
struct Statistics {
    std::size_t recorded     = 0; ///< steps that the function took
    std::size_t instructions = 0; ///< steps that a replay takes, updates of parameters included
    std::size_t guards       = 0; ///< of these, those that only check
    std::size_t buffer_bytes = 0; ///< memory for what passes between them
};

class Executable;

/// The part of a program that does not depend on its function's type.
class AnyProgram {
public:
    AnyProgram(std::vector<AnyVariable> examples, const std::function<std::vector<AnyVariable>()>& function, SourceLocation where);
    AnyProgram(AnyProgram&&) noexcept;
    AnyProgram& operator=(AnyProgram&&) noexcept;
    ~AnyProgram();

    const Statistics& statistics() const noexcept;
    std::string       to_text() const;
    /// The outputs, in their order, valid until the next run.
    std::span<AnyVariable> run(std::span<const AnyVariable* const> inputs, SourceLocation where);

private:
    std::unique_ptr<Executable> executable_;
    std::vector<AnyVariable>    outputs_;
    const void*                 thread_; // whose, by the address of its record list
};

/// How the variables in a function's result are listed, and put back: a Variable, Gradients, vectors and tuples of those.
template <class Result>
struct ResultForm;

template <Scalar T>
struct ResultForm<Variable<T>> {
    template <class Visit>
    static void visit(Variable<T>& result, Visit&& visit) {
        visit(result);
    }
};
template <Scalar T, class G>
struct ResultForm<Gradients<T, G>> {
    template <class Visit>
    static void visit(Gradients<T, G>& result, Visit&& visit) {
        for (auto& entry : result) visit(entry.variable());
    }
};
template <class R>
struct ResultForm<std::vector<R>> {
    template <class Visit>
    static void visit(std::vector<R>& result, Visit&& visit) {
        for (R& element : result) ResultForm<R>::visit(element, visit);
    }
};
template <class... R>
struct ResultForm<std::tuple<R...>> {
    template <class Visit>
    static void visit(std::tuple<R...>& result, Visit&& visit) {
        std::apply([&](R&... element) { (ResultForm<R>::visit(element, visit), ...); }, result);
    }
};
template <class A, class B>
struct ResultForm<std::pair<A, B>> {
    template <class Visit>
    static void visit(std::pair<A, B>& result, Visit&& visit) {
        ResultForm<A>::visit(result.first, visit);
        ResultForm<B>::visit(result.second, visit);
    }
};

template <class R>
concept Replayable = requires(R& result) {
    ResultForm<R>::visit(result, [](auto&) {});
};

// A function without a result.
struct Nothing {};
template <>
struct ResultForm<Nothing> {
    template <class Visit>
    static void visit(Nothing&, Visit&&) {}
};

} // namespace program

/// A function that was compiled: called, it replays what compile() saw, with new values.
template <class F, Scalar... T>
class Program {
    using Result = std::invoke_result_t<F&, const Variable<T>&...>;
    using Kept   = std::conditional_t<std::is_void_v<Result>, program::Nothing, std::remove_cvref_t<Result>>;
    static_assert(program::Replayable<Kept>, "xtgrad: a function that is compiled returns Variables: one, Gradients of parameters, or a tuple, "
                                             "pair or vector of those; or nothing");

public:
    Program(F f, std::vector<AnyVariable> examples, SourceLocation where)
        : f_(std::make_unique<F>(std::move(f))), program_(
                                                     examples, [&] { return trace(examples, std::index_sequence_for<T...>{}); }, where) {}

    /// Throws ShapeError where an argument has another shape than the example had, GuardError where the function would have gone another way,
    /// and TapeError in another thread than the one that compiled it, or where a tape would have to record it. Called by another function that
    /// is being compiled, its function becomes part of that.
    Result operator()(const std::type_identity_t<Variable<T>>&... x, SourceLocation where = {}) {
        if (program::compiling()) [[unlikely]]
            return (*f_)(x...);
        const std::array<const AnyVariable*, sizeof...(T)> inputs{&x...};
        auto                                               next = program_.run(inputs, where).begin();
        if constexpr (!std::is_void_v<Result>) {
            Kept result = *kept_;
            program::ResultForm<Kept>::visit(result, [&]<Scalar U>(Variable<U>& variable) { variable = Variable<U>(std::move(*next++)); });
            return result;
        }
    }

    /// The numbers of steps, and the memory between them.
    const program::Statistics& statistics() const noexcept { return program_.statistics(); }
    /// A line for each step of a replay.
    std::string to_text() const { return program_.to_text(); }

private:
    template <std::size_t... I>
    std::vector<AnyVariable> trace(const std::vector<AnyVariable>& examples, std::index_sequence<I...>) {
        std::vector<AnyVariable> outputs;
        if constexpr (std::is_void_v<Result>) {
            (*f_)(Variable<T>(examples[I])...);
        } else {
            kept_ = (*f_)(Variable<T>(examples[I])...);
            program::ResultForm<Kept>::visit(*kept_, [&]<Scalar U>(Variable<U>& variable) {
                outputs.push_back(variable);
                variable = Variable<U>(AnyVariable());
            });
        }
        return outputs;
    }

    std::unique_ptr<F>  f_;
    std::optional<Kept> kept_; // the result, with its variables taken out
    program::AnyProgram program_;
};

/// Runs `f` once on the examples and returns a program that repeats what it did on other values of the same shapes, with the same bits, and
/// without its overhead: nothing is recorded and nothing allocated; what nobody needs is left out, what was computed twice is computed
/// once, and elementwise steps that follow each other run piece by piece in the cache.
///
/// `f` takes a Variable for each example and returns Variables. It may read parameters (each replay sees their values of that moment), open
/// tapes and take gradients of parameters, or as Variables (`as_variables`, or the functional forms), and let an optimizer step once; that is then
/// part of the program, and compile() itself changes no parameter. Whatever else it meets is a constant: captured variables, arrays, random numbers.
///
/// Where `f` reads numbers or masks (`item()`, `value()`, a mask's elements, `argmax`) the program keeps a guard, since `f` may have branched on
/// them: replayed with others it throws GuardError, which names the line. `where(mask, a, b)` is no such read.
///
/// Throws TapeError where a tape is in scope, in another function that is being compiled, and where `f` takes another gradient as an array or changes
/// a parameter by hand; and what `f` throws.
template <class F, DifferentiableInput... X>
auto compile(F f, const X&... examples) {
    const SourceLocation where("compile", 0);
    // Copies, so that no two of them are one value, nor anything that f has captured.
    const auto copy = []<class E>(const E& example) {
        using T = typename E::value_type;
        if constexpr (functional::is_variable<E>) {
            return Variable<T>(Array<T>(example.value()));
        } else {
            return Variable<T>(Array<T>(example));
        }
    };
    return Program<F, typename X::value_type...>(std::move(f), {copy(examples)...}, where);
}

} // namespace xtgrad
