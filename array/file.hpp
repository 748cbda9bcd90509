#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xtgrad {

/// A file descriptor that closes itself.
class FileDescriptor {
public:
    explicit FileDescriptor(int descriptor = -1) noexcept : descriptor_(descriptor) {}
    ~FileDescriptor();
    FileDescriptor(FileDescriptor&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
    FileDescriptor& operator=(FileDescriptor&& other) noexcept;

    int get() const noexcept { return descriptor_; }

private:
    int descriptor_;
};

/// A regular file to be read at any place. Throws DataError with the system's reason, "cannot open 'PATH': No such file or directory".
class InputFile {
public:
    explicit InputFile(const std::filesystem::path& path);

    const std::string& name() const noexcept { return name_; }
    std::uint64_t      size() const noexcept { return size_; }

    /// Fills `destination` with the bytes from `offset` on; throws DataError where the file has not as many.
    void read(std::uint64_t offset, std::span<unsigned char> destination) const;

private:
    std::string    name_;
    FileDescriptor file_;
    std::uint64_t  size_ = 0;
};

/// All bytes of a regular file; throws as InputFile.
std::vector<unsigned char> read_file(const std::filesystem::path& path);

/// A file that is replaced whole or not at all. What is written goes to a temporary file beside it, whose name nobody else has; `commit` brings
/// it to the disk and renames it, so that at any moment, even after a crash, the old file or the new one is there. Without a commit the
/// temporary file is removed, and one that a killed program left behind is removed by the next to write the same file, once it is a minute
/// old. An existing file's permissions are kept, and its owner where that is allowed; of a symbolic link the file behind it is replaced. What
/// is no regular file, a device or a pipe, is written directly. Throws DataError, "cannot write 'PATH': No space left on device".
class OutputFile {
public:
    explicit OutputFile(const std::filesystem::path& path);
    ~OutputFile();
    OutputFile(const OutputFile&)            = delete;
    OutputFile& operator=(const OutputFile&) = delete;

    void write(std::span<const unsigned char> bytes);
    void write(std::string_view bytes) { write({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()}); }

    void commit();

private:
    [[noreturn]] void fail() const;
    void              open_temporary();
    void              remove_stale() const;

    std::string           name_;   // as the user gave it, for messages
    std::filesystem::path target_; // behind symbolic links
    std::filesystem::path temporary_;
    FileDescriptor        file_;
};

} // namespace xtgrad
