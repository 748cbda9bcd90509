#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include <xtgrad/array/random.hpp>
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

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const Variable<double> logits = xt::xarray<double>{{1, 2, 3}, {0.5, -1, 0.25}};

} // namespace

TEST_CASE("A loss that throws on its way leaves nothing on the tape") {
    const Variable<double> gone = [] {
        Tape ended;
        return ended.watch(xt::xarray<double>{{0, 0, 1}, {1, 0, 0}});
    }();
    Tape       tape;
    const auto x      = tape.watch(logits);
    const auto before = tape.size();
    CHECK_THROWS_AS(nn::cross_entropy(x, gone), TapeError);
    CHECK_THROWS_AS(nn::cross_entropy_from_probabilities(x, gone), TapeError);
    CHECK_THROWS_AS(nn::mean_square_error(x, gone), TapeError);
    CHECK(tape.size() == before);
}

TEST_CASE("cross_entropy is −log softmax at the label: mean, sum, one a row") {
    const Array<Index> labels = {2, 0};
    const auto         rows   = nn::cross_entropy(logits, labels, {.over = nn::Over::none});
    CHECK(rows.shape() == Shape{2});
    const double first  = std::log(std::exp(1.0) + std::exp(2.0) + std::exp(3.0)) - 3;
    const double second = std::log(std::exp(0.5) + std::exp(-1.0) + std::exp(0.25)) - 0.5;
    CHECK(rows.value()(0) == doctest::Approx(first).epsilon(1e-14));
    CHECK(rows.value()(1) == doctest::Approx(second).epsilon(1e-14));
    CHECK(nn::cross_entropy(logits, labels).item() == doctest::Approx((first + second) / 2).epsilon(1e-14));
    CHECK(nn::cross_entropy(logits, labels, {.over = nn::Over::sum}).item() == doctest::Approx(first + second).epsilon(1e-14));
}

TEST_CASE("cross_entropy with labels equals that with one-hot targets, and that from probabilities") {
    const Array<Index> labels  = {1, 2};
    const auto         targets = nn::one_hot<double>(labels, 3);
    CHECK(targets == xt::xarray<double>{{0, 1, 0}, {0, 0, 1}});
    const double expected = nn::cross_entropy(logits, labels).item();
    CHECK(nn::cross_entropy(logits, targets).item() == doctest::Approx(expected).epsilon(1e-14));
    CHECK(nn::cross_entropy_from_probabilities(nn::softmax(logits), targets).item() == doctest::Approx(expected).epsilon(1e-14));
    const auto by_label = gradient([&](auto x) { return nn::cross_entropy(x, labels); }, logits.value());
    const auto by_rows  = gradient([&](auto x) { return nn::cross_entropy(x, targets); }, logits.value());
    const auto by_p     = gradient([&](auto x) { return nn::cross_entropy_from_probabilities(nn::softmax(x), targets); }, logits.value());
    for (std::size_t place = 0; place < 6; ++place) {
        CHECK(by_label.data()[place] == doctest::Approx(by_rows.data()[place]).epsilon(1e-13));
        CHECK(by_label.data()[place] == doctest::Approx(by_p.data()[place]).epsilon(1e-13));
    }
    // The rows of the gradient add to 0.
    for (std::size_t row = 0; row < 2; ++row) CHECK(std::abs(by_label(row, 0) + by_label(row, 1) + by_label(row, 2)) < 1e-16);
}

TEST_CASE("cross_entropy stays finite for any finite logits, and so does its gradient") {
    Random random(1);
    for (int round = 0; round < 200; ++round) {
        const double        scale = std::pow(10.0, random.uniform(-3, 4));
        const Array<double> x     = random.normal_array<double>({4, 5}, 0, scale);
        Array<Index>        labels(Shape{4});
        for (Index& label : labels.storage()) label = static_cast<Index>(random.below(5));
        const auto [value, dx] = value_and_gradient([&](auto v) { return nn::cross_entropy(v, labels); }, x);
        REQUIRE(std::isfinite(value));
        for (const double element : dx.storage()) REQUIRE(std::isfinite(element));
    }
    const auto [value, dx] = value_and_gradient([](auto v) { return nn::cross_entropy(v, Array<Index>{0}); }, full<double>({1, 3}, 1e4));
    CHECK(value == doctest::Approx(std::log(3.0)));
    CHECK(dx(0, 0) == doctest::Approx(-2.0 / 3));
}

TEST_CASE("The losses pass the gradient check, to second order where they are smooth") {
    Random                     random(2);
    const GradientCheckOptions second{.second_order = true};
    const auto x = random.normal_array<double>({3, 4}), t = random.uniform_array<double>({3, 4}), p = random.uniform_array<double>({3, 4}, 0.1, 0.9);
    const Array<Index> labels = {3, 0, 1};
    const auto         check  = [](const GradientReport& report) {
        INFO(report);
        CHECK(report);
    };
    check(check_gradients(
        second, [&](auto v) { return nn::cross_entropy(v, labels); }, x));
    check(check_gradients(
        second, [&](auto v) { return nn::cross_entropy(v, labels, {.over = nn::Over::none, .label_smoothing = 0.2}); }, x));
    check(check_gradients(
        second, [&](auto v) { return nn::cross_entropy(v, labels, {.ignored_label = 0}); }, x));
    check(check_gradients(
        second, [](auto v, auto w) { return nn::cross_entropy(v, w); }, x, t));
    check(check_gradients(
        second, [](auto v, auto w) { return nn::cross_entropy_from_probabilities(v, w); }, p, t));
    check(check_gradients(
        second, [](auto v, auto w) { return nn::mean_square_error(v, w); }, x, t));
    check(check_gradients(
        second, [](auto v, auto w) { return nn::half_square_error(v, w, nn::Over::none); }, x, t));
}

