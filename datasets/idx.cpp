#include <xtgrad/datasets/idx.hpp>

#include <array>
#include <optional>
#include <span>
#include <string>

#include <xtgrad/datasets/byte_reader.hpp>

namespace xtgrad::datasets {

namespace {

// Two zero bytes, the element type (8: unsigned byte), the number of dimensions.
constexpr std::uint32_t magic_of_bytes = 0x00000800;

enum class Content : std::uint32_t { labels = 1, images = 3 }; // the number of dimensions

std::string hexadecimal(std::uint32_t number) {
    std::string text = "0x00000000";
    for (std::size_t place = text.size(); number != 0; number >>= 4) text[--place] = "0123456789ABCDEF"[number & 15U];
    return text;
}

std::string product(std::span<const std::uint32_t> extents) {
    std::string text;
    for (const std::uint32_t extent : extents) {
        if (!text.empty()) text += 'x';
        text += std::to_string(extent);
    }
    return text;
}

class IdxReader {
public:
    IdxReader(ByteReader& reader, Content content) : reader_(reader), content_(content) {}

    Array<std::uint8_t> read(std::uint64_t max_bytes) {
        check_magic(read_number());
        const std::span<std::uint32_t> extents{extents_.data(), static_cast<std::size_t>(content_)};
        for (std::uint32_t& extent : extents) extent = read_number();
        const std::uint64_t bytes = checked_size(extents, max_bytes);

        Array<std::uint8_t> data = zeros<std::uint8_t>(Shape(extents.begin(), extents.end()));
        const std::size_t   got  = reader_.read({data.data(), data.size()});
        if (got < bytes) fail_truncated(bytes, std::to_string(got));
        const std::string trailing = reader_.trailing_bytes();
        if (!trailing.empty()) fail(trailing + " trailing bytes after IDX data");
        return data;
    }

private:
    [[noreturn]] void fail(const std::string& what) const { throw DataError(reader_.name() + ": " + what); }
    [[noreturn]] void fail_truncated(std::uint64_t promised, const std::string& present) const {
        fail("truncated IDX data: header promises " + std::to_string(promised) + " bytes, file has " + present);
    }

    std::uint32_t read_number() {
        std::array<unsigned char, 4> bytes{};
        const std::size_t            got = reader_.read(bytes);
        if (got < bytes.size()) {
            const std::size_t whole = header_bytes_ == 0 ? bytes.size() : bytes.size() * (1 + static_cast<std::size_t>(content_));
            fail("truncated IDX header: need " + std::to_string(whole) + " bytes, got " + std::to_string(header_bytes_ + got));
        }
        header_bytes_ += got;
        return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | std::uint32_t{bytes[3]};
    }

    void check_magic(std::uint32_t magic) const {
        const std::uint32_t dimensions = static_cast<std::uint32_t>(content_);
        const std::uint32_t expected   = magic_of_bytes | dimensions;
        if (magic == expected) return;
        const bool          images = content_ == Content::images;
        const std::uint32_t others = static_cast<std::uint32_t>(images ? Content::labels : Content::images);
        if (magic == (magic_of_bytes | others)) {
            fail("expected " + std::to_string(dimensions) + (images ? " dimensions (" : " dimension (") + hexadecimal(expected) + "), file has " +
                 std::to_string(others) + " (" + hexadecimal(magic) + "): is this the " + (images ? "labels" : "images") + " file?");
        }
        fail("bad IDX magic " + hexadecimal(magic) + " (expected " + hexadecimal(expected) + " for " + (images ? "images)" : "labels)"));
    }

    std::uint64_t checked_size(std::span<const std::uint32_t> extents, std::uint64_t max_bytes) const {
        std::uint64_t bytes    = 1;
        bool          overflow = false;
        // Even where a zero extent would make the product harmless, the others must be addressable.
        std::uint64_t nonzero = 1;
        for (const std::uint32_t extent : extents) {
            bytes *= extent;
            overflow = __builtin_mul_overflow(nonzero, extent == 0 ? 1U : extent, &nonzero) || overflow;
        }
        if (overflow || nonzero > static_cast<std::uint64_t>(PTRDIFF_MAX)) fail("IDX dimensions overflow: " + product(extents) + " values");
        if (bytes > max_bytes) {
            const std::string limit = " exceeds limit " + std::to_string(max_bytes) + " (set max_bytes)";
            // What 32 bits cannot count is hardly meant.
            if (bytes > UINT32_MAX) fail("IDX dimensions overflow: " + product(extents) + " = " + std::to_string(bytes) + " bytes" + limit);
            fail("IDX data of " + std::to_string(bytes) + " bytes" + limit);
        }
        const std::optional<std::uint64_t> left = reader_.most_left();
        if (left && *left < bytes) fail_truncated(bytes, std::string(reader_.is_gzip() ? "at most " : "") + std::to_string(*left));
        return bytes;
    }

    ByteReader&                  reader_;
    Content                      content_;
    std::array<std::uint32_t, 3> extents_{};
    std::size_t                  header_bytes_ = 0;
};

} // namespace

Array<std::uint8_t> read_idx_images(ByteReader& reader, std::uint64_t max_bytes) { return IdxReader(reader, Content::images).read(max_bytes); }

Array<std::uint8_t> read_idx_images(const std::filesystem::path& path, std::uint64_t max_bytes) {
    ByteReader reader(path);
    return read_idx_images(reader, max_bytes);
}

Array<std::uint8_t> read_idx_labels(ByteReader& reader, std::uint64_t max_bytes) { return IdxReader(reader, Content::labels).read(max_bytes); }

Array<std::uint8_t> read_idx_labels(const std::filesystem::path& path, std::uint64_t max_bytes) {
    ByteReader reader(path);
    return read_idx_labels(reader, max_bytes);
}

} // namespace xtgrad::datasets
