#include <xtgrad/autograd/kernels/pointwise_convolution.hpp>

#include <algorithm>

#include <xtgrad/autograd/kernels/layout.hpp>
#include <xtgrad/autograd/kernels/table.hpp>

namespace xtgrad::kernels {

namespace {

// A matrix [rows, columns] of numbers, somewhere: the elements of a weight, in either order.
struct Steps {
    std::size_t rows, columns;
    std::size_t row_step, column_step;
};

// to[n, group, row, p] = start[group, row] + Σ_column weight[group, row, column] · from[n, group, column, p]. `start` may be null.
template <class T>
void multiply_images(const Convolution& c, const Steps& steps, const T* from, const T* weight, const T* start, T* to) {
    const std::size_t    positions = area(c.image);
    const Scratch<Index> rows      = multiples(steps.rows, steps.row_step);
    const Scratch<Index> terms     = multiples(steps.columns, steps.column_step);
    const Scratch<Index> targets   = multiples(steps.rows, positions);
    const Scratch<T>     zeros(steps.rows);
    std::fill_n(zeros.data(), steps.rows, T{0});
    for_each_part(part_count(c.batch), c.batch, [&](std::size_t, std::size_t begin, std::size_t end) {
        for (std::size_t pair = begin * c.groups; pair < end * c.groups; ++pair) {
            const std::size_t group = pair % c.groups;
            table<T>().convolution.multiply({.source      = weight + group * c.out_channels * c.in_channels,
                                             .rows        = rows.data(),
                                             .row_count   = steps.rows,
                                             .terms       = terms.data(),
                                             .term_count  = steps.columns,
                                             .matrix      = from + pair * steps.columns * positions,
                                             .lanes       = positions,
                                             .out         = to + pair * steps.rows * positions,
                                             .targets     = targets.data(),
                                             .row_start   = start != nullptr ? start + group * steps.rows : zeros.data(),
                                             .matrix_step = positions});
        }
    });
}

} // namespace

bool is_pointwise(const Convolution& c, std::size_t vector_width) {
    const bool single  = area(c.kernel) == 1 && area(c.stride) == 1;
    const bool visible = c.padding.height + c.padding.width == 0;
    return single && visible && area(c.image) >= vector_width;
}

template <Scalar T>
void convolve_pointwise(const Convolution& c, const T* x, const T* weight, const T* bias, T* y) {
    multiply_images<T>(c, {c.out_channels, c.in_channels, c.in_channels, 1}, x, weight, bias, y);
}

template <Scalar T>
void pointwise_input_gradient(const Convolution& c, const T* g, const T* weight, T* dx) {
    multiply_images<T>(c, {c.in_channels, c.out_channels, 1, c.in_channels}, g, weight, nullptr, dx);
}

#define XTGRAD_INSTANTIATE(T)                                                                                                                        \
    template void convolve_pointwise<T>(const Convolution&, const T*, const T*, const T*, T*);                                                       \
    template void pointwise_input_gradient<T>(const Convolution&, const T*, const T*, T*);
XTGRAD_INSTANTIATE(float)
XTGRAD_INSTANTIATE(double)
#undef XTGRAD_INSTANTIATE

} // namespace xtgrad::kernels
