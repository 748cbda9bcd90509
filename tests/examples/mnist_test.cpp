#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include <nlohmann/json.hpp>

#include <xtgrad/array/npy.hpp>
#include <xtgrad/datasets/mnist.hpp>

#include "program.hpp"

using namespace xtgrad;
using nlohmann::json;

namespace {

// What --json says after a run that has to go well.
json results(const std::string& arguments) {
    const TemporaryDirectory directory;
    const auto               file   = directory / "results.json";
    const ProgramResult      result = run_program("mnist", arguments + " --json '" + file.string() + "'");
    INFO(arguments, ": ", result.errors);
    REQUIRE(result.status == 0);
    CHECK(result.errors.empty());
    return json::parse(file_content(file));
}

void check_refused(const std::string& arguments, const std::string& said) {
    const ProgramResult result = run_program("mnist", arguments);
    INFO(arguments, ": ", result.errors);
    CHECK(result.status == 2);
    CHECK(result.errors.starts_with("mnist: "));
    CHECK(std::count(result.errors.begin(), result.errors.end(), '\n') == 1);
    CHECK(result.errors.find(said) != std::string::npos);
}

// The exercise's step in plain loops: σ(W·x + b), half the squared error, gradients summed over the batch.
struct PlainHamlet {
    Array<double> weight, bias;

    void step(const datasets::ImageSet& set, const std::int64_t* places, std::size_t count, double rate) {
        Array<double> weight_gradient = zeros<double>(weight.shape()), bias_gradient = zeros<double>(bias.shape());
        for (std::size_t sample = 0; sample < count; ++sample) {
            const auto          place = static_cast<std::size_t>(places[sample]);
            const std::uint8_t* image = set.images.data() + place * 784;
            for (std::size_t output = 0; output < 10; ++output) {
                double z = bias(output);
                for (std::size_t pixel = 0; pixel < 784; ++pixel) z += weight(output, pixel) * image[pixel];
                const double answer = 1 / (1 + std::exp(-z)), e = std::exp(-std::abs(z));
                const double target = set.labels(place) == static_cast<Index>(output) ? 1 : 0;
                const double delta  = (answer - target) * e / ((1 + e) * (1 + e));
                for (std::size_t pixel = 0; pixel < 784; ++pixel) weight_gradient(output, pixel) += delta * image[pixel];
                bias_gradient(output) += delta;
            }
        }
        for (std::size_t place = 0; place < weight.size(); ++place) weight.data()[place] -= rate * weight_gradient.data()[place];
        for (std::size_t place = 0; place < bias.size(); ++place) bias.data()[place] -= rate * bias_gradient.data()[place];
    }
};

double largest_difference(const Array<double>& a, const Array<double>& b) {
    REQUIRE(a.shape() == b.shape());
    double largest = 0;
    for (std::size_t place = 0; place < a.size(); ++place) largest = std::max(largest, std::abs(a.data()[place] - b.data()[place]));
    return largest;
}

} // namespace

TEST_CASE("Every recipe of mnist trains on the embedded digits and says all of its results") {
    for (const std::string recipe : {"mlp", "lenet", "hamlet", "hamlet-softmax", "hamlet-deep", "rojas", "rojas-online", "rojas-mended"}) {
        CAPTURE(recipe);
        const json result = results("--limit 240 --epochs 2 --seed 3 --recipe " + recipe + (recipe == "rojas-online" ? "" : " --batch-size 20"));
        CHECK(result["recipe"] == recipe);
        CHECK(result["seed"] == 3);
        CHECK(result["engine"] == (recipe.starts_with("rojas") ? "handwritten" : "tape"));
        CHECK(result["is_subset"] == true);
        CHECK(result["interrupted"] == false);
        REQUIRE(result["epochs"].size() == 2);
        for (const json& epoch : result["epochs"]) {
            CHECK(epoch["cost"].get<double>() > 0);
            for (const char* key : {"train_accuracy", "validation_accuracy"}) {
                CHECK(epoch[key].get<double>() >= 0);
                CHECK(epoch[key].get<double>() <= 1);
            }
            CHECK(epoch["seconds"].get<double>() > 0);
        }
        Index right = 0, all = 0;
        for (std::size_t label = 0; label < 10; ++label) {
            for (std::size_t answer = 0; answer < 10; ++answer) {
                const auto count = result["confusion"].at(label).at(answer).get<Index>();
                all += count;
                right += label == answer ? count : 0;
            }
        }
        CHECK(all == 1000);
        CHECK(result["test_accuracy"].get<double>() == doctest::Approx(static_cast<double>(right) / 1000));
        CHECK(result["test_error"].get<double>() == doctest::Approx(1 - static_cast<double>(right) / 1000));
    }
}

