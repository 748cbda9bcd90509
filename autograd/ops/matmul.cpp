#include <xtgrad/autograd/primitives/matmul.hpp>

#include <xtgrad/array/blas.hpp>
#include <xtgrad/autograd/apply.hpp>
#include <xtgrad/autograd/kernels/loop.hpp>
#include <xtgrad/autograd/primitives/shape.hpp>

namespace xtgrad {

namespace {

Shape leading(const Shape& shape) { return Shape(shape.begin(), shape.end() - 2); }

} // namespace

void Matmul::infer(SourceLocation where, const Shape& a, const Shape& b) {
    shape_a                   = a;
    shape_b                   = b;
    const std::size_t rows    = a[a.size() - (transpose_a ? 1 : 2)];
    const std::size_t inner_a = a[a.size() - (transpose_a ? 2 : 1)];
    const std::size_t inner_b = b[b.size() - (transpose_b ? 1 : 2)];
    const std::size_t columns = b[b.size() - (transpose_b ? 2 : 1)];
    if (inner_a != inner_b) {
        throw ShapeError("matmul: " + to_string(a) + (transpose_a ? "ᵀ" : "") + " · " + to_string(b) + (transpose_b ? "ᵀ" : "") +
                             ": inner dimensions " + std::to_string(inner_a) + " and " + std::to_string(inner_b) + " differ",
                         where);
    }
    if (a.size() == 2 && b.size() == 2) {
        shape.resize(2);
        shape[0] = rows;
        shape[1] = columns;
        return;
    }
    shape = broadcast_shapes("matmul, leading axes", leading(a), leading(b), where);
    shape.push_back(rows);
    shape.push_back(columns);
}

template <Scalar T>
Value<T> Matmul::forward(const Value<T>& a, const Value<T>& b) const {
    Value<T>   y       = Value<T>::uninitialized(shape);
    const auto rows    = static_cast<Index>(shape[shape.size() - 2]);
    const auto columns = static_cast<Index>(shape[shape.size() - 1]);
    const auto inner   = static_cast<Index>(shape_a[shape_a.size() - (transpose_a ? 2 : 1)]);
    T*         to      = y.mutable_data();
    const auto one     = [&](const T* left, const T* right) {
        gemm<T>(transpose_a, transpose_b, rows, columns, inner, T{1}, left, right, T{0}, to);
        to += rows * columns;
    };
    if (shape.size() == 2) {
        one(a.data(), b.data());
        return y;
    }
    const Shape batch_a = leading(shape_a);
    const Shape batch_b = leading(shape_b);
    const Shape batch   = leading(shape);
    // Matrices are the elements of the batch axes.
    const std::array<const Shape*, 2> batches{&batch_a, &batch_b};
    kernels::Loop                     loop;
    kernels::plan(loop, batch, batches);
    const std::array<std::size_t, 2>            sizes{static_cast<std::size_t>(rows * inner), static_cast<std::size_t>(inner * columns)};
    std::array<std::size_t, 2>                  at{};
    std::array<std::size_t, kernels::most_axes> index{};
    for (std::size_t row = 0; row < loop.rows; ++row) {
        for (std::size_t i = 0; i < loop.inner; ++i)
            one(a.data() + (at[0] + i * loop.moves[0]) * sizes[0], b.data() + (at[1] + i * loop.moves[1]) * sizes[1]);
        for (std::size_t axis = 0; axis < loop.outer_axes; ++axis) {
            for (std::size_t operand = 0; operand < 2; ++operand) at[operand] += loop.steps[operand][axis];
            if (++index[axis] < loop.extents[axis]) break;
            for (std::size_t operand = 0; operand < 2; ++operand) at[operand] -= loop.steps[operand][axis] * loop.extents[axis];
            index[axis] = 0;
        }
    }
    return y;
}

template <Scalar T>
void Matmul::Planned<T>::operator()(const void* const* operands, T* result) const {
    gemm<T>(transpose_a, transpose_b, rows, columns, inner, T{1}, static_cast<const T*>(operands[0]), static_cast<const T*>(operands[1]), T{0},
            result);
}

template <Scalar T>
std::optional<Matmul::Planned<T>> Matmul::planned(std::span<const Shape>) const {
    if (shape.size() != 2) return std::nullopt;
    return Planned<T>{transpose_a, transpose_b, static_cast<Index>(shape[0]), static_cast<Index>(shape[1]),
                      static_cast<Index>(shape_a[transpose_a ? 0 : 1])};
}

template <Scalar T>
Variable<T> Matmul::product(const Variable<T>& a, const Variable<T>& b, bool of_a, bool of_b) {
    Matmul primitive;
    primitive.transpose_a = of_a;
    primitive.transpose_b = of_b;
    return apply<Matmul, T>(std::move(primitive), SourceLocation{"", 0}, a, b);
}

namespace ops {

template <Scalar T>
Variable<T> matmul(const Operand<T>& first, const Operand<T>& second, bool transpose_a, bool transpose_b) {
    const SourceLocation where = first.where();
    Variable<T>          a     = first.variable();
    Variable<T>          b     = second.variable();
    for (const Variable<T>* operand : {&a, &b}) {
        if (operand->dimension() == 0) {
            throw ShapeError("matmul: " + to_string(a.shape()) + " · " + to_string(b.shape()) + ": a single number is no matrix; multiply with *",
                             where);
        }
    }
    // A vector is a row on the left and a column on the right; its axis of extent 1 is dropped from the result. A transposed vector is itself.
    const bool vector_a = a.dimension() == 1;
    const bool vector_b = b.dimension() == 1;
    transpose_a         = transpose_a && !vector_a;
    transpose_b         = transpose_b && !vector_b;
    Matmul primitive;
    primitive.transpose_a = transpose_a;
    primitive.transpose_b = transpose_b;
    // Checked before anything is recorded, so that a throw leaves the tape as it was.
    const auto as_matrix = [](const Variable<T>& x, bool vector, bool row) {
        return !vector ? x.shape() : row ? Shape{1, x.size()} : Shape{x.size(), 1};
    };
    if (vector_a || vector_b || a.dimension() > 2) primitive.infer(where, as_matrix(a, vector_a, true), as_matrix(b, vector_b, false));
    if (vector_a) a = expand_dims(a, 0, where);
    if (vector_b) b = expand_dims(b, 1, where);
    Shape folded;
    // A stack of matrices times one matrix is one tall matrix times it.
    if (a.dimension() > 2 && b.dimension() == 2 && !transpose_a && a.size() > 0) {
        folded = a.shape();
        a      = reshape(a, {-1, static_cast<Index>(folded.back())}, where);
    }
    Variable<T> y = apply<Matmul, T>(std::move(primitive), where, a, b);
    if (!folded.empty()) {
        folded.back() = y.shape().back();
        y             = reshape(y, folded, where);
    }
    if (vector_b) y = squeeze(y, -1, where);
    if (vector_a) y = squeeze(y, vector_b ? -1 : -2, where);
    return y;
}

template Variable<float>  matmul<float>(const Operand<float>&, const Operand<float>&, bool, bool);
template Variable<double> matmul<double>(const Operand<double>&, const Operand<double>&, bool, bool);

} // namespace ops

XTGRAD_COMPILE_PRIMITIVE(Matmul)

// Others apply it too.
template struct Matmul::Planned<float>;
template struct Matmul::Planned<double>;
template std::optional<Matmul::Planned<float>>  Matmul::planned<float>(std::span<const Shape>) const;
template std::optional<Matmul::Planned<double>> Matmul::planned<double>(std::span<const Shape>) const;

} // namespace xtgrad
