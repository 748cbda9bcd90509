#include <xtgrad/optim/optimizer.hpp>

#include <algorithm>

#include <xtgrad/autograd/program/trace.hpp>

namespace xtgrad::optim {

template <Scalar T>
Optimizer<T>::Optimizer(std::string_view name, std::vector<Parameter<T>> parameters, SourceLocation where)
    : name_(name), parameters_(std::move(parameters)) {
    if (parameters_.empty()) throw ValueError(name_ + ": there are no parameters to optimize; make the model's layers first", where);
    for (auto parameter = parameters_.begin(); parameter != parameters_.end(); ++parameter) {
        if (std::find(parameters_.begin(), parameter, *parameter) != parameter) {
            throw ValueError(name_ + ": parameter '" + parameter->name() + "' comes twice", where);
        }
    }
}

template <Scalar T>
template <class G>
std::vector<const Variable<T>*> Optimizer<T>::matched(const Gradients<T, G>& gradients, SourceLocation where) const {
    std::vector<const Variable<T>*> result(parameters_.size(), nullptr);
    std::size_t                     guess = 0; // gradients nearly always come in the parameters' order
    for (const auto& entry : gradients) {
        const Parameter<T>& parameter = entry.parameter;
        const Variable<T>&  gradient  = entry.variable();
        std::size_t         place     = guess++;
        if (place >= parameters_.size() || !(parameters_[place] == parameter)) {
            place = static_cast<std::size_t>(std::find(parameters_.begin(), parameters_.end(), parameter) - parameters_.begin());
        }
        if (place == parameters_.size()) {
            throw ValueError(name_ + ": there is a gradient of '" + parameter.name() + "', which is not among the optimizer's " +
                                 std::to_string(parameters_.size()) + " parameters; make the optimizer after the model's layers",
                             where);
        }
        if (gradient.shape() != parameter.shape()) {
            throw ShapeError(name_ + ": the gradient of '" + parameter.name() + "' has shape " + to_string(gradient.shape()) + ", the parameter " +
                                 to_string(parameter.shape()),
                             where);
        }
        result[place] = &gradient;
    }
    for (std::size_t place = 0; place < parameters_.size(); ++place) {
        if (result[place] == nullptr) throw ValueError(name_ + ": the gradient of parameter '" + parameters_[place].name() + "' is missing", where);
    }
    return result;
}

template <Scalar T>
template <class G>
void Optimizer<T>::apply(const Gradients<T, G>& gradients, const std::function<Update>& update, SourceLocation where) const {
    const auto variables = matched(gradients, where);
    if (program::Trace* trace = program::Trace::active()) {
        std::vector<const AnyParameterState*> changed;
        for (const Parameter<T>& parameter : parameters_) changed.push_back(&parameter.state());
        trace->update<T>(name_, variables, changed, update, SourceScope::resolve(where));
        return;
    }
    std::vector<const T*> elements;
    elements.reserve(variables.size());
    for (const Variable<T>* gradient : variables) elements.push_back(gradient->typed().data());
    update(elements.data());
}

template <Scalar T>
void Optimizer<T>::check_range(std::string_view option, double value, double low, double high, SourceLocation where) {
    if (!(value >= low && value < high)) {
        throw ValueError(
            std::string(option) + " must lie in [" + std::to_string(low) + ", " + std::to_string(high) + "), got " + std::to_string(value), where);
    }
}

template class Optimizer<float>;
template class Optimizer<double>;

#define XTGRAD_INSTANTIATE(T, G) template void Optimizer<T>::apply<G>(const Gradients<T, G>&, const std::function<Update>&, SourceLocation) const;
XTGRAD_INSTANTIATE(float, Array<float>)
XTGRAD_INSTANTIATE(float, Variable<float>)
XTGRAD_INSTANTIATE(double, Array<double>)
XTGRAD_INSTANTIATE(double, Variable<double>)
#undef XTGRAD_INSTANTIATE

} // namespace xtgrad::optim
