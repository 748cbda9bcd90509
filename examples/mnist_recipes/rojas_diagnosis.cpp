#include "rojas_diagnosis.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <xtgrad/array/blas.hpp>
#include <xtgrad/autograd/triple_check.hpp>
#include <xtgrad/handwritten/labels.hpp>

namespace xtgrad::examples::mnist {

namespace {

// Elements of each matrix for which finite differences are taken: every one costs four passes through the network.
constexpr std::size_t checked_elements = 40;

double norm_of(const Array<double>& array) {
    double sum = 0;
    for (const double element : array.storage()) sum += element * element;
    return std::sqrt(sum);
}

double mean_of(const Array<double>& array) {
    double sum = 0;
    for (const double element : array.storage()) sum += element;
    return sum / static_cast<double>(array.size());
}

std::vector<double> norms(const std::vector<Array<double>>& arrays) {
    std::vector<double> result;
    std::transform(arrays.begin(), arrays.end(), std::back_inserter(result), norm_of);
    return result;
}

} // namespace

void name_slips(std::size_t samples, std::size_t batch) {
    std::cout << fmt::format("The published slips, all kept:\n"
                             "  1. σ′ is evaluated at the output o where it belongs at the pre-activation z;\n"
                             "  2. batch k is the window of images k to k + {}, so that batches overlap and only {} of {} images are ever seen;\n"
                             "  3. labels are taken by position within the batch: whatever its images, every batch is taught the first {} labels;\n"
                             "  4. weights from U(0, 1) are all positive, so that every unit is saturated before the first step.\n",
                             batch - 1, samples / batch + batch - 1, samples, batch);
}

void diagnose_first_batch(const AugmentedLearner& learner, const datasets::ArrayDataset<double, Index>& batch, nlohmann::ordered_json& facts) {
    handwritten::AugmentedNetwork<double> network        = learner.network();
    const Array<double>                   targets        = network.encode(batch.targets());
    const double                          pre_activation = mean_of(matrix_product(handwritten::augmented(batch.inputs()), network.weights().front()));
    network.backpropagate(batch.inputs(), targets);
    const std::vector<double> published = norms(network.gradients()), taped = norms(learner.taped_gradients(batch.inputs(), targets));
    const TripleReport        report = triple_check(
               network.gradients(), [&](const std::vector<Variable<double>>& matrices) { return taped_error(batch.inputs(), targets, matrices); },
               network.weights(), {.elements = checked_elements});

    std::ostringstream triple;
    triple << report;
    std::cout << fmt::format("At the first batch and the initial weights:\n"
                             "  mean pre-activation of the first layer: {:.1f}\n"
                             "  norms of the true gradients, by the tape: {:.3g} (first matrix to last: they vanish, and with them all learning)\n"
                             "  norms of the published corrections:       {:.3g}\n"
                             "Triple check, hand against tape against finite differences:\n{}\n",
                             pre_activation, fmt::join(taped, ", "), fmt::join(published, ", "), triple.str());
    nlohmann::ordered_json verdicts = nlohmann::ordered_json::array();
    for (const TripleInput& matrix : report.inputs) verdicts.push_back(std::string(to_string(matrix.verdict)));
    facts["first_batch"] = {
        {"mean_pre_activation", pre_activation}, {"true_gradient_norms", taped}, {"published_gradient_norms", published}, {"triple_check", verdicts}};
}

void explain_outputs(const AugmentedLearner& learner, const Array<Index>& taught, const datasets::ArrayDataset<double, Index>& test,
                     Outcome& outcome) {
    const Array<double>        outputs = learner.learner().outputs(test.inputs());
    std::array<double, digits> means{}, frequencies{};
    for (std::size_t place = 0; place < outputs.size(); ++place)
        means[place % digits] += outputs.data()[place] / static_cast<double>(outputs.shape(0));
    for (const Index label : taught.storage()) frequencies[static_cast<std::size_t>(label)] += 1.0 / static_cast<double>(taught.size());
    std::cout << fmt::format("\nThe outputs, on average over the test set: {:.3f}\n"
                             "The frequencies of the {} labels taught:    {:.3f}\n",
                             fmt::join(means, " "), taught.size(), fmt::join(frequencies, " "));
    outcome.facts["mean_outputs"]      = means;
    outcome.facts["label_frequencies"] = frequencies;
    explain_constant_answer(outcome);
}

void explain_constant_answer(Outcome& outcome) {
    const auto [least, most]         = std::minmax_element(outcome.test_answers.storage().begin(), outcome.test_answers.storage().end());
    const bool constant              = *least == *most;
    outcome.facts["constant_answer"] = constant ? nlohmann::ordered_json(*most) : nlohmann::ordered_json(nullptr);
    if (constant) std::cout << fmt::format("It answers {} to all {} images of the test set.\n", *most, outcome.test_answers.size());
}

} // namespace xtgrad::examples::mnist
