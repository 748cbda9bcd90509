#include "learner.hpp"

#include <algorithm>

#include <xtgrad/handwritten/batches.hpp>
#include <xtgrad/handwritten/labels.hpp>

namespace xtgrad::examples::mnist {

namespace {

// Images answered at once, so that asking about a whole data set takes little memory.
constexpr std::size_t images_at_once = 1000;

template <Scalar T, class Use>
void for_outputs(const Learner<T>& learner, const Array<T>& images, Use use) {
    const Array<Index> order = handwritten::natural_order(images.shape(0));
    for (std::size_t first = 0; first < order.size(); first += images_at_once) {
        const std::size_t count = std::min(images_at_once, order.size() - first);
        use(first, learner.outputs(handwritten::take_rows(images, order, first, count)));
    }
}

} // namespace

template <Scalar T>
Array<Index> answers(const Learner<T>& learner, const Array<T>& images) {
    Array<Index> result = zeros<Index>({images.shape(0)});
    for_outputs(learner, images, [&](std::size_t first, const Array<T>& outputs) {
        const Array<Index> some = handwritten::decode(outputs);
        std::copy_n(some.data(), some.size(), result.data() + first);
    });
    return result;
}

template <Scalar T>
std::size_t count_correct(const Array<T>& outputs, const Array<Index>& labels) {
    const Array<Index> answered = handwritten::decode(outputs);
    std::size_t        correct  = 0;
    for (std::size_t row = 0; row < labels.size(); ++row) correct += answered.data()[row] == labels.data()[row] ? 1U : 0U;
    return correct;
}

template <Scalar T>
double saturated_share(const Learner<T>& learner, const Array<T>& images) {
    std::size_t saturated = 0, all = 0;
    for_outputs(learner, images, [&](std::size_t, const Array<T>& outputs) {
        all += outputs.size();
        saturated += static_cast<std::size_t>(std::count_if(outputs.storage().begin(), outputs.storage().end(), [](T output) {
            return double{output} < saturation_margin || double{output} > 1 - saturation_margin;
        }));
    });
    return static_cast<double>(saturated) / static_cast<double>(all);
}

template Array<Index> answers(const Learner<float>&, const Array<float>&);
template Array<Index> answers(const Learner<double>&, const Array<double>&);
template std::size_t  count_correct(const Array<float>&, const Array<Index>&);
template std::size_t  count_correct(const Array<double>&, const Array<Index>&);
template double       saturated_share(const Learner<float>&, const Array<float>&);
template double       saturated_share(const Learner<double>&, const Array<double>&);

} // namespace xtgrad::examples::mnist
