#include <doctest/doctest.h>

#include <string>

#include <xtgrad/autograd.hpp>
#include <xtgrad/nn.hpp>

using namespace xtgrad;

TEST_CASE("Conv2d has a weight of outputs × inputs/groups × kernel and a bias, and computes conv2d with its options") {
    nn::Parameters<double> parameters(3);
    nn::Conv2d<double>     layer(parameters / "layer", 4, 6, {3, 2}, {.stride = 2, .padding = {1, 0}, .groups = 2});
    CHECK(layer.weight().name() == "layer/weight");
    CHECK(layer.weight().shape() == Shape{6, 2, 3, 2});
    CHECK(layer.bias().value() == zeros<double>({6}));
    layer.bias().assign(xt::xarray<double>{1, 2, 3, 4, 5, 6});
    Random              random(4);
    const Array<double> images   = random.normal_array<double>({2, 4, 5, 6});
    const auto          expected = conv2d(Variable<double>(images), layer.weight(), layer.bias(), {.stride = 2, .padding = {1, 0}, .groups = 2});
    CHECK(layer(images).value() == expected.value());
    CHECK(layer(images).shape() == Shape{2, 6, 3, 3});
}

TEST_CASE("Conv2d without a bias has one parameter, and says so when asked for the other") {
    nn::Parameters<float> parameters;
    nn::Conv2d<float>     layer(parameters / "layer", 1, 1, 2, {.bias = false, .weight_initializer = nn::constant(2.0)});
    CHECK(parameters.size() == 1);
    CHECK(layer(ones<float>({1, 1, 2, 2})).item() == 8);
    CHECK_THROWS_WITH_AS(layer.bias(), doctest::Contains("'layer/weight' was made without a bias"), ValueError);
}

TEST_CASE("Glorot's initialiser counts the kernel's elements into a convolution's fans") {
    nn::Parameters<double> parameters;
    nn::Conv2d<double>     layer(parameters / "layer", 6, 10, 5);
    const double           bound = std::sqrt(6.0 / (25 * 16));
    const auto&            value = layer.weight().value();
    CHECK(*std::max_element(value.begin(), value.end()) <= bound);
    CHECK(*std::max_element(value.begin(), value.end()) > 0.98 * bound);
}

TEST_CASE("Images that a Conv2d cannot take are reported with the layer's name and the user's line") {
    nn::Parameters<double> parameters;
    nn::Conv2d<double>     layer(parameters / "first", 3, 4, 5);
    unsigned               line = 0;
    std::string            message;
    const auto             said = [&](auto call) {
        try {
            call();
        } catch (const Error& error) {
            return std::string(error.what());
        }
        return std::string("nothing was thrown");
    };
    message = said([&] {
        line = __LINE__ + 1;
        layer(Variable<double>(zeros<double>({2, 1, 8, 8})));
    });
    CHECK(message == "Conv2d 'first/weight': the input has shape [2, 1, 8, 8], must be [batch, 3, height, width]\n  at "
                     "tests/nn/convolution_test.cpp:" +
                         std::to_string(line));
    message = said([&] {
        line = __LINE__ + 1;
        layer(Variable<double>(zeros<double>({2, 3, 4, 8})));
    });
    CHECK(message.find("in height the window reaches over 5 elements, the image with its padding has only 4") != std::string::npos);
    CHECK(message.find("tests/nn/convolution_test.cpp:" + std::to_string(line)) != std::string::npos);
    CHECK_THROWS_WITH_AS((nn::Conv2d<double>(parameters / "odd", 3, 4, 1, {.groups = 2})), doctest::Contains("cannot be shared out"), ValueError);
    CHECK_THROWS_WITH_AS((nn::Conv2d<double>(parameters / "none", 3, 4, 0)), doctest::Contains("at least 1"), ValueError);
}

TEST_CASE("MaxPool2d and Flatten are layers: a small network for images in one Sequential, trained a step") {
    nn::Parameters<float> parameters(9);
    const nn::Sequential  model{nn::Conv2d<float>(parameters / "first", 1, 4, 3, {.padding = 1}),
                               nn::Relu{},
                               nn::MaxPool2d{2},
                               nn::Conv2d<float>(parameters / "second", 4, 8, 3),
                               nn::Relu{},
                               nn::MaxPool2d{2, {.stride = 1}},
                               nn::Flatten{},
                               nn::Linear<float>(parameters / "output", 8, 3)};
    const auto            images = Random(2).normal_array<float>({5, 1, 8, 8});
    CHECK(model(Variable<float>(images)).shape() == Shape{5, 3});
    Tape       tape;
    const auto loss      = nn::cross_entropy(model(Variable<float>(images)), Array<Index>(xt::xarray<Index>{0, 1, 2, 1, 0}));
    const auto gradients = tape.gradient(loss, parameters);
    CHECK(gradients.size() == 6);
    CHECK(model(Variable<float>(zeros<float>({0, 1, 8, 8}))).shape() == Shape{0, 3});
}

TEST_CASE("Flatten keeps the batch axis, and refuses a single number") {
    CHECK(nn::Flatten{}(Variable<double>(zeros<double>({2, 3, 4}))).shape() == Shape{2, 12});
    CHECK(nn::Flatten{}(Variable<double>(zeros<double>({7}))).shape() == Shape{7, 1});
    CHECK(nn::Flatten{}(Variable<double>(zeros<double>({0, 3}))).shape() == Shape{0, 3});
    CHECK_THROWS_WITH_AS(nn::Flatten{}(Variable<double>(1.0)), doctest::Contains("batch axis"), ShapeError);
}

TEST_CASE("Sequential pools within a convolution, with the values and gradients of its layers one by one") {
    nn::Parameters<double>   parameters(6);
    const nn::Conv2d<double> first(parameters / "first", 2, 5, 3, {.padding = 1, .bias_initializer = nn::normal(0.1)});
    const nn::Conv2d<double> second(parameters / "second", 5, 3, 2, {.bias = false});
    const nn::MaxPool2d      pool{2};
    const nn::Sequential     model{first, nn::Relu{}, pool, second, pool};
    Array<double>            images = Random(8).normal_array<double>({3, 2, 10, 9});
    images(1, 0, 4, 4)              = 40; // a window that this reaches has its largest elements in a row
    const auto gradients            = [&](auto network) {
        Tape       tape;
        const auto x      = tape.watch(images);
        const auto y      = network(x);
        auto       result = tape.gradient(sum(square(y)), std::vector{x}, keep);
        for (const auto& parameter : parameters) result.push_back(tape.gradient(sum(square(y)), parameter, keep));
        result.push_back(y.value());
        return result;
    };
    const auto fused = gradients([&](const Variable<double>& x) { return model(x); });
    const auto apart = gradients([&](const Variable<double>& x) { return pool(second(pool(relu(first(x))))); });
    REQUIRE(fused.size() == apart.size());
    CHECK(fused.back() == apart.back());
    for (std::size_t place = 0; place + 1 < fused.size(); ++place) CHECK(xt::allclose(fused[place], apart[place], 1e-12, 1e-12));
}
