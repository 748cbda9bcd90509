#include <xtgrad/autograd/program/chain.hpp>

#include <algorithm>
#include <optional>

#include <xtgrad/autograd/program/passes.hpp>

namespace xtgrad::program {

namespace {

// What all values of a piece may take together, so that they stay in the first-level cache, of 32 KiB on most processors.
constexpr std::size_t piece_bytes = std::size_t{24} << 10;
// Below this the whole array is in the cache from one step to the next.
constexpr std::size_t shortest = 2048;
// A row is never cut.
constexpr std::size_t longest_row = 4096;

kernels::Loop cut(const kernels::Loop& walk, std::size_t rows, std::size_t row_size) {
    kernels::Loop piece = walk;
    if (walk.outer_axes == 0) {
        piece.inner = rows * row_size;
    } else {
        piece.rows       = rows;
        piece.extents[0] = rows;
    }
    return piece;
}

} // namespace

template <Scalar T>
ChainOperation<T>::ChainOperation(std::vector<Link> links, std::size_t rows, std::size_t row_size, std::size_t passing)
    : links_(std::move(links)), rows_(rows) {
    std::size_t values = 0;
    for (const Link& link : links_) values += 1 + link.operands.size();
    // A kernel works best on some hundred elements at least.
    const std::size_t elements = std::max<std::size_t>(piece_bytes / sizeof(T) / std::max<std::size_t>(values / 2, 1), 512);
    rows_at_once_              = std::clamp<std::size_t>(elements / row_size, 1, rows);
    passing_size_              = (rows_at_once_ * row_size + 63) / 64 * 64 + BufferPool::slack / sizeof(T);
    passing_                   = zeros<T>({passing * passing_size_});
    for (const Link& link : links_) walks_.push_back({cut(*link.walk, rows_at_once_, row_size), cut(*link.walk, rows % rows_at_once_, row_size)});
}

template <Scalar T>
void ChainOperation<T>::run_piece(const Link& link, const kernels::Loop& walk, std::size_t first_row, const void* const* operands,
                                  void* const* results) {
    std::array<const T*, kernels::most_operands> from{};
    for (std::size_t operand = 0; operand < link.operands.size(); ++operand) {
        const Slot& slot = link.operands[operand];
        switch (slot.kind) {
        case Slot::Kind::operand:
            from[operand] = static_cast<const T*>(operands[slot.index]) + first_row * slot.advance;
            break;
        case Slot::Kind::result:
            from[operand] = static_cast<const T*>(results[slot.index]) + first_row * slot.advance;
            break;
        case Slot::Kind::passing:
            from[operand] = passing_.data() + slot.index * passing_size_;
            break;
        }
    }
    T* to = link.result.kind == Slot::Kind::result ? static_cast<T*>(results[link.result.index]) + first_row * link.result.advance
                                                   : passing_.data() + link.result.index * passing_size_;
    link.kernel(walk, from.data(), to);
}

template <Scalar T>
void ChainOperation<T>::run(const void* const* operands, void* const* results) {
    std::size_t row = 0;
    for (; row + rows_at_once_ <= rows_; row += rows_at_once_) {
        for (std::size_t link = 0; link < links_.size(); ++link) run_piece(links_[link], walks_[link].piece, row, operands, results);
    }
    if (row == rows_) return;
    for (std::size_t link = 0; link < links_.size(); ++link) run_piece(links_[link], walks_[link].rest, row, operands, results);
}

template class ChainOperation<float>;
template class ChainOperation<double>;

namespace {

// Steps that will be a chain, in their order.
template <Scalar T>
class OpenChain {
public:
    bool empty() const noexcept { return steps_.empty(); }

    bool takes(const Graph& graph, const Step& step) const {
        const auto* operation = dynamic_cast<const ElementwiseOperation<T>*>(step.operation.get());
        if (operation == nullptr) return false;
        const std::size_t    size = graph.values[step.results.front()].size;
        const kernels::Loop& walk = *operation->loop;
        if (size < shortest || walk.outer_axes > 1 || (walk.outer_axes == 1 && walk.inner > longest_row)) return false;
        return steps_.empty() || (size == size_ && (walk.outer_axes == 0 || row_size_ == 1 || row_size_ == walk.inner));
    }
    void add(const Graph& graph, Step step) {
        const kernels::Loop& walk = *walk_of(step);
        if (walk.outer_axes == 1) row_size_ = walk.inner;
        size_ = graph.values[step.results.front()].size;
        made_.push_back(step.results.front());
        steps_.push_back(std::move(step));
    }
    bool is_read_by(const Graph& graph, const Step& step) const {
        return std::any_of(step.operands.begin(), step.operands.end(), [&](ValueId id) { return makes(graph.root(id)); });
    }
    // Moves what was collected to `kept`, and starts anew.
    void close(const Graph& graph, const std::vector<std::size_t>& uses, std::vector<Step>& kept) {
        if (steps_.size() == 1) {
            kept.push_back(std::move(steps_.front()));
        } else if (!steps_.empty()) {
            kept.push_back(chained(graph, uses));
        }
        steps_.clear();
        made_.clear();
        row_size_ = 1;
    }

private:
    using Chain = ChainOperation<T>;
    using Slot  = typename Chain::Slot;

