// Numbers with a fraction are no indices, and truth values are none.
// expect: indices are integers

#include <xtgrad/autograd.hpp>

using namespace xtgrad;

#ifdef XTGRAD_MUST_FAIL
auto taken(const Variable<double>& a, const xt::xarray<double>& places) { return take(a, places, 0); }
#else
auto taken(const Variable<double>& a, const xt::xarray<double>& places) { return take(a, xt::cast<Index>(places), 0); }
#endif
