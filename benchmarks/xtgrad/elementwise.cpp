#include <xtgrad/autograd.hpp>
#include <xtgrad/autograd/map.hpp>

#include "workloads.hpp"

namespace xtgrad::benchmarks {

namespace {

template <class Function>
void add_form(Program& program, const std::string& name, const Function& function) {
    for (const std::size_t size : {1'000UL, 100'000UL, 1'000'000UL}) {
        program.add(
            name + "/size:" + std::to_string(size),
            [size, function] {
                const ElementwiseData data(size);
                return [function, a_value = Variable<float>(as_array<float>(data.a, {size})),
                        b_value = Variable<float>(as_array<float>(data.b, {size}))] {
                    Tape       tape;
                    const auto a = tape.watch(a_value), b = tape.watch(b_value);
                    benchmark::DoNotOptimize(tape.gradient(sum(function(a, b)), std::tuple{a, b}));
                };
            },
            static_cast<double>(size));
    }
}

} // namespace

void add_elementwise(Program& program) {
    add_form(program, "W3/map",
             [](const Variable<float>& x, const Variable<float>& y) { return map([](auto a, auto b) { return tanh(a * b + a); }, x, y); });
    add_form(program, "W3/operations", [](const Variable<float>& a, const Variable<float>& b) { return tanh(a * b + a); });
}

} // namespace xtgrad::benchmarks
