#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <xtgrad/autograd.hpp>
#include <xtgrad/autograd/kernels/special.hpp>
#include <xtgrad/autograd/kernels/table.hpp>
#include <xtgrad/autograd/primitives/elementwise.hpp>

using namespace xtgrad;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan64    = std::numeric_limits<double>::quiet_NaN();

struct Row {
    std::string name;
    double      order;
    double      x;
    double      exact;
};

// By the kernels of one instruction set.
double value_of(const kernels::Table<double>& table, const Row& row) {
    const auto run = [&](std::size_t primitive, std::vector<double> operands) {
        std::vector<const double*> pointers;
        std::vector<std::size_t>   sizes;
        for (const double& operand : operands) {
            pointers.push_back(&operand);
            sizes.push_back(1);
        }
        kernels::Loop loop;
        kernels::plan_linear(loop, 1, sizes);
        Array<double> y = zeros<double>({1});
        table.elementwise[primitive].forward(loop, pointers.data(), y.data());
        return y(0);
    };
    if (row.name == "erf") return run(elementwise_index<Erf>, {row.x});
    if (row.name == "erfc") return run(elementwise_index<Erfc>, {row.x});
    if (row.name == "erfinv") return run(elementwise_index<Erfinv>, {row.x});
    if (row.name == "ndtr") return run(elementwise_index<Ndtr>, {row.x});
    if (row.name == "log_ndtr") return run(elementwise_index<LogNdtr>, {row.x});
    if (row.name == "gaussian") return run(elementwise_index<Gaussian>, {row.x});
    if (row.name == "lgamma") return run(elementwise_index<Lgamma>, {row.x});
    if (row.name == "erfcx_moment") return run(elementwise_index<ErfcxMoment>, {row.order, row.x});
    if (row.name == "polygamma") return run(elementwise_index<Polygamma>, {row.order, row.x});
    if (row.name == "bessel_i") return run(elementwise_index<BesselI>, {row.order, row.x});
    if (row.name == "sinc_derivative") return run(elementwise_index<SincDerivative>, {row.order, row.x});
    FAIL("no function is called " << row.name);
    return nan64;
}

} // namespace

