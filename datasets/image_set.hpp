#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include <xtgrad/datasets/array_dataset.hpp>

namespace xtgrad::datasets {

class ByteReader;

/// Pixels as the file has them, 0 to 255, or divided by 255, in [0, 1].
enum class PixelScale { raw, unit };

/// What a set of images has to be.
struct ImageSetRequirements {
    std::size_t classes      = 10;      ///< labels lie in [0, classes)
    std::size_t image_values = 28 * 28; ///< rows times columns of an image
};

/// Images of one size, each with a label.
struct ImageSet {
    Array<std::uint8_t> images; ///< [samples, rows, columns], 0 (ground) to 255 (ink)
    Array<Index>        labels; ///< [samples]

    std::size_t size() const noexcept { return labels.size(); }

    /// The images as rows, [samples, rows · columns], with their labels.
    template <Scalar T>
    ArrayDataset<T, Index> dataset(PixelScale scale = PixelScale::unit) const;
};

/// The images and labels of two IDX files, plain or gzip. Throws DataError where a file is missing or damaged, their numbers differ, an image
/// has another size than required, or a label is out of range.
ImageSet read_image_set(const std::filesystem::path& images, const std::filesystem::path& labels, const ImageSetRequirements& required = {});
ImageSet read_image_set(ByteReader& images, ByteReader& labels, const ImageSetRequirements& required = {});

extern template ArrayDataset<float, Index>  ImageSet::dataset<float>(PixelScale) const;
extern template ArrayDataset<double, Index> ImageSet::dataset<double>(PixelScale) const;

} // namespace xtgrad::datasets
