#pragma once

#include <vector>

#include <xtgrad/autograd/parameter.hpp>

namespace xtgrad {

/// The gradients of a set of parameters, in its order: each a parameter and an array (or, under create_graph, a Variable).
template <Scalar T, class G = Array<T>>
class Gradients {
public:
    struct Entry {
        Parameter<T> parameter;
        G            gradient;
    };

    void add(const Parameter<T>& parameter, G gradient) { entries_.push_back({parameter, std::move(gradient)}); }

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
            if (wanted(entry)) return entry.gradient;
        }
        throw ValueError("there is no gradient of a parameter '" + name + "' among these " + std::to_string(size()));
    }

    std::vector<Entry> entries_;
};

} // namespace xtgrad
