#include <xtgrad/array/npz.hpp>

#include <algorithm>
#include <cstdint>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <zlib.h>

#include <xtgrad/array/file.hpp>
#include <xtgrad/array/npy.hpp>

namespace xtgrad {

namespace {

// The records of APPNOTE.TXT, PKWARE's description of the Zip format, sections 4.3.7, 4.3.12 and 4.3.16: signatures and sizes without names.
constexpr std::uint32_t local_signature   = 0x04034b50;
constexpr std::uint32_t central_signature = 0x02014b50;
constexpr std::uint32_t end_signature     = 0x06054b50;
constexpr std::size_t   local_bytes       = 30;
constexpr std::size_t   central_bytes     = 46;
constexpr std::size_t   end_bytes         = 22;

// The values that refer to a Zip64 record instead.
constexpr std::uint32_t zip64_number = 0xffffffff;
constexpr std::uint32_t zip64_count  = 0xffff;

constexpr std::uint32_t stored    = 0;
constexpr std::uint32_t deflated  = 8;
constexpr std::uint32_t encrypted = 1; // general purpose flags
constexpr std::uint32_t utf8_name = 1 << 11;

constexpr std::string_view extension = ".npy";

std::uint32_t checksum(std::uint32_t before, std::span<const unsigned char> bytes) {
    // For a null pointer, which no bytes may have, zlib returns the initial value.
    return bytes.empty() ? before : static_cast<std::uint32_t>(crc32_z(before, bytes.data(), bytes.size()));
}

// Little-endian numbers at the end of a record.
class Record {
public:
    Record& put16(std::uint32_t number) {
        bytes_ += static_cast<char>(number & 0xff);
        bytes_ += static_cast<char>(number >> 8 & 0xff);
        return *this;
    }
    Record& put32(std::uint32_t number) { return put16(number & 0xffff).put16(number >> 16); }
    Record& put(std::string_view text) {
        bytes_ += text;
        return *this;
    }
    const std::string& bytes() const noexcept { return bytes_; }

private:
    std::string bytes_;
};

struct Entry {
    std::string   name;
    std::uint32_t flags, method, crc, packed_size, size, offset;
};

// What the local header and the central directory say alike.
void put_common(Record& record, const Entry& entry) {
    constexpr std::uint32_t version_needed = 20;     // 2.0, for folders and DEFLATE
    constexpr std::uint32_t midnight       = 0;      // no time is written, so that equal arrays make equal files
    constexpr std::uint32_t first_day      = 0x0021; // 1980-01-01, the first day there is
    record.put16(version_needed).put16(entry.flags).put16(entry.method).put16(midnight).put16(first_day);
    record.put32(entry.crc).put32(entry.packed_size).put32(entry.size);
    record.put16(static_cast<std::uint32_t>(entry.name.size())).put16(0);
}

std::string local_header(const Entry& entry) {
    Record record;
    record.put32(local_signature);
    put_common(record, entry);
    return record.put(entry.name).bytes();
}

std::string central_header(const Entry& entry) {
    constexpr std::uint32_t made_by_unix = 3 << 8 | 20;
    constexpr std::uint32_t mode         = 0100644U << 16;
    Record                  record;
    record.put32(central_signature).put16(made_by_unix);
    put_common(record, entry);
    return record.put16(0).put16(0).put16(0).put32(mode).put32(entry.offset).put(entry.name).bytes();
}

class NpzReader {
public:
    explicit NpzReader(const std::filesystem::path& path) : name_(path.string()), content_(read_file(path)) {}

