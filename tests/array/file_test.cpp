#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <set>
#include <string>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <temporary_directory.hpp>
#include <xtgrad/array/error.hpp>
#include <xtgrad/array/file.hpp>

using namespace xtgrad;

namespace {

template <class F>
std::string message_of(F action) {
    try {
        action();
    } catch (const DataError& error) {
        return error.what();
    }
    return "no error";
}

void save(const std::filesystem::path& path, std::string_view content) {
    OutputFile file(path);
    file.write(content);
    file.commit();
}

std::set<std::string> names_in(const std::filesystem::path& directory) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) names.insert(entry.path().filename().string());
    return names;
}

mode_t mode_of(const std::filesystem::path& path) {
    struct stat status {};
    REQUIRE(::lstat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

// Runs `action` in a process of its own; its status as waitpid gives it.
template <class F>
pid_t in_child(F action) {
    const pid_t child = ::fork();
    if (child == 0) {
        action();
        ::_exit(0);
    }
    return child;
}

} // namespace

TEST_CASE("A file appears and is replaced whole, and nothing else is left in the directory") {
    const TemporaryDirectory directory;
    save(directory / "data", "first");
    CHECK(file_content(directory / "data") == "first");
    save(directory / "data", "second, longer");
    CHECK(file_content(directory / "data") == "second, longer");
    CHECK(names_in(directory.path()) == std::set<std::string>{"data"});
}

TEST_CASE("R30 Without a commit the old file stays and the temporary one goes") {
    const TemporaryDirectory directory;
    save(directory / "data", "old");
    {
        OutputFile file(directory / "data");
        file.write("new");
        CHECK(names_in(directory.path()).size() == 2);
        CHECK(file_content(directory / "data") == "old");
    }
    CHECK(file_content(directory / "data") == "old");
    CHECK(names_in(directory.path()) == std::set<std::string>{"data"});
}

TEST_CASE("R30 A full disk is an error with the system's reason") {
    CHECK(message_of([] { save("/dev/full", "bytes"); }) == "cannot write '/dev/full': No space left on device");
    CHECK(std::filesystem::is_character_file("/dev/full"));
    save("/dev/null", "bytes"); // written as it is, not replaced
    CHECK(std::filesystem::is_character_file("/dev/null"));
}

TEST_CASE("R30 A write that fails half-way leaves the old file and no temporary one") {
    const TemporaryDirectory directory;
    save(directory / "data", "old");
    int         status = 0;
    const pid_t child  = in_child([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        const struct rlimit limit { 1000, 1000 };
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const std::string message = message_of([&] { save(directory / "data", std::string(5000, 'n')); });
        ::_exit(message.ends_with("/data': File too large") ? 7 : 8);
    });
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WEXITSTATUS(status) == 7);
    CHECK(file_content(directory / "data") == "old");
    CHECK(names_in(directory.path()) == std::set<std::string>{"data"});
}

TEST_CASE("R30 Places that cannot be written are named with the reason") {
    const TemporaryDirectory directory;
    const auto               message = [](const std::filesystem::path& path) { return message_of([&] { save(path, "x"); }); };
    CHECK(message(directory / "none/data") == "cannot write '" + (directory / "none/data").string() + "': No such file or directory");
    CHECK(message(directory.path()) == "cannot write '" + directory.path().string() + "': Is a directory");
    CHECK(message("") == "cannot write '': No such file or directory");
    const auto long_name = directory / std::string(300, 'x');
    CHECK(message(long_name) == "cannot write '" + long_name.string() + "': File name too long");
    save(directory / std::string(255, 'y'), "the longest name");
    if (::geteuid() != 0) {
        save(directory / "data", "old");
        std::filesystem::permissions(directory / "data", std::filesystem::perms::owner_read);
        CHECK(message(directory / "data") == "cannot write '" + (directory / "data").string() + "': Permission denied");
        CHECK(file_content(directory / "data") == "old");
        std::filesystem::create_directory(directory / "closed");
        std::filesystem::permissions(directory / "closed", std::filesystem::perms::owner_exec);
        CHECK(message(directory / "closed/data") == "cannot write '" + (directory / "closed/data").string() + "': Permission denied");
        std::filesystem::permissions(directory / "closed", std::filesystem::perms::owner_all);
    }
}

