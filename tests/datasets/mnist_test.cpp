#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include <temporary_directory.hpp>
#include <xtgrad/datasets/mnist.hpp>

using namespace xtgrad;
using namespace xtgrad::datasets;

namespace {

constexpr const char* names[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};

std::string images_file(unsigned char count, unsigned char columns = 28) {
    std::string bytes(16 + std::size_t{28} * count * columns, '\x10');
    bytes.replace(0, 16, {0, 0, 8, 3, 0, 0, 0, static_cast<char>(count), 0, 0, 0, 28, 0, 0, 0, static_cast<char>(columns)});
    return bytes;
}

std::string labels_file(std::string_view labels) { return std::string{0, 0, 8, 1, 0, 0, 0, static_cast<char>(labels.size())}.append(labels); }

// A directory with three training images and two test images under the usual names.
void fill(const TemporaryDirectory& directory) {
    directory.file(names[0], images_file(3));
    directory.file(names[1], labels_file("\x09\x01\x05"));
    directory.file(names[2], images_file(2));
    directory.file(names[3], labels_file("\x04\x03"));
}

std::string message_of(const std::filesystem::path& directory) {
    try {
        load_mnist(directory);
    } catch (const DataError& error) {
        return error.what();
    }
    return "accepted";
}

// An environment variable, put back at the end.
class ScopedVariable {
public:
    ScopedVariable(const char* name, const std::string& value) : name_(name) {
        if (const char* before = std::getenv(name)) before_ = before;
        ::setenv(name, value.c_str(), 1);
    }
    ~ScopedVariable() {
        if (before_)
            ::setenv(name_, before_->c_str(), 1);
        else
            ::unsetenv(name_);
    }
    ScopedVariable(const ScopedVariable&)            = delete;
    ScopedVariable& operator=(const ScopedVariable&) = delete;

private:
    const char*                name_;
    std::optional<std::string> before_;
};

} // namespace

TEST_CASE("The embedded subset holds 600 and 100 real images of each digit, and says that it is a subset") {
    const Mnist mnist = embedded_mnist();
    CHECK(mnist.is_subset);
    CHECK(mnist.notice().find("tools/fetch_mnist") != std::string::npos);
    CHECK(mnist.notice().find("6000 training and 1000 test images") != std::string::npos);
    CHECK(to_string(mnist.train.images.shape()) == "[6000, 28, 28]");
    CHECK(to_string(mnist.test.images.shape()) == "[1000, 28, 28]");
    std::array<int, 10> train{}, test{};
    for (const Index label : mnist.train.labels) ++train[static_cast<std::size_t>(label)];
    for (const Index label : mnist.test.labels) ++test[static_cast<std::size_t>(label)];
    for (std::size_t digit = 0; digit < 10; ++digit) {
        CHECK(train[digit] == 600);
        CHECK(test[digit] == 100);
    }
    // Over all 60 000 images the mean pixel is 33.3 of 255; digits fill the middle and leave the corners empty.
    double sum = 0, corners = 0;
    for (std::size_t sample = 0; sample < mnist.train.size(); ++sample) corners += mnist.train.images(sample, 0, 0);
    for (const std::uint8_t pixel : mnist.train.images) sum += pixel;
    CHECK(sum / static_cast<double>(mnist.train.images.size()) == doctest::Approx(33.3).epsilon(0.03));
    CHECK(corners == 0);
}

TEST_CASE("Pixels become numbers from 0 to 255 or from 0 to 1") {
    const ImageSet test = embedded_mnist().test;
    const auto     unit = test.dataset<float>();
    const auto     raw  = test.dataset<double>(PixelScale::raw);
    CHECK(to_string(unit.inputs().shape()) == "[1000, 784]");
    bool alike = true;
    for (std::size_t place = 0; place < test.images.size(); ++place) {
        const double pixel = test.images.data()[place];
        alike              = alike && raw.inputs().data()[place] == pixel && unit.inputs().data()[place] == static_cast<float>(pixel / 255);
    }
    CHECK(alike);
    CHECK(*std::max_element(unit.inputs().begin(), unit.inputs().end()) == 1.0F);
    CHECK(std::equal(test.labels.begin(), test.labels.end(), unit.targets().begin()));
}

