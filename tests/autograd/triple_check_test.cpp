#include <doctest/doctest.h>

#include <sstream>

#include <xtgrad/array/random.hpp>
#include <xtgrad/autograd.hpp>

using namespace xtgrad;

namespace {

// An array of the same shape with each element replaced by change(element, place).
template <Scalar T, class Change>
Array<T> changed(const Array<T>& array, Change change) {
    Array<T> result = array;
    for (std::size_t place = 0; place < result.size(); ++place) result.data()[place] = static_cast<T>(change(result.data()[place], place));
    return result;
}

template <Scalar T>
Array<T> transposed(const Array<T>& matrix) {
    Array<T> result = zeros<T>({matrix.shape()[1], matrix.shape()[0]});
    for (std::size_t i = 0; i < matrix.shape()[0]; ++i) {
        for (std::size_t j = 0; j < matrix.shape()[1]; ++j) result(j, i) = matrix(i, j);
    }
    return result;
}

constexpr auto times = [](double factor) { return [=](double element, std::size_t) { return factor * element; }; };

struct Softmax {
    Array<double> x;

    // Σ_i over a row of term(p_i, g_i).
    static Array<double> gradient(const Array<double>& x, const Array<double>& g, bool whole) {
        Array<double>     result = x;
        const std::size_t width  = x.shape()[1];
        for (std::size_t row = 0; row < x.shape()[0]; ++row) {
            double total = 0, product = 0;
            for (std::size_t i = 0; i < width; ++i) total += std::exp(x(row, i));
            for (std::size_t i = 0; i < width; ++i) product += g(row, i) * std::exp(x(row, i)) / total;
            for (std::size_t i = 0; i < width; ++i) {
                const double p = std::exp(x(row, i)) / total;
                result(row, i) = whole ? p * (g(row, i) - product) : g(row, i) * p * (1 - p);
            }
        }
        return result;
    }
};

double logistic(double x) { return 1 / (1 + std::exp(-x)); }
double logistic_slope(double x) { return logistic(x) * logistic(-x); }

// What a wrong hand-written gradient must be called.
struct Planted {
    Array<double> gradient;
    Slip          slip;
};

} // namespace

TEST_CASE("triple_check agrees with a right gradient, in double and in float, and with a callable") {
    Random              random(1);
    const Array<double> x      = random.normal_array<double>({3, 4});
    const auto          f      = [](auto v) { return sum(square(v) * v); };
    const auto          hand   = changed(x, [](double e, std::size_t) { return 3 * e * e; });
    const TripleReport  report = triple_check(hand, f, x);
    CHECK(report.agree());
    CHECK(report.inputs.at(0).checked == 12);
    CHECK(report.inputs.at(0).inconclusive == 0);
    CHECK(report.inputs.at(0).tape_and_differences.largest_difference < 1e-8);

    const Array<float> single   = random.normal_array<float>({3, 4});
    const auto         callable = [](const Array<float>& v) { return changed(v, [](float e, std::size_t) { return 3 * e * e; }); };
    CHECK(triple_check(callable, f, single).agree());
}

TEST_CASE("triple_check raises no false alarm over random networks, in double and in float") {
    Random     random(2);
    const auto run = [&]<Scalar T>(T) {
        for (int round = 0; round < 50; ++round) {
            const std::size_t batch = 1 + random.below(6), in = 1 + random.below(6), out = 1 + random.below(6);
            const Array<T>    input = random.normal_array<T>({batch, in}), weight = random.normal_array<T>({out, in});
            const Array<T>    target = random.uniform_array<T>({batch, out});
            const auto        f      = [&](const Variable<T>& w) { return sum(square(sigmoid(matmul(input, w, Transposed::second)) - target)); };
            Array<T>          hand   = zeros<T>({out, in});
            for (std::size_t row = 0; row < batch; ++row) {
                for (std::size_t j = 0; j < out; ++j) {
                    double z = 0;
                    for (std::size_t i = 0; i < in; ++i) z += static_cast<double>(input(row, i)) * static_cast<double>(weight(j, i));
                    const double delta = 2 * (logistic(z) - static_cast<double>(target(row, j))) * logistic_slope(z);
                    for (std::size_t i = 0; i < in; ++i) hand(j, i) += static_cast<T>(delta * static_cast<double>(input(row, i)));
                }
            }
            const TripleReport report = triple_check(hand, f, weight);
            INFO(report);
            CHECK(report.agree());
            // A part in a thousand is found out; differences in float can tell less.
            const TripleReport wrong = triple_check(changed(hand, times(std::is_same_v<T, double> ? 1.001 : 1.5)), f, weight);
            INFO(wrong);
            CHECK(wrong.verdict == TripleVerdict::hand_is_odd);
        }
    };
    run(1.0);
    run(1.0F);
}

