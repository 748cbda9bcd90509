#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include <xtgrad/datasets/image_set.hpp>

namespace xtgrad::datasets {

/// A training and a test set of 28 × 28 images in ten classes.
struct Mnist {
    ImageSet    train, test;
    std::string source;            ///< the directory they come from, or "the embedded subset"
    bool        is_subset = false; ///< the embedded subset, because the complete set was not found

    /// For the user, when this is the subset: what it is and how to get all of MNIST; empty otherwise.
    std::string notice() const;
};

/// MNIST (LeCun, Cortes, Burges) from the four IDX files in `directory`: train-images-idx3-ubyte, train-labels-idx1-ubyte and the same with
/// t10k; also train-images.idx3-ubyte and so on, also with .gz; plain or gzip, whatever the names say. Without a directory it is looked for
/// in `${XDG_CACHE_HOME:-~/.cache}/xtgrad`, where tools/fetch_mnist puts it; where none of the files is there, the embedded subset stands in.
/// Throws DataError where the files are incomplete, damaged or not MNIST; the message says what was looked for and how to get it.
Mnist load_mnist(const std::filesystem::path& directory = {});

/// Fashion-MNIST (Xiao, Rasul, Vollgraf, 2017), whose files have the same names and form, from `directory`; by default from where Debian's
/// package dataset-fashion-mnist puts it, /usr/share/datasets/fashion-mnist. Throws DataError as `load_mnist`, also where nothing is found.
Mnist load_fashion_mnist(const std::filesystem::path& directory = {});

/// The subset of MNIST that is compiled into the library: 6 000 training and 1 000 test images, 600 and 100 of each digit, drawn at random.
Mnist embedded_mnist();

/// Where tools/fetch_mnist puts MNIST; empty where neither XDG_CACHE_HOME nor HOME is set.
std::filesystem::path mnist_cache_directory();

/// What the labels of Fashion-MNIST stand for.
inline constexpr std::array<std::string_view, 10> fashion_mnist_classes = {"T-shirt/top", "trouser", "pullover", "dress", "coat",
                                                                           "sandal",      "shirt",   "sneaker",  "bag",   "ankle boot"};

} // namespace xtgrad::datasets
