#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include <pthread.h>

#include <xtgrad/autograd.hpp>

using namespace xtgrad;

namespace {

// Runs `body` in a thread with a stack of `bytes`, in which recursion over a long tape would overflow.
template <class Body>
void run_under_stack(std::size_t bytes, Body body) {
    pthread_attr_t attributes;
    REQUIRE(pthread_attr_init(&attributes) == 0);
    REQUIRE(pthread_attr_setstacksize(&attributes, bytes) == 0);
    pthread_t  thread{};
    const auto start = [](void* argument) -> void* {
        (*static_cast<Body*>(argument))();
        return nullptr;
    };
    REQUIRE(pthread_create(&thread, &attributes, start, &body) == 0);
    REQUIRE(pthread_join(thread, nullptr) == 0);
    pthread_attr_destroy(&attributes);
}

const xt::xarray<double> three = {1.0, 2.0, 3.0};

} // namespace

TEST_CASE("A chain of a million operations is recorded, swept and dropped under a stack of 256 KiB") {
    double value = 0, slope = 0;
    run_under_stack(std::size_t{256} << 10, [&] {
        Tape             tape;
        const auto       x = tape.watch(xt::xarray<double>{1.0});
        Variable<double> y = x;
        for (int step = 0; step < 500000; ++step) y = y + 1e-9 * y;
        REQUIRE(tape.size() == 1000001);
        value = y.item();
        slope = tape.gradient(y, x)(0);
    });
    const double expected = std::pow(1 + 1e-9, 500000);
    CHECK(value == doctest::Approx(expected).epsilon(1e-10));
    CHECK(slope == doctest::Approx(expected).epsilon(1e-10));
}

TEST_CASE("A ladder of 60 diamonds is swept once a record, not once a path") {
    Tape             tape;
    const auto       x = tape.watch(xt::xarray<double>{1.0});
    Variable<double> y = x;
    for (int rung = 0; rung < 60; ++rung) y = y + y;
    CHECK(tape.size() == 61);
    CHECK(tape.gradient(y, x, keep)(0) == std::exp2(60));
    // Also through two operations a rung.
    Variable<double> z = x;
    for (int rung = 0; rung < 60; ++rung) z = sin(z) * cos(z) + z;
    CHECK(std::isfinite(tape.gradient(z, x)(0)));
}

TEST_CASE("A variable used twice gets both contributions") {
    const auto slope = [](auto f) { return gradient(f, xt::xarray<double>{3.0})(0); };
    CHECK(slope([](auto x) { return x + x; }) == 2);
    CHECK(slope([](auto x) { return x * x; }) == 6);
    CHECK(slope([](auto x) { return x - x; }) == 0);
    CHECK(slope([](auto x) { return x / x; }) == 0);
    CHECK(slope([](auto x) { return maximum(x, x); }) == 1);
    CHECK(slope([](auto x) { return pow(x, x); }) == doctest::Approx(27 * (std::log(3.0) + 1)));
    const auto matrix = gradient([](auto x) { return sum(matmul(x, x)); }, xt::xarray<double>{{1, 2}, {3, 4}});
    CHECK(matrix == xt::xarray<double>{{7, 11}, {9, 13}});
    const auto joined = gradient([](auto x) { return sum(concatenate({x, x, x})); }, three);
    CHECK(joined == xt::xarray<double>{3, 3, 3});
}

TEST_CASE("A source that the target does not depend on gets zeros of its own shape") {
    Tape       tape;
    const auto x = tape.watch(three), y = tape.watch(xt::xarray<double>::from_shape({2, 0}));
    const auto z            = tape.watch(xt::xarray<float>{{1, 2}});
    const auto [dx, dy, dz] = tape.gradient(sum(x), std::tuple{x, y, z});
    CHECK(dx == xt::xarray<double>{1, 1, 1});
    CHECK(dy.shape() == Shape{2, 0});
    CHECK(dz == xt::xarray<float>{{0, 0}});
    // Recorded after the target.
    Tape       again;
    const auto a     = again.watch(three);
    const auto total = sum(a);
    const auto later = again.watch(three);
    CHECK(again.gradient(total, later) == xt::xarray<double>{0, 0, 0});
}

TEST_CASE("Sources come alone, in a vector or in a tuple, and may be intermediate or the target itself") {
    Tape       tape;
    const auto x    = tape.watch(three);
    const auto y    = x * 2;
    const auto z    = sum(y * y);
    const auto list = tape.gradient(z, std::vector{x, y, z}, keep);
    CHECK(list[0] == xt::xarray<double>{8, 16, 24});
    CHECK(list[1] == xt::xarray<double>{4, 8, 12});
    CHECK(list[2](0) == 1);
    CHECK(list[2].dimension() == 0);
    // The same source twice.
    const auto [first, second] = tape.gradient(z, std::tuple{x, x});
    CHECK(first == second);
}

