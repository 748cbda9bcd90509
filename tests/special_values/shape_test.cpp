#include <xtensor/xbuilder.hpp>
#include <xtensor/xview.hpp>

#include "traps.hpp"

using namespace xtgrad;
using namespace xtgrad::traps;

namespace {

Array<Index> index(const Shape& shape, std::initializer_list<Index> places) {
    Array<Index> result(shape);
    std::copy(places.begin(), places.end(), result.data());
    return result;
}

const auto product = [](auto a, auto b) { return matmul(a, b); };

} // namespace

TRAP_CASE("H01 H02 H04", "Gradients of broadcast operands have the operands' shapes, that of a number too") {
    const auto sums = at([](auto a, auto b) { return a + b; }, column({1, 2}), {1, 2, 3});
    CHECK(sums.value.shape() == Shape{2, 3});
    CHECK(sums.gradients[0] == column({3, 3}));
    CHECK(sums.gradients[1] == Array<double>{2, 2, 2});
    const auto scaled = at([](auto a, auto b) { return a * b; }, xt::xarray<double>(2.0), {1, 2, 3});
    check_elements(scaled.value, {2, 4, 6});
    CHECK(scaled.gradients[0].dimension() == 0);
    check_elements(scaled.gradients[0], {6});
    check_elements(scaled.gradients[1], {2, 2, 2});
    const auto row = at([](auto a, auto b) { return a + b; }, xt::ones<double>({1, 4}), xt::ones<double>({3, 4}));
    CHECK(row.gradients[0] == Array<double>{{3, 3, 3, 3}});
}

TRAP_CASE("H05 H06", "Broadcasting to nothing gives gradients of the operands' shapes") {
    const auto sums = at([](auto a, auto b) { return a + b; }, xt::zeros<double>({0, 3}), {1, 2, 3});
    CHECK(sums.value.shape() == Shape{0, 3});
    CHECK(sums.gradients[0].shape() == Shape{0, 3});
    CHECK(sums.gradients[1] == Array<double>{0, 0, 0});
    const auto nothing = at([](auto a, auto b) { return a * b; }, xt::zeros<double>({0}), {5});
    CHECK(nothing.value.shape() == Shape{0});
    CHECK(nothing.gradients[0].shape() == Shape{0});
    CHECK(nothing.gradients[1] == Array<double>{0});
}

TRAP_CASE("H08", "Nothing grows silently: adding a larger array gives a new variable, and the gradient keeps the source's shape") {
    Tape             tape;
    const auto       x = tape.watch(xt::xarray<double>{1, 2, 3});
    Variable<double> y = x;
    y += xt::ones<double>({2, 3});
    CHECK(x.shape() == Shape{3});
    CHECK(y.shape() == Shape{2, 3});
    CHECK(tape.gradient(sum(y), x, keep) == Array<double>{2, 2, 2});
    CHECK_THROWS_AS(tape.gradient(x * 2, x, seed(ones<double>({2, 3}))), ShapeError);
}

TRAP_CASE("I01 I02", "Products of vectors and matrices drop the vectors' axes") {
    const auto dot = at(product, {1, 2}, {3, 4});
    CHECK(dot.value.dimension() == 0);
    check_elements(dot.value, {11});
    check_elements(dot.gradients[0], {3, 4});
    check_elements(dot.gradients[1], {1, 2});
    const auto mapped = at(product, {{1, 2}, {3, 4}}, {5, 6});
    CHECK(mapped.value == Array<double>{17, 39});
    CHECK(mapped.gradients[0] == Array<double>{{5, 6}, {5, 6}});
    CHECK(mapped.gradients[1] == Array<double>{4, 6});
}

