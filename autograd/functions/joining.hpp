#pragma once

#include <vector>

#include <xtgrad/autograd/functions/arguments.hpp>

// Functions of several arrays. They are no templates, so that the arrays may be written in braces: `stack({a, b}, 1)`.

namespace xtgrad {

template <Scalar T>
class Variable;

/// Joins arrays along an existing axis; the other extents must agree, or ShapeError. As numpy.concatenate.
Variable<float>  concatenate(const std::vector<Variable<float>>& parts, Index axis = 0, SourceLocation where = {});
Variable<double> concatenate(const std::vector<Variable<double>>& parts, Index axis = 0, SourceLocation where = {});

/// Joins arrays of one shape along a new axis, which is axis `axis` of the result, as numpy.stack. Throws ShapeError where shapes differ.
Variable<float>  stack(const std::vector<Variable<float>>& parts, Index axis = 0, SourceLocation where = {});
Variable<double> stack(const std::vector<Variable<double>>& parts, Index axis = 0, SourceLocation where = {});

/// Joins arrays side by side, as numpy.hstack: along axis 1, or along axis 0 where the first has one axis. A number counts as an array of one
/// axis. Throws ShapeError where other extents differ.
Variable<float>  hstack(const std::vector<Variable<float>>& parts, SourceLocation where = {});
Variable<double> hstack(const std::vector<Variable<double>>& parts, SourceLocation where = {});

/// Joins arrays below each other, along axis 0, as numpy.vstack. A number or an array of one axis counts as a row. Throws ShapeError where other
/// extents differ.
Variable<float>  vstack(const std::vector<Variable<float>>& parts, SourceLocation where = {});
Variable<double> vstack(const std::vector<Variable<double>>& parts, SourceLocation where = {});

/// Joins arrays along axis 2, as numpy.dstack. An array of shape [n] counts as [1, n, 1], one of shape [m, n] as [m, n, 1]. Throws ShapeError where
/// other extents differ.
Variable<float>  dstack(const std::vector<Variable<float>>& parts, SourceLocation where = {});
Variable<double> dstack(const std::vector<Variable<double>>& parts, SourceLocation where = {});

/// The coordinates of a grid, an array of all its points for each of the given arrays of at most one axis, as numpy.meshgrid: with
/// MeshIndexing::ij array i runs along axis i (as xt::meshgrid), with MeshIndexing::xy, the default, the first two axes are exchanged. Throws
/// ShapeError for an array of more axes. By value, because xtensor's takes anything.
std::vector<Variable<float>>  meshgrid(std::vector<Variable<float>> axes, MeshIndexing indexing = MeshIndexing::xy, SourceLocation where = {});
std::vector<Variable<double>> meshgrid(std::vector<Variable<double>> axes, MeshIndexing indexing = MeshIndexing::xy, SourceLocation where = {});

/// A matrix with the given ones along its diagonal and zeros elsewhere, as scipy.linalg.block_diag: a number or an array of one axis counts as a row.
/// Throws ShapeError for an array of more than two axes.
Variable<float>  block_diag(const std::vector<Variable<float>>& blocks, SourceLocation where = {});
Variable<double> block_diag(const std::vector<Variable<double>>& blocks, SourceLocation where = {});

} // namespace xtgrad
