#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <optional>

#include <xtgrad/array/buffer_pool.hpp>
#include <xtgrad/array/random.hpp>
#include <xtgrad/array/threads.hpp>
#include <xtgrad/autograd.hpp>

using namespace xtgrad;

namespace {

struct Draw {
    Random random{71};

    std::size_t between(std::size_t low, std::size_t high) { return low + static_cast<std::size_t>(random.below(high - low + 1)); }
    Index       index(std::size_t low, std::size_t high) { return static_cast<Index>(between(low, high)); }
    PerSide     sides(std::size_t low, std::size_t high) {
            const Index height = index(low, high);
            return {height, index(low, high)};
    }
    // Small whole numbers, so that sums of products are exact in any order.
    template <Scalar T>
    Array<T> numbers(const Shape& shape) {
        Array<T> result(shape);
        for (T& element : result.storage()) element = static_cast<T>(index(0, 8)) - T{4};
        return result;
    }
};

struct Problem {
    Conv2dOptions options;
    Shape         image, weight, result;
};

// Nothing when the kernel is larger than the image.
std::optional<Problem> draw_problem(Draw& draw) {
    Problem           problem;
    const std::size_t groups = draw.between(1, 3), inputs = draw.between(1, 18), outputs = draw.between(1, 35);
    problem.options   = {.stride = draw.sides(1, 3), .padding = draw.sides(0, 2), .dilation = draw.sides(1, 2), .groups = static_cast<Index>(groups)};
    problem.image     = {draw.between(0, 9), groups * inputs, draw.between(1, 9), draw.between(1, 9)};
    problem.weight    = {groups * outputs, inputs, draw.between(1, 4), draw.between(1, 4)};
    const auto places = [](std::size_t image, std::size_t kernel, Index stride, Index padding, Index dilation) {
        const Index room = static_cast<Index>(image) + 2 * padding - dilation * (static_cast<Index>(kernel) - 1) - 1;
        return room < 0 ? std::size_t{0} : static_cast<std::size_t>(room / stride + 1);
    };
    const auto& [stride, padding, dilation, of_groups] = problem.options;
    problem.result                                     = {problem.image[0], problem.weight[0],
                                                          places(problem.image[2], problem.weight[2], stride.height, padding.height, dilation.height),
                                                          places(problem.image[3], problem.weight[3], stride.width, padding.width, dilation.width)};
    if (problem.result[2] == 0 || problem.result[3] == 0) return std::nullopt;
    return problem;
}

// Visits (place in x, place in weight, place in y) of every product, by the definition.
template <class Visit>
void for_products(const Problem& problem, Visit visit) {
    const Shape& image = problem.image;
    const Shape& w     = problem.weight;
    const Shape& y     = problem.result;
    std::size_t  at_y  = 0;
    for (std::size_t n = 0; n < y[0]; ++n) {
        for (std::size_t o = 0; o < y[1]; ++o) {
            for (std::size_t row = 0; row < y[2]; ++row) {
                for (std::size_t column = 0; column < y[3]; ++column, ++at_y) {
                    for (std::size_t c = 0; c < w[1]; ++c) {
                        for (std::size_t i = 0; i < w[2]; ++i) {
                            for (std::size_t j = 0; j < w[3]; ++j) {
                                const Index from_row = static_cast<Index>(row) * problem.options.stride.height - problem.options.padding.height +
                                                       static_cast<Index>(i) * problem.options.dilation.height;
                                const Index from_column = static_cast<Index>(column) * problem.options.stride.width - problem.options.padding.width +
                                                          static_cast<Index>(j) * problem.options.dilation.width;
                                if (from_row < 0 || from_column < 0) continue;
                                const auto u = static_cast<std::size_t>(from_row), v = static_cast<std::size_t>(from_column);
                                if (u >= image[2] || v >= image[3]) continue;
                                const std::size_t channel = o / (w[0] / static_cast<std::size_t>(problem.options.groups)) * w[1] + c;
                                visit(((n * image[1] + channel) * image[2] + u) * image[3] + v, ((o * w[1] + c) * w[2] + i) * w[3] + j, at_y);
                            }
                        }
                    }
                }
            }
        }
    }
}

template <Scalar T>
void check_against_loops(Draw& draw, const Problem& problem, bool mostly_zeros) {
    CAPTURE(to_string(problem.image));
    CAPTURE(to_string(problem.weight));
    const Array<T> x = draw.numbers<T>(problem.image), weight = draw.numbers<T>(problem.weight), bias = draw.numbers<T>({problem.weight[0]});
    Array<T>       g = draw.numbers<T>(problem.result);
    if (mostly_zeros) {
        for (T& element : g.storage()) element = draw.between(0, 5) == 0 ? element : T{0};
    }
    Array<T> y = zeros<T>(problem.result), dx = zeros<T>(problem.image), dweight = zeros<T>(problem.weight), dbias = zeros<T>(bias.shape());
    for_products(problem, [&](std::size_t of_x, std::size_t of_weight, std::size_t of_y) {
        y.data()[of_y] += x.data()[of_x] * weight.data()[of_weight];
        dx.data()[of_x] += g.data()[of_y] * weight.data()[of_weight];
        dweight.data()[of_weight] += g.data()[of_y] * x.data()[of_x];
    });
    const std::size_t positions = problem.result[2] * problem.result[3];
    Array<T>          biased    = y;
    for (std::size_t place = 0; place < y.size(); ++place) {
        const std::size_t channel = place / positions % problem.result[1];
        biased.data()[place] += bias.data()[channel];
        dbias.data()[channel] += g.data()[place];
    }
    CHECK(conv2d(Variable<T>(x), weight, problem.options).value() == y);
    Tape       tape;
    const auto of_x = tape.watch(x), of_weight = tape.watch(weight), of_bias = tape.watch(bias);
    const auto result = conv2d(of_x, of_weight, of_bias, problem.options);
    CHECK(result.value() == biased);
    const auto gradients = tape.gradient(result, std::vector{of_x, of_weight, of_bias}, seed(g));
    CHECK(gradients[0] == dx);
    CHECK(gradients[1] == dweight);
    CHECK(gradients[2] == dbias);
}

template <Scalar T>
void check_random_problems() {
    Draw        draw;
    std::size_t compared = 0;
    while (compared < 250) {
        const auto drawn = draw_problem(draw);
        if (!drawn) continue;
        ++compared;
        // Mostly zeros, every second time, as what comes back through a pooling is.
        check_against_loops<T>(draw, *drawn, compared % 2 == 0);
    }
}

// Images smaller than a vector, of whole vectors and of a few elements more; channels in one pass of a product and in several.
template <Scalar T>
void check_pointwise_problems() {
    Draw draw;
    for (const std::size_t width : {1, 3, 4, 5, 8, 9, 16, 17, 31, 33, 67}) {
        for (const std::size_t channels : {1, 7, 33, 300}) {
            const std::size_t groups = draw.between(1, 2), outputs = draw.between(1, 70), batch = draw.between(1, 3);
            Problem           problem;
            problem.options = {.groups = static_cast<Index>(groups)};
            problem.image   = {batch, groups * channels, 1, width};
            problem.weight  = {groups * outputs, channels, 1, 1};
            problem.result  = {batch, groups * outputs, 1, width};
            check_against_loops<T>(draw, problem, false);
        }
    }
}

const double not_a_number = std::numeric_limits<double>::quiet_NaN();
const double infinity     = std::numeric_limits<double>::infinity();

} // namespace

