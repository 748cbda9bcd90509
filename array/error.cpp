#include <xtgrad/array/error.hpp>

namespace xtgrad {

std::string to_string(SourceLocation where) { return std::string(where.file) + ":" + std::to_string(where.line); }

Error::Error(std::string_view message, SourceLocation where)
    : std::runtime_error(std::string(message) + "\n  at " + to_string(SourceScope::resolve(where))), where_(SourceScope::resolve(where)) {}

} // namespace xtgrad
