#include <xtgrad/array/any_array.hpp>

#include <utility>

namespace xtgrad {

namespace {

template <class T>
std::string_view dtype_of_one(const Array<T>&) {
    return dtype_name<T>;
}
std::string_view dtype_of_one(const RawArray& array) { return array.dtype; }

template <class T>
const Shape& shape_of_one(const Array<T>& array) {
    return array.shape();
}
const Shape& shape_of_one(const RawArray& array) { return array.shape; }

template <class T>
std::span<const unsigned char> bytes_of_one(const Array<T>& array) {
    return bytes_of(array);
}
std::span<const unsigned char> bytes_of_one(const RawArray& array) { return array.bytes; }

} // namespace

std::string_view dtype_of(const AnyArray& array) {
    return std::visit([](const auto& one) { return dtype_of_one(one); }, array);
}

const Shape& shape_of(const AnyArray& array) {
    return std::visit([](const auto& one) -> const Shape& { return shape_of_one(one); }, array);
}

std::span<const unsigned char> bytes_of(const AnyArray& array) {
    return std::visit([](const auto& one) { return bytes_of_one(one); }, array);
}

void NamedArrays::add(std::string name, AnyArray array, SourceLocation where) {
    if (!place_of_.emplace(name, arrays_.size()).second) throw ValueError("two arrays have the name `" + name + "`; names are given once", where);
    arrays_.push_back({std::move(name), std::move(array)});
}

const AnyArray* NamedArrays::find(const std::string& name) const {
    const auto found = place_of_.find(name);
    return found == place_of_.end() ? nullptr : &arrays_[found->second].array;
}

template <FileElement T>
const Array<T>& NamedArrays::get(const std::string& name) const {
    const AnyArray* array = find(name);
    if (array == nullptr) throw DataError("there is no tensor `" + name + "`");
    if (const Array<T>* typed = std::get_if<Array<T>>(array)) return *typed;
    throw DataError("tensor `" + name + "` is " + std::string(dtype_of(*array)) + ", expected " + std::string(dtype_name<T>));
}

template const Array<float>&        NamedArrays::get<float>(const std::string&) const;
template const Array<double>&       NamedArrays::get<double>(const std::string&) const;
template const Array<std::int64_t>& NamedArrays::get<std::int64_t>(const std::string&) const;
template const Array<std::uint8_t>& NamedArrays::get<std::uint8_t>(const std::string&) const;

} // namespace xtgrad
