#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <xtensor/xadapt.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xrandom.hpp>
#include <xtensor/xsort.hpp>
#include <xtensor/xstrided_view.hpp>
#include <xtensor/xview.hpp>

#include <xtgrad/array/array.hpp>

// What xtensor 0.24 does, and what this library does around it. A test here that fails after an update of xtensor says that a trap has been
// mended or has moved: then the code that avoids it may be simplified, or must be looked at again.
using namespace xtgrad;

namespace {

const xt::xarray<double> matrix       = {{1, 2, 3}, {4, 5, 6}};
constexpr double         not_a_number = std::numeric_limits<double>::quiet_NaN();

} // namespace

TEST_CASE("With array.hpp included, temporaries of dynamic rank are arrays of their own rank (xtensor #1970)") {
    const auto sum = xt::eval(matrix + matrix);
    CHECK(sum.dimension() == 2);
    CHECK(sum(1, 2) == 12);
    CHECK(xt::variance(matrix)() == doctest::Approx(35.0 / 12));
    CHECK(xt::stddev(matrix, {0})(1) == 1.5);
    CHECK(xt::sum(matrix, {0}, xt::evaluation_strategy::immediate)(2) == 9);
    xt::xarray<double> y                     = matrix;
    xt::strided_view(y, {0, xt::ellipsis()}) = xt::view(y, 0, xt::all()) + xt::view(y, 1, xt::all());
    CHECK(y(0, 0) == 5);
    const Array<double> own = matrix;
    CHECK(xt::eval(own * 2).dimension() == 2);
    CHECK(Array<double>(xt::eval(own * 2)) == own + own);
}

TEST_CASE("Array is one type whatever the build flags, and holds pool memory aligned to 64 bytes") {
    static_assert(std::is_same_v<Array<float>::storage_type::allocator_type, PoolAllocator<float>>);
    const Array<float> array = zeros<float>({3, 5});
    CHECK(reinterpret_cast<std::uintptr_t>(array.data()) % 64 == 0);
    // From and to any expression.
    const Array<double>      from = matrix + 1;
    const xt::xarray<double> to   = from - 1;
    CHECK(to == matrix);
}

TEST_CASE("A lazy keep_dims reducer inside a broadcast is wrong (xtensor #2871): never use one") {
    // It reads past the end of the array; there is memory here, so that this test does not.
    std::array<double, 12>         elements{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    const std::vector<std::size_t> shape     = {2, 3};
    const auto                     beginning = xt::adapt(elements.data(), 6, xt::no_ownership(), shape);
    const xt::xarray<double>       wrong     = beginning - xt::amax(beginning, {1}, xt::keep_dims);
    CHECK(wrong(1, 1) != -1);
    // Evaluated first it is right.
    const xt::xarray<double> largest = xt::amax(matrix, {1}, xt::keep_dims);
    const xt::xarray<double> right   = matrix - largest;
    CHECK(right(1, 1) == -1);
}

TEST_CASE("xt::argmax along the axis of a 1-D array finds the smallest (xtensor #2550, #2752): ours is written out") {
    const xt::xarray<double> row = {0, 1, 2, 3, 4, -1};
    CHECK(xt::argmax(row, 0)() == 5);
}

TEST_CASE("xtensor's += grows its left side silently: gradients are checked for their shape before they are added") {
    xt::xarray<double> sum = {1, 2, 3};
    sum += matrix;
    CHECK(sum.dimension() == 2);
}

TEST_CASE("xt::sum adds floats one after the other: ours adds pairwise") {
    const xt::xarray<float> tenths = xt::ones<float>({std::size_t{10000000}}) * 0.1F;
    CHECK(std::abs(xt::sum(tenths)() - 1e6F) > 1e4F);
}

TEST_CASE("xt::amax and xt::maximum swallow NaN, and the maximum of nothing is a number: ours are written out") {
    const xt::xarray<double> holed = {1, not_a_number, 3};
    CHECK(xt::amax(holed)() == 3);
    CHECK(xt::xarray<double>(xt::maximum(xt::xarray<double>{not_a_number}, 0.0))(0) == 0);
    CHECK(xt::amax(xt::xarray<double>::from_shape({0}))() == std::numeric_limits<double>::lowest());
}

TEST_CASE("xtensor's shape products wrap around: element_count throws") {
    const std::size_t large = std::size_t{1} << 33;
    CHECK_THROWS_AS(element_count({large, large}), ShapeError);
    CHECK(element_count({large, 0}) == 0);
}

TEST_CASE("xt::random draws again at each access: Random fills arrays") {
    const auto lazy = xt::random::rand<double>({1});
    CHECK(lazy(0) != lazy(0));
}
