#include <doctest/doctest.h>

#include <cstring>
#include <limits>
#include <string>

#include <temporary_directory.hpp>
#include <xtgrad/array/npy.hpp>

using namespace xtgrad;

namespace {

const std::filesystem::path files = std::filesystem::path(XTGRAD_TEST_DATA) / "files";

// The elements 0 … 5 in [2, 3], times `factor`, plus `offset`.
template <class T>
bool is_ramp(const AnyArray& any, double factor, double offset) {
    const Array<T>* array = std::get_if<Array<T>>(&any);
    if (array == nullptr || to_string(array->shape()) != "[2, 3]") return false;
    for (std::size_t place = 0; place < 6; ++place) {
        if (static_cast<double>(array->data()[place]) != factor * static_cast<double>(place) + offset) return false;
    }
    return true;
}

// A file of version 1 with this header, padded or not, and data.
std::string npy(std::string header, std::string_view data, char version = 1) {
    header += '\n';
    std::string bytes = "\x93NUMPY";
    bytes += {version, 0, static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
    if (version > 1) bytes += {0, 0};
    return bytes + header + std::string(data);
}

std::string message_of(const std::string& content) {
    try {
        decode_npy("x.npy", {reinterpret_cast<const unsigned char*>(content.data()), content.size()});
    } catch (const DataError& error) {
        return error.what();
    }
    return "accepted";
}

const std::string eight_bytes(8, 'a');

} // namespace

TEST_CASE("Files that NumPy wrote are read: types, byte orders, Fortran order, versions, ranks") {
    CHECK(is_ramp<float>(load_npy(files / "float32.npy"), 1, 0.5));
    CHECK(is_ramp<double>(load_npy(files / "float64_fortran.npy"), 1, 0.25));
    CHECK(is_ramp<double>(load_npy(files / "float64_big_endian.npy"), 1, -0.75));
    CHECK(is_ramp<std::int64_t>(load_npy(files / "int64.npy"), 1, -3));
    CHECK(is_ramp<std::int64_t>(load_npy(files / "int16_big_endian_fortran.npy"), 1000, -3000));
    CHECK(is_ramp<std::uint8_t>(load_npy(files / "uint8.npy"), 50, 0));
    const Array<std::uint8_t> boolean = load_npy<std::uint8_t>(files / "bool.npy");
    CHECK(boolean(0, 0) == 1);
    CHECK(boolean(1, 0) == 0);
    const Array<double> scalar = load_npy<double>(files / "scalar.npy");
    CHECK(to_string(scalar.shape()) == "[]");
    CHECK(scalar() == 2.5);
    CHECK(to_string(load_npy<float>(files / "empty.npy").shape()) == "[0, 3]");
    const Array<float> three_axes = load_npy<float>(files / "version2_3d_fortran.npy");
    CHECK(to_string(three_axes.shape()) == "[2, 3, 4]");
    for (std::size_t place = 0; place < 24; ++place) CHECK(three_axes.data()[place] == static_cast<float>(place));
}

TEST_CASE("What is written is byte for byte what NumPy writes") {
    const TemporaryDirectory directory;
    save_npy(directory / "float32.npy", load_npy<float>(files / "float32.npy"));
    CHECK(file_content(directory / "float32.npy") == file_content(files / "float32.npy"));
    save_npy(directory / "int64.npy", load_npy<std::int64_t>(files / "int64.npy"));
    CHECK(file_content(directory / "int64.npy") == file_content(files / "int64.npy"));
    save_npy(directory / "uint8.npy", load_npy<std::uint8_t>(files / "uint8.npy"));
    CHECK(file_content(directory / "uint8.npy") == file_content(files / "uint8.npy"));
    save_npy(directory / "scalar.npy", load_npy<double>(files / "scalar.npy"));
    CHECK(file_content(directory / "scalar.npy") == file_content(files / "scalar.npy"));
    save_npy(directory / "empty.npy", load_npy<float>(files / "empty.npy"));
    CHECK(file_content(directory / "empty.npy") == file_content(files / "empty.npy"));
}

TEST_CASE("Every bit of an array survives, NaN and signed zero too, in every rank") {
    const TemporaryDirectory directory;
    const Array<double>      special{-0.0, std::numeric_limits<double>::quiet_NaN(), -std::numeric_limits<double>::infinity(), 5e-324};
    save_npy(directory / "special.npy", special);
    const Array<double> back = load_npy<double>(directory / "special.npy");
    CHECK(std::memcmp(back.data(), special.data(), 32) == 0);
    CHECK(file_content(directory / "special.npy").find("'shape': (4,), }") != std::string::npos);
    for (std::size_t rank = 0; rank < 7; ++rank) {
        const Array<float> array = full<float>(Shape(rank, 2), 1.5F);
        save_npy(directory / "rank.npy", array);
        CHECK(load_npy<float>(directory / "rank.npy").shape() == array.shape());
        CHECK((file_content(directory / "rank.npy").size() - 4 * array.size()) % 64 == 0);
    }
}

TEST_CASE("R25 Pickled objects, structures, unknown versions and headers that are no dictionary are refused") {
    CHECK_THROWS_WITH_AS(load_npy(files / "object.npy"), doctest::Contains("Python objects (pickle), which are never read"), DataError);
    CHECK_THROWS_WITH_AS(load_npy(files / "structured.npy"), doctest::Contains("structured elements are not supported"), DataError);
    CHECK_THROWS_WITH_AS(load_npy(files / "float16.npy"), doctest::Contains("elements '<f2' are not supported"), DataError);
    const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
    CHECK(message_of(npy(good, eight_bytes)) == "accepted");
    CHECK(message_of(npy("{'shape':(2L),\"fortran_order\":False,'descr':'<f4'}", eight_bytes)) == "accepted");
    CHECK(message_of("PK") == "x.npy: not an npy file: it does not begin with \\x93NUMPY");
    CHECK(message_of(npy(good, eight_bytes, 9)) == "x.npy: npy version 9.0 is unknown (1.0, 2.0 and 3.0 are read)");
    for (const std::string header :
         {"", "{", "[]", "__import__('os').system('id')", "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } + 1",
          "{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}", "{'descr': '<f4', 'fortran_order': False, 'shape': (2*1,)}",
          "{'descr': '<f4', 'fortran_order': False}", "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': 1}", "{'descr': '<f4, 'fortran_order': False, 'shape': (2,)}",
          "{'descr': '<f4' 'fortran_order': False, 'shape': (2,)}", "{'descr': '\\x3cf4', 'fortran_order': False, 'shape': (2,)}"}) {
        CAPTURE(header);
        CHECK(message_of(npy(header, eight_bytes)).starts_with("x.npy: bad npy header at character "));
    }
    for (const std::string dtype : {"<c8", "<f9", "f4", "<U1", "|S8", "", "<f16", "<i3", "|V8", "<M8[ns]"}) {
        CAPTURE(dtype);
        CHECK(message_of(npy("{'descr': '" + dtype + "', 'fortran_order': False, 'shape': (2,)}", eight_bytes)).find("are not supported") !=
              std::string::npos);
    }
    // Lengths of 65535 bytes and 4 GiB.
    CHECK(message_of("\x93NUMPY" + std::string{1, 0, '\xff', '\xff'} + good) == "x.npy: npy header of 65535 bytes exceeds the limit of 10000");
    CHECK(message_of("\x93NUMPY" + std::string{2, 0, '\xff', '\xff', '\xff', '\xff'} + good) ==
          "x.npy: npy header of 4294967295 bytes exceeds the limit of 10000");
    const std::string whole = npy(good, "");
    for (std::size_t length = 6; length < whole.size(); ++length) {
        CHECK(message_of(whole.substr(0, length)).starts_with("x.npy: truncated npy header"));
    }
}

TEST_CASE("R27 Data that is cut off, and bytes left over, are errors with both numbers") {
    const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
    CHECK(message_of(npy(header, eight_bytes.substr(1))) == "x.npy: truncated npy data: shape [2] of '<f4' is 8 bytes, file has 7");
    CHECK(message_of(npy(header, "")) == "x.npy: truncated npy data: shape [2] of '<f4' is 8 bytes, file has 0");
    CHECK(message_of(npy(header, eight_bytes + "b")) == "x.npy: too long npy data: shape [2] of '<f4' is 8 bytes, file has 9");
}

TEST_CASE("R28 Shapes that overflow, or are negative, are refused before anything is allocated") {
    const auto shape = [](const std::string& extents) {
        return message_of(npy("{'descr': '<f8', 'fortran_order': False, 'shape': " + extents + ", }", eight_bytes));
    };
    CHECK(shape("(4294967296, 4294967296)") == "x.npy: the shape [4294967296, 4294967296] has more elements than can be addressed");
    CHECK(shape("(0, 4294967296, 4294967296)") == "x.npy: the shape [0, 4294967296, 4294967296] has more elements than can be addressed");
    CHECK(shape("(1099511627776,)") == "x.npy: truncated npy data: shape [1099511627776] of '<f8' is 8796093022208 bytes, file has 8");
    CHECK(shape("(18446744073709551616,)").find("a number too large") != std::string::npos);
    CHECK(shape("(18446744073709551615,)").find("more elements than can be addressed") != std::string::npos);
    CHECK(shape("(-1, 3)").find("a negative extent") != std::string::npos);
    CHECK(shape("(1.5,)").find("bad npy header") != std::string::npos);
    std::string many = "(";
    for (int axis = 0; axis < 33; ++axis) many += "1,";
    CHECK(shape(many + ")").find("more than 32 axes") != std::string::npos);
}

TEST_CASE("R29 Other elements than expected are an error that names both, and integers too large are not wrapped") {
    CHECK_THROWS_WITH_AS(load_npy<double>(files / "float32.npy"), doctest::Contains("float32.npy: holds elements of type F32, expected F64"),
                         DataError);
    CHECK_THROWS_WITH_AS(load_npy<float>(files / "int64.npy"), doctest::Contains("holds elements of type I64, expected F32"), DataError);
    const std::string header = "{'descr': '<u8', 'fortran_order': False, 'shape': (1,), }";
    CHECK(message_of(npy(header, std::string(7, '\0') + "\x7f")) == "accepted");
    CHECK(message_of(npy(header, std::string(7, '\0') + "\x80")) == "x.npy: the uint64 9223372036854775808 is too large for int64");
}

TEST_CASE("A NumPy file that is missing is named") {
    CHECK_THROWS_WITH_AS(load_npy("/none.npy"), "cannot open '/none.npy': No such file or directory", DataError);
}