TEST_CASE("The default recipe learns the embedded digits, and prints its place among published error rates") {
    const json result = results("--epochs 4");
    CHECK(result["test_accuracy"].get<double>() > 0.9);
    CHECK(result["epochs"][3]["cost"].get<double>() < 0.5 * result["epochs"][0]["cost"].get<double>());

    const ProgramResult told = run_program("mnist", "--epochs 1 --limit 100 --show 2");
    for (const char* part : {"the embedded subset of MNIST", "epoch 1/1: cost ", "label \\ answer", "this run  <--", "LeNet-5", "test image"}) {
        CHECK_MESSAGE(told.output.find(part) != std::string::npos, part);
    }
    CHECK_MESSAGE(told.errors.empty(), told.errors);
}

TEST_CASE("The convolutions of lenet learn the embedded digits in a few epochs") {
    const json result = results("--recipe lenet --epochs 3");
    CHECK(result["test_accuracy"].get<double>() > 0.94);
    CHECK(result["epochs"][2]["cost"].get<double>() < 0.4 * result["epochs"][0]["cost"].get<double>());
}

TEST_CASE("Tape and hand have the same gradients at every step of what the exercises define without a slip") {
    for (const char* recipe : {"hamlet", "hamlet --scale unit", "hamlet-softmax", "hamlet-softmax --scale unit", "rojas-mended"}) {
        CAPTURE(recipe);
        const json result = results(std::string("--limit 240 --batch-size 30 --epochs 2 --engine both --recipe ") + recipe);
        CHECK(result["engine"] == "both");
        CHECK(result["largest_gradient"].get<double>() > 0);
        CHECK(result["largest_gradient_difference"].get<double>() < 1e-10 * result["largest_gradient"].get<double>());
    }
}

TEST_CASE("Either engine alone trains the same network") {
    for (const char* recipe : {"hamlet --scale unit", "hamlet-softmax --scale unit", "rojas-mended"}) {
        CAPTURE(recipe);
        const std::string arguments = std::string("--limit 240 --batch-size 30 --epochs 2 --recipe ") + recipe;
        const json        tape = results(arguments + " --engine tape"), hand = results(arguments + " --engine handwritten");
        for (std::size_t epoch = 0; epoch < 2; ++epoch) {
            CHECK(tape["epochs"][epoch]["cost"].get<double>() == doctest::Approx(hand["epochs"][epoch]["cost"].get<double>()).epsilon(1e-10));
        }
        CHECK(tape["confusion"] == hand["confusion"]);
    }
}

TEST_CASE("The published slips of rojas: the triple check names the hand, true gradients vanish, and one class answers all") {
    const json result = results("--recipe rojas --limit 960 --epochs 3 --engine both");
    for (const json& verdict : result["first_batch"]["triple_check"]) CHECK(verdict == "the hand-written gradient is the odd one out");
    CHECK(result["first_batch"]["mean_pre_activation"].get<double>() > 30);
    CHECK(result["first_batch"]["true_gradient_norms"][0].get<double>() < 1e-9);
    CHECK(result["first_batch"]["published_gradient_norms"][0].get<double>() > 1);
    CHECK(result["largest_gradient_difference"].get<double>() > 1);
    CHECK(result["constant_answer"].is_number());
    CHECK(result["test_accuracy"].get<double>() == doctest::Approx(0.1));

    const json online = results("--recipe rojas-online --limit 960 --epochs 1");
    CHECK(online["constant_answer"].is_number());
}

TEST_CASE("The first steps of hamlet are those of plain loops over the exported samples, raw pixels too") {
    const TemporaryDirectory directory;
    const auto               exported = directory / "run";
    for (const char* engine : {"tape", "handwritten"}) {
        CAPTURE(engine);
        results(std::string("--recipe hamlet --limit 360 --batch-size 50 --epochs 2 --export '") + exported.string() + "' --engine " + engine);
        const auto orders = load_npy<std::int64_t>(exported / "orders.npy");
        REQUIRE(orders.shape() == Shape{2, 300});
        CHECK(std::set<std::int64_t>(orders.data(), orders.data() + 300).size() == 300);
        CHECK(!std::equal(orders.data(), orders.data() + 300, orders.data() + 300));

        const datasets::Mnist mnist = datasets::embedded_mnist();
        PlainHamlet plain{load_npy<double>(exported / "initial" / "linear.weight.npy"), load_npy<double>(exported / "initial" / "linear.bias.npy")};
        for (std::size_t step = 0; step < 5; ++step) {
            CAPTURE(step);
            plain.step(mnist.train, orders.data() + 50 * step, 50, 1e-4);
            const std::string name = "step" + std::to_string(step + 1) + ".linear.";
            CHECK(largest_difference(plain.weight, load_npy<double>(exported / (name + "weight.npy"))) < 1e-10);
            CHECK(largest_difference(plain.bias, load_npy<double>(exported / (name + "bias.npy"))) < 1e-10);
        }
        CHECK(std::filesystem::exists(exported / "final" / "linear.weight.npy"));
    }
}

