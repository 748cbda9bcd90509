// Trains a network on MNIST: the networks of two exercises on backpropagation, with the numbers that were published for them, and two of our own.

#include <iostream>
#include <optional>

#include <fmt/format.h>

#include <xtgrad/array/file.hpp>
#include <xtgrad/datasets/mnist.hpp>

#include "command_line.hpp"
#include "export.hpp"
#include "mnist_recipes/presentation.hpp"
#include "mnist_recipes/recipe.hpp"
#include "plot.hpp"
#include "report.hpp"

using namespace xtgrad;
using namespace xtgrad::examples;
using namespace xtgrad::examples::mnist;

namespace {

struct Options {
    CommonOptions              common;
    std::string                recipe = "mlp", dataset = "mnist", scale;
    std::filesystem::path      data, confusion, save, load;
    std::optional<std::size_t> batch_size;
    std::optional<double>      learning_rate;
    std::size_t                limit = 0, show = 0;

    bool fashion() const { return dataset == "fashion"; }
};

void add_options(CLI::App& app, Options& options) {
    std::string list = "How to train:";
    for (const Recipe& recipe : recipes()) list += fmt::format("\n{} ({})", recipe.name, recipe.summary);
    app.add_option("--recipe", options.recipe, list)->capture_default_str()->option_text("NAME");
    app.add_option("--dataset", options.dataset, "mnist or fashion")
        ->capture_default_str()
        ->check(CLI::IsMember({"mnist", "fashion"}).description(""));
    app.add_option("--data", options.data, "Directory of the four IDX files, plain or gz")->option_text("DIR");
    add_common_options(app, options.common);
    auto* batch = app.add_option("--batch-size", options.batch_size, "Samples a step (default: the recipe's)")->check(CLI::Range(1, 60'000));
    auto* rate  = app.add_option("--learning-rate", options.learning_rate, "Step size (default: the recipe's)")->check(positive_finite());
    app.add_option("--scale", options.scale, "Pixels from 0 to 255 (raw) or from 0 to 1 (unit) (default: the recipe's)")
        ->check(CLI::IsMember({"raw", "unit"}).description(""));
    // Fewer cannot be split into training and validation.
    app.add_option("--limit", options.limit, "Use only the first N training images")->option_text("N")->check(CLI::Range(12, 60'000));
    app.add_option("--confusion", options.confusion, "Draw the confusion matrix")->option_text("FILE.png|svg");
    app.add_option("--show", options.show, "Show N test images with label and answer")->option_text("N")->check(CLI::Range(1, 10'000));
    auto* save = app.add_option("--save", options.save, "Write the trained parameters, by name")->option_text("FILE.npz|safetensors");
    auto* load = app.add_option("--load", options.load, "Answer with these parameters, without training")->option_text("FILE.npz|safetensors");
    for (auto* option : {batch, rate, save}) load->excludes(option);
    for (const char* name : {"--epochs", "--engine", "--plot", "--export"}) load->excludes(app.get_option(name));
}

Settings settings_of(const Options& options, const Recipe& recipe) {
    Settings settings      = recipe.defaults;
    settings.epochs        = options.common.epochs.value_or(settings.epochs);
    settings.batch_size    = options.batch_size.value_or(settings.batch_size);
    settings.learning_rate = options.learning_rate.value_or(settings.learning_rate);
    settings.engine        = options.common.engine.value_or(settings.engine);
    settings.seed          = options.common.seed;
    settings.limit         = options.limit;
    settings.load          = options.load;
    if (!options.scale.empty()) settings.scale = options.scale == "raw" ? datasets::PixelScale::raw : datasets::PixelScale::unit;
    if (std::find(recipe.engines.begin(), recipe.engines.end(), settings.engine) == recipe.engines.end()) {
        throw UsageError(fmt::format("--engine {}: the recipe {} has no handwritten form, because no exercise defines it; leave --engine at tape",
                                     name_of(settings.engine), recipe.name));
    }
    if (recipe.name == "rojas-online" && options.batch_size) throw UsageError("--batch-size: the recipe rojas-online takes one sample a step");
    return settings;
}

void check_checkpoint_name(const char* option, const std::filesystem::path& path) {
    if (path.empty() || path.extension() == ".npz" || path.extension() == ".safetensors") return;
    throw UsageError(fmt::format("{} '{}': the name must end in .npz or .safetensors", option, path.string()));
}

// Before the training, which may take minutes, what would fail after it.
void check(const Options& options) {
    check_outputs(options.common);
    if (!options.confusion.empty()) check_plot(options.confusion);
    check_checkpoint_name("--save", options.save);
    check_checkpoint_name("--load", options.load);
    if (!options.save.empty()) OutputFile{options.save};
    if (!options.load.empty()) InputFile{options.load};
}

// A message of several lines on one.
DataError on_one_line(const DataError& error) {
    std::string message = error.what();
    for (auto end = message.find('\n'); end != std::string::npos; end = message.find('\n', end)) {
        const auto next = message.find_first_not_of(" \n", end);
        message.replace(end, (next == std::string::npos ? message.size() : next) - end, end > 0 && message[end - 1] == ':' ? " " : "; ");
    }
    return DataError(message);
}

datasets::Mnist load_data(const Options& options) {
    try {
        return options.fashion() ? datasets::load_fashion_mnist(options.data) : datasets::load_mnist(options.data);
    } catch (const DataError& error) {
        throw on_one_line(error);
    }
}

nlohmann::ordered_json json_of(const Options& options, const Settings& settings, const datasets::Mnist& data, const Outcome& outcome) {
    nlohmann::ordered_json json = to_json(outcome.report);
    json["dataset"]             = options.dataset;
    json["data_source"]         = data.source;
    json["is_subset"]           = data.is_subset;
    json["batch_size"]          = settings.batch_size;
    json["learning_rate"]       = settings.learning_rate;
    json["scale"]               = settings.scale == datasets::PixelScale::raw ? "raw" : "unit";
    json["train_samples"]       = outcome.train_samples;
    json["train_accuracy"]      = outcome.train_accuracy;
    json["train_error"]         = 1 - outcome.train_accuracy;
    json["test_error"]          = 1 - *outcome.report.test_accuracy;
    for (const auto& [key, value] : outcome.facts.items()) json[key] = value;
    return json;
}

void plot(const std::filesystem::path& path, const Options& options, const Outcome& outcome) {
    Curve cost{"", {}, {}}, train{"training", {}, {}}, validation{"validation", {}, {}};
    for (std::size_t place = 0; place < outcome.report.epochs.size(); ++place) {
        const EpochReport& epoch = outcome.report.epochs[place];
        for (Curve* curve : {&cost, &train, &validation}) curve->x.push_back(static_cast<double>(place + 1));
        cost.y.push_back(epoch.cost);
        train.y.push_back(epoch.train_accuracy);
        validation.y.push_back(epoch.validation_accuracy);
    }
    const std::string what = options.recipe + (options.fashion() ? " on Fashion-MNIST" : " on MNIST");
    plot_curves(path, {{what + ": cost", "epoch", "cost", {cost}}, {what + ": accuracy", "epoch", "share answered right", {train, validation}}});
}

void print_results(const Options& options, const datasets::Mnist& data, const Outcome& outcome) {
    const double accuracy = *outcome.report.test_accuracy;
    std::cout << fmt::format("\ntraining: accuracy {:.4f}, error {:.2f} % ({} samples)\ntest:     accuracy {:.4f}, error {:.2f} % ({} samples)\n\n",
                             outcome.train_accuracy, 100 * (1 - outcome.train_accuracy), outcome.train_samples, accuracy, 100 * (1 - accuracy),
                             data.test.size());
    std::cout << confusion_text(*outcome.report.confusion);
    if (options.fashion()) {
        std::cout << "\nThe classes:";
        for (std::size_t place = 0; place < datasets::fashion_mnist_classes.size(); ++place) {
            std::cout << (place == 0 ? " " : ", ") << place << " " << datasets::fashion_mnist_classes[place];
        }
        std::cout << ".\n";
    } else {
        std::cout << "\nAmong published error rates for the test set of MNIST"
                  << (data.is_subset ? ", which the subset's 1 000 images only hint at:\n" : ":\n") << published_table(1 - accuracy);
    }
    std::cout << pictures(data.test, outcome.test_answers, options.show, options.common.seed, options.fashion());
}

std::string description(const Settings& settings) {
    return fmt::format("engine {}, seed {}, {} epochs, batches of {}, learning rate {}, pixels from 0 to {}\n", name_of(settings.engine),
                       settings.seed, settings.epochs, settings.batch_size, settings.learning_rate,
                       settings.scale == datasets::PixelScale::raw ? 255 : 1);
}

Outcome train_or_load(const Recipe& recipe, const RunInput& input) {
    try {
        return recipe.run(input);
    } catch (const DataError& error) {
        throw on_one_line(error);
    }
}

void run(const Options& options) {
    const Recipe&  recipe   = find_recipe(options.recipe);
    const Settings settings = settings_of(options, recipe);
    check(options);
    const datasets::Mnist data = load_data(options);
    if (data.is_subset) std::cout << data.notice() << '\n';
    std::cout << fmt::format("{}: {}\n", recipe.name, recipe.summary);
    if (settings.load.empty()) std::cout << description(settings);
    std::cout << std::flush;

    RunExport exported(options.common.export_directory);
    Outcome   outcome     = train_or_load(recipe, {settings, data, exported});
    outcome.report.recipe = recipe.name;
    outcome.report.seed   = settings.seed;
    outcome.report.engine = name_of(settings.engine);
    if (outcome.report.interrupted) std::cout << "Interrupted; what follows is of the training so far.\n";
    print_results(options, data, outcome);

    if (!options.save.empty()) outcome.save(options.save);
    if (!options.common.json.empty()) save_json(options.common.json, json_of(options, settings, data, outcome));
    if (!options.confusion.empty()) plot_confusion(options.confusion, options.recipe + ": answers on the test set", *outcome.report.confusion);
    if (!options.common.plot.empty() && !outcome.report.epochs.empty()) plot(options.common.plot, options, outcome);
}

} // namespace

int main(int argc, char** argv) {
    Options  options;
    CLI::App app("Trains a network on MNIST by backpropagation", "mnist");
    add_options(app, options);
    return run_example(app, argc, argv, [&] { run(options); });
}
