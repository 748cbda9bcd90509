#include "report.hpp"

#include <nlohmann/json.hpp>

#include <xtgrad/array/file.hpp>

namespace xtgrad::examples {

nlohmann::ordered_json to_json(const RunReport& report) {
    nlohmann::ordered_json json;
    json["recipe"] = report.recipe;
    json["seed"]   = report.seed;
    json["engine"] = report.engine;
    json["epochs"] = nlohmann::ordered_json::array();
    for (const EpochReport& epoch : report.epochs) {
        json["epochs"].push_back({{"cost", epoch.cost},
                                  {"train_accuracy", epoch.train_accuracy},
                                  {"validation_accuracy", epoch.validation_accuracy},
                                  {"seconds", epoch.seconds}});
    }
    if (report.test_accuracy) json["test_accuracy"] = *report.test_accuracy;
    if (report.confusion) {
        const Array<Index>& matrix = *report.confusion;
        json["confusion"]          = nlohmann::ordered_json::array();
        for (std::size_t row = 0; row < matrix.shape(0); ++row) {
            const Index* first = matrix.data() + row * matrix.shape(1);
            json["confusion"].push_back(std::vector<Index>(first, first + matrix.shape(1)));
        }
    }
    if (report.largest_gradient_difference) json["largest_gradient_difference"] = *report.largest_gradient_difference;
    json["interrupted"] = report.interrupted;
    return json;
}

void save_json(const std::filesystem::path& path, const nlohmann::ordered_json& json) {
    OutputFile file(path);
    file.write(json.dump(2) + "\n");
    file.commit();
}

} // namespace xtgrad::examples
