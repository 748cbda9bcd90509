#pragma once

#include <xtgrad/autograd/primitive.hpp>
#include <xtgrad/autograd/primitives/lines.hpp>

namespace xtgrad {

/// What scans share: the axis, whether they run from its end, and the input's shape once it is known.
struct Scan {
    std::size_t axis    = 0;
    bool        reverse = false;
    Shape       shape{};

    void infer(SourceLocation, const Shape& x) { shape = x; }
    bool operator==(const Scan&) const = default;
};

/// In each place what `x` has in the place before, in the direction of the scan; `first` where there is none.
template <Scalar T>
Variable<T> shifted(const Variable<T>& x, std::size_t axis, bool reverse, T first);

/// y_i = x_0 + … + x_i.
struct Cumsum : Scan {
    static constexpr std::string_view name  = "cumsum";
    static constexpr std::size_t      arity = 1;

    template <Scalar T>
    Value<T> forward(const Value<T>& x) const;
    template <Scalar T>
    Variable<T> vjp(const Variable<T>& g) const;
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x) const {
        return scan_grid<Q>(
            shape, axis, reverse, [&](const GridIndex& at) { return x[at]; }, [&](const Q& before, const GridIndex& at) { return before + x[at]; });
    }
    static std::vector<Sample<Cumsum>> samples();
};

/// y_i = a_i·y_{i−1} + b_i, y_0 = b_0. It is its own adjoint: with the cotangents g, λ_i = g_i + a_{i+1}·λ_{i+1} is the recurrence in the other
/// direction, and the gradients are λ in b and λ_i·y_{i−1} in a. So whatever is made of it has derivatives of any order in linear time, without
/// a division.
struct LinearRecurrence : Scan {
    static constexpr std::string_view name  = "linear_recurrence";
    static constexpr std::size_t      arity = 2;

    void infer(SourceLocation where, const Shape& a, const Shape& b);
    template <Scalar T>
    Value<T> forward(const Value<T>& a, const Value<T>& b) const;
    template <Scalar T>
    auto vjp_from_both(const Variable<T>& g, const Variable<T>& a, const Variable<T>& y) const {
        const Variable<T> lambda = adjoint<T>(g, a);
        return each([=, this] { return lambda * shifted<T>(y, axis, reverse, 0); }, [=] { return lambda; });
    }
    template <class Q>
    Grid<Q> reference(const Grid<Q>& a, const Grid<Q>& b) const {
        return scan_grid<Q>(
            shape, axis, reverse, [&](const GridIndex& at) { return b[at]; },
            [&](const Q& before, const GridIndex& at) { return a[at] * before + b[at]; });
    }
    static std::vector<Sample<LinearRecurrence>> samples();

private:
    template <Scalar T>
    Variable<T> adjoint(const Variable<T>& g, const Variable<T>& a) const;
};

/// y_i = x_0 · … · x_i. The gradient in x_i is the product of those before times Σ_{k ≥ i} g_k·x_{i+1}·…·x_k, a recurrence from the end.
struct Cumprod : Scan {
    static constexpr std::string_view name  = "cumprod";
    static constexpr std::size_t      arity = 1;

    template <Scalar T>
    Value<T> forward(const Value<T>& x) const;
    template <Scalar T>
    Variable<T> vjp_from_both(const Variable<T>& g, const Variable<T>& x, const Variable<T>& y) const;
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x) const {
        return scan_grid<Q>(
            shape, axis, reverse, [&](const GridIndex& at) { return x[at]; }, [&](const Q& before, const GridIndex& at) { return before * x[at]; });
    }
    static std::vector<Sample<Cumprod>> samples();
};

/// y_i = log(e^x_0 + … + e^x_i). The gradient in x_i is e^(x_i − y_i)·Σ_{k ≥ i} g_k·e^(y_i − y_k), a recurrence from the end whose factors are at
/// most 1.
struct Logcumsumexp : Scan {
    static constexpr std::string_view name  = "logcumsumexp";
    static constexpr std::size_t      arity = 1;

    template <Scalar T>
    Value<T> forward(const Value<T>& x) const;
    template <Scalar T>
    Variable<T> vjp_from_input(const Variable<T>& g, const Variable<T>& x) const;
    template <class Q>
    Grid<Q> reference(const Grid<Q>& x) const {
        return scan_grid<Q>(
            shape, axis, reverse, [&](const GridIndex& at) { return x[at]; },
            [&](const Q& before, const GridIndex& at) { return log(exp(before) + exp(x[at])); });
    }
    static std::vector<Sample<Logcumsumexp>> samples() { return line_samples<Logcumsumexp>(); }
};

} // namespace xtgrad
