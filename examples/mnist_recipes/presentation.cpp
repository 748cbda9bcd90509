#include "presentation.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "learner.hpp"

namespace xtgrad::examples::mnist {

namespace {

struct Published {
    double           error; ///< of the test set, in per cent
    std::string_view method, source;
};

constexpr std::array published{
    Published{12.0, "linear classifier", "LeCun et al. 1998"},
    Published{4.7, "300 hidden units", "LeCun et al. 1998"},
    Published{3.05, "300 and 100 hidden units", "LeCun et al. 1998"},
    Published{1.7, "LeNet-1", "LeCun et al. 1998"},
    Published{1.6, "800 hidden units, cross-entropy", "Simard et al. 2003"},
    Published{0.95, "LeNet-5", "LeCun et al. 1998"},
    Published{0.8, "LeNet-5, trained with distortions", "LeCun et al. 1998"},
    Published{0.35, "deep plain network, distortions", "Ciresan et al. 2010"},
    Published{0.23, "committee of 35 convolutional networks", "Ciresan et al. 2012"},
};

// From ground to ink.
constexpr std::string_view ramp = " .:-=+*#%@";

// A character is about twice as high as wide: it shows two rows.
std::string picture(const std::uint8_t* image) {
    constexpr std::size_t side = 28;
    std::string           text;
    for (std::size_t row = 0; row < side; row += 2) {
        for (std::size_t column = 0; column < side; ++column) {
            const std::size_t ink = std::size_t{image[row * side + column]} + image[(row + 1) * side + column];
            text += ramp[ink * (ramp.size() - 1) / 510];
        }
        text.erase(text.find_last_not_of(' ') + 1);
        text += '\n';
    }
    return text;
}

std::string class_name(Index label, bool fashion) {
    return fashion ? std::string(datasets::fashion_mnist_classes[static_cast<std::size_t>(label)]) : std::to_string(label);
}

} // namespace

std::string confusion_text(const Array<Index>& matrix) {
    const std::size_t classes = matrix.shape(0);
    std::string       text    = "label \\ answer";
    for (std::size_t answer = 0; answer < classes; ++answer) text += fmt::format("{:>6}", answer);
    for (std::size_t label = 0; label < classes; ++label) {
        text += fmt::format("\n{:>14}", label);
        for (std::size_t answer = 0; answer < classes; ++answer) text += fmt::format("{:>6}", matrix(label, answer));
    }
    return text + "\n";
}

std::string published_table(double test_error) {
    const std::string ours = fmt::format("  {:>6.2f} %  this run  <--\n", 100 * test_error);
    std::string       text;
    bool              placed = false;
    for (const Published& entry : published) {
        if (!placed && 100 * test_error >= entry.error) {
            text += ours;
            placed = true;
        }
        text += fmt::format("  {:>6.2f} %  {} ({})\n", entry.error, entry.method, entry.source);
    }
    return placed ? text : text + ours;
}

std::string pictures(const datasets::ImageSet& test, const Array<Index>& answers, std::size_t count, std::uint64_t seed, bool fashion) {
    Random             random = Random(seed).split(3);
    const Array<Index> order  = datasets::random_order(test.size(), random);
    std::string        text;
    for (std::size_t place = 0; place < std::min(count, order.size()); ++place) {
        const auto  sample = static_cast<std::size_t>(order(place));
        const Index label = test.labels(sample), answer = answers(sample);
        text += fmt::format("\ntest image {}: label {}, answer {}{}\n{}", sample, class_name(label, fashion), class_name(answer, fashion),
                            label == answer ? "" : " (wrong)", picture(test.images.data() + sample * pixels));
    }
    return text;
}

} // namespace xtgrad::examples::mnist
