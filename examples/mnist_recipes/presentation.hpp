#pragma once

#include <string>

#include "recipe.hpp"

namespace xtgrad::examples::mnist {

/// The matrix as text: rows are labels, columns answers.
std::string confusion_text(const Array<Index>& matrix);

/// Error rates that were published for MNIST's test set, with this run's at its place among them.
std::string published_table(double test_error);

/// Images of the test set, chosen at random, as pictures of characters with label and answer.
std::string pictures(const datasets::ImageSet& test, const Array<Index>& answers, std::size_t count, std::uint64_t seed, bool fashion);

} // namespace xtgrad::examples::mnist
