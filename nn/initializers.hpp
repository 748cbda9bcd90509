#pragma once

#include <functional>

#include <xtgrad/array/random.hpp>

namespace xtgrad::nn {

/// Draws the first value of a parameter of the given shape. Any function of this form will do; these are the usual ones.
using Initializer = std::function<Array<double>(const Shape& shape, Random& random)>;

/// What flows into and out of one unit: for a weight of shape out × in × …, `in` and `out` times the extents that follow.
struct Fan {
    double in;
    double out;
};
/// Throws ShapeError for a shape with fewer than two axes, which has no fan.
Fan fan_of(const Shape& shape);

/// N(0, deviation²).
Initializer normal(double deviation = 1.0);
/// U(low, high).
Initializer uniform(double low = 0.0, double high = 1.0);
Initializer constant(double value);
/// U(−a, a) with a = √(6 / (in + out)): Glorot and Bengio, "Understanding the difficulty of training deep feedforward networks", 2010.
Initializer glorot_uniform();
/// N(0, 2 / (in + out)), of the same paper.
Initializer glorot_normal();
/// U(−a, a) with a = √(6 / in), for layers followed by relu: He, Zhang, Ren, Sun, "Delving deep into rectifiers", 2015.
Initializer he_uniform();
/// N(0, 2 / in), of the same paper.
Initializer he_normal();

} // namespace xtgrad::nn
