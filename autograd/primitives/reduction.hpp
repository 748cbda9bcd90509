#pragma once

#include <functional>
#include <numeric>
#include <optional>

#include <xtgrad/autograd/kernels/table.hpp>
#include <xtgrad/autograd/primitive.hpp>
#include <xtgrad/autograd/primitives/reference.hpp>

namespace xtgrad {

/// What reductions share: the axes, whether they stay with extent 1, and the input's shape once it is known.
struct Reduction {
    static constexpr std::size_t arity = 1;

    AxisList axes; // ascending
    bool     keep = true;
    Shape    input_shape;

    Shape kept_shape() const {
        Shape shape = input_shape;
        for (const std::size_t axis : axes) shape[axis] = 1;
        return shape;
    }
    Shape result_shape() const;
    /// How many elements each result is made of.
    std::size_t count() const {
        std::size_t product = 1;
        for (const std::size_t axis : axes) product *= input_shape[axis];
        return product;
    }
    void infer(SourceLocation, const Shape& x) { input_shape = x; }

    /// The fold of one group of neighbouring axes of known extents, and the count by which a mean divides.
    template <Scalar T>
    struct Planned {
        void (*fold)(const T* x, T* y, std::size_t outer, std::size_t length, std::size_t inner);
        std::size_t outer, length, inner;
        T           divisor;

        void operator()(const void* const* operands, T* result) const {
            fold(static_cast<const T*>(operands[0]), result, outer, length, inner);
            if (divisor == T{1}) return;
            for (std::size_t i = 0; i < outer * inner; ++i) result[i] /= divisor;
        }
    };
    template <Scalar T>
    std::optional<Planned<T>> planned_fold(kernels::Fold kind, double divisor) const;
    bool                      operator==(const Reduction&) const = default;

    /// Folds group after group of neighbouring reduced axes, the last first.
    template <Scalar T>
    Value<T> fold(Value<T> x, kernels::Fold kind) const;
    /// A result, or its cotangent, with the reduced axes put back.
    template <Scalar T>
    Variable<T> kept(const Variable<T>& y) const {
        return keep ? y : reshape(y, kept_shape());
    }
    template <class Q>
    Grid<Q> result_grid(Grid<Q> kept_grid) const {
        kept_grid.shape = result_shape();
        return kept_grid;
    }
};

struct Sum : Reduction {
    static constexpr std::string_view name = "sum";

    template <Scalar T>
    Value<T> forward(const Value<T>& x) const {
        return count() == 0 ? Value<T>::filled(result_shape(), T{0}) : fold<T>(x, kernels::Fold::sum);
    }
    template <Scalar T>
    auto planned(std::span<const Shape>) const {
        return planned_fold<T>(kernels::Fold::sum, 1);
    }
    template <Scalar T>
    Variable<T> vjp(const Variable<T>& g) const {
        return broadcast_to(kept(g), input_shape);
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x) const {
        return result_grid(reduce_grid(x, axes, [](const std::vector<Q>& group) { return std::accumulate(group.begin(), group.end(), Q(0)); }));
    }
    static std::vector<Sample<Sum>> samples() { return reduction_samples<Sum>(); }
};

struct Mean : Reduction {
    static constexpr std::string_view name = "mean";

    template <Scalar T>
    Value<T> forward(const Value<T>& x) const;
    template <Scalar T>
    auto planned(std::span<const Shape>) const {
        return planned_fold<T>(kernels::Fold::sum, static_cast<double>(count()));
    }
    // Of nothing: zeros of the right shape, which is empty.
    template <Scalar T>
    Variable<T> vjp(const Variable<T>& g) const {
        return broadcast_to(kept(g) / static_cast<double>(count()), input_shape);
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x) const {
        return result_grid(reduce_grid(x, axes, [](const std::vector<Q>& group) {
            return std::accumulate(group.begin(), group.end(), Q(0)) / Q(static_cast<double>(group.size()));
        }));
    }
    static std::vector<Sample<Mean>> samples() { return reduction_samples<Mean>(); }
};

/// The gradient goes to the extreme elements, in equal shares; where there are NaNs they take it, and it is NaN.
template <Scalar T>
Variable<T> extreme_vjp(const Variable<T>& g, const Variable<T>& x, const Variable<T>& y, const Axes& axes) {
    const Mask        defined = equal(x, x);
    const Variable<T> chosen  = where(equal(x, y) || !defined, Variable<T>(1), Variable<T>(0));
    return where(defined, g * (chosen / sum(chosen, axes, keep_dims)), x.detach());
}

struct Amax : Reduction {
    static constexpr std::string_view name = "amax";

