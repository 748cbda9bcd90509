#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

#include <CLI/CLI.hpp>

namespace xtgrad::examples {

/// Arguments that cannot be served together, or not by this recipe: one line for the user, and exit status 2.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Who computes the gradients.
enum class Engine {
    tape,        ///< the tape
    handwritten, ///< backpropagation by hand
    both,        ///< both at the same weights, step for step; the run reports the largest difference of any gradient
};

/// "tape", "handwritten" or "both".
std::string name_of(Engine engine);

/// The options that all examples have. What is empty is not wanted, or chosen by the recipe.
struct CommonOptions {
    std::uint64_t         seed = 0;
    std::optional<int>    epochs;
    std::optional<Engine> engine;
    std::filesystem::path plot;             ///< .png or .svg
    std::filesystem::path json;             ///< a file for all results
    std::filesystem::path export_directory; ///< for weights and orders of samples
};

/// Adds --seed, --epochs (at least 1), --engine, --plot, --json and --export.
void add_common_options(CLI::App& app, CommonOptions& options);

/// Accepts numbers above 0, neither infinite nor NaN.
CLI::Validator positive_finite();

/// Tries, before an hour of training, whether the results can be written at its end: the plot (check_plot), the JSON, and the directory of
/// --export, which is made. Throws UsageError or DataError. Existing files stay as they are.
void check_outputs(const CommonOptions& options);

/// Parses the command line, runs `body` with Ctrl-C caught (interrupt.hpp), and returns the exit status: 0; 2 with one line on standard error for
/// wrong arguments, files and values; 1 with the whole message for any other failure; 130 after an interruption, as a shell has it.
int run_example(CLI::App& app, int argc, char** argv, const std::function<void()>& body);

} // namespace xtgrad::examples
