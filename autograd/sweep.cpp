#include <xtgrad/autograd/sweep.hpp>

#include <algorithm>

#include <xtgrad/autograd/mutation.hpp>

namespace xtgrad {

Sweep::State& Sweep::spare_state() {
    thread_local State spare;
    return spare;
}

Sweep::Sweep(RecordList& list, Place begin, Place end, bool creates_graph)
    : list_(list), begin_(begin), end_(end), creates_graph_(creates_graph), state_(std::move(spare_state())) {
    state_.leads.assign(end - begin, 0);
    state_.cotangents.resize(end - begin);
    state_.outer.clear();
}

Sweep::~Sweep() {
    state_.cotangents.clear();
    state_.outer.clear();
    spare_state() = std::move(state_);
}

bool Sweep::is_outer_source(Place place) const noexcept {
    return std::any_of(state_.outer.begin(), state_.outer.end(), [&](const OuterSource& source) { return source.place == place; });
}

AnyVariable& Sweep::outer_slot(Place place) {
    return std::find_if(state_.outer.begin(), state_.outer.end(), [&](const OuterSource& source) { return source.place == place; })->cotangent;
}

void Sweep::mark_sources(std::span<const AnyVariable> sources) {
    for (const AnyVariable& source : sources) {
        if (!source.recorded() || source.place() >= end_) continue;
        if (source.place() >= begin_) {
            state_.leads[source.place() - begin_] = is_source;
        } else if (!is_outer_source(source.place())) {
            state_.outer.push_back({source.place(), {}});
        }
    }
    for (Place place = begin_; place < end_; ++place) {
        for (const Place input : list_.at(place).inputs) {
            if (input == AnyVariable::no_place) continue;
            if (input >= begin_ ? state_.leads[input - begin_] != 0 : is_outer_source(input)) {
                state_.leads[place - begin_] |= leads_on;
                break;
            }
        }
    }
}

std::vector<AnyVariable> Sweep::run(const AnyVariable& target, AnyVariable seed, std::span<const AnyVariable> sources, bool spends) {
    // Sources inside the span keep their cotangents; nothing later in the pass adds to them once their record is reached.
    state_.cotangents[target.place() - begin_] = std::move(seed);
    for (Place place = end_; place-- > begin_;) {
        AnyVariable&        arrived = state_.cotangents[place - begin_];
        const unsigned char leads   = state_.leads[place - begin_];
        record_                     = &list_.at(place);
        if (arrived.empty() || (leads & leads_on) == 0) {
            // Records beside the path hold values as well.
            if (leads == 0) arrived = {};
            if (spends) record_->spend();
            continue;
        }
        cotangent_ = (leads & is_source) != 0 ? arrived : std::move(arrived);
        if (record_->spent) {
            throw TapeError("gradient: the path leads through `" + std::string(record_->name()) + "`, recorded at " + to_string(record_->where) +
                                ", whose saved values an inner tape's gradient has dropped; pass xtgrad::keep or xtgrad::create_graph to that call",
                            record_->where);
        }
        mutation::cotangent(*record_, cotangent_, creates_graph_);
        try {
            record_->backward(*this);
        } catch (const Error& error) {
            throw Error("in the backward pass of `" + std::string(record_->name()) + "`: " + error.what() + "\n  whose forward operation stands",
                        record_->where);
        }
        cotangent_ = {};
        if (spends) record_->spend();
    }
    std::vector<AnyVariable> results;
    results.reserve(sources.size());
    for (const AnyVariable& source : sources) {
        const bool known = source.recorded() && source.place() < end_ && (source.place() >= begin_ || is_outer_source(source.place()));
        results.push_back(known ? slot(source.place()) : AnyVariable());
    }
    state_.cotangents.clear();
    for (OuterSource& source : state_.outer) source.cotangent = {};
    return results;
}

namespace {

template <Scalar T>
[[gnu::cold]] void add_apart(Variable<T>& sum, const Variable<T>& addend) {
    sum = sum + addend;
}

} // namespace

template <Scalar T>
void Sweep::contribute(std::size_t input, Variable<T>&& contribution) {
    const Place   place  = record_->inputs[input];
    const Record& source = list_.at(place);
    mutation::contribution(*record_, input, source, contribution, creates_graph_);
    bool fits = source.shape == contribution.shape();
    if (!fits) [[unlikely]] {
        contribution = ops::sum_to<T>(contribution, source.shape.shape(), record_->where);
        fits         = source.shape == contribution.shape();
    }
    if (!fits || source.type != scalar_type<T>) [[unlikely]] {
        throw ShapeError("the vjp of `" + std::string(record_->name()) + "` gave a contribution of shape " + to_string(contribution.shape()) +
                             " for input " + std::to_string(input) + " of shape " + to_string(source.shape.shape()),
                         record_->where);
    }
    AnyVariable& sum = slot(place);
    if (sum.empty()) {
        sum = std::move(contribution);
        return;
    }
    Variable<T> together(std::move(sum));
    if (trace() != nullptr) [[unlikely]] {
        add_apart(together, contribution);
    } else {
        ops::accumulate<T>(together, std::move(contribution));
    }
    // What was added may have moved the slots.
    slot(place) = std::move(together);
}

template <Scalar T>
T* Sweep::sum_in_place(std::size_t input) {
    // Mutants break contributions, so that all have to be seen.
    if (mutation::enabled() || creates_graph_ || trace() != nullptr) return nullptr;
    AnyVariable& sum = slot(record_->inputs[input]);
    if (sum.empty() || sum.recorded() || sum.type() != scalar_type<T>) return nullptr;
    Value<T> total(sum.any_value());
    sum = {};
    if (!total.reusable()) {
        Value<T> own = Value<T>::uninitialized(total.shape());
        std::copy_n(total.data(), total.size(), own.mutable_data());
        total = std::move(own);
    }
    T* elements = total.mutable_data();
    sum         = AnyVariable(std::move(total));
    return elements;
}

template void    Sweep::contribute<float>(std::size_t, Variable<float>&&);
template void    Sweep::contribute<double>(std::size_t, Variable<double>&&);
template float*  Sweep::sum_in_place<float>(std::size_t);
template double* Sweep::sum_in_place<double>(std::size_t);

} // namespace xtgrad
