#include <xtgrad/autograd.hpp>

#include "workloads.hpp"

namespace xtgrad::benchmarks {

void add_functions(Program& program) {
    using V        = Variable<float>;
    using From     = FunctionData::From;
    const auto add = [&](const std::string& name, From from, const auto& function) {
        program.add(
            "function/" + name,
            [from, function] {
                return [function, x_value = V(as_array<float>(FunctionData(from).x, {FunctionData::size}))] {
                    Tape       tape;
                    const auto x = tape.watch(x_value);
                    benchmark::DoNotOptimize(tape.gradient(sum(function(x)), x));
                };
            },
            FunctionData::size);
    };
    add("exp", From::everywhere, [](const V& x) { return exp(x); });
    add("exp2", From::everywhere, [](const V& x) { return exp2(x); });
    add("expm1", From::everywhere, [](const V& x) { return expm1(x); });
    add("sin", From::everywhere, [](const V& x) { return sin(x); });
    add("cos", From::everywhere, [](const V& x) { return cos(x); });
    add("tan", From::everywhere, [](const V& x) { return tan(x); });
    add("atan", From::everywhere, [](const V& x) { return atan(x); });
    add("sinh", From::everywhere, [](const V& x) { return sinh(x); });
    add("cosh", From::everywhere, [](const V& x) { return cosh(x); });
    add("tanh", From::everywhere, [](const V& x) { return tanh(x); });
    add("asinh", From::everywhere, [](const V& x) { return asinh(x); });
    add("erf", From::everywhere, [](const V& x) { return erf(x); });
    add("erfc", From::everywhere, [](const V& x) { return erfc(x); });
    add("sinc", From::everywhere, [](const V& x) { return sinc(x); });
    add("sigmoid", From::everywhere, [](const V& x) { return sigmoid(x); });
    add("log_sigmoid", From::everywhere, [](const V& x) { return log_sigmoid(x); });
    add("softplus", From::everywhere, [](const V& x) { return softplus(x); });
    add("gelu", From::everywhere, [](const V& x) { return gelu(x); });
    add("silu", From::everywhere, [](const V& x) { return silu(x); });
    add("mish", From::everywhere, [](const V& x) { return mish(x); });
    add("elu", From::everywhere, [](const V& x) { return elu(x); });
    add("selu", From::everywhere, [](const V& x) { return selu(x); });
    add("leaky_relu", From::everywhere, [](const V& x) { return leaky_relu(x); });
    add("hardswish", From::everywhere, [](const V& x) { return hardswish(x); });
    add("floor", From::everywhere, [](const V& x) { return floor(x); });
    add("round", From::everywhere, [](const V& x) { return round(x); });
    add("sqrt", From::positive, [](const V& x) { return sqrt(x); });
    add("log", From::positive, [](const V& x) { return log(x); });
    add("log2", From::positive, [](const V& x) { return log2(x); });
    add("log10", From::positive, [](const V& x) { return log10(x); });
    add("log1p", From::positive, [](const V& x) { return log1p(x); });
    add("lgamma", From::positive, [](const V& x) { return lgamma(x); });
    add("digamma", From::positive, [](const V& x) { return digamma(x); });
    add("asin", From::within_one, [](const V& x) { return asin(x); });
    add("acos", From::within_one, [](const V& x) { return acos(x); });
    add("atanh", From::within_one, [](const V& x) { return atanh(x); });
    add("erfinv", From::within_one, [](const V& x) { return erfinv(x); });
    add("ndtr", From::everywhere, [](const V& x) { return ndtr(x); });
    add("log_ndtr", From::everywhere, [](const V& x) { return log_ndtr(x); });
    add("pow", From::positive, [](const V& x) { return pow(x, 1.7F); });
}

} // namespace xtgrad::benchmarks
