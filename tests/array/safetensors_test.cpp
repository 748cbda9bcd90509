#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <temporary_directory.hpp>
#include <xtgrad/array/safetensors.hpp>

using namespace xtgrad;

namespace {

std::string file_of(std::string_view header, std::string_view data, std::optional<std::uint64_t> length = std::nullopt) {
    const std::uint64_t number = length.value_or(header.size());
    std::string         bytes(8, '\0');
    std::memcpy(bytes.data(), &number, 8);
    return bytes.append(header).append(data);
}

std::string message_of(const std::string& content) {
    static const TemporaryDirectory directory;
    const auto                      path = directory.file("x.safetensors", content);
    try {
        load_safetensors(path);
    } catch (const DataError& error) {
        const std::string message = error.what();
        REQUIRE(message.starts_with(path.string() + ": "));
        return message.substr(path.string().size() + 2);
    }
    return "accepted";
}

std::string header_message(std::string_view header, std::size_t data_bytes = 8) { return message_of(file_of(header, std::string(data_bytes, 'a'))); }

// What is said of a tensor with these offsets, and the next at [4, 8].
std::string offsets_message(const std::string& offsets) {
    return header_message(R"({"t":{"dtype":"F32","shape":[1],"data_offsets":)" + offsets +
                          R"(},"u":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})");
}

NamedArrays some_tensors() {
    NamedArrays tensors;
    tensors.add("output.bias", Array<double>{0.5, -0.0, 1e300});
    tensors.add("hidden.weight", Array<float>{{1, 2, 3}, {4, 5, 6}});
    tensors.add("empty", zeros<float>({0, 3}));
    tensors.add("größe \"π\"\n", full<std::int64_t>({}, -7));
    tensors.add("bytes", full<std::uint8_t>({3}, 9));
    tensors.add("half", RawArray{"F16", Shape{2}, {1, 2, 3, 4}});
    return tensors;
}

} // namespace

TEST_CASE("Tensors of a safetensors file come back in their order, with every bit, and with the metadata") {
    const TemporaryDirectory directory;
    save_safetensors(directory / "a", some_tensors(), {{"format", "xtgrad"}, {"epoch", "7"}});
    const Safetensors back     = load_safetensors(directory / "a");
    const NamedArrays expected = some_tensors();
    CHECK(std::equal(back.tensors.begin(), back.tensors.end(), expected.begin(), expected.end(), [](const NamedArray& a, const NamedArray& b) {
        const auto of_a = bytes_of(a.array), of_b = bytes_of(b.array);
        return a.name == b.name && dtype_of(a.array) == dtype_of(b.array) && shape_of(a.array) == shape_of(b.array) &&
               std::equal(of_a.begin(), of_a.end(), of_b.begin(), of_b.end());
    }));
    CHECK(back.metadata == std::map<std::string, std::string>{{"epoch", "7"}, {"format", "xtgrad"}});
    save_safetensors(directory / "none", NamedArrays());
    CHECK(load_safetensors(directory / "none").tensors.empty());
}

TEST_CASE("The file has the published form") {
    const TemporaryDirectory directory;
    NamedArrays              tensors;
    tensors.add("w", Array<float>{1.0F, 2.0F});
    save_safetensors(directory / "a", tensors, {{"k", "v"}});
    const std::string header = R"({"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} )";
    REQUIRE(header.size() % 8 == 0);
    CHECK(file_content(directory / "a") == file_of(header, std::string_view("\0\0\x80\x3f\0\0\0\x40", 8)));
}

TEST_CASE("Tensors are found whatever their order in the header, and unknown keys are passed over") {
    CHECK(
        header_message(R"({"b":{"data_offsets":[4,8],"shape":[1],"dtype":"F32","more":{"x":[{"y":1.5}],"z":null}},)"
                       R"("e":{"dtype":"F64","shape":[0],"data_offsets":[4,4],"more":true},"a":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}})") ==
        "accepted");
    const TemporaryDirectory directory;
    const auto               path = directory.file("a", file_of(R"({"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},)"
                                                                              R"("a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                                                                "xy"));
    CHECK(load_safetensors(path).tensors.begin()->name == "a");
    CHECK(load_safetensors(path).tensors.get<std::uint8_t>("b")(0) == 'y');
}

