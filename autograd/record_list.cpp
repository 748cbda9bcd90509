#include <xtgrad/autograd/record_list.hpp>

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <queue>

#include <xtgrad/autograd/program/trace.hpp>

namespace xtgrad {

void Arena::enter_next_chunk(std::size_t bytes) {
    if (bytes > chunk_bytes) throw std::bad_alloc();
    if (entered_ == chunks_.size()) chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(chunk_bytes));
    next_ = chunks_[entered_++].get();
    end_  = next_ + chunk_bytes;
}

void Arena::rewind(void* start) noexcept {
    next_ = static_cast<std::byte*>(start);
    while (std::less<>{}(next_, end_ - chunk_bytes) || std::greater<>{}(next_, end_)) end_ = chunks_[--entered_ - 1].get() + chunk_bytes;
}

void RecordList::make_current() {
    thread_local RecordList own;
    // Serials of different threads never meet, so that a handle used in another thread is found out.
    static constinit std::atomic<std::uint64_t> threads{0};
    own.next_serial_ = (threads.fetch_add(1) << 40) + 1;
    current_         = &own;
}

RecordList::~RecordList() { truncate(0); }

void RecordList::truncate(std::size_t begin) noexcept {
    if (records_.size() <= begin) return;
    Record* const first = records_[begin];
    while (records_.size() > begin) {
        records_.back()->~Record();
        records_.pop_back();
    }
    arena_.rewind(first);
    while (!parameter_places_.empty() && parameter_places_.back() >= begin) parameter_places_.pop_back();
}

void RecordList::close_tape(std::size_t begin, bool by_exception) noexcept {
    --open_tapes_;
    if (open_tapes_ == 0) {
        truncate(0);
        return;
    }
    if (begin > records_.size()) return;
    const bool reads_earlier = !by_exception && std::any_of(records_.begin() + static_cast<Index>(begin), records_.end(), [&](const Record* record) {
        return std::any_of(record->inputs.begin(), record->inputs.end(), [&](Place place) { return place < begin; });
    });
    if (!reads_earlier) truncate(begin);
}

void RecordList::note_watched(const AnyParameterState& parameter, const AnyVariable& leaf) {
    if (parameter.id() >= parameters_.size()) parameters_.resize(parameter.id() + 1, {AnyVariable::no_place, 0});
    parameter_places_.push_back(leaf.place());
    parameters_[parameter.id()] = {leaf.place(), leaf.serial()};
}

void RecordList::throw_gone(const AnyVariable& variable, std::string_view operation, SourceLocation where) {
    throw TapeError(std::string(operation) + ": an operand was recorded at " + to_string(variable.any_value().node()->made_at) +
                        " on a tape that has ended, or in another thread; keep that tape in scope, or take detach() of the value first",
                    where);
}

namespace {

constinit std::mutex parameter_ids_mutex;

// The smallest free number first, so that the tables of places stay short.
auto& free_parameter_ids() {
    // Never destroyed: a parameter may outlive every other object of the program.
    static auto& ids = *new std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>>;
    return ids;
}

std::uint32_t take_parameter_id() {
    static std::uint32_t  next = 0;
    const std::lock_guard lock(parameter_ids_mutex);
    auto&                 free = free_parameter_ids();
    if (free.empty()) return next++;
    const std::uint32_t id = free.top();
    free.pop();
    return id;
}

} // namespace

AnyParameterState::AnyParameterState(std::string name) : name_(std::move(name)), changed_at_{"", 0}, id_(take_parameter_id()) {}

AnyParameterState::~AnyParameterState() {
    const std::lock_guard lock(parameter_ids_mutex);
    free_parameter_ids().push(id_);
}

void AnyParameterState::note_change(SourceLocation where) noexcept {
    ++version_;
    changed_at_ = SourceScope::resolve(where);
}

namespace {

template <Scalar T>
class Leaf final : public Record {
public:
    Leaf(std::span<const Place> input_places, const AnyVariable& output, std::shared_ptr<const AnyParameterState> watched)
        : Record(input_places, output), value(output.any_value()), parameter_(std::move(watched)),
          version_(parameter_ == nullptr ? 0 : parameter_->version()) {}

    std::string_view         name() const noexcept override { return parameter_ == nullptr ? "watch" : "parameter"; }
    void                     backward(Sweep&) override {}
    void                     release() noexcept override { value = {}; }
    const AnyParameterState* parameter() const noexcept override { return parameter_.get(); }
    std::uint64_t            watched_version() const noexcept override { return version_; }

    const std::shared_ptr<const AnyParameterState>& shared_parameter() const noexcept { return parameter_; }

    AnyValue value;

private:
    std::shared_ptr<const AnyParameterState> parameter_;
    std::uint64_t                            version_;
};

} // namespace

