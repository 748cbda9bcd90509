#include "command_line.hpp"

#include <charconv>
#include <cmath>
#include <iostream>
#include <map>

#include <xtgrad/array/error.hpp>
#include <xtgrad/array/file.hpp>

#include "export.hpp"
#include "interrupt.hpp"
#include "plot.hpp"

namespace xtgrad::examples {

namespace {

const std::map<std::string, Engine>& engines() {
    static const std::map<std::string, Engine> all{{"tape", Engine::tape}, {"handwritten", Engine::handwritten}, {"both", Engine::both}};
    return all;
}

// The shell's convention: 128 and the number of the signal.
constexpr int status_of_interruption = 130;

int complain(const CLI::App& app, std::string message, int status) {
    if (status == 2) message = message.substr(0, message.find('\n'));
    std::cout.flush();
    std::cerr << app.get_name() << ": " << message << '\n';
    return status;
}

} // namespace

std::string name_of(Engine engine) {
    for (const auto& [name, value] : engines())
        if (value == engine) return name;
    return {};
}

CLI::Validator positive_finite() {
    return {[](const std::string& text) -> std::string {
                double value = 0;
                if (CLI::detail::lexical_cast(text, value) && std::isfinite(value) && value > 0) return {};
                return "'" + text + "' is not a finite number above 0";
            },
            "POSITIVE"};
}

void add_common_options(CLI::App& app, CommonOptions& options) {
    // CLI11 wraps a negative seed around and cuts one that is too large.
    app.add_option_function<std::string>(
           "--seed",
           [&options](const std::string& text) {
               const char* const end    = text.data() + text.size();
               const auto [rest, error] = std::from_chars(text.data(), end, options.seed);
               if (error != std::errc{} || rest != end) throw CLI::ValidationError("--seed", "'" + text + "' is not an integer from 0 to 2^64 - 1");
           },
           "Seed of all random numbers (default: 0)")
        ->type_name("INTEGER");
    app.add_option("--epochs", options.epochs, "Passes over the samples (default: the recipe's)")->check(CLI::Range(1, 10'000'000));
    app.add_option_function<std::string>(
           "--engine", [&options](const std::string& name) { options.engine = engines().at(name); },
           "Who computes the gradients; both: compared at the same weights, step for step (default: the recipe's)")
        ->check(CLI::IsMember(&engines()));
    app.add_option("--plot", options.plot, "Draw the curves")->option_text("FILE.png|svg");
    app.add_option("--json", options.json, "Write all results")->option_text("FILE");
    app.add_option("--export", options.export_directory, "Write initial and final weights and the orders of samples as .npy")->option_text("DIR");
}

void check_outputs(const CommonOptions& options) {
    // First, because the other files may lie in it.
    if (!options.export_directory.empty()) RunExport{options.export_directory};
    if (!options.plot.empty()) check_plot(options.plot);
    if (!options.json.empty()) OutputFile{options.json};
}

int run_example(CLI::App& app, int argc, char** argv, const std::function<void()>& body) {
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error); // --help
        return complain(app, std::string(error.what()) + " (--help lists the options)", 2);
    }
    try {
        watch_for_interrupts();
        body();
        if (!std::cout.flush()) return complain(app, "cannot write to the standard output", 1);
        return interrupted() ? status_of_interruption : 0;
    } catch (const UsageError& error) {
        return complain(app, error.what(), 2);
    } catch (const DataError& error) {
        return complain(app, error.what(), 2);
    } catch (const ValueError& error) {
        return complain(app, error.what(), 2);
    } catch (const std::exception& error) {
        return complain(app, error.what(), 1);
    }
}

} // namespace xtgrad::examples
