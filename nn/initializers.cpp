#include <xtgrad/nn/initializers.hpp>

#include <cmath>

namespace xtgrad::nn {

Fan fan_of(const Shape& shape) {
    if (shape.size() < 2) throw ShapeError("an initializer that looks at the fan needs a weight of at least two axes, got shape " + to_string(shape));
    double field = 1;
    for (std::size_t axis = 2; axis < shape.size(); ++axis) field *= static_cast<double>(shape[axis]);
    return {static_cast<double>(shape[1]) * field, static_cast<double>(shape[0]) * field};
}

Initializer normal(double deviation) {
    return [=](const Shape& shape, Random& random) { return random.normal_array<double>(shape, 0.0, deviation); };
}

Initializer uniform(double low, double high) {
    return [=](const Shape& shape, Random& random) { return random.uniform_array<double>(shape, low, high); };
}

Initializer constant(double value) {
    return [=](const Shape& shape, Random&) { return full<double>(shape, value); };
}

namespace {

// The scale of a distribution of the given variance, from the fan.
template <class Variance>
Initializer symmetric_uniform(Variance variance) {
    return [=](const Shape& shape, Random& random) {
        const double bound = std::sqrt(3.0 * variance(fan_of(shape)));
        return random.uniform_array<double>(shape, -bound, bound);
    };
}
template <class Variance>
Initializer centered_normal(Variance variance) {
    return [=](const Shape& shape, Random& random) { return random.normal_array<double>(shape, 0.0, std::sqrt(variance(fan_of(shape)))); };
}

double glorot_variance(const Fan& fan) { return 2.0 / (fan.in + fan.out); }
double he_variance(const Fan& fan) { return 2.0 / fan.in; }

} // namespace

Initializer glorot_uniform() { return symmetric_uniform(glorot_variance); }
Initializer glorot_normal() { return centered_normal(glorot_variance); }
Initializer he_uniform() { return symmetric_uniform(he_variance); }
Initializer he_normal() { return centered_normal(he_variance); }

} // namespace xtgrad::nn
