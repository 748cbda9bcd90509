#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include <xtgrad/autograd/functional.hpp>

namespace xtgrad {

/// How a gradient compares with finite differences. `inconclusive` means that the differences themselves say nothing: there is a kink or a
/// jump within a step of the input, or the function's values are too noisy, or not finite. It is never a pass.
enum class GradientVerdict { agrees, differs, inconclusive };

struct GradientCheckOptions {
    /// Every entry of the Jacobian; or its products with random vectors, four Gaussian directions and the coordinates where an error in a
    /// kernel would show: the first, the last, and those at the edges of SIMD blocks. `automatic` takes the Jacobian while it has at most
    /// 65 536 entries.
    enum class Mode { automatic, jacobian, directions };

    /// Also checks the derivative of the gradient: with respect to every input, the mixed ones included, and to the cotangent.
    bool second_order = false;
    Mode mode         = Mode::automatic;
    /// Of the random vectors.
    std::uint64_t seed = 1;
    /// How far the two may be apart, relative to the larger, beside the uncertainty of the differences. There is no absolute tolerance.
    double relative_tolerance = 1e-6;
    /// How far they may be apart in units of ε of the largest derivative. Algorithms of linear algebra are no better than that: where a derivative is
    /// 0 they leave rounding.
    double rounding_units = 0;
};

/// One derivative, found twice.
struct ComparedDerivative {
    std::string of; ///< which output: "f[0, 1]"
    std::string by; ///< which input: "input 0 [2]"
    double      analytic    = 0;
    double      numeric     = 0;
    double      step        = 0;
    double      uncertainty = 0; ///< of `numeric`
};

/// What check_gradients found. It converts to true only where every derivative agrees.
struct GradientReport {
    GradientVerdict    verdict      = GradientVerdict::agrees;
    std::size_t        compared     = 0;
    std::size_t        differing    = 0;
    std::size_t        inconclusive = 0;
    ComparedDerivative worst;             ///< the one that decided the verdict
    double             largest_error = 0; ///< |analytic − numeric| relative to the scale of the derivatives, the largest of the conclusive ones

    explicit operator bool() const noexcept { return verdict == GradientVerdict::agrees; }
};

/// The verdict, the worst derivative with both its numbers, the step and the uncertainty, and the counts.
std::ostream& operator<<(std::ostream& stream, const GradientReport& report);
std::ostream& operator<<(std::ostream& stream, GradientVerdict verdict);

namespace gradcheck {

using Function = std::function<Variable<double>(const std::vector<Variable<double>>&)>;

/// check_gradients with the function and its inputs in one form.
GradientReport check(const GradientCheckOptions& options, const Function& f, const std::vector<Array<double>>& inputs);

template <class X>
Array<double> input_of(const X& x) {
    if constexpr (functional::is_variable<X>) {
        return x.value();
    } else if constexpr (std::is_arithmetic_v<X>) {
        return full<double>({}, static_cast<double>(x));
    } else {
        return Array<double>(x);
    }
}

} // namespace gradcheck

/// Checks the gradient of `f` at `inputs` (arrays, numbers or Variables; taken as float64) against finite differences. `f` takes a
/// Variable<double> for each and returns one of any shape.
///
/// Central differences at h and h/2, where h = ∛ε·max(1, |x|), rounded to a power of two so that the steps are exact, and Richardson's
/// extrapolation of the two. The tolerance is the uncertainty that the differences show themselves, plus `relative_tolerance`. A derivative
/// whose uncertainty is above 1e-3 of the scale (the largest of the derivative, the largest entry of the Jacobian, and |f|/max(1, |x|)) is
/// inconclusive. Throws what `f` throws.
template <class F, class... X>
GradientReport check_gradients(const GradientCheckOptions& options, F&& f, const X&... inputs) {
    static_assert(sizeof...(X) > 0, "xtgrad: check_gradients needs inputs to vary");
    return gradcheck::check(options,
                            [&f](const std::vector<Variable<double>>& x) {
                                return [&]<std::size_t... I>(std::index_sequence<I...>) {
                                    static_assert(std::is_same_v<std::decay_t<decltype(f(x[I]...))>, Variable<double>>,
                                                  "xtgrad: check_gradients needs a function that takes and returns Variable<double>");
                                    return f(x[I]...);
                                }
                                (std::make_index_sequence<sizeof...(X)>{});
                            },
                            {gradcheck::input_of(inputs)...});
}
template <class F, class... X>
requires(!std::is_convertible_v<F, GradientCheckOptions>) GradientReport check_gradients(F&& f, const X&... inputs) {
    return check_gradients(GradientCheckOptions{}, std::forward<F>(f), inputs...);
}

} // namespace xtgrad
