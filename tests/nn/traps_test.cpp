#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <xtgrad/autograd.hpp>
#include <xtgrad/nn.hpp>

// The inputs that break softmax and cross-entropy elsewhere, from tests/data/traps_nn.psv: T is what PyTorch 1.13.1 computes, P was computed
// with 60 digits. A row with `throw` is an error with that text; the gradient is that of the sum of the outputs, or of the one that is named.
using namespace xtgrad;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> parts;
    std::istringstream       stream(text);
    for (std::string part; std::getline(stream, part, at);) parts.push_back(part);
    return parts;
}

double number(std::string_view text) {
    if (text == "nan") return not_a_number;
    if (text == "inf") return std::numeric_limits<double>::infinity();
    if (text == "-inf") return -std::numeric_limits<double>::infinity();
    const std::size_t slash = text.find('/');
    if (slash != std::string_view::npos) return number(text.substr(0, slash)) / number(text.substr(slash + 1));
    return std::stod(std::string(text));
}

// "[[1,2],[3,4]]", "(0,3)" for an empty array of that shape, or a number.
Array<double> array(const std::string& text) {
    Shape shape;
    if (text.front() == '(') {
        for (const std::string& extent : split(text.substr(1, text.size() - 2), ',')) shape.push_back(std::stoul(extent));
        return zeros<double>(shape);
    }
    std::vector<double> elements;
    std::size_t         rank = 0;
    while (text[rank] == '[') ++rank;
    std::string bare;
    std::size_t rows = 0;
    for (const char letter : text) {
        if (letter == ']') ++rows;
        if (letter != '[' && letter != ']') bare += letter;
    }
    for (const std::string& element : split(bare, ',')) elements.push_back(number(element));
    if (rank == 2) shape = {rows - 1, elements.size() / (rows - 1)};
    if (rank == 1) shape = {elements.size()};
    Array<double> result = zeros<double>(shape);
    std::copy(elements.begin(), elements.end(), result.data());
    return result;
}

struct Row {
    std::string                        id, op, value, gradient, error;
    std::map<std::string, std::string> input;

    std::string option(const std::string& name, const std::string& otherwise) const {
        const auto found = input.find(name);
        return found == input.end() ? otherwise : found->second;
    }
};

std::vector<Row> read_rows() {
    std::ifstream    file(XTGRAD_TEST_DATA "/traps_nn.psv");
    std::vector<Row> rows;
    std::string      line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        const auto columns = split(line, '|');
        REQUIRE(columns.size() == 7);
        Row row{columns[0], columns[1], columns[3], columns[4], columns[5], {}};
        for (const std::string& part : split(columns[2], ' ')) row.input[part.substr(0, part.find('='))] = part.substr(part.find('=') + 1);
        rows.push_back(row);
    }
    return rows;
}

Variable<double> cross_entropy(const Row& row, const Variable<double>& x) {
    const nn::Over over = row.option("over", "mean") == "sum" ? nn::Over::sum : nn::Over::mean;
    if (row.input.contains("targets")) return nn::cross_entropy(x, array(row.input.at("targets")), over);
    nn::CrossEntropyOptions options{.over = over, .label_smoothing = number(row.option("smoothing", "0"))};
    if (row.input.contains("ignored")) options.ignored_label = static_cast<Index>(number(row.input.at("ignored")));
    const Array<double> given  = array(row.input.at("labels"));
    Array<Index>        labels = zeros<Index>(given.shape());
    for (std::size_t place = 0; place < given.size(); ++place) labels.data()[place] = static_cast<Index>(given.data()[place]);
    return nn::cross_entropy(x, labels, options);
}

using Operation = Variable<double> (*)(const Row&, const Variable<double>&);

const std::map<std::string, Operation>& operations() {
    static const std::map<std::string, Operation> all = {
        {"softmax", [](const Row&, const Variable<double>& x) { return nn::softmax(x); }},
        {"log_softmax", [](const Row&, const Variable<double>& x) { return nn::log_softmax(x); }},
        {"log_of_softmax", [](const Row&, const Variable<double>& x) { return log(nn::softmax(x)); }},
        {"cross_entropy", cross_entropy},
        {"cross_entropy_of_softmax", [](const Row& row, const Variable<double>& x) { return cross_entropy(row, nn::softmax(x)); }},
        {"cross_entropy_from_probabilities",
         [](const Row& row, const Variable<double>& x) { return nn::cross_entropy_from_probabilities(x, array(row.input.at("targets"))); }},
    };
    return all;
}

// NaN equals NaN, infinities are exact, the rest agrees to rounding.
void check_equal(const Array<double>& found, const Array<double>& expected) {
    REQUIRE(found.shape() == expected.shape());
    for (std::size_t place = 0; place < found.size(); ++place) {
        const double f = found.data()[place], e = expected.data()[place];
        INFO("element ", place, ": ", f, ", expected ", e);
        if (std::isnan(e)) {
            CHECK(std::isnan(f));
        } else if (std::isinf(e)) {
            CHECK(f == e);
        } else {
            CHECK(std::abs(f - e) <= 16 * std::numeric_limits<double>::epsilon() * std::max(1.0, std::abs(e)));
        }
    }
}

void check_row(const Row& row) {
    INFO(row.id, " ", row.op);
    const auto          operation = operations().at(row.op);
    const Array<double> input     = array(row.input.at("x"));
    Tape                tape;
    const auto          x = tape.watch(input);
    if (row.error.starts_with("throw ")) {
        const std::size_t size = tape.size();
        try {
            operation(row, x);
            FAIL_CHECK("nothing was thrown");
        } catch (const Error& error) {
            INFO(error.what());
            CHECK(std::string(error.what()).find(row.error.substr(6)) != std::string::npos);
        }
        CHECK(tape.size() == size);
        // Without a tape it throws as well.
        CHECK_THROWS_AS(operation(row, Variable<double>(input)), Error);
        return;
    }
    Variable<double> y = operation(row, x);
    if (row.input.contains("output")) y = slice(reshape(y, {-1}), {static_cast<Index>(number(row.input.at("output")))});
    check_equal(y.value(), array(row.value));
    if (row.gradient != "-") check_equal(tape.gradient(y, x, seed(full<double>(y.shape(), 1.0))), array(row.gradient));
}

} // namespace

TEST_CASE("The traps of softmax and cross-entropy") {
    std::set<std::string> used;
    const auto            rows = read_rows();
    CHECK(rows.size() >= 31);
    for (const Row& row : rows) {
        REQUIRE_MESSAGE(operations().contains(row.op), "no operation for row ", row.id);
        used.insert(row.op);
        check_row(row);
    }
    // No operation without a row.
    CHECK(used.size() == operations().size());
}

TEST_CASE("Every trap that concerns softmax and cross-entropy has a row") {
    std::set<std::string> found;
    for (const Row& row : read_rows()) found.insert(row.id);
    for (const char* id : {"B01", "B02", "B04", "B05", "B06", "B08", "B09", "B10", "B12", "B13", "C01", "C02", "C04",
                           "C05", "C06", "C08", "C09", "C10", "C12", "C13", "C14", "C16", "C17", "C18", "C20", "C21"}) {
        CHECK_MESSAGE(found.contains(id), "no row ", id);
    }
}
