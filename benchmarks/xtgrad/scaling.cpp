// How xtgrad's cost grows: per record and per element, which should not; and what the way back costs beside the way forward.

#include "classifier.hpp"

namespace xtgrad::benchmarks {

namespace {

struct Mlp {
    nn::Linear<float> hidden, output;
    Mlp(const nn::Parameters<float>& p, const MlpData& data)
        : hidden(p / "hidden", 784, data.hidden.outputs), output(p / "output", data.hidden.outputs, 10) {}
    Variable<float> operator()(const Variable<float>& x) const { return output(sigmoid(hidden(x))); }
};

void add_records(Program& program) {
    for (const std::size_t count : {1'000UL, 10'000UL, 100'000UL, 1'000'000UL}) {
        program.add(
            "scaling/records:" + std::to_string(count),
            [count] {
                // Near enough to 1 for a millionth power.
                return [count, start = full<double>({4}, 1 + 1e-7)] {
                    Tape             tape;
                    const auto       x = tape.watch(start);
                    Variable<double> y = x;
                    for (std::size_t n = 0; n < count; ++n) y = y * x;
                    benchmark::DoNotOptimize(tape.gradient(sum(y), x));
                };
            },
            static_cast<double>(count));
    }
}

void add_elements(Program& program) {
    for (const std::size_t count : {10'000UL, 100'000UL, 1'000'000UL, 10'000'000UL}) {
        program.add(
            "scaling/elements:" + std::to_string(count),
            [count] {
                const ElementwiseData data(count);
                return [a_value = Variable<float>(as_array<float>(data.a, {count})), b_value = Variable<float>(as_array<float>(data.b, {count}))] {
                    Tape       tape;
                    const auto a = tape.watch(a_value), b = tape.watch(b_value);
                    benchmark::DoNotOptimize(tape.gradient(sum(tanh(a * b + a)), std::tuple{a, b}));
                };
            },
            static_cast<double>(count));
    }
}

// `forward` records; `both` asks for the gradient too. Their difference is the way back.
template <class Make>
void add_both_ways(Program& program, const std::string& name, const Make& make) {
    for (const bool back : {false, true}) {
        program.add("scaling/" + name + (back ? "/both" : "/forward"), [make, back] { return make(back); });
    }
}

void add_ways(Program& program) {
    add_both_ways(program, "chain", [](bool back) {
        return [back, start = full<double>({4}, 1 + 1e-7)] {
            Tape             tape;
            const auto       x = tape.watch(start);
            Variable<double> y = x;
            for (std::size_t n = 0; n < ChainData::operations; ++n) y = y * x;
            const auto target = sum(y);
            if (back) benchmark::DoNotOptimize(tape.gradient(target, x));
        };
    });
    add_both_ways(program, "operations", [](bool back) {
        const ElementwiseData data(100'000);
        return [back, a_value = Variable<float>(as_array<float>(data.a, {data.a.size()})),
                b_value = Variable<float>(as_array<float>(data.b, {data.b.size()}))] {
            Tape       tape;
            const auto a = tape.watch(a_value), b = tape.watch(b_value);
            const auto target = sum(tanh(a * b + a));
            if (back) benchmark::DoNotOptimize(tape.gradient(target, std::tuple{a, b}));
        };
    });
    add_both_ways(program, "mlp", [](bool back) {
        const MlpData data(64, 128);
        return [back, classifier = std::make_shared<Classifier<Mlp, optim::Sgd<float>>>(data, sgd_rate),
                images = Variable<float>(as_array<float>(data.images, {data.batch, MlpData::pixels})),
                labels = as_array<Index>(data.labels, {data.batch})] {
            Tape       tape;
            const auto loss = nn::cross_entropy(classifier->model(images), labels);
            if (back) benchmark::DoNotOptimize(tape.gradient(loss, classifier->parameters));
        };
    });
}

} // namespace

void add_scaling(Program& program) {
    add_records(program);
    add_elements(program);
    add_ways(program);
}

} // namespace xtgrad::benchmarks
