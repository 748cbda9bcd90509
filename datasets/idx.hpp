#pragma once

#include <cstdint>
#include <filesystem>

#include <xtgrad/array/array.hpp>

namespace xtgrad::datasets {

class ByteReader;

/// The most that an IDX file may hold unless the caller allows more: 2 GiB, forty times MNIST.
inline constexpr std::uint64_t default_idx_limit = std::uint64_t{1} << 31;

/// The images of an IDX file of unsigned bytes in three dimensions (magic 0x00000803): [images, rows, columns], as the file has them. The
/// format is that of http://yann.lecun.com/exdb/mnist: magic and extents as big-endian 32-bit numbers, then the data. The file may be plain or
/// gzip, whatever its name. Magic, extents, `max_bytes` and the file's real size are checked before anything is allocated. Throws DataError,
/// with the file's name, for everything that is missing, damaged, too short, too long or too large.
Array<std::uint8_t> read_idx_images(const std::filesystem::path& path, std::uint64_t max_bytes = default_idx_limit);
Array<std::uint8_t> read_idx_images(ByteReader& reader, std::uint64_t max_bytes = default_idx_limit);

/// The labels of an IDX file of unsigned bytes in one dimension (magic 0x00000801): [labels]. Otherwise as `read_idx_images`.
Array<std::uint8_t> read_idx_labels(const std::filesystem::path& path, std::uint64_t max_bytes = default_idx_limit);
Array<std::uint8_t> read_idx_labels(ByteReader& reader, std::uint64_t max_bytes = default_idx_limit);

} // namespace xtgrad::datasets
