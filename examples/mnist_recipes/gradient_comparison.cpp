#include "gradient_comparison.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>

#include <fmt/format.h>

namespace xtgrad::examples::mnist {

void GradientComparison::add(const Array<double>& taped, const Array<double>& by_hand) {
    if (taped.shape() != by_hand.shape()) {
        throw ShapeError("GradientComparison: the tape's gradient is " + to_string(taped.shape()) + ", the other " + to_string(by_hand.shape()));
    }
    for (std::size_t place = 0; place < taped.size(); ++place) {
        const double difference = std::abs(taped.data()[place] - by_hand.data()[place]);
        // A gradient that is no number is a difference beyond all bounds.
        largest_difference_ = std::max(largest_difference_, std::isnan(difference) ? std::numeric_limits<double>::infinity() : difference);
        largest_gradient_   = std::max(largest_gradient_, std::abs(taped.data()[place]));
    }
}

void GradientComparison::report(Outcome& outcome) const {
    outcome.report.largest_gradient_difference = largest_difference_;
    outcome.facts["largest_gradient"]          = largest_gradient_;
    std::cout << fmt::format("Tape and hand at the same weights, step for step: gradients up to {:.3g} differ by {:.3g} at most.\n",
                             largest_gradient_, largest_difference_);
}

} // namespace xtgrad::examples::mnist
