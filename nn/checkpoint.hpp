#pragma once

#include <filesystem>

#include <xtgrad/nn/parameters.hpp>

namespace xtgrad::nn {

/// Writes the parameters under their names; the ending of `path` says how: `.npz` for NumPy, `.safetensors`. The file is replaced whole or
/// not at all. Throws ValueError for another ending, DataError where the file cannot be written.
template <Scalar T>
void save(const std::filesystem::path& path, const Parameters<T>& parameters);

/// Reads them back, by name: all, or none. Throws one DataError that lists every parameter the file lacks, every name it has too many, and
/// every tensor of another shape or type; then no parameter has changed.
template <Scalar T>
void load(const std::filesystem::path& path, const Parameters<T>& parameters, SourceLocation where = {});

} // namespace xtgrad::nn
