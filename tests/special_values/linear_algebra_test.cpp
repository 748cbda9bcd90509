#include "traps.hpp"

using namespace xtgrad;
using namespace xtgrad::traps;

namespace {

// Beside the largest, as the algorithms promise.
template <class A>
void check_near(const A& actual, const std::vector<double>& expected, double units = 16) {
    REQUIRE(actual.size() == expected.size());
    double largest = 1;
    for (const double element : expected) largest = std::max(largest, std::abs(element));
    const double tolerance = units * static_cast<double>(std::numeric_limits<typename A::value_type>::epsilon()) * largest;
    for (std::size_t place = 0; place < expected.size(); ++place) {
        INFO("element ", place, " is ", actual.data()[place], ", expected ", expected[place]);
        CHECK(std::abs(static_cast<double>(actual.data()[place]) - expected[place]) <= tolerance);
    }
}

const xt::xarray<double> singular = {{1, 2}, {2, 4}};
const xt::xarray<double> identity = {{1, 0}, {0, 1}};

} // namespace

TRAP_CASE("N01 N02", "det of a singular matrix has the transposed adjugate as gradient, at every rank") {
    const auto f    = [](auto x) { return det(x); };
    const auto rank = at(f, singular);
    check_elements(rank.value, {0});
    check_near(rank.gradient(), {4, -2, -2, 1});
    const auto lower = at(f, xt::ones<double>({3, 3}));
    check_elements(lower.value, {0});
    check_near(lower.gradient(), std::vector<double>(9, 0));
    check_near(at(f, xt::zeros<double>({1, 1})).gradient(), {1});
    // Of a stack each by itself.
    const auto stack = at(f, {{{1, 2}, {2, 4}}, {{2, 0}, {0, 3}}});
    check_near(stack.value, {0, 6});
    check_near(stack.gradient(), {4, -2, -2, 1, 3, 0, 0, 2});
}

TEST_CASE("det of a singular matrix has all derivatives of the polynomial that it is") {
    // det x = x₀₀x₁₁ − x₀₁x₁₀: the gradient's elements sum to x₁₁ − x₁₀ − x₀₁ + x₀₀, whose gradient is [[1, −1], [−1, 1]].
    check_near(second_derivative([](auto x) { return det(x); }, singular), {1, -1, -1, 1}, 64);
    check_near(second_derivative([](auto x) { return det(x); }, xt::zeros<double>({2, 2})), {1, -1, -1, 1}, 64);
    // The third derivative of a 3×3 determinant along the diagonal, at 0, where nothing but it is left: det(t·1) = t³.
    const auto cube  = [](auto t) { return det(t * xt::xarray<double>{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}); };
    const auto third = gradient([&](auto t) { return gradient([&](auto s) { return gradient(cube, s); }, t); }, xt::xarray<double>(0.0));
    check_near(third, {6}, 256);
}

TRAP_CASE("N04", "D2: logdet of a negative determinant is NaN, with gradient NaN") {
    const auto result = at([](auto x) { return logdet(x); }, {{0, 1}, {1, 0}});
    check_elements(result.value, {nan64});
    check_elements(result.gradient(), {nan64, nan64, nan64, nan64});
}

TRAP_CASE("N05", "slogdet of a singular matrix is 0 and −inf, and its gradient is not a finite number") {
    const auto sign = slogdet(Variable<double>(singular)).sign;
    check_elements(sign.value(), {0});
    for (const auto& f : {+[](Variable<double> x) { return slogdet(x).logabsdet; }, +[](Variable<double> x) { return logdet(x); }}) {
        const auto result = at(f, singular);
        check_elements(result.value, {-inf});
        for (const double element : result.gradient().storage()) CHECK_FALSE(std::isfinite(element));
    }
}

TRAP_CASE("N06", "inv and solve of a singular matrix throw, and name the matrix of the stack and the pivot") {
    const xt::xarray<double> stack = {{{1, 0}, {0, 1}}, {{1, 2}, {2, 4}}};
    const auto               check = [](const std::string& name, auto call) {
        try {
            call();
            FAIL("nothing was thrown");
        } catch (const FactorizationError& error) {
            CHECK(error.matrix() == 1);
            CHECK(error.order() == 2);
            CHECK(contains(error.what(), name + ": matrix 1 of the stack of 2 of shape [2, 2, 2] is singular"));
            CHECK(contains(error.what(), "linear_algebra_test.cpp:"));
        }
    };
    check("inv", [&] { inv(Variable<double>(stack)); });
    check("solve", [&] { solve(Variable<double>(stack), xt::xarray<double>{1, 2}); });
}

