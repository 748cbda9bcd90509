#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <vector>

#include <temporary_directory.hpp>
#include <xtgrad/array/npz.hpp>

using namespace xtgrad;

namespace {

const std::filesystem::path files = std::filesystem::path(XTGRAD_TEST_DATA) / "files";

std::string message_of(const std::string& content) {
    static const TemporaryDirectory directory;
    const auto                      path = directory.file("x.npz", content);
    try {
        load_npz(path);
    } catch (const DataError& error) {
        const std::string message = error.what();
        REQUIRE(message.starts_with(path.string() + ": "));
        return message.substr(path.string().size() + 2);
    }
    return "accepted";
}

std::string replaced(std::string content, std::size_t place, std::string_view bytes) { return content.replace(place, bytes.size(), bytes); }

NamedArrays some_arrays() {
    NamedArrays arrays;
    arrays.add("hidden.weight", Array<float>{{1, 2, 3}, {4, 5, 6}});
    arrays.add("größe/π", Array<double>{0.5, -0.0});
    arrays.add("step", full<std::int64_t>({}, 7));
    arrays.add("none", zeros<std::uint8_t>({0, 4}));
    return arrays;
}

bool same(const NamedArrays& a, const NamedArrays& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const NamedArray& x, const NamedArray& y) {
        const auto of_x = bytes_of(x.array), of_y = bytes_of(y.array);
        return x.name == y.name && dtype_of(x.array) == dtype_of(y.array) && shape_of(x.array) == shape_of(y.array) &&
               std::equal(of_x.begin(), of_x.end(), of_y.begin(), of_y.end());
    });
}

} // namespace

TEST_CASE("Archives that NumPy wrote are read, stored and deflated, in their order") {
    const NamedArrays        stored = load_npz(files / "stored.npz");
    std::vector<std::string> names;
    for (const auto& [name, array] : stored) names.push_back(name);
    CHECK(names == std::vector<std::string>{"hidden.weight", "hidden.bias", "step"});
    CHECK(stored.get<float>("hidden.weight")(1, 2) == 5.5F);
    CHECK(stored.get<double>("hidden.bias")(1) == 2.0);
    CHECK(stored.get<std::int64_t>("step")() == 7);
    const NamedArrays deflated = load_npz(files / "deflated.npz");
    CHECK(to_string(shape_of(*deflated.find("a"))) == "[100, 10]");
    CHECK(deflated.get<std::int64_t>("b")(1, 2) == 5);
}

TEST_CASE("What was saved is loaded with names, order, elements and shapes, and equal arrays make equal files") {
    const TemporaryDirectory directory;
    save_npz(directory / "a.npz", some_arrays());
    save_npz(directory / "b.npz", some_arrays());
    CHECK(same(load_npz(directory / "a.npz"), some_arrays()));
    CHECK(file_content(directory / "a.npz") == file_content(directory / "b.npz"));
    save_npz(directory / "none.npz", NamedArrays());
    CHECK(load_npz(directory / "none.npz").empty());
}

TEST_CASE("An archive that is cut off anywhere, or has a byte changed, is refused") {
    const TemporaryDirectory directory;
    save_npz(directory / "a.npz", some_arrays());
    const std::string whole = file_content(directory / "a.npz");
    for (std::size_t length = 0; length < whole.size(); length += 7) CHECK(message_of(whole.substr(0, length)) != "accepted");
    CHECK(message_of(whole + "x").starts_with("bad npz file: "));
    for (const char* name : {"stored.npz", "deflated.npz"}) {
        const std::string archive  = file_content(files / name);
        std::size_t       accepted = 0;
        for (std::size_t place = 0; place < archive.size(); place += 3) {
            // Whatever the byte: an error, or the arrays as they were.
            std::string damaged = archive;
            damaged[place]      = static_cast<char>(damaged[place] ^ 0x55);
            if (message_of(damaged) != "accepted") continue;
            ++accepted;
            CHECK(load_npz(directory.file("damaged.npz", damaged)).size() == load_npz(files / name).size());
        }
        // Dates, attributes, versions and names are not under the checksum.
        CHECK(accepted < archive.size() / 6);
    }
}

