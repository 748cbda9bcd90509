#include "export.hpp"

#include <algorithm>
#include <type_traits>

#include <xtgrad/array/npy.hpp>

namespace xtgrad::examples {

static_assert(std::is_same_v<Index, std::int64_t>, "orders are written as they are");

namespace {

template <class T>
void save_named(const std::filesystem::path& directory, std::string name, const Array<T>& values) {
    std::replace(name.begin(), name.end(), '/', '.');
    save_npy(directory / (name + ".npy"), values);
}

} // namespace

RunExport::RunExport(std::filesystem::path directory) : directory_(std::move(directory)) {
    if (!wanted()) return;
    for (const char* inside : {"initial", "final"}) {
        std::error_code failure;
        std::filesystem::create_directories(directory_ / inside, failure);
        if (failure) throw DataError("cannot make the directory '" + (directory_ / inside).string() + "': " + failure.message());
    }
}

template <Scalar T>
void RunExport::initial_weights(const std::string& name, const Array<T>& weights) const {
    if (wanted()) save_named(directory_ / "initial", name, weights);
}

template <Scalar T>
void RunExport::final_weights(const std::string& name, const Array<T>& weights) const {
    if (wanted()) save_named(directory_ / "final", name, weights);
}

template <class T>
void RunExport::array(const std::string& name, const Array<T>& values) const {
    if (wanted()) save_named(directory_, name, values);
}

void RunExport::order(const Array<Index>& samples) {
    if (!wanted()) return;
    if (epochs_ > 0 && samples.size() != samples_) {
        throw ShapeError("RunExport: an order of " + std::to_string(samples.size()) + " samples follows one of " + std::to_string(samples_));
    }
    samples_ = samples.size();
    orders_.insert(orders_.end(), samples.data(), samples.data() + samples.size());
    ++epochs_;
}

void RunExport::finish() const {
    if (!wanted()) return;
    Array<Index> all(Shape{epochs_, samples_});
    std::copy(orders_.begin(), orders_.end(), all.data());
    array("orders", all);
}

template void RunExport::initial_weights(const std::string&, const Array<float>&) const;
template void RunExport::initial_weights(const std::string&, const Array<double>&) const;
template void RunExport::final_weights(const std::string&, const Array<float>&) const;
template void RunExport::final_weights(const std::string&, const Array<double>&) const;
template void RunExport::array(const std::string&, const Array<float>&) const;
template void RunExport::array(const std::string&, const Array<double>&) const;
template void RunExport::array(const std::string&, const Array<Index>&) const;

} // namespace xtgrad::examples