// mpmath 1.2.1, with 50 digits or more.
TEST_CASE("Special functions are right to a few units in the last place over their whole domains") {
    const std::vector<Row> rows{
        {"erf", 0, 1e-300, 1.1283791670955126022e-300},
        {"erf", 0, 0.0625, 0.070431977722387078051},
        {"erf", 0, 0.84, 0.76514271145499451734},
        {"erf", 0, 0.86, 0.77610026832355670849},
        {"erf", 0, -2.5, -0.99959304798255504106},
        {"erf", 0, 5.75, 0.99999999999999957679},
        {"erfc", 0, -3.5, 1.9999992569016276586},
        {"erfc", 0, 0.4375, 0.53610186425006702698},
        {"erfc", 0, 0.5625, 0.42632554338440804601},
        {"erfc", 0, 2.5, 0.00040695201744495893956},
        {"erfc", 0, 26.25, 1.1910767706726230040e-301},
        {"gaussian", 0, 0.1, 0.99004983374916805247},
        {"gaussian", 0, 3.3, 0.000018643742331516852273},
        {"gaussian", 0, 26.5, 1.0392022621430825129e-305},
        {"erfinv", 0, 1e-300, 8.8622692545275803586e-301},
        {"erfinv", 0, 1e-05, 8.862269254759594528e-6},
        {"erfinv", 0, 0.3, 0.27246271472675434502},
        {"erfinv", 0, -0.75, -0.81341984759761854169},
        {"erfinv", 0, 0.9999, 2.7510639057120796917},
        {"erfinv", 0, -0.999999999999, -5.0420318985726961301},
        {"erfinv", 0, 0.9999999999999999, 5.8635847487551679272},
        {"ndtr", 0, -37.5, 4.6053530095819548438e-308},
        {"ndtr", 0, -20.25, 1.7761998649495700309e-91},
        {"ndtr", 0, -3.5, 0.00023262907903552503635},
        {"ndtr", 0, -0.125, 0.45026177516988710702},
        {"ndtr", 0, 1.5, 0.933192798731141934},
        {"ndtr", 0, 7.0, 0.99999999999872018746},
        {"log_ndtr", 0, -1e+150, -4.9999999999999998084e+299},
        {"log_ndtr", 0, -12345.5, -76205695.464985442953},
        {"log_ndtr", 0, -37.5, -707.66898931750719107},
        {"log_ndtr", 0, -3.5, -8.366065308344092935},
        {"log_ndtr", 0, -1.25, -2.2476256772143181847},
        {"log_ndtr", 0, -0.125, -0.79792614275302409024},
        {"log_ndtr", 0, 1.5, -0.069143455612233982993},
        {"log_ndtr", 0, 7.0, -1.2798125438866539645e-12},
        {"log_ndtr", 0, 30.0, -4.9067139271481870595e-198},
        {"erfcx_moment", 0, -26.0, 7.6577249314905683515e+293},
        {"erfcx_moment", 0, -1.5, 18.653886256262733939},
        {"erfcx_moment", 0, 0.25, 0.77034654773099674392},
        {"erfcx_moment", 0, 3.75, 0.14558972127503853905},
        {"erfcx_moment", 0, 100000000.0, 5.6418958354775625874e-9},
        {"erfcx_moment", 1, -2.5, 2590.101297015105027},
        {"erfcx_moment", 1, 0.875, 0.1579169482454209103},
        {"erfcx_moment", 1, 40.0, 0.00017614421264374195843},
        {"erfcx_moment", 2, 0.5, 0.17967296637081626268},
        {"erfcx_moment", 3, 5.25, 0.00047182611828190744942},
        {"erfcx_moment", 6, 0.125, 1.2028379798186454987},
        {"erfcx_moment", 9, 2.0, 0.011548173524395166657},
        {"polygamma", 0, 1e-10, -10000000000.5772153},
        {"polygamma", 0, 0.5, -1.9635100260214234794},
        {"polygamma", 0, 1.46, -0.0015805619870834521062},
        {"polygamma", 0, 1.4616321449683622, -9.2412655217294275168e-17},
        {"polygamma", 0, 12.75, 2.5058032764013554687},
        {"polygamma", 0, 10000000000.0, 23.02585092989045684},
        {"polygamma", 0, -0.25, 2.9141391202135278304},
        {"polygamma", 0, -10.125, 9.9480538258660761287},
        {"polygamma", 0, -1000.3, 9.1910556692556580917},
        {"polygamma", 1, 0.001, 1000001.6425331958273},
        {"polygamma", 1, 2.5, 0.49035775610023486497},
        {"polygamma", 1, 1000000.0, 1.0000005000001666667e-6},
        {"polygamma", 1, -0.75, 18.975106932284888517},
        {"polygamma", 1, -20.25, 19.691025351008711426},
        {"polygamma", 2, 0.875, -3.4589472336669730339},
        {"polygamma", 2, -3.5, -0.061556821321027694549},
        {"polygamma", 3, -1.25, 1558.2209125348505998},
        {"polygamma", 5, 30.0, 1.0726994936161623892e-6},
        {"polygamma", 20, 0.375, -2.1452010190459311066e+27},
        {"polygamma", 40, 100.0, -2.4755394386177308126e-34},
        {"bessel_i", 0, 1e-09, 1.0000000000000000002},
        {"bessel_i", 0, 1.0, 1.2660658777520083356},
        {"bessel_i", 0, -29.5, 478144163888.03980422},
        {"bessel_i", 0, 35.25, 137332575317336.12622},
        {"bessel_i", 0, 700.5, 2.5209725792992757164e+302},
        {"bessel_i", 1, 0.01, 0.0050000625002604173133},
        {"bessel_i", 1, -2.5, -2.5167162452886984415},
        {"bessel_i", 1, 300.0, 4.4683813850369544139e+128},
        {"bessel_i", 2, -31.0, 1957319560343.8673612},
        {"bessel_i", 5, 0.5, 8.2231713131092639616e-6},
        {"bessel_i", 7, -60.0, -3.9064696760629455107e+24},
        {"bessel_i", 30, 25.0, 337.2072686049406518},
        {"sinc_derivative", 0, 0.5, 0.63661977236758134308},
        {"sinc_derivative", 0, 1e-08, 0.99999999999999983551},
        {"sinc_derivative", 0, 12.25, 0.018373802370553185093},
        {"sinc_derivative", 1, 1e-09, -3.2898681336964530746e-9},
        {"sinc_derivative", 1, 0.625, -1.3651382632176192719},
        {"sinc_derivative", 1, -7.0, 0.14285714285714285714},
        {"sinc_derivative", 2, 0.0, -3.2898681336964528729},
        {"sinc_derivative", 2, 0.3, -2.4584852862661742881},
        {"sinc_derivative", 3, 0.0001, 0.0019481817977898300313},
        {"sinc_derivative", 4, -1.5, -10.506760337844200601},
        {"sinc_derivative", 8, 2.25, 866.13393380817493696},
        {"sinc_derivative", 9, 100.5, -2.6897723658029986113},
        {"lgamma", 0, 1e-10, 23.025850929882735237},
        {"lgamma", 0, 0.75, 0.20328095143129537148},
        {"lgamma", 0, 1.0009765625, -0.0005629031799912046317},
        {"lgamma", 0, 1.9990234375, -0.00041256773597148940171},
        {"lgamma", 0, 3.25, 0.93580193110872535826},
        {"lgamma", 0, 10000000000.0, 220258509288.81058147},
        {"lgamma", 0, -0.5, 1.2655121234846453965},
        {"lgamma", 0, -2.75, 0.0044878975359557733115},
    };
    // What is computed number by number is summed in long double, and where that has no bits to spare sums are right to fewer.
    const double units = std::numeric_limits<long double>::digits > std::numeric_limits<double>::digits ? 5 : 64;
    for (const auto& set : kernels::tables<double>()) {
        for (const Row& row : rows) {
            INFO(std::string(set.instruction_set) << ": " << row.name << " of order " << row.order << " at " << row.x);
            CHECK(std::abs(value_of(*set.table, row) - row.exact) <= units * std::numeric_limits<double>::epsilon() * std::abs(row.exact));
        }
    }
}

