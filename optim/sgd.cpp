#include <xtgrad/optim/sgd.hpp>

#include <limits>

#include <xtgrad/autograd/kernels/parts.hpp>
#include <xtgrad/autograd/kernels/table.hpp>

namespace xtgrad::optim {

namespace {

// Some 10 to 20 µs. In smaller parts it takes longer, because what one core wrote last has to reach another.
constexpr std::size_t grain = std::size_t{1} << 16;

} // namespace

template <Scalar T>
Sgd<T>::Sgd(std::vector<Parameter<T>> parameters, SgdOptions<T> options, SourceLocation where)
    : Optimizer<T>("Sgd", std::move(parameters), where), options_(options) {
    set_learning_rate(options.learning_rate, where);
    this->check_range("Sgd: momentum", options.momentum, 0, 1, where);
}

template <Scalar T>
void Sgd<T>::set_learning_rate(T learning_rate, SourceLocation where) {
    this->check_range("Sgd: learning_rate", learning_rate, 0, std::numeric_limits<double>::infinity(), where);
    options_.learning_rate = learning_rate;
}

template <Scalar T>
void Sgd<T>::step(const Gradients<T>& gradients, SourceLocation where) {
    this->apply(
        gradients, [this, where](const T* const* elements) { update(elements, where); }, where);
}

template <Scalar T>
void Sgd<T>::step(const Gradients<T, Variable<T>>& gradients, SourceLocation where) {
    this->apply(
        gradients, [this, where](const T* const* elements) { update(elements, where); }, where);
}

template <Scalar T>
void Sgd<T>::update(const T* const* gradients, SourceLocation where) {
    if (options_.momentum != T{0} && velocity_.empty()) {
        for (const Parameter<T>& parameter : this->parameters()) velocity_.push_back(zeros<T>(parameter.shape()));
    }
    const T rate     = options_.learning_rate;
    const T momentum = options_.momentum;
    for (std::size_t place = 0; place < this->parameters().size(); ++place) {
        const T* g = gradients[place];
        T*       v = velocity_.empty() ? nullptr : velocity_[place].data();
        this->parameters()[place].update(
            [&](T* p, std::size_t count) {
                kernels::for_each_part(count, grain, [&](std::size_t begin, std::size_t end) {
                    if (v == nullptr) {
                        kernels::table<T>().descend(p + begin, g + begin, end - begin, rate);
                    } else {
                        kernels::table<T>().descend_with_momentum(p + begin, v + begin, g + begin, end - begin, rate, momentum);
                    }
                });
            },
            where);
    }
    ++this->steps_;
}

template class Sgd<float>;
template class Sgd<double>;

} // namespace xtgrad::optim
