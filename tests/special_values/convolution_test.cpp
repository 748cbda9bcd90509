#include "traps.hpp"

using namespace xtgrad;
using namespace xtgrad::traps;

namespace {

// One image of one row.
xt::xarray<double> row(const std::vector<double>& elements) {
    xt::xarray<double> result = xt::zeros<double>({std::size_t{1}, std::size_t{1}, std::size_t{1}, elements.size()});
    std::copy(elements.begin(), elements.end(), result.begin());
    return result;
}

Outcome<double> pooled(const std::vector<double>& elements, Index window, const MaxPool2dOptions& options = {}) {
    return at([&](auto x) { return max_pool2d(x, {1, window}, options); }, row(elements));
}

Variable<double> images(const Shape& shape) { return ones<double>(shape); }

} // namespace

TRAP_CASE("M08 M09", "D11: max_pool2d gives a tie to the first element, and adds up what overlapping windows choose") {
    const auto ties = pooled({1, 1, 2, 2}, 2);
    check_elements(ties.value, {1, 2});
    check_elements(ties.gradient(), {1, 0, 1, 0});
    const auto overlapping = pooled({1, 3, 2}, 2, {.stride = 1});
    check_elements(overlapping.value, {3, 3});
    check_elements(overlapping.gradient(), {0, 2, 0});
    // Of two rows the upper one comes first.
    check_elements(at([](auto x) { return max_pool2d(x, 2); }, {{{{1, 5}, {5, 5}}}}).gradient(), {0, 1, 0, 0});
}

TRAP_CASE("M10", "padding never wins a max_pool2d, not even against −inf") {
    const auto negative = pooled({-5, -3}, 2, {.padding = {0, 1}});
    check_elements(negative.value, {-5, -3});
    check_elements(negative.gradient(), {1, 1});
    const auto lowest = pooled({-inf, -inf}, 2, {.padding = {0, 1}});
    check_elements(lowest.value, {-inf, -inf});
    check_elements(lowest.gradient(), {1, 1});
}

TRAP_CASE("M12", "a window of max_pool2d that would hold nothing but padding is refused") {
    CHECK_THROWS_WITH_AS(max_pool2d(images({1, 1, 5, 5}), 3, {.padding = 2}), doctest::Contains("padding must be at most half of the window"),
                         ValueError);
    CHECK_THROWS_WITH_AS(max_pool2d(images({1, 1, 3, 3}), 2, {.padding = 1, .dilation = 4}), doctest::Contains("nothing but padding"), ValueError);
}

TRAP_CASE("M14", "conv2d is a cross-correlation, and what its stride leaves over has gradient 0") {
    const auto result = at([](auto x, auto weight) { return conv2d(x, weight, {.stride = 2}); }, row({1, 2, 3, 4, 5, 6}), row({1, 1, 1}));
    check_elements(result.value, {6, 12});
    check_elements(result.gradients[0], {1, 1, 2, 1, 1, 0});
    check_elements(result.gradients[1], {4, 6, 8});
}

TRAP_CASE("M16 M17", "conv2d refuses a kernel larger than the image, other channels or groups and a stride of 0, with the shapes") {
    CHECK_THROWS_WITH_AS(conv2d(images({2, 3, 8, 8}), images({4, 3, 9, 3})),
                         doctest::Contains("in height the window reaches over 9 elements, the image with its padding has only 8"), ShapeError);
    CHECK_THROWS_WITH_AS(conv2d(images({2, 3, 8, 8}), images({4, 2, 3, 3})), doctest::Contains("images [2, 3, 8, 8], weight [4, 2, 3, 3]"),
                         ShapeError);
    CHECK_THROWS_WITH_AS(conv2d(images({2, 4, 8, 8}), images({3, 2, 3, 3}), {.groups = 2}), doctest::Contains("among 2 groups"), ShapeError);
    CHECK_THROWS_WITH_AS(conv2d(images({2, 3, 8, 8}), images({4, 3, 3, 3}), {.stride = {1, 0}}), doctest::Contains("stride is 0"), ValueError);
}

TRAP_CASE("M18", "conv2d of no images is no result, with gradients of zeros") {
    Tape       tape;
    const auto x = tape.watch(zeros<double>({0, 2, 5, 5})), weight = tape.watch(ones<double>({3, 2, 2, 2})), bias = tape.watch(ones<double>({3}));
    const auto y = conv2d(x, weight, bias);
    CHECK(y.shape() == Shape{0, 3, 4, 4});
    const auto gradients = tape.gradient(sum(y), std::vector{x, weight, bias});
    CHECK(gradients[0].shape() == Shape{0, 2, 5, 5});
    CHECK(gradients[1] == zeros<double>({3, 2, 2, 2}));
    CHECK(gradients[2] == zeros<double>({3}));
}
