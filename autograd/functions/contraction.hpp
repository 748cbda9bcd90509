#pragma once

#include <string_view>
#include <vector>

#include <xtgrad/autograd/variable.hpp>

namespace xtgrad {

/// Einstein's sum, as numpy.einsum: `einsum("ij,jk->ik", {a, b})` multiplies matrices, `"ii->i"` takes a diagonal, `"...ij,...jk->...ik"` works on
/// stacks. Letters name axes; those that the result does not name are summed over; without `->` it names those that occur once, in the order of the
/// alphabet, after the ellipsis. Extents of 1 broadcast. Operands are multiplied two at a time, cheapest first. Throws ValueError for a text that is
/// none, ShapeError where it does not fit the operands.
Variable<float>  einsum(std::string_view subscripts, const std::vector<Variable<float>>& operands, SourceLocation where = {});
Variable<double> einsum(std::string_view subscripts, const std::vector<Variable<double>>& operands, SourceLocation where = {});

/// The product of a chain of matrices in the order that takes the fewest multiplications; the first and the last may be vectors. As
/// numpy.linalg.multi_dot. Throws ShapeError where there are fewer than two, one of them has other than two axes, or inner extents differ.
Variable<float>  multi_dot(const std::vector<Variable<float>>& factors, SourceLocation where = {});
Variable<double> multi_dot(const std::vector<Variable<double>>& factors, SourceLocation where = {});

} // namespace xtgrad
