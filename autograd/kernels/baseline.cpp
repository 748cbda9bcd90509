// The kernels that are compiled once, for the baseline.

#include <xtgrad/autograd/kernels/elementwise.hpp>
#include <xtgrad/autograd/kernels/functions.hpp>
#include <xtgrad/autograd/primitives/elementwise.hpp>

namespace xtgrad::kernels {

extern const BaselineKernels<float>  float_baseline_kernels;
extern const BaselineKernels<double> double_baseline_kernels;

constinit const BaselineKernels<float>  float_baseline_kernels  = kernels_of<float>(BaselinePrimitives{});
constinit const BaselineKernels<double> double_baseline_kernels = kernels_of<double>(BaselinePrimitives{});

} // namespace xtgrad::kernels
