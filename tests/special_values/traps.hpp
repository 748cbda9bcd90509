#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <xtgrad/autograd.hpp>

// Tests of the inputs that break libraries like this one: the rows of tests/data/traps.psv. A test names the rows that it covers.

namespace xtgrad::traps {

inline constexpr double inf   = std::numeric_limits<double>::infinity();
inline constexpr double nan64 = std::numeric_limits<double>::quiet_NaN();

/// The ids of the rows that some test covers.
std::vector<std::string>& covered();

struct Covers {
    explicit Covers(const std::string& ids) {
        std::istringstream words(ids);
        for (std::string id; words >> id;) covered().push_back(id);
    }
};

/// A test case for the rows `ids`, separated by blanks.
#define TRAP_CASE(ids, behaviour)                                                                                                                    \
    static const xtgrad::traps::Covers DOCTEST_ANONYMOUS(covers){ids};                                                                               \
    TEST_CASE(ids ": " behaviour)

/// A value, and the gradient of the sum of its elements with respect to each input.
template <Scalar T>
struct Outcome {
    Array<T>              value;
    std::vector<Array<T>> gradients;

    const Array<T>& gradient() const { return gradients.front(); }
};

// Functions without their types, so that what calls them is compiled once in a source and not for every function.
using Function  = std::function<Variable<double>(const Variable<double>&)>;
using Function2 = std::function<Variable<double>(const Variable<double>&, const Variable<double>&)>;

inline Outcome<double> outcome(const std::function<Variable<double>(const std::vector<Variable<double>>&)>& f,
                               const std::vector<xt::xarray<double>>&                                       inputs) {
    Tape                          tape;
    std::vector<Variable<double>> x;
    x.reserve(inputs.size());
    for (const auto& input : inputs) x.push_back(tape.watch(input));
    const Variable<double> y = f(x);
    return {y.value(), tape.gradient(y, x, seed(ones<double>(y.shape())))};
}

/// Of a function of one array.
inline Outcome<double> at(const Function& f, const xt::xarray<double>& x) {
    return outcome([&](const std::vector<Variable<double>>& all) { return f(all[0]); }, {x});
}
inline Outcome<double> at(const Function2& f, const xt::xarray<double>& a, const xt::xarray<double>& b) {
    return outcome([&](const std::vector<Variable<double>>& all) { return f(all[0], all[1]); }, {a, b});
}

/// The gradient of the sum of the gradient's elements.
inline Array<double> second_derivative(const Function& f, const xt::xarray<double>& x) {
    Tape                   tape;
    const auto             v = tape.watch(x);
    const Variable<double> y = f(v);
    const auto             g = tape.gradient(y, v, seed(ones<double>(y.shape())), create_graph);
    // A gradient that does not depend on anything is no target.
    if (!g.recorded()) return zeros<double>(v.shape());
    return tape.gradient(g, v, seed(ones<double>(g.shape())));
}

/// The elements are those expected: NaN for NaN, infinities and zeros exactly, numbers to four units in the last place. What is below the
/// smallest normal number may be 0.
template <class A>
void check_elements(const A& actual, const std::vector<double>& expected) {
    INFO("is ", xt::xarray<typename A::value_type>(actual).size(), " elements, expected ", expected.size());
    REQUIRE(actual.size() == expected.size());
    constexpr double tolerance = 4 * static_cast<double>(std::numeric_limits<typename A::value_type>::epsilon());
    for (std::size_t place = 0; place < expected.size(); ++place) {
        const double is     = static_cast<double>(actual.data()[place]);
        const double wanted = expected[place];
        INFO("element ", place, " is ", is, ", expected ", wanted);
        if (std::isnan(wanted)) {
            CHECK(std::isnan(is));
        } else if (std::isinf(wanted) || wanted == 0) {
            CHECK((is == wanted || (wanted == 0 && std::abs(is) < std::numeric_limits<double>::min())));
        } else {
            CHECK(std::abs(is - wanted) <= tolerance * std::abs(wanted));
        }
    }
}

/// Numbers one below the other: braces within braces, of one number each, are ambiguous to xtensor.
inline xt::xarray<double> column(std::initializer_list<double> numbers) {
    xt::xarray<double> result = numbers;
    result.reshape({numbers.size(), 1});
    return result;
}

/// The message of the error that `call` throws, which must be an E; empty where it throws nothing.
template <class E, class Call>
std::string error_of(Call&& call) {
    try {
        call();
    } catch (const E& error) {
        return error.what();
    }
    return {};
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

} // namespace xtgrad::traps
