#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <xtensor/xbuilder.hpp>

#include <xtgrad/autograd.hpp>

using namespace xtgrad;

// Values of the functions that take, cut and replace parts; many are the examples of NumPy's and PyTorch's documentation. Their gradients are the
// gradient suite's, but for what is said here in figures.

namespace {

using A = Array<double>;

const double not_a_number = std::numeric_limits<double>::quiet_NaN();

Variable<double> matrix() { return A{{1, 2, 3}, {4, 5, 6}}; }

Variable<double> counted(const Shape& shape) {
    A numbers(shape);
    for (std::size_t place = 0; place < numbers.size(); ++place) numbers.data()[place] = static_cast<double>(place);
    return numbers;
}

template <class E, class Call>
std::string error_of(Call&& call) {
    try {
        call();
    } catch (const E& error) {
        return error.what();
    }
    return {};
}

bool begins(const std::string& text, const std::string& with) { return text.rfind(with, 0) == 0; }

} // namespace

TEST_CASE("slice knows negative steps, the ellipsis and new axes") {
    const auto x = counted({2, 3, 4});
    CHECK(slice(x, {Range::ellipsis(), 1}).value() == A{{1, 5, 9}, {13, 17, 21}});
    CHECK(slice(x, {1, Range::ellipsis(), Range(3, 0, -2)}).value() == A{{15, 13}, {19, 17}, {23, 21}});
    CHECK(slice(x, {0, 0, 0, Range::ellipsis()}).item() == 0);
    CHECK(slice(x, {Range::ellipsis()}).value() == x.value());
    CHECK(slice(x, {Range::newaxis(), Range::ellipsis(), Range::newaxis()}).shape() == Shape{1, 2, 3, 4, 1});
    CHECK(slice(x, {1, Range::newaxis(), 2}).shape() == Shape{1, 4});
    CHECK(slice(x, {Range::newaxis(), Range::newaxis(), 0, Range(0, 2)}).shape() == Shape{1, 1, 2, 4});
    const auto line = counted({5});
    CHECK(slice(line, {Range::every(-1)}).value() == A{4, 3, 2, 1, 0});
    CHECK(slice(line, {Range::from(-2, -2)}).value() == A{3, 1});
    CHECK(slice(line, {Range(-1, -6, -3)}).value() == A{4, 1});
    CHECK(slice(line, {Range(1, 4, std::numeric_limits<Index>::max())}).value() == A{1});
    CHECK(slice(line, {Range(3, 0, std::numeric_limits<Index>::min())}).value() == A{3});
    CHECK(slice(line, {Range(1, 4, -1)}).shape() == Shape{0});
    CHECK(begins(error_of<ShapeError>([&] { slice(line, {Range::ellipsis(), Range::ellipsis()}); }), "slice: there is more than one ellipsis"));
}

TEST_CASE("split cuts into equal parts, or at places") {
    const auto parts = split(counted({9}), 3);
    REQUIRE(parts.size() == 3);
    CHECK(parts[0].value() == A{0, 1, 2});
    CHECK(parts[2].value() == A{6, 7, 8});
    const auto columns = split(matrix(), {1}, 1);
    REQUIRE(columns.size() == 2);
    CHECK(columns[1].value() == A{{2, 3}, {5, 6}});
    const auto some = split(counted({5}), std::vector<int>{2, 2, -1});
    REQUIRE(some.size() == 4);
    CHECK(some[1].shape() == Shape{0});
    CHECK(some[2].value() == A{2, 3});
    CHECK(some[3].value() == A{4});
    CHECK(begins(error_of<ShapeError>([] { split(counted({2, 3}), 2, 1); }), "split: 2 equal parts of axis 1 of shape [2, 3]"));
    CHECK(begins(error_of<ValueError>([] { split(counted({3}), {5}); }), "split: place 5 lies beyond axis 0 of extent 3"));
}

