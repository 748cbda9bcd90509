#include <xtgrad/handwritten/batches.hpp>

#include <algorithm>
#include <functional>
#include <numeric>
#include <string>

namespace xtgrad::handwritten {

template <class T>
Array<T> take_rows(const Array<T>& samples, const Array<Index>& order, std::size_t first, std::size_t count) {
    Shape shape = samples.shape();
    // Not size()/shape(0), which is undefined for no samples.
    const std::size_t row_size = std::accumulate(shape.begin() + 1, shape.end(), std::size_t{1}, std::multiplies<>());
    shape[0]                   = count;
    Array<T> result(shape);
    for (std::size_t row = 0; row < count; ++row) {
        std::copy_n(samples.data() + static_cast<std::size_t>(order.data()[first + row]) * row_size, row_size, result.data() + row * row_size);
    }
    return result;
}

template <class T>
void require_columns(std::string_view operation, const Array<T>& array, std::size_t columns, SourceLocation where) {
    if (array.dimension() == 2 && array.shape(1) == columns) return;
    throw ShapeError(
        std::string(operation) + ": the shape is " + to_string(array.shape()) + ", but [batch, " + std::to_string(columns) + "] is needed", where);
}

template <class T>
void require_same_shape(std::string_view operation, const Array<T>& a, const Array<T>& b, SourceLocation where) {
    if (a.shape() == b.shape()) return;
    throw ShapeError(
        std::string(operation) + ": shapes " + to_string(a.shape()) + " and " + to_string(b.shape()) + " differ; nothing is broadcast here", where);
}

Array<Index> natural_order(std::size_t count) {
    Array<Index> order = zeros<Index>({count});
    std::iota(order.storage().begin(), order.storage().end(), Index{0});
    return order;
}

void require_order(std::string_view operation, const Array<Index>& order, std::size_t count, SourceLocation where) {
    if (order.dimension() != 1)
        throw ShapeError(std::string(operation) + ": an order needs one axis, its shape is " + to_string(order.shape()), where);
    const auto& places = order.storage();
    const auto  wrong  = std::find_if(places.begin(), places.end(), [&](Index place) { return place < 0 || place >= static_cast<Index>(count); });
    if (wrong == places.end()) return;
    throw ValueError(std::string(operation) + ": the order asks for sample " + std::to_string(*wrong) + ", but there are " + std::to_string(count),
                     where);
}

template Array<float>  take_rows(const Array<float>&, const Array<Index>&, std::size_t, std::size_t);
template Array<double> take_rows(const Array<double>&, const Array<Index>&, std::size_t, std::size_t);
template Array<Index>  take_rows(const Array<Index>&, const Array<Index>&, std::size_t, std::size_t);
template void          require_columns(std::string_view, const Array<float>&, std::size_t, SourceLocation);
template void          require_columns(std::string_view, const Array<double>&, std::size_t, SourceLocation);
template void          require_same_shape(std::string_view, const Array<float>&, const Array<float>&, SourceLocation);
template void          require_same_shape(std::string_view, const Array<double>&, const Array<double>&, SourceLocation);
template void          require_same_shape(std::string_view, const Array<Index>&, const Array<Index>&, SourceLocation);

} // namespace xtgrad::handwritten
