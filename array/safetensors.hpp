#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <xtgrad/array/any_array.hpp>

namespace xtgrad {

/// The content of a safetensors file: tensors, and strings under keys that say something about them.
struct Safetensors {
    NamedArrays                        tensors;
    std::map<std::string, std::string> metadata;
};

/// Writes a safetensors file (the format of https://github.com/huggingface/safetensors: a length, a JSON header, then the elements) with the
/// tensors in their order. The file is replaced whole or not at all (OutputFile). Throws ValueError for a name or metadata that is not UTF-8
/// or holds a NUL, for the name `__metadata__`, and for a header above 100 MB.
void save_safetensors(const std::filesystem::path& path, const NamedArrays& tensors, const std::map<std::string, std::string>& metadata = {});

/// Reads a safetensors file; tensors come in the order of their elements in the file. F32, F64, I64 and U8 become arrays; the format's other
/// types stay RawArrays, with their type. The header is checked completely, and against the file's real size, before any tensor is
/// allocated: lengths, duplicate names, types, shapes, and offsets, which must cover the file without overlap or hole. Throws DataError,
/// naming the tensor: "invalid offset for tensor `NAME`".
Safetensors load_safetensors(const std::filesystem::path& path);

} // namespace xtgrad