TEST_CASE("pad surrounds with a number, a reflection or the edge") {
    const Variable<double> x = A{1, 2, 3, 4, 5};
    CHECK(pad(x, {{2, 3}}, PadMode::constant, 4).value() == A{4, 4, 1, 2, 3, 4, 5, 4, 4, 4});
    CHECK(pad(x, {{2, 3}}, PadMode::edge).value() == A{1, 1, 1, 2, 3, 4, 5, 5, 5, 5});
    CHECK(pad(x, {{2, 3}}, PadMode::reflect).value() == A{3, 2, 1, 2, 3, 4, 5, 4, 3, 2});
    CHECK(pad(Variable<double>(A{1, 2, 3}), {{4, 5}}, PadMode::reflect).value() == A{1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3, 2});
    CHECK(pad(Variable<double>(A{7}), 2, PadMode::reflect).value() == A{7, 7, 7, 7, 7});
    CHECK(pad(matrix(), 1).value() == A{{0, 0, 0, 0, 0}, {0, 1, 2, 3, 0}, {0, 4, 5, 6, 0}, {0, 0, 0, 0, 0}});
    CHECK(pad(matrix(), {{1, 0}, {0, 1}}, PadMode::edge).value() == A{{1, 2, 3, 3}, {1, 2, 3, 3}, {4, 5, 6, 6}});
    CHECK(pad(matrix(), {{1, 0}, {1, 1}}, PadMode::reflect).value() == A{{5, 4, 5, 6, 5}, {2, 1, 2, 3, 2}, {5, 4, 5, 6, 5}});
    CHECK(std::isnan(pad(matrix(), 1, PadMode::constant, not_a_number).value()(0, 0)));
    Tape       tape;
    const auto v = tape.watch(A{1, 2, 3});
    CHECK(tape.gradient(sum(pad(v, {{3, 1}}, PadMode::edge)), v, keep) == A{4, 1, 2});
    CHECK(tape.gradient(sum(pad(v, {{2, 1}}, PadMode::reflect)), v, keep) == A{1, 3, 2});
    CHECK(tape.gradient(sum(pad(v, 2, PadMode::constant, not_a_number) * A{0, 0, 1, 2, 3, 0, 0}), v) == A{1, 2, 3});
}

TEST_CASE("sliding_window shows every window") {
    CHECK(sliding_window(counted({5}), 3, 0).value() == A{{0, 1, 2}, {1, 2, 3}, {2, 3, 4}});
    const Variable<double> x     = A{{0, 1, 2, 3}, {10, 11, 12, 13}, {20, 21, 22, 23}};
    const auto             tiles = sliding_window(x, {2, 2});
    CHECK(tiles.shape() == Shape{2, 3, 2, 2});
    CHECK(slice(tiles, {0, 0}).value() == A{{0, 1}, {10, 11}});
    CHECK(slice(tiles, {1, 2}).value() == A{{12, 13}, {22, 23}});
    CHECK(sliding_window(x, 3, 0).value() == A{{{0, 10, 20}, {1, 11, 21}, {2, 12, 22}, {3, 13, 23}}});
    const auto again = sliding_window(x, {3, 2}, {1, 1});
    CHECK(again.shape() == Shape{3, 1, 3, 2});
    CHECK(slice(again, {1, 0}).value() == A{{10, 11}, {11, 12}, {12, 13}});
    CHECK(sliding_window(x, {2, 3}, {1, 0}).shape() == Shape{1, 3, 2, 3});
    CHECK(sliding_window(counted({3}), 0, 0).shape() == Shape{4, 0});
}

TEST_CASE("take follows an index of any shape and of any integers") {
    const Variable<double> x = A{4, 3, 5, 7, 6, 8};
    CHECK(take(x, {0, 1, 4}).value() == A{4, 3, 6});
    CHECK(take(x, {{0, 1}, {2, 3}}).value() == A{{4, 3}, {5, 7}});
    CHECK(take(x, -1).item() == 8);
    CHECK(take(matrix(), 1, 0).value() == A{4, 5, 6});
    CHECK(take(matrix(), {2, 0}, 1).value() == A{{3, 1}, {6, 4}});
    CHECK(take(matrix(), -1).item() == 6);
    CHECK(take(matrix(), {{0, 1}, {1, 0}}, 0).shape() == Shape{2, 2, 3});
    CHECK(take(matrix(), xt::xarray<int>{1, 1}, 0).value() == A{{4, 5, 6}, {4, 5, 6}});
    CHECK(take(matrix(), xt::arange<unsigned short>(0, 2), 0).value() == matrix().value());
    CHECK(take(matrix(), argmax(matrix(), 1), 1).value() == A{{3, 3}, {6, 6}});
    CHECK(take(matrix(), Array<Index>(Shape{0}), 1).shape() == Shape{2, 0});
}

TEST_CASE("An index out of range is named, and its place in the index") {
    CHECK(begins(error_of<ValueError>([] {
                     take(matrix(), {{0, 1}, {2, 3}}, 1);
                 }),
                 "take: index 3 at place [1, 1] is out of range for axis 1 of extent 3"));
    CHECK(begins(error_of<ValueError>([] { take(matrix(), -7); }), "take: index -7 is out of range for the flattened array of extent 6"));
    CHECK(begins(error_of<ValueError>([] {
                     gather(matrix(), {{0, 0, 2}}, 0);
                 }),
                 "gather: index 2 at place [0, 2] is out of range for axis 0 of extent 2"));
    CHECK(begins(error_of<ValueError>([] {
                     scatter(counted({3}), {0, -4}, 0, 1);
                 }),
                 "scatter: index -4 at place [1] is out of range for axis 0 of extent 3"));
    CHECK(begins(error_of<ValueError>([] { index_add(counted({3}), 3, 0, 1); }), "index_add: index 3 is out of range for axis 0 of extent 3"));
    CHECK(begins(error_of<ValueError>([] { index_update(counted({3}), {3}, 1); }), "index_update: index 3 is out of range for axis 0 of extent 3"));
    CHECK(error_of<ValueError>([] { take(matrix(), 9, 0); }).find("indexing_test.cpp") != std::string::npos);
    // The largest unsigned number is not −1.
    constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
    CHECK(begins(error_of<ValueError>([] { take(matrix(), none, 0); }), "take: index"));
    CHECK(begins(error_of<ValueError>([] { take(matrix(), xt::xarray<std::size_t>{0, none}, 0); }), "take: index"));
}

