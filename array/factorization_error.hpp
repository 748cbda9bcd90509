#pragma once

#include <cstddef>

#include <xtgrad/array/error.hpp>

namespace xtgrad {

/// A matrix that has no such factorization or inverse: singular, not positive definite, or one on which the iteration did not converge.
class FactorizationError : public ValueError {
public:
    FactorizationError(std::string_view message, std::size_t matrix, std::size_t order, SourceLocation where)
        : ValueError(message, where), matrix_(matrix), order_(order) {}

    /// Which matrix of a stack, counted in row-major order.
    std::size_t matrix() const noexcept { return matrix_; }
    /// The order of the leading minor that is to blame, counted from 1; 0 where none is.
    std::size_t order() const noexcept { return order_; }

private:
    std::size_t matrix_;
    std::size_t order_;
};

} // namespace xtgrad
