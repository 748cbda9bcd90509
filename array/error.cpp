#include <xtgrad/array/error.hpp>

namespace xtgrad {

namespace {

constinit thread_local const char* scope_file = nullptr;
constinit thread_local unsigned    scope_line = 0;

} // namespace

std::string to_string(SourceLocation where) { return std::string(where.file) + ":" + std::to_string(where.line); }

Error::Error(std::string_view message, SourceLocation where)
    : std::runtime_error(std::string(message) + "\n  at " + to_string(SourceScope::resolve(where))), where_(SourceScope::resolve(where)) {}

SourceScope::SourceScope(SourceLocation where) noexcept : outermost_(scope_file == nullptr) {
    if (outermost_) {
        scope_file = where.file;
        scope_line = where.line;
    }
}

SourceScope::~SourceScope() {
    if (outermost_) scope_file = nullptr;
}

SourceLocation SourceScope::resolve(SourceLocation where) noexcept { return scope_file == nullptr ? where : SourceLocation{scope_file, scope_line}; }

} // namespace xtgrad
