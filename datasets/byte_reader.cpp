#include <xtgrad/datasets/byte_reader.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <new>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <xtgrad/array/error.hpp>

namespace xtgrad::datasets {

namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 18;
// The end of an endless pipe is not waited for, only to count what is too much.
constexpr std::size_t counted_at_most = std::size_t{1} << 16;
// DEFLATE makes at most 258 bytes of 2 bits (RFC 1951, 3.2.5): 1032 of one.
constexpr std::uint64_t largest_expansion = 1032;
// 16 chooses the gzip format, 15 the largest window (zlib.h, inflateInit2).
constexpr int gzip_window = 16 + 15;

bool begins_gzip(std::span<const unsigned char> bytes) { return bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b; }

} // namespace

ByteReader::CloseFile::~CloseFile() {
    // Nothing was written, so that a failing close has nothing to tell.
    if (descriptor >= 0) ::close(descriptor);
}

void ByteReader::EndInflate::operator()(z_stream_s* stream) const noexcept {
    inflateEnd(stream);
    delete stream;
}

ByteReader::ByteReader(const std::filesystem::path& path) : name_(path.string()) {
    const auto refuse = [this](int reason) { throw DataError("cannot open '" + name_ + "': " + std::strerror(reason)); };
    file_.descriptor  = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file_.descriptor < 0) refuse(errno);
    struct stat status {};
    if (::fstat(file_.descriptor, &status) != 0) refuse(errno);
    // A directory opens, and says only at the first read what it is.
    if (S_ISDIR(status.st_mode)) refuse(EISDIR);
    if (S_ISREG(status.st_mode)) raw_left_ = static_cast<std::uint64_t>(status.st_size);
    buffer_.resize(buffer_bytes);
    begin();
}

ByteReader::ByteReader(std::string name, std::span<const unsigned char> memory) : name_(std::move(name)), raw_left_(0), input_(memory) { begin(); }

ByteReader::~ByteReader() = default;

void ByteReader::fail(const std::string& what) const { throw DataError(name_ + ": " + what); }

void ByteReader::begin() {
    fill(2);
    if (!begins_gzip(input_)) return;
    auto stream = std::make_unique<z_stream>();
    if (inflateInit2(stream.get(), gzip_window) != Z_OK) throw std::bad_alloc();
    gzip_.reset(stream.release());
}

std::size_t ByteReader::read_raw(unsigned char* destination, std::size_t count) {
    if (file_.descriptor < 0) return 0;
    std::size_t total = 0;
    while (total < count) {
        const ssize_t got = ::read(file_.descriptor, destination + total, count - total);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw DataError("cannot read '" + name_ + "': " + std::strerror(errno));
        if (got == 0) break;
        total += static_cast<std::size_t>(got);
    }
    if (raw_left_) *raw_left_ -= std::min<std::uint64_t>(*raw_left_, total);
    return total;
}

// Whether `count` bytes, of which the buffer holds many times more, wait in input_; reads on if need be.
bool ByteReader::fill(std::size_t count) {
    if (input_.size() >= count) return true;
    if (file_.descriptor < 0) return false;
    if (!input_.empty()) std::memmove(buffer_.data(), input_.data(), input_.size());
    const std::size_t kept = input_.size();
    input_                 = std::span<const unsigned char>(buffer_.data(), kept + read_raw(buffer_.data() + kept, buffer_.size() - kept));
    return input_.size() >= count;
}

std::size_t ByteReader::read(std::span<unsigned char> destination) {
    if (gzip_ != nullptr) return read_gzip(destination);
    const std::size_t waiting = std::min(input_.size(), destination.size());
    if (waiting > 0) std::memcpy(destination.data(), input_.data(), waiting);
    input_ = input_.subspan(waiting);
    return waiting + read_raw(destination.data() + waiting, destination.size() - waiting);
}

std::size_t ByteReader::read_gzip(std::span<unsigned char> destination) {
    std::size_t total = 0;
    while (total < destination.size() && !gzip_ended_) {
        if (!fill(1)) fail("unexpected end of gzip stream");
        constexpr std::size_t most = std::numeric_limits<uInt>::max();
        const std::size_t     in   = std::min(input_.size(), most);
        const std::size_t     out  = std::min(destination.size() - total, most);
        gzip_->next_in             = const_cast<Bytef*>(input_.data()); // zlib reads it only
        gzip_->avail_in            = static_cast<uInt>(in);
        gzip_->next_out            = destination.data() + total;
        gzip_->avail_out           = static_cast<uInt>(out);
        const int state            = inflate(gzip_.get(), Z_NO_FLUSH);
        input_                     = input_.subspan(in - gzip_->avail_in);
        total += out - gzip_->avail_out;
        if (state == Z_MEM_ERROR) throw std::bad_alloc();
        if (state == Z_STREAM_END) {
            gzip_ended_ = !begin_next_member();
        } else if (state != Z_OK && state != Z_BUF_ERROR) {
            fail(std::string("gzip data error (crc): ") + (gzip_->msg != nullptr ? gzip_->msg : "the stream is damaged"));
        }
    }
    return total;
}

bool ByteReader::begin_next_member() {
    fill(2);
    return begins_gzip(input_) && inflateReset(gzip_.get()) == Z_OK;
}

std::optional<std::uint64_t> ByteReader::most_left() const {
    if (!raw_left_) return std::nullopt;
    const std::uint64_t raw = *raw_left_ + input_.size();
    // What inflate holds back is at most its window of 32 KiB.
    return gzip_ == nullptr ? raw : (raw + (std::uint64_t{1} << 15)) * largest_expansion;
}

std::string ByteReader::trailing_bytes() {
    if (gzip_ != nullptr) {
        unsigned char next = 0;
        if (read_gzip({&next, 1}) == 1) return "at least 1";
    }
    // Plain bytes, or what follows the last gzip member.
    const std::uint64_t known = input_.size() + raw_left_.value_or(0);
    if (raw_left_) return known == 0 ? "" : std::to_string(known);
    fill(counted_at_most);
    if (input_.empty()) return "";
    return std::string(input_.size() >= counted_at_most ? "at least " : "") + std::to_string(input_.size());
}

} // namespace xtgrad::datasets
