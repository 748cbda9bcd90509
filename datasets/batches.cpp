#include <xtgrad/datasets/batches.hpp>

#include <algorithm>
#include <numeric>

namespace xtgrad::datasets {

Array<Index> natural_order(std::size_t count) {
    Array<Index> order = zeros<Index>({count});
    std::iota(order.data(), order.data() + count, Index{0});
    return order;
}

Array<Index> random_order(std::size_t count, Random& random) {
    Array<Index> order = zeros<Index>({count});
    std::ranges::transform(random.permutation(count), order.data(), [](std::size_t place) { return static_cast<Index>(place); });
    return order;
}

} // namespace xtgrad::datasets