    static const kernels::Loop* walk_of(const Step& step) { return static_cast<const ElementwiseOperation<T>&>(*step.operation).loop; }
    bool                        makes(ValueId root) const { return std::find(made_.begin(), made_.end(), root) != made_.end(); }

    // How far an operand goes from one row to the next.
    std::size_t advance(const kernels::Loop& walk, std::size_t operand) const {
        return walk.outer_axes == 1 ? walk.steps[operand][0] : walk.moves[operand] != 0 ? row_size_ : 0;
    }

    Step chained(const Graph& graph, const std::vector<std::size_t>& uses) {
        Step                     chain{nullptr, {}, {}, steps_.front().where};
        std::vector<std::size_t> last_use(steps_.size(), 0), inner_uses(steps_.size(), 0);
        const auto maker = [&](ValueId root) { return static_cast<std::size_t>(std::find(made_.begin(), made_.end(), root) - made_.begin()); };
        for (std::size_t place = 0; place < steps_.size(); ++place) {
            for (const ValueId id : steps_[place].operands) {
                const std::size_t made_by = maker(graph.root(id));
                if (made_by == steps_.size()) continue;
                last_use[made_by] = place;
                ++inner_uses[made_by];
            }
        }
        std::vector<typename Chain::Link> links;
        std::vector<Slot>                 slots; // of the values made so far
        std::vector<std::size_t>          free;  // of those for passing values
        std::size_t                       passing = 0;
        for (std::size_t place = 0; place < steps_.size(); ++place) {
            const Step&          step = steps_[place];
            const kernels::Loop& walk = *walk_of(step);
            typename Chain::Link link{static_cast<const ElementwiseOperation<T>&>(*step.operation).kernel, &walk, {}, {}};
            for (std::size_t operand = 0; operand < step.operands.size(); ++operand) {
                const ValueId     root    = graph.root(step.operands[operand]);
                const std::size_t made_by = maker(root);
                if (made_by < steps_.size()) {
                    Slot slot    = slots[made_by];
                    slot.advance = advance(walk, operand);
                    link.operands.push_back(slot);
                    continue;
                }
                const auto known = std::find_if(chain.operands.begin(), chain.operands.end(), [&](ValueId id) { return graph.root(id) == root; });
                const auto index = static_cast<std::size_t>(known - chain.operands.begin());
                if (known == chain.operands.end()) chain.operands.push_back(step.operands[operand]);
                link.operands.push_back({Slot::Kind::operand, index, advance(walk, operand)});
            }
            if (uses[made_[place]] > inner_uses[place]) {
                link.result = {Slot::Kind::result, chain.results.size(), row_size_};
                chain.results.push_back(made_[place]);
            } else if (free.empty()) {
                link.result = {Slot::Kind::passing, passing++, 0};
            } else {
                link.result = {Slot::Kind::passing, free.back(), 0};
                free.pop_back();
            }
            slots.push_back(link.result);
            links.push_back(std::move(link));
            for (std::size_t earlier = 0; earlier <= place; ++earlier) {
                if (slots[earlier].kind == Slot::Kind::passing && last_use[earlier] == place && inner_uses[earlier] > 0)
                    free.push_back(slots[earlier].index);
            }
        }
        chain.operation = std::make_unique<Chain>(std::move(links), size_ / row_size_, row_size_, passing);
        return chain;
    }

    std::vector<Step>    steps_;
    std::vector<ValueId> made_;
    std::size_t          size_     = 0;
    std::size_t          row_size_ = 1;
};

template <Scalar T>
void fuse(Graph& graph, const std::vector<std::size_t>& uses) {
    OpenChain<T>      chain;
    std::vector<Step> kept;
    for (Step& step : graph.steps) {
        if (chain.takes(graph, step)) {
            chain.add(graph, std::move(step));
            continue;
        }
        // A step that does not read what the chain makes may come before it.
        if (chain.is_read_by(graph, step)) chain.close(graph, uses, kept);
        kept.push_back(std::move(step));
        if (chain.takes(graph, kept.back())) {
            Step first = std::move(kept.back());
            kept.pop_back();
            chain.add(graph, std::move(first));
        }
    }
    chain.close(graph, uses, kept);
    graph.steps = std::move(kept);
}

} // namespace

void fuse_chains(Graph& graph) {
    std::vector<std::size_t> uses(graph.values.size(), 0);
    const auto               count = [&](const std::vector<ValueId>& ids) {
        for (const ValueId id : ids) ++uses[graph.root(id)];
    };
    for (const Step& step : graph.steps) count(step.operands);
    for (const Step& update : graph.updates) count(update.operands);
    count(graph.outputs);
    fuse<float>(graph, uses);
    fuse<double>(graph, uses);
}

} // namespace xtgrad::program
