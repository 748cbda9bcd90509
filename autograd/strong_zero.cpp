#include <xtgrad/autograd/strong_zero.hpp>

#include <ostream>

namespace xtgrad {

StrongZeroReport::StrongZeroReport() noexcept : outer_(active_) { active_ = this; }

StrongZeroReport::~StrongZeroReport() { active_ = outer_; }

std::ostream& operator<<(std::ostream& stream, const StrongZeroReport& report) {
    for (const StrongZeroReport::Entry& entry : report.entries()) {
        stream << "strong zero in `" << entry.operation << "`, input " << entry.input << ": " << entry.count
               << (entry.count == 1 ? " element" : " elements") << ", the first at place " << entry.first_place << "\n  at " << to_string(entry.where)
               << '\n';
    }
    return stream;
}

} // namespace xtgrad