TRAP_CASE("N08", "cholesky and its symmetrised gradient") {
    const auto result = at([](auto x) { return cholesky(x); }, {{4, 2}, {2, 3}});
    check_near(result.value, {2, 0, 1, 1.4142135623730951});
    check_near(result.gradient(), {0.21338834764831843, 0.07322330470336313, 0.07322330470336313, 0.35355339059327373});
}

TRAP_CASE("N09", "D13: functions of symmetric matrices refuse another, and name the elements; a difference of rounding passes") {
    const xt::xarray<double> wrong = {{4, 99}, {2, 3}};
    for (const auto& f : {+[](Variable<double> x) { return cholesky(x); }, +[](Variable<double> x) { return eigvalsh(x); },
                          +[](Variable<double> x) { return eigh(x).vectors; }}) {
        const std::string message = error_of<ValueError>([&] { f(wrong); });
        CHECK(contains(message, "must be symmetric, but its elements (1, 0) and (0, 1) are 2 and 99"));
        CHECK_NOTHROW(f(xt::xarray<double>{{4, 2 + 1e-9}, {2, 3}}));
        CHECK_THROWS_AS(f(xt::xarray<double>{{4, 2 + 1e-6}, {2, 3}}), ValueError);
    }
    CHECK_NOTHROW(cholesky(Variable<float>(xt::xarray<float>{{4, 2.0001F}, {2, 3}})));
    CHECK_THROWS_AS(cholesky(Variable<float>(xt::xarray<float>{{4, 2.01F}, {2, 3}})), ValueError);
}

TRAP_CASE("N10", "cholesky of what is not positive definite throws, and names the matrix and the minor") {
    try {
        cholesky(Variable<double>(xt::xarray<double>{{{1, 0}, {0, 1}}, {{1, 2}, {2, 1}}}));
        FAIL("nothing was thrown");
    } catch (const FactorizationError& error) {
        CHECK(error.matrix() == 1);
        CHECK(error.order() == 2);
        CHECK(contains(error.what(), "is not positive definite: its leading minor of order 2"));
    }
}

TRAP_CASE("N12", "equal eigenvalues have a finite gradient, that of one basis") {
    const xt::xarray<double> weights = {1, 2};
    const auto               result  = at([&](auto x) { return sum(eigvalsh(x) * weights); }, identity);
    check_near(result.value, {3});
    // The eigenvalues of the gradient are the weights, whatever the basis.
    const auto& g = result.gradient();
    check_near(Array<double>{g(0, 0) + g(1, 1), g(0, 0) * g(1, 1) - g(0, 1) * g(1, 0)}, {3, 2});
}

TRAP_CASE("N13", "D14: the gradient of eigenvectors of equal eigenvalues throws and names both, that of the values does not") {
    const auto message = error_of<Error>([] { at([](auto x) { return eigh(x).vectors; }, identity); });
    CHECK(contains(message, "eigenvalues 0 and 1, 1 and 1, are equal within 1e-10 of the largest"));
    CHECK(contains(message, "linear_algebra_test.cpp:"));
    check_near(at([](auto x) { return eigh(x).values; }, identity).gradient(), {1, 0, 0, 1});
    CHECK_NOTHROW(eigh(Variable<double>(identity)));
    // A derivative of the values' gradient moves the vectors.
    CHECK_THROWS_AS(second_derivative([](auto x) { return sum(eigvalsh(x) * xt::xarray<double>{1, 2}); }, identity), Error);
}

TRAP_CASE("N14", "D14: the gradient of singular vectors of equal singular values throws, that of the values does not") {
    const auto values = at([](auto x) { return svdvals(x); }, identity);
    check_near(values.value, {1, 1});
    check_near(values.gradient(), {1, 0, 0, 1});
    const auto message = error_of<Error>([] { at([](auto x) { return svd(x).u; }, identity); });
    CHECK(contains(message, "singular values 0 and 1, 1 and 1, are equal within "));
    // Beside a null space 0 is one of the values.
    const auto flat = error_of<Error>([] { at([](auto x) { return svd(x).u; }, {{1, 0}, {0, 0}, {0, 0}}); });
    CHECK(contains(flat, "singular value 1 and the 0 of the null space are equal"));
}