TEST_CASE("The square errors: the mean over all elements without ½, and ½ summed over outputs and averaged over the batch") {
    const xt::xarray<double> p = {{1, 2}, {3, 5}}, t = {{0, 0}, {0, 1}};
    const Variable<double>   v = p;
    CHECK(nn::mean_square_error(v, t).item() == (1 + 4 + 9 + 16) / 4.0);
    CHECK(nn::mean_square_error(v, t, nn::Over::sum).item() == 30);
    CHECK(nn::mean_square_error(v, t, nn::Over::none).value() == xt::xarray<double>{{1, 4}, {9, 16}});
    CHECK(nn::half_square_error(v, t).item() == 7.5);
    CHECK(nn::half_square_error(v, t, nn::Over::sum).item() == 15);
    CHECK(nn::half_square_error(v, t, nn::Over::none).value() == xt::xarray<double>{2.5, 12.5});
    CHECK(gradient([&](auto x) { return nn::mean_square_error(x, t); }, p) == xt::xarray<double>{{0.5, 1}, {1.5, 2}});
    CHECK(gradient([&](auto x) { return nn::half_square_error(x, t, nn::Over::sum); }, p) == xt::xarray<double>{{1, 2}, {3, 4}});
}

TEST_CASE("Losses refuse unequal shapes with both shapes and the remedy, and broadcast nothing") {
    const Variable<double>   column = reshape(Variable<double>(xt::xarray<double>{1, 2, 3}), {3, 1});
    const xt::xarray<double> flat   = {1, 2, 3};
    for (const std::string& text :
         {message_of([&] { nn::mean_square_error(column, flat); }), message_of([&] { nn::half_square_error(column, flat); }), message_of([&] {
              nn::cross_entropy(logits, xt::xarray<double>{{1, 0, 0}});
          }),
          message_of([&] {
              nn::cross_entropy_from_probabilities(logits, xt::xarray<double>{{1, 0, 0}});
          })}) {
        INFO(text);
        CHECK(contains(text, "equal shapes"));
        CHECK(contains(text, "reshape()"));
        CHECK(contains(text, "losses_test.cpp:"));
    }
    CHECK(contains(message_of([&] { nn::mean_square_error(column, flat); }), "[3, 1]"));
    CHECK(contains(message_of([&] { nn::cross_entropy(Variable<double>(flat), Array<Index>{0}); }), "[batch, classes], got shape [3]"));
}

TEST_CASE("A label out of range is named with its row and the range, and 1-based labels are recognised") {
    const auto        labelled   = [](const Array<Index>& labels) { return message_of([&] { nn::cross_entropy(logits, labels); }); };
    const std::string off_by_one = labelled({1, 3});
    INFO(off_by_one);
    CHECK(contains(off_by_one, "label 3 in row 1 is out of range [0, 3)"));
    CHECK(contains(off_by_one, "1-based"));
    const std::string not_one_based = labelled({0, 3});
    INFO(not_one_based);
    CHECK(contains(not_one_based, "label 3 in row 1"));
    CHECK(!contains(not_one_based, "1-based"));
    CHECK(contains(labelled({-1, 0}), "label -1 in row 0"));
    CHECK(contains(labelled({255, 0}), "label 255 in row 0"));
    CHECK(contains(message_of([] { nn::one_hot<float>(Array<Index>{0, 5}, 5); }), "label 5 in row 1"));
    CHECK(contains(message_of([] { nn::one_hot<float>(Array<Index>{{0, 5}}, 6); }), "[1, 2]"));
}

TEST_CASE("Ignored labels count for nothing; where all are ignored the mean is NaN and the gradient zero") {
    const auto loss = [](const Array<Index>& labels, nn::Over over) {
        return [=](auto x) { return nn::cross_entropy(x, labels, {.over = over, .ignored_label = -100}); };
    };
    const auto [both, both_slope] = value_and_gradient(loss({-100, 1}, nn::Over::sum), logits.value());
    CHECK(both == doctest::Approx(nn::cross_entropy(logits, Array<Index>{0, 1}, {.over = nn::Over::none}).value()(1)));
    for (std::size_t i = 0; i < 3; ++i) CHECK(both_slope(0, i) == 0);
    const auto [none, none_slope] = value_and_gradient(loss({-100, -100}, nn::Over::mean), logits.value());
    CHECK(std::isnan(none));
    CHECK(none_slope.shape() == Shape{2, 3});
    CHECK(nn::cross_entropy(logits, Array<Index>{-100, -100}, {.over = nn::Over::sum, .ignored_label = -100}).item() == 0);
    // An ignored row's logits may be anything.
    const auto [kept, kept_slope] = value_and_gradient(loss({0, -100}, nn::Over::mean), xt::xarray<double>{{1, 2, 3}, {NAN, INFINITY, 0}});
    CHECK(std::isfinite(kept));
    for (std::size_t i = 0; i < 3; ++i) CHECK(std::isfinite(kept_slope(0, i)));
}

TEST_CASE("Float losses agree with double") {
    const xt::xarray<float> x  = {{1, 2, 3}, {0.5F, -1, 0.25F}};
    const Array<Index>      of = {2, 0};
    CHECK(nn::cross_entropy(Variable<float>(x), of).item() == doctest::Approx(nn::cross_entropy(logits, of).item()).epsilon(1e-6));
}
