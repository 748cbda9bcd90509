#pragma once

#include <functional>
#include <vector>

#include <xtgrad/autograd/gradients.hpp>
#include <xtgrad/autograd/tape.hpp>

namespace xtgrad::optim {

/// What optimizers share: the parameters they own, in an order that their state follows, and the checks of a step.
template <Scalar T>
class Optimizer {
public:
    const std::vector<Parameter<T>>& parameters() const noexcept { return parameters_; }
    /// The number of steps taken.
    std::size_t steps() const noexcept { return steps_; }

protected:
    /// Throws ValueError for no parameters, or one that comes twice.
    Optimizer(std::string_view name, std::vector<Parameter<T>> parameters, SourceLocation where);
    ~Optimizer() = default;

    /// What a step does to each parameter, from the elements of the gradients in the order of the parameters.
    using Update = void(const T* const* gradients);

    /// Does `update` with the gradients; in a function that is being compiled, at each replay instead. Throws as matched().
    template <class G>
    void apply(const Gradients<T, G>& gradients, const std::function<Update>& update, SourceLocation where) const;

    /// The gradients in the order of the parameters. Throws ValueError for a gradient of a parameter that is not the optimizer's, or one that
    /// is missing, and ShapeError for one of another shape; then nothing has changed.
    template <class G>
    std::vector<const Variable<T>*> matched(const Gradients<T, G>& gradients, SourceLocation where) const;
    /// Throws ValueError unless low ≤ value < high, which NaN is not.
    static void check_range(std::string_view option, double value, double low, double high, SourceLocation where);

    std::size_t steps_ = 0;

private:
    std::string               name_;
    std::vector<Parameter<T>> parameters_;
};

/// The parameters of any range of them, nn::Parameters for one.
template <ParameterRange R>
auto as_vector(const R& parameters) {
    return std::vector<std::ranges::range_value_t<R>>(std::ranges::begin(parameters), std::ranges::end(parameters));
}

} // namespace xtgrad::optim
