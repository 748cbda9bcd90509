// An array of integers has no gradient.
// trap: K20
// expect: Scalar

#include <xtgrad/autograd.hpp>

using namespace xtgrad;

#ifdef XTGRAD_MUST_FAIL
using Number = int;
#else
using Number = double;
#endif

auto leaf(Tape& tape, const xt::xarray<Number>& array) { return tape.watch(array); }