TEST_CASE("conv2d and its gradients are those of plain loops, for random shapes, strides, paddings, dilations and groups") {
    check_random_problems<float>();
    check_random_problems<double>();
}

TEST_CASE("A conv2d with a kernel of one element and its gradients are those of plain loops, for images of any width") {
    check_pointwise_problems<float>();
    check_pointwise_problems<double>();
}

TEST_CASE("conv2d_max_pool2d and its gradients are those of the two operations, for random options of both") {
    Draw        draw;
    std::size_t compared = 0;
    while (compared < 200) {
        const auto drawn = draw_problem(draw);
        if (!drawn) continue;
        const Problem& problem = *drawn;
        const PerSide  window  = draw.sides(1, 3);
        if (static_cast<std::size_t>(window.height) > problem.result[2] || static_cast<std::size_t>(window.width) > problem.result[3]) continue;
        ++compared;
        const MaxPool2dOptions pooling{.stride = draw.sides(1, 3), .padding = {window.height / 2, window.width / 2}};
        CAPTURE(to_string(problem.image));
        CAPTURE(to_string(problem.weight));
        // In whole numbers there are ties, and the sums are exact.
        const Array<float> x = draw.numbers<float>(problem.image), weight = draw.numbers<float>(problem.weight);
        const Array<float> bias = draw.numbers<float>({problem.weight[0]});
        const auto         both = [&](bool fused, Array<float> g) {
            Tape       tape;
            const auto of_x = tape.watch(x), of_weight = tape.watch(weight), of_bias = tape.watch(bias);
            const auto y = fused ? conv2d_max_pool2d(of_x, of_weight, of_bias, problem.options, window, pooling)
                                         : max_pool2d(conv2d(of_x, of_weight, of_bias, problem.options), window, pooling);
            if (g.shape() != y.shape()) {
                g = draw.numbers<float>(y.shape());
                for (float& element : g.storage()) element = std::max(element, 0.0F);
            }
            auto result = tape.gradient(y, std::vector{of_x, of_weight, of_bias}, seed(g));
            result.push_back(y.value());
            result.push_back(g);
            return result;
        };
        const auto fused = both(true, zeros<float>({}));
        const auto apart = both(false, fused.back());
        for (std::size_t place = 0; place < fused.size(); ++place) CHECK(fused[place] == apart[place]);
    }
}

