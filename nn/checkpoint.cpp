#include <xtgrad/nn/checkpoint.hpp>

#include <xtgrad/array/npz.hpp>
#include <xtgrad/array/safetensors.hpp>

namespace xtgrad::nn {

namespace {

enum class Format { npz, safetensors };

Format format_of(const std::filesystem::path& path, SourceLocation where) {
    if (path.extension() == ".npz") return Format::npz;
    if (path.extension() == ".safetensors") return Format::safetensors;
    throw ValueError("'" + path.string() + "': a checkpoint's name ends in .npz or .safetensors", where);
}

} // namespace

template <Scalar T>
void save(const std::filesystem::path& path, const Parameters<T>& parameters) {
    const Format format = format_of(path, {});
    NamedArrays  arrays;
    for (const Parameter<T>& parameter : parameters) arrays.add(parameter.name(), parameter.value());
    if (format == Format::npz) {
        save_npz(path, arrays);
    } else {
        save_safetensors(path, arrays);
    }
}

template <Scalar T>
void load(const std::filesystem::path& path, const Parameters<T>& parameters, SourceLocation where) {
    const NamedArrays arrays = format_of(path, where) == Format::npz ? load_npz(path) : load_safetensors(path).tensors;
    std::string       complaints;
    std::size_t       matched = 0;
    for (const Parameter<T>& parameter : parameters) {
        const AnyArray* array = arrays.find(parameter.name());
        if (array == nullptr) {
            complaints += "\n  missing: '" + parameter.name() + "' " + to_string(parameter.shape());
            continue;
        }
        ++matched;
        if (dtype_of(*array) != dtype_name<T>) {
            complaints += "\n  type: tensor '" + parameter.name() + "' is " + std::string(dtype_of(*array)) + ", parameter expects " +
                          std::string(dtype_name<T>);
        }
        if (shape_of(*array) != parameter.shape()) {
            complaints += "\n  shape: tensor '" + parameter.name() + "' is " + to_string(shape_of(*array)) + ", parameter expects " +
                          to_string(parameter.shape());
        }
    }
    if (matched != arrays.size()) {
        for (const NamedArray& named : arrays) {
            bool known = false;
            for (const Parameter<T>& parameter : parameters) known = known || parameter.name() == named.name;
            if (!known) complaints += "\n  unexpected: '" + named.name + "' " + to_string(shape_of(named.array));
        }
    }
    if (!complaints.empty()) throw DataError("'" + path.string() + "' does not fit the model; nothing was loaded:" + complaints);
    for (const Parameter<T>& parameter : parameters) parameter.assign(arrays.get<T>(parameter.name()), where);
}

template void save<float>(const std::filesystem::path&, const Parameters<float>&);
template void save<double>(const std::filesystem::path&, const Parameters<double>&);
template void load<float>(const std::filesystem::path&, const Parameters<float>&, SourceLocation);
template void load<double>(const std::filesystem::path&, const Parameters<double>&, SourceLocation);

} // namespace xtgrad::nn
