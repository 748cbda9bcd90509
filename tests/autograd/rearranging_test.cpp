#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <xtensor/xbuilder.hpp>
#include <xtensor/xmanipulation.hpp>
#include <xtensor/xview.hpp>

#include <xtgrad/autograd.hpp>

using namespace xtgrad;

// Values of the functions of shape, joining and diagonals; many are the examples of NumPy's documentation. Their gradients are the gradient suite's.

namespace {

using A = Array<double>;

Variable<double> matrix() { return A{{1, 2, 3}, {4, 5, 6}}; }

Variable<double> counted(const Shape& shape) {
    A numbers(shape);
    for (std::size_t place = 0; place < numbers.size(); ++place) numbers.data()[place] = static_cast<double>(place);
    return numbers;
}

Variable<double> column(std::initializer_list<double> numbers) { return reshape(Variable<double>(A(numbers)), {-1, 1}); }

} // namespace

TEST_CASE("ravel and flatten give the elements in row-major order") {
    CHECK(ravel(matrix()).value() == A{1, 2, 3, 4, 5, 6});
    CHECK(flatten(transpose(matrix())).value() == A{1, 4, 2, 5, 3, 6});
    CHECK(ravel(Variable<double>(2.0)).shape() == Shape{1});
    CHECK(ravel(counted({0, 3})).shape() == Shape{0});
}

TEST_CASE("moveaxis and swapaxes put axes elsewhere") {
    const auto x = counted({3, 4, 5});
    CHECK(moveaxis(x, 0, -1).shape() == Shape{4, 5, 3});
    CHECK(moveaxis(x, -1, 0).shape() == Shape{5, 3, 4});
    CHECK(moveaxis(x, {0, 1}, {-1, -2}).shape() == Shape{5, 4, 3});
    CHECK(moveaxis(x, {2, 0}, {0, 1}).value() == transpose(x, {2, 0, 1}).value());
    CHECK(moveaxis(x, Axes(), Axes()).value() == x.value());
    CHECK(swapaxes(counted({2, 2, 2}), 0, 2).value() == A{{{0, 4}, {2, 6}}, {{1, 5}, {3, 7}}});
    CHECK(swapaxes(x, -1, 0).shape() == Shape{5, 4, 3});
}

TEST_CASE("repeat copies each element beside itself") {
    CHECK(repeat(matrix(), 2, 0).value() == A{{1, 2, 3}, {1, 2, 3}, {4, 5, 6}, {4, 5, 6}});
    CHECK(repeat(matrix(), 2, -1).value() == A{{1, 1, 2, 2, 3, 3}, {4, 4, 5, 5, 6, 6}});
    CHECK(repeat(matrix(), 2).value() == A{1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6});
    CHECK(repeat(matrix(), {1, 2}, 0).value() == A{{1, 2, 3}, {4, 5, 6}, {4, 5, 6}});
    CHECK(repeat(matrix(), std::vector<int>{2, 0, 1}, 1).value() == A{{1, 1, 3}, {4, 4, 6}});
    CHECK(repeat(matrix(), 0, 1).shape() == Shape{2, 0});
}

TEST_CASE("tile copies the array beside itself, a single count along the last axis") {
    CHECK(tile(Variable<double>(A{1, 2}), 2).value() == A{1, 2, 1, 2});
    CHECK(tile(Variable<double>(A{1, 2}), {2, 2}).value() == A{{1, 2, 1, 2}, {1, 2, 1, 2}});
    CHECK(tile(matrix(), 2).value() == A{{1, 2, 3, 1, 2, 3}, {4, 5, 6, 4, 5, 6}});
    CHECK(tile(matrix(), {2, 1}).value() == A{{1, 2, 3}, {4, 5, 6}, {1, 2, 3}, {4, 5, 6}});
    CHECK(tile(matrix(), {2, 1, 1}).shape() == Shape{2, 2, 3});
    CHECK(tile(Variable<double>(3.0), {2, 2}).value() == A{{3, 3}, {3, 3}});
}

TEST_CASE("flip reverses, and braces with nothing in them name no axis") {
    CHECK(flip(matrix()).value() == A{{6, 5, 4}, {3, 2, 1}});
    CHECK(flip(matrix(), 0).value() == A{{4, 5, 6}, {1, 2, 3}});
    CHECK(flip(matrix(), -1).value() == A{{3, 2, 1}, {6, 5, 4}});
    CHECK(flip(matrix(), {0, 1}).value() == flip(matrix()).value());
    CHECK(flip(matrix(), {}).value() == matrix().value());
    CHECK(squeeze(expand_dims(matrix(), 0), {}).shape() == Shape{1, 2, 3});
    CHECK(expand_dims(matrix(), {}).shape() == Shape{2, 3});
}

