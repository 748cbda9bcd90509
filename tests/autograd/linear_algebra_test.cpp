#include <doctest/doctest.h>

#include <cmath>

#include <xtensor-blas/xlinalg.hpp>

#include <xtgrad/array/random.hpp>
#include <xtgrad/autograd.hpp>

// Under both namespaces of xtensor as well, as users write it: what is ambiguous, or taken by xtensor, does not compile here.
using namespace xt;
using namespace xt::linalg;
using namespace xtgrad;

namespace {

Array<double> positive_definite(std::size_t n, std::uint64_t seed) {
    const Array<double> x = Random(seed).normal_array<double>({n, n});
    Array<double>       result(Shape{n, n});
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
            result(i, j) = i == j ? 1 : 0;
            for (std::size_t k = 0; k < n; ++k) result(i, j) += x(i, k) * x(j, k);
        }
    }
    return result;
}

double apart(const Array<double>& a, const Array<double>& b) {
    REQUIRE(a.shape() == b.shape());
    double result = 0, largest = 1;
    for (std::size_t place = 0; place < a.size(); ++place) {
        result  = std::max(result, std::abs(a.data()[place] - b.data()[place]));
        largest = std::max(largest, std::abs(a.data()[place]));
    }
    return result / largest;
}

const auto marginal = [](auto a, auto x) {
    const auto l = xtgrad::Variable<double>(cholesky(a));
    return cholesky_logdet(l) + vdot(x, cholesky_solve(x, l));
};

} // namespace

TEST_CASE("The gradient through a Cholesky factor is the closed form, to second order too") {
    const Array<double> a = positive_definite(20, 3), x = Random(4).normal_array<double>({20});
    const auto [of_a, of_x]       = gradient(marginal, std::tuple{a, x});
    const xarray<double> inverted = inv(xarray<double>(a));
    const xarray<double> z        = dot(inverted, xarray<double>(x));
    CHECK(apart(of_a, Array<double>(inverted - outer(z, z))) < 1e-13);
    CHECK(apart(of_x, Array<double>(2 * z)) < 1e-13);
    // The way past the factor and the way through it agree, and so do their derivatives.
    const auto through = [](auto b, auto y) {
        // An alias hides what made the factor.
        const auto l = reshape(cholesky(b), b.shape());
        return cholesky_logdet(l) + vdot(y, cholesky_solve(y, l));
    };
    const auto [slow_a, slow_x] = gradient(through, std::tuple{a, x});
    CHECK(apart(of_a, slow_a) < 1e-13);
    CHECK(apart(of_x, slow_x) < 1e-13);
    const std::tuple along{positive_definite(20, 5), Random(6).normal_array<double>({20})};
    const auto [fast_of_a, fast_of_x]   = hessian_vector_product(marginal, std::tuple{a, x}, along);
    const auto [plain_of_a, plain_of_x] = hessian_vector_product(through, std::tuple{a, x}, along);
    CHECK(apart(fast_of_a, plain_of_a) < 1e-12);
    CHECK(apart(fast_of_x, plain_of_x) < 1e-12);
}

TEST_CASE("The gradient with respect to a Cholesky factor itself arrives there, also beside that of the matrix") {
    const Array<double> a = positive_definite(4, 7);
    Tape                tape;
    const auto          of_a = tape.watch(a);
    const auto          l    = cholesky(of_a);
    const auto          y    = cholesky_logdet(l);
    const auto          both = tape.gradient(y, std::vector<Variable<double>>{of_a, l}, xtgrad::keep);
    const auto          one  = tape.gradient(y, l, xtgrad::keep);
    CHECK(apart(both[1], one) == 0);
    for (std::size_t i = 0; i < 4; ++i) {
        for (std::size_t j = 0; j < 4; ++j) CHECK(one(i, j) == doctest::Approx(i == j ? 2 / l.value()(i, i) : 0));
    }
    CHECK(apart(both[0], tape.gradient(y, of_a)) < 1e-13);
}

TEST_CASE("An inner tape that begins after the factor takes it for a constant, whatever matrix is behind it") {
    const Array<double> a = positive_definite(3, 8);
    Tape                outer_tape;
    const auto          of_a = outer_tape.watch(a);
    const auto          l    = cholesky(of_a);
    Array<double>       inner_gradient;
    {
        Tape       tape;
        const auto scale = tape.watch(Array<double>{2.0});
        inner_gradient   = tape.gradient(cholesky_logdet(l) * sum(scale), scale);
    }
    CHECK(inner_gradient(0) == doctest::Approx(cholesky_logdet(l).item()));
}

