#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <xtgrad/array/array.hpp>

namespace xtgrad::examples {

/// What --json tells of an epoch. What was not measured is NaN here and null in the file.
struct EpochReport {
    double cost                = std::numeric_limits<double>::quiet_NaN();
    double train_accuracy      = std::numeric_limits<double>::quiet_NaN();
    double validation_accuracy = std::numeric_limits<double>::quiet_NaN();
    double seconds             = std::numeric_limits<double>::quiet_NaN();
};

/// What --json tells of a run.
struct RunReport {
    std::string                 recipe;
    std::uint64_t               seed = 0;
    std::string                 engine; ///< "tape", "handwritten" or "both"
    std::vector<EpochReport>    epochs;
    std::optional<double>       test_accuracy;
    std::optional<Array<Index>> confusion; ///< row: label, column: answer
    /// For both engines: the largest absolute difference of any gradient in any step.
    std::optional<double> largest_gradient_difference;
    bool                  interrupted = false;
};

/// The report as JSON, keys in the order above; what is absent has no key. An example adds what it alone has.
nlohmann::ordered_json to_json(const RunReport& report);

/// Writes `json`, indented; the file is replaced whole or not at all. Throws DataError.
void save_json(const std::filesystem::path& path, const nlohmann::ordered_json& json);

} // namespace xtgrad::examples