TEST_CASE("Zip64, encryption, unknown methods and false sizes are named") {
    const std::string stored = file_content(files / "stored.npz"), deflated = file_content(files / "deflated.npz");
    const std::size_t end = stored.size() - 22, first = stored.find("PK\x01\x02"), packed = deflated.find("PK\x01\x02");
    CHECK(message_of(replaced(stored, end + 8, "\xff\xff\xff\xff")).find("Zip64") != std::string::npos);
    CHECK(message_of(replaced(stored, end + 16, "\xff\xff\xff\xff")).find("Zip64") != std::string::npos);
    CHECK(message_of(replaced(stored, first + 24, "\xff\xff\xff\xff")).find("Zip64") != std::string::npos);
    CHECK(message_of(replaced(stored, first + 8, "\x01")) == "bad npz file: entry `hidden.weight.npy` is encrypted");
    CHECK(message_of(replaced(stored, first + 10, "\x0c")) ==
          "bad npz file: entry `hidden.weight.npy` is packed by method 12; stored and deflated entries are read");
    CHECK(message_of(replaced(stored, first + 16, "\x01\x02")) == "bad npz file: entry `hidden.weight.npy` is damaged: its checksum differs");
    CHECK(message_of(replaced(stored, first + 20, "\xff\xff\xff\x7f")) == "bad npz file: entries overlap");
    CHECK(message_of(replaced(stored, first + 24, "\x01")) == "bad npz file: entry `hidden.weight.npy` has two sizes");
    CHECK(message_of(replaced(stored, first + 42, "\x05")) == "bad npz file: entry `hidden.weight.npy` is not where it is said to be");
    CHECK(message_of(replaced(deflated, packed + 24, "\xff\xff\xff\x7f")) ==
          "bad npz file: entry `a.npy` cannot hold the 2147483647 bytes that it promises");
    CHECK(message_of(replaced(deflated, packed + 24, "\x01")) == "bad npz file: entry `a.npy` is damaged: it does not unpack to its size");
    CHECK(message_of(replaced(stored, end + 16, std::string_view("\0\0\0\0", 4))) ==
          "bad npz file: the central directory is not where it is said to be");
    CHECK(message_of("no archive") == "bad npz file: it has no central directory; it is cut off, or not an npz file");
    CHECK(message_of("") == "bad npz file: it has no central directory; it is cut off, or not an npz file");
}

TEST_CASE("Entries that are no arrays, and names that come twice, are refused") {
    const std::string stored = file_content(files / "stored.npz");
    std::string       other  = stored;
    for (std::size_t place = 0; (place = other.find("step.npy", place)) != std::string::npos;) other.replace(place, 8, "step.txt");
    CHECK(message_of(other) == "bad npz file: entry `step.txt` is not a NumPy file (.npy)");
    const TemporaryDirectory directory;
    NamedArrays              two;
    two.add("a", zeros<float>({1}));
    two.add("b", zeros<float>({1}));
    save_npz(directory / "two.npz", two);
    std::string twice = file_content(directory / "two.npz");
    for (std::size_t place = 0; (place = twice.find("b.npy", place)) != std::string::npos;) twice.replace(place, 5, "a.npy");
    CHECK(message_of(twice) == "bad npz file: the array `a` is there twice");
    CHECK_THROWS_WITH_AS(two.add("a", zeros<float>({1})), doctest::Contains("two arrays have the name `a`"), ValueError);
    CHECK_THROWS_WITH_AS(load_npz(files / "float32.npy"), doctest::Contains("not an npz file"), DataError);
}

TEST_CASE("Names and elements that an archive cannot hold are refused, and the old file stays") {
    const TemporaryDirectory directory;
    save_npz(directory / "a.npz", some_arrays());
    const auto refused = [&](const std::string& name, AnyArray array) {
        NamedArrays arrays = some_arrays();
        arrays.add(name, std::move(array));
        CHECK_THROWS_AS(save_npz(directory / "a.npz", arrays), ValueError);
        CHECK(same(load_npz(directory / "a.npz"), some_arrays()));
    };
    refused("", zeros<float>({1}));
    refused(std::string("a\0b", 3), zeros<float>({1}));
    refused(std::string(65532, 'a'), zeros<float>({1}));
    refused("half", RawArray{"F16", Shape{1}, {0, 0}});
}

TEST_CASE("An array of the wrong elements, or none, is named when it is asked for") {
    const NamedArrays arrays = some_arrays();
    CHECK_THROWS_WITH_AS(arrays.get<double>("hidden.weight"), "tensor `hidden.weight` is F32, expected F64", DataError);
    CHECK_THROWS_WITH_AS(arrays.get<double>("weight"), "there is no tensor `weight`", DataError);
    CHECK(arrays.find("weight") == nullptr);
}
