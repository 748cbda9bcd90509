#pragma once

#include <cstring>
#include <sstream>

#include <xtgrad/autograd/program/guard_error.hpp>
#include <xtgrad/autograd/program/operation.hpp>

namespace xtgrad::program {

/// The function read a mask, presumably to branch on it.
class BranchGuard final : public Operation {
public:
    BranchGuard(Array<bool> truths, SourceLocation where) : truths_(std::move(truths)), where_(where) {}

    std::string_view name() const noexcept override { return "branch"; }
    bool             is_guard() const noexcept override { return true; }
    void             run(const void* const* operands, void* const*) override {
        if (std::memcmp(operands[0], truths_.data(), truths_.size()) == 0) return;
        throw GuardError(
                        "program: the branch at " + to_string(where_) +
                            " changed: the comparison has another result than when the function was compiled; compile it again, or choose with where()",
                        where_);
    }

private:
    Array<bool>    truths_;
    SourceLocation where_;
};

/// The function read numbers.
template <Scalar T>
class NumberGuard final : public Operation {
public:
    NumberGuard(const T* numbers, std::size_t count, SourceLocation where) : numbers_(numbers, numbers + count), where_(where) {}

    std::string_view name() const noexcept override { return "read"; }
    bool             is_guard() const noexcept override { return true; }
    void             run(const void* const* operands, void* const*) override {
        const T* now = static_cast<const T*>(operands[0]);
        if (numbers_.empty() || std::memcmp(now, numbers_.data(), numbers_.size() * sizeof(T)) == 0) return;
        std::size_t place = 0;
        while (std::memcmp(now + place, numbers_.data() + place, sizeof(T)) == 0) ++place;
        std::ostringstream text;
        text << "program: the value read at " << to_string(where_) << " changed: it was " << numbers_[place]
             << " when the function was compiled, and is " << now[place]
             << "; what the function does with a number that it reads cannot be replayed: return the Variable, compute with it, or compile again";
        throw GuardError(text.str(), where_);
    }

private:
    std::vector<T> numbers_;
    SourceLocation where_;
};

} // namespace xtgrad::program
