#include <xtgrad/datasets/mnist.hpp>

#include <cstdlib>
#include <optional>
#include <vector>

#include <xtgrad/datasets/byte_reader.hpp>
#include <xtgrad/datasets/mnist_subset.hpp>

namespace xtgrad::datasets {

namespace {

constexpr const char* mnist_remedy = "tools/fetch_mnist fetches MNIST and verifies it";
constexpr const char* fashion_remedy =
    "Fashion-MNIST is Debian's package dataset-fashion-mnist: sudo apt-get install dataset-fashion-mnist (its directory is "
    "/usr/share/datasets/fashion-mnist)";
constexpr const char* fashion_directory = "/usr/share/datasets/fashion-mnist";

// The names under which the file `stem` of `kind` is published, in the order in which they are tried.
std::vector<std::string> names_of(const std::string& stem, const std::string& kind) {
    return {stem + "-" + kind, stem + "." + kind, stem + "-" + kind + ".gz", stem + "." + kind + ".gz"};
}

// The four files of a set in a directory: those that were found, and what is missing.
struct Files {
    explicit Files(const std::filesystem::path& directory) {
        find(directory, train_images, names_of("train-images", "idx3-ubyte"));
        find(directory, train_labels, names_of("train-labels", "idx1-ubyte"));
        find(directory, test_images, names_of("t10k-images", "idx3-ubyte"));
        find(directory, test_labels, names_of("t10k-labels", "idx1-ubyte"));
    }

    std::filesystem::path train_images, train_labels, test_images, test_labels;
    int                   found = 0;
    std::string           missing; // one line for each file

private:
    void find(const std::filesystem::path& directory, std::filesystem::path& file, const std::vector<std::string>& names) {
        for (const std::string& name : names) {
            std::error_code ignored; // what cannot be looked at is reported when it is opened
            const auto      type = std::filesystem::status(directory / name, ignored).type();
            if (type == std::filesystem::file_type::not_found || type == std::filesystem::file_type::none) continue;
            file = directory / name;
            ++found;
            return;
        }
        missing += "\n  none of";
        for (const std::string& name : names) missing += (name == names.front() ? " " : ", ") + name;
    }
};

Mnist read(const std::filesystem::path& directory, const Files& files, const char* remedy) {
    if (!files.missing.empty()) {
        std::error_code   ignored;
        const bool        exists = std::filesystem::is_directory(directory, ignored);
        const std::string where  = "'" + directory.string() + "'";
        throw DataError((exists ? "the directory " + where + " lacks data files:" + files.missing
                                : "there is no directory " + where + ", looked for:" + files.missing) +
                        "\n" + remedy);
    }
    return {read_image_set(files.train_images, files.train_labels), read_image_set(files.test_images, files.test_labels), directory.string(), false};
}

} // namespace

std::string Mnist::notice() const {
    if (!is_subset) return "";
    return "This is " + source + ", " + std::to_string(train.size()) + " training and " + std::to_string(test.size()) +
           " test images: the complete MNIST was not found. " + mnist_remedy + ".";
}

std::filesystem::path mnist_cache_directory() {
    // The specification of XDG_CACHE_HOME has relative paths ignored.
    const char* cache = std::getenv("XDG_CACHE_HOME");
    if (cache != nullptr && std::filesystem::path(cache).is_absolute()) return std::filesystem::path(cache) / "xtgrad";
    const char* home = std::getenv("HOME");
    if (home != nullptr && *home != '\0') return std::filesystem::path(home) / ".cache" / "xtgrad";
    return {};
}

Mnist load_mnist(const std::filesystem::path& directory) {
    const std::filesystem::path place = directory.empty() ? mnist_cache_directory() : directory;
    if (place.empty()) return embedded_mnist();
    const Files files(place);
    // Some of the files without the others are no reason to train on less in silence.
    if (directory.empty() && files.found == 0) return embedded_mnist();
    return read(place, files, mnist_remedy);
}

Mnist load_fashion_mnist(const std::filesystem::path& directory) {
    const std::filesystem::path place = directory.empty() ? std::filesystem::path(fashion_directory) : directory;
    return read(place, Files(place), fashion_remedy);
}

Mnist embedded_mnist() {
    const auto read_part = [](std::span<const unsigned char> images, std::span<const unsigned char> labels) {
        ByteReader image_reader("embedded images", images);
        ByteReader label_reader("embedded labels", labels);
        return read_image_set(image_reader, label_reader);
    };
    return {read_part(mnist_subset::train_images(), mnist_subset::train_labels()),
            read_part(mnist_subset::test_images(), mnist_subset::test_labels()), "the embedded subset of MNIST", true};
}

} // namespace xtgrad::datasets
