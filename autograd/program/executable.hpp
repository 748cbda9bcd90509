#pragma once

#include <xtgrad/autograd/program.hpp>
#include <xtgrad/autograd/program/trace.hpp>

namespace xtgrad::program {

/// A planned program: a flat list of instructions whose operands are pointers into one buffer.
class Executable {
public:
    explicit Executable(Graph graph);

    std::size_t       input_count() const noexcept { return inputs_.size(); }
    std::size_t       output_count() const noexcept { return outputs_.size(); }
    const Statistics& statistics() const noexcept { return statistics_; }
    bool              reads_parameters() const noexcept { return !parameters_.empty(); }
    /// A line for each instruction.
    std::string to_text() const;

    /// Replays. Throws ShapeError where an input has another shape than the example, GuardError where a guard fails; no parameter is changed then.
    void run(std::span<const AnyVariable* const> inputs, std::span<AnyVariable> outputs, SourceLocation where);

private:
    enum class Kind : std::uint8_t { float32, float64, operation };
    struct Instruction {
        union Code {
            ElementwiseOperation<float>::Run  float32;
            ElementwiseOperation<double>::Run float64;
            Operation*                        operation;
        };
        Kind                 kind;
        Code                 code;
        const kernels::Loop* loop     = nullptr;
        std::size_t          operands = 0; // where its pointers begin, in the table of its kind
        std::size_t          results  = 0; // of an operation
        void*                result   = nullptr;
    };
    // A pointer that follows an input or parameter.
    struct Pointer {
        Kind        kind;
        std::size_t place;
    };
    struct Source {
        Shape                shape;
        ElementType          type;
        const void*          elements = nullptr;
        std::vector<Pointer> pointers;
    };
    struct Output {
        ElementType type;
        Shape       shape;
        std::size_t size;
        std::size_t pointer;
    };
    // Where a value lies, by its root.
    struct Layout {
        std::vector<std::size_t> offsets;
        std::size_t              bytes = 0;
    };

    Layout      plan_buffers(const Graph& graph) const;
    void        add_pointer(const Graph& graph, const Layout& layout, ValueId id, Kind kind);
    Instruction instruction_of(const Graph& graph, const Layout& layout, const Step& step);
    void        follow(Source& source, const void* elements);
    void        execute(const Instruction& instruction);

    Graph                      graph_;
    Array<double>              buffer_;
    std::vector<Source>        inputs_;
    std::vector<Source>        parameters_;
    std::vector<Instruction>   instructions_;
    std::vector<Instruction>   updates_;
    std::vector<Output>        outputs_;
    std::vector<const float*>  float32_pointers_;
    std::vector<const double*> float64_pointers_;
    std::vector<void*>         pointers_;
    Statistics                 statistics_;
};

} // namespace xtgrad::program