TEST_CASE("MNIST is found in a directory under dash and dot names, with and without .gz") {
    const TemporaryDirectory directory;
    fill(directory);
    std::filesystem::rename(directory / names[0], directory / "train-images.idx3-ubyte");
    std::filesystem::rename(directory / names[1], directory / "train-labels-idx1-ubyte.gz");
    std::filesystem::rename(directory / names[2], directory / "t10k-images.idx3-ubyte.gz");
    const Mnist mnist = load_mnist(directory.path());
    CHECK(mnist.train.size() == 3);
    CHECK(mnist.train.labels(0) == 9);
    CHECK(mnist.test.labels(1) == 3);
    CHECK(!mnist.is_subset);
    CHECK(mnist.notice().empty());
    CHECK(mnist.source == directory.path().string());
}

TEST_CASE("What is missing is named, with every name that was tried and the way to get it") {
    const TemporaryDirectory directory;
    fill(directory);
    std::filesystem::remove(directory / names[3]);
    CHECK(message_of(directory.path()) ==
          "the directory '" + directory.path().string() +
              "' lacks data files:\n  none of t10k-labels-idx1-ubyte, t10k-labels.idx1-ubyte, "
              "t10k-labels-idx1-ubyte.gz, t10k-labels.idx1-ubyte.gz\ntools/fetch_mnist fetches MNIST and verifies it");
    CHECK(message_of(directory / "none").starts_with("there is no directory '" + (directory / "none").string() + "', looked for:\n"));
    CHECK_THROWS_WITH_AS(load_fashion_mnist(directory.path()), doctest::Contains("sudo apt-get install dataset-fashion-mnist"), DataError);
}

TEST_CASE("Without a directory MNIST comes from the cache, else from the embedded subset") {
    const TemporaryDirectory directory;
    const ScopedVariable     cache("XDG_CACHE_HOME", directory.path().string());
    CHECK(load_mnist().is_subset);
    std::filesystem::create_directory(directory / "xtgrad");
    CHECK(load_mnist().is_subset);
    directory.file(std::string("xtgrad/") + names[0], images_file(3));
    CHECK_THROWS_WITH_AS(load_mnist(), doctest::Contains("none of t10k-labels-idx1-ubyte"), DataError);
    directory.file(std::string("xtgrad/") + names[1], labels_file("abc"));
    directory.file(std::string("xtgrad/") + names[2], images_file(1));
    directory.file(std::string("xtgrad/") + names[3], labels_file("\x02"));
    CHECK_THROWS_WITH_AS(load_mnist(), doctest::Contains("label 97 at index 0"), DataError);
    directory.file(std::string("xtgrad/") + names[1], labels_file("\x02\x02\x02"));
    CHECK(load_mnist().train.size() == 3);
    const ScopedVariable relative("XDG_CACHE_HOME", "relative");
    const ScopedVariable home("HOME", (directory / "home").string());
    CHECK(mnist_cache_directory() == directory / "home/.cache/xtgrad");
}

TEST_CASE("R11 Images and labels of different number do not belong together") {
    const TemporaryDirectory directory;
    fill(directory);
    directory.file(names[1], labels_file("\x01\x02"));
    CHECK(message_of(directory.path()).starts_with("3 images but 2 labels: "));
}

TEST_CASE("R12 A label out of range is named with its index") {
    const TemporaryDirectory directory;
    fill(directory);
    directory.file(names[3], labels_file("\x04\xff"));
    CHECK(message_of(directory.path()) == (directory / names[3]).string() + ": label 255 at index 1 is out of range [0,10)");
    directory.file(names[3], labels_file("\x0a\x01"));
    CHECK(message_of(directory.path()) == (directory / names[3]).string() + ": label 10 at index 0 is out of range [0,10)");
    CHECK(read_image_set(directory / names[2], directory / names[3], {.classes = 11}).labels(0) == 10);
}

TEST_CASE("R13 Images of another size than the model's are refused") {
    const TemporaryDirectory directory;
    fill(directory);
    directory.file(names[0], images_file(3, 29));
    CHECK(message_of(directory.path()) == (directory / names[0]).string() + ": image is 28x29=812 values, model expects 784");
    CHECK(to_string(read_image_set(directory / names[0], directory / names[1], {.image_values = 812}).images.shape()) == "[3, 28, 29]");
}

TEST_CASE("R10 A set of no images is accepted") {
    const TemporaryDirectory directory;
    fill(directory);
    directory.file(names[2], images_file(0));
    directory.file(names[3], labels_file(""));
    const Mnist mnist = load_mnist(directory.path());
    CHECK(mnist.test.size() == 0);
    CHECK(to_string(mnist.test.dataset<float>().inputs().shape()) == "[0, 784]");
}
