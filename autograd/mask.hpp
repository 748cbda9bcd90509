#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>

#include <xtgrad/array/array.hpp>

namespace xtgrad {

namespace program {
class Trace;
}

/// Truth values, as comparisons give them: an immutable array without a gradient. `&&`, `||` and `!` combine masks, `where` chooses by them.
/// Reading one, element by element or as an array, is what a program does before it branches; compile() keeps each read as a guard.
class Mask {
public:
    Mask() : Mask(Array<bool>()) {}
    explicit Mask(Array<bool> truths) : truths_(std::move(truths)) {}
    Mask(std::initializer_list<bool> truths);
    Mask(const Shape& shape, bool truth) : truths_(full(shape, truth)) {}
    template <Expression E>
    Mask(const E& expression) : truths_(expression) {
        static_assert(std::is_same_v<typename E::value_type, bool>, "xtgrad: a mask is made of truth values; compare the numbers first");
    }

    const Shape& shape() const noexcept { return truths_.shape(); }
    std::size_t  size() const noexcept { return truths_.size(); }
    std::size_t  dimension() const noexcept { return truths_.dimension(); }

    /// The truth values as an array.
    const Array<bool>& array() const {
        if (trace_ != 0) [[unlikely]]
            note_read();
        return truths_;
    }
    operator const Array<bool>&() const { return array(); }
    template <std::integral... I>
    bool operator()(I... index) const {
        return array()(index...);
    }
    auto begin() const { return array().storage().begin(); }
    auto end() const { return array().storage().end(); }

    friend bool operator==(const Mask& a, const Mask& b) { return a.array() == b.array(); }

    /// By value, because xtensor's operators and functions are unconstrained.
    friend Mask operator&&(Mask a, Mask b) { return combine(a, b, true); }
    friend Mask operator||(Mask a, Mask b) { return combine(a, b, false); }
    friend Mask operator!(Mask a) { return negate(a); }
    friend bool any(Mask mask) { return std::find(mask.begin(), mask.end(), true) != mask.end(); }
    friend bool all(Mask mask) { return std::find(mask.begin(), mask.end(), false) == mask.end(); }

private:
    friend class program::Trace;

    static Mask combine(const Mask& a, const Mask& b, bool both);
    static Mask negate(const Mask& a);
    void        note_read() const;

    Array<bool> truths_;
    // Which value of which trace this is, where compile() looks on.
    std::uint64_t trace_ = 0;
    std::uint32_t value_ = 0;
};

} // namespace xtgrad
