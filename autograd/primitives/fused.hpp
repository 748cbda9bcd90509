#pragma once

#include <optional>

#include <xtgrad/autograd/primitive.hpp>
#include <xtgrad/autograd/primitives/reference.hpp>

namespace xtgrad {

// Primitives that stand beside a composition of others, because a network of a few neurons spends its time on records: one instead of
// several makes a step of the XOR example twice as fast.

/// x·Wᵀ + b for x of shape [rows, inputs], W of [outputs, inputs], b of [outputs]: what a linear layer computes, as one record.
struct Affine {
    static constexpr std::string_view name  = "affine";
    static constexpr std::size_t      arity = 3;

    void infer(SourceLocation where, const Shape& x, const Shape& weight, const Shape& bias) const;
    template <Scalar T>
    Value<T> forward(const Value<T>& x, const Value<T>& weight, const Value<T>& bias) const;
    /// For known extents.
    template <Scalar T>
    struct Planned {
        std::size_t rows, inputs, outputs;
        void        operator()(const void* const* operands, T* result) const;
    };
    template <Scalar T>
    std::optional<Planned<T>> planned(std::span<const Shape> operands) const {
        return Planned<T>{operands[0][0], operands[0][1], operands[2][0]};
    }
    bool operator==(const Affine&) const = default;
    template <Scalar T>
    auto vjp_from_input(const Variable<T>& g, const Variable<T>& x, const Variable<T>& weight) const {
        return each([=] { return product<T>(g, weight, false); }, [=] { return product<T>(g, x, true); }, [=] { return column_sums<T>(g); });
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x, const Grid<Q>& weight, const Grid<Q>& bias) const {
        Grid<Q> y(Shape{x.shape[0], weight.shape[0]});
        for_each_index(y.shape, [&](const GridIndex& index) {
            y[index] = bias[{index[1]}];
            for (std::size_t k = 0; k < x.shape[1]; ++k) y[index] = y[index] + x[{index[0], k}] * weight[{index[1], k}];
        });
        return y;
    }
    static std::vector<Sample<Affine>> samples() {
        const auto sample = [](std::size_t rows, std::size_t inputs, std::size_t outputs) {
            return Sample<Affine>{{}, {sample_array({rows, inputs}), sample_array({outputs, inputs}), sample_array({outputs})}};
        };
        return {sample(2, 3, 4), sample(1, 1, 1), sample(1, 2, 2), sample(9, 17, 10), sample(0, 2, 3), sample(2, 0, 3), sample(2, 3, 0)};
    }

private:
    template <Scalar T>
    static Variable<T> product(const Variable<T>& g, const Variable<T>& other, bool transpose_g);
    template <Scalar T>
    static Variable<T> column_sums(const Variable<T>& g);
};

/// scale·Σ(a − b)² over all elements of two arrays of one shape.
struct SquaredError {
    static constexpr std::string_view name  = "squared_error";
    static constexpr std::size_t      arity = 2;

    double scale = 1;

    void infer(SourceLocation where, const Shape& a, const Shape& b) const;
    template <Scalar T>
    Value<T> forward(const Value<T>& a, const Value<T>& b) const;
    bool     operator==(const SquaredError&) const = default;
    template <Scalar T>
    auto vjp_from_input(const Variable<T>& g, const Variable<T>& a, const Variable<T>& b) const {
        return each([=, this] { return (a - b) * (g * (2 * scale)); }, [=, this] { return (b - a) * (g * (2 * scale)); });
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& a, const Grid<Q>& b) const {
        Grid<Q> y(Shape{});
        for (std::size_t place = 0; place < a.elements.size(); ++place) {
            const Q difference = a.elements[place] - b.elements[place];
            y.elements[0]      = y.elements[0] + Q(scale) * difference * difference;
        }
        return y;
    }
    static std::vector<Sample<SquaredError>> samples() {
        const auto sample = [](double scale, const Shape& shape) {
            // Other numbers than those of the first array, or all would be 0.
            Array<double> second = sample_array(shape);
            for (double& element : second) element = 0.3 - 0.7 * element;
            return Sample<SquaredError>{{scale}, {sample_array(shape), std::move(second)}};
        };
        return {sample(1, {2, 3}), sample(0.5, {1, 1}), sample(0.25, {37}), sample(2, {}), sample(0.5, {0, 3})};
    }
};

} // namespace xtgrad
