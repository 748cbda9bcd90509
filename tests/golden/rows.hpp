#pragma once

#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace xtgrad::golden {

inline std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts(1);
    for (const char character : text) {
        if (character == separator) {
            parts.emplace_back();
        } else {
            parts.back() += character;
        }
    }
    return parts;
}

/// The rows of a file of tests/data/golden, which tools/golden_values writes.
inline std::vector<std::vector<std::string>> rows(const std::string& name) {
    std::string path = XTGRAD_TEST_DATA "/golden/";
    path += name;
    std::ifstream file(path);
    REQUIRE(file.is_open());
    std::vector<std::vector<std::string>> result;
    for (std::string line; std::getline(file, line);) {
        if (!line.empty() && line.front() != '#') result.push_back(split(line, '|'));
    }
    REQUIRE(!result.empty());
    return result;
}

} // namespace xtgrad::golden
