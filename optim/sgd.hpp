#pragma once

#include <xtgrad/optim/optimizer.hpp>

namespace xtgrad::optim {

template <Scalar T>
struct SgdOptions {
    T learning_rate = T(0.01);
    T momentum      = T(0);
};

/// Stochastic gradient descent with momentum (Polyak's heavy ball, in PyTorch's form):
///   v ← momentum · v + g,   p ← p − learning_rate · v
template <Scalar T>
class Sgd : public Optimizer<T> {
public:
    /// Throws ValueError for no parameters, a negative or NaN learning rate, or a momentum outside [0, 1).
    template <ParameterRange R>
    explicit Sgd(const R& parameters, SgdOptions<T> options = {}, SourceLocation where = {}) : Sgd(as_vector(parameters), options, where) {}
    explicit Sgd(std::vector<Parameter<T>> parameters, SgdOptions<T> options = {}, SourceLocation where = {});

    /// One update from the gradients that `tape.gradient(loss, parameters)` gives. Throws as Optimizer::matched; then nothing has changed.
    void step(const Gradients<T>& gradients, SourceLocation where = {});
    /// In a function that compile() compiles it becomes part of the program; the optimizer must live as long, and stay where it is.
    void step(const Gradients<T, Variable<T>>& gradients, SourceLocation where = {});

    const SgdOptions<T>& options() const noexcept { return options_; }
    void                 set_learning_rate(T learning_rate, SourceLocation where = {});

private:
    void update(const T* const* gradients, SourceLocation where);

    SgdOptions<T>         options_;
    std::vector<Array<T>> velocity_;
};

} // namespace xtgrad::optim
