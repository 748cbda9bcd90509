#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace xtgrad {

/// A place in the user's program. As a defaulted argument it is the line of the call: every public function takes one last.
/// (`std::source_location` does not exist in clang 14 with libstdc++ 12; the builtins do in both compilers.)
struct SourceLocation {
    const char* file;
    unsigned    line;

    constexpr SourceLocation(const char* file_name = __builtin_FILE(), unsigned line_number = __builtin_LINE()) noexcept
        : file(file_name), line(line_number) {}
};

/// "examples/mnist.cpp:37"
std::string to_string(SourceLocation where);

/// Everything xtgrad throws. `what()` is the whole message: the operation, the values or shapes, what to do, and on a line of its own the
/// user's source line; `where()` is that line for programs.
class Error : public std::runtime_error {
public:
    explicit Error(std::string_view message, SourceLocation where = {});

    SourceLocation where() const noexcept { return where_; }

protected:
    struct Verbatim {};
    Error(Verbatim, const std::string& message, SourceLocation where) : std::runtime_error(message), where_(where) {}

private:
    SourceLocation where_;
};

/// Shapes or axes that do not fit the operation.
class ShapeError : public Error {
public:
    using Error::Error;
};

/// An argument outside its range: an index, a label, a probability, a step size.
class ValueError : public Error {
public:
    using Error::Error;
};

/// A tape used against its rules: a handle whose tape is gone, a spent tape, a parameter changed before the backward pass.
class TapeError : public Error {
public:
    using Error::Error;
};

/// A file or data set that is missing, damaged or not what it is said to be. It carries no source line: the cause lies in the file.
class DataError : public Error {
public:
    explicit DataError(std::string_view message) : Error(Verbatim{}, std::string(message), SourceLocation{"", 0}) {}
};

/// While it lives, operations of this thread report and record `where` instead of the line that calls them, so that a layer's operations
/// show the line on which the user called the layer. The outermost scope wins.
class SourceScope {
public:
    explicit SourceScope(SourceLocation where) noexcept : outermost_(file_ == nullptr) {
        if (outermost_) {
            file_ = where.file;
            line_ = where.line;
        }
    }
    ~SourceScope() {
        if (outermost_) file_ = nullptr;
    }
    SourceScope(const SourceScope&)            = delete;
    SourceScope& operator=(const SourceScope&) = delete;

    /// The line to blame: the outermost scope's, or `where` when there is none.
    static SourceLocation resolve(SourceLocation where) noexcept { return file_ == nullptr ? where : SourceLocation{file_, line_}; }

private:
    bool outermost_;

    static inline constinit thread_local const char* file_ = nullptr;
    static inline constinit thread_local unsigned    line_ = 0;
};

} // namespace xtgrad