TEST_CASE("R19 A header longer than the file or the limit is refused with both numbers, before it is allocated") {
    CHECK(message_of(file_of("{}", "", 3)) == "bad safetensors file: the header is 3 bytes long, file has 2");
    CHECK(message_of(file_of("{}", "", 100000000)) == "bad safetensors file: the header is 100000000 bytes long, file has 2");
    CHECK(message_of(file_of("{}", "", 100000001)) == "bad safetensors file: the header of 100000001 bytes exceeds the limit of 100000000");
    CHECK(message_of(file_of("{}", "", std::uint64_t{1} << 63)) ==
          "bad safetensors file: the header of 9223372036854775808 bytes exceeds the limit of 100000000");
    CHECK(message_of(file_of("", "", 0)) == "bad safetensors file: the header does not begin with '{'");
    CHECK(message_of("1234567") == "bad safetensors file: of its first 8 bytes, the length of the header, there are 7");
    CHECK(message_of("").starts_with("bad safetensors file: "));
}

TEST_CASE("R20 Offsets that overlap, leave holes, are reversed, reach beyond the end or are no numbers name the tensor") {
    CHECK(offsets_message("[0,4]") == "accepted");
    const std::string invalid = "bad safetensors header: invalid offset for tensor `";
    CHECK(offsets_message("[0,8]").starts_with(invalid + "t`")); // overlap, and more than the shape needs
    CHECK(offsets_message("[0,3]").starts_with(invalid + "t`")); // hole
    CHECK(offsets_message("[4,8]").starts_with(invalid + "t`"));
    CHECK(offsets_message("[4,0]").starts_with(invalid));
    CHECK(offsets_message("[8,12]").starts_with(invalid));
    CHECK(offsets_message("[0,18446744073709551615]").starts_with(invalid + "t`"));
    CHECK(offsets_message("[-4,0]") == invalid + "t`");
    CHECK(offsets_message("[0.0,4.0]") == invalid + "t`");
    CHECK(offsets_message("[\"0\",\"4\"]") == invalid + "t`");
    CHECK(offsets_message("[0]") == invalid + "t`");
    CHECK(offsets_message("[0,4,8]") == invalid + "t`");
    CHECK(offsets_message("[]") == invalid + "t`");
    CHECK(offsets_message("[[0,4]]") == invalid + "t`");
    CHECK(offsets_message("\"0-4\"") == invalid + "t`");
    CHECK(offsets_message("4") == invalid + "t`");
    CHECK(offsets_message("null") == invalid + "t`");
    CHECK(offsets_message("{}") == invalid + "t`");
    // Without elements, yet beside its place.
    CHECK(header_message(R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"z":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}})")
              .starts_with(invalid + "z`"));
    CHECK(header_message(R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 9) == "bad safetensors header: the tensors cover 8 bytes of 9");
    CHECK(header_message(R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 7) ==
          invalid + "t`: [0, 8] of 7 bytes, where it should begin at 0");
    CHECK(header_message("{}", 1) == "bad safetensors header: the tensors cover 0 bytes of 1");
}

TEST_CASE("R21 A key that is there twice is an error") {
    const std::string tensor = R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
    CHECK(header_message("{\"t\":" + tensor + ",\"t\":" + tensor + "}") == "bad safetensors header: the name `t` is there twice");
    CHECK(header_message(R"({"t":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}})") ==
          "bad safetensors header: tensor `t` has dtype twice");
    CHECK(header_message(R"({"t":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}})") ==
          "bad safetensors header: tensor `t` has shape twice");
    CHECK(header_message(R"({"__metadata__":{"a":"1","a":"2"}})", 0) == "bad safetensors header: the metadata `a` is there twice");
    CHECK(header_message(R"({"__metadata__":{},"__metadata__":{}})", 0) == "bad safetensors header: the name `__metadata__` is there twice");
}

TEST_CASE("R22 A tensor of another type is kept, and named with both types when it is asked for; an unknown type is refused") {
    const TemporaryDirectory directory;
    const auto               path = directory.file("a", file_of(R"({"t":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}})", "01234567"));
    const Safetensors        file = load_safetensors(path);
    CHECK_THROWS_WITH_AS(file.tensors.get<float>("t"), "tensor `t` is F16, expected F32", DataError);
    CHECK(dtype_of(*file.tensors.find("t")) == "F16");
    CHECK(to_string(shape_of(*file.tensors.find("t"))) == "[4]");
    CHECK(header_message(R"({"t":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}})") ==
          "bad safetensors header: tensor `t` is of the unknown dtype F31");
    CHECK(header_message(R"({"t":{"dtype":32,"shape":[2],"data_offsets":[0,8]}})") == "bad safetensors header: invalid dtype for tensor `t`");
}

