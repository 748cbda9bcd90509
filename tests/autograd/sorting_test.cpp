#include <doctest/doctest.h>

#include <xtgrad/autograd.hpp>
#include <xtgrad/autograd/program.hpp>

using namespace xtgrad;

namespace {

/// Value and gradient of a function, by a program compiled at `first` and replayed at `second`, and without one.
template <class F>
void check_replay(const F& f, const Array<double>& first, const Array<double>& second) {
    auto program = compile([&](const auto& x) { return value_and_gradient(f, x); }, first);
    for (const Array<double>& x : {first, second, first}) {
        const auto [value, slope]       = program(Variable<double>(x));
        const auto [expected, gradient] = value_and_gradient(f, x);
        CHECK(value.item() == expected);
        CHECK(slope.value() == gradient);
    }
}

} // namespace

TEST_CASE("A program sorts anew at each replay: value and gradient follow the new order") {
    const Array<double> weights = {1, 10, 100, 1000};
    const Array<double> first   = {3, 1, 2, 0};
    const Array<double> second  = {-1, 5, 2, 4};
    check_replay([&](auto x) { return sum(sort(x) * weights); }, first, second);
    check_replay([&](auto x) { return sum(topk(x, 2) * Array<double>{1, 10}); }, first, second);
    check_replay([&](auto x) { return median(x); }, first, second);
    check_replay([&](auto x) { return quantile(x, 0.8); }, first, second);
    check_replay([&](auto x) { return sum(cummax(x, 0) * weights); }, first, second);
    check_replay([&](auto x) { return sum(cummin(x, 0) * weights); }, first, second);
    // The order is that of x, and what is scattered is a constant.
    check_replay([&](auto x) { return sum(sort(x * x)); }, first, second);
}

TEST_CASE("Reductions and scans replay what they compute") {
    const Array<double> first  = {3, 1, 2, 0.5};
    const Array<double> second = {-1, 0, 0, 4};
    const Array<double> tiny   = {3e-200, 4e-200, 0, 0};
    check_replay([&](auto x) { return prod(x); }, first, second);
    check_replay([&](auto x) { return norm(x); }, first, second);
    check_replay([&](auto x) { return norm(x); }, first, tiny);
    check_replay([&](auto x) { return norm(x) + sum(norm(x, 2, Axes())); }, tiny, second);
    check_replay([&](auto x) { return stddev(x, 0, 1); }, first, second);
    check_replay([&](auto x) { return sum(cumsum(x) * x); }, first, second);
    check_replay([&](auto x) { return sum(cumprod(x) * x); }, first, second);
    check_replay([&](auto x) { return sum(logcumsumexp(x) * x); }, first, second);
    check_replay([&](auto x) { return nanmean(x); }, first, second);
    check_replay([&](auto x) { return sum(masked_softmax(x, x > 0) * x); }, first, second);
}

TEST_CASE("Places and counts are guarded in a program: others are an error that names the line") {
    const Array<double> first  = {3, 1, 2};
    const Array<double> second = {0, 1, 2};
    const auto          check  = [&](const auto& f) {
        auto program = compile(f, first);
        CHECK_NOTHROW(program(Variable<double>(Array<double>(first * 2))));
        CHECK_THROWS_AS(program(Variable<double>(second)), GuardError);
    };
    check([](const auto& x) { return x * static_cast<double>(argmin(x)()); });
    check([](const auto& x) { return x * static_cast<double>(argsort(x)(0)); });
    check([](const auto& x) { return x * static_cast<double>(count_nonzero(x)()); });
}

TEST_CASE("A sort on a checkpoint, in a nested gradient and along every axis") {
    const Array<double> x = {{3, 1, 2}, {0, 5, -1}};
    const auto          f = [](auto v) { return sum(sort(v, 0) * sort(v, 0) * Array<double>{{1, 2, 3}, {4, 5, 6}}); };
    const auto          g = [&](auto v) { return checkpoint([&](const auto& w) { return f(w); }, v); };
    CHECK(gradient(f, x) == gradient(g, x));
    const auto curvature = hessian_vector_product(f, x, Array<double>(ones<double>({2, 3})));
    CHECK(curvature == Array<double>{{8, 4, 12}, {2, 10, 6}});
}
