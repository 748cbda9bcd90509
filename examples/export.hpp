#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <xtgrad/array/array.hpp>

namespace xtgrad::examples {

/// What --export DIR writes, so that a run can be followed step by step elsewhere, all as .npy:
///
///     DIR/initial/NAME.npy, DIR/final/NAME.npy   weights; a "/" in a name becomes "."
///     DIR/orders.npy                             [epochs, samples]: row e has the places of the samples in the order of epoch e
///     DIR/NAME.npy                               anything else
///
/// With an empty directory nothing is written.
class RunExport {
public:
    /// Makes the directory and those inside it; throws DataError where that fails.
    explicit RunExport(std::filesystem::path directory);

    bool wanted() const noexcept { return !directory_.empty(); }

    template <Scalar T>
    void initial_weights(const std::string& name, const Array<T>& weights) const;
    template <Scalar T>
    void final_weights(const std::string& name, const Array<T>& weights) const;
    /// T is float, double or Index.
    template <class T>
    void array(const std::string& name, const Array<T>& values) const;

    /// Remembers an epoch's order. All have the same length, else ShapeError.
    void order(const Array<Index>& samples);
    /// Writes the orders.
    void finish() const;

private:
    std::filesystem::path     directory_;
    std::vector<std::int64_t> orders_;
    std::size_t               epochs_  = 0;
    std::size_t               samples_ = 0;
};

} // namespace xtgrad::examples
