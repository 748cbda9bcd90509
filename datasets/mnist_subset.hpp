#pragma once

#include <span>

/// The files of datasets/mnist-subset (gzip IDX), as they are compiled into the library; see the README there for source and licence.
namespace xtgrad::datasets::mnist_subset {

std::span<const unsigned char> train_images() noexcept;
std::span<const unsigned char> train_labels() noexcept;
std::span<const unsigned char> test_images() noexcept;
std::span<const unsigned char> test_labels() noexcept;

} // namespace xtgrad::datasets::mnist_subset
