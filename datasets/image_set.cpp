#include <xtgrad/datasets/image_set.hpp>

#include <algorithm>
#include <array>
#include <string>

#include <xtgrad/datasets/byte_reader.hpp>
#include <xtgrad/datasets/idx.hpp>

namespace xtgrad::datasets {

ImageSet read_image_set(ByteReader& images, ByteReader& labels, const ImageSetRequirements& required) {
    ImageSet                  set{read_idx_images(images), {}};
    const Array<std::uint8_t> bytes = read_idx_labels(labels);

    const std::size_t count = set.images.shape()[0], rows = set.images.shape()[1], columns = set.images.shape()[2];
    if (count != bytes.size()) {
        throw DataError(std::to_string(count) + " images but " + std::to_string(bytes.size()) + " labels: " + images.name() + " and " +
                        labels.name() + " do not belong together");
    }
    if (rows * columns != required.image_values) {
        throw DataError(images.name() + ": image is " + std::to_string(rows) + "x" + std::to_string(columns) + "=" + std::to_string(rows * columns) +
                        " values, model expects " + std::to_string(required.image_values));
    }
    set.labels = zeros<Index>({count});
    for (std::size_t place = 0; place < count; ++place) {
        const std::uint8_t label = bytes.data()[place];
        if (label >= required.classes) {
            throw DataError(labels.name() + ": label " + std::to_string(label) + " at index " + std::to_string(place) + " is out of range [0," +
                            std::to_string(required.classes) + ")");
        }
        set.labels.data()[place] = label;
    }
    return set;
}

ImageSet read_image_set(const std::filesystem::path& images, const std::filesystem::path& labels, const ImageSetRequirements& required) {
    ByteReader image_reader(images);
    ByteReader label_reader(labels);
    return read_image_set(image_reader, label_reader, required);
}

template <Scalar T>
ArrayDataset<T, Index> ImageSet::dataset(PixelScale scale) const {
    std::array<T, 256> value_of{};
    for (std::size_t pixel = 0; pixel < value_of.size(); ++pixel) {
        value_of[pixel] = static_cast<T>(scale == PixelScale::raw ? static_cast<double>(pixel) : static_cast<double>(pixel) / 255.0);
    }
    const std::size_t width = images.shape()[1] * images.shape()[2];
    Array<T>          inputs(Shape{size(), width});
    std::transform(images.data(), images.data() + images.size(), inputs.data(), [&](std::uint8_t pixel) { return value_of[pixel]; });
    return {std::move(inputs), labels};
}

template ArrayDataset<float, Index>  ImageSet::dataset<float>(PixelScale) const;
template ArrayDataset<double, Index> ImageSet::dataset<double>(PixelScale) const;

} // namespace xtgrad::datasets
