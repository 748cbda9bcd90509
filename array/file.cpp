#include <xtgrad/array/file.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <limits>
#include <random>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xtgrad/array/error.hpp>

namespace xtgrad {

namespace {

// Linux takes no more than this in one call (read(2), write(2)).
constexpr std::size_t largest_transfer = 0x7ffff000;
// A file name has at most 255 bytes on the usual file systems; the temporary one adds 26.
constexpr std::size_t longest_kept_name = 200;
// As many as the kernel follows (path_resolution(7)).
constexpr int most_links = 40;
// Longer than any program takes from making its temporary file to locking it.
constexpr std::time_t stale_after_seconds = 60;

[[noreturn]] void fail_with(const char* what, const std::string& name, int reason) {
    throw DataError(std::string("cannot ") + what + " '" + name + "': " + std::strerror(reason));
}

std::filesystem::path behind_links(std::filesystem::path path) {
    for (int link = 0; std::filesystem::is_symlink(std::filesystem::symlink_status(path)); ++link) {
        if (link == most_links) fail_with("write", path.string(), ELOOP);
        path = path.parent_path() / std::filesystem::read_symlink(path);
    }
    return path;
}

std::filesystem::path directory_of(const std::filesystem::path& path) { return path.has_parent_path() ? path.parent_path() : "."; }

// The beginning of the names of temporary files for `path`.
std::string temporary_prefix(const std::filesystem::path& path) {
    std::string prefix = ".";
    return prefix.append(path.filename().string(), 0, longest_kept_name).append(".xtgrad-");
}

std::string random_suffix() {
    // Unlike for every process and call; whatever is chosen, O_EXCL has the last word.
    static std::atomic<std::uint64_t> calls{0};
    std::uint64_t                     number = (std::uint64_t{std::random_device{}()} << 32 | std::random_device{}()) + calls.fetch_add(1);
    std::string                       text(16, '0');
    for (char& digit : text) {
        digit = "0123456789abcdef"[number & 15];
        number >>= 4;
    }
    return text;
}

bool synchronize(int descriptor) {
    int result = 0;
    do {
        result = ::fsync(descriptor);
    } while (result != 0 && errno == EINTR);
    // Not everything can be synchronised: a pipe, a device, a directory of some file systems.
    return result == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS;
}

} // namespace

FileDescriptor::~FileDescriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

InputFile::InputFile(const std::filesystem::path& path) : name_(path.string()), file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    if (file_.get() < 0) fail_with("open", name_, errno);
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0) fail_with("open", name_, errno);
    if (S_ISDIR(status.st_mode)) fail_with("open", name_, EISDIR);
    if (!S_ISREG(status.st_mode)) throw DataError("cannot open '" + name_ + "': it is a device or a pipe, not a file");
    size_ = static_cast<std::uint64_t>(status.st_size);
}

void InputFile::read(std::uint64_t offset, std::span<unsigned char> destination) const {
    while (!destination.empty()) {
        const ssize_t got = ::pread(file_.get(), destination.data(), std::min(destination.size(), largest_transfer), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail_with("read", name_, errno);
        if (got == 0) throw DataError(name_ + ": the file ends " + std::to_string(destination.size()) + " bytes too early");
        offset += static_cast<std::uint64_t>(got);
        destination = destination.subspan(static_cast<std::size_t>(got));
    }
}

std::vector<unsigned char> read_file(const std::filesystem::path& path) {
    const InputFile            file(path);
    std::vector<unsigned char> bytes(file.size());
    file.read(0, bytes);
    return bytes;
}

OutputFile::OutputFile(const std::filesystem::path& path) : name_(path.string()) {
    try {
        target_ = behind_links(path);
    } catch (const std::filesystem::filesystem_error& error) {
        fail_with("write", name_, error.code().value());
    }
    struct stat status {};
    if (::stat(target_.c_str(), &status) != 0) {
        if (errno != ENOENT) fail();
        if (!target_.has_filename()) fail_with("write", name_, target_.empty() ? ENOENT : EISDIR);
        open_temporary();
        return;
    }
    if (S_ISDIR(status.st_mode)) fail_with("write", name_, EISDIR);
    if (!S_ISREG(status.st_mode)) {
        file_ = FileDescriptor(::open(target_.c_str(), O_WRONLY | O_CLOEXEC));
        if (file_.get() < 0) fail();
        return;
    }
    // The rename would replace a file that may not be written.
    if (::access(target_.c_str(), W_OK) != 0) fail();
    open_temporary();
    // First the owner, because changing it takes away the set-user-id bits. Only root may give a file away, so that a refusal is no error.
    if ((status.st_uid != ::geteuid() || status.st_gid != ::getegid()) && ::fchown(file_.get(), status.st_uid, status.st_gid) != 0) errno = 0;
    if (::fchmod(file_.get(), status.st_mode & 07777) != 0) {
        const int reason = errno;
        ::unlink(temporary_.c_str());
        fail_with("write", name_, reason);
    }
}

OutputFile::~OutputFile() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void OutputFile::fail() const { fail_with("write", name_, errno); }

void OutputFile::open_temporary() {
    remove_stale();
    while (true) {
        temporary_ = directory_of(target_) / (temporary_prefix(target_) + random_suffix());
        file_      = FileDescriptor(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
        if (file_.get() >= 0) break;
        if (errno == EEXIST || errno == EINTR) continue;
        const int reason = errno;
        temporary_.clear();
        fail_with("write", name_, reason);
    }
    // Held until the file is closed, by whatever end the program finds: it tells others that the file is not left behind.
    (void)::flock(file_.get(), LOCK_EX | LOCK_NB);
}

void OutputFile::remove_stale() const {
    const std::string prefix = temporary_prefix(target_);
    std::error_code   ignored; // tidying up is no reason for a save to fail
    for (std::filesystem::directory_iterator entry(directory_of(target_), ignored), end; !ignored && entry != end; entry.increment(ignored)) {
        const std::string name = entry->path().filename().string();
        if (!name.starts_with(prefix) || name.size() != prefix.size() + random_suffix().size()) continue;
        const FileDescriptor file(::open(entry->path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
        struct stat          status {};
        if (file.get() < 0 || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
        if (status.st_mtime + stale_after_seconds > std::time(nullptr)) continue;
        if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) ::unlink(entry->path().c_str());
    }
}

void OutputFile::write(std::span<const unsigned char> bytes) {
    while (!bytes.empty()) {
        const ssize_t put = ::write(file_.get(), bytes.data(), std::min(bytes.size(), largest_transfer));
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) fail();
        bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
}

void OutputFile::commit() {
    if (!synchronize(file_.get())) fail();
    if (temporary_.empty()) return;
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail();
    temporary_.clear();
    // The new name, too, has to reach the disk.
    const FileDescriptor directory(::open(directory_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() >= 0 && !synchronize(directory.get())) fail();
}

} // namespace xtgrad
