#include <xtgrad/autograd/primitives/fused.hpp>

#include <xtgrad/array/blas.hpp>
#include <xtgrad/autograd/apply.hpp>
#include <xtgrad/autograd/primitives/matmul.hpp>
#include <xtgrad/autograd/primitives/reduction.hpp>

namespace xtgrad {

void Affine::infer(SourceLocation where, const Shape& x, const Shape& weight, const Shape& bias) const {
    if (weight.size() == 2 && bias.size() == 1 && x[1] == weight[1] && bias[0] == weight[0]) return;
    throw ShapeError("affine: x " + to_string(x) + ", weight " + to_string(weight) + ", bias " + to_string(bias) +
                         ": x·weightᵀ + bias needs [rows, inputs], [outputs, inputs] and [outputs]",
                     where);
}

template <Scalar T>
void Affine::Planned<T>::operator()(const void* const* operands, T* result) const {
    const auto* bias = static_cast<const T*>(operands[2]);
    for (std::size_t row = 0; row < rows; ++row) std::copy_n(bias, outputs, result + row * outputs);
    gemm<T>(false, true, static_cast<Index>(rows), static_cast<Index>(outputs), static_cast<Index>(inputs), T{1}, static_cast<const T*>(operands[0]),
            static_cast<const T*>(operands[1]), T{1}, result);
}

template <Scalar T>
Value<T> Affine::forward(const Value<T>& x, const Value<T>& weight, const Value<T>& bias) const {
    const Planned<T>                 plan{x.shape()[0], x.shape()[1], bias.size()};
    const std::array<const void*, 3> operands{x.data(), weight.data(), bias.data()};
    Value<T>                         y = Value<T>::uninitialized({plan.rows, plan.outputs});
    plan(operands.data(), y.mutable_data());
    return y;
}

template <Scalar T>
Variable<T> Affine::product(const Variable<T>& g, const Variable<T>& other, bool transpose_g) {
    Matmul primitive;
    primitive.transpose_a = transpose_g;
    return apply<Matmul, T>(std::move(primitive), SourceLocation{"", 0}, g, other);
}

template <Scalar T>
Variable<T> Affine::column_sums(const Variable<T>& g) {
    Sum primitive;
    primitive.axes.push_back(0);
    primitive.keep = false;
    return apply<Sum, T>(std::move(primitive), SourceLocation{"", 0}, g);
}

void SquaredError::infer(SourceLocation where, const Shape& a, const Shape& b) const {
    if (a == b) return;
    throw ShapeError("squared_error: shapes " + to_string(a) + " and " + to_string(b) + " must be equal; nothing is broadcast", where);
}

template <Scalar T>
Value<T> SquaredError::forward(const Value<T>& a, const Value<T>& b) const {
    if (a.size() == 0) return Value<T>::scalar(static_cast<T>(0 * scale));
    const auto&   table = kernels::table<T>();
    kernels::Loop loop;
    // One size, whatever it is: a single element is no broadcast here.
    kernels::plan_linear(loop, a.size(), std::array{a.size(), a.size()});
    Value<T>                      squares = Value<T>::uninitialized(a.shape());
    const std::array<const T*, 2> operands{a.data(), b.data()};
    table.elementwise[elementwise_index<Subtract>].forward(loop, operands.data(), squares.mutable_data());
    const T* differences = squares.data();
    table.elementwise[elementwise_index<Square>].forward(loop, &differences, squares.mutable_data());
    Value<T> y = Value<T>::uninitialized({});
    table.fold[static_cast<std::size_t>(kernels::Fold::sum)](squares.data(), y.mutable_data(), 1, a.size(), 1);
    *y.mutable_data() *= static_cast<T>(scale);
    return y;
}

namespace ops {

template <Scalar T>
Variable<T> squared_error(const Variable<T>& a, const Variable<T>& b, double scale, SourceLocation where) {
    return apply<SquaredError, T>({scale}, where, a, b);
}

template <Scalar T>
Variable<T> affine(const Operand<T>& x, const Operand<T>& weight, const Operand<T>& bias) {
    const SourceLocation where = x.where();
    const Variable<T>&   in    = x.variable();
    const auto           run   = [&](const Variable<T>& rows) { return apply<Affine, T>({}, where, rows, weight.variable(), bias.variable()); };
    if (in.dimension() == 2) return run(in);
    // Any axes before the last are rows; none is one row. Checked as they are, so that the error shows the user's shape.
    if (in.dimension() == 0 || weight.variable().dimension() != 2 || in.shape().back() != weight.variable().shape()[1]) {
        throw ShapeError("affine: x " + to_string(in.shape()) + ", weight " + to_string(weight.variable().shape()) + ", bias " +
                             to_string(bias.variable().shape()) + ": the last extent of x and of the weight must be the inputs",
                         where);
    }
    Shape result             = in.shape();
    result.back()            = weight.variable().shape()[0];
    const std::size_t inputs = in.shape().back();
    std::size_t       rows   = 1;
    for (std::size_t axis = 0; axis + 1 < in.dimension(); ++axis) rows *= in.shape()[axis];
    return reshape(run(reshape(in, Shape{rows, inputs}, where)), result, where);
}

template Variable<float>  affine<float>(const Operand<float>&, const Operand<float>&, const Operand<float>&);
template Variable<double> affine<double>(const Operand<double>&, const Operand<double>&, const Operand<double>&);

template Variable<float>  squared_error<float>(const Variable<float>&, const Variable<float>&, double, SourceLocation);
template Variable<double> squared_error<double>(const Variable<double>&, const Variable<double>&, double, SourceLocation);

} // namespace ops

XTGRAD_COMPILE_PRIMITIVE(Affine)
XTGRAD_COMPILE_PRIMITIVE(SquaredError)

} // namespace xtgrad
