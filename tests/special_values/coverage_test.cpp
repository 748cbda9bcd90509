#include <filesystem>
#include <fstream>
#include <set>

#include "traps.hpp"

namespace xtgrad::traps {

std::vector<std::string>& covered() {
    static std::vector<std::string> ids;
    return ids;
}

} // namespace xtgrad::traps

using namespace xtgrad;

namespace {

std::set<std::string> listed_rows() {
    std::ifstream file(XTGRAD_TEST_DATA "/traps.psv");
    REQUIRE(file);
    std::set<std::string> ids;
    std::string           line;
    std::getline(file, line);
    CHECK(line == "id|op|input|expected value|expected gradient|error|source");
    while (std::getline(file, line)) {
        CHECK(std::count(line.begin(), line.end(), '|') == 6);
        CHECK(ids.insert(line.substr(0, line.find('|'))).second);
    }
    return ids;
}

// What must not compile is tested by files of its own, which name their rows in a line `// trap: ID`.
void add_rows_that_must_not_compile(std::set<std::string>& ids) {
    const std::string mark = "// trap: ";
    for (const auto& entry : std::filesystem::directory_iterator(XTGRAD_TEST_DATA "/../compile_fail")) {
        std::ifstream file(entry.path());
        for (std::string line; std::getline(file, line);) {
            if (line.rfind(mark, 0) == 0) ids.insert(line.substr(mark.size()));
        }
    }
}

} // namespace

TEST_CASE("Every row of traps.psv is covered by a test, and no test names another") {
    const std::set<std::string> listed = listed_rows();
    std::set<std::string>       covered(traps::covered().begin(), traps::covered().end());
    add_rows_that_must_not_compile(covered);
    CHECK(listed.size() > 90);
    for (const std::string& id : listed) CHECK_MESSAGE(covered.count(id) == 1, "no test covers ", id);
    for (const std::string& id : covered) CHECK_MESSAGE(listed.count(id) == 1, "there is no row ", id);
}
