#include <doctest/doctest.h>

#include <xtgrad/array/random.hpp>
#include <xtgrad/autograd.hpp>
#include <xtgrad/autograd/map.hpp>

using namespace xtgrad;

namespace {

// One function, of whatever numbers it is given.
constexpr auto formula = [](auto a, auto b) { return tanh(a * b + a) / (2.0 + square(b)) + where(a > b, exp(a - b), sin(b) * a); };
constexpr auto total   = [](auto a, auto b) { return sum(formula(a, b)); };

void check_close(const Array<double>& a, const Array<double>& b) {
    REQUIRE(a.shape() == b.shape());
    for (std::size_t place = 0; place < a.size(); ++place)
        CHECK(std::abs(a.data()[place] - b.data()[place]) <= 1e-12 * (1 + std::abs(b.data()[place])));
}

/// The derivatives of the formula at one pair of numbers, by dual numbers within dual numbers: the second directions by both, within the first.
struct ByDuals {
    double                               value;
    std::array<double, 2>                first;
    std::array<std::array<double, 2>, 2> second;
};
ByDuals by_duals(double x, double y) {
    using Inner       = Dual<Lanes<double>, 2>;
    using Outer       = Dual<Inner, 2>;
    const auto seeded = [](double number, std::size_t direction) {
        Inner inner(number);
        inner.set(direction, Lanes<double>(1.0));
        Outer outer(inner);
        outer.set(direction, Inner(1.0));
        return outer;
    };
    const auto number = [](const Lanes<double>& lanes) {
        alignas(64) double all[Lanes<double>::width];
        lanes.store(all);
        return all[0];
    };
    const Outer z = formula(seeded(x, 0), seeded(y, 1));
    ByDuals     result{number(z.value.value), {}, {}};
    for (std::size_t i = 0; i < 2; ++i) {
        result.first[i] = number(z.value.partial(i));
        for (std::size_t j = 0; j < 2; ++j) result.second[i][j] = number(z.partial(i).partial(j));
    }
    return result;
}

} // namespace

TEST_CASE("One generic function runs on constants, recording nothing, and under every form of differentiation, which all agree") {
    Random                random(17);
    constexpr std::size_t count = 6;
    const Array<double>   a = random.uniform_array<double>({count}, -2, 2), b = random.uniform_array<double>({count}, -2, 2);
    const Array<double> u = random.normal_array<double>({count}), v = random.normal_array<double>({count}), w = random.normal_array<double>({count});

    // What all have to agree with.
    Array<double> value = zeros<double>({count});
    Array<double> by_a = value, by_b = value, aa = value, ab = value, bb = value;
    for (std::size_t place = 0; place < count; ++place) {
        const ByDuals d = by_duals(a(place), b(place));
        value(place)    = d.value;
        by_a(place)     = d.first[0];
        by_b(place)     = d.first[1];
        aa(place)       = d.second[0][0];
        ab(place)       = d.second[0][1];
        bb(place)       = d.second[1][1];
        CHECK(d.second[1][0] == doctest::Approx(d.second[0][1]).epsilon(1e-13));
    }
    const auto diagonal = [](const Array<double>& elements) {
        Array<double> matrix = zeros<double>({elements.size(), elements.size()});
        for (std::size_t place = 0; place < elements.size(); ++place) matrix(place, place) = elements(place);
        return matrix;
    };

    // Constants, with a tape in scope: nothing is recorded.
    {
        Tape       tape;
        const auto plain = formula(constant(a), constant(b));
        CHECK_FALSE(plain.recorded());
        CHECK(tape.size() == 0);
        check_close(plain.value(), value);
    }
    // A tape of one's own.
    {
        Tape       tape;
        const auto x = tape.watch(a), y = tape.watch(b);
        const auto z = formula(x, y);
        CHECK(z.recorded());
        const auto [dx, dy] = tape.gradient(z, std::tuple{x, y}, seed(w));
        check_close(dx, w * by_a);
        check_close(dy, w * by_b);
    }
    // Every form.
    const auto [dx, dy] = gradient(total, a, b);
    check_close(dx, by_a);
    check_close(dy, by_b);
    CHECK(std::get<0>(value_and_gradient(total, a, b)) == doctest::Approx(xt::sum(value)()).epsilon(1e-12));
    const auto [of_vjp, products] = vjp(formula, std::tuple{a, b}, w);
    check_close(of_vjp, value);
    check_close(std::get<0>(products), w * by_a);
    check_close(std::get<1>(products), w * by_b);
    const auto [of_jvp, along] = jvp(formula, std::tuple{a, b}, std::tuple{u, v});
    check_close(of_jvp, value);
    check_close(along, u * by_a + v * by_b);
    const auto [ja, jb] = jacobian(formula, a, b);
    check_close(ja, diagonal(by_a));
    check_close(jb, diagonal(by_b));
    const auto [ha, hb] = hessian(total, a, b);
    check_close(std::get<0>(ha), diagonal(aa));
    check_close(std::get<1>(ha), diagonal(ab));
    check_close(std::get<0>(hb), diagonal(ab));
    check_close(std::get<1>(hb), diagonal(bb));
    const auto [pa, pb] = hessian_vector_product(total, std::tuple{a, b}, std::tuple{u, v});
    check_close(pa, aa * u + ab * v);
    check_close(pb, ab * u + bb * v);
    // Nested.
    const auto inner = [](auto x, auto y) { return std::get<0>(gradient(total, x, y)); };
    check_close(std::get<1>(jvp(inner, std::tuple{a, b}, std::tuple{u, v})), aa * u + ab * v);
    // As one fused operation, and run again in the backward pass.
    const auto mapped = [](auto x, auto y) { return map(formula, x, y); };
    const auto again  = [](auto x, auto y) { return checkpoint(formula, x, y); };
    check_close(std::get<0>(vjp(mapped, std::tuple{a, b}, w)), value);
    check_close(std::get<1>(jvp(mapped, std::tuple{a, b}, std::tuple{u, v})), along);
    check_close(std::get<1>(jvp(again, std::tuple{a, b}, std::tuple{u, v})), along);
    check_close(std::get<0>(hessian_vector_product([&](auto x, auto y) { return sum(mapped(x, y)); }, std::tuple{a, b}, std::tuple{u, v})), pa);
    check_close(std::get<0>(hessian_vector_product([&](auto x, auto y) { return sum(again(x, y)); }, std::tuple{a, b}, std::tuple{u, v})), pa);
    CHECK(check_gradients({.second_order = true}, formula, a, b));
    // In float.
    const Array<float> in_float  = gradient([](auto x) { return total(x, x * 0.5F); }, Array<float>{0.5F, -1.0F});
    const auto         in_double = gradient([](auto x) { return total(x, x * 0.5); }, Array<double>{0.5, -1.0});
    for (std::size_t place = 0; place < 2; ++place) CHECK(static_cast<double>(in_float(place)) == doctest::Approx(in_double(place)).epsilon(1e-5));
}