TEST_CASE("take_along_axis broadcasts index and array along the other axes") {
    const Variable<double> x = A{{10, 30, 20}, {60, 40, 50}};
    CHECK(take_along_axis(x, {{0, 2, 1}, {1, 2, 0}}, 1).value() == A{{10, 20, 30}, {40, 50, 60}});
    CHECK(take_along_axis(x, Array<Index>(Shape{1, 1}, 1), 1).value() == reshape(Variable<double>(A{30, 40}), {2, 1}).value());
    CHECK(take_along_axis(x, {{1, 0, 1}}, 0).value() == A{{60, 30, 50}});
    CHECK(take_along_axis(slice(x, {Range(0, 1)}), {{0, 0}, {2, 1}}, -1).value() == A{{10, 10}, {20, 30}});
}

TEST_CASE("scatter replaces, and of equal indices the last holds") {
    const auto x = counted({2, 3});
    CHECK(scatter(x, {{2, 0}, {1, -1}}, 1, A{{7, 8}, {9, 6}}).value() == A{{8, 1, 7}, {3, 9, 6}});
    CHECK(scatter(x, {{1, 0, 1}}, 0, 5).value() == A{{0, 5, 2}, {5, 4, 5}});
    Tape       tape;
    const auto v = tape.watch(A{1, 2, 3});
    const auto w = tape.watch(A{10, 20, 30, 40});
    const auto y = scatter(v, {2, 0, 2, 2}, 0, w);
    CHECK(y.value() == A{20, 2, 40});
    const auto [dv, dw] = tape.gradient(sum(y * A{3, 5, 7}), std::tuple{v, w});
    CHECK(dv == A{0, 5, 0});
    CHECK(dw == A{0, 3, 0, 7});
}

TEST_CASE("What scatter, index_update and masked_scatter replace may be infinite or NaN") {
    Tape       tape;
    const auto v = tape.watch(A{1, not_a_number, std::numeric_limits<double>::infinity()});
    const auto w = tape.watch(A{4, 5});
    for (const auto& y : {scatter(v, {1, 2}, 0, w), index_update(v, {Range::from(1)}, w), masked_scatter(v, {false, true, true}, w)}) {
        CHECK(y.value() == A{1, 4, 5});
        const auto [dv, dw] = tape.gradient(sum(y * y), std::tuple{v, w}, keep);
        CHECK(dv == A{2, 0, 0});
        CHECK(dw == A{8, 10});
    }
}

TEST_CASE("index_add adds parts, equal indices all of them") {
    const Variable<double> x = A(Shape{5, 3}, 1.0), t = A{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}};
    CHECK(index_add(x, {0, 4, 2}, 0, t).value() == A{{2, 3, 4}, {1, 1, 1}, {8, 9, 10}, {1, 1, 1}, {5, 6, 7}});
    CHECK(index_add(counted({3}), {1, 1, -2}, 0, 1).value() == A{0, 4, 2});
    CHECK(index_add(counted({2, 2}), 1, 1, A{10, 20}).value() == A{{0, 11}, {2, 23}});
    CHECK(index_add(counted({3}), {{0, 1}, {0, 1}}, 0, A{{1, 2}, {3, 4}}).value() == A{4, 7, 2});
}

