#pragma once

#include <vector>

#include <xtgrad/array/array.hpp>
#include <xtgrad/autograd/program/operation.hpp>

namespace xtgrad::program {

/// Elementwise steps over long arrays, taken together a piece at a time.
template <Scalar T>
class ChainOperation final : public Operation {
public:
    /// Where a link finds an operand, or puts its result.
    struct Slot {
        enum class Kind : std::uint8_t { operand, result, passing } kind;
        std::size_t index;
        std::size_t advance; // from row to row, in elements
    };
    struct Link {
        typename kernels::ElementwiseKernel<T>::Run kernel;
        const kernels::Loop*                        walk; // over the whole arrays
        std::vector<Slot>                           operands;
        Slot                                        result;
    };

    /// `rows` of `row_size` elements; `passing` values live from one link to another and no longer.
    ChainOperation(std::vector<Link> links, std::size_t rows, std::size_t row_size, std::size_t passing);

    std::string_view name() const noexcept override { return "chain"; }
    void             run(const void* const* operands, void* const* results) override;

private:
    struct Walks {
        kernels::Loop piece;
        kernels::Loop rest;
    };

    void run_piece(const Link& link, const kernels::Loop& walk, std::size_t first_row, const void* const* operands, void* const* results);

    std::vector<Link>  links_;
    std::size_t        rows_;
    std::size_t        rows_at_once_;
    std::size_t        passing_size_;
    std::vector<Walks> walks_;
    Array<T>           passing_;
};

} // namespace xtgrad::program
