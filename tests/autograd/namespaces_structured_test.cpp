#include "namespaces.hpp"

using namespace xt;
using namespace xtgrad;

TEST_CASE("Scans, sorting and functions of lines are found under both namespaces") {
    Tape                 tape;
    const xarray<double> a = {{1, 3}, {2, 4}};
    const auto           x = tape.watch(a);
#define CHECK_SCAN(scan)                                                                                                                             \
    CHECK_VARIABLE(scan(x));                                                                                                                         \
    CHECK_SHAPE(scan(x), {4});                                                                                                                       \
    CHECK_SHAPE(scan(x, 0), {2, 2});                                                                                                                 \
    CHECK_VARIABLE(scan(x * 2, -1))
    CHECK_SCAN(cumsum);
    CHECK_SCAN(cumprod);
    CHECK_SCAN(cummax);
    CHECK_SCAN(cummin);
    CHECK_SCAN(logcumsumexp);
#undef CHECK_SCAN
    CHECK_VARIABLE(linear_recurrence(x, a, 0));
    CHECK_VARIABLE(linear_recurrence(x, x));
    CHECK_VARIABLE(diff(x));
    CHECK_VARIABLE(diff(x, 1));
    CHECK_VARIABLE(diff(x, 1, 0));
    CHECK_VARIABLE(trapz(x));
    CHECK_VARIABLE(trapz(x, 0.5));
    CHECK_VARIABLE(trapz(x, 2, 0));
    CHECK_VARIABLE(trapz(x, a));
    CHECK_VARIABLE(trapz(x, a * 2, 0));
    CHECK_VARIABLE(trapz(x, x, 0));
    CHECK_VARIABLE(sort(x));
    CHECK_VARIABLE(sort(x, 0));
    CHECK_VARIABLE(topk(x, 1));
    CHECK_VARIABLE(topk(x, 1, 0));
    CHECK(argsort(x)(1, 0) == 0);
    CHECK(argsort(x, 0)(1, 0) == 1);
    CHECK_VARIABLE(softmax(x));
    CHECK_VARIABLE(softmax(x, 0));
    CHECK_VARIABLE(softmax(x, {0, 1}));
    CHECK_VARIABLE(log_softmax(x));
    CHECK_VARIABLE(log_softmax(x, 0));
    CHECK_VARIABLE(log_softmax(x, Axes{0, 1}));
    CHECK_VARIABLE(masked_softmax(x, x > 1));
    CHECK_VARIABLE(masked_softmax(x, x > 1, 0));
    CHECK_VARIABLE(masked_softmax(x, a > 1, {0, 1}));
    CHECK_VARIABLE(normalize(x));
    CHECK_VARIABLE(normalize(x, 0));
    CHECK_VARIABLE(normalize(x, 0, 1));
    CHECK_VARIABLE(normalize(x, {0, 1}, 1));
    CHECK_VARIABLE(glu(x));
    CHECK_VARIABLE(glu(x, 0));
    CHECK(xt::median(a) == 2.5);
}

