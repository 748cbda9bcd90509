#pragma once

#include <functional>
#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <xtgrad/autograd/program/operation.hpp>
#include <xtgrad/autograd/program/operations.hpp>
#include <xtgrad/autograd/program/structured.hpp>
#include <xtgrad/autograd/record_list.hpp>

namespace xtgrad::program {

using ValueId = std::uint32_t;

/// Reads a parameter's elements, at each replay anew.
class ParameterSource {
public:
    virtual ~ParameterSource()                                 = default;
    virtual const void*              elements() const noexcept = 0;
    virtual const AnyParameterState& state() const noexcept    = 0;
};

/// A value that the traced function handled: given, computed, or constant.
struct TracedValue {
    enum class Origin : std::uint8_t { input, parameter, constant, computed };

    Origin        origin;
    ElementType   type;
    std::uint32_t index; // which input or parameter
    Shape         shape;
    std::size_t   size;
    ValueId       root; // whose elements it shows; itself, where they are its own
    AnyValue      node;
    Array<bool>   truths{}; // of a constant mask
};

struct Step {
    std::unique_ptr<Operation> operation;
    std::vector<ValueId>       operands;
    std::vector<ValueId>       results;
    SourceLocation             where{"", 0};
};

/// What a function does, as a list of steps on values that are each computed once.
struct Graph {
    std::vector<TracedValue>                      values;
    std::vector<Step>                             steps;
    std::vector<Step>                             updates; // of parameters, after all else
    std::vector<ValueId>                          inputs;
    std::vector<ValueId>                          outputs;
    std::vector<std::unique_ptr<ParameterSource>> parameters;
    std::vector<std::unique_ptr<kernels::Loop>>   loops;

    ValueId root(ValueId id) const noexcept {
        while (values[id].root != id) id = values[id].root;
        return id;
    }
    /// One copy of each walk: most are alike, and one is 3 KB.
    const kernels::Loop* keep(const kernels::Loop& loop, std::size_t operands);
};

/// While it lives, what this thread computes from its inputs and from parameters is written down beside being done. Everything else that it
/// meets is a constant. The places through which all computation goes tell it: elementwise operations and their backward kernels, structured
/// primitives, casts, maps, comparisons; and those where numbers leave for the rest of the program.
class Trace {
public:
    /// Throws TapeError inside a tape or another trace.
    explicit Trace(SourceLocation where);
    ~Trace();
    Trace(const Trace&)            = delete;
    Trace& operator=(const Trace&) = delete;

    static Trace* active() noexcept { return RecordList::current().trace(); }

    void  add_input(const AnyValue& value);
    void  add_output(const AnyValue& value);
    Graph finish() && { return std::move(graph_); }

    template <Scalar T>
    void watched(const AnyValue& value, const Parameter<T>& parameter, SourceLocation where);

    /// Whether one of them depends on an input or parameter.
    bool follows(std::span<const AnyValue* const> operands);
    void add(std::unique_ptr<Operation> operation, std::span<const AnyValue* const> operands, std::span<const AnyValue* const> results,
             SourceLocation where);

    template <Scalar T>
    void elementwise(std::string_view name, typename kernels::ElementwiseKernel<T>::Run run, const kernels::Loop& loop,
                     std::span<const AnyValue* const> operands, const AnyValue& result, SourceLocation where) {
        if (!follows(operands)) return;
        add(std::make_unique<ElementwiseOperation<T>>(name, run, graph_.keep(loop, operands.size()), operands.size()), operands, std::array{&result},
            where);
    }
    template <class P, Scalar T>
    void structured(const P& primitive, std::span<const Variable<T>* const> operands, const AnyValue& result, SourceLocation where) {
        std::vector<const AnyValue*> values;
        std::vector<Shape>           shapes;
        for (const Variable<T>* operand : operands) {
            values.push_back(&operand->any_value());
            shapes.push_back(operand->shape());
        }
        const void* side = nullptr;
        if constexpr (requires { primitive.side_result(); }) side = primitive.side_result();
        if (!follows(values) && !side_results_.contains(side)) return;
        if (side != nullptr) side_results_.insert(side);
        const Value<T> typed(result);
        for (const Variable<T>* operand : operands) {
            if (operand->typed().data() == typed.data() && operand->size() == typed.size() && typed.size() > 0)
                return shows(result, operand->any_value());
        }
        add(std::make_unique<StructuredOperation<P, T>>(primitive, shapes, typed.shape()), values, std::array{&result}, where);
    }

