#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include <xtgrad/autograd.hpp>
#include <xtgrad/nn.hpp>

using namespace xtgrad;

namespace {

template <class Call>
std::string message_of(Call call) {
    try {
        call();
    } catch (const Error& error) {
        return error.what();
    }
    return "nothing was thrown";
}

bool names_line(const std::string& text, unsigned line) { return text.find("layers_test.cpp:" + std::to_string(line)) != std::string::npos; }

std::size_t lines_of(const std::string& text) { return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')); }

} // namespace

TEST_CASE("Linear computes x·Wᵀ + b with a weight of shape outputs × inputs") {
    nn::Parameters<double> parameters;
    nn::Linear<double>     layer(parameters / "layer", 3, 2);
    CHECK(layer.weight().shape() == Shape{2, 3});
    CHECK(layer.bias().shape() == Shape{2});
    CHECK(layer.bias().value() == xt::xarray<double>{0, 0});
    layer.weight().assign(xt::xarray<double>{{1, 2, 3}, {4, 5, 6}});
    layer.bias().assign(xt::xarray<double>{10, 20});
    const auto y = layer(xt::xarray<double>{{1, 0, 0}, {1, 1, 1}});
    CHECK(y.value() == xt::xarray<double>{{11, 24}, {16, 35}});
    CHECK(!y.recorded());
}

TEST_CASE("Linear takes any axes before the last as batch axes, none and empty ones too") {
    nn::Parameters<float> parameters;
    nn::Linear<float>     layer(parameters / "layer", 3, 2);
    const auto            shape = [&](const Shape& input) { return layer(full<float>(input, 1.0F)).shape(); };
    CHECK(shape({3}) == Shape{2});
    CHECK(shape({5, 3}) == Shape{5, 2});
    CHECK(shape({0, 3}) == Shape{0, 2});
    CHECK(shape({4, 5, 3}) == Shape{4, 5, 2});
}

TEST_CASE("Linear without a bias has one parameter, and says so when asked for the other") {
    nn::Parameters<double> parameters;
    nn::Linear<double>     layer(parameters / "layer", 2, 1, {.bias = false, .weight_initializer = nn::constant(3.0)});
    CHECK(parameters.size() == 1);
    CHECK(layer(xt::xarray<double>{1, 2}).value()(0) == 9);
    CHECK_THROWS_WITH_AS(layer.bias(), doctest::Contains("'layer/weight' was made without a bias"), ValueError);
}

TEST_CASE("A wrong input shape is reported with both extents, the layer's name and the user's line") {
    nn::Parameters<double> parameters;
    nn::Linear<double>     layer(parameters / "hidden", 3, 2);
    const auto             input = full<double>({5, 4}, 1.0);
    const unsigned         line  = __LINE__ + 1;
    const std::string      text  = message_of([&] { layer(input); });
    INFO(text);
    CHECK(names_line(text, line));
    CHECK(text.find("hidden") != std::string::npos);
    CHECK(text.find("[5, 4]") != std::string::npos);
    CHECK(text.find("3 inputs") != std::string::npos);
    CHECK_THROWS_AS(layer(1.0), ShapeError);
}

TEST_CASE("Inside Sequential, the user's line is that of the call of the model, in errors and on the tape") {
    nn::Parameters<double> parameters;
    const nn::Sequential   model{nn::Linear<double>(parameters / "one", 3, 4), nn::Tanh{}, nn::Linear<double>(parameters / "two", 5, 2)};
    const auto             input = full<double>({1, 3}, 1.0);
    const unsigned         line  = __LINE__ + 1;
    const std::string      text  = message_of([&] { model(Variable<double>(input)); });
    INFO(text);
    CHECK(names_line(text, line));
    CHECK(text.find("two") != std::string::npos);

    nn::Parameters<double> others;
    const nn::Sequential   right{nn::Linear<double>(others / "one", 3, 4), nn::Relu{}, nn::Linear<double>(others / "two", 4, 2), nn::Softmax{}};
    Tape                   tape;
    const auto             x      = tape.watch(input);
    const unsigned         called = __LINE__ + 1;
    const auto             y      = right(x);
    const std::string      list   = tape.to_text();
    INFO(list);
    std::size_t from_model = 0;
    for (std::size_t at = list.find(":" + std::to_string(called) + "\n"); at != std::string::npos;
         at             = list.find(":" + std::to_string(called) + "\n", at + 1)) {
        ++from_model;
    }
    CHECK(from_model == lines_of(list) - 1);
    CHECK(list.find("parameter 'one/weight'  double[4, 3]") != std::string::npos);
    CHECK(y.shape() == Shape{1, 2});
}

TEST_CASE("Sequential applies its layers in order, is itself a layer, and gives access to them") {
    nn::Parameters<double> parameters;
    const nn::Sequential   inner{nn::Linear<double>(parameters / "a", 1, 1, {.weight_initializer = nn::constant(2.0)}), nn::Relu{}};
    const nn::Sequential   model{inner, nn::Linear<double>(parameters / "b", 1, 1, {.weight_initializer = nn::constant(-3.0)}), nn::Sigmoid{}};
    const auto             y = model(reshape(Variable<double>(xt::xarray<double>{1, -1}), {2, 1}));
    CHECK(y.value()(0, 0) == doctest::Approx(1 / (1 + std::exp(6.0))));
    CHECK(y.value()(1, 0) == 0.5);
    CHECK(model.layer<1>().weight().name() == "b/weight");
    CHECK(parameters.size() == 4);
}

TEST_CASE("Activations as layers are the functions of the same names") {
    const Variable<double> x = xt::xarray<double>{{-1.0, 0.0, 2.0}, {0.5, -40.0, 40.0}};
    CHECK(nn::Sigmoid{}(x).value() == sigmoid(x).value());
    CHECK(nn::Tanh{}(x).value() == tanh(x).value());
    CHECK(nn::Relu{}(x).value() == relu(x).value());
    CHECK(nn::Softmax{}(x).value() == nn::softmax(x).value());
}

TEST_CASE("softmax and log_softmax work along any axis; rows add to 1 and their gradients to 0") {
    const xt::xarray<double> a    = {{1, 2, 3}, {3, -1, 0.5}};
    const auto               rows = nn::softmax(Variable<double>(a)).value(), columns = nn::softmax(Variable<double>(a), 0).value();
    for (std::size_t i = 0; i < 2; ++i) CHECK(rows(i, 0) + rows(i, 1) + rows(i, 2) == doctest::Approx(1).epsilon(1e-15));
    for (std::size_t j = 0; j < 3; ++j) CHECK(columns(0, j) + columns(1, j) == doctest::Approx(1).epsilon(1e-15));
    const auto log_columns = nn::log_softmax(Variable<double>(a), 0).value();
    for (std::size_t place = 0; place < 6; ++place) CHECK(std::exp(log_columns.data()[place]) == doctest::Approx(columns.data()[place]));
    const auto slope = gradient([](auto x) { return sum(nn::softmax(x) * xt::xarray<double>{1, 2, 4}); }, a);
    for (std::size_t i = 0; i < 2; ++i) CHECK(std::abs(slope(i, 0) + slope(i, 1) + slope(i, 2)) < 1e-15);
    CHECK_THROWS_AS(nn::softmax(Variable<double>(a), 2), ShapeError);
}

TEST_CASE("softmax and log_softmax pass the gradient check to second order") {
    const xt::xarray<double>   a = {{1, 2, 3}, {3, -1, 0.5}};
    const GradientCheckOptions options{.second_order = true};
    const auto                 soft = check_gradients(
                        options, [](auto x) { return nn::softmax(x); }, a);
    INFO(soft);
    CHECK(soft);
    const auto log_soft = check_gradients(
        options, [](auto x) { return nn::log_softmax(x, 0); }, a);
    INFO(log_soft);
    CHECK(log_soft);
}
