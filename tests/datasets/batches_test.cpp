#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <xtgrad/datasets/gates.hpp>

using namespace xtgrad;
using namespace xtgrad::datasets;

namespace {

// Sample k has the input [k, k + 0.5] and the label 10 k.
ArrayDataset<float, Index> numbered(std::size_t count) {
    Array<float> inputs  = zeros<float>({count, 2});
    Array<Index> targets = zeros<Index>({count});
    for (std::size_t place = 0; place < count; ++place) {
        inputs(place, 0) = static_cast<float>(place);
        inputs(place, 1) = static_cast<float>(place) + 0.5F;
        targets(place)   = static_cast<Index>(10 * place);
    }
    return {std::move(inputs), std::move(targets)};
}

// What a user may bring: only size() and operator[].
struct Squares {
    std::size_t                            size() const { return 5; }
    std::tuple<int, double, Array<double>> operator[](std::size_t place) const {
        const double number = static_cast<double>(place);
        return {static_cast<int>(place), number * number, Array<double>{number, -number}};
    }
};

struct Ragged {
    std::size_t   size() const { return 3; }
    Array<double> operator[](std::size_t place) const { return zeros<double>({place + 1}); }
};

static_assert(Dataset<Squares>);
static_assert(Dataset<ArrayDataset<float, Index>>);
static_assert(Dataset<std::vector<double>>);
static_assert(!Dataset<int>);
static_assert(GatheringDataset<ArrayDataset<float, Index>>);

} // namespace

TEST_CASE("Batches come in order, own their arrays, and the last may be smaller") {
    const auto               dataset = numbered(10);
    std::vector<std::string> shapes;
    std::vector<Index>       labels_seen;
    for (const auto& [inputs, labels] : dataset.batches(4)) {
        shapes.push_back(to_string(inputs.shape()) + to_string(labels.shape()));
        for (std::size_t row = 0; row < labels.size(); ++row) {
            CHECK(inputs(row, 1) == static_cast<float>(labels(row)) / 10 + 0.5F);
            labels_seen.push_back(labels(row));
        }
    }
    CHECK(shapes == std::vector<std::string>{"[4, 2][4]", "[4, 2][4]", "[2, 2][2]"});
    CHECK(labels_seen == std::vector<Index>{0, 10, 20, 30, 40, 50, 60, 70, 80, 90});
    CHECK(dataset.batches(4).size() == 3);
    CHECK(dataset.batches(5).size() == 2);
    CHECK(dataset.batches(100).size() == 1);
}

TEST_CASE("The remainder is dropped on request") {
    const auto dataset = numbered(10);
    const auto batches = dataset.batches(4, Remainder::drop);
    CHECK(batches.size() == 2);
    CHECK(batches.sample_count() == 8);
    CHECK(dataset.batches(4).sample_count() == 10);
    CHECK(dataset.batches(11, Remainder::drop).begin() == dataset.batches(11, Remainder::drop).end());
}

TEST_CASE("Shuffled batches hold every sample once, paired, in the order that they tell, and differ from epoch to epoch") {
    const auto         dataset = numbered(100);
    Random             random{5};
    const auto         epoch = dataset.batches(7, random);
    std::vector<Index> seen;
    std::size_t        place = 0;
    for (const auto& [inputs, labels] : epoch) {
        for (std::size_t row = 0; row < labels.size(); ++row) {
            CHECK(inputs(row, 0) == static_cast<float>(labels(row)) / 10);
            CHECK(labels(row) == 10 * epoch.order()(place++));
            seen.push_back(labels(row) / 10);
        }
    }
    CHECK(!std::is_sorted(seen.begin(), seen.end()));
    std::sort(seen.begin(), seen.end());
    CHECK(seen.size() == 100);
    CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());

    const auto next = dataset.batches(7, random);
    CHECK(!std::equal(epoch.order().begin(), epoch.order().end(), next.order().begin()));
    Random     same{5};
    const auto again = dataset.batches(7, same);
    CHECK(std::equal(epoch.order().begin(), epoch.order().end(), again.order().begin()));
}

TEST_CASE("A batch size of 0 is an error at the user's line") {
    const auto dataset = numbered(3);
    CHECK_THROWS_WITH_AS(dataset.batches(0), doctest::Contains("at least 1 sample, got a batch size of 0"), ValueError);
    CHECK_THROWS_WITH(dataset.batches(0), doctest::Contains("batches_test.cpp"));
    CHECK_THROWS_WITH_AS(dataset.batches(3)[1], doctest::Contains("batch 1 of 1 does not exist"), ValueError);
}

