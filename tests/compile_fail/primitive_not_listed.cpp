// A primitive that is not in the one list, which the gradient suite folds over.
// expect: this is not in the list of autograd/primitives.hpp

#include <xtgrad/autograd/primitives/arithmetic.hpp>

using namespace xtgrad;

struct Unlisted : Square {
    static constexpr std::string_view name = "unlisted";
};

#ifdef XTGRAD_MUST_FAIL
using Applied = Unlisted;
#else
using Applied = Square;
#endif

Variable<double> apply_it(const Operand<double>& x) { return ops::elementwise<double>(elementwise_index<Applied>, {&x}); }
