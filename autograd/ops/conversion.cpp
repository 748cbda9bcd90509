#include <algorithm>
#include <ostream>

#include <xtensor/xio.hpp>

#include <xtgrad/autograd/apply.hpp>
#include <xtgrad/autograd/primitives/shape.hpp>
#include <xtgrad/autograd/program/trace.hpp>

namespace xtgrad {

namespace {

// The one record whose input and output are of different scalar types.
template <Scalar To, Scalar From>
class CastRecord final : public Record {
public:
    using Record::Record;

    std::string_view name() const noexcept override { return Cast::name; }
    void             release() noexcept override {}
    void             backward(Sweep& sweep) override { sweep.contribute<From>(0, Cast::vjp<From>(sweep.take_cotangent<To>())); }
};

} // namespace

template <Scalar To, Scalar From>
Variable<To> cast(const Variable<From>& x, SourceLocation where) {
    if constexpr (std::is_same_v<To, From>) {
        return x;
    } else {
        where = SourceScope::resolve(where);
        const std::array<Record::Place, 1> place{RecordList::current().place_of(x, Cast::name, where)};
        Value<To>                          y = Cast::forward<To, From>(x.typed());
        if (program::Trace* trace = program::Trace::active()) trace->cast<To, From>(x.any_value(), y, where);
        if (place[0] == AnyVariable::no_place) return Variable<To>(std::move(y));
        return Variable<To>(RecordList::current().append<CastRecord<To, From>>(y, place, where));
    }
}

template Variable<float>  cast<float, double>(const Variable<double>&, SourceLocation);
template Variable<double> cast<double, float>(const Variable<float>&, SourceLocation);
template Variable<float>  cast<float, float>(const Variable<float>&, SourceLocation);
template Variable<double> cast<double, double>(const Variable<double>&, SourceLocation);

template <Scalar T>
const Array<T>& Variable<T>::value(SourceLocation where) const {
    if (program::Trace* trace = program::Trace::active()) trace->note_read(value_, SourceScope::resolve(where));
    return typed().array();
}

template <Scalar T>
T Variable<T>::item(SourceLocation where) const {
    if (size() != 1) throw ShapeError("item: an array of shape " + to_string(shape()) + " is not a single number", where);
    if (program::Trace* trace = program::Trace::active()) trace->note_read(value_, SourceScope::resolve(where));
    return *typed().data();
}

template const Array<float>&  Variable<float>::value(SourceLocation) const;
template const Array<double>& Variable<double>::value(SourceLocation) const;

template float  Variable<float>::item(SourceLocation) const;
template double Variable<double>::item(SourceLocation) const;

template <Scalar T>
std::ostream& operator<<(std::ostream& stream, const Variable<T>& variable) {
    // A plain xtensor array, because xtensor's printing evaluates into its own type.
    const xt::xarray<T> elements = variable.value();
    return stream << (sizeof(T) == 4 ? "Variable<float>" : "Variable<double>") << to_string(variable.shape()) << ' ' << elements;
}

template std::ostream& operator<< <float>(std::ostream&, const Variable<float>&);
template std::ostream& operator<< <double>(std::ostream&, const Variable<double>&);

} // namespace xtgrad