    void infer(SourceLocation where, const Shape& x);
    template <Scalar T>
    Value<T> forward(const Value<T>& x) const {
        return fold<T>(x, kernels::Fold::amax);
    }
    template <Scalar T>
    auto planned(std::span<const Shape>) const {
        return planned_fold<T>(kernels::Fold::amax, 1);
    }
    template <Scalar T>
    Variable<T> vjp_from_both(const Variable<T>& g, const Variable<T>& x, const Variable<T>& y) const {
        return extreme_vjp(kept(g), x, kept(y), std::vector<Index>(axes.begin(), axes.end()));
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x) const {
        return result_grid(reduce_grid(x, axes, [](const std::vector<Q>& group) { return *std::max_element(group.begin(), group.end()); }));
    }
    static std::vector<Sample<Amax>> samples() { return reduction_samples<Amax>(false); }
};

struct Amin : Reduction {
    static constexpr std::string_view name = "amin";

    void infer(SourceLocation where, const Shape& x);
    template <Scalar T>
    Value<T> forward(const Value<T>& x) const {
        return fold<T>(x, kernels::Fold::amin);
    }
    template <Scalar T>
    auto planned(std::span<const Shape>) const {
        return planned_fold<T>(kernels::Fold::amin, 1);
    }
    template <Scalar T>
    Variable<T> vjp_from_both(const Variable<T>& g, const Variable<T>& x, const Variable<T>& y) const {
        return extreme_vjp(kept(g), x, kept(y), std::vector<Index>(axes.begin(), axes.end()));
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x) const {
        return result_grid(reduce_grid(x, axes, [](const std::vector<Q>& group) { return *std::min_element(group.begin(), group.end()); }));
    }
    static std::vector<Sample<Amin>> samples() { return reduction_samples<Amin>(false); }
};

struct Logsumexp : Reduction {
    static constexpr std::string_view name = "logsumexp";

    template <Scalar T>
    Value<T> forward(const Value<T>& x) const {
        return count() == 0 ? Value<T>::filled(result_shape(), -std::numeric_limits<T>::infinity()) : fold<T>(x, kernels::Fold::logsumexp);
    }
    template <Scalar T>
    auto planned(std::span<const Shape>) const {
        return planned_fold<T>(kernels::Fold::logsumexp, 1);
    }
    // The softmax, summed anew rather than e^(x − y), whose error is that of y. Where every x is −inf nothing depends on anything; an
    // infinite x takes all.
    template <Scalar T>
    Variable<T> vjp_from_input(const Variable<T>& g, const Variable<T>& x) const;
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x) const {
        return result_grid(reduce_grid(x, axes, [](const std::vector<Q>& group) {
            Q total(0);
            for (const Q& element : group) total = total + exp(element);
            return log(total);
        }));
    }
    static std::vector<Sample<Logsumexp>> samples() { return reduction_samples<Logsumexp>(false); }
};

struct Prod : Reduction {
    static constexpr std::string_view name = "prod";

    template <Scalar T>
    Value<T> forward(const Value<T>& x) const {
        return count() == 0 ? Value<T>::filled(result_shape(), T{1}) : fold<T>(x, kernels::Fold::prod);
    }
    template <Scalar T>
    auto planned(std::span<const Shape>) const {
        return planned_fold<T>(kernels::Fold::prod, 1);
    }
    // The products of all elements before and of all after each, so that nothing is divided.
    template <Scalar T>
    Variable<T> vjp_from_input(const Variable<T>& g, const Variable<T>& x) const;
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x) const {
        return result_grid(
            reduce_grid(x, axes, [](const std::vector<Q>& group) { return std::accumulate(group.begin(), group.end(), Q(1), std::multiplies<>()); }));
    }
    static std::vector<Sample<Prod>> samples();
};

/// √Σx², without overflow or underflow of the squares.
struct EuclideanNorm : Reduction {
    static constexpr std::string_view name = "euclidean_norm";

    template <Scalar T>
    Value<T> forward(const Value<T>& x) const;
    template <Scalar T>
    Variable<T> vjp_from_both(const Variable<T>& g, const Variable<T>& x, const Variable<T>& y) const;
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x) const {
        return result_grid(reduce_grid(x, axes, [](const std::vector<Q>& group) {
            Q total(0);
            for (const Q& element : group) total = total + element * element;
            return sqrt(total);
        }));
    }
    static std::vector<Sample<EuclideanNorm>> samples();
};

} // namespace xtgrad
