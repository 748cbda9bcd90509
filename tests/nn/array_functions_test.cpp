#include <doctest/doctest.h>

#include <xtgrad/autograd.hpp>
#include <xtgrad/nn.hpp>

using namespace xtgrad;

TEST_CASE("Reductions, scans, sorting and functions of lines take parameters, whose gradients they reach") {
    nn::Parameters<double> parameters(1);
    const auto             w     = parameters.make("w", {2, 4}, nn::normal());
    const auto             check = [&](const auto& f) {
        Tape       tape;
        const auto gradients = tape.gradient(f(w), parameters);
        const auto expected  = gradient(f, w.value());
        CHECK(gradients[w] == expected);
    };
    check([](auto x) { return prod(x); });
    check([](auto x) { return sum(variance(x, 1, 1)) + stddev(x) + sum(variance(x, {0})); });
    check([](auto x) { return norm(x) + sum(norm(x, 3, 0)) + sum(norm(x, 1, {0, 1}, keep_dims)); });
    check([](auto x) { return nansum(x) + sum(nanmean(x, 0)) + median(x) + sum(quantile(x, 0.3, 0)) + sum(quantile(x, {0.2, 0.4}, 1)); });
    check([](auto x) { return sum((cumsum(x, 0) + cumprod(x, 1) + cummax(x, 0) + cummin(x, 1) + logcumsumexp(x, 1)) * x); });
    check([](auto x) { return sum(linear_recurrence(x, x) * x) + sum(diff(x) * diff(x)) + sum(trapz(x, x)) + sum(trapz(x, 2, 0)); });
    check([](auto x) { return sum(sort(x) * x) + sum(topk(x, 2, 1) * topk(x, 2, 1)); });
    check([](auto x) {
        return sum((softmax(x) + log_softmax(x, 0) + softmax(x, {0, 1}) + masked_softmax(x, x > 1) + normalize(x)) * x) + sum(glu(x));
    });
    const Variable<double> value = w.value();
    CHECK(argmin(w) == argmin(value));
    CHECK(argmax(w, 1) == argmax(value, 1));
    CHECK(argsort(w, 1) == argsort(value, 1));
    CHECK(count_nonzero(w)() == 8);
}
