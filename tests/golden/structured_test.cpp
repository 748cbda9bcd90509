#include <cmath>
#include <functional>
#include <map>

#include <doctest/doctest.h>

#include <xtgrad/autograd.hpp>

#include "rows.hpp"

namespace xtgrad {
namespace {

using golden::rows;
using golden::split;
using X = std::vector<Variable<double>>;

/// An array as tools/golden_values writes it, `shape:elements`.
Array<double> array(const std::string& text) {
    const auto parts = split(text, ':');
    REQUIRE(parts.size() == 2);
    Shape shape;
    if (!parts[0].empty()) {
        for (const std::string& extent : split(parts[0], ',')) shape.push_back(std::stoul(extent));
    }
    Array<double> result(shape);
    if (result.size() == 0) return result;
    const auto elements = split(parts[1], ' ');
    REQUIRE(elements.size() == result.size());
    for (std::size_t place = 0; place < elements.size(); ++place) result.data()[place] = std::stod(elements[place]);
    return result;
}

std::vector<Array<double>> arrays(const std::string& text) {
    std::vector<Array<double>> result;
    for (const std::string& one : split(text, ';')) result.push_back(array(one));
    return result;
}

/// What each case of tools/golden_values is here.
const std::map<std::string, std::function<Variable<double>(const X&)>>& functions() {
    static const Array<Index>                                                     index = {{2, 0, 2}, {1, 1, 0}};
    static const std::map<std::string, std::function<Variable<double>(const X&)>> all{
        {"sum axis 1", [](const X& x) { return sum(x[0], 1); }},
        {"prod axis 1", [](const X& x) { return prod(x[0], 1); }},
        {"prod with a zero", [](const X& x) { return prod(x[0], 1); }},
        {"mean axes 0 2",
         [](const X& x) {
             return mean(x[0], {0, 2});
         }},
        {"variance axis 1", [](const X& x) { return variance(x[0], 1); }},
        {"variance ddof 1", [](const X& x) { return variance(x[0], 1, 1); }},
        {"stddev axis 0", [](const X& x) { return stddev(x[0], 0); }},
        {"norm 1 axis 1", [](const X& x) { return norm(x[0], 1.0, 1); }},
        {"norm 2 axis 1", [](const X& x) { return norm(x[0], 2.0, 1); }},
        {"norm 3 axis 1", [](const X& x) { return norm(x[0], 3.0, 1); }},
        {"norm inf axis 1", [](const X& x) { return norm(x[0], std::numeric_limits<double>::infinity(), 1); }},
        {"logsumexp axis 1", [](const X& x) { return logsumexp(x[0], 1); }},
        {"softmax axis 1", [](const X& x) { return softmax(x[0], 1); }},
        {"log_softmax axis 0", [](const X& x) { return log_softmax(x[0], 0); }},
        {"normalize axis 1", [](const X& x) { return normalize(x[0], 1); }},
        {"median axis 1", [](const X& x) { return median(x[0], 1); }},
        {"quantile 0.3 axis 1", [](const X& x) { return quantile(x[0], 0.3, 1); }},
        {"cumsum axis 1", [](const X& x) { return cumsum(x[0], 1); }},
        {"cumprod axis 1", [](const X& x) { return cumprod(x[0], 1); }},
        {"cummax axis 1", [](const X& x) { return cummax(x[0], 1); }},
        {"cummin axis 0", [](const X& x) { return cummin(x[0], 0); }},
        {"logcumsumexp axis 1", [](const X& x) { return logcumsumexp(x[0], 1); }},
        {"diff n 2 axis 1", [](const X& x) { return diff(x[0], 2, 1); }},
        {"trapz dx 0.5", [](const X& x) { return trapz(x[0], 0.5, 1); }},
        {"sort axis 1", [](const X& x) { return sort(x[0], 1); }},
        {"topk 2 axis 1", [](const X& x) { return topk(x[0], 2, 1); }},
        {"glu axis 1", [](const X& x) { return glu(x[0], 1); }},
        {"gather axis 1", [](const X& x) { return gather(x[0], index, 1); }},
        {"index_add axis 0",
         [](const X& x) {
             return index_add(x[0], Array<Index>{2, 0, 2}, 0, x[1]);
         }},
        {"take axis 1",
         [](const X& x) {
             return take(x[0], Array<Index>{3, 0, 3}, 1);
         }},
        {"roll 2 axis 1", [](const X& x) { return roll(x[0], 2, 1); }},
        {"flip axis 1", [](const X& x) { return flip(x[0], 1); }},
        {"rot90", [](const X& x) { return rot90(x[0]); }},
        {"tril 1", [](const X& x) { return tril(x[0], 1); }},
        {"triu", [](const X& x) { return triu(x[0]); }},
        {"diagonal 1", [](const X& x) { return diagonal(x[0], 1); }},
        {"pad reflect",
         [](const X& x) {
             return pad(x[0], {{0, 0}, {2, 1}}, PadMode::reflect);
         }},
        {"pad edge",
         [](const X& x) {
             return pad(x[0], {{0, 0}, {2, 1}}, PadMode::edge);
         }},
        {"repeat 2 axis 1", [](const X& x) { return repeat(x[0], 2, 1); }},
        {"tile 2 2",
         [](const X& x) {
             return tile(x[0], {2, 2});
         }},
        {"matmul batched", [](const X& x) { return matmul(x[0], x[1]); }},
        {"einsum bij,bjk->ik", [](const X& x) { return einsum("bij,bjk->ik", x); }},
        {"einsum ii->i", [](const X& x) { return einsum("ii->i", x); }},
        {"einsum ij,kj,kl->il", [](const X& x) { return einsum("ij,kj,kl->il", x); }},
        {"kron", [](const X& x) { return kron(x[0], x[1]); }},
        {"cross", [](const X& x) { return cross(x[0], x[1]); }},
        {"conv2d stride 2 padding 1", [](const X& x) { return conv2d(x[0], x[1], {.stride = 2, .padding = 1}); }},
        {"conv2d dilation 2 groups 2", [](const X& x) { return conv2d(x[0], x[1], x[2], {.dilation = 2, .groups = 2}); }},
        {"max_pool2d 3 stride 2 padding 1", [](const X& x) { return max_pool2d(x[0], 3, {.stride = 2, .padding = 1}); }},
        {"inv", [](const X& x) { return inv(x[0]); }},
        {"det", [](const X& x) { return det(x[0]); }},
        {"logdet", [](const X& x) { return logdet(x[0]); }},
        {"solve", [](const X& x) { return solve(x[0], x[1]); }},
        {"cholesky", [](const X& x) { return cholesky((x[0] + swapaxes(x[0], 1, 2)) / 2); }},
        {"eigvalsh", [](const X& x) { return eigvalsh((x[0] + transpose(x[0])) / 2); }},
        {"svdvals", [](const X& x) { return svdvals(x[0]); }},
        {"pinv", [](const X& x) { return pinv(x[0]); }},
        {"lstsq", [](const X& x) { return lstsq(x[0], x[1]); }},
        {"matrix_exp", [](const X& x) { return matrix_exp(x[0]); }},
        {"matrix_power 3", [](const X& x) { return matrix_power(x[0], 3); }},
        {"cdist", [](const X& x) { return cdist(x[0], x[1]); }},
        {"corrcoef", [](const X& x) { return corrcoef(x[0]); }},
        {"cov", [](const X& x) { return cov(x[0]); }},
    };
    return all;
}

/// The largest difference, relative to the largest element of what is expected.
double apart(const Array<double>& computed, const Array<double>& expected) {
    REQUIRE(computed.shape() == expected.shape());
    double largest = std::numeric_limits<double>::min(), difference = 0;
    for (std::size_t place = 0; place < expected.size(); ++place) {
        largest    = std::max(largest, std::abs(expected.data()[place]));
        difference = std::max(difference, std::abs(computed.data()[place] - expected.data()[place]));
    }
    return difference / largest;
}

} // namespace

TEST_CASE("functions of arrays agree with PyTorch, and so do their gradients") {
    const auto& all  = functions();
    std::size_t seen = 0;
    for (const std::vector<std::string>& row : rows("structured.psv")) {
        REQUIRE(row.size() == 4);
        const auto function = all.find(row[0]);
        REQUIRE_MESSAGE(function != all.end(), "no function is known for the case " << row[0]);
        Tape tape;
        X    x;
        for (const Array<double>& input : arrays(row[1])) x.push_back(tape.watch(input));
        const Variable<double> value = function->second(x);
        Array<double>          weights(value.shape());
        for (std::size_t place = 0; place < weights.size(); ++place) weights.data()[place] = 1 + static_cast<double>(place) / 8;
        const auto gradients = tape.gradient(value, x, seed(weights));
        const auto expected  = arrays(row[3]);
        INFO(row[0]);
        // Both compute in double; matrices of these sizes lose two digits at most.
        CHECK(apart(value.value(), array(row[2])) < 1e-13);
        REQUIRE(gradients.size() == expected.size());
        for (std::size_t input = 0; input < expected.size(); ++input) CHECK(apart(gradients[input], expected[input]) < 1e-12);
        ++seen;
    }
    CHECK(seen == all.size());
}

} // namespace xtgrad
