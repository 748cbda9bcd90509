#include "classifier.hpp"

namespace xtgrad::benchmarks {

namespace {

struct Mlp {
    nn::Linear<float> hidden, output;

    Mlp(const nn::Parameters<float>& p, const MlpData& data)
        : hidden(p / "hidden", 784, data.hidden.outputs), output(p / "output", data.hidden.outputs, 10) {
        set_layer(p / "hidden", data.hidden);
        set_layer(p / "output", data.output);
    }
    Variable<float> operator()(const Variable<float>& x) const { return output(sigmoid(hidden(x))); }
};

template <class Optimizer>
void add_optimizer(Program& program, const std::string& name, float rate) {
    for (const auto& [batch, hidden] : {std::pair{1UL, 128UL}, {64UL, 128UL}, {600UL, 128UL}, {64UL, 1024UL}}) {
        program.add("W4/mlp/hidden:" + std::to_string(hidden) + "/batch:" + std::to_string(batch) + "/" + name,
                    [batch = batch, hidden = hidden, rate] {
                        return training_step<Mlp, Optimizer>(MlpData(batch, hidden), {batch, MlpData::pixels}, rate);
                    });
    }
}

} // namespace

void add_mlp(Program& program) {
    add_optimizer<optim::Sgd<float>>(program, "sgd", sgd_rate);
    add_optimizer<optim::Adam<float>>(program, "adam", adam_rate);
    program.add_training("W6/mlp", [](int seed) { train_network<Mlp>(mlp_course, seed, mlp_to_train(seed), {Course::batch, MlpData::pixels}); });
}

} // namespace xtgrad::benchmarks
