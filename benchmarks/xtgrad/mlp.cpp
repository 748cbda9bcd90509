#include <xtgrad/autograd.hpp>
#include <xtgrad/nn.hpp>
#include <xtgrad/optim.hpp>

#include "workloads.hpp"

namespace xtgrad::benchmarks {

namespace {

struct Mlp {
    nn::Linear<float> hidden, output;
    Mlp(const nn::Parameters<float>& p, std::size_t units) : hidden(p / "hidden", 784, units), output(p / "output", units, 10) {}
    Variable<float> operator()(const Variable<float>& x) const { return output(sigmoid(hidden(x))); }
};

template <class Optimizer>
struct Training {
    nn::Parameters<float> parameters;
    Mlp                   model;
    Optimizer             optimizer;
    Variable<float>       images;
    Array<Index>          labels;

    Training(const MlpData& data, float rate)
        : model(parameters, data.hidden.outputs), optimizer(parameters, {.learning_rate = rate}),
          images(as_array<float>(data.images, {data.batch, MlpData::pixels})), labels(as_array<Index>(data.labels, {data.batch})) {
        set_layer(parameters / "hidden", data.hidden);
        set_layer(parameters / "output", data.output);
    }

    void step() {
        Tape       tape;
        const auto loss = nn::cross_entropy(model(images), labels);
        optimizer.step(tape.gradient(loss, parameters));
    }
};

template <class Optimizer>
void add_optimizer(Program& program, const std::string& name, float rate) {
    for (const auto& [batch, hidden] : {std::pair{1UL, 128UL}, {64UL, 128UL}, {600UL, 128UL}, {64UL, 1024UL}}) {
        program.add("W4/mlp/hidden:" + std::to_string(hidden) + "/batch:" + std::to_string(batch) + "/" + name,
                    [batch = batch, hidden = hidden, rate] {
                        return [training = std::make_shared<Training<Optimizer>>(MlpData(batch, hidden), rate)] { training->step(); };
                    });
    }
}

} // namespace

void add_mlp(Program& program) {
    add_optimizer<optim::Sgd<float>>(program, "sgd", sgd_rate);
    add_optimizer<optim::Adam<float>>(program, "adam", adam_rate);
}

} // namespace xtgrad::benchmarks
