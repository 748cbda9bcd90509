#pragma once

#include <filesystem>

#include <xtgrad/array/any_array.hpp>

namespace xtgrad {

/// Writes arrays under their names as numpy.savez does: a Zip archive, uncompressed, of NumPy files. The file is replaced whole or not at all
/// (OutputFile). Throws ValueError for a name that is empty, longer than 65 531 bytes, or holds a NUL, for elements that NumPy files have
/// not, for 65 535 arrays and more, and for 4 GiB and more, which safetensors holds.
void save_npz(const std::filesystem::path& path, const NamedArrays& arrays);

/// Reads the archives of numpy.savez and numpy.savez_compressed, in the order of the archive. Checksums are verified, and no size is believed
/// that the file cannot hold. Throws DataError, with file and array, for what is damaged, cut off, encrypted, in the Zip64 form or packed in
/// another way, for entries that are not NumPy files, and for names that come twice.
NamedArrays load_npz(const std::filesystem::path& path);

} // namespace xtgrad
