#pragma once

#include <xtgrad/optim/optimizer.hpp>

namespace xtgrad::optim {

template <Scalar T>
struct AdamOptions {
    T learning_rate = T(0.001);
    T beta1         = T(0.9);
    T beta2         = T(0.999);
    T epsilon       = T(1e-8);
};

/// Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1), at step t = 1, 2, …:
///   m ← beta1 · m + (1 − beta1) · g,   v ← beta2 · v + (1 − beta2) · g²
///   p ← p − learning_rate · (m / (1 − beta1^t)) / (√(v / (1 − beta2^t)) + epsilon)
template <Scalar T>
class Adam : public Optimizer<T> {
public:
    /// Throws ValueError for no parameters, a negative or NaN learning rate or epsilon, or a beta outside [0, 1).
    template <ParameterRange R>
    explicit Adam(const R& parameters, AdamOptions<T> options = {}, SourceLocation where = {}) : Adam(as_vector(parameters), options, where) {}
    explicit Adam(std::vector<Parameter<T>> parameters, AdamOptions<T> options = {}, SourceLocation where = {});

    /// One update from the gradients that `tape.gradient(loss, parameters)` gives. Throws as Optimizer::matched; then nothing has changed.
    void step(const Gradients<T>& gradients, SourceLocation where = {});
    /// In a function that compile() compiles it becomes part of the program; the optimizer must live as long, and stay where it is.
    void step(const Gradients<T, Variable<T>>& gradients, SourceLocation where = {});

    const AdamOptions<T>& options() const noexcept { return options_; }
    void                  set_learning_rate(T learning_rate, SourceLocation where = {});

private:
    void update(const T* const* gradients, SourceLocation where);

    AdamOptions<T>        options_;
    std::vector<Array<T>> first_moment_;
    std::vector<Array<T>> second_moment_;
};

} // namespace xtgrad::optim
