#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

#include <xtgrad/array/npz.hpp>
#include <xtgrad/array/safetensors.hpp>
#include <xtgrad/autograd.hpp>
#include <xtgrad/nn.hpp>

#include "temporary_directory.hpp"

using namespace xtgrad;

namespace {

template <Scalar T>
struct Model {
    nn::Parameters<T> parameters;
    nn::Linear<T>     hidden, output;

    explicit Model(std::uint64_t seed_of_all) : parameters(seed_of_all), hidden(parameters / "hidden", 3, 4), output(parameters / "output", 4, 2) {}
    Variable<T> operator()(const Variable<T>& x) const { return output(tanh(hidden(x))); }
};

template <class Call>
std::string message_of(Call call) {
    try {
        call();
    } catch (const DataError& error) {
        return error.what();
    }
    return "nothing was thrown";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

template <Scalar T>
std::vector<Array<T>> values_of(const nn::Parameters<T>& parameters) {
    std::vector<Array<T>> values;
    for (const auto& parameter : parameters) values.push_back(parameter.value());
    return values;
}

constexpr const char* file_names[] = {"model.npz", "model.safetensors"};

} // namespace

TEST_CASE_TEMPLATE("A saved model predicts the same bits after it was loaded into another, in both formats", T, float, double) {
    const TemporaryDirectory directory;
    const Array<T>           input = Random(1).normal_array<T>({5, 3});
    for (const char* name : file_names) {
        Model<T> saved(1), loaded(2);
        CHECK(saved(input).value() != loaded(input).value());
        nn::save(directory / name, saved.parameters);
        nn::load(directory / name, loaded.parameters);
        CHECK(saved(input).value() == loaded(input).value());
        CHECK(values_of(saved.parameters) == values_of(loaded.parameters));
    }
}

TEST_CASE("Special values and empty shapes survive") {
    const TemporaryDirectory directory;
    for (const char* name : file_names) {
        nn::Parameters<double> saved, loaded;
        const auto             special = saved.make("special", {4}, nn::constant(0));
        special.assign(xt::xarray<double>{NAN, INFINITY, -0.0, std::numeric_limits<double>::denorm_min()});
        saved.make("nothing", {0, 3}, nn::constant(0));
        saved.make("number", {}, nn::constant(7));
        const auto target = loaded.make("special", {4}, nn::constant(1));
        loaded.make("nothing", {0, 3}, nn::constant(1));
        const auto number = loaded.make("number", {}, nn::constant(1));
        nn::save(directory / name, saved);
        nn::load(directory / name, loaded);
        CHECK(std::isnan(target.value()(0)));
        CHECK(target.value()(1) == INFINITY);
        CHECK(std::signbit(target.value()(2)));
        CHECK(target.value()(3) == std::numeric_limits<double>::denorm_min());
        CHECK(number.value()(0) == 7);
    }
}

TEST_CASE("A prefix saves its part under full names, in the order of making") {
    const TemporaryDirectory directory;
    const Model<float>       model(1);
    nn::save(directory / "part.npz", model.parameters / "hidden");
    const NamedArrays arrays = load_npz(directory / "part.npz");
    REQUIRE(arrays.size() == 2);
    CHECK(arrays.begin()->name == "hidden/weight");
    CHECK(arrays.get<float>("hidden/weight") == model.hidden.weight().value());
    Model<float> other(2);
    nn::load(directory / "part.npz", other.parameters / "hidden");
    CHECK(other.hidden.weight().value() == model.hidden.weight().value());
    CHECK(other.output.weight().value() != model.output.weight().value());
}

TEST_CASE("R22 R23 What does not fit is listed in one error: missing, unexpected, shape and type; then nothing was loaded") {
    const TemporaryDirectory directory;
    NamedArrays              wrong;
    wrong.add("hidden/weight", full<float>({4, 3}, 9.0F));
    wrong.add("hidden/bias", full<float>({5}, 9.0F));
    wrong.add("output/weight", full<double>({2, 4}, 9.0));
    wrong.add("extra", full<float>({1}, 9.0F));
    save_npz(directory / "model.npz", wrong);
    wrong.add("half", RawArray{"F16", {1}, {0, 0}});
    save_safetensors(directory / "model.safetensors", wrong);
    for (const char* name : file_names) {
        const Model<float> model(1);
        const auto         before = values_of(model.parameters);
        const std::string  text   = message_of([&] { nn::load(directory / name, model.parameters); });
        INFO(text);
        CHECK(contains(text, name));
        CHECK(contains(text, "missing: 'output/bias' [2]"));
        CHECK(contains(text, "unexpected: 'extra' [1]"));
        CHECK(contains(text, "shape: tensor 'hidden/bias' is [5], parameter expects [4]"));
        CHECK(contains(text, "type: tensor 'output/weight' is F64, parameter expects F32"));
        CHECK(!contains(text, "hidden/weight"));
        CHECK(values_of(model.parameters) == before);
        for (const auto& parameter : model.parameters) CHECK(parameter.version() == 0);
    }
    // A type that there is no parameter of.
    nn::Parameters<float> parameters;
    parameters.make("half", {1}, nn::constant(0));
    NamedArrays half;
    half.add("half", RawArray{"F16", {1}, {0, 0}});
    save_safetensors(directory / "half.safetensors", half);
    CHECK(contains(message_of([&] { nn::load(directory / "half.safetensors", parameters); }), "tensor 'half' is F16, parameter expects F32"));
}

TEST_CASE("A damaged or absent checkpoint changes nothing") {
    const TemporaryDirectory directory;
    const Model<double>      model(1), other(2);
    const auto               before = values_of(model.parameters);
    for (const char* name : file_names) {
        CHECK(message_of([&] { nn::load(directory / name, model.parameters); }) != "nothing was thrown");
        nn::save(directory / name, other.parameters);
        const std::string whole = file_content(directory / name);
        for (const std::size_t length : {std::size_t{0}, std::size_t{7}, whole.size() / 2, whole.size() - 1}) {
            directory.file(name, whole.substr(0, length));
            CHECK(message_of([&] { nn::load(directory / name, model.parameters); }) != "nothing was thrown");
        }
        CHECK(values_of(model.parameters) == before);
    }
}

TEST_CASE("A checkpoint's name says its format, or is refused") {
    const Model<double> model(1);
    CHECK_THROWS_WITH_AS(nn::save("model.bin", model.parameters), doctest::Contains(".npz or .safetensors"), ValueError);
    CHECK_THROWS_WITH_AS(nn::load("model", model.parameters), doctest::Contains(".npz or .safetensors"), ValueError);
    CHECK(!std::filesystem::exists("model.bin"));
}

TEST_CASE("Loading counts as a change: a gradient of what was computed before is refused") {
    const TemporaryDirectory directory;
    const Model<double>      model(1);
    nn::save(directory / "model.npz", model.parameters);
    Tape       tape;
    const auto y = sum(model(full<double>({1, 3}, 1.0)));
    nn::load(directory / "model.npz", model.parameters);
    CHECK_THROWS_AS(tape.gradient(y, model.parameters), TapeError);
}