TEST_CASE("check_gradients accepts a network of convolutions and poolings, in first and second order") {
    Random     random(5);
    const auto network = [](auto x, auto first, auto bias, auto second) {
        const auto hidden = max_pool2d(tanh(conv2d(x, first, bias, {.padding = 1})), 2);
        return sum(square(conv2d(hidden, second, {.stride = 2, .dilation = {1, 2}, .groups = 2})));
    };
    const Array<double> x = random.normal_array<double>({2, 1, 6, 7}), first = random.normal_array<double>({4, 1, 3, 3});
    const Array<double> bias = random.normal_array<double>({4}), second = random.normal_array<double>({2, 2, 2, 2});
    CHECK_NOTHROW(check_gradients(network, x, first, bias, second));
    CHECK_NOTHROW(check_gradients({.second_order = true, .mode = GradientCheckOptions::Mode::directions}, network, x, first, bias, second));
}

TEST_CASE("An infinite weight or image under a zero cotangent stays NaN in a convolution's gradient") {
    for (const std::size_t images : {std::size_t{1}, std::size_t{3}}) {
        Array<double> x = ones<double>({images, 1, 4, 4}), weight = ones<double>({1, 1, 2, 2}), g = zeros<double>({images, 1, 3, 3});
        x(0, 0, 1, 1)      = infinity;
        weight(0, 0, 1, 0) = infinity;
        g(0, 0, 2, 2)      = 1;
        Tape       tape;
        const auto of_x = tape.watch(x), of_weight = tape.watch(weight);
        const auto gradients = tape.gradient(conv2d(of_x, of_weight), std::vector{of_x, of_weight}, seed(g));
        CHECK(std::isnan(gradients[0](0, 0, 1, 0)));
        CHECK(std::isnan(gradients[1](0, 0, 0, 0)));
        // Where a pooling chose that place and nothing came back for it, no less.
        const auto pooled = [&](const Array<double>& image, const Array<double>& kernel) {
            Tape       inner;
            const auto by_x = inner.watch(image), by_weight = inner.watch(kernel);
            const auto y = conv2d_max_pool2d(by_x, by_weight, zeros<double>({1}), {}, 3);
            return inner.gradient(y, std::vector{by_x, by_weight}, seed(zeros<double>(y.shape())));
        };
        CHECK(std::isnan(xt::sum(pooled(ones<double>(x.shape()), weight)[0])()));
        CHECK(std::isnan(xt::sum(pooled(x, ones<double>(weight.shape()))[1])()));
    }
}