TEST_CASE("An empty dataset has no batches") {
    CHECK(numbered(0).size() == 0);
    const auto dataset = numbered(0);
    CHECK(dataset.batches(4).size() == 0);
}

TEST_CASE("A dataset of the user's own is batched by stacking its samples") {
    const Squares squares;
    for (const auto& [numbers, values, pairs] : batches(squares, 5)) {
        static_assert(std::is_same_v<std::decay_t<decltype(numbers)>, Array<Index>>);
        CHECK(to_string(numbers.shape()) == "[5]");
        CHECK(numbers(3) == 3);
        CHECK(values(3) == 9.0);
        CHECK(to_string(pairs.shape()) == "[5, 2]");
        CHECK(pairs(4, 1) == -4.0);
    }
    const std::vector<double> values{1, 2, 3};
    CHECK(batches(values, 2)[1](0) == 3.0);
}

TEST_CASE("Samples of different shapes do not stack, and the first that differs is named") {
    const Ragged ragged;
    CHECK_THROWS_WITH_AS(batches(ragged, 3)[0], doctest::Contains("sample 1 has shape [2], the first has [1]"), ShapeError);
}

TEST_CASE("A random split has no sample in common and loses none") {
    const auto dataset = numbered(50);
    Random     random{1};
    const auto [train, validation, order] = dataset.split(40, random);
    CHECK(train.size() == 40);
    CHECK(validation.size() == 10);
    std::vector<Index> all(train.targets().begin(), train.targets().end());
    all.insert(all.end(), validation.targets().begin(), validation.targets().end());
    for (std::size_t place = 0; place < all.size(); ++place) CHECK(all[place] == 10 * order(place));
    CHECK(!std::is_sorted(all.begin(), all.end()));
    std::sort(all.begin(), all.end());
    CHECK(std::equal(all.begin(), all.end(), dataset.targets().begin()));
    CHECK_THROWS_WITH_AS(dataset.split(51, random), doctest::Contains("51 samples of 50 cannot be taken"), ValueError);
    CHECK(dataset.split(0, random).first.size() == 0);
}

TEST_CASE("The first samples, and one sample, are taken with their targets") {
    const auto dataset = numbered(9);
    CHECK(dataset.first(3).targets()(2) == 20);
    CHECK(dataset.first(100).size() == 9);
    const auto [input, label] = dataset[4];
    CHECK(to_string(input.shape()) == "[2]");
    CHECK(input(1) == 4.5F);
    CHECK(label == 40);
    CHECK_THROWS_WITH_AS(dataset[9], doctest::Contains("row 9 of an array of shape [9, 2] does not exist"), ValueError);
    const std::vector<Index> negative{-1};
    CHECK_THROWS_AS(dataset.select(negative), ValueError);
}

TEST_CASE("Inputs and targets that do not pair are refused with both shapes") {
    using Labelled = ArrayDataset<double, Index>;
    CHECK_THROWS_WITH_AS(Labelled(zeros<double>({3, 2}), zeros<Index>({4})), doctest::Contains("[3, 2] and targets of shape [4] do not pair"),
                         ShapeError);
    CHECK_THROWS_WITH_AS(Labelled(zeros<double>({3, 2}), zeros<Index>({3, 1})), doctest::Contains("one number a sample"), ShapeError);
    CHECK_THROWS_AS(Labelled(zeros<double>({}), zeros<Index>({})), ShapeError);
}

TEST_CASE("The gates have their truth tables") {
    const auto check = [](const ArrayDataset<float, float>& gate, const std::vector<float>& answers) {
        CHECK(to_string(gate.inputs().shape()) == "[4, 2]");
        CHECK(to_string(gate.targets().shape()) == "[4, 1]");
        for (std::size_t row = 0; row < 4; ++row) {
            CHECK(gate.inputs()(row, 0) == (row < 2 ? 0.0f : 1.0f));
            CHECK(gate.inputs()(row, 1) == static_cast<float>(row % 2));
            CHECK(gate.targets()(row, 0) == answers[row]);
        }
    };
    check(gate<float>("and"), {0, 0, 0, 1});
    check(gate<float>("or"), {0, 1, 1, 1});
    check(gate<float>("xor"), {0, 1, 1, 0});
    CHECK_THROWS_WITH_AS(gate<double>("nand"), doctest::Contains("'nand' is none of and, or, xor"), ValueError);
    const auto [input, target] = xor_gate<double>()[2];
    CHECK(input(0) == 1.0);
    CHECK(target(0) == 1.0);
}
