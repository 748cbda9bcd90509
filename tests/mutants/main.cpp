// mutants: breaks the derivative of every primitive in every way that changes it, one at a time, and has the gradient suite look at it.
//
//   mutants [NAME…]      the primitives of these names alone
//
// The exit status is 0 if the suite found every one; those it did not find are listed, and the last line says how many of how many it found.

#include <cstdio>
#include <exception>
#include <map>

#include "gradient_suite/tiers.hpp"
#include "mutant.hpp"

namespace xtgrad::mutation {
namespace {

struct Count {
    std::size_t killed = 0, survived = 0, without_effect = 0;
};

std::vector<Mutant> mutants_of(const suite::OperationCases& primitive) {
    std::size_t inputs = 0;
    for (const suite::Case& sample : primitive.cases) inputs = std::max(inputs, sample.inputs.size());
    std::vector<Mutant> result;
    for (const ScalarType type : {ScalarType::float64, ScalarType::float32}) {
        for (const Way way : ways) {
            if (way == Way::stale) {
                // An input each, and the output.
                for (std::size_t which = 0; which <= inputs; ++which) result.push_back({primitive.name, way, which, Reading::both, type});
                continue;
            }
            for (const Reading reading : {Reading::plain, Reading::recorded}) {
                for (std::size_t input = 0; input < (way == Way::short_of_a_term ? 1 : inputs); ++input)
                    result.push_back({primitive.name, way, input, reading, type});
            }
        }
    }
    return result;
}

int run(int count, char** arguments) {
    std::map<Way, Count> counts;
    std::size_t          killed   = 0;
    std::size_t          survived = 0;
    for (const suite::OperationCases& primitive : suite::all_cases()) {
        if (!primitive.primitive()) continue;
        bool wanted = count == 1;
        for (int argument = 1; argument < count; ++argument) wanted = wanted || primitive.name == arguments[argument];
        if (!wanted) continue;
        observe(primitive.name);
        if (suite::check_operation(primitive).failed > 0) {
            std::printf("%s fails as it is: see gradient_suite\n", primitive.name.c_str());
            return 1;
        }
        const std::uint64_t whole = fingerprint();
        for (const Mutant& mutant : mutants_of(primitive)) {
            Count& of = counts[mutant.way];
            if (!has_effect(mutant)) {
                ++of.without_effect;
                continue;
            }
            activate(mutant);
            if (suite::fails(primitive, mutant.type)) {
                ++of.killed;
                ++killed;
            } else if (fingerprint() == whole) {
                // Not one contribution is another, as the sign of a derivative that is zero.
                ++of.without_effect;
            } else {
                ++of.survived;
                ++survived;
                std::printf("survived: %s in %s, input %zu, %s, %s reading\n", primitive.name.c_str(),
                            mutant.type == ScalarType::float32 ? "float" : "double", mutant.input, std::string(text(mutant.way)).c_str(),
                            std::string(text(mutant.reading)).c_str());
            }
        }
        rest();
    }
    std::printf("%-16s %8s %8s %15s\n", "way", "killed", "survived", "without effect");
    for (const auto& [way, of] : counts) {
        std::printf("%-16s %8zu %8zu %15zu\n", std::string(text(way)).c_str(), of.killed, of.survived, of.without_effect);
    }
    std::printf("\nmutants killed %zu/%zu\n", killed, killed + survived);
    return survived == 0 && killed > 0 ? 0 : 1;
}

} // namespace
} // namespace xtgrad::mutation

int main(int count, char** arguments) {
    try {
        return xtgrad::mutation::run(count, arguments);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "mutants: %s\n", error.what());
        return 1;
    }
}
