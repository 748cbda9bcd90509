#include "page.hpp"

#include <array>
#include <cstdio>
#include <iostream>
#include <span>
#include <stdexcept>
#include <vector>

namespace documents {
namespace {

constexpr std::string_view anything = "…";

std::vector<std::string>& fragments() {
    static std::vector<std::string> places;
    return places;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream       stream(text);
    for (std::string line; std::getline(stream, line);) {
        line.erase(line.find_last_not_of(' ') + 1);
        lines.push_back(line);
    }
    while (!lines.empty() && lines.back().empty()) lines.pop_back();
    return lines;
}

bool line_matches(std::string_view pattern, std::string_view line) {
    const std::size_t gap = pattern.find(anything);
    if (gap == std::string_view::npos) return pattern == line;
    if (line.substr(0, gap) != pattern.substr(0, gap)) return false;
    const std::string_view rest = pattern.substr(gap + anything.size());
    for (std::size_t start = gap; start <= line.size(); ++start) {
        if (line_matches(rest, line.substr(start))) return true;
    }
    return false;
}

bool lines_match(std::span<const std::string> pattern, std::span<const std::string> lines) {
    if (pattern.empty()) return lines.empty();
    if (pattern.front() == anything) {
        for (std::size_t start = 0; start <= lines.size(); ++start) {
            if (lines_match(pattern.subspan(1), lines.subspan(start))) return true;
        }
        return false;
    }
    return !lines.empty() && line_matches(pattern.front(), lines.front()) && lines_match(pattern.subspan(1), lines.subspan(1));
}

} // namespace

bool matches(const std::string& pattern, const std::string& text) { return lines_match(lines_of(pattern), lines_of(text)); }

Page::Page() : before_(std::filesystem::current_path()), standard_(std::cout.rdbuf(output_.rdbuf())) {
    std::filesystem::current_path(directory_.path());
    // Where no MNIST can be: the embedded subset stands in.
    ::setenv("XDG_CACHE_HOME", directory_.path().c_str(), 1);
    format_.copyfmt(std::cout);
}

Page::~Page() {
    std::cout.copyfmt(format_);
    std::cout.rdbuf(standard_);
    std::error_code ignored;
    std::filesystem::current_path(before_, ignored);
}

void Page::expect(const std::string& expected, const std::string& place) {
    const std::string printed = output_.str();
    check(matches(expected, printed), place + ": the document says\n" + expected + "but the block printed\n" + printed);
}

void Page::check(bool right, const std::string& message) {
    std::cout.rdbuf(standard_);
    CHECK_MESSAGE(right, message);
    std::cout.rdbuf(output_.rdbuf());
}

void Page::run_program(const std::string& name) {
    const std::string command = "'" + std::string(XTGRAD_DOCS_PROGRAMS) + "/" + name + "' 2>&1";
    // NOLINTNEXTLINE(cert-env33-c): the path is the build's own
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("cannot run " + name);
    std::array<char, 4096> piece{};
    while (const std::size_t count = std::fread(piece.data(), 1, piece.size(), pipe))
        output_.write(piece.data(), static_cast<std::streamsize>(count));
    const int status = ::pclose(pipe);
    check(status == 0, name + " ended with status " + std::to_string(status) + " and printed\n" + output_.str());
}

Fragment::Fragment(const std::string& place) { fragments().push_back(place); }

TEST_CASE("what is not compiled of the documents is listed") {
    for (const std::string& place : fragments()) std::cout << "not compiled: " << place << '\n';
    CHECK_MESSAGE(fragments().size() <= 6, "fragments are to stay few");
}

TEST_CASE("an ellipsis stands for anything within a line, and alone in its line for any lines") {
    CHECK(matches("a … c\n", "a b c  \n"));
    CHECK(matches("a\n…\nd", "a\nb\nc\nd\n"));
    CHECK(matches("…\nd", "d"));
    CHECK(matches("", "\n"));
    CHECK_FALSE(matches("a … c\n", "a b d\n"));
    CHECK_FALSE(matches("a … c", "a\nc"));
    CHECK_FALSE(matches("a\n", "a\nb\n"));
    CHECK_FALSE(matches("a\nb\n", "a\n"));
}

} // namespace documents