TEST_CASE("Saved parameters answer as the trained network did, without training") {
    const TemporaryDirectory directory;
    for (const std::string recipe : {"mlp", "lenet", "hamlet --scale unit", "rojas-mended"}) {
        for (const char* ending : {"npz", "safetensors"}) {
            CAPTURE(recipe);
            CAPTURE(ending);
            const std::string file    = "'" + (directory / (std::string("parameters.") + ending)).string() + "'";
            const json        trained = results("--limit 600 --epochs 1 --recipe " + recipe + " --save " + file);
            const json        loaded  = results("--seed 9 --recipe " + recipe + " --load " + file);
            CHECK(loaded["confusion"] == trained["confusion"]);
            CHECK(loaded["epochs"].empty());
        }
    }
    check_refused("--recipe hamlet --load '" + (directory / "parameters.npz").string() + "'", "missing: 'linear/weight'");
}

TEST_CASE("Curves and confusion matrix are drawn, as png and svg") {
    const TemporaryDirectory directory;
    const std::string        curves = (directory / "curves.svg").string(), confusion = (directory / "confusion.png").string();
    results("--limit 240 --epochs 2 --plot '" + curves + "' --confusion '" + confusion + "'");
    CHECK(file_content(confusion).starts_with("\x89PNG\r\n"));
    CHECK(file_content(curves).find("<svg") != std::string::npos);
}

TEST_CASE("Ctrl-C ends the epoch, and the results so far are told and written") {
    const TemporaryDirectory directory;
    const auto               file   = directory / "results.json";
    const ProgramResult      result = run_program("mnist", "--recipe hamlet --limit 600 --epochs 1000000 --json '" + file.string() + "'",
                                                  "timeout --preserve-status --signal INT 4");
    CHECK(result.status == 130);
    CHECK(result.output.find("Interrupted") != std::string::npos);
    const json written = json::parse(file_content(file));
    CHECK(written["interrupted"] == true);
    CHECK(written["test_accuracy"].is_number());
}

TEST_CASE("Wrong arguments end in one line and exit status 2, before anything is trained") {
    check_refused("--recipe macbeth", "no recipe 'macbeth'");
    check_refused("--recipe mlp --engine both", "no handwritten form");
    check_refused("--recipe hamlet-deep --engine handwritten", "no handwritten form");
    check_refused("--recipe lenet --engine both", "no handwritten form");
    check_refused("--recipe rojas-online --batch-size 5", "one sample a step");
    check_refused("--recipe rojas --limit 12", "batch size");
    check_refused("--engine abacus", "--engine");
    check_refused("--dataset letters", "--dataset");
    check_refused("--scale huge", "--scale");
    check_refused("--batch-size 0", "--batch-size");
    check_refused("--learning-rate nan", "--learning-rate");
    check_refused("--learning-rate=-1", "--learning-rate");
    check_refused("--epochs 0", "--epochs");
    check_refused("--limit 3", "--limit");
    check_refused("--limit many", "--limit");
    check_refused("--frobnicate", "--frobnicate");
    check_refused("--plot curves.txt", ".png or .svg");
    check_refused("--confusion matrix", ".png or .svg");
    check_refused("--save weights.bin", ".npz or .safetensors");
    check_refused("--load weights.npz --epochs 3", "--load");
    check_refused("--json /nowhere/results.json", "/nowhere/results.json");
    check_refused("--export /dev/null/run", "/dev/null/run");
}

TEST_CASE("Missing and broken files end in one line and exit status 2") {
    check_refused("--data /nowhere", "tools/fetch_mnist");
    check_refused("--dataset fashion --data /nowhere", "dataset-fashion-mnist");
    check_refused("--load /nowhere/weights.npz", "/nowhere/weights.npz");
    const TemporaryDirectory directory;
    for (const char* name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
        directory.file(name, "not digits");
    }
    check_refused("--data '" + directory.path().string() + "'", "train-images-idx3-ubyte");
    check_refused("--load '" + directory.file("weights.npz", "no archive").string() + "'", "weights.npz");
    check_refused("--load '" + directory.file("weights.safetensors", "no tensors").string() + "'", "weights.safetensors");
}
