#include "recipe.hpp"

namespace xtgrad::examples::mnist {

const std::vector<Recipe>& recipes() {
    using datasets::PixelScale;
    static const std::vector<Engine> all{Engine::tape, Engine::handwritten, Engine::both}, tape_only{Engine::tape};
    static const std::vector<Recipe> list{
        {"mlp",
         "784-128-10, relu, cross-entropy, Adam with a falling learning rate: 98 % in half a minute",
         {.epochs = 15, .batch_size = 128, .learning_rate = 2e-3},
         tape_only,
         run_mlp},
        {"lenet",
         "two convolutions with max-pooling, 512-128-10, Adam with a falling learning rate: 99 %",
         {.epochs = 8, .batch_size = 64, .learning_rate = 1e-3},
         tape_only,
         run_lenet},
        {"hamlet",
         "784-10, sigmoid, squared error; its raw pixels stall, --scale unit mends it",
         {.epochs = 100, .batch_size = 600, .learning_rate = 1e-4, .scale = PixelScale::raw},
         all,
         run_hamlet},
        {"hamlet-softmax",
         "784-10, SoftMax and CrossEntropy",
         {.epochs = 100, .batch_size = 600, .learning_rate = 1e-5, .scale = PixelScale::raw},
         all,
         run_hamlet_softmax},
        {"hamlet-deep",
         "784-512-256-10, relu, cross-entropy, Adam with a falling learning rate: 98 %",
         {.epochs = 15, .batch_size = 128, .learning_rate = 1e-3},
         tape_only,
         run_hamlet_deep},
        {"rojas",
         "augmented 784-30-20-10 with its published slips: 11.35 % for ever",
         {.epochs = 5, .batch_size = 32, .learning_rate = 1e-2, .engine = Engine::handwritten},
         all,
         run_rojas},
        {"rojas-online",
         "augmented 784-3-3-10, online, taught its own answers: one class for all",
         {.epochs = 5, .batch_size = 1, .learning_rate = 3, .engine = Engine::handwritten},
         all,
         run_rojas_online},
        {"rojas-mended",
         "augmented 784-30-20-10 without the slips: 95 %",
         {.epochs = 30, .batch_size = 32, .learning_rate = 1e-2, .engine = Engine::handwritten},
         all,
         run_rojas_mended},
    };
    return list;
}

const Recipe& find_recipe(const std::string& name) {
    std::string names;
    for (const Recipe& recipe : recipes()) {
        if (recipe.name == name) return recipe;
        names += (names.empty() ? "" : ", ") + std::string(recipe.name);
    }
    throw UsageError("there is no recipe '" + name + "'; there are: " + names);
}

} // namespace xtgrad::examples::mnist