TEST_CASE("R24 JSON that is deep, huge, broken or of another form is an error, and odd names are only names") {
    CHECK(header_message("{\"t\":{\"x\":" + std::string(13, '[') + std::string(13, ']') + R"(,"dtype":"F32","shape":[2],"data_offsets":[0,8]}})") ==
          "accepted");
    CHECK(header_message("{\"t\":{\"x\":" + std::string(100000, '[')) == "bad safetensors header: it is nested more than 16 deep");
    CHECK(header_message("{" + std::string(1000, '{')).starts_with("bad safetensors header: it is not JSON"));
    for (const std::string header : {"{", "{]", "{\"t\"}", "{} {}", "{\"t\":{\"dtype\":\"F32\"", "{\"\\ud800\":{}}", "{\"\xff\":{}}", "{'t':{}}"}) {
        CAPTURE(header);
        CHECK(header_message(header).starts_with("bad safetensors header: it is not JSON at byte "));
    }
    CHECK(header_message("[]") == "bad safetensors file: the header does not begin with '{'");
    CHECK(header_message(R"({"t":[]})") == "bad safetensors header: tensor `t` is not described by an object");
    CHECK(header_message(R"({"t":1})") == "bad safetensors header: tensor `t` is not described by an object");
    CHECK(header_message(R"({"t":{}})") == "bad safetensors header: tensor `t` has no dtype");
    CHECK(header_message(R"({"t":{"dtype":"F32"}})") == "bad safetensors header: tensor `t` has no shape");
    CHECK(header_message(R"({"t":{"dtype":"F32","shape":[]}})") == "bad safetensors header: tensor `t` has no data_offsets");
    CHECK(header_message(R"({"__metadata__":{"a":1}})") == "bad safetensors header: metadata is not an object of strings");
    CHECK(header_message(R"({"__metadata__":"a"})") == "bad safetensors header: metadata is not an object of strings");
    for (const char* shape : {"[-1]", "[2.0]", "[\"2\"]", "2", "[[2]]", "{}"}) {
        CAPTURE(shape);
        CHECK(header_message(R"({"t":{"dtype":"F32","data_offsets":[0,8],"shape":)" + std::string(shape) + "}}") ==
              "bad safetensors header: invalid shape for tensor `t`");
    }
    for (const char* shape : {"[4294967296,4294967296]", "[0,4294967296,4294967296]", "[18446744073709551615]"}) {
        CAPTURE(shape);
        CHECK(header_message(R"({"t":{"dtype":"F32","data_offsets":[0,8],"shape":)" + std::string(shape) + "}}") ==
              "bad safetensors header: invalid shape for tensor `t`: it overflows");
    }
    CHECK(header_message(R"({"a\u0000b":{}})") == "bad safetensors header: a name holds a NUL: `a`");
    CHECK(header_message(R"({"../x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})") == "accepted");
    CHECK(header_message(R"({"":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})") == "accepted");
}

TEST_CASE("R24 A hundred thousand names are read in reasonable time") {
    constexpr std::size_t count  = 100000;
    std::string           header = "{";
    for (std::size_t tensor = count; tensor-- > 0;) {
        header += "\"" + std::to_string(tensor) + "\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[" + std::to_string(tensor) + "," +
                  std::to_string(tensor + 1) + "]}" + (tensor > 0 ? "," : "}");
    }
    const TemporaryDirectory directory;
    const auto               path   = directory.file("many", file_of(header, std::string(count, 'x')));
    const auto               before = std::chrono::steady_clock::now();
    CHECK(load_safetensors(path).tensors.size() == count);
    // A quadratic search for duplicates would take a minute.
    CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(10));
}

TEST_CASE("A safetensors file that is cut off anywhere is refused") {
    const TemporaryDirectory directory;
    save_safetensors(directory / "a", some_tensors());
    const std::string whole = file_content(directory / "a");
    for (std::size_t length = 0; length < whole.size(); length += 5) CHECK(message_of(whole.substr(0, length)).starts_with("bad safetensors "));
}

TEST_CASE("Names that the format cannot hold are refused, and the old file stays") {
    const TemporaryDirectory directory;
    save_safetensors(directory / "a", some_tensors());
    const std::string before = file_content(directory / "a");
    for (const std::string& name : {std::string("__metadata__"), std::string("a\0b", 3), std::string("\xff")}) {
        NamedArrays tensors = some_tensors();
        tensors.add(name, zeros<float>({1}));
        CHECK_THROWS_AS(save_safetensors(directory / "a", tensors), ValueError);
    }
    CHECK_THROWS_AS(save_safetensors(directory / "a", some_tensors(), {{"key", "\xff"}}), ValueError);
    CHECK(file_content(directory / "a") == before);
}