TEST_CASE("Compiled programs follow factors, determinants, eigenvalues and singular values to other matrices") {
    const auto check = [](auto f) {
        const Array<double> first = positive_definite(5, 9), second = positive_definite(5, 10);
        const auto          step    = [&](auto a) { return gradient([&](auto b) { return f(b); }, a); };
        auto                program = compile(step, first);
        CHECK(apart(program(Variable<double>(second)).value(), gradient(f, second)) < 1e-12);
        CHECK(apart(program(Variable<double>(first)).value(), gradient(f, first)) < 1e-12);
    };
    check([](auto a) { return sum(square(inv(a))); });
    check([](auto a) { return sum(solve(a, ones<double>({5})) * solve_triangular(a, ones<double>({5}))); });
    check([](auto a) { return det(a); });
    check([](auto a) { return logdet(a); });
    check([](auto a) { return cholesky_logdet(cholesky(a)); });
    check([](auto a) { return sum(exp(eigh(a).values * 0.1)) + sum(square(square(eigh(a).vectors))); });
    check([](auto a) {
        const auto [u, s, vt] = svd(a);
        return sum(square(s) * s) + sum(square(square(u)) + square(square(vt)));
    });
    check([](auto a) { return sum(square(qr(a).r)) + sum(qr(a).q); });
    check([](auto a) { return sum(matrix_exp(a * 0.1)); });
    check([](auto a) { return sum(pinv(a)) + matrix_norm(a, MatrixNorm::nuclear()); });
}

TEST_CASE("A compiled determinant notices a matrix that has become singular") {
    auto program = compile([](auto a) { return gradient([](auto b) { return det(b); }, a); }, Array<double>{{1, 2}, {3, 4}});
    CHECK(apart(program(Variable<double>(Array<double>{{2, 0}, {0, 3}})).value(), {{3, 0}, {0, 2}}) < 1e-15);
    CHECK_THROWS_AS(program(Variable<double>(Array<double>{{1, 2}, {2, 4}})), GuardError);
}

TEST_CASE("Decompositions put together give the matrix") {
    const Array<double> a = Random(11).normal_array<double>({2, 4, 3}), square_one = positive_definite(6, 12);
    const auto [q, r] = qr(Variable<double>(a));
    CHECK(apart(matmul(q, r).value(), a) < 1e-14);
    const auto [u, s, vt] = svd(Variable<double>(a));
    CHECK(apart(matmul(u * expand_dims(s, -2), vt).value(), a) < 1e-14);
    const Variable<double> wide = transpose(Variable<double>(a), {0, 2, 1});
    const auto [q2, r2]         = qr(wide);
    CHECK(r2.shape() == Shape{2, 3, 4});
    CHECK(apart(matmul(q2, r2).value(), wide.value()) < 1e-14);
    const auto [values, vectors] = eigh(Variable<double>(square_one));
    CHECK(apart(matmul(vectors * values, transpose(vectors)).value(), square_one) < 1e-13);
    const Variable<double> l = cholesky(Variable<double>(square_one));
    CHECK(apart(matmul(l, l, Transposed::second).value(), square_one) < 1e-13);
    CHECK(apart(matmul(pinv(Variable<double>(a)), a).value(), broadcast_to(Variable<double>(eye<double>(3)), {2, 3, 3}).value()) < 1e-13);
}

TEST_CASE("An error in a solution takes back what was recorded on the way, and leaves the tape usable") {
    Tape                tape;
    const auto          b      = tape.watch(Array<double>{1, 2});
    const auto          before = tape.size();
    const Array<double> singular{{1, 2}, {2, 4}};
    CHECK_THROWS_AS(solve(singular, b), FactorizationError);
    CHECK_THROWS_AS(cholesky_solve(b, Array<double>{{0, 0}, {1, 1}}), FactorizationError);
    CHECK(tape.size() == before);
    CHECK(apart(tape.gradient(sum(solve(Array<double>{{2, 0}, {0, 4}}, b)), b), {0.5, 0.25}) == 0);
}

TEST_CASE("einsum agrees with the functions that it generalises") {
    const Variable<double> a = Random(13).normal_array<double>({3, 4}), b = Random(14).normal_array<double>({4, 3}),
                           c = Random(15).normal_array<double>({4, 3});
    CHECK(apart(einsum("ij,jk->ik", {a, b}).value(), matmul(a, b).value()) < 1e-15);
    CHECK(apart(einsum("ij,kl", {a, b}).value(), tensordot(a, b, 0).value()) < 1e-15);
    CHECK(apart(einsum("ij,ji->", {a, b}).value(), vdot(a, transpose(b)).value()) < 1e-15);
    CHECK(apart(einsum("ij,jk,lk->il", {a, b, c}).value(), multi_dot({a, b, transpose(c)}).value()) < 1e-14);
    CHECK(apart(einsum("i...,i...->...", {b, c}).value(), sum(b * c, 0).value()) < 1e-15);
    // The product of the three would have 2⁴⁰ elements, were they not multiplied in pairs.
    const Variable<double> long_one = ones<double>({1024}), tall = ones<double>({1024, 1024});
    CHECK(einsum("ij,jk,k->i", {tall, tall, long_one}).value()(0) == 1024.0 * 1024.0);
}

TEST_CASE("Derivatives of solutions of systems agree with finite differences to third order") {
    const auto f     = [](auto a) { return sum(solve(a, xarray<double>{1, 2, 3}) * xarray<double>{1, -1, 2}); };
    const auto first = [&](auto a) { return sum(gradient(f, a) * xarray<double>{{1, 2, 0}, {0, 1, 1}, {2, 0, 1}}); };
    CHECK(check_gradients({.second_order = true, .rounding_units = 64}, first, positive_definite(3, 16)));
}
