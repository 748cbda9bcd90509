#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include <xtgrad/array/array.hpp>

namespace xtgrad {

/// Elements of a type of which xtgrad has no arrays, F16 for instance: kept as they are, to be told and written back.
struct RawArray {
    std::string                dtype; ///< as safetensors names it
    Shape                      shape;
    std::vector<unsigned char> bytes;
};

/// What a file may hold under a name.
using AnyArray = std::variant<Array<float>, Array<double>, Array<std::int64_t>, Array<std::uint8_t>, RawArray>;

/// The element types of the files that are read and written.
template <class T>
concept FileElement = std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, std::int64_t> || std::is_same_v<T, std::uint8_t>;

/// "F32", "F64", "I64" and "U8", as safetensors names them.
template <FileElement T>
inline constexpr std::string_view dtype_name = std::is_same_v<T, float>          ? "F32"
                                               : std::is_same_v<T, double>       ? "F64"
                                               : std::is_same_v<T, std::int64_t> ? "I64"
                                                                                 : "U8";

std::string_view dtype_of(const AnyArray& array);
const Shape&     shape_of(const AnyArray& array);
/// The elements in row-major order, as they lie in memory.
std::span<const unsigned char> bytes_of(const AnyArray& array);
template <FileElement T>
std::span<const unsigned char> bytes_of(const Array<T>& array) {
    return {reinterpret_cast<const unsigned char*>(array.data()), array.size() * sizeof(T)};
}

struct NamedArray {
    std::string name;
    AnyArray    array;
};

/// Arrays under names, in the order in which they were added or stand in a file.
class NamedArrays {
public:
    /// Throws ValueError for a name that is there already.
    void add(std::string name, AnyArray array, SourceLocation where = {});

    std::size_t size() const noexcept { return arrays_.size(); }
    bool        empty() const noexcept { return arrays_.empty(); }
    auto        begin() const noexcept { return arrays_.begin(); }
    auto        end() const noexcept { return arrays_.end(); }

    /// The array of that name, or null.
    const AnyArray* find(const std::string& name) const;

    /// The array of that name; throws DataError where there is none, or it has other elements: "tensor `NAME` is F16, expected F32".
    template <FileElement T>
    const Array<T>& get(const std::string& name) const;

private:
    std::vector<NamedArray>                      arrays_;
    std::unordered_map<std::string, std::size_t> place_of_;
};

extern template const Array<float>&        NamedArrays::get<float>(const std::string&) const;
extern template const Array<double>&       NamedArrays::get<double>(const std::string&) const;
extern template const Array<std::int64_t>& NamedArrays::get<std::int64_t>(const std::string&) const;
extern template const Array<std::uint8_t>& NamedArrays::get<std::uint8_t>(const std::string&) const;

} // namespace xtgrad