TEST_CASE("Functions of shape, selection and products are found under both namespaces") {
    Tape                 tape;
    const xarray<double> a = {{1, 2, 3}, {4, 5, 6}};
    const auto           x = tape.watch(a);
    CHECK_VARIABLE(reshape(x, {3, 2}));
    CHECK_VARIABLE(reshape(x, {-1}));
    CHECK_VARIABLE(transpose(x));
    CHECK_VARIABLE(transpose(x, {1, 0}));
    CHECK_VARIABLE(broadcast_to(x, {4, 2, 3}));
    CHECK_VARIABLE(expand_dims(x, 1));
    CHECK_VARIABLE(expand_dims(x, {0, 2}));
    CHECK_VARIABLE(squeeze(expand_dims(x, 0)));
    CHECK_VARIABLE(squeeze(expand_dims(x, 0), 0));
    CHECK_VARIABLE(slice(x, {Range(0, 1), Range::all()}));
    CHECK_VARIABLE(pad(x, {{1, 0}, {0, 2}}));
    CHECK_VARIABLE(gather(x, Array<Index>{{0, 1}, {2, 0}}, 1));
    CHECK_VARIABLE(scatter_add(x, Array<Index>{{0, 0, 1}, {1, 1, 0}}, 1, {2, 2}));
    CHECK_VARIABLE(concatenate({x, x}, 1));
    CHECK_VARIABLE(concatenate(std::vector{x, x}));
    CHECK_VARIABLE(matmul(x, transpose(a)));
    CHECK_VARIABLE(matmul(transpose(a), x));
    CHECK_VARIABLE(matmul(x, a, Transposed::second));
    static_assert(std::is_same_v<std::decay_t<decltype(cast<float>(x))>, Variable<float>>);
    CHECK(!detach(x).recorded());
    CHECK(!constant(a).recorded());
    CHECK(squeeze(expand_dims(x, 1)).shape() == Shape{2, 3});
}

TEST_CASE("Functions that rearrange, join and cut are found under both namespaces, whatever integers they are given") {
    Tape                           tape;
    const xarray<double>           a         = {{1, 2, 3}, {4, 5, 6}};
    const auto                     x         = tape.watch(a);
    const std::size_t              one       = 1;
    const Index                    minus_one = -1;
    const std::vector<std::size_t> counts{2, 1};
    CHECK_VARIABLE(ravel(x));
    CHECK_VARIABLE(flatten(x * 2));
    CHECK_VARIABLE(moveaxis(x, 0, -1));
    CHECK_VARIABLE(swapaxes(x, 0, 1));
    CHECK_VARIABLE(flip(x));
    CHECK_VARIABLE(flip(x, 0));
    CHECK_VARIABLE(flip(x, one));
    CHECK_VARIABLE(flip(x, minus_one));
    CHECK_VARIABLE(flip(x, {0, 1}));
    CHECK_VARIABLE(flip(x, {}));
    CHECK_VARIABLE(squeeze(expand_dims(x, one), one));
    CHECK_VARIABLE(transpose(x, {one, one - 1}));
    CHECK_VARIABLE(repeat(x, 2));
    CHECK_VARIABLE(repeat(x, 2, 0));
    CHECK_VARIABLE(repeat(x, one, one));
    CHECK_VARIABLE(repeat(x, minus_one + 2, minus_one));
    CHECK_VARIABLE(repeat(x, {1, 2}, 0));
    CHECK_VARIABLE(repeat(x, counts, one - 1));
    CHECK_VARIABLE(repeat(x, counts, 0));
    CHECK_VARIABLE(repeat(x, std::vector<int>{1, 2}, 0));
    CHECK(repeat(x, {1, 2}, 0).shape() == Shape{3, 3});
    CHECK_VARIABLE(tile(x, 2));
    CHECK_VARIABLE(tile(x, one));
    CHECK_VARIABLE(tile(x, {2, 1}));
    CHECK_VARIABLE(tile(x, counts));
    CHECK_VARIABLE(roll(x, 1));
    CHECK_VARIABLE(roll(x, 1, 0));
    CHECK_VARIABLE(roll(x, minus_one, minus_one));
    CHECK_VARIABLE(roll(x, {1, 2}, {0, 1}));
    CHECK_VARIABLE(rot90(x));
    CHECK_VARIABLE(rot90(x, 2));
    CHECK_VARIABLE(rot90(x, {1, 0}));
    CHECK_VARIABLE(rot90(x, -1, {1, 0}));
    CHECK_VARIABLE(stack({x, x}, 1));
    CHECK_VARIABLE(stack(std::vector{x, x}));
    CHECK_VARIABLE(hstack({x, x}));
    CHECK_VARIABLE(vstack({x, x}));
    CHECK_VARIABLE(dstack({x, x}));
    CHECK_VARIABLE(block_diag({x, x}));
    CHECK_VARIABLE(meshgrid({ravel(x), ravel(x)})[0]);
    CHECK_VARIABLE(meshgrid(std::vector{ravel(x), ravel(x)})[1]);
    CHECK_VARIABLE(meshgrid({ravel(x), ravel(x)}, MeshIndexing::ij)[0]);
    CHECK_VARIABLE(split(x, 2)[0]);
    CHECK_VARIABLE(split(x, one)[0]);
    CHECK_VARIABLE(split(x, one, one)[0]);
    CHECK_VARIABLE(split(x, 3, -1)[0]);
    CHECK_VARIABLE(split(x, {1})[1]);
    CHECK_VARIABLE(split(x, {1, 2}, 1)[2]);
    CHECK(split(x, {1}, 1)[1].shape() == Shape{2, 2});
}

