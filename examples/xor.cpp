// Trains a small network on a logic gate, as the exercise on backpropagation has it: what the untrained network answers, how many iterations training
// needs, the answers afterwards, and the share of seeds that learn.

#include <algorithm>
#include <iostream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <xtgrad/array/progress.hpp>
#include <xtgrad/datasets/gates.hpp>
#include <xtgrad/handwritten/labels.hpp>

#include "command_line.hpp"
#include "export.hpp"
#include "interrupt.hpp"
#include "plot.hpp"
#include "report.hpp"
#include "xor_recipes/training.hpp"

using namespace xtgrad;
using namespace xtgrad::examples;
using namespace xtgrad::examples::gates;

namespace {

using Gate = datasets::ArrayDataset<double, double>;

struct Options {
    CommonOptions         common;
    std::string           gate = "xor", recipe = "default", mode;
    std::vector<Index>    layers;
    std::optional<double> learning_rate;
    int                   runs = 1;
};

void add_options(CLI::App& app, Options& options) {
    std::string list = "How to train:";
    for (const Recipe& recipe : recipes()) list += fmt::format("\n{} ({})", recipe.name, recipe.description);
    app.add_option("--recipe", options.recipe, list)->capture_default_str()->option_text("NAME");
    app.add_option("--gate", options.gate, "and, or, xor")->capture_default_str()->check(CLI::IsMember({"and", "or", "xor"}).description(""));
    app.add_option("--layers", options.layers, "Units of the hidden layers (default: the recipe's)")
        ->option_text("N,N,...")
        ->delimiter(',')
        ->check(CLI::Range(1, 10'000));
    app.add_option("--learning-rate", options.learning_rate, "Step size (default: the recipe's)")->check(positive_finite());
    app.add_option("--mode", options.mode, "online, a step for each sample, or batch, a step for all four (default: the recipe's)")
        ->check(CLI::IsMember({"online", "batch"}).description(""));
    app.add_option("--runs", options.runs, "Train with N seeds, from --seed on, and count those that learn")
        ->option_text("N")
        ->check(CLI::Range(1, 1'000'000));
    add_common_options(app, options.common);
}

Settings settings_of(const Options& options) {
    const auto recipe = std::find_if(recipes().begin(), recipes().end(), [&](const Recipe& candidate) { return candidate.name == options.recipe; });
    if (recipe == recipes().end()) {
        std::vector<std::string> names;
        for (const Recipe& candidate : recipes()) names.push_back(candidate.name);
        throw UsageError(fmt::format("--recipe {}: there are {}", options.recipe, fmt::join(names, ", ")));
    }
    Settings settings{&*recipe, recipe->hidden, recipe->learning_rate, recipe->epochs, recipe->mode, recipe->engines.front()};
    if (!options.layers.empty()) settings.hidden = options.layers;
    if (!options.mode.empty()) settings.mode = options.mode == "online" ? Mode::online : Mode::batch;
    settings.learning_rate = options.learning_rate.value_or(settings.learning_rate);
    settings.epochs        = options.common.epochs.value_or(settings.epochs);
    settings.engine        = options.common.engine.value_or(settings.engine);
    if (std::find(recipe->engines.begin(), recipe->engines.end(), settings.engine) == recipe->engines.end()) {
        throw UsageError(fmt::format("--engine {}: the recipe {} has no handwritten form, because no exercise defines it; leave --engine at tape",
                                     name_of(settings.engine), recipe->name));
    }
    return settings;
}

std::string mode_name(Mode mode) { return mode == Mode::online ? "online" : "batch"; }

void print_answers(const Options& options, const Gate& gate, const Array<double>& answers) {
    for (std::size_t row = 0; row < gate.size(); ++row) {
        const Array<double> answer{answers(row, 0)}, target{gate.targets()(row, 0)};
        std::cout << fmt::format("  {} {} {} = {}   answer {:.4f}   {}\n", gate.inputs()(row, 0), options.gate, gate.inputs()(row, 1), target(0),
                                 answer(0), count_right(answer, target) == 1 ? "right" : "wrong");
    }
}

std::string epochs_text(std::size_t count) { return fmt::format("{} epoch{}", count, count == 1 ? "" : "s"); }

void print_run(const Options& options, const Gate& gate, const Run& run) {
    std::cout << fmt::format("The untrained network{}:\n", options.runs > 1 ? fmt::format(" of seed {}", run.seed) : "");
    print_answers(options, gate, run.untrained);
    if (run.iterations) {
        std::cout << fmt::format("Learned after {} iterations ({} of {}): from then on all four answers are right after every epoch.\n",
                                 *run.iterations, epochs_text(*run.iterations * run.epochs.size() / run.errors.size()), run.epochs.size());
    } else {
        std::cout << fmt::format("Not learned in {} iterations ({}): all four answers are not right after the last epoch.\n", run.errors.size(),
                                 epochs_text(run.epochs.size()));
    }
    std::cout << "The network after training:\n";
    print_answers(options, gate, run.trained);
}

// The median of the iterations of the runs that learned, of an even number the upper one.
std::optional<std::size_t> median_iterations(const std::vector<Run>& runs) {
    std::vector<std::size_t> iterations;
    for (const Run& run : runs)
        if (run.iterations) iterations.push_back(*run.iterations);
    if (iterations.empty()) return {};
    const auto middle = iterations.begin() + static_cast<std::ptrdiff_t>(iterations.size() / 2);
    std::nth_element(iterations.begin(), middle, iterations.end());
    return *middle;
}

std::size_t learned_count(const std::vector<Run>& runs) {
    return static_cast<std::size_t>(std::count_if(runs.begin(), runs.end(), [](const Run& run) { return run.learned(); }));
}

double learned_share(const std::vector<Run>& runs) { return static_cast<double>(learned_count(runs)) / static_cast<double>(runs.size()); }

void print_runs(const std::vector<Run>& runs) {
    const auto median = median_iterations(runs);
    std::cout << fmt::format("{} of {} seeds learned ({:.1f} %)", learned_count(runs), runs.size(), 100 * learned_share(runs))
              << (median ? fmt::format(", after {} iterations in the median.\n", *median) : std::string(".\n"));
}

// What was published as accuracy, beside what it was taken for.
void print_two_counts(const Settings& settings, const std::vector<Run>& runs) {
    const auto own = std::count_if(runs.begin(), runs.end(), [](const Run& run) { return run.epoch_of_own_steps.has_value(); });
    if (runs.size() == 1) {
        const Run& run = runs.front();
        std::cout << "Asked about each sample right after the step on it: "
                  << (run.epoch_of_own_steps ? fmt::format("4 of 4 in epoch {}, \"accuracy 1.0\".\n", *run.epoch_of_own_steps)
                                             : std::string("never 4 of 4.\n"))
                  << fmt::format("Asked about all samples after the last epoch:       {} of 4.\n", run.epochs.back().right_after_epoch);
    } else {
        std::cout << fmt::format("Asked about each sample right after the step on it: {} of {} seeds reach 4 of 4, \"accuracy 1.0\".\n", own,
                                 runs.size())
                  << fmt::format("Asked about all samples after the last epoch:       {} of {} seeds answer 4 of 4.\n", learned_count(runs),
                                 runs.size());
    }
    if (settings.mode == Mode::online && static_cast<std::size_t>(own) > learned_count(runs)) {
        std::cout
            << "The first count is the one that was published. A step at a high learning rate pulls the answer to its own sample across 0.5 and may\n"
               "push the others back: each question is put at the one moment at which it is easy, and no one network need answer all four.\n";
    }
    if (settings.recipe->name != "rojas") return;
    std::cout
        << (settings.engine == Engine::tape
                ? "The published derivative, taken at the output by mistake, exists in the handwritten engine only: this run has the true one.\n"
                : "The derivative of the sigmoid is taken at its output by mistake, as published; the recipe rojas-mended takes the true one.\n");
}

void print_difference(const Settings& settings, const std::vector<Run>& runs, double difference) {
    std::cout << fmt::format("Tape and hand at the same weights, step for step: no gradient differs by more than {:.3g}.\n", difference);
    if (settings.recipe->name == "rojas") {
        std::cout << "That is the mistaken derivative and not rounding: the tape has the true one. In rojas-mended they agree.\n";
    } else if (runs.size() == 1) {
        std::cout << "That is rounding.\n";
    }
}

void save_results(const Options& options, const Settings& settings, const Gate& gate, const std::vector<Run>& runs,
                  std::optional<double> difference) {
    const Run& first = runs.front();
    RunReport  report{settings.recipe->name, options.common.seed, name_of(settings.engine), {}, {}, {}, difference, interrupted()};
    const auto share = [&](std::size_t right) { return static_cast<double>(right) / static_cast<double>(gate.size()); };
    for (const Epoch& epoch : first.epochs) {
        report.epochs.push_back({epoch.error, share(epoch.right_before_step), share(epoch.right_after_epoch), epoch.seconds});
    }
    report.test_accuracy = share(first.epochs.back().right_after_epoch);
    Array<Index> labels = zeros<Index>({gate.size()}), answers = labels;
    for (std::size_t row = 0; row < gate.size(); ++row) {
        labels(row)  = gate.targets()(row, 0) > 0.5 ? 1 : 0;
        answers(row) = first.trained(row, 0) > 0.5 ? 1 : 0;
    }
    report.confusion = handwritten::confusion_matrix(labels, answers, 2);

    nlohmann::ordered_json json = to_json(report);
    for (std::size_t place = 0; place < first.epochs.size(); ++place) {
        if (const auto right = first.epochs[place].right_after_own_step) json["epochs"][place]["accuracy_after_own_step"] = share(*right);
    }
    const auto column       = [](const Array<double>& array) { return std::vector<double>(array.begin(), array.end()); };
    json["gate"]            = options.gate;
    json["layers"]          = settings.hidden;
    json["learning_rate"]   = settings.learning_rate;
    json["mode"]            = mode_name(settings.mode);
    json["untrained"]       = column(first.untrained);
    json["trained"]         = column(first.trained);
    json["runs"]            = nlohmann::ordered_json::array();
    const auto number_or_no = [](std::optional<std::size_t> number) { return number ? nlohmann::ordered_json(*number) : nlohmann::ordered_json(); };
    for (const Run& run : runs) {
        json["runs"].push_back({{"seed", run.seed}, {"learned", run.learned()}, {"iterations", number_or_no(run.iterations)}});
        if (settings.recipe->asks_after_own_step) json["runs"].back()["epoch_of_own_steps"] = number_or_no(run.epoch_of_own_steps);
    }
    json["share_learned"]     = learned_share(runs);
    json["median_iterations"] = number_or_no(median_iterations(runs));
    save_json(options.common.json, json);
}

void draw_errors(const Options& options, const Settings& settings, const Run& run) {
    Curve steps{settings.mode == Mode::online ? "each iteration" : "", {}, run.errors}, epochs{"mean of the epoch", {}, {}};
    for (std::size_t place = 0; place < run.errors.size(); ++place) steps.x.push_back(static_cast<double>(place + 1));
    const std::size_t steps_an_epoch = run.errors.size() / run.epochs.size();
    for (std::size_t place = 0; place < run.epochs.size(); ++place) {
        epochs.x.push_back(static_cast<double>((place + 1) * steps_an_epoch));
        epochs.y.push_back(run.epochs[place].error / static_cast<double>(steps_an_epoch));
    }
    std::string title = fmt::format("{}, recipe {}, seed {}: ", options.gate, settings.recipe->name, run.seed);
    title += run.iterations ? fmt::format("learned after {} iterations", *run.iterations) : std::string("not learned");
    Panel panel{title, "iteration", "error before the step", {steps}, true};
    if (settings.mode == Mode::online) panel.curves.push_back(epochs);
    plot_curves(options.common.plot, {panel});
}

Run train_first(const Options& options, const Settings& settings, const Gate& gate, Observers observers) {
    RunExport files(options.common.export_directory);
    files.array("inputs", gate.inputs());
    files.array("targets", gate.targets());
    observers.before_first = [&](const Network& network) {
        for (const auto& [name, values] : network.weights()) files.initial_weights(name, values);
    };
    observers.after_last = [&](const Network& network) {
        for (const auto& [name, values] : network.weights()) files.final_weights(name, values);
    };
    observers.epoch_begins = [&](const Array<Index>& order) { files.order(order); };
    Run run                = train(settings, gate, options.common.seed, observers);
    files.finish();
    return run;
}

// The first run, which is kept whole, and what became of the others.
std::vector<Run> train_all(const Options& options, const Settings& settings, const Gate& gate) {
    const auto       wanted = static_cast<std::size_t>(options.runs);
    ProgressBar      bar(wanted * static_cast<std::size_t>(settings.epochs) * gate.size(), options.gate);
    const Observers  observers{{}, {}, {}, [&] { bar.advance(gate.size()); }, interrupted};
    std::vector<Run> runs{train_first(options, settings, gate, observers)};
    while (runs.size() < wanted && !interrupted()) {
        Run run = train(settings, gate, options.common.seed + runs.size(), observers);
        // A run that was cut off says nothing about its seed.
        if (run.epochs.size() < static_cast<std::size_t>(settings.epochs)) break;
        run.errors = {};
        run.epochs = {};
        runs.push_back(std::move(run));
    }
    bar.finish(interrupted() ? "interrupted" : "");
    return runs;
}

void run_gate(const Options& options) {
    const Settings settings = settings_of(options);
    check_outputs(options.common);
    const Gate gate = datasets::gate<double>(options.gate);

    std::cout << fmt::format("{}: recipe {} ({}), engine {}, layers 2-{}-1, learning rate {}, {}, {}, seed {}\n", options.gate, settings.recipe->name,
                             settings.recipe->description, name_of(settings.engine), fmt::join(settings.hidden, "-"), settings.learning_rate,
                             mode_name(settings.mode), epochs_text(static_cast<std::size_t>(settings.epochs)), options.common.seed);
    const std::vector<Run> runs = train_all(options, settings, gate);

    if (interrupted()) std::cout << "Interrupted: what follows is what there is so far.\n";
    print_run(options, gate, runs.front());
    if (options.runs > 1) print_runs(runs);
    if (settings.recipe->asks_after_own_step) print_two_counts(settings, runs);
    std::optional<double> difference;
    for (const Run& run : runs) difference = std::max(difference, run.largest_gradient_difference);
    if (difference) print_difference(settings, runs, *difference);
    if (!options.common.json.empty()) save_results(options, settings, gate, runs, difference);
    if (!options.common.plot.empty()) draw_errors(options, settings, runs.front());
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("Trains a small network on a logic gate.", "xor");
    Options  options;
    add_options(app, options);
    return run_example(app, argc, argv, [&] { run_gate(options); });
}
