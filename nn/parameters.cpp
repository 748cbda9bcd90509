#include <xtgrad/nn/parameters.hpp>

#include <algorithm>

namespace xtgrad::nn {

namespace {

// FNV-1a: the same stream for a name on every platform.
std::uint64_t stream_of(const std::string& name) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char letter : name) hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
    return hash;
}

} // namespace

template <Scalar T>
Parameter<T> Parameters<T>::make(const std::string& name, const Shape& shape, const Initializer& initializer, SourceLocation where) const {
    const std::string full = prefix_ + name;
    if (name.empty()) throw ValueError("parameters: a parameter needs a name", where);
    for (const Parameter<T>& parameter : store_->all) {
        if (parameter.name() == full)
            throw ValueError("parameters: there is a parameter '" + full + "' already; give the layer a name of its own", where);
    }
    Random              random = Random(store_->seed).split(stream_of(full));
    const Array<double> drawn  = initializer(shape, random);
    if (drawn.shape() != shape) {
        throw ShapeError("parameters: the initializer of '" + full + "' gave shape " + to_string(drawn.shape()) + " instead of " + to_string(shape),
                         where);
    }
    Array<T> value = zeros<T>(shape);
    std::transform(drawn.storage().begin(), drawn.storage().end(), value.storage().begin(), [](double element) { return static_cast<T>(element); });
    const Parameter<T> parameter(full, std::move(value));
    store_->all.push_back(parameter);
    for (auto& [prefix, list] : store_->lists) {
        if (full.starts_with(prefix)) list->push_back(parameter);
    }
    return parameter;
}

template <Scalar T>
const std::vector<Parameter<T>>& Parameters<T>::list() const noexcept {
    if (prefix_.empty()) return store_->all;
    for (const auto& [prefix, list] : store_->lists) {
        if (prefix == prefix_) return *list;
    }
    auto found = std::make_unique<std::vector<Parameter<T>>>();
    std::copy_if(store_->all.begin(), store_->all.end(), std::back_inserter(*found),
                 [&](const Parameter<T>& parameter) { return parameter.name().starts_with(prefix_); });
    store_->lists.emplace_back(prefix_, std::move(found));
    return *store_->lists.back().second;
}

template <Scalar T>
std::size_t Parameters<T>::element_count() const noexcept {
    std::size_t count = 0;
    for (const Parameter<T>& parameter : *this) count += parameter.size();
    return count;
}

template <Scalar T>
const Parameter<T>& Parameters<T>::operator[](const std::string& name) const {
    std::string known;
    for (const Parameter<T>& parameter : *this) {
        if (parameter.name() == prefix_ + name) return parameter;
        known += (known.empty() ? "" : ", ") + parameter.name();
    }
    throw ValueError("parameters: there is no '" + prefix_ + name + "' among: " + (known.empty() ? "none" : known));
}

template class Parameters<float>;
template class Parameters<double>;

} // namespace xtgrad::nn