TRAP_CASE("I04 I05", "Products over nothing are zeros") {
    const auto matrices = at(product, xt::zeros<double>({2, 0}), xt::zeros<double>({0, 3}));
    CHECK(matrices.value == zeros<double>({2, 3}));
    CHECK(matrices.gradients[0].shape() == Shape{2, 0});
    CHECK(matrices.gradients[1].shape() == Shape{0, 3});
    const auto mapped = at(product, xt::zeros<double>({2, 0}), xt::zeros<double>({0}));
    CHECK(mapped.value == Array<double>{0, 0});
    CHECK(mapped.gradients[0].shape() == Shape{2, 0});
    CHECK(mapped.gradients[1].shape() == Shape{0});
}

TRAP_CASE("I06", "Stacks of matrices broadcast, and their gradients are summed back") {
    const auto result = at(product, xt::ones<double>({3, 1, 2, 2}), xt::ones<double>({4, 2, 2}));
    CHECK(result.value == full<double>({3, 4, 2, 2}, 2));
    CHECK(result.gradients[0] == full<double>({3, 1, 2, 2}, 8));
    CHECK(result.gradients[1] == full<double>({4, 2, 2}, 6));
}

TRAP_CASE("I08", "Matrices that do not fit are named with both shapes") {
    const Variable<double> a       = zeros<double>({2, 3});
    const Variable<double> b       = zeros<double>({4, 5});
    const std::string      message = error_of<ShapeError>([&] { matmul(a, b); });
    CHECK(contains(message, "matmul"));
    CHECK(contains(message, "[2, 3]"));
    CHECK(contains(message, "[4, 5]"));
    CHECK(contains(message, "3 and 4"));
}

TRAP_CASE("I09", "A matrix times itself accumulates both gradients") {
    const auto result = at([](auto x) { return matmul(x, x); }, {{1, 2}, {3, 4}});
    CHECK(result.value == Array<double>{{7, 10}, {15, 22}});
    CHECK(result.gradient() == Array<double>{{7, 11}, {9, 13}});
}

TRAP_CASE("I10", "Transposed, strided and reversed views multiply as their copies do") {
    const xt::xarray<double> wide   = {{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}};
    const xt::xarray<double> right  = {{1, -1}, {2, 0.5}, {-3, 4}};
    const auto               equals = [&](const auto& view, const auto& other) {
        const xt::xarray<double> copy   = view;
        const auto               direct = outcome([&](const auto& x) { return matmul(x[0], x[1]); }, {copy, other});
        Tape                     tape;
        const auto               a = tape.watch(view);
        const auto               b = tape.watch(other);
        const auto               y = matmul(a, b);
        CHECK(y.value() == direct.value);
        const auto [da, db] = tape.gradient(y, std::tuple{a, b}, seed(ones<double>(y.shape())));
        CHECK(da == direct.gradients[0]);
        CHECK(db == direct.gradients[1]);
    };
    equals(xt::transpose(wide), right);
    equals(xt::view(wide, xt::all(), xt::range(0, 4, 2)), xt::xarray<double>{{1, 2}, {3, 4}});
    equals(xt::view(wide, xt::range(2, -4, -1), xt::range(1, 4)), right);
}

TRAP_CASE("I13", "Operands of different layouts multiply as rows do") {
    const xt::xarray<double>                                row    = {{1, 2}, {3, 4}};
    const xt::xarray<double, xt::layout_type::column_major> column = {{1, 2, 3}, {4, 5, 6}};
    const xt::xarray<double>                                as_row = column;
    CHECK(matmul(Variable<double>(row), column).value() == matmul(Variable<double>(row), as_row).value());
    CHECK(matmul(Variable<double>(row), column).value() == Array<double>{{9, 12, 15}, {19, 26, 33}});
}

TRAP_CASE("J01 J02", "reshape follows the logical order, whatever the layout") {
    const auto result = at([](auto x) { return reshape(transpose(x), {-1}) * xt::arange<double>(6); }, {{1, 2, 3}, {4, 5, 6}});
    check_elements(result.value, {0, 4, 4, 15, 12, 30});
    CHECK(result.gradient() == Array<double>{{0, 2, 4}, {1, 3, 5}});
    const xt::xarray<double, xt::layout_type::column_major> columns = {{1, 2, 3}, {4, 5, 6}};
    CHECK(reshape(Variable<double>(columns), {6}).value() == Array<double>{1, 2, 3, 4, 5, 6});
}

