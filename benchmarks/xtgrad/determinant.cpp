#include <xtgrad/autograd.hpp>

#include "workloads.hpp"

namespace xtgrad::benchmarks {

namespace {

/// W7: logdet(A) + xᵀA⁻¹x through a Cholesky factor.
Variable<double> function(const Variable<double>& a, const Variable<double>& x) {
    const Variable<double> l = cholesky(a);
    return cholesky_logdet(l) + vdot(x, cholesky_solve(x, l));
}

struct Determinant {
    Array<double> a, x, along_a, along_x;

    explicit Determinant(const DeterminantData& data)
        : a(as_array<double>(data.a, {data.size, data.size})), x(as_array<double>(data.x, {data.size})), along_a(a + xt::transpose(a)), along_x(x) {}

    void gradient() const {
        Tape       tape;
        const auto of_a = tape.watch(a), of_x = tape.watch(x);
        benchmark::DoNotOptimize(tape.gradient(function(of_a, of_x), std::tuple{of_a, of_x}));
    }
    void hessian_vector_product() const {
        benchmark::DoNotOptimize(xtgrad::hessian_vector_product(function, std::tuple{a, x}, std::tuple{along_a, along_x}));
    }
};

} // namespace

void add_determinant(Program& program) {
    for (const std::size_t size : {64UL, 256UL}) {
        const std::string at = "/n:" + std::to_string(size);
        program.add("W7/logdet" + at, [size] { return [step = std::make_shared<Determinant>(DeterminantData(size))] { step->gradient(); }; });
        program.add("W7/logdet_hvp" + at,
                    [size] { return [step = std::make_shared<Determinant>(DeterminantData(size))] { step->hessian_vector_product(); }; });
    }
}

} // namespace xtgrad::benchmarks