TRAP_CASE("N16 D10", "norms of a matrix of zeros have gradient 0") {
    for (const MatrixNorm& order : {MatrixNorm::nuclear(), MatrixNorm::frobenius(), MatrixNorm(1), MatrixNorm(2), MatrixNorm(inf)}) {
        const auto result = at([&](auto x) { return matrix_norm(x, order); }, xt::zeros<double>({2, 2}));
        check_elements(result.value, {0});
        check_elements(result.gradient(), {0, 0, 0, 0});
    }
    const auto f = [](auto x) { return matrix_norm(x); };
    check_elements(at(f, {{3e200, 4e200}}).value, {5e200});
    check_elements(at(f, {{3e-200, 4e-200}}).gradient(), {0.6, 0.8});
}

TRAP_CASE("H09", "an extent of 1 broadcasts in einsum, and its gradient has its own shape") {
    const auto result = at([](auto a, auto b) { return einsum("i,i", {a, b}); }, {2, 3}, {4});
    check_elements(result.value, {20});
    check_elements(result.gradients[0], {4, 4});
    CHECK(result.gradients[1].shape() == Shape{1});
    check_elements(result.gradients[1], {5});
}

TEST_CASE("D8: distances between equal points have gradient 0, and neither overflow nor vanish") {
    for (const double p : {1.0, 1.5, 2.0, 3.0, inf}) {
        const auto result = at([&](auto a, auto b) { return cdist(a, b, p); }, {{1, 2}}, {{1, 2}});
        check_elements(result.value, {0});
        check_elements(result.gradients[0], {0, 0});
    }
    const auto f = [](auto a, auto b) { return cdist(a, b); };
    check_elements(at(f, {{3e200, 0}}, {{0, 4e200}}).value, {5e200});
    check_elements(at(f, {{3e-200, 0}}, {{0, 4e-200}}).gradients[0], {0.6, -0.8});
}

TEST_CASE("A NaN among the elements of a matrix reaches every function of it") {
    const xt::xarray<double> a = {{nan64, 0}, {0, 1}};
    for (const auto& f :
         {+[](Variable<double> x) { return cholesky(x); }, +[](Variable<double> x) { return inv(x); }, +[](Variable<double> x) { return det(x); },
          +[](Variable<double> x) { return svdvals(x); }, +[](Variable<double> x) { return eigvalsh(x); },
          +[](Variable<double> x) { return pinv(x); }, +[](Variable<double> x) { return matrix_exp(x); }, +[](Variable<double> x) { return qr(x).r; },
          +[](Variable<double> x) { return matrix_norm(x); }, +[](Variable<double> x) { return matrix_norm(x, MatrixNorm::nuclear()); }}) {
        const auto result = at(f, a);
        CHECK(std::isnan(result.value.data()[0]));
        CHECK(std::isnan(result.gradient()(0, 0)));
    }
}

TEST_CASE("pinv and its gradient at a matrix without full rank") {
    // pinv of u·vᵀ is v·uᵀ/(|u|²·|v|²).
    const auto result = at([](auto x) { return pinv(x); }, singular);
    check_near(result.value, {0.04, 0.08, 0.08, 0.16});
    // Along the matrix itself pinv falls as its reciprocal: ⟨gradient, a⟩ = −Σ pinv(a).
    double along = 0;
    for (std::size_t place = 0; place < 4; ++place) along += result.gradient().data()[place] * singular.data()[place];
    CHECK(std::abs(along + 0.36) < 1e-14);
}

TEST_CASE("matrix_power by 0 is the identity whatever the matrix, and by a negative exponent the inverse's power") {
    const auto nothing = at([](auto x) { return matrix_power(x, 0); }, {{nan64, 1}, {2, 3}});
    check_elements(nothing.value, {1, 0, 0, 1});
    check_elements(nothing.gradient(), {0, 0, 0, 0});
    check_near(matrix_power(Variable<double>(xt::xarray<double>{{2, 0}, {0, 4}}), -2).value(), {0.25, 0, 0, 0.0625});
}

TEST_CASE("Too few observations have no covariance, a constant variable no correlation") {
    CHECK(std::isnan(cov(Variable<double>(xt::xarray<double>{3})).item()));
    check_elements(cov(Variable<double>(xt::xarray<double>{3}), {.ddof = 0}).value(), {0});
    const auto result = corrcoef(Variable<double>(xt::xarray<double>{{1, 1, 1}, {1, 2, 3}})).value();
    CHECK(std::isnan(result(0, 1)));
    check_near(Array<double>{result(1, 1)}, {1});
}
