#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <xtgrad/datasets/mnist.hpp>

#include "command_line.hpp"
#include "export.hpp"
#include "report.hpp"

namespace xtgrad::examples::mnist {

/// What a run is told: a recipe's defaults, with what the command line says instead.
struct Settings {
    int                  epochs        = 0;
    std::size_t          batch_size    = 0;
    double               learning_rate = 0;
    datasets::PixelScale scale         = datasets::PixelScale::unit;
    Engine               engine        = Engine::tape;
    std::uint64_t        seed          = 0;
    /// Of the training set only so many images, the first ones, are used; 0 for all.
    std::size_t limit = 0;
    /// A file of parameters with which to answer, without any training; empty to train.
    std::filesystem::path load = {};
};

/// What a recipe works with.
struct RunInput {
    Settings               settings;
    const datasets::Mnist& data;
    RunExport&             exported;
};

/// What came of it.
struct Outcome {
    RunReport    report;
    Array<Index> test_answers;
    /// Of the trained network on the samples it was trained on, and their number.
    double      train_accuracy = 0;
    std::size_t train_samples  = 0;
    /// What --json tells beyond the report.
    nlohmann::ordered_json facts = nlohmann::ordered_json::object();
    /// Writes the parameters, by name, as .npz or .safetensors.
    std::function<void(const std::filesystem::path&)> save;
};

/// A way to train a network on MNIST. Recipes that come from an exercise keep its numbers, and its slips where their name says so.
struct Recipe {
    std::string_view    name, summary;
    Settings            defaults;
    std::vector<Engine> engines;
    Outcome (*run)(const RunInput&);
};

/// One Linear layer of 784 → 10, Sigmoid and half the squared error; and the same with SoftMax and CrossEntropy.
Outcome run_hamlet(const RunInput& input);
Outcome run_hamlet_softmax(const RunInput& input);
/// Two hidden layers, more than 98 % on the test set.
Outcome run_hamlet_deep(const RunInput& input);
/// One hidden layer of 128 units.
Outcome run_mlp(const RunInput& input);
/// Two convolutions, each with relu and max-pooling, and two linear layers: 99 % on the test set.
Outcome run_lenet(const RunInput& input);
/// Augmented matrices, as published; the first attempt; and what becomes of it without the slips.
Outcome run_rojas(const RunInput& input);
Outcome run_rojas_online(const RunInput& input);
Outcome run_rojas_mended(const RunInput& input);

const std::vector<Recipe>& recipes();

/// Throws UsageError, naming those there are.
const Recipe& find_recipe(const std::string& name);

} // namespace xtgrad::examples::mnist
