#include <xtensor/xarray.hpp>

int main() {
    xt::xarray<double> x = {1.0, 2.0, 3.0};
    return x.size() == 3 ? 0 : 1;
}
