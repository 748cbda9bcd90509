#pragma once

#include <memory>
#include <string>
#include <vector>

#include <xtgrad/autograd/parameter.hpp>
#include <xtgrad/nn/initializers.hpp>

namespace xtgrad::nn {

/// The store in which all parameters of a model are made, so that none can be forgotten. `parameters / "hidden"` is the same store under a
/// prefix: what is made there is called "hidden/weight". Names key checkpoints and optimizer state. Copies share the store.
///
/// Each parameter draws its first value from a random stream of its own, given by the seed and its name, so that a layer added or removed
/// changes no other.
template <Scalar T>
class Parameters {
public:
    explicit Parameters(std::uint64_t seed = 0) : store_(std::make_shared<Store>(seed)) {}

    Parameters operator/(const std::string& name) const { return Parameters(store_, prefix_ + name + "/"); }

    /// Makes a parameter. Throws ValueError for a name that is taken or empty.
    Parameter<T> make(const std::string& name, const Shape& shape, const Initializer& initializer, SourceLocation where = {}) const;

    /// The parameters under this prefix, in the order in which they were made.
    auto        begin() const noexcept { return list().begin(); }
    auto        end() const noexcept { return list().end(); }
    std::size_t size() const noexcept { return list().size(); }
    /// The number of trainable numbers.
    std::size_t element_count() const noexcept;
    /// The parameter of that name, under this prefix; throws ValueError, naming those there are, where there is none.
    const Parameter<T>& operator[](const std::string& name) const;

private:
    struct Store {
        std::uint64_t             seed;
        std::vector<Parameter<T>> all;
        // The lists of the prefixes that have been asked for, kept so that iterators hold.
        std::vector<std::pair<std::string, std::unique_ptr<std::vector<Parameter<T>>>>> lists;

        explicit Store(std::uint64_t first_seed) : seed(first_seed) {}
    };

    Parameters(std::shared_ptr<Store> store, std::string prefix) : store_(std::move(store)), prefix_(std::move(prefix)) {}
    const std::vector<Parameter<T>>& list() const noexcept;

    std::shared_ptr<Store> store_;
    std::string            prefix_;
};

} // namespace xtgrad::nn
