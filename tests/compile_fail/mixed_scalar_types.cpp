// Variables of float and double do not mix by accident.
// trap: I12
// expect: Variable<float> and Variable<double> do not mix

#include <xtgrad/autograd.hpp>

using namespace xtgrad;

#ifdef XTGRAD_MUST_FAIL
auto product(const Variable<float>& a, const Variable<double>& b) { return matmul(a, b); }
#else
auto product(const Variable<float>& a, const Variable<double>& b) { return matmul(a, cast<float>(b)); }
#endif
