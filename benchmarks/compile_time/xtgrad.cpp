#include <iostream>

#include <xtgrad/autograd.hpp>

int main() {
    xt::xarray<double> x  = {1.0, 2.0, 3.0};
    const auto [value, g] = xtgrad::value_and_gradient([](auto v) { return sum(exp(v) * v); }, x);
    std::cout << value << ' ' << g(0) << ' ' << g(1) << ' ' << g(2) << '\n';
}
