#include <xtgrad/autograd/primitives/reduction.hpp>

#include "structured.hpp"

namespace xtgrad::suite {

namespace {

using X = Variables<double>;

} // namespace

std::vector<OperationCases> reduction_cases() {
    return cases_of_list(ReductionPrimitives{}, {
                                                    {"sum", of_axes([](auto x, const Axes& axes) { return sum(x, axes); })},
                                                    {"mean", of_axes([](auto x, const Axes& axes) { return mean(x, axes); })},
                                                    {"logsumexp", of_axes([](auto x, const Axes& axes) { return logsumexp(x, axes); })},
                                                    {"amax", of_axes_and_nothing([](auto x, const Axes& axes) { return amax(x, axes); })},
                                                    {"amin", of_axes_and_nothing([](auto x, const Axes& axes) { return amin(x, axes); })},
                                                });
}

} // namespace xtgrad::suite