    NamedArrays read() {
        const std::size_t end = find_end();
        if (number16(end + 4) != 0 || number16(end + 6) != 0 || number16(end + 8) != number16(end + 10)) fail("archives in parts are not read");
        const std::size_t count = number16(end + 10), size = number32(end + 12), begin = number32(end + 16);
        if (count == zip64_count || size == zip64_number || begin == zip64_number) fail_zip64();
        if (begin > end || size != end - begin) fail("the central directory is not where it is said to be");

        NamedArrays arrays;
        std::size_t place  = begin;
        std::size_t packed = 0;
        for (std::size_t index = 0; index < count; ++index) {
            const Entry entry = central_entry(place, end);
            // Entries that share their bytes could unpack to any size.
            packed += entry.packed_size;
            if (packed > begin) fail("entries overlap");
            const std::string name = entry.name.substr(0, entry.name.size() - extension.size());
            if (arrays.find(name) != nullptr) fail("the array `" + name + "` is there twice");
            const std::vector<unsigned char> unpacked = entry.method == deflated ? inflated(entry, data(entry, begin)) : std::vector<unsigned char>();
            const std::span<const unsigned char> bytes = entry.method == deflated ? unpacked : data(entry, begin);
            if (checksum(0, bytes) != entry.crc) fail_entry(entry, "is damaged: its checksum differs");
            arrays.add(name, decode_npy(name_ + ": `" + name + "`", bytes));
        }
        if (place != end) fail("the central directory holds more than its entries");
        return arrays;
    }

private:
    [[noreturn]] void fail(const std::string& what) const { throw DataError(name_ + ": bad npz file: " + what); }
    [[noreturn]] void fail_entry(const Entry& entry, const std::string& what) const { fail("entry `" + entry.name + "` " + what); }
    [[noreturn]] void fail_zip64() const { fail("the Zip64 form, for 4 GiB and more, is not read; use safetensors"); }

    std::uint32_t number16(std::size_t place) const { return content_[place] | std::uint32_t{content_[place + 1]} << 8; }
    std::uint32_t number32(std::size_t place) const { return number16(place) | number16(place + 2) << 16; }

    // The last record, behind which only its own comment may stand.
    std::size_t find_end() const {
        for (std::size_t comment = 0; comment <= 0xffff && comment + end_bytes <= content_.size(); ++comment) {
            const std::size_t place = content_.size() - end_bytes - comment;
            if (number32(place) == end_signature && number16(place + 20) == comment) return place;
        }
        fail("it has no central directory; it is cut off, or not an npz file");
    }

    // The entry of the central directory at `place`, which is moved behind it.
    Entry central_entry(std::size_t& place, std::size_t end) const {
        if (end - place < central_bytes || number32(place) != central_signature) fail("the central directory is damaged");
        const std::size_t name_bytes = number16(place + 28), rest = std::size_t{number16(place + 30)} + number16(place + 32);
        if (end - place - central_bytes < name_bytes + rest) fail("the central directory is damaged");
        const char* name = reinterpret_cast<const char*>(content_.data()) + place + central_bytes;
        const Entry entry{std::string(name, name_bytes), number16(place + 8),  number16(place + 10), number32(place + 16),
                          number32(place + 20),          number32(place + 24), number32(place + 42)};
        if (entry.packed_size == zip64_number || entry.size == zip64_number || entry.offset == zip64_number) fail_zip64();
        if ((entry.flags & encrypted) != 0) fail_entry(entry, "is encrypted");
        if (entry.method != stored && entry.method != deflated) {
            fail_entry(entry, "is packed by method " + std::to_string(entry.method) + "; stored and deflated entries are read");
        }
        if (!entry.name.ends_with(extension)) fail_entry(entry, "is not a NumPy file (.npy)");
        place += central_bytes + name_bytes + rest;
        return entry;
    }

    // The bytes of an entry as they are stored, before the central directory. The local header's sizes may be missing or in Zip64 form, as
    // NumPy writes them; those of the central directory count.
    std::span<const unsigned char> data(const Entry& entry, std::size_t directory) const {
        const std::size_t place = entry.offset;
        if (place > directory || directory - place < local_bytes || number32(place) != local_signature)
            fail_entry(entry, "is not where it is said to be");
        const std::size_t name_bytes = number16(place + 26), before = local_bytes + name_bytes + number16(place + 28);
        if (directory - place < before || directory - place - before < entry.packed_size) fail_entry(entry, "is cut off");
        if (entry.name != std::string_view(reinterpret_cast<const char*>(content_.data()) + place + local_bytes, name_bytes)) {
            fail_entry(entry, "has another name in its own header");
        }
        if (entry.method == stored && entry.packed_size != entry.size) fail_entry(entry, "has two sizes");
        return std::span<const unsigned char>(content_).subspan(place + before, entry.packed_size);
    }