TEST_CASE("A constant has no gradient, as source or as target") {
    Tape             tape;
    const auto       x = tape.watch(three);
    Variable<double> c = three;
    CHECK_THROWS_WITH_AS(tape.gradient(sum(x), c), doctest::Contains("constant"), TapeError);
    CHECK_THROWS_WITH_AS(tape.gradient(sum(c), x), doctest::Contains("not recorded"), TapeError);
    CHECK_THROWS_WITH_AS(tape.gradient(sum(x.detach()) * 2, x), doctest::Contains("not recorded"), TapeError);
    // Nothing was spent.
    CHECK(tape.gradient(sum(x * constant(three)), x) == three);
}

TEST_CASE("Operations on constants alone are not recorded, and without a tape nothing is") {
    Variable<double> c = three;
    Tape             tape;
    const auto       y = sum(exp(c) * c);
    CHECK(tape.size() == 0);
    CHECK(!y.recorded());
    const auto x = tape.watch(three);
    CHECK(!(x.detach() * 2).recorded());
    CHECK(tape.size() == 1);
}

TEST_CASE("A handle whose tape is gone says where it was recorded, and what to do") {
    Variable<double> gone = 0;
    unsigned         line = 0;
    {
        Tape       tape;
        const auto x = tape.watch(three);
        line         = __LINE__ + 1;
        gone         = sum(x * x);
    }
    CHECK(gone.item() == 14);
    const std::string place = "tape_test.cpp:" + std::to_string(line);
    const auto        check = [&](auto use) {
        try {
            use();
            FAIL("nothing was thrown");
        } catch (const TapeError& error) {
            const std::string text = error.what();
            INFO(text);
            CHECK(text.find(place) != std::string::npos);
            CHECK(text.find("detach()") != std::string::npos);
        }
    };
    check([&] { gone * 2; });
    check([&] {
        Tape tape;
        tape.gradient(gone, tape.watch(three));
    });
    Tape       tape;
    const auto x = tape.watch(three);
    check([&] { sum(x) + gone; });
    check([&] { tape.gradient(sum(x), gone); });
    CHECK(tape.gradient(sum(x * gone.detach()), x)(0) == 14);
}

TEST_CASE("A loss that adds up over steps, each with its own tape, throws at the second step") {
    Variable<double> total = 0;
    const auto       step  = [&] {
        Tape       tape;
        const auto x = tape.watch(three);
        total += sum(x * x);
        tape.gradient(total, x);
    };
    step();
    CHECK_THROWS_WITH_AS(step(), doctest::Contains("detach()"), TapeError);
}

TEST_CASE("A spent tape names the call that spent it and the tag that would have kept it") {
    Tape           tape;
    const auto     x    = tape.watch(three);
    const auto     y    = sum(x + x);
    const unsigned line = __LINE__ + 1;
    tape.gradient(y, x);
    try {
        tape.gradient(y, x);
        FAIL("nothing was thrown");
    } catch (const TapeError& error) {
        const std::string text = error.what();
        INFO(text);
        CHECK(text.find("tape_test.cpp:" + std::to_string(line)) != std::string::npos);
        CHECK(text.find("xtgrad::keep") != std::string::npos);
    }
}

TEST_CASE("With keep, and with create_graph, a tape is swept again with the same bits") {
    Tape       tape;
    const auto x      = tape.watch(three);
    const auto y      = sum(exp(x) / x);
    const auto first  = tape.gradient(y, x, keep);
    const auto middle = tape.gradient(y, x, create_graph);
    const auto second = tape.gradient(y, x, keep);
    const auto last   = tape.gradient(y, x);
    CHECK(first == second);
    CHECK(first == middle.value());
    CHECK(first == last);
}

TEST_CASE("create_graph gives gradients that can be differentiated, several times") {
    Tape       tape;
    const auto x  = tape.watch(three);
    const auto y  = sum(x * x * x * x);
    const auto d1 = tape.gradient(y, x, create_graph);
    const auto d2 = tape.gradient(sum(d1), x, create_graph);
    const auto d3 = tape.gradient(sum(d2), x, create_graph);
    const auto d4 = tape.gradient(sum(d3), x);
    CHECK(d1.value() == xt::xarray<double>{4, 32, 108});
    CHECK(d2.value() == xt::xarray<double>{12, 48, 108});
    CHECK(d3.value() == xt::xarray<double>{24, 48, 72});
    CHECK(d4 == xt::xarray<double>{24, 24, 24});
}