TEST_CASE("triple_check catches and names the slips of gradients written by hand") {
    Random              random(3);
    const Array<double> x      = random.normal_array<double>({4, 4});
    const Array<double> weight = random.normal_array<double>({4, 4});
    const auto          check  = [&](const Array<double>& at, auto f, const std::vector<Planted>& slips) {
        for (const Planted& planted : slips) {
            const TripleReport report = triple_check(planted.gradient, f, at);
            INFO("planted ", std::string(to_string(planted.slip)), ": ", report);
            CHECK(report.verdict == TripleVerdict::hand_is_odd);
            CHECK(report.inputs.at(0).slip.kind == planted.slip);
        }
    };

    SUBCASE("of a plain function of a square matrix") {
        const auto          f     = [&](auto v) { return mean(sin(v) * weight); };
        const Array<double> right = changed(x, [&](double e, std::size_t i) { return std::cos(e) * weight.data()[i] / 16; });
        const auto          only  = [&](std::size_t place, double value) {
            return changed(right, [=](double e, std::size_t i) { return i == place ? value : e; });
        };
        const double not_a_number = std::numeric_limits<double>::quiet_NaN();
        check(x, f,
              {{changed(right, times(-1)), Slip::sign},
               {changed(right, times(2)), Slip::factor},
               {changed(right, times(0.5)), Slip::factor},
               {changed(right, times(-2)), Slip::factor},
               {changed(right, times(16)), Slip::count},
               {changed(right, times(1 / 16.0)), Slip::count},
               {changed(right, times(1.001)), Slip::factor},
               {zeros<double>({4, 4}), Slip::zero},
               {transposed(right), Slip::transposed},
               {changed(right, [](double e, std::size_t i) { return i % 3 == 0 ? -e : e; }), Slip::sign_of_some},
               {changed(right, [&](double, std::size_t i) { return right.data()[15 - i]; }), Slip::reordered},
               {only(15, 0.0), Slip::some_elements},
               {only(15, -right.data()[15]), Slip::sign_of_some},
               {only(2, not_a_number), Slip::not_finite},
               {changed(right, [&](double e, std::size_t i) { return e + 0.1 * x.data()[i]; }), Slip::multiple_of_input},
               {changed(right, [](double e, std::size_t) { return e + 0.01; }), Slip::unknown},
               {changed(right, [](double e, std::size_t i) { return e * static_cast<double>(i + 1); }), Slip::unknown},
               {changed(x, [&](double e, std::size_t i) { return std::sin(e) * weight.data()[i] / 16; }), Slip::unknown},
               {zeros<double>({16}), Slip::shape}});
    }
    SUBCASE("of activations") {
        const auto on = [&](auto slope) { return changed(x, [&](double e, std::size_t i) { return weight.data()[i] * slope(e); }); };
        check(x, [&](auto v) { return sum(sigmoid(v) * weight); },
              {{weight, Slip::activation_missing},
               {on([](double e) { return logistic_slope(e) * logistic_slope(e); }), Slip::activation_twice},
               {on([](double e) { return logistic_slope(logistic(e)); }), Slip::derivative_at_output}});
        check(x, [&](auto v) { return sum(tanh(v) * weight); }, {{weight, Slip::activation_missing}});
        check(x, [&](auto v) { return sum(relu(v) * weight); }, {{weight, Slip::activation_missing}});
    }
    SUBCASE("of softmax and cross-entropy") {
        check(x, [&](auto v) { return sum(softmax(v) * weight); }, {{Softmax::gradient(x, weight, false), Slip::softmax_diagonal}});
        // The sum of the logarithm at label 0, over rows: p less the target.
        Array<double> target = zeros<double>({4, 4});
        for (std::size_t row = 0; row < 4; ++row) target(row, row % 2) = 1;
        Array<double> p = x;
        for (std::size_t row = 0; row < 4; ++row) {
            double total = 0;
            for (std::size_t i = 0; i < 4; ++i) total += p(row, i) = std::exp(x(row, i));
            for (std::size_t i = 0; i < 4; ++i) p(row, i) /= total;
        }
        const auto loss = [&](auto v) { return -sum(log(softmax(v)) * target) / 4; };
        CHECK(triple_check(changed(p, [&](double e, std::size_t i) { return (e - target.data()[i]) / 4; }), loss, x).agree());
        check(x, loss,
              {{changed(p, times(0.25)), Slip::target_missing},
               {changed(p, [&](double e, std::size_t i) { return e - target.data()[i]; }), Slip::count}});
    }
    SUBCASE("of shapes that were broadcast or transposed") {
        const Array<double> bias  = random.normal_array<double>({4});
        const auto          shift = [&](auto b) { return sum(sin(x + b)); };
        const auto          apart = changed(x, [&](double e, std::size_t i) { return std::cos(e + bias.data()[i % 4]); });
        check(bias, shift, {{apart, Slip::not_summed}});
        const Array<double> wide = random.normal_array<double>({2, 3});
        check(wide, [](auto v) { return sum(square(v)); }, {{transposed(changed(wide, times(2))), Slip::transposed}});
    }
}