TRAP_CASE("J04 J05", "An extent that cannot be inferred throws") {
    const Variable<double> nothing = zeros<double>({0, 3});
    CHECK_THROWS_AS(reshape(nothing, {-1, 0}), ShapeError);
    const Variable<double> x = zeros<double>({2, 3});
    CHECK(contains(error_of<ShapeError>([&] { reshape(x, {-1, -1}); }), "only one extent"));
}

TRAP_CASE("J06", "A slice with a step scatters its gradient back") {
    const auto result = at([](auto x) { return slice(x, {Range::every(2)}); }, {1, 2, 3, 4, 5});
    CHECK(result.value == Array<double>{1, 3, 5});
    CHECK(result.gradient() == Array<double>{1, 0, 1, 0, 1});
}

TRAP_CASE("J08", "An element in several windows gets the gradient of each") {
    const auto result = at([](auto x) { return sliding_window(x, 2, 0); }, {1, 2, 3});
    CHECK(result.value == Array<double>{{1, 2}, {2, 3}});
    CHECK(result.gradient() == Array<double>{1, 2, 1});
}

TRAP_CASE("J09", "One array joined twice accumulates both gradients") {
    const auto result = at([](auto x) { return concatenate({x, slice(x, {Range::every(-1)})}); }, {1, 2});
    CHECK(result.value == Array<double>{1, 2, 2, 1});
    CHECK(result.gradient() == Array<double>{2, 2});
}

TRAP_CASE("J10", "The trace of a matrix that is not square is that of its diagonal") {
    const auto result = at([](auto x) { return trace(x); }, {{1, 2, 3}, {4, 5, 6}});
    check_elements(result.value, {6});
    CHECK(result.gradient() == Array<double>{{1, 0, 0}, {0, 1, 0}});
    CHECK(at([](auto x) { return diagonal(x); }, {{1, 2, 3}, {4, 5, 6}}).gradient() == Array<double>{{1, 0, 0}, {0, 1, 0}});
}

TRAP_CASE("L01 L02", "Repeated indices accumulate") {
    const auto first = at([](auto x) { return gather(x, index({3}, {0, 0, 2}), 0); }, {1, 2, 3});
    CHECK(first.gradient() == at([](auto x) { return take(x, {0, 0, 2}, 0); }, {1, 2, 3}).gradient());
    CHECK(first.value == Array<double>{1, 1, 3});
    CHECK(first.gradient() == Array<double>{2, 0, 1});
    const auto second = at([](auto x) { return gather(x, index({4}, {1, 1, 1, 0}), 0); }, {1, 2});
    CHECK(second.value == Array<double>{2, 2, 2, 1});
    CHECK(second.gradient() == Array<double>{1, 3});
}

TRAP_CASE("L05", "An index out of range throws and is named; negative ones count from the back") {
    const Variable<double> x       = xt::xarray<double>{1, 2, 3};
    const std::string      message = error_of<ValueError>([&] { gather(x, index({1}, {3}), 0); });
    CHECK(contains(message, "index 3"));
    CHECK(contains(message, "extent 3"));
    CHECK_THROWS_AS(gather(x, index({1}, {-4}), 0), ValueError);
    CHECK_THROWS_AS(slice(x, {3}), ValueError);
    CHECK(gather(x, index({1}, {-1}), 0).value() == Array<double>{3});
}

TRAP_CASE("L04", "Of elements scattered to one place the last holds, and has the gradient") {
    const auto result = at([](auto x, auto source) { return scatter(x, {1, 1, 0}, 0, source); }, {0, 0, 0}, {1, 2, 3});
    CHECK(result.value == Array<double>{3, 2, 0});
    CHECK(result.gradients[0] == Array<double>{0, 0, 1});
    CHECK(result.gradients[1] == Array<double>{0, 1, 1});
}