    /// One pass of a map, `pass(operands, results)`.
    template <Scalar T, class Pass>
    void pass(std::string_view name, const Pass& pass, std::span<const Variable<T>> operands, std::span<const Value<T>* const> results,
              SourceLocation where) {
        std::vector<const AnyValue*> from;
        for (const Variable<T>& operand : operands) from.push_back(&operand.any_value());
        if (!follows(from)) return;
        const std::vector<const AnyValue*> to(results.begin(), results.end());
        add(std::make_unique<PassOperation<T, Pass>>(name, operands.size(), results.size(), pass), from, to, where);
    }
    template <Scalar To, Scalar From>
    void cast(const AnyValue& from, const Value<To>& result, SourceLocation where) {
        if (!follows(std::array{&from})) return;
        const auto convert = [](From element) { return static_cast<To>(element); };
        add(std::make_unique<EachOperation<From, To, decltype(convert)>>("cast", result.size(), convert), std::array{&from},
            std::array<const AnyValue*, 1>{&result}, where);
    }

    // Masks.
    bool        follows(const Mask& mask) const noexcept { return mask.trace_ == serial_; }
    const bool* unread(const Mask& mask) const noexcept { return mask.truths_.data(); }
    void        add_mask(std::unique_ptr<Operation> operation, std::span<const AnyValue* const> operands, Mask& result, SourceLocation where);
    void        combine_masks(std::unique_ptr<Operation> operation, std::span<const Mask* const> operands, Mask& result);
    void        use_mask(std::unique_ptr<Operation> operation, const Mask& mask, const AnyValue& result, SourceLocation where);

    /// The rest of the program sees what has been computed: at each replay it must be the same.
    void note_read(const Mask& mask);
    void note_read(const AnyValue& value, SourceLocation where);
    void note_numbers(std::unique_ptr<Operation> operation, const AnyValue& value, SourceLocation where);

    /// A change of parameters that is done at each replay, with the elements of the operands.
    template <Scalar T>
    void update(std::string_view name, std::span<const Variable<T>* const> operands, std::span<const AnyParameterState* const> parameters,
                std::function<void(const T* const*)> change, SourceLocation where);

private:
    ValueId                append(TracedValue::Origin origin, ElementType type, const Shape& shape, const AnyValue& node, std::uint32_t index = 0);
    std::optional<ValueId> find(const AnyValue& value);
    ValueId                operand(const AnyValue& value);
    ValueId                operand(const Mask& mask);
    void                   shows(const AnyValue& view, const AnyValue& shown);
    ValueId                add_view(const AnyValue& view, ValueId root);
    void                   bind(const AnyValue& value, ValueId id);
    void                   add_guard(std::string_view what, ValueId id, SourceLocation where);
    void                   add_update(Step step, std::span<const AnyParameterState* const> parameters);

    std::uint64_t                                                    serial_;
    Graph                                                            graph_;
    std::unordered_map<const AnyNode*, ValueId>                      ids_;
    std::unordered_set<const void*>                                  side_results_; // of traced primitives
    std::vector<AnyValue>                                            held_;         // so that an address stands for one value
    std::vector<std::pair<const AnyParameterState*, SourceLocation>> updated_;
};

/// Does `change` to its operands' elements.
template <Scalar T>
class UpdateOperation final : public Operation {
public:
    UpdateOperation(std::string_view operation_name, std::size_t count, std::function<void(const T* const*)> change)
        : name_(operation_name), elements_(count), change_(std::move(change)) {}

    std::string_view name() const noexcept override { return name_; }
    void             run(const void* const* operands, void* const*) override {
        for (std::size_t operand = 0; operand < elements_.size(); ++operand) elements_[operand] = static_cast<const T*>(operands[operand]);
        change_(elements_.data());
    }

private:
    std::string                          name_;
    std::vector<const T*>                elements_;
    std::function<void(const T* const*)> change_;
};

template <Scalar T>
void Trace::update(std::string_view name, std::span<const Variable<T>* const> operands, std::span<const AnyParameterState* const> parameters,
                   std::function<void(const T* const*)> change, SourceLocation where) {
    Step step{std::make_unique<UpdateOperation<T>>(name, operands.size(), std::move(change)), {}, {}, where};
    for (const Variable<T>* gradient : operands) step.operands.push_back(operand(gradient->any_value()));
    add_update(std::move(step), parameters);
}

} // namespace xtgrad::program
