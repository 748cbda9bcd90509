#include <doctest/doctest.h>

#include <xtgrad/array/buffer_pool.hpp>
#include <xtgrad/array/random.hpp>
#include <xtgrad/autograd.hpp>
#include <xtgrad/nn.hpp>

using namespace xtgrad;

namespace {

const xt::xarray<double> x = {0.5, -2.0, 1.5}, y = {2.0, 3.0, -1.0};

const auto block = [](auto a, auto b) { return tanh(a * b) * a + sin(b); };

void check_close(const Array<double>& a, const Array<double>& b) {
    REQUIRE(a.shape() == b.shape());
    for (std::size_t place = 0; place < a.size(); ++place) CHECK(a.data()[place] == doctest::Approx(b.data()[place]).epsilon(1e-13));
}

const auto plain        = [](auto a, auto b) { return sum(exp(block(a * a, b))); };
const auto checkpointed = [](auto a, auto b) { return sum(exp(checkpoint(block, a * a, b))); };

} // namespace

TEST_CASE("checkpoint has the value and the gradients of the function, to the bit") {
    const auto [value, da, db] = value_and_gradient(plain, x, y);
    const auto [again, ea, eb] = value_and_gradient(checkpointed, x, y);
    CHECK(again == value);
    CHECK(ea == da);
    CHECK(eb == db);
    CHECK(gradient([](auto a) { return sum(checkpoint(block, a, y)); }, x) == gradient([](auto a) { return sum(block(a, constant(y))); }, x));
}

TEST_CASE("checkpoint is one record at the caller's line, and leaves none behind in the backward pass") {
    Tape       tape;
    const auto a = tape.watch(x), b = tape.watch(y);
    const auto line = __LINE__ + 1;
    const auto z    = checkpoint(block, a, b);
    CHECK(tape.size() == 3);
    CHECK(tape.to_text().find("checkpoint(%0, %1)  double[3]  ") != std::string::npos);
    CHECK(tape.to_text().find("checkpoint_test.cpp:" + std::to_string(line)) != std::string::npos);
    const auto total = sum(z);
    const auto first = tape.gradient(total, std::tuple{a, b}, keep);
    CHECK(tape.size() == 4);
    CHECK(tape.gradient(total, std::tuple{a, b}) == first);
}

TEST_CASE("Derivatives of every order pass through a checkpoint") {
    const auto of_plain        = [](auto a) { return plain(a, constant(y)); };
    const auto of_checkpointed = [](auto a) { return checkpointed(a, constant(y)); };
    check_close(hessian(of_checkpointed, x), hessian(of_plain, x));
    check_close(hessian_vector_product(of_checkpointed, x, y), hessian_vector_product(of_plain, x, y));
    check_close(std::get<1>(jvp(of_checkpointed, x, y)), std::get<1>(jvp(of_plain, x, y)));
    check_close(gradient([&](auto a) { return sum(hessian(of_checkpointed, a)); }, x),
                gradient([&](auto a) { return sum(hessian(of_plain, a)); }, x));
    const auto [haa, hab] = std::get<0>(hessian(checkpointed, x, y));
    const auto [paa, pab] = std::get<0>(hessian(plain, x, y));
    check_close(haa, paa);
    check_close(hab, pab);
    CHECK(check_gradients(
        {.second_order = true}, [](auto a, auto b) { return checkpoint(block, a, b); }, x, y));
}

TEST_CASE("What the function captures gets its gradient: parameters and variables") {
    nn::Parameters<double> parameters{1};
    const auto             w = parameters.make("w", {3}, nn::constant(0.3));
    for (const bool used_before : {false, true}) {
        CAPTURE(used_before);
        const auto run = [&](auto wrap) {
            Tape       tape;
            const auto a        = tape.watch(x);
            const auto captured = a * 2.0;
            const auto before   = used_before ? sum(w) : Variable<double>(1.0);
            const auto z        = wrap([&, captured](auto b) { return tanh(b * w) * captured; }, a);
            const auto g        = tape.gradient(sum(z) * before, std::tuple{a, parameters});
            return std::pair{std::get<0>(g), std::get<1>(g)["w"]};
        };
        const auto expected = run([](auto f, auto a) { return f(a); });
        const auto got      = run([](auto f, auto a) { return checkpoint(f, a); });
        check_close(got.first, expected.first);
        check_close(got.second, expected.second);
    }
    // No input at all, and derivatives of second order by the parameter.
    const auto of_plain        = [&] { return sum(exp(w * w)); };
    const auto of_checkpointed = [&] { return checkpoint(of_plain); };
    check_close(gradient(of_checkpointed, w), gradient(of_plain, w));
    check_close(hessian(of_checkpointed, w), hessian(of_plain, w));
}

