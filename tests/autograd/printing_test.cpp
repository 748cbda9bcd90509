#include <doctest/doctest.h>

#include <sstream>
#include <string>

#include <xtgrad/autograd.hpp>

using namespace xtgrad;

namespace {

template <class X>
std::string printed(const X& x) {
    std::ostringstream stream;
    stream << x;
    return stream.str();
}

} // namespace

TEST_CASE("A printed tape shows its records in order: operation, inputs, type, shape, source line") {
    Tape           tape;
    const unsigned line = __LINE__ + 1;
    const auto     x    = tape.watch(xt::xarray<double>{{1, 2, 3}, {4, 5, 6}});
    const auto     y    = x * 2;
    const auto     z    = exp(y);
    const auto     s    = sum(z, 1);
    const auto     f    = cast<float>(s);
    std::string    expected;
    const auto     expect = [&](const std::string& record, unsigned offset) {
        expected += record + "  tests/autograd/printing_test.cpp:" + std::to_string(line + offset) + "\n";
    };
    expect("%0 = watch  double[2, 3]", 0);
    expect("%1 = multiply(%0, constant)  double[2, 3]", 1);
    expect("%2 = exp(%1)  double[2, 3]", 2);
    expect("%3 = sum(%2)  double[2]", 3);
    expect("%4 = cast(%3)  float[2]", 4);
    CHECK(printed(tape) == expected);
    CHECK(tape.to_text() == expected);
    CHECK(f.size() == 2);
}

TEST_CASE("A printed inner tape tells the records of the outer one apart") {
    Tape       outer;
    const auto x = outer.watch(xt::xarray<double>{1});
    Tape       inner;
    const auto y = x + x;
    CHECK(printed(inner).starts_with("%0 = add(outer, outer)  double[1]"));
    CHECK(inner.size() == 1);
    CHECK(y.recorded());
}

TEST_CASE("An empty tape prints nothing") { CHECK(printed(Tape()).empty()); }

TEST_CASE("A printed variable shows type, shape and elements") {
    const std::string matrix = printed(Variable<double>(xt::xarray<double>{{1, 2}, {3, 4.5}}));
    INFO(matrix);
    CHECK(matrix.find("double") != std::string::npos);
    CHECK(matrix.find("[2, 2]") != std::string::npos);
    CHECK(matrix.find("4.5") != std::string::npos);
    const std::string number = printed(Variable<float>(1.5F));
    INFO(number);
    CHECK(number.find("float") != std::string::npos);
    CHECK(number.find("1.5") != std::string::npos);
    const std::string nothing = printed(Variable<double>(xt::xarray<double>::from_shape({0, 3})));
    INFO(nothing);
    CHECK(nothing.find("[0, 3]") != std::string::npos);
}
