#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include <xtgrad/array/any_array.hpp>

namespace xtgrad {

/// Writes a NumPy file, version 1.0 of numpy.lib.format: little-endian, C order. The file is replaced whole or not at all (OutputFile).
template <FileElement T>
void save_npy(const std::filesystem::path& path, const Array<T>& array);

/// Reads a NumPy file, versions 1.0 to 3.0, in C or Fortran order and of either byte order. float32, float64, int64 and uint8 come as they are,
/// the other integers as int64, booleans as uint8. Everything in the header is checked against the file's real size before anything is
/// allocated. Throws DataError for what is damaged, cut off or has bytes left over, and for other elements (objects, complex, float16).
AnyArray load_npy(const std::filesystem::path& path);

/// The same where the elements are known; throws DataError where they are others.
template <FileElement T>
Array<T> load_npy(const std::filesystem::path& path);

/// The array that the content of a NumPy file holds; `name` stands in messages.
AnyArray decode_npy(const std::string& name, std::span<const unsigned char> content);

/// What stands before the elements, in C order, in a NumPy file; throws ValueError for an element type other than F32, F64, I64 and U8.
std::string npy_header(std::string_view dtype, const Shape& shape);

extern template void                save_npy(const std::filesystem::path&, const Array<float>&);
extern template void                save_npy(const std::filesystem::path&, const Array<double>&);
extern template void                save_npy(const std::filesystem::path&, const Array<std::int64_t>&);
extern template void                save_npy(const std::filesystem::path&, const Array<std::uint8_t>&);
extern template Array<float>        load_npy(const std::filesystem::path&);
extern template Array<double>       load_npy(const std::filesystem::path&);
extern template Array<std::int64_t> load_npy(const std::filesystem::path&);
extern template Array<std::uint8_t> load_npy(const std::filesystem::path&);

} // namespace xtgrad
