// Random arrays are of float or double.
// expect: constraints not satisfied
// expect: Scalar

#include <xtgrad/array/random.hpp>

#ifdef XTGRAD_MUST_FAIL
using Number = int;
#else
using Number = float;
#endif

xtgrad::Array<Number> draw(xtgrad::Random& random) { return random.uniform_array<Number>({2, 3}); }
