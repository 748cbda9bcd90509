#include <xtgrad/optim/adam.hpp>

#include <cmath>
#include <limits>

#include <xtgrad/autograd/kernels/parts.hpp>
#include <xtgrad/autograd/kernels/table.hpp>

namespace xtgrad::optim {

namespace {

constexpr std::size_t grain = std::size_t{1} << 15; // some 10 to 20 µs

} // namespace

template <Scalar T>
Adam<T>::Adam(std::vector<Parameter<T>> parameters, AdamOptions<T> options, SourceLocation where)
    : Optimizer<T>("Adam", std::move(parameters), where), options_(options) {
    set_learning_rate(options.learning_rate, where);
    this->check_range("Adam: beta1", options.beta1, 0, 1, where);
    this->check_range("Adam: beta2", options.beta2, 0, 1, where);
    this->check_range("Adam: epsilon", options.epsilon, 0, std::numeric_limits<double>::infinity(), where);
    for (const Parameter<T>& parameter : this->parameters()) {
        first_moment_.push_back(zeros<T>(parameter.shape()));
        second_moment_.push_back(zeros<T>(parameter.shape()));
    }
}

template <Scalar T>
void Adam<T>::set_learning_rate(T learning_rate, SourceLocation where) {
    this->check_range("Adam: learning_rate", learning_rate, 0, std::numeric_limits<double>::infinity(), where);
    options_.learning_rate = learning_rate;
}

template <Scalar T>
void Adam<T>::step(const Gradients<T>& gradients, SourceLocation where) {
    this->apply(
        gradients, [this, where](const T* const* elements) { update(elements, where); }, where);
}

template <Scalar T>
void Adam<T>::step(const Gradients<T, Variable<T>>& gradients, SourceLocation where) {
    this->apply(
        gradients, [this, where](const T* const* elements) { update(elements, where); }, where);
}

template <Scalar T>
void Adam<T>::update(const T* const* gradients, SourceLocation where) {
    ++this->steps_;
    // The corrections in double: 1 − 0.999^t loses digits in float.
    const double t     = static_cast<double>(this->steps_);
    const double beta1 = options_.beta1;
    const double beta2 = options_.beta2;

    const kernels::AdamStep<T> factors{.beta1      = options_.beta1,
                                       .beta2      = options_.beta2,
                                       .epsilon    = options_.epsilon,
                                       .step_size  = static_cast<T>(double{options_.learning_rate} / (1.0 - std::pow(beta1, t))),
                                       .root_scale = static_cast<T>(1.0 / std::sqrt(1.0 - std::pow(beta2, t)))};
    for (std::size_t place = 0; place < this->parameters().size(); ++place) {
        const T* g = gradients[place];
        T*       m = first_moment_[place].data();
        T*       v = second_moment_[place].data();
        this->parameters()[place].update(
            [&](T* p, std::size_t count) {
                kernels::for_each_part(count, grain, [&](std::size_t begin, std::size_t end) {
                    kernels::table<T>().adam(p + begin, m + begin, v + begin, g + begin, end - begin, factors);
                });
            },
            where);
    }
}

template class Adam<float>;
template class Adam<double>;

} // namespace xtgrad::optim
