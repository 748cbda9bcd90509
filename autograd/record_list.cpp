#include <xtgrad/autograd/record_list.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <queue>

#include <xtgrad/autograd/program/trace.hpp>

namespace xtgrad {

Record::Record(std::span<const Place> input_places, const AnyVariable& output_value) noexcept : inputs(input_places), type(output_value.type()) {
    if (type == ScalarType::float32) {
        shape = *static_cast<const Node<float>*>(output_value.any_value().node())->shape;
    } else {
        shape = *static_cast<const Node<double>*>(output_value.any_value().node())->shape;
    }
}

void* Arena::allocate(std::size_t bytes, std::size_t alignment) {
    std::size_t start = (top_.used + alignment - 1) / alignment * alignment;
    if (chunks_.empty() || start + bytes > chunk_bytes) {
        if (bytes > chunk_bytes) throw std::bad_alloc();
        const std::size_t next = chunks_.empty() ? 0 : top_.chunk + 1;
        if (next == chunks_.size()) chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(chunk_bytes));
        top_  = {next, 0};
        start = 0;
    }
    top_.used = start + bytes;
    return chunks_[top_.chunk].get() + start;
}

RecordList& RecordList::current() {
    // A pointer, because access to a thread_local object with a constructor costs a call each time.
    constinit thread_local RecordList* list = nullptr;
    if (list == nullptr) [[unlikely]] {
        thread_local RecordList own;
        // Serials of different threads never meet, so that a handle used in another thread is found out.
        static constinit std::atomic<std::uint64_t> threads{0};
        own.next_serial_ = (threads.fetch_add(1) << 40) + 1;
        list             = &own;
    }
    return *list;
}

RecordList::~RecordList() { truncate(0); }

AnyVariable RecordList::finish(Record* record, const AnyValue& output, SourceLocation where) noexcept {
    record->place          = static_cast<Place>(entries_.size() - 1);
    record->serial         = next_serial_++;
    record->where          = where;
    output.node()->made_at = where;
    entries_.back().record = record;
    return AnyVariable(output, record->place, record->serial);
}

void RecordList::truncate(std::size_t begin) noexcept {
    while (entries_.size() > begin) {
        entries_.back().record->~Record();
        arena_.rewind(entries_.back().mark);
        entries_.pop_back();
    }
}

void RecordList::close_tape(std::size_t begin, bool by_exception) noexcept {
    --open_tapes_;
    if (open_tapes_ == 0) {
        truncate(0);
        return;
    }
    if (begin > entries_.size()) return;
    const bool reads_earlier = !by_exception && std::any_of(entries_.begin() + static_cast<Index>(begin), entries_.end(), [&](const Entry& entry) {
        return std::any_of(entry.record->inputs.begin(), entry.record->inputs.end(), [&](Place place) { return place < begin; });
    });
    if (!reads_earlier) truncate(begin);
}

AnyVariable RecordList::watched(const AnyParameterState& parameter) const noexcept {
    if (parameter.id() >= parameters_.size()) return {};
    const WatchedParameter& found = parameters_[parameter.id()];
    if (found.place >= entries_.size() || at(found.place).serial != found.serial || at(found.place).parameter() != &parameter) return {};
    return AnyVariable(AnyValue(), found.place, found.serial);
}

void RecordList::note_watched(const AnyParameterState& parameter, const AnyVariable& leaf) {
    if (parameter.id() >= parameters_.size()) parameters_.resize(parameter.id() + 1, {AnyVariable::no_place, 0});
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

    AnyValue value;

private:
    std::shared_ptr<const AnyParameterState> parameter_;
    std::uint64_t                            version_;
};

} // namespace

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
    const AnyVariable known = RecordList::current().watched(*state_);
    return Variable<T>(AnyVariable(AnyValue(nodes::share<T>(state_->array)), known.place(), known.serial()));
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

void refuse_change_while_compiling(const AnyParameterState& parameter, SourceLocation where) {
    if (program::Trace::active() == nullptr) return;
    throw TapeError("compile: parameter '" + parameter.name() +
                        "' is changed by the function that is being compiled; only an optimizer's step can be replayed: change it outside",
                    where);
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
    return Variable<T>(RecordList::current().append<Leaf<T>>(value, {}, SourceScope::resolve(where), nullptr));
}

template class Parameter<float>;
template class Parameter<double>;
template Variable<float>  watch_value<float>(const Value<float>&, SourceLocation);
template Variable<double> watch_value<double>(const Value<double>&, SourceLocation);

} // namespace xtgrad
