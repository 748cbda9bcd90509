#include <xtgrad/autograd/program.hpp>

#include <xtgrad/autograd/program/executable.hpp>

namespace xtgrad::program {

AnyProgram::AnyProgram(std::vector<AnyVariable> examples, const std::function<std::vector<AnyVariable>()>& function, SourceLocation where)
    : thread_(&RecordList::current()) {
    Trace trace(where);
    for (const AnyVariable& example : examples) trace.add_input(example.any_value());
    for (const AnyVariable& output : function()) trace.add_output(output.any_value());
    executable_ = std::make_unique<Executable>(std::move(trace).finish());
    outputs_.resize(executable_->output_count());
}

AnyProgram::AnyProgram(AnyProgram&&) noexcept            = default;
AnyProgram& AnyProgram::operator=(AnyProgram&&) noexcept = default;
AnyProgram::~AnyProgram()                                = default;

const Statistics& AnyProgram::statistics() const noexcept { return executable_->statistics(); }

std::string AnyProgram::to_text() const { return executable_->to_text(); }

bool compiling() noexcept { return Trace::active() != nullptr; }

std::span<AnyVariable> AnyProgram::run(std::span<const AnyVariable* const> inputs, SourceLocation where) {
    const RecordList& list = RecordList::current();
    if (&list != thread_) [[unlikely]]
        throw TapeError("program: it was compiled in another thread, and its buffers are that thread's; compile it in each thread that calls it",
                        where);
    if (list.recording()) [[unlikely]] {
        bool recorded = executable_->reads_parameters();
        for (const AnyVariable* input : inputs) recorded = recorded || input->recorded();
        if (recorded) {
            throw TapeError(
                "program: a tape is in scope, which cannot look into a program; take the gradient in the function that is compiled, call the "
                "function itself, or call the program outside of the tape",
                where);
        }
    }
    executable_->run(inputs, outputs_, where);
    return outputs_;
}

} // namespace xtgrad::program