TEST_CASE("index_update sets what slice takes") {
    CHECK(index_update(counted({5}), {Range::every(2)}, A{9, 8, 7}).value() == A{9, 1, 8, 3, 7});
    CHECK(index_update(counted({5}), {Range::every(-2)}, A{9, 8, 7}).value() == A{7, 1, 8, 3, 9});
    CHECK(index_update(counted({2, 3}), {Range::ellipsis(), 1}, A{7, 8}).value() == A{{0, 7, 2}, {3, 8, 5}});
    CHECK(index_update(counted({2, 3}), {1}, 0).value() == A{{0, 1, 2}, {0, 0, 0}});
    CHECK(index_update(counted({2, 2}), {}, A{5, 6}).value() == A{{5, 6}, {5, 6}});
    CHECK(index_update(counted({2, 3, 2}), {Range::all(), Range(0, 3, 2), -1}, A{{-1, -2}, {-3, -4}}).value() ==
          A{{{0, -1}, {2, 3}, {4, -2}}, {{6, -3}, {8, 9}, {10, -4}}});
    const auto part = [](auto x) { return slice(x, {Range(1, 3), Range::newaxis(), Range::every(-1)}); };
    const auto x    = counted({3, 2});
    CHECK(index_update(x, {Range(1, 3), Range::newaxis(), Range::every(-1)}, part(x)).value() == x.value());
    // A constant into which something recorded is put.
    Tape       tape;
    const auto v = tape.watch(A{1, 2});
    CHECK(tape.gradient(sum(square(index_update(zeros<double>({3}), {Range(0, 2)}, v))), v) == A{2, 4});
}

TEST_CASE("masked_select takes in row-major order, and masked_scatter puts back") {
    const auto x    = counted({2, 3});
    const auto some = x > 1.5;
    CHECK(masked_select(x, some).value() == A{2, 3, 4, 5});
    CHECK(masked_select(x, {true, false, true}).value() == A{0, 2, 3, 5});
    CHECK(masked_select(Variable<double>(A{7, 8}), Array<bool>{{true, true}, {false, true}}).value() == A{7, 8, 8});
    CHECK(masked_select(x, x > 9).shape() == Shape{0});
    CHECK(masked_scatter(x, some, masked_select(x, some) * 10).value() == A{{0, 1, 20}, {30, 40, 50}});
    const Mask mask(Array<bool>{{false, false, false, true, true}, {true, true, false, true, true}});
    CHECK(masked_scatter(Variable<double>(A(Shape{2, 5}, 0.0)), mask, counted({2, 5})).value() == A{{0, 0, 0, 0, 1}, {2, 3, 0, 4, 5}});
    CHECK(begins(error_of<ShapeError>([&] {
                     masked_scatter(x, some, A{1, 2});
                 }),
                 "masked_scatter: the mask holds at 4 places, and the source has 2"));
}

TEST_CASE("A program that selects by a mask replays where the mask is the same, and stops where it is not") {
    auto select = compile([](const Variable<double>& x) { return gradient([](const auto& v) { return sum(square(masked_select(v, v > 0))); }, x); },
                          A{1, -2, 3});
    CHECK(select(A{4, -1, 5}).value() == A{8, 0, 10});
    CHECK_THROWS_AS(select(A{4, 1, 5}), GuardError);
    // The same number of elements, in other places.
    CHECK_THROWS_AS(select(A{-4, 1, 5}), GuardError);
    auto put = compile([](const Variable<double>& x, const Variable<double>& s) { return masked_scatter(x, x > 0, s); }, A{1, -2, 3}, A{0, 0});
    CHECK(put(A{1, -1, 2}, A{7, 8}).value() == A{7, -1, 8});
    CHECK_THROWS_AS(put(A{-1, 1, 2}, A{7, 8}), GuardError);
    const std::string message = error_of<GuardError>([&] { put(A{-1, 1, 2}, A{7, 8}); });
    CHECK(message.find("indexing_test.cpp") != std::string::npos);
}

TEST_CASE("Parts taken, rearranged and replaced in a program follow new values, and so do their gradients") {
    const auto f = [](const Variable<double>& a, const Variable<double>& b) {
        return value_and_gradient(
            [](const auto& x, const auto& s) {
                const auto parts = split(index_add(x, {0, 0, -1}, 0, s), 2, 1);
                const auto mixed = scatter(parts[0], {{1, 0}}, 0, slice(parts[1], {Range(0, 1)}));
                const auto wide  = pad(roll(repeat(mixed, {2, 1, 1}, 0), 1, 0), 1, PadMode::reflect);
                const auto folds = sum(sliding_window(wide, {2, 3})) + sum(exp(take(wide, {3, 1}) * 0.1)) + trace(wide, -1);
                return folds + sum(square(tril(wide))) + sum(pow(diag(diagonal(rot90(wide))), 3)) + sum(sin(block_diag({wide, x})));
            },
            a, b);
    };
    const A    x = {{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}}, s = {{1, 1, 2, 3}, {5, 8, 13, 21}, {34, 55, 89, 144}};
    auto       program    = compile(f, x, s);
    const A    other      = s * 0.01;
    const auto replayed   = program(other, x);
    const auto eager      = f(other, x);
    const auto same_value = [](const Variable<double>& p, const Variable<double>& q) { return p.value() == q.value(); };
    CHECK(same_value(std::get<0>(replayed), std::get<0>(eager)));
    CHECK(same_value(std::get<1>(replayed), std::get<1>(eager)));
    CHECK(same_value(std::get<2>(replayed), std::get<2>(eager)));
}
