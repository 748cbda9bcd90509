#include <doctest/doctest.h>

#include <sstream>

#include <xtgrad/autograd.hpp>

using namespace xtgrad;

TEST_CASE("StrongZeroReport names the operation, the line and the elements where a zero cotangent met an infinite derivative") {
    const xt::xarray<double> x = {4.0, 0.0, 0.0};
    StrongZeroReport         report;
    Tape                     tape;
    const Variable<double>   v    = tape.watch(x);
    const unsigned           line = __LINE__ + 1;
    const Variable<double>   root = sqrt(v);
    const Array<double>      dx   = tape.gradient(sum(where(v > 0, root, 0)), v);
    CHECK(dx(0) == 0.25);
    CHECK(dx(1) == 0.0);
    REQUIRE(report.entries().size() == 1);
    CHECK(report.entries()[0].operation == "sqrt");
    CHECK(report.entries()[0].where.line == line);
    CHECK(report.entries()[0].count == 2);
    CHECK(report.entries()[0].first_place == 1);
    std::ostringstream text;
    text << report;
    CHECK(text.str().starts_with("strong zero in `sqrt`, input 0: 2 elements, the first at place 1\n  at "));
}

TEST_CASE("StrongZeroReport stays empty where every derivative is finite, and outside its scope nothing is looked at") {
    const xt::xarray<double> x = {4.0, 0.0};
    {
        StrongZeroReport report;
        gradient([](auto v) { return sum(v * v); }, x);
        CHECK(report.entries().empty());
        CHECK(StrongZeroReport::active() == &report);
    }
    CHECK(StrongZeroReport::active() == nullptr);
}
