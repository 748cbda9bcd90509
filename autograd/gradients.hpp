#pragma once

#include <vector>

#include <xtgrad/autograd/parameter.hpp>
#include <xtgrad/autograd/program/compiling.hpp>

namespace xtgrad {

/// One parameter and its gradient, to be taken apart: `for (const auto& [parameter, gradient] : gradients)`.
template <Scalar T, class G>
class GradientEntry {
public:
    // An array stays in the value in which the sweep left it: moving arrays about costs more than a small step.
    using Kept = std::conditional_t<std::is_same_v<G, Array<T>>, Variable<T>, G>;

    GradientEntry(const Parameter<T>& of, Kept gradient) : parameter(of), gradient_(std::move(gradient)) {}
    /// A copy has an array of its own, which may be handed to another thread.
    GradientEntry(const GradientEntry& other) : parameter(other.parameter), gradient_(other.gradient_) {
        if constexpr (std::is_same_v<G, Array<T>>) {
            if (!program::compiling() && !other.gradient_.empty()) gradient_ = Variable<T>(Array<T>(other.gradient()));
        }
    }
    GradientEntry(GradientEntry&& other) noexcept = default;
    GradientEntry& operator=(GradientEntry other) noexcept {
        std::swap(parameter, other.parameter);
        std::swap(gradient_, other.gradient_);
        return *this;
    }
    ~GradientEntry() = default;

    Parameter<T> parameter;

    const G& gradient() const {
        if constexpr (std::is_same_v<G, Array<T>>) {
            return gradient_.value();
        } else {
            return gradient_;
        }
    }
    /// An array may be written over: nobody else holds it.
    G& gradient() {
        if constexpr (!std::is_same_v<G, Variable<T>>) program::refuse_arrays(SourceLocation{"", 0});
        return const_cast<G&>(std::as_const(*this).gradient());
    }
    /// The value in which it lies. To take that is not to read it.
    const Variable<T>& variable() const noexcept { return gradient_; }
    Variable<T>&       variable() noexcept { return gradient_; }

    template <std::size_t I>
    decltype(auto) get() const {
        if constexpr (I == 0) {
            return (parameter);
        } else {
            return gradient();
        }
    }
    template <std::size_t I>
    decltype(auto) get() {
        if constexpr (I == 0) {
            return (parameter);
        } else {
            return gradient();
        }
    }

private:
    Kept gradient_;
};

/// The gradients of a set of parameters, in its order: each a parameter and an array (under create_graph a Variable; in a Hessian, Gradients).
template <Scalar T, class G = Array<T>>
class Gradients {
public:
    using Entry = GradientEntry<T, G>;

    void reserve(std::size_t count) { entries_.reserve(count); }
    void add(const Parameter<T>& parameter, G gradient) { entries_.emplace_back(parameter, typename Entry::Kept(std::move(gradient))); }
    /// The same, of a value that nobody else may see changed: an array that somebody holds is copied.
    void add_value(const Parameter<T>& parameter, Variable<T> gradient) {
        if constexpr (std::is_same_v<G, Array<T>>) {
            if (!gradient.typed().reusable() && !program::compiling()) gradient = Variable<T>(Array<T>(gradient.value()));
        }
        entries_.emplace_back(parameter, std::move(gradient));
    }

    std::size_t  size() const noexcept { return entries_.size(); }
    auto         begin() const noexcept { return entries_.begin(); }
    auto         end() const noexcept { return entries_.end(); }
    auto         begin() noexcept { return entries_.begin(); }
    auto         end() noexcept { return entries_.end(); }
    const Entry& entry(std::size_t index) const { return entries_.at(index); }

    /// The gradient of one parameter; throws ValueError where it is not among them.
    const G& operator[](const Parameter<T>& parameter) const {
        return find([&](const Entry& entry) { return entry.parameter == parameter; }, parameter.name());
    }
    /// The gradient of the parameter of that name.
    const G& operator[](const std::string& name) const {
        return find([&](const Entry& entry) { return entry.parameter.name() == name; }, name);
    }

private:
    template <class Predicate>
    const G& find(Predicate&& wanted, const std::string& name) const {
        for (const Entry& entry : entries_) {
            if (wanted(entry)) return entry.gradient();
        }
        throw ValueError("there is no gradient of a parameter '" + name + "' among these " + std::to_string(size()));
    }

    std::vector<Entry> entries_;
};

} // namespace xtgrad

template <xtgrad::Scalar T, class G>
struct std::tuple_size<xtgrad::GradientEntry<T, G>> : std::integral_constant<std::size_t, 2> {};
template <xtgrad::Scalar T, class G>
struct std::tuple_element<0, xtgrad::GradientEntry<T, G>> {
    using type = xtgrad::Parameter<T>;
};
template <xtgrad::Scalar T, class G>
struct std::tuple_element<1, xtgrad::GradientEntry<T, G>> {
    using type = G;
};
