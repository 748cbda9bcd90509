#include <xtgrad/autograd/custom.hpp>

#include <xtgrad/autograd/sweep.hpp>

namespace xtgrad::customs {

namespace {

/// Stands for the vjp of a once differentiable operation where a gradient is recorded.
template <Scalar T>
class OnceRecord final : public Record {
public:
    OnceRecord(std::span<const Place> input_places, const AnyVariable& output, std::string name)
        : Record(input_places, output), name_(std::move(name)) {}

    std::string_view name() const noexcept override { return name_; }
    void             release() noexcept override {}
    void             backward(Sweep&) override {
        throw TapeError(name_ + " is differentiable once, because its vjp works on arrays; write the vjp in operations on Variables, without "
                                                        "once_differentiable, to differentiate it again",
                                    where);
    }

private:
    std::string name_;
};

template <Scalar T>
class CustomRecord final : public Record {
public:
    CustomRecord(std::span<const Place> input_places, const AnyVariable& output, Rule<T>&& rule, const std::vector<Variable<T>>& operands)
        : Record(input_places, output), rule_(std::move(rule)), count_(operands.size()) {
        if (rule_.saves_inputs) saved_.assign(operands.begin(), operands.end());
        if (rule_.saves_output) output_ = output.any_value();
    }

    std::string_view name() const noexcept override { return rule_.name; }
    void             release() noexcept override {
        saved_.clear();
        output_ = {};
    }

    void backward(Sweep& sweep) override {
        std::vector<bool> wanted(count_);
        for (std::size_t input = 0; input < count_; ++input) wanted[input] = sweep.wants(input);
        const Variable<T>        g = sweep.take_cotangent<T>();
        std::vector<Variable<T>> x;
        for (const Variable<T>& operand : saved_) x.push_back(sweep.saved<T>(operand));
        const Variable<T> y(sweep.creates_graph() ? AnyVariable(output_, place, serial) : AnyVariable(output_));
        Contributions<T>  contributions = rule_.vjp(g, x, y, wanted);
        for (std::size_t input = 0; input < count_; ++input) {
            if (!wanted[input] || !contributions[input].has_value()) continue;
            Variable<T>& contribution = *contributions[input];
            check_shape(input, contribution.shape());
            if (!sweep.creates_graph()) {
                // Whatever the vjp has captured.
                contribution = contribution.detach();
            } else if (rule_.once) {
                contribution = once(g, contribution);
            }
            sweep.contribute<T>(input, std::move(contribution));
        }
    }

private:
    void check_shape(std::size_t input, const Shape& given) const {
        const Shape& own = RecordList::current().at(inputs[input]).shape.shape();
        if (given == own) return;
        const Shape& whole      = shape.shape();
        bool         broadcasts = given == whole && own.size() <= whole.size();
        for (std::size_t back = 1; broadcasts && back <= own.size(); ++back) {
            const std::size_t extent = own[own.size() - back];
            broadcasts               = extent == 1 || extent == whole[whole.size() - back];
        }
        if (broadcasts) return;
        throw ShapeError("the vjp of `" + rule_.name + "` gave a contribution of shape " + to_string(given) + " for input " + std::to_string(input) +
                             " of shape " + to_string(own),
                         where);
    }

    /// A contribution computed from arrays, recorded as what depends on the cotangent and the inputs in a way that is not known.
    Variable<T> once(const Variable<T>& g, const Variable<T>& contribution) {
        RecordList&        list = RecordList::current();
        std::vector<Place> places(inputs.begin(), inputs.end());
        places.push_back(list.place_of(g, rule_.name, where));
        return Variable<T>(list.append<OnceRecord<T>>(contribution.any_value(), places, where, rule_.name));
    }

    Rule<T>                  rule_;
    std::size_t              count_;
    std::vector<Variable<T>> saved_;
    AnyValue                 output_;
};

} // namespace

template <Scalar T>
void check_operands(const std::string& name, const std::vector<Variable<T>>& inputs, SourceLocation where) {
    for (const Variable<T>& input : inputs) RecordList::current().place_of(input, name, where);
}

template <Scalar T>
Variable<T> record(Rule<T> rule, Array<T>&& output, const std::vector<Variable<T>>& inputs, SourceLocation where) {
    where                            = SourceScope::resolve(where);
    RecordList&                list  = RecordList::current();
    bool                       found = false;
    std::vector<Record::Place> places;
    for (const Variable<T>& input : inputs) {
        places.push_back(list.place_of(input, rule.name, where));
        found = found || places.back() != AnyVariable::no_place;
    }
    const Value<T> value(std::move(output));
    if (!found) return Variable<T>(value);
    return Variable<T>(list.append<CustomRecord<T>>(value, places, where, std::move(rule), inputs));
}

template void             check_operands<float>(const std::string&, const std::vector<Variable<float>>&, SourceLocation);
template void             check_operands<double>(const std::string&, const std::vector<Variable<double>>&, SourceLocation);
template Variable<float>  record<float>(Rule<float>, Array<float>&&, const std::vector<Variable<float>>&, SourceLocation);
template Variable<double> record<double>(Rule<double>, Array<double>&&, const std::vector<Variable<double>>&, SourceLocation);

} // namespace xtgrad::customs
