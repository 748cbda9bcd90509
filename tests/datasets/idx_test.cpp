#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <temporary_directory.hpp>
#include <xtgrad/datasets/idx.hpp>

using namespace xtgrad;
using namespace std::string_literals;

namespace {

std::string big_endian(std::uint32_t number) {
    return {static_cast<char>(number >> 24), static_cast<char>(number >> 16), static_cast<char>(number >> 8), static_cast<char>(number)};
}

std::string idx(std::uint32_t magic, const std::vector<std::uint32_t>& extents, std::string_view data = "") {
    std::string bytes = big_endian(magic);
    for (const std::uint32_t extent : extents) bytes += big_endian(extent);
    return bytes.append(data);
}

std::string gzip(std::string_view content) {
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string packed(deflateBound(&stream, content.size()), '\0');
    stream.next_in   = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
    stream.avail_in  = static_cast<uInt>(content.size());
    stream.next_out  = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

// What the reader says, or "accepted".
template <class F>
std::string message_of(F read) {
    try {
        read();
    } catch (const DataError& error) {
        return error.what();
    }
    return "accepted";
}

// What read_idx_images says about a file with this content.
std::string images_message(const std::string& content, std::uint64_t max_bytes = datasets::default_idx_limit) {
    const TemporaryDirectory directory;
    const auto               path    = directory.file("data", content);
    std::string              message = message_of([&] { datasets::read_idx_images(path, max_bytes); });
    const std::string        name    = path.string() + ": ";
    REQUIRE((message == "accepted" || message.starts_with(name)));
    return message == "accepted" ? message : message.substr(name.size());
}

// Two images of 2 × 2.
const std::string eight = "\x01\x02\x03\x04\x05\x06\x07\xff";
const std::string whole = idx(0x803, {2, 2, 2}, eight);

} // namespace

TEST_CASE("An IDX file is read in its shape and order") {
    const TemporaryDirectory  directory;
    const Array<std::uint8_t> images = datasets::read_idx_images(directory.file("images", whole));
    CHECK(to_string(images.shape()) == "[2, 2, 2]");
    CHECK(std::string(images.begin(), images.end()) == eight);
    const Array<std::uint8_t> labels = datasets::read_idx_labels(directory.file("labels", idx(0x801, {3}, "\x07\x02\x01")));
    CHECK(to_string(labels.shape()) == "[3]");
    CHECK(labels(0) == 7);
    CHECK(labels(2) == 1);
}

TEST_CASE("R01 A file that is missing or cannot be read is named with the system's reason") {
    const TemporaryDirectory directory;
    const auto               message = [](const std::filesystem::path& path) { return message_of([&] { datasets::read_idx_images(path); }); };
    CHECK(message(directory / "none") == "cannot open '" + (directory / "none").string() + "': No such file or directory");
    CHECK(message(directory.path()) == "cannot open '" + directory.path().string() + "': Is a directory");
    const auto file = directory.file("file", whole);
    CHECK(message(file / "below") == "cannot open '" + (file / "below").string() + "': Not a directory");
    REQUIRE(::chmod(file.c_str(), 0) == 0);
    if (::geteuid() != 0) CHECK(message(file) == "cannot open '" + file.string() + "': Permission denied");
}

TEST_CASE("R02 R05 A header that is cut off says how much of it there is") {
    CHECK(images_message("") == "truncated IDX header: need 4 bytes, got 0");
    CHECK(images_message(whole.substr(0, 1)) == "truncated IDX header: need 4 bytes, got 1");
    CHECK(images_message(whole.substr(0, 3)) == "truncated IDX header: need 4 bytes, got 3");
    CHECK(images_message(whole.substr(0, 4)) == "truncated IDX header: need 16 bytes, got 4");
    CHECK(images_message(whole.substr(0, 12)) == "truncated IDX header: need 16 bytes, got 12");
}

TEST_CASE("R03 A wrong magic number is shown beside the right one") {
    const auto message = [](std::string_view found) { return "bad IDX magic "s + std::string(found) + " (expected 0x00000803 for images)"; };
    CHECK(images_message("\x03\x08\x00\x00"s + whole.substr(4)) == message("0x03080000"));
    CHECK(images_message(idx(0x01000803, {2, 2, 2}, eight)) == message("0x01000803"));
    CHECK(images_message(idx(0x00000A03, {2, 2, 2}, eight)) == message("0x00000A03"));
    CHECK(images_message(idx(0x00000800, {2, 2, 2}, eight)) == message("0x00000800"));
    CHECK(images_message(idx(0x000008FF, {2, 2, 2}, eight)) == message("0x000008FF"));
    const TemporaryDirectory directory;
    const auto               path = directory.file("labels", idx(0x00000802, {1, 1}, "a"));
    CHECK(message_of([&] { datasets::read_idx_labels(path); }) == path.string() + ": bad IDX magic 0x00000802 (expected 0x00000801 for labels)");
}

TEST_CASE("R04 Labels given as images, and images as labels, are recognised") {
    CHECK(images_message(idx(0x801, {3}, "abc")) == "expected 3 dimensions (0x00000803), file has 1 (0x00000801): is this the labels file?");
    const TemporaryDirectory directory;
    const auto               path = directory.file("images", whole);
    CHECK(message_of([&] { datasets::read_idx_labels(path); }) ==
          path.string() + ": expected 1 dimension (0x00000801), file has 3 (0x00000803): is this the images file?");
}

TEST_CASE("R06 R07 Too little and too much data are errors that say how much") {
    CHECK(images_message(whole.substr(0, whole.size() - 1)) == "truncated IDX data: header promises 8 bytes, file has 7");
    CHECK(images_message(whole + "x") == "1 trailing bytes after IDX data");
    CHECK(images_message(whole + std::string(300000, '\0')) == "300000 trailing bytes after IDX data");
    CHECK(images_message(gzip(whole.substr(0, whole.size() - 1))) == "truncated IDX data: header promises 8 bytes, file has 7");
}

TEST_CASE("R08 Extents whose product overflows are refused before anything is allocated") {
    const std::uint64_t before = BufferPool::statistics().system_allocations;
    CHECK(images_message(idx(0x803, {65536, 65536, 1})) ==
          "IDX dimensions overflow: 65536x65536x1 = 4294967296 bytes exceeds limit 2147483648 (set max_bytes)");
    CHECK(images_message(idx(0x803, {0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF})) == "IDX dimensions overflow: 4294967295x4294967295x4294967295 values");
    CHECK(images_message(idx(0x803, {0, 0xFFFFFFFF, 0xFFFFFFFF})) == "IDX dimensions overflow: 0x4294967295x4294967295 values");
    CHECK(images_message(idx(0x803, {65536, 65536, 1}), ~std::uint64_t{0}) == "truncated IDX data: header promises 4294967296 bytes, file has 0");
    // The size of the packed file bounds that of its content.
    CHECK(
        images_message(gzip(idx(0x803, {0xFFFF, 0x4000, 1}))).starts_with("truncated IDX data: header promises 1073725440 bytes, file has at most "));
    CHECK(BufferPool::statistics().system_allocations == before);
}

TEST_CASE("R09 Data beyond the limit needs the limit raised") {
    CHECK(images_message(whole, 7) == "IDX data of 8 bytes exceeds limit 7 (set max_bytes)");
    CHECK(images_message(whole, 8) == "accepted");
    CHECK(images_message(idx(0x803, {0x8000, 0x8000, 3})) == "IDX data of 3221225472 bytes exceeds limit 2147483648 (set max_bytes)");
}

TEST_CASE("R10 A file of no images has its shape all the same") {
    const TemporaryDirectory directory;
    CHECK(to_string(datasets::read_idx_images(directory.file("none", idx(0x803, {0, 28, 28}))).shape()) == "[0, 28, 28]");
}

TEST_CASE("R14 A gzip stream that is cut off anywhere is an error") {
    // Long enough that whole blocks are delivered before the end is missed.
    const std::string packed = gzip(idx(0x803, {1000, 32, 32}, std::string(1024000, 'a')));
    REQUIRE(images_message(packed) == "accepted");
    for (const std::size_t length : {std::size_t{2}, std::size_t{10}, std::size_t{20}, packed.size() / 2, packed.size() - 9, packed.size() - 8,
                                     packed.size() - 4, packed.size() - 1}) {
        CAPTURE(length);
        const std::string message = images_message(packed.substr(0, length));
        CHECK(message == "unexpected end of gzip stream");
    }
}

TEST_CASE("R15 A gzip stream with any bit of its checksum, length or body flipped is an error") {
    const std::string packed = gzip(whole);
    for (std::size_t back = 1; back <= 8; ++back) {
        CAPTURE(back);
        std::string damaged = packed;
        damaged[packed.size() - back] ^= 4;
        CHECK(images_message(damaged).starts_with("gzip data error (crc): "));
    }
    std::string damaged = packed;
    damaged[10] ^= 6; // an impossible block type
    CHECK(images_message(damaged).starts_with("gzip data error (crc): "));
    std::size_t accepted = 0;
    for (std::size_t bit = 80; bit < 8 * packed.size(); ++bit) {
        damaged          = packed;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
        if (images_message(damaged) == "accepted") ++accepted;
    }
    // The bits that fill up the last byte of the body mean nothing.
    CHECK(accepted <= 7);
}

TEST_CASE("R16 A gzip bomb is not unpacked beyond what its header promises") {
    std::string content = whole;
    content.resize(std::size_t{64} << 20);
    std::string packed = gzip(content);
    CHECK(images_message(packed) == "at least 1 trailing bytes after IDX data");
    // Damage further back would be noticed, were it unpacked.
    packed.resize(packed.size() / 2);
    CHECK(images_message(packed) == "at least 1 trailing bytes after IDX data");
}

TEST_CASE("R17 Gzip members are joined, and what follows the last is an error") {
    CHECK(images_message(gzip(whole.substr(0, 9)) + gzip("") + gzip(whole.substr(9))) == "accepted");
    CHECK(images_message(gzip(whole) + gzip("abc")) == "at least 1 trailing bytes after IDX data");
    CHECK(images_message(gzip(whole) + "garbage") == "7 trailing bytes after IDX data");
    CHECK(images_message(gzip(whole) + std::string(512, '\0')) == "512 trailing bytes after IDX data");
    CHECK(images_message(gzip(whole) + "\x1f") == "1 trailing bytes after IDX data");
}

TEST_CASE("R18 Gzip is told by its bytes and not by its name") {
    const TemporaryDirectory directory;
    CHECK(datasets::read_idx_images(directory.file("plain.gz", whole)).size() == 8);
    CHECK(datasets::read_idx_images(directory.file("packed-idx3-ubyte", gzip(whole))).size() == 8);
}

TEST_CASE("IDX data can come through a pipe, in pieces") {
    const TemporaryDirectory directory;
    const auto               path = directory / "pipe";
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    for (const std::string& content : {whole, gzip(whole), whole + "abc"}) {
        std::thread       writer([&] {
            std::ofstream stream(path, std::ios::binary);
            for (const char byte : content) stream << byte << std::flush;
        });
        const std::string message = message_of([&] {
            if (datasets::read_idx_images(path)(1, 1, 1) != 255) throw DataError("wrong data");
        });
        writer.join();
        CHECK(message == (content.size() == whole.size() + 3 ? path.string() + ": 3 trailing bytes after IDX data" : "accepted"));
    }
}