TEST_CASE("R30 A killed program leaves the old or the new file whole, and what else it leaves is tidied up later") {
    const TemporaryDirectory directory;
    const std::string        content[] = {std::string(200000, 'a'), std::string(300000, 'b')};
    save(directory / "data", content[0]);
    for (int round = 0; round < 15; ++round) {
        const pid_t child = in_child([&] {
            for (int turn = 1;; turn ^= 1) save(directory / "data", content[turn]);
        });
        ::usleep(static_cast<useconds_t>(2000 + 700 * round));
        ::kill(child, SIGKILL);
        REQUIRE(::waitpid(child, nullptr, 0) == child);
        const std::string found = file_content(directory / "data");
        CHECK((found == content[0] || found == content[1]));
    }
    // For certain, one more.
    const pid_t child = in_child([&] {
        OutputFile file(directory / "data");
        file.write("half");
        ::kill(::getpid(), SIGKILL);
    });
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    CHECK(names_in(directory.path()).size() > 1);
    // Another's file of a similar name, and one that is still being written however slowly, stay.
    directory.file(".data.xtgrad-backup", "mine");
    OutputFile slow(directory / "data");
    const auto hour_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
    for (const std::string& name : names_in(directory.path())) std::filesystem::last_write_time(directory / name, hour_ago);
    save(directory / "data", "new");
    CHECK(names_in(directory.path()).size() == 3);
    slow.write("slowly");
    slow.commit();
    CHECK(names_in(directory.path()) == std::set<std::string>{"data", ".data.xtgrad-backup"});
    CHECK(file_content(directory / "data") == "slowly");
}

TEST_CASE("R31 An existing file keeps its permissions, a new one gets the usual ones") {
    const TemporaryDirectory directory;
    const mode_t             mask = ::umask(027);
    save(directory / "new", "x");
    ::umask(mask);
    CHECK(mode_of(directory / "new") == 0640);
    save(directory.file("old", "x"), "y");
    REQUIRE(::chmod((directory / "old").c_str(), 0604) == 0);
    save(directory / "old", "z");
    CHECK(mode_of(directory / "old") == 0604);
    CHECK(file_content(directory / "old") == "z");
    if (::geteuid() == 0) {
        REQUIRE(::chown((directory / "old").c_str(), 12345, 12346) == 0);
        save(directory / "old", "root");
        struct stat status {};
        REQUIRE(::stat((directory / "old").c_str(), &status) == 0);
        CHECK(status.st_uid == 12345);
        CHECK(status.st_gid == 12346);
        CHECK(mode_of(directory / "old") == 0604);
    }
}

TEST_CASE("R31 Of a symbolic link the file behind it is replaced, and the link stays") {
    const TemporaryDirectory directory;
    std::filesystem::create_directory(directory / "behind");
    directory.file("behind/data", "old");
    std::filesystem::create_symlink("behind/data", directory / "link");
    std::filesystem::create_symlink("link", directory / "link_to_link");
    save(directory / "link_to_link", "new");
    CHECK(std::filesystem::is_symlink(directory / "link"));
    CHECK(std::filesystem::is_symlink(directory / "link_to_link"));
    CHECK(file_content(directory / "behind/data") == "new");
    CHECK(names_in(directory / "behind") == std::set<std::string>{"data"});
    std::filesystem::create_symlink("behind/fresh", directory / "dangling");
    save(directory / "dangling", "made");
    CHECK(file_content(directory / "behind/fresh") == "made");
    std::filesystem::create_symlink("loop", directory / "loop");
    CHECK(message_of([&] { save(directory / "loop", "x"); }).ends_with("Too many levels of symbolic links"));
}

TEST_CASE("R32 Two programs that save the same file leave one of the two whole") {
    const TemporaryDirectory directory;
    const std::string        content[] = {std::string(100000, 'a'), std::string(50000, 'b')};
    const auto               saver     = [&](int which) {
        return in_child([&, which] {
            for (int turn = 0; turn < 20; ++turn) save(directory / "data", content[which]);
        });
    };
    const pid_t first = saver(0), second = saver(1);
    int         status[2] = {};
    REQUIRE(::waitpid(first, &status[0], 0) == first);
    REQUIRE(::waitpid(second, &status[1], 0) == second);
    CHECK(status[0] == 0);
    CHECK(status[1] == 0);
    const std::string found = file_content(directory / "data");
    CHECK((found == content[0] || found == content[1]));
    CHECK(names_in(directory.path()) == std::set<std::string>{"data"});
}

TEST_CASE("Files are read at any place, and what is no file is refused with the reason") {
    const TemporaryDirectory directory;
    const InputFile          file(directory.file("data", "0123456789"));
    CHECK(file.size() == 10);
    unsigned char digits[3] = {};
    file.read(7, digits);
    CHECK(std::string(digits, digits + 3) == "789");
    CHECK(message_of([&] { file.read(8, digits); }) == (directory / "data").string() + ": the file ends 1 bytes too early");
    CHECK(message_of([&] { read_file(directory / "none"); }) == "cannot open '" + (directory / "none").string() + "': No such file or directory");
    CHECK(message_of([&] { read_file(directory.path()); }) == "cannot open '" + directory.path().string() + "': Is a directory");
    CHECK(message_of([&] { read_file("/dev/zero"); }) == "cannot open '/dev/zero': it is a device or a pipe, not a file");
}