TEST_CASE("A target with several elements needs a seed of its shape") {
    Tape       tape;
    const auto x = tape.watch(three);
    const auto y = x * x;
    CHECK_THROWS_WITH_AS(tape.gradient(y, x), doctest::Contains("[3]"), ShapeError);
    CHECK_THROWS_WITH_AS(tape.gradient(y, x, seed(xt::xarray<double>{1, 2})), doctest::Contains("seed has shape [2], the target [3]"), ShapeError);
    CHECK(tape.gradient(y, x, seed(xt::xarray<double>{1, 10, 100}), keep) == xt::xarray<double>{2, 40, 600});
    // Zero seed: exactly zero. Twice the seed: twice the bits.
    CHECK(tape.gradient(y, x, seed(xt::xarray<double>{0, 0, 0}), keep) == xt::xarray<double>{0, 0, 0});
    // The gradient is linear in a recorded seed, and can be differentiated by it.
    const auto s  = tape.watch(xt::xarray<double>{1, 1, 1});
    const auto dx = tape.gradient(y, x, seed(s), create_graph);
    CHECK(tape.gradient(sum(dx), s) == xt::xarray<double>{2, 4, 6});
}

TEST_CASE("An exception in the middle of a forward pass leaves the tape unchanged and usable") {
    Tape              tape;
    const auto        x    = tape.watch(three);
    const auto        y    = x * x;
    const std::size_t size = tape.size();
    CHECK_THROWS_AS((y + xt::xarray<double>{1, 2}), ShapeError);
    CHECK_THROWS_AS(matmul(y, xt::xarray<double>{{1, 2}}), ShapeError);
    CHECK_THROWS_AS(reshape(y, {2, 2}), ShapeError);
    CHECK_THROWS_AS(sum(y, 3), ShapeError);
    CHECK_THROWS_AS(sum(y, {0, 0}), ShapeError);
    CHECK_THROWS_AS(slice(y, {Range(5)}), Error);
    CHECK_THROWS_AS(gather(y, Array<Index>{7}, 0), ValueError);
    CHECK_THROWS_AS(concatenate({y, Variable<double>(full<double>({1, 1}, 1.0))}), ShapeError);
    CHECK_THROWS_AS(transpose(y, {0, 1}), ShapeError);
    CHECK_THROWS_AS(broadcast_to(y, {2, 2}), ShapeError);
    CHECK_THROWS_AS(squeeze(y, 0), ShapeError);
    CHECK_THROWS_AS(expand_dims(y, 4), ShapeError);
    CHECK_THROWS_AS(clip(y, 1, 0), ValueError);
    CHECK_THROWS_AS(where(Mask{true, false}, y, 0), ShapeError);
    CHECK_THROWS_AS(y.item(), ShapeError);
    CHECK_THROWS_AS(gradient([&](auto v) { return sum(v + y + xt::xarray<double>{1, 2}); }, three), ShapeError);
    CHECK(tape.size() == size);
    CHECK(tape.gradient(sum(y), x) == xt::xarray<double>{2, 4, 6});
}

TEST_CASE("An exception thrown by the user's function leaves an outer tape usable") {
    struct Mine {};
    Tape       tape;
    const auto x = tape.watch(three);
    CHECK_THROWS_AS(gradient(
                        [](auto v) {
                            const auto y = v * v;
                            if (y.size() == 3) throw Mine{};
                            return sum(y);
                        },
                        x),
                    Mine);
    CHECK(tape.gradient(sum(x * x), x) == xt::xarray<double>{2, 4, 6});
}

TEST_CASE("Errors carry the line of the operation that failed") {
    Tape           tape;
    const auto     x    = tape.watch(three);
    const unsigned line = __LINE__ + 2;
    try {
        matmul(x, xt::xarray<double>{{1, 2}});
        FAIL("nothing was thrown");
    } catch (const ShapeError& error) {
        CHECK(error.where().line == line);
        CHECK(std::string(error.what()).find("[1, 2]: inner dimensions 3 and 1 differ") != std::string::npos);
    }
}

TEST_CASE("An inner tape does not sweep what an outer tape recorded") {
    Tape       outer;
    const auto x = outer.watch(three);
    const auto y = sum(x * x);
    {
        Tape inner;
        CHECK_THROWS_WITH_AS(inner.gradient(y, x), doctest::Contains("before this tape began"), TapeError);
    }
    CHECK(outer.gradient(y, x) == xt::xarray<double>{2, 4, 6});
}