TEST_CASE("Functions that take, replace and surround are found under both namespaces") {
    Tape                 tape;
    const xarray<double> a = {{1, 2, 3}, {4, 5, 6}};
    const auto           x = tape.watch(a);
    const Index          k = -1;
    CHECK_VARIABLE(slice(x, {Range::ellipsis(), Range::newaxis(), 0}));
    CHECK_VARIABLE(pad(x, 1));
    CHECK_VARIABLE(pad(x, 1, PadMode::edge));
    CHECK_VARIABLE(pad(x, {{1, 0}, {0, 2}}, PadMode::reflect));
    CHECK_VARIABLE(pad(x, {{1, 0}, {0, 2}}, PadMode::constant, 1));
    CHECK_VARIABLE(sliding_window(x, 2, 1));
    CHECK_VARIABLE(sliding_window(x, {2, 2}));
    CHECK_VARIABLE(sliding_window(x, {2, 2}, {1, 0}));
    CHECK_VARIABLE(take(x, 0));
    CHECK_VARIABLE(take(x, {0, 1}, 1));
    CHECK_VARIABLE(take(x, {{0, 1}, {1, 0}}, 0));
    CHECK_VARIABLE(take(x, xarray<int>{1, 0}, 0));
    CHECK_VARIABLE(take(x, argmax(x, 1), 1));
    CHECK_VARIABLE(take_along_axis(x, {{0, 1}, {2, 0}}, 1));
    CHECK_VARIABLE(scatter(x, {{0, 1}, {2, 0}}, 1, view(a, all(), xt::range(0, 2))));
    CHECK_VARIABLE(scatter(x, {{0, 1}, {2, 0}}, 1, 0));
    CHECK_VARIABLE(index_add(x, {0, 0}, 1, 1));
    CHECK_VARIABLE(index_update(x, {0}, view(a, 1, all())));
    CHECK_VARIABLE(index_update(a, {0, 1}, slice(x, {0, 0})));
    CHECK_VARIABLE(masked_select(x, x > 2));
    CHECK_VARIABLE(masked_select(x, a > 2));
    CHECK_VARIABLE(masked_scatter(x, x > 2, a));
    CHECK_VARIABLE(tril(x));
    CHECK_VARIABLE(tril(x, 1));
    CHECK_VARIABLE(triu(x, k));
    CHECK_VARIABLE(diag(x));
    CHECK_VARIABLE(diag(ravel(x), 1));
    CHECK_VARIABLE(diag(x, k));
    CHECK_VARIABLE(diagonal(x));
    CHECK_VARIABLE(diagonal(x, 1));
    CHECK_VARIABLE(diagonal(x, k));
    CHECK_VARIABLE(diagonal(x, 0, -1, 0));
    CHECK_VARIABLE(diagonal(x, 0, std::size_t{1}, std::size_t{0}));
    CHECK_VARIABLE(trace(x));
    CHECK_VARIABLE(trace(x, 1, 0, 1));
}