    std::vector<unsigned char> inflated(const Entry& entry, std::span<const unsigned char> packed) const {
        // DEFLATE makes at most 258 bytes of 2 bits (RFC 1951, 3.2.5).
        constexpr std::size_t largest_expansion = 1032;
        if (entry.size / largest_expansion > packed.size())
            fail_entry(entry, "cannot hold the " + std::to_string(entry.size) + " bytes that it promises");
        std::vector<unsigned char> bytes(entry.size);
        unsigned char              surplus = 0; // zlib wants a place to write even when nothing is to come
        z_stream                   stream{};
        if (inflateInit2(&stream, -15) != Z_OK) throw std::bad_alloc(); // the largest window, and no header
        stream.next_in   = const_cast<Bytef*>(packed.data());           // zlib reads it only
        stream.avail_in  = static_cast<uInt>(packed.size());
        stream.next_out  = bytes.empty() ? &surplus : bytes.data();
        stream.avail_out = static_cast<uInt>(bytes.size());
        const int state  = inflate(&stream, Z_FINISH);
        inflateEnd(&stream);
        if (state == Z_MEM_ERROR) throw std::bad_alloc();
        if (state != Z_STREAM_END || stream.avail_in != 0 || stream.avail_out != 0) fail_entry(entry, "is damaged: it does not unpack to its size");
        return bytes;
    }

    std::string                name_;
    std::vector<unsigned char> content_;
};

} // namespace

void save_npz(const std::filesystem::path& path, const NamedArrays& arrays) {
    OutputFile    file(path);
    std::string   directory;
    std::uint64_t offset = 0;
    if (arrays.size() >= zip64_count) throw ValueError("save_npz: " + std::to_string(arrays.size()) + " arrays are too many; safetensors holds them");
    for (const auto& [name, array] : arrays) {
        const auto fail = [&name = name](const std::string& what) { throw ValueError("save_npz: the array `" + name + "` " + what); };
        if (name.empty() || name.size() + extension.size() > zip64_count || name.find('\0') != std::string::npos) {
            fail("cannot be stored: a name has 1 to 65531 bytes, none of them NUL");
        }
        const std::string                    header = npy_header(dtype_of(array), shape_of(array));
        const std::span<const unsigned char> bytes  = bytes_of(array);
        const bool          ascii = std::all_of(name.begin(), name.end(), [](char symbol) { return static_cast<unsigned char>(symbol) < 128; });
        const std::uint64_t size  = header.size() + bytes.size();
        if (size >= zip64_number || offset + size + local_bytes + name.size() + extension.size() >= zip64_number) {
            fail("makes the file larger than 4 GiB; safetensors holds it");
        }
        const std::uint32_t crc = checksum(checksum(0, {reinterpret_cast<const unsigned char*>(header.data()), header.size()}), bytes);
        const Entry         entry{
            name + std::string(extension),     ascii ? 0 : utf8_name, stored, crc, static_cast<std::uint32_t>(size), static_cast<std::uint32_t>(size),
            static_cast<std::uint32_t>(offset)};
        const std::string local = local_header(entry);
        file.write(local);
        file.write(header);
        file.write(bytes);
        directory += central_header(entry);
        offset += local.size() + size;
    }
    if (offset + directory.size() >= zip64_number) throw ValueError("save_npz: the file would be larger than 4 GiB; safetensors holds it");
    const std::uint32_t count = static_cast<std::uint32_t>(arrays.size());
    Record              end;
    end.put32(end_signature).put16(0).put16(0).put16(count).put16(count);
    end.put32(static_cast<std::uint32_t>(directory.size())).put32(static_cast<std::uint32_t>(offset)).put16(0);
    file.write(directory);
    file.write(end.bytes());
    file.commit();
}

NamedArrays load_npz(const std::filesystem::path& path) { return NpzReader(path).read(); }

} // namespace xtgrad