TEST_CASE("A batch of nothing has gradients of the right shape, all zero, through every broadcast") {
    Tape       tape;
    const auto x                = tape.watch(xt::xarray<double>::from_shape({0, 2}));
    const auto b                = tape.watch(xt::xarray<double>{1.0, 2.0});
    const auto s                = tape.watch(constant(3.0));
    const auto w                = tape.watch(xt::xarray<double>{{1, 2}, {3, 4}});
    const auto [dx, db, ds, dw] = tape.gradient(sum((matmul(x, w) + b) * s), std::tuple{x, b, s, w});
    CHECK(dx.shape() == Shape{0, 2});
    CHECK(db == xt::xarray<double>{0, 0});
    CHECK(ds.dimension() == 0);
    CHECK(ds(0) == 0);
    CHECK(dw == xt::xarray<double>{{0, 0}, {0, 0}});
}

TEST_CASE("The gradient of a broadcast operand has the operand's shape") {
    const auto shapes = [](const Shape& a, const Shape& b) {
        Tape       tape;
        const auto x = tape.watch(full<double>(a, 2.0)), y = tape.watch(full<double>(b, 3.0));
        const auto [dx, dy] = tape.gradient(sum(x * y), std::tuple{x, y});
        CHECK(dx.shape() == a);
        CHECK(dy.shape() == b);
        // Each element of one meets so many of the other.
        const double pairs = static_cast<double>((x * y).size());
        if (dx.size() > 0) CHECK(dx.data()[0] == 3 * pairs / static_cast<double>(dx.size()));
        if (dy.size() > 0) CHECK(dy.data()[0] == 2 * pairs / static_cast<double>(dy.size()));
    };
    // All pairs of shapes of up to three axes with extents 0 to 2 that broadcast.
    std::vector<Shape> all{{}};
    for (std::size_t from = 0, rank = 0; rank < 3; ++rank) {
        const std::size_t to = all.size();
        for (; from < to; ++from) {
            for (std::size_t extent = 0; extent < 3; ++extent) {
                Shape longer = all[from];
                longer.push_back(extent);
                all.push_back(longer);
            }
        }
    }
    CHECK(all.size() == 40);
    int broadcast = 0;
    for (const Shape& a : all) {
        for (const Shape& b : all) {
            bool fits = true;
            for (std::size_t axis = 1; axis <= std::min(a.size(), b.size()); ++axis) {
                const std::size_t in_a = a[a.size() - axis], in_b = b[b.size() - axis];
                fits = fits && (in_a == in_b || in_a == 1 || in_b == 1);
            }
            if (!fits) {
                CHECK_THROWS_AS(broadcast_shapes("test", a, b), ShapeError);
                continue;
            }
            ++broadcast;
            shapes(a, b);
        }
    }
    CHECK(broadcast > 500);
}

TEST_CASE("cast has a gradient, and types do not mix by accident") {
    Tape       tape;
    const auto x  = tape.watch(xt::xarray<float>{1.5F, 2.5F});
    const auto y  = sum(square(cast<double>(x)));
    const auto dx = tape.gradient(y, x);
    static_assert(std::is_same_v<decltype(dx), const Array<float>>);
    CHECK(dx == xt::xarray<float>{3, 5});
}

TEST_CASE("A number that is repeated is written out for whoever asks for its elements, and stays as it was for the others") {
    Tape       tape;
    const auto number   = tape.watch(Array<double>(Shape{}, 3.0));
    const auto repeated = broadcast_to(number, {2, 20});
    const auto reshaped = reshape(repeated, {40});
    CHECK(sum(repeated * Array<double>(Shape{20}, 2.0)).item() == 240);
    CHECK(repeated.value() == full<double>({2, 20}, 3));
    CHECK(reshaped.value() == full<double>({40}, 3));
    CHECK(transpose(repeated).value() == full<double>({20, 2}, 3));
    CHECK((repeated + reshape(reshaped, {2, 20})).value() == full<double>({2, 20}, 6));
    // A second use of memory that was written out has its own shape again.
    for (int round = 0; round < 3; ++round) {
        CHECK(broadcast_to(number, {40}).value() == full<double>({40}, 3));
        CHECK((broadcast_to(number, {5, 8}) * 2).value() == full<double>({5, 8}, 6));
    }
    CHECK(tape.gradient(sum(repeated) + mean(reshaped), number)() == 41);
}
