// An array of integers is not taken for one of the variable's type.
// expect: elements are of another type than the variable's

#include <xtgrad/autograd.hpp>

using namespace xtgrad;

#ifdef XTGRAD_MUST_FAIL
auto sum_of(const Variable<double>& a, const xt::xarray<int>& b) { return a + b; }
#else
auto sum_of(const Variable<double>& a, const xt::xarray<int>& b) { return a + xt::cast<double>(b); }
#endif
