// A structured primitive without a derivative.
// expect: a structured primitive needs a name, samples, and exactly one vjp

#include <xtgrad/autograd/apply.hpp>
#include <xtgrad/autograd/primitives/shape.hpp>

using namespace xtgrad;

struct Reverse {
    static constexpr std::string_view name  = "reverse";
    static constexpr std::size_t      arity = 1;

    void infer(SourceLocation, const Shape&) {}
    template <Scalar T>
    Value<T> forward(const Value<T>& x) const {
        return x;
    }
    static std::vector<Sample<Reverse>> samples() { return {}; }
};

#ifdef XTGRAD_MUST_FAIL
using Applied = Reverse;
#else
using Applied = Alias;
#endif

Variable<double> apply_it(const Variable<double>& x) { return apply<Applied, double>(Applied{}, SourceLocation{}, x); }
