#include <xtgrad/autograd.hpp>
#include <xtgrad/nn.hpp>
#include <xtgrad/optim.hpp>

#include "workloads.hpp"

namespace xtgrad::benchmarks {

namespace {

struct Hamlet {
    nn::Parameters<double> parameters;
    nn::Linear<double>     layer{parameters / "layer", HamletData::pixels, HamletData::classes};
    optim::Sgd<double>     sgd{parameters, {.learning_rate = HamletData::rate}};
    Variable<double>       images, targets;

    explicit Hamlet(const HamletData& data)
        : images(as_array<double>(data.images, {HamletData::batch, HamletData::pixels})),
          targets(as_array<double>(data.targets, {HamletData::batch, HamletData::classes})) {
        set_layer(parameters / "layer", data.layer);
    }

    void step() {
        Tape       tape;
        const auto loss = nn::half_square_error(sigmoid(layer(images)), targets);
        sgd.step(tape.gradient(loss, parameters));
    }
};

} // namespace

void add_hamlet(Program& program) {
    program.add("W8/hamlet", [] { return [hamlet = std::make_shared<Hamlet>(HamletData())] { hamlet->step(); }; });
}

} // namespace xtgrad::benchmarks