TEST_CASE("triple_check blames the tape where hand and differences agree") {
    const Array<double> x    = {0.5, 1.5, 2.5};
    const auto          cut  = [](auto v) { return sum(v * v.detach()); };
    const TripleReport  half = triple_check(changed(x, times(2)), cut, x);
    CHECK(half.verdict == TripleVerdict::tape_is_odd);
    CHECK(half.inputs.at(0).slip.kind == Slip::factor);
    CHECK(half.inputs.at(0).slip.factor == doctest::Approx(0.5));

    const TripleReport whole = triple_check(
        changed(x, times(2)), [](auto v) { return sum(square(v.detach())); }, x);
    CHECK(whole.verdict == TripleVerdict::tape_is_odd);
    CHECK(whole.inputs.at(0).slip.kind == Slip::zero);
}

TEST_CASE("triple_check blames the differences where hand and tape derive the same other function") {
    const Array<double> x      = {0.5, 1.5, 2.5};
    const TripleReport  report = triple_check(
         x, [](auto v) { return sum(v * v.detach()); }, x);
    CHECK(report.verdict == TripleVerdict::differences_are_odd);
}

TEST_CASE("triple_check says so where nothing agrees, and where it cannot tell") {
    const Array<double> x = {0.5, 1.5, 2.5};
    CHECK(triple_check(
              changed(x, times(7)), [](auto v) { return sum(v * v.detach()); }, x)
              .verdict == TripleVerdict::all_differ);

    // At 0 relu has a kink: hand and tape may take any slope in between.
    const Array<double> kink   = {0.0, 1.0};
    const TripleReport  report = triple_check(
         Array<double>{1.0, 1.0}, [](auto v) { return sum(relu(v)); }, kink);
    INFO(report);
    CHECK(report.verdict == TripleVerdict::undecided);
    CHECK(report.inputs.at(0).inconclusive == 1);
    CHECK(triple_check(
              Array<double>{0.0, 1.0}, [](auto v) { return sum(relu(v)); }, kink)
              .agree());
}

TEST_CASE("triple_check takes several inputs, of which it blames the right one") {
    Random                           random(5);
    const std::vector<Array<double>> x    = {random.normal_array<double>({2, 3}), random.normal_array<double>({3})};
    const auto                       f    = [](const std::vector<Variable<double>>& v) { return sum(square(matmul(v[0], v[1]))); };
    const auto                       hand = [](const std::vector<Array<double>>& v) {
        Array<double> matrix = v[0], vector = zeros<double>({3});
        for (std::size_t i = 0; i < 2; ++i) {
            double product = 0;
            for (std::size_t j = 0; j < 3; ++j) product += v[0](i, j) * v[1](j);
            for (std::size_t j = 0; j < 3; ++j) {
                matrix(i, j) = 2 * product * v[1](j);
                vector(j) -= 2 * product * v[0](i, j);
            }
        }
        return std::vector<Array<double>>{matrix, vector};
    };
    const TripleReport report = triple_check(hand, f, x);
    CHECK(report.verdict == TripleVerdict::hand_is_odd);
    CHECK(report.inputs.at(0).verdict == TripleVerdict::agree);
    CHECK(report.inputs.at(1).slip.kind == Slip::sign);
    CHECK_THROWS_WITH_AS(triple_check(std::vector<Array<double>>{x[0]}, f, x), doctest::Contains("1 hand-written gradients for 2 inputs"),
                         ValueError);
}

TEST_CASE("triple_check looks at the worst elements of a large input") {
    Random              random(6);
    const Array<double> x    = random.normal_array<double>({100, 100});
    Array<double>       hand = changed(x, [](double e, std::size_t) { return std::cos(e); });
    hand(37, 41) += 0.001;
    const TripleReport report = triple_check(hand, [](auto v) { return sum(sin(v)); }, x, {.elements = 20});
    CHECK(report.verdict == TripleVerdict::hand_is_odd);
    CHECK(report.inputs.at(0).worst_place == 3741);
    CHECK(report.inputs.at(0).checked <= 20);
}

TEST_CASE("triple_check prints the verdict, the slip and the numbers") {
    const Array<double> x = {1.0, 2.0};
    std::ostringstream  text;
    text << triple_check(
        changed(x, times(-2)), [](auto v) { return sum(square(v)); }, x);
    CHECK(text.str().find("input 0 [2]: the hand-written gradient is the odd one out; it has the opposite sign (sign)") == 0);
    CHECK(text.str().find("at [1]: hand -4, tape 4, differences 4 ±") != std::string::npos);
}
