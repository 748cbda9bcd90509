#pragma once

#include <filesystem>
#include <sstream>
#include <string>

#include <doctest/doctest.h>
#include <xtgrad/array/error.hpp>

#include "temporary_directory.hpp"

/// What runs the code of the documents (extract.awk writes the calls).
namespace documents {

/// The surroundings of a function made of a document's blocks: a fresh directory, without MNIST, and standard output caught.
class Page {
public:
    Page();
    ~Page();
    Page(const Page&)            = delete;
    Page& operator=(const Page&) = delete;

    /// A block begins: what was printed before is not its output.
    void begin() { output_.str({}); }
    /// The block's output is `expected`, in which `…` stands for anything.
    void expect(const std::string& expected, const std::string& place);
    /// Runs `block`, which has to throw an xtgrad::Error, and prints its message.
    template <class Block>
    void must_throw(Block&& block, const std::string& place) {
        bool thrown = false;
        try {
            block();
        } catch (const xtgrad::Error& error) {
            thrown = true;
            output_ << error.what() << '\n';
        }
        check(thrown, place + ": nothing was thrown");
    }
    /// Runs one of the documents' programs, which has to end well, and prints what it prints.
    void run_program(const std::string& name);

private:
    /// Fails with `message`, which goes to the true standard output.
    void check(bool right, const std::string& message);

    TemporaryDirectory    directory_;
    std::filesystem::path before_;
    std::ostringstream    output_;
    std::streambuf*       standard_;
    std::ios              format_{nullptr};
};

/// A block that is not compiled, at `place`; the test lists them.
struct Fragment {
    explicit Fragment(const std::string& place);
};

/// Whether `text` is what `pattern` says, line by line; see extract.awk.
bool matches(const std::string& pattern, const std::string& text);

} // namespace documents