std::vector<RecordList::Place> RecordList::truncate_to_sources(std::size_t begin) {
    struct Watched {
        std::shared_ptr<const AnyParameterState> parameter;
        AnyValue                                 value;
        SourceLocation                           where;
    };
    std::vector<Place>   places;
    std::vector<Watched> parameters;
    const auto           note = [&]<Scalar T>(const Leaf<T>& leaf) { parameters.push_back({leaf.shared_parameter(), leaf.value, leaf.where}); };
    for (std::size_t place = begin; place < size(); ++place) {
        const Record& record = at(place);
        std::copy_if(record.inputs.begin(), record.inputs.end(), std::back_inserter(places), [&](Place input) { return input < begin; });
        if (record.parameter() == nullptr) continue;
        record.type == ScalarType::float32 ? note(static_cast<const Leaf<float>&>(record)) : note(static_cast<const Leaf<double>&>(record));
    }
    truncate(begin);
    std::sort(places.begin(), places.end());
    places.erase(std::unique(places.begin(), places.end()), places.end());
    for (const Watched& watched : parameters) {
        const AnyVariable leaf = watched.value.node()->type == ScalarType::float32
                                     ? append<Leaf<float>>(watched.value, {}, watched.where, watched.parameter)
                                     : append<Leaf<double>>(watched.value, {}, watched.where, watched.parameter);
        note_watched(*watched.parameter, leaf);
        places.push_back(leaf.place());
    }
    return places;
}

template <Scalar T>
Variable<T> Parameter<T>::watched(SourceLocation where) const {
    const Variable<T> variable = watched_by_tape(where);
    if (program::Trace* trace = program::Trace::active()) trace->watched(variable.any_value(), *this, SourceScope::resolve(where));
    return variable;
}

template <Scalar T>
Variable<T> Parameter<T>::watched_by_tape(SourceLocation where) const {
    RecordList& list = RecordList::current();
    if (!list.recording()) return Variable<T>(Value<T>(AnyValue(nodes::share<T>(state_->array))));
    const AnyVariable known = list.watched(*state_);
    if (known.recorded()) {
        const auto& leaf = static_cast<const Leaf<T>&>(list.at(known.place()));
        if (leaf.watched_version() != state_->version()) {
            throw TapeError("parameter '" + name() + "', used under this tape at " + to_string(leaf.where) + ", was changed at " +
                                to_string(state_->changed_at()) + "; change parameters after the gradient was taken, and use a tape for each step",
                            where);
        }
        const AnyValue value = leaf.value.empty() ? AnyValue(nodes::share<T>(state_->array)) : leaf.value;
        return Variable<T>(AnyVariable(value, known.place(), known.serial()));
    }
    const AnyValue    value(nodes::share<T>(state_->array));
    const AnyVariable leaf = list.append<Leaf<T>>(value, {}, SourceScope::resolve(where), state_);
    list.note_watched(*state_, leaf);
    return Variable<T>(leaf);
}

template <Scalar T>
Variable<T> Parameter<T>::source() const {
    const RecordList& list  = RecordList::current();
    const AnyVariable known = list.watched(*state_);
    AnyValue          value;
    if (known.recorded()) value = static_cast<const Leaf<T>&>(list.at(known.place())).value;
    if (value.empty()) value = AnyValue(nodes::share<T>(state_->array));
    return Variable<T>(AnyVariable(std::move(value), known.place(), known.serial()));
}

template <Scalar T>
const Array<T>& Parameter<T>::value(SourceLocation where) const {
    if (program::Trace* trace = program::Trace::active()) trace->note_read(watched(where).any_value(), SourceScope::resolve(where));
    return *state_->array;
}

template <Scalar T>
void Parameter<T>::assign(Array<T> value, SourceLocation where) const {
    if (value.shape() != shape()) {
        throw ShapeError("parameter '" + name() + "' has shape " + to_string(shape()) + ", the new value " + to_string(value.shape()), where);
    }
    state_->replace(std::move(value), where);
}

namespace {

[[noreturn, gnu::cold]] void throw_change_while_compiling(const AnyParameterState& parameter, SourceLocation where) {
    throw TapeError("compile: parameter '" + parameter.name() +
                        "' is changed by the function that is being compiled; only an optimizer's step can be replayed: change it outside",
                    where);
}

void refuse_change_while_compiling(const AnyParameterState& parameter, SourceLocation where) {
    if (program::Trace::active() != nullptr) [[unlikely]]
        throw_change_while_compiling(parameter, where);
}

} // namespace

template <Scalar T>
void Parameter<T>::State::replace(Array<T> value, SourceLocation where) {
    refuse_change_while_compiling(*this, where);
    array = std::make_shared<Array<T>>(std::move(value));
    note_change(where);
}

template <Scalar T>
T* Parameter<T>::State::writable(SourceLocation where) {
    refuse_change_while_compiling(*this, where);
    if (array.use_count() > 1) array = std::make_shared<Array<T>>(*array);
    note_change(where);
    return array->data();
}

template <Scalar T>
Variable<T> watch_value(const Value<T>& value, SourceLocation where) {
    // A view of its own, so that the leaf's line does not overwrite that of the value it shows.
    return Variable<T>(RecordList::current().append<Leaf<T>>(value.viewed_as(value.shape()), {}, SourceScope::resolve(where), nullptr));
}

template class Parameter<float>;
template class Parameter<double>;
template Variable<float>  watch_value<float>(const Value<float>&, SourceLocation);
template Variable<double> watch_value<double>(const Value<double>&, SourceLocation);

} // namespace xtgrad
