#include <xtgrad/autograd/strong_zero.hpp>

#include <ostream>

namespace xtgrad {

namespace {

constinit thread_local StrongZeroReport* active_report = nullptr;

} // namespace

StrongZeroReport::StrongZeroReport() noexcept : outer_(active_report) { active_report = this; }

StrongZeroReport::~StrongZeroReport() { active_report = outer_; }

StrongZeroReport* StrongZeroReport::active() noexcept { return active_report; }

std::ostream& operator<<(std::ostream& stream, const StrongZeroReport& report) {
    for (const StrongZeroReport::Entry& entry : report.entries()) {
        stream << "strong zero in `" << entry.operation << "`, input " << entry.input << ": " << entry.count
               << (entry.count == 1 ? " element" : " elements") << ", the first at place " << entry.first_place << "\n  at " << to_string(entry.where)
               << '\n';
    }
    return stream;
}

} // namespace xtgrad
