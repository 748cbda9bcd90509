#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

struct z_stream_s;

namespace xtgrad::datasets {

/// Reads a file, or bytes in memory, from front to back. Gzip is told apart by its first two bytes, 1f 8b, whatever the name, and is
/// unpacked on the way, member after member; nothing is unpacked that was not asked for. Throws DataError, with the name and the system's
/// reason, for what cannot be opened or read, and for gzip streams that are damaged or cut off.
class ByteReader {
public:
    explicit ByteReader(const std::filesystem::path& path);
    /// Bytes that must outlive the reader; `name` stands in messages.
    ByteReader(std::string name, std::span<const unsigned char> memory);
    ~ByteReader();
    ByteReader(const ByteReader&)            = delete;
    ByteReader& operator=(const ByteReader&) = delete;

    /// Fills `destination`; returns how many bytes it wrote, fewer than asked for only at the end.
    std::size_t read(std::span<unsigned char> destination);

    /// No more bytes than these are left to read, as far as the size of the file tells; nothing for a pipe. For gzip it is what DEFLATE can
    /// make of the size at most.
    std::optional<std::uint64_t> most_left() const;

    /// What lies behind the last byte that was read: "" when that was the end, else the number, "3" or "at least 1".
    std::string trailing_bytes();

    const std::string& name() const noexcept { return name_; }
    bool               is_gzip() const noexcept { return gzip_ != nullptr; }

private:
    void              begin();
    bool              fill(std::size_t count);
    std::size_t       read_raw(unsigned char* destination, std::size_t count);
    std::size_t       read_gzip(std::span<unsigned char> destination);
    bool              begin_next_member();
    [[noreturn]] void fail(const std::string& what) const;

    // Closes and frees even when the constructor throws.
    struct CloseFile {
        int descriptor = -1;
        ~CloseFile();
    };
    struct EndInflate {
        void operator()(z_stream_s* stream) const noexcept;
    };

    std::string                             name_;
    CloseFile                               file_;
    std::optional<std::uint64_t>            raw_left_; // not yet taken into input_
    std::vector<unsigned char>              buffer_;   // of a file
    std::span<const unsigned char>          input_;    // waiting, in buffer_ or in the caller's memory
    std::unique_ptr<z_stream_s, EndInflate> gzip_;
    bool                                    gzip_ended_ = false;
};

} // namespace xtgrad::datasets
