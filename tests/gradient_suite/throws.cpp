#include <optional>
#include <typeinfo>

#include "tiers.hpp"

namespace xtgrad::suite {

namespace {

/// The error that a call throws: its type, and its message but for the source line.
template <class Call>
std::optional<std::string> error_of(Call&& call) {
    try {
        call();
    } catch (const Error& error) {
        const std::string message = error.what();
        return std::string(typeid(error).name()) + ' ' + message.substr(0, message.find("\n  at "));
    }
    return std::nullopt;
}

/// Calls what throws in the middle of a forward pass, and looks at the tape and at the gradient afterwards.
template <class Call>
void check_tape_survives(const Case& sample, const std::string& what, Tally& tally, const std::vector<Array<double>>& inputs, Call&& call) {
    const auto gradients = [&](bool interrupted) {
        Tape              tape;
        const auto        variables = watched<double>(tape, sample);
        Variables<double> others;
        for (const Array<double>& input : inputs) others.push_back(tape.watch(input));
        const auto y      = sample.in_double(variables);
        const auto before = tape.size();
        if (interrupted) {
            call(others);
            tally.check(tape.size() == before, what + ": the tape is not what it was before the throw");
        }
        return tape.gradient(sum(y * y), differentiable(sample, variables));
    };
    tally.check(gradients(true) == gradients(false), what + ": after the throw the gradient is another");
}

void check_misuse(const Case& sample, const Misuse& misuse, Tally& tally) {
    const std::string what  = "misuse: " + misuse.description;
    const auto        plain = error_of([&] { misuse.call({misuse.inputs.begin(), misuse.inputs.end()}); });
    tally.check(plain.has_value(), what + " does not throw");
    check_tape_survives(sample, what, tally, misuse.inputs, [&](const Variables<double>& wrong) {
        tally.check(error_of([&] { misuse.call(wrong); }) == plain, what + ": recorded and plain do not throw the same");
    });
}

} // namespace

void check_throws(const OperationCases& operation, Tally& tally) {
    const Case& sample = operation.cases.front();
    for (const Misuse& misuse : operation.misuses) check_misuse(sample, misuse, tally);
    // What every operation can be given: a handle whose tape is gone.
    const Variables<double> gone = [&] {
        Tape tape;
        return watched<double>(tape, sample);
    }();
    const auto call          = [&] { sample.in_double(gone); };
    const auto gone_is_taken = [&](const Variables<double>&) { tally.check(error_of(call).has_value(), "a handle whose tape is gone is taken"); };
    gone_is_taken({});
    check_tape_survives(sample, "a handle whose tape is gone", tally, {}, gone_is_taken);
    // And one of them alone, which an operation may come upon when it has worked on the others.
    for (std::size_t input = 0; input < gone.size() && gone.size() > 1; ++input) {
        if (!gone[input].recorded()) continue;
        const std::string what = "a handle whose tape is gone, input " + std::to_string(input);
        check_tape_survives(sample, what, tally, sample.inputs, [&](Variables<double> mixed) {
            mixed[input] = gone[input];
            tally.check(error_of([&] { sample.in_double(mixed); }).has_value(), what + ", is taken");
        });
    }
    // No sample throws, recorded or not.
    for (const Case& one : operation.cases) {
        tally.check(!error_of([&] { one.in_double({one.inputs.begin(), one.inputs.end()}); }), place_of(one, "throws unrecorded"));
    }
}

} // namespace xtgrad::suite