TEST_CASE("roll goes round, along axes or through the whole array") {
    CHECK(roll(matrix(), 1).value() == A{{6, 1, 2}, {3, 4, 5}});
    CHECK(roll(matrix(), 1, 0).value() == A{{4, 5, 6}, {1, 2, 3}});
    CHECK(roll(matrix(), -1, 1).value() == A{{2, 3, 1}, {5, 6, 4}});
    CHECK(roll(matrix(), 302, -1).value() == roll(matrix(), -1, 1).value());
    CHECK(roll(matrix(), {1, 1}, {0, 1}).value() == A{{6, 4, 5}, {3, 1, 2}});
    CHECK(roll(matrix(), {1, 1}, {1, 1}).value() == roll(matrix(), 2, 1).value());
    CHECK(roll(matrix(), -7).value() == roll(matrix(), -1).value());
}

TEST_CASE("rot90 turns from the first axis towards the second") {
    const Variable<double> square = A{{1, 2}, {3, 4}};
    CHECK(rot90(square).value() == A{{2, 4}, {1, 3}});
    CHECK(rot90(square, 2).value() == A{{4, 3}, {2, 1}});
    CHECK(rot90(square, -1).value() == A{{3, 1}, {4, 2}});
    CHECK(rot90(square, -8).value() == square.value());
    CHECK(rot90(matrix()).value() == A{{3, 6}, {2, 5}, {1, 4}});
    CHECK(rot90(matrix(), {1, 0}).value() == rot90(matrix(), 3).value());
    CHECK(rot90(counted({2, 2, 2}), 1, {1, 2}).value() == A{{{1, 3}, {0, 2}}, {{5, 7}, {4, 6}}});
}

TEST_CASE("Rearrangements agree with xtensor's own") {
    const auto  x = counted({3, 4, 2});
    const auto& a = x.value();
    CHECK(flip(x, 1).value() == A(xt::flip(a, 1)));
    CHECK(roll(x, 2, 1).value() == A(xt::roll(a, 2, 1)));
    CHECK(roll(x, 5).value() == A(xt::roll(a, 5)));
    CHECK(repeat(x, 3, 2).value() == A(xt::repeat(a, 3, 2)));
    CHECK(rot90(x, 1, {0, 2}).value() == A(xt::rot90<1>(a, {0, 2})));
    CHECK(rot90(x, 3, {1, 0}).value() == A(xt::rot90<3>(a, {1, 0})));
    CHECK(moveaxis(x, 0, 2).value() == A(xt::transpose(a, {1, 2, 0})));
    const auto square = counted({4, 4});
    for (const int k : {-5, -1, 0, 2, 4}) {
        CHECK(tril(square, k).value() == A(xt::tril(square.value(), k)));
        CHECK(triu(square, k).value() == A(xt::triu(square.value(), k)));
    }
}

TEST_CASE("stack makes a new axis; hstack, vstack and dstack take NumPy's, and give arrays the axes they lack") {
    const Variable<double> a = A{1, 2, 3}, b = A{4, 5, 6};
    CHECK(stack({a, b}).value() == A{{1, 2, 3}, {4, 5, 6}});
    CHECK(stack({a, b}, -1).value() == A{{1, 4}, {2, 5}, {3, 6}});
    CHECK(stack({matrix(), matrix(), matrix()}, 1).shape() == Shape{2, 3, 3});
    CHECK(stack(std::vector<Variable<double>>{2.0, 3.0}).value() == A{2, 3});
    CHECK(hstack({a, b}).value() == A{1, 2, 3, 4, 5, 6});
    CHECK(hstack({column({1, 2, 3}), column({4, 5, 6})}).value() == A{{1, 4}, {2, 5}, {3, 6}});
    CHECK(hstack(std::vector<Variable<double>>{a, 7.0}).value() == A{1, 2, 3, 7});
    CHECK(vstack({a, b}).value() == A{{1, 2, 3}, {4, 5, 6}});
    CHECK(vstack({column({1, 2}), column({3})}).value() == column({1, 2, 3}).value());
    CHECK(vstack({a, matrix()}).value() == A{{1, 2, 3}, {1, 2, 3}, {4, 5, 6}});
    CHECK(dstack({a, b}).value() == A{{{1, 4}, {2, 5}, {3, 6}}});
    CHECK(dstack({column({1, 2}), column({3, 4})}).value() == reshape(Variable<double>(A{1, 3, 2, 4}), {2, 1, 2}).value());
    const Variable<float> f = Array<float>{1, 2};
    CHECK(stack({f, f}).shape() == Shape{2, 2});
}

TEST_CASE("Joining errors begin with what was called") {
    const Variable<double> a = A{1, 2, 3}, b = A{4, 5};
    const auto             error = [](const auto& call) -> std::string {
        try {
            call();
        } catch (const ShapeError& caught) {
            return caught.what();
        }
        return {};
    };
    CHECK(error([&] { stack({a, b}); }).find("stack: shapes [3] and [2] differ") == 0);
    CHECK(error([&] { vstack({a, b}); }).find("vstack: shapes [1, 3] and [1, 2]") == 0);
    CHECK(error([&] { hstack({matrix(), a}); }).find("hstack: ") == 0);
    CHECK(error([&] { dstack({a, b}); }).find("dstack: ") == 0);
    CHECK(error([&] { block_diag({counted({1, 1, 1})}); }).find("block_diag: a block of shape [1, 1, 1]") == 0);
    CHECK(error([&] { meshgrid({a, matrix()}); }).find("meshgrid: an array of shape [2, 3]") == 0);
    CHECK(error([&] { vstack({a, b}); }).find("rearranging_test.cpp") != std::string::npos);
}

