#include <xtgrad/autograd/primitives/pooled_convolution.hpp>

#include "structured.hpp"

namespace xtgrad::suite {

namespace {

using X = Variables<double>;

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

std::vector<OperationCases> convolution_cases() {
    return cases_of_list(ConvolutionPrimitives{}, {
                                                      {"conv2d", of_conv2d()},
                                                      {"biased_conv2d", of_biased_conv2d()},
                                                      {"max_pool2d", of_max_pool2d()},
                                                      {"conv2d_max_pool2d", of_conv2d_max_pool2d()},
                                                      // What the gradients of those are made of is called with checked extents alone.
                                                      {"conv2d_input_gradient", {}},
                                                      {"conv2d_weight_gradient", {}},
                                                      {"scatter_to_winners", {}},
                                                      {"gather_winners", {}},
                                                  });
}

} // namespace xtgrad::suite