TEST_CASE("A wrong call of conv2d names the shapes, what is wrong and the user's line") {
    const auto  of = [](const Shape& shape) { return Variable<double>(zeros<double>(shape)); };
    std::string message;
    unsigned    line = 0;
    try {
        line = __LINE__ + 1;
        conv2d(of({2, 3, 8, 8}), of({4, 2, 3, 3}));
    } catch (const ShapeError& error) {
        message = error.what();
    }
    CHECK(message == "conv2d: images [2, 3, 8, 8], weight [4, 2, 3, 3]: the images' 3 channels must be the weight's 2 times 1 group\n  at "
                     "tests/autograd/convolution_test.cpp:" +
                         std::to_string(line));
    CHECK_THROWS_WITH_AS(conv2d(of({2, 3, 8, 8}), of({4, 3, 9, 3})),
                         doctest::Contains("in height the window reaches over 9 elements, the image with its padding has only 8"), ShapeError);
    CHECK_THROWS_WITH_AS(conv2d(of({2, 3, 8, 8}), of({4, 3, 3, 3}), {.stride = {1, 0}}), doctest::Contains("stride is 0"), ValueError);
    CHECK_THROWS_WITH_AS(conv2d(of({2, 3, 8, 8}), of({4, 3, 3, 3}), {.padding = -1}), doctest::Contains("padding is -1"), ValueError);
    CHECK_THROWS_WITH_AS(conv2d(of({2, 3, 8, 8}), of({4, 3, 3, 3}), of({3})), doctest::Contains("needs [4]"), ShapeError);
}

TEST_CASE("A NaN in a window of max_pool2d is its result, and the first NaN has its gradient, wherever it stands") {
    for (const std::size_t columns : {std::size_t{4}, std::size_t{40}}) {
        for (std::size_t place = 0; place < 2 * columns; ++place) {
            CAPTURE(place);
            Array<double> x  = ones<double>({1, 1, 2, columns});
            x.data()[place]  = not_a_number;
            const auto other = place / columns == 0 ? place % columns + columns : place;
            x.data()[other]  = not_a_number;
            Tape       tape;
            const auto of_x     = tape.watch(x);
            const auto y        = max_pool2d(of_x, 2);
            const auto gradient = tape.gradient(sum(y), of_x);
            for (std::size_t window = 0; window < columns / 2; ++window)
                CHECK(std::isnan(y.value().data()[window]) == (window == place % columns / 2));
            CHECK(gradient.data()[place] == 1);
            if (other != place) CHECK(gradient.data()[other] == 0);
        }
    }
}

TEST_CASE("max_pool2d is that of plain loops, for random shapes, strides, paddings and dilations, ties and NaN among them") {
    Draw draw;
    for (int round = 0; round < 300; ++round) {
        const PerSide window = draw.sides(1, 4), stride = draw.sides(1, 3), dilation = draw.sides(1, 2);
        const PerSide padding{draw.index(0, static_cast<std::size_t>(window.height) / 2), draw.index(0, static_cast<std::size_t>(window.width) / 2)};
        const Shape   shape{draw.between(0, 2), draw.between(1, 3), draw.between(8, 12), draw.between(8, 40)};
        Array<float>  x = draw.numbers<float>(shape);
        for (float& element : x.storage()) {
            if (draw.between(0, 40) == 0) element = std::numeric_limits<float>::quiet_NaN();
        }
        Tape         tape;
        const auto   of_x     = tape.watch(x);
        const auto   y        = max_pool2d(of_x, window, {.stride = stride, .padding = padding, .dilation = dilation});
        const auto   g        = draw.numbers<float>(y.shape());
        const auto   gradient = tape.gradient(y, of_x, seed(g));
        Array<float> expected = zeros<float>(shape);
        bool         right    = true;
        std::size_t  place    = 0;
        for (std::size_t plane = 0; plane < shape[0] * shape[1]; ++plane) {
            for (std::size_t row = 0; row < y.shape()[2]; ++row) {
                for (std::size_t column = 0; column < y.shape()[3]; ++column, ++place) {
                    std::optional<std::size_t> winner;
                    for (Index i = 0; i < window.height; ++i) {
                        for (Index j = 0; j < window.width; ++j) {
                            const Index u = static_cast<Index>(row) * stride.height - padding.height + i * dilation.height;
                            const Index v = static_cast<Index>(column) * stride.width - padding.width + j * dilation.width;
                            if (u < 0 || v < 0 || u >= static_cast<Index>(shape[2]) || v >= static_cast<Index>(shape[3])) continue;
                            const std::size_t at = (plane * shape[2] + static_cast<std::size_t>(u)) * shape[3] + static_cast<std::size_t>(v);
                            if (!winner || x.data()[at] > x.data()[*winner] || (std::isnan(x.data()[at]) && !std::isnan(x.data()[*winner])))
                                winner = at;
                        }
                    }
                    REQUIRE(winner.has_value());
                    const float found = y.value().data()[place];
                    right             = right && (found == x.data()[*winner] || (std::isnan(found) && std::isnan(x.data()[*winner])));
                    expected.data()[*winner] += g.data()[place];
                }
            }
        }
        CHECK_MESSAGE(right, to_string(shape));
        CHECK(gradient == expected);
    }
}