TEST_CASE("meshgrid runs as in a picture, or as in a matrix") {
    const Variable<double> x = A{1, 2, 3}, y = A{10, 20}, z = A{7, 8, 9, 10};
    const auto             picture = meshgrid({x, y});
    CHECK(picture[0].value() == A{{1, 2, 3}, {1, 2, 3}});
    CHECK(picture[1].value() == A{{10, 10, 10}, {20, 20, 20}});
    const auto rows = meshgrid({x, y}, MeshIndexing::ij);
    CHECK(rows[0].value() == A{{1, 1}, {2, 2}, {3, 3}});
    CHECK(rows[1].value() == A{{10, 20}, {10, 20}, {10, 20}});
    CHECK(meshgrid({x, y, z})[2].shape() == Shape{2, 3, 4});
    CHECK(meshgrid({x, y, z})[2].value()(1, 2, 3) == 10);
    CHECK(meshgrid({x, y, z}, MeshIndexing::ij)[0].shape() == Shape{3, 2, 4});
    CHECK(meshgrid({x})[0].value() == x.value());
    CHECK(meshgrid(std::vector<Variable<double>>{}).empty());
}

TEST_CASE("block_diag lays matrices along the diagonal") {
    const Variable<double> one = A{{1, 0}, {0, 1}}, two = A{{3, 4, 5}, {6, 7, 8}}, three = 7.0;
    CHECK(block_diag({one, two, three}).value() ==
          A{{1, 0, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0}, {0, 0, 3, 4, 5, 0}, {0, 0, 6, 7, 8, 0}, {0, 0, 0, 0, 0, 7}});
    CHECK(block_diag({Variable<double>(A{1, 2}), three}).value() == A{{1, 2, 0}, {0, 0, 7}});
    CHECK(block_diag({counted({0, 2}), three}).value() == A{{0, 0, 7}});
}

TEST_CASE("tril and triu leave zeros, whatever was there") {
    const Variable<double> x = A{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}, {10, 11, 12}};
    CHECK(tril(x, -1).value() == A{{0, 0, 0}, {4, 0, 0}, {7, 8, 0}, {10, 11, 12}});
    CHECK(triu(x, -1).value() == A{{1, 2, 3}, {4, 5, 6}, {0, 8, 9}, {0, 0, 12}});
    CHECK(slice(tril(stack({x, x}), -1), {1}).value() == tril(x, -1).value());
    const double inf = std::numeric_limits<double>::infinity();
    CHECK(tril(Variable<double>(A{{1, inf}, {std::nan(""), 2}}), -2).value() == A{{0, 0}, {0, 0}});
}

TEST_CASE("diag makes a matrix of a vector and a vector of a matrix") {
    const auto x = counted({3, 3});
    CHECK(diag(x).value() == A{0, 4, 8});
    CHECK(diag(x, 1).value() == A{1, 5});
    CHECK(diag(x, -1).value() == A{3, 7});
    CHECK(diag(x, 3).shape() == Shape{0});
    CHECK(diag(x, std::numeric_limits<Index>::min()).shape() == Shape{0});
    CHECK(diag(Variable<double>(A{1, 2})).value() == A{{1, 0}, {0, 2}});
    CHECK(diag(Variable<double>(A{1, 2}), 1).value() == A{{0, 1, 0}, {0, 0, 2}, {0, 0, 0}});
    CHECK(diag(Variable<double>(A{1, 2}), -1).value() == A{{0, 0, 0}, {1, 0, 0}, {0, 2, 0}});
    CHECK(diag(counted({0}), 2).value() == A{{0, 0}, {0, 0}});
}

TEST_CASE("diagonal and trace work on the matrices of any two axes") {
    const auto x = counted({2, 2, 2});
    CHECK(diagonal(x).value() == A{{0, 6}, {1, 7}});
    CHECK(trace(x).value() == A{6, 8});
    CHECK(diagonal(x, 0, 1, 2).value() == A{{0, 3}, {4, 7}});
    CHECK(diagonal(x, 1, 2, 0).value() == diagonal(transpose(x), 1, 0, 2).value());
    CHECK(diagonal(counted({2, 4}), 1).value() == A{1, 6});
    CHECK(diagonal(counted({2, 4}), 2).value() == A{2, 7});
    CHECK(diagonal(counted({2, 4}), -1).value() == A{4});
    CHECK(diagonal(counted({2, 4}), 4).shape() == Shape{0});
    CHECK(trace(counted({2, 4}), 3).item() == 3);
    CHECK(trace(counted({2, 4}), 9).item() == 0);
    CHECK(trace(counted({2, 3, 4}), 0, 0, 2).value() == A{0 + 13, 4 + 17, 8 + 21});
}
