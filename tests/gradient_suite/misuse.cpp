#include <limits>
#include <map>
#include <stdexcept>

#include <xtgrad/array/random.hpp>

#include "cases.hpp"

namespace xtgrad::suite {

namespace {

using X = Variables<double>;

Misuse misuse(std::string description, std::initializer_list<Shape> shapes, Recorded<double> call) {
    Misuse result{std::move(description), {}, std::move(call)};
    Random random(31);
    for (const Shape& shape : shapes) result.inputs.push_back(random.uniform_array<double>(shape, -1, 1));
    return result;
}

Array<Index> index(const Shape& shape, std::initializer_list<Index> places) {
    Array<Index> result(shape);
    std::copy(places.begin(), places.end(), result.data());
    return result;
}

template <class Reduce>
std::vector<Misuse> of_axes(Reduce reduce) {
    return {misuse("axis 2 of 2", {{2, 3}}, [=](const X& x) { return reduce(x[0], Axes{2}); }),
            misuse("axis -3 of 2", {{2, 3}}, [=](const X& x) { return reduce(x[0], Axes{-3}); }),
            misuse("an axis twice", {{2, 3}},
                   [=](const X& x) {
                       return reduce(x[0], Axes{1, -1});
                   }),
            misuse("axis 0 of a number", {{}}, [=](const X& x) { return reduce(x[0], Axes{0}); })};
}

template <class Reduce>
std::vector<Misuse> of_axes_and_nothing(Reduce reduce) {
    std::vector<Misuse> result = of_axes(reduce);
    result.push_back(misuse("nothing at all", {{0}}, [=](const X& x) { return reduce(x[0], Axes::every()); }));
    result.push_back(misuse("nothing over axis 0", {{0, 3}}, [=](const X& x) { return reduce(x[0], Axes{0}); }));
    return result;
}

std::vector<Misuse> of_shape() {
    return {misuse("another size", {{2, 3}}, [](const X& x) { return reshape(x[0], {4}); }),
            misuse("two inferred", {{2, 3}},
                   [](const X& x) {
                       return reshape(x[0], {-1, -1});
                   }),
            misuse("inferred beside 0", {{0, 3}},
                   [](const X& x) {
                       return reshape(x[0], {-1, 0});
                   }),
            misuse("not divisible", {{2, 3}},
                   [](const X& x) {
                       return reshape(x[0], {4, -1});
                   }),
            misuse("negative", {{2, 3}},
                   [](const X& x) {
                       return reshape(x[0], {-2, -3});
                   }),
            misuse("overflow", {{2, 3}},
                   [](const X& x) {
                       return reshape(x[0], {Index{1} << 33, Index{1} << 33});
                   }),
            misuse("squeeze an extent of 2", {{2, 3}}, [](const X& x) { return squeeze(x[0], 0); }),
            misuse("squeeze axis 2 of 2", {{2, 3}}, [](const X& x) { return squeeze(x[0], 2); }),
            misuse("expand_dims too far", {{2, 3}}, [](const X& x) { return expand_dims(x[0], 4); }),
            misuse("expand_dims twice", {{2, 3}}, [](const X& x) {
                return expand_dims(x[0], Axes{1, 1});
            })};
}

std::vector<Misuse> of_slice() {
    return {misuse("index 3 of 3", {{3}}, [](const X& x) { return slice(x[0], {3}); }),
            misuse("index -4 of 3", {{3}}, [](const X& x) { return slice(x[0], {-4}); }),
            misuse("step 0", {{3}}, [](const X& x) { return slice(x[0], {Range(0, 3, 0)}); }), misuse("too many ranges", {{3}}, [](const X& x) {
                return slice(x[0], {Range::all(), Range::all()});
            })};
}

std::vector<Misuse> of_gather() {
    return {misuse("index 3 of 3", {{3}}, [](const X& x) { return gather(x[0], index({1}, {3}), 0); }),
            misuse("index -4 of 3", {{3}}, [](const X& x) { return gather(x[0], index({1}, {-4}), 0); }),
            misuse("axis 1 of 1", {{3}}, [](const X& x) { return gather(x[0], index({1}, {0}), 1); }),
            misuse("another rank", {{2, 3}}, [](const X& x) { return gather(x[0], index({1}, {0}), 1); }),
            misuse("another extent", {{2, 3}}, [](const X& x) {
                return gather(x[0], index({1, 1}, {0}), 1);
            })};
}

std::vector<Misuse> of_scatter_add() {
    return {misuse("index 4 of 4", {{1}}, [](const X& x) { return scatter_add(x[0], index({1}, {4}), 0, {4}); }),
            misuse("index of another shape", {{2}}, [](const X& x) { return scatter_add(x[0], index({1}, {0}), 0, {4}); }),
            misuse("another rank", {{2}},
                   [](const X& x) {
                       return scatter_add(x[0], index({2}, {0, 1}), 0, {4, 4});
                   }),
            misuse("another extent", {{2, 1}},
                   [](const X& x) {
                       return scatter_add(x[0], index({2, 1}, {0, 1}), 1, {3, 4});
                   }),
            misuse("a negative extent", {{2}}, [](const X& x) {
                return scatter_add(x[0], index({2}, {0, 1}), 0, {-4});
            })};
}

std::vector<Misuse> of_matmul() {
    const auto product = [](const X& x) { return matmul(x[0], x[1]); };
    return {misuse("inner extents", {{2, 3}, {4, 5}}, product),
            misuse("vector and matrix", {{3}, {4, 5}}, product),
            misuse("matrix and vector", {{2, 3}, {4}}, product),
            misuse("two vectors", {{3}, {4}}, product),
            misuse("a stack and a matrix", {{2, 3, 4}, {3, 4}}, product),
            misuse("a number", {{}, {3}}, product),
            misuse("leading axes", {{2, 3, 4}, {3, 4, 5}}, product),
            misuse("transposed", {{3, 2}, {2, 3}}, [](const X& x) { return matmul(x[0], x[1], Transposed::first); })};
}

std::vector<Misuse> of_affine() {
    const auto layer = [](const X& x) { return affine(x[0], x[1], x[2]); };
    return {misuse("inputs", {{2, 3}, {4, 2}, {4}}, layer),
            misuse("outputs", {{2, 3}, {4, 3}, {5}}, layer),
            misuse("a weight of one axis", {{2, 3}, {3}, {3}}, layer),
            misuse("a bias of two axes", {{2, 3}, {4, 3}, {1, 4}}, layer),
            misuse("a number", {{}, {4, 3}, {4}}, layer),
            misuse("a stack", {{2, 2, 2}, {4, 3}, {4}}, layer)};
}

std::vector<Misuse> of_squared_error() {
    const auto error = [](const X& x) { return ops::squared_error(x[0], x[1], 1.0, {}); };
    return {misuse("another extent", {{2, 3}, {2, 4}}, error), misuse("what would broadcast", {{2, 1}, {2, 3}}, error),
            misuse("another rank", {{3}, {1, 3}}, error)};
}

std::vector<Misuse> of_concatenate() {
    const auto join = [](Index axis) { return [axis](const X& x) { return concatenate(x, axis); }; };
    return {misuse("another extent", {{2, 3}, {2, 4}}, join(0)), misuse("another rank", {{2, 3}, {2}}, join(0)),
            misuse("axis 2 of 2", {{2, 3}, {2, 3}}, join(2)), misuse("numbers", {{}, {}}, join(0)),
            misuse("nothing", {{2}}, [](const X&) { return concatenate(X{}, 0); })};
}

std::vector<Misuse> of_conv2d() {
    const auto  with = [](const Conv2dOptions& options) { return [options](const X& x) { return conv2d(x[0], x[1], options); }; };
    const Shape images{2, 4, 5, 6}, weight{6, 4, 3, 2};
    return {misuse("images without a batch", {{4, 5, 6}, weight}, with({})),
            misuse("a weight of three axes", {images, {6, 4, 3}}, with({})),
            misuse("other channels", {images, {6, 3, 3, 2}}, with({})),
            misuse("channels not in groups", {{2, 3, 5, 6}, {6, 1, 3, 2}}, with({.groups = 2})),
            misuse("outputs not in groups", {images, {5, 2, 3, 2}}, with({.groups = 2})),
            misuse("the weight of one group for two", {images, weight}, with({.groups = 2})),
            misuse("no group", {images, weight}, with({.groups = 0})),
            misuse("stride 0", {images, weight}, with({.stride = {1, 0}})),
            misuse("negative stride", {images, weight}, with({.stride = -1})),
            misuse("negative padding", {images, weight}, with({.padding = {-1, 0}})),
            misuse("dilation 0", {images, weight}, with({.dilation = 0})),
            misuse("a kernel too high", {images, {6, 4, 6, 2}}, with({})),
            misuse("a kernel too wide under dilation", {images, weight}, with({.dilation = {1, 6}})),
            misuse("no channels", {{2, 0, 5, 6}, {6, 0, 3, 2}}, with({})),
            misuse("no outputs", {images, {0, 4, 3, 2}}, with({})),
            misuse("an empty kernel", {images, {6, 4, 0, 2}}, with({})),
            misuse("empty images", {{2, 4, 0, 6}, weight}, with({.padding = 2})),
            misuse("a result too large to count", {images, weight}, with({.padding = std::numeric_limits<std::int32_t>::max()})),
            misuse("a padding too large to count", {images, weight}, with({.padding = std::numeric_limits<Index>::max()}))};
}

std::vector<Misuse> of_biased_conv2d() {
    const auto biased = [](const X& x) { return conv2d(x[0], x[1], x[2]); };
    return {misuse("another bias", {{2, 4, 5, 6}, {6, 4, 3, 2}, {4}}, biased),
            misuse("a bias of two axes", {{2, 4, 5, 6}, {6, 4, 3, 2}, {6, 1}}, biased),
            misuse("other channels", {{2, 4, 5, 6}, {6, 3, 3, 2}, {6}}, biased)};
}

std::vector<Misuse> of_conv2d_max_pool2d() {
    const auto with = [](const PerSide& window, const Conv2dOptions& options = {}, const MaxPool2dOptions& pooling = {}) {
        return [=](const X& x) { return conv2d_max_pool2d(x[0], x[1], x[2], options, window, pooling); };
    };
    const Shape images{2, 4, 5, 6}, weight{6, 4, 3, 2}, bias{6};
    return {misuse("a window larger than the convolution's result", {images, weight, bias}, with({4, 2})),
            misuse("a kernel too high", {images, {6, 4, 6, 2}, bias}, with(2)),
            misuse("another bias", {images, weight, {4}}, with(2)),
            misuse("stride 0", {images, weight, bias}, with(2, {.stride = 0})),
            misuse("a pooling's stride of 0", {images, weight, bias}, with(2, {}, {.stride = 0})),
            misuse("a pooling's padding of more than half a window", {images, weight, bias}, with(3, {}, {.padding = 2}))};
}

std::vector<Misuse> of_max_pool2d() {
    const auto with = [](const PerSide& window, const MaxPool2dOptions& options = {}) {
        return [=](const X& x) { return max_pool2d(x[0], window, options); };
    };
    const Shape images{2, 3, 5, 6};
    return {misuse("images without a batch", {{3, 5, 6}}, with(2)),
            misuse("a window of 0", {images}, with({2, 0})),
            misuse("a window too high", {images}, with({6, 2})),
            misuse("a window too wide under dilation", {images}, with(2, {.dilation = {1, 6}})),
            misuse("stride 0", {images}, with(2, {.stride = 0})),
            misuse("negative padding", {images}, with(2, {.padding = -1})),
            misuse("dilation 0", {images}, with(2, {.dilation = 0})),
            misuse("padding of more than half a window", {images}, with(3, {.padding = 2})),
            misuse("a window of padding alone, under dilation", {{1, 1, 3, 3}}, with(2, {.padding = 1, .dilation = 4})),
            misuse("empty images", {{2, 3, 0, 6}}, with(2)),
            misuse("no channels", {{2, 0, 5, 6}}, with(2))};
}

} // namespace

std::vector<Misuse> misuses_of(std::string_view primitive) {
    static const std::map<std::string_view, std::vector<Misuse>> all{
        {"sum", of_axes([](auto x, const Axes& axes) { return sum(x, axes); })},
        {"mean", of_axes([](auto x, const Axes& axes) { return mean(x, axes); })},
        {"logsumexp", of_axes([](auto x, const Axes& axes) { return logsumexp(x, axes); })},
        {"amax", of_axes_and_nothing([](auto x, const Axes& axes) { return amax(x, axes); })},
        {"amin", of_axes_and_nothing([](auto x, const Axes& axes) { return amin(x, axes); })},
        {"reshape", of_shape()},
        {"transpose",
         {misuse("too few axes", {{2, 3}}, [](const X& x) { return transpose(x[0], {0}); }),
          misuse("an axis twice", {{2, 3}},
                 [](const X& x) {
                     return transpose(x[0], {0, 0});
                 }),
          misuse("axis 2 of 2", {{2, 3}},
                 [](const X& x) {
                     return transpose(x[0], {0, 2});
                 })}},
        {"broadcast_to",
         {misuse("another extent", {{2}}, [](const X& x) { return broadcast_to(x[0], {3}); }),
          misuse("fewer axes", {{1, 2}}, [](const X& x) { return broadcast_to(x[0], {2}); }),
          misuse("to extent 1", {{2}}, [](const X& x) { return broadcast_to(x[0], {1}); }),
          misuse("a negative extent", {{1}}, [](const X& x) { return broadcast_to(x[0], {-1}); })}},
        {"concatenate", of_concatenate()},
        {"slice", of_slice()},
        {"pad",
         {misuse("too few widths", {{2, 3}},
                 [](const X& x) {
                     return pad(x[0], {{1, 1}});
                 }),
          misuse("a negative width", {{2}},
                 [](const X& x) {
                     return pad(x[0], {{-1, 1}});
                 })}},
        {"gather", of_gather()},
        {"scatter_add", of_scatter_add()},
        {"matmul", of_matmul()},
        {"conv2d", of_conv2d()},
        {"biased_conv2d", of_biased_conv2d()},
        {"max_pool2d", of_max_pool2d()},
        {"conv2d_max_pool2d", of_conv2d_max_pool2d()},
        // What the gradients of those are made of is called with checked extents alone.
        {"conv2d_input_gradient", {}},
        {"conv2d_weight_gradient", {}},
        {"scatter_to_winners", {}},
        {"gather_winners", {}},
        {"affine", of_affine()},
        {"squared_error", of_squared_error()},
        // Nothing has a wrong shape for these.
        {"alias", {}},
        {"cast", {}},
    };
    const auto found = all.find(primitive);
    if (found == all.end()) throw std::logic_error("misuse.cpp says nothing of the primitive " + std::string(primitive));
    return found->second;
}

} // namespace xtgrad::suite