TEST_CASE("A wrong call of max_pool2d says what is wrong") {
    const Variable<double> x(zeros<double>({1, 1, 5, 5}));
    CHECK_THROWS_WITH_AS(max_pool2d(x, 3, {.padding = 2}), doctest::Contains("padding must be at most half of the window"), ValueError);
    CHECK_THROWS_WITH_AS(max_pool2d(x, 6), doctest::Contains("window 6 × 6: in height the window reaches over 6 elements"), ShapeError);
    CHECK_THROWS_WITH_AS(max_pool2d(x, 2, {.stride = 0}), doctest::Contains("stride is 0"), ValueError);
    CHECK_THROWS_WITH_AS(max_pool2d(Variable<double>(zeros<double>({1, 1, 3, 3})), 2, {.padding = 1, .dilation = 4}),
                         doctest::Contains("nothing but padding"), ValueError);
}

TEST_CASE("The results of convolutions and poolings are the same for any number of threads") {
    Random              random(3);
    const Array<double> images = random.normal_array<double>({13, 3, 12, 11}), first = random.normal_array<double>({9, 3, 3, 3});
    const Array<double> second = random.normal_array<double>({80, 9, 10, 10}), bias = random.normal_array<double>({9});
    const auto          step = [&](std::size_t threads) {
        set_num_threads(threads);
        Tape       tape;
        const auto x = tape.watch(images), a = tape.watch(first), b = tape.watch(second), c = tape.watch(bias);
        const auto hidden = max_pool2d(conv2d(x, a, c, {.padding = 1}), 2, {.stride = 1});
        const auto y =
            conv2d(hidden, b) + sum(conv2d_max_pool2d(x, a, c, {}, 2)) + sum(conv2d_max_pool2d(hidden, b, zeros<double>({80}), {}, {2, 1}));
        auto result = tape.gradient(sum(square(y)), std::vector{x, a, b, c});
        result.push_back(y.value());
        return result;
    };
    const std::size_t before = num_threads();
    const auto        one    = step(1);
    for (const std::size_t threads : std::initializer_list<std::size_t>{2, 3, 7}) {
        const auto several = step(threads);
        for (std::size_t place = 0; place < one.size(); ++place) CHECK(several[place] == one[place]);
    }
    set_num_threads(before);
}

TEST_CASE("After the first step a step of convolutions and poolings asks the system for no memory") {
    Random             random(1);
    const Array<float> images = random.normal_array<float>({8, 3, 14, 14}), first = random.normal_array<float>({8, 3, 3, 3});
    const Array<float> second = random.normal_array<float>({4, 8, 3, 3}), bias = random.normal_array<float>({8});
    const auto         step = [&] {
        Tape       tape;
        const auto a = tape.watch(first), b = tape.watch(second), c = tape.watch(bias);
        const auto hidden = max_pool2d(relu(conv2d(Variable<float>(images), a, c, {.padding = 1})), 2);
        return tape.gradient(sum(square(conv2d(hidden, b))), std::tuple{a, b, c});
    };
    for (int warm = 0; warm < 2; ++warm) step();
    const BufferStatistics before = BufferPool::statistics();
    for (int round = 0; round < 10; ++round) step();
    const BufferStatistics after = BufferPool::statistics();
    CHECK(after.system_allocations == before.system_allocations);
    CHECK(after.bytes_in_use <= before.bytes_in_use);
}
