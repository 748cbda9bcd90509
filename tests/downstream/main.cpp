#include <cstdio>

#include <xtgrad/array.hpp>

int main() {
    const xt::xarray<double>    x = {1.0, 2.0, 3.0};
    const xtgrad::Array<double> y = xtgrad::full({3}, 2.0) * x;
    std::printf("%s\n", xtgrad::to_string(y.shape()).c_str());
    return y(2) == 6.0 && xtgrad::broadcast_shapes("add", y.shape(), {}) == y.shape() ? 0 : 1;
}