TEST_CASE("Orders that differ within a vector each have their own value") {
    const Array<double>    n{0, 1, 2, 0, 1, 3, 0, 0, 1}, x{0.5, 1.5, 2.5, -1.5, 12.5, 4.5, 1.25, 0.75, 2};
    const Variable<double> of_order(n), of(x);
    const auto             check_each = [&](const Array<double>& together, auto function) {
        for (std::size_t place = 0; place < x.size(); ++place) CHECK(together(place) == function(n(place), x(place)).item());
    };
    check_each(polygamma(of_order, of).value(), [](double order, double at) { return polygamma(Variable<double>(order), Variable<double>(at)); });
}

TEST_CASE("Special functions are NaN for NaN, outside their domains and for orders that are not whole") {
    using Function = double (*)(double, double);
    for (const Function function : {&special::erfcx_moment, &special::polygamma, &special::bessel_i, &special::sinc_derivative}) {
        CHECK(std::isnan(function(0, nan64)));
        CHECK(std::isnan(function(1.5, 1)));
        CHECK(std::isnan(function(-1, 1)));
        CHECK(std::isnan(function(nan64, 1)));
        CHECK(std::isnan(function(infinity, 1)));
    }
    const Variable<double> undefined(nan64);
    for (const Variable<double>& y : {erf(undefined), erfc(undefined), erfinv(undefined), ndtr(undefined), log_ndtr(undefined), erfcx(undefined),
                                      lgamma(undefined), digamma(undefined), sinc(undefined)}) {
        CHECK(std::isnan(y.item()));
    }
    CHECK(std::isnan(erfinv(Variable<double>(1.0000001)).item()));
    CHECK(std::isnan(special::polygamma(0, -infinity)));
}

TEST_CASE("Special functions at infinity and at zeros of both signs") {
    CHECK(special::erfcx_moment(2, infinity) == 0);
    CHECK(special::erfcx_moment(0, -infinity) == infinity);
    CHECK(special::erfcx_moment(3, -infinity) == infinity);
    CHECK(special::bessel_i(1, -infinity) == -infinity);
    CHECK(special::bessel_i(0, -infinity) == infinity);
    CHECK(special::bessel_i(3, 0) == 0);
    CHECK(special::sinc_derivative(3, infinity) == 0);
    CHECK(special::polygamma(0, infinity) == infinity);
    CHECK(special::polygamma(3, infinity) == 0);
    CHECK(special::polygamma(0, -0.0) == infinity);
    CHECK(special::polygamma(2, 0.0) == -infinity);
    CHECK(std::signbit(erfinv(Variable<double>(-0.0)).item()));
    CHECK(std::signbit(erf(Variable<double>(-0.0)).item()));
    CHECK(erfinv(Variable<double>(-1.0)).item() == -infinity);
    CHECK(erf(Variable<double>(-infinity)).item() == -1);
    CHECK(erfc(Variable<double>(-infinity)).item() == 2);
    CHECK(erfc(Variable<double>(infinity)).item() == 0);
    CHECK(ndtr(Variable<double>(infinity)).item() == 1);
    CHECK(log_ndtr(Variable<double>(-infinity)).item() == -infinity);
    CHECK(erfcx(Variable<double>(infinity)).item() == 0);
    CHECK(erfcx(Variable<double>(-infinity)).item() == infinity);
    CHECK(digamma(Variable<double>(-0.0)).item() == infinity);
    CHECK(digamma(Variable<double>(infinity)).item() == infinity);
    CHECK(sinc(Variable<double>(infinity)).item() == 0);
    CHECK(sinc(Variable<double>(0.0)).item() == 1);
}