TEST_CASE("A parameter changed between the two runs of a checkpoint is an error") {
    nn::Parameters<double> parameters{1};
    const auto             w = parameters.make("w", {3}, nn::constant(0.3));
    Tape                   tape;
    const auto             total = sum(checkpoint([&](auto a) { return a * w; }, constant(x)));
    w.assign(zeros<double>({3}));
    CHECK_THROWS_AS(tape.gradient(total, parameters), TapeError);
}

TEST_CASE("A function that gives another shape the second time is found out") {
    Index      length = 3;
    Tape       tape;
    const auto a     = tape.watch(x);
    const auto total = sum(checkpoint([&](auto b) { return slice(b, {Range(0, length)}) * 2.0; }, a));
    length           = 2;
    CHECK_THROWS_WITH_AS(tape.gradient(total, a, keep), doctest::Contains("the function gave shape [2] and not [3]"), Error);
    length = 3;
    CHECK(tape.gradient(total, a) == full<double>({3}, 2.0));
}

TEST_CASE("Without a tape checkpoint is a call; constants and captured handles come back as they are; after a throw the tape is as it was") {
    CHECK(checkpoint(block, x, y).value() == block(constant(x), constant(y)).value());
    Tape       tape;
    const auto a = tape.watch(x);
    CHECK_FALSE(checkpoint([](auto b) { return exp(b); }, y).recorded());
    CHECK(checkpoint([&](auto) { return a; }, a).place() == a.place());
    CHECK(tape.size() == 1);
    CHECK_THROWS_AS(checkpoint([](auto b) { return exp(b) + zeros<double>({7}); }, a), ShapeError);
    CHECK(tape.size() == 1);
    // An input that is not used.
    const auto b     = tape.watch(y);
    const auto total = sum(checkpoint([](auto, auto v) { return v * v; }, a, b));
    CHECK(tape.gradient(total, a, keep) == zeros<double>({3}));
    CHECK(tape.gradient(total, b) == xt::xarray<double>{4, 6, -2});
}

TEST_CASE("Checkpoints nest, and cross scalar types") {
    const auto inner = [](auto a) { return sin(exp(a)); };
    const auto outer = [&](auto a) { return checkpoint(inner, a * a) * a; };
    check_close(gradient([&](auto a) { return sum(checkpoint(outer, a)); }, x), gradient([&](auto a) { return sum(inner(a * a) * a); }, x));
    check_close(hessian([&](auto a) { return sum(checkpoint(outer, a)); }, x), hessian([&](auto a) { return sum(inner(a * a) * a); }, x));
    const auto rounded = [](auto a) { return cast<float>(a) * 3.0F; };
    CHECK(gradient([&](auto a) { return sum(cast<double>(checkpoint(rounded, a))); }, x) == full<double>({3}, 3.0));
}

TEST_CASE("A chain in checkpoints keeps the inputs of its segments alone, and its backward pass one segment more") {
    constexpr std::size_t elements = std::size_t{1} << 14;
    constexpr int         segments = 8;
    constexpr int         length   = 8;
    const std::size_t     empty    = BufferPool::statistics().bytes_in_use;
    const Array<double>   start    = full<double>({elements}, 0.5);
    const std::size_t     bytes    = BufferPool::statistics().bytes_in_use - empty; // of one array
    const auto            segment  = [](Variable<double> v) {
        for (int operation = 0; operation < length; ++operation) v = sin(v);
        return v;
    };
    struct Use {
        std::size_t   after_forward;
        std::size_t   peak;
        Array<double> gradient;
    };
    const auto use = [&](auto step) {
        const auto before = BufferPool::statistics().bytes_in_use;
        BufferPool::reset_peak();
        Tape             tape;
        const auto       a = tape.watch(start);
        Variable<double> v = a;
        for (int number = 0; number < segments; ++number) v = step(v);
        const auto total = sum(v);
        const auto after = BufferPool::statistics().bytes_in_use - before;
        auto       slope = tape.gradient(total, a);
        return Use{after, BufferPool::statistics().peak_bytes_in_use - before, std::move(slope)};
    };
    const Use whole = use(segment);
    const Use parts = use([&](const Variable<double>& v) { return checkpoint(segment, v); });
    CHECK(parts.gradient == whole.gradient);
    // Every value, against one a segment.
    CHECK(whole.after_forward >= segments * length * bytes);
    CHECK(parts.after_forward <= (segments + 3) * bytes);
    CHECK(parts.peak <= (segments + length + 6) * bytes);
    CHECK(whole.peak >= 3 * parts.peak);
}
