#include <xtgrad/autograd/program/passes.hpp>

#include <algorithm>
#include <cstring>
#include <typeindex>

#include <xtgrad/autograd/kernels/table.hpp>
#include <xtgrad/autograd/primitives/elementwise.hpp>

namespace xtgrad::program {

namespace {

const void* elements_of(const TracedValue& constant) {
    if (constant.type == ElementType::truth) return constant.truths.data();
    return constant.type == ElementType::float32 ? static_cast<const void*>(Value<float>(constant.node).data()) : Value<double>(constant.node).data();
}

void merge_constants(Graph& graph) {
    // Larger constants are hardly made twice.
    constexpr std::size_t                    most_bytes = 256;
    std::unordered_map<std::string, ValueId> known;
    for (ValueId id = 0; id < graph.values.size(); ++id) {
        TracedValue&      value = graph.values[id];
        const std::size_t bytes = value.size * element_bytes(value.type);
        if (value.origin != TracedValue::Origin::constant || value.root != id || bytes > most_bytes || bytes == 0) continue;
        std::string key(1, static_cast<char>(value.type));
        key.append(static_cast<const char*>(elements_of(value)), bytes);
        value.root = known.try_emplace(std::move(key), id).first->second;
    }
}

bool same_operands(const Graph& graph, const Step& a, const Step& b) {
    return std::equal(a.operands.begin(), a.operands.end(), b.operands.begin(), b.operands.end(),
                      [&](ValueId x, ValueId y) { return graph.root(x) == graph.root(y) && graph.values[x].shape == graph.values[y].shape; });
}

} // namespace

void merge_common(Graph& graph) {
    merge_constants(graph);
    std::unordered_multimap<std::size_t, std::size_t> known;
    std::vector<Step>                                 kept;
    for (Step& step : graph.steps) {
        const Operation& operation = *step.operation;
        std::size_t      hash      = std::type_index(typeid(operation)).hash_code();
        for (const ValueId id : step.operands) hash = hash * 31 + graph.root(id);
        const auto [begin, end] = known.equal_range(hash);
        const auto found        = std::find_if(begin, end, [&](const auto& entry) {
            const Step&      other         = kept[entry.second];
            const Operation& its_operation = *other.operation;
            return typeid(its_operation) == typeid(operation) && same_operands(graph, other, step) && operation.same_as(its_operation);
        });
        if (found == end) {
            known.emplace(hash, kept.size());
            kept.push_back(std::move(step));
            continue;
        }
        const Step& same = kept[found->second];
        for (std::size_t result = 0; result < step.results.size(); ++result) graph.values[step.results[result]].root = same.results[result];
    }
    graph.steps = std::move(kept);
}

namespace {

template <Scalar T>
bool is_multiplication(const Step& step) {
    const auto* elementwise = dynamic_cast<const ElementwiseOperation<T>*>(step.operation.get());
    return elementwise != nullptr && elementwise->kernel == kernels::table<T>().elementwise[elementwise_index<Multiply>].forward;
}

bool is_constant_of_ones(const TracedValue& value) {
    if (value.origin != TracedValue::Origin::constant || value.type == ElementType::truth) return false;
    const auto all_ones = [&]<Scalar T>(const T* elements) { return std::all_of(elements, elements + value.size, [](T x) { return x == T{1}; }); };
    return value.type == ElementType::float32 ? all_ones(static_cast<const float*>(elements_of(value)))
                                              : all_ones(static_cast<const double*>(elements_of(value)));
}

} // namespace

void drop_ones(Graph& graph) {
    std::erase_if(graph.steps, [&](const Step& step) {
        if (!is_multiplication<float>(step) && !is_multiplication<double>(step)) return false;
        TracedValue& result = graph.values[step.results.front()];
        for (const std::size_t operand : {0U, 1U}) {
            const ValueId factor = graph.root(step.operands[operand]), other = graph.root(step.operands[1 - operand]);
            if (!is_constant_of_ones(graph.values[factor]) || graph.values[other].size != result.size) continue;
            result.root = other;
            return true;
        }
        return false;
    });
}

void drop_dead(Graph& graph) {
    std::vector<bool> wanted(graph.values.size(), false);
    const auto        want = [&](const std::vector<ValueId>& ids) {
        for (const ValueId id : ids) wanted[graph.root(id)] = true;
    };
    want(graph.outputs);
    for (const Step& update : graph.updates) want(update.operands);
    std::vector<Step> kept;
    for (auto step = graph.steps.rbegin(); step != graph.steps.rend(); ++step) {
        const bool needed =
            step->operation->stays() || std::any_of(step->results.begin(), step->results.end(), [&](ValueId id) { return wanted[id]; });
        if (!needed) continue;
        want(step->operands);
        kept.push_back(std::move(*step));
    }
    std::reverse(kept.begin(), kept.end());
    graph.steps = std::move(kept);
}

} // namespace xtgrad::program
