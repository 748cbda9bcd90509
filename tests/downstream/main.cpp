#include <algorithm>
#include <cmath>
#include <cstdio>

#include <xtgrad/autograd.hpp>
using namespace xtgrad;

int main() {
    xt::xarray<double> x  = {1.0, 2.0, 3.0};
    auto [value, dx]      = value_and_gradient([](auto x) { return sum(exp(x) * x); }, x);
    double expected_value = 0, largest_error = 0;
    for (std::size_t i = 0; i < 3; ++i) {
        expected_value += std::exp(x(i)) * x(i);
        largest_error = std::max(largest_error, std::abs(dx(i) / (std::exp(x(i)) * (1 + x(i))) - 1));
    }
    std::printf("value %g, gradient %g %g %g\n", value, dx(0), dx(1), dx(2));
    return std::abs(value / expected_value - 1) < 1e-12 && largest_error < 1e-12 ? 0 : 1;
}
