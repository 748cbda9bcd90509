#pragma once

#include <cstddef>

#include <xtgrad/array/array.hpp>

namespace xtgrad::kernels {

/// The one contraction that convolutions are made of:
///
///     out[targets[i] + lane] ← start[lane] + Σ_j source[rows[i] + terms[j]] · matrix[j, lane]
///
/// for lanes in 0 … lanes − 1; with `row_start` the sum begins at row_start[i] instead, and without either it is added to what is there. Which
/// elements of the source a row and a term mean is the caller's: in a convolution rows are output positions, terms the elements under the kernel,
/// and lanes output channels; in the gradient of its weight terms and rows change places.
///
/// The matrix lies in panels, as Packing lays them out, and has whole vectors of lanes. Or, with a `matrix_step`, it lies as an array [term, lane]
/// does, with so many elements from term to term; then `row_start` is needed, and lanes are as many as a vector has, or more.
template <Scalar T>
struct GatheredProduct {
    const T*     source;
    const Index* rows;
    std::size_t  row_count;
    const Index* terms;
    std::size_t  term_count;
    const T*     matrix;
    std::size_t  lanes;
    T*           out;
    const Index* targets;
    const T*     start       = nullptr;
    const T*     row_start   = nullptr;
    std::size_t  matrix_step = 0;
};

/// A matrix [channels, columns] turned into panels: [panel, column, channel within the panel], where a panel is a few vectors wide, the last
/// perhaps fewer. Channels are filled up with zeros to a whole vector.
template <Scalar T>
struct Packing {
    const T*    from;
    std::size_t channels;
    std::size_t columns;
    std::size_t from_step;     // from channel to channel
    T*          to;            // the first panel
    std::size_t first_column;  // where in the panels these columns go
    std::size_t panel_columns; // how many columns a panel has
    std::size_t to_step = 0;   // where it is not 0: from column to column of one panel for all channels, which are whole vectors then
};

/// Rows of lanes turned into channels: to[channel · to_step + row] ← from[row · from_step + channel].
template <Scalar T>
struct Unpacking {
    const T*    from; // readable for a vector's width of rows past the last
    std::size_t rows;
    std::size_t channels;
    std::size_t from_step; // a multiple of the width of a vector
    T*          to;
    std::size_t to_step;
};

/// Poolings of rows of lanes: the largest of the rows at `places[starts[i]]` … `places[starts[i + 1] − 1]` is result i, and the `numbers` entry
/// beside its place the winner. The first of equals wins, the first NaN before any number.
template <Scalar T>
struct LanePooling {
    const T*           rows;
    std::size_t        lanes; // a multiple of the width of a vector
    std::size_t        results;
    const std::size_t* starts;
    const Index*       places;
    const T*           numbers;
    T*                 best;
    T*                 winners;
};

/// A list of places with a factor each. From each place lie `runs` runs of `length` vectors; where they begin, `steps` says.
template <Scalar T>
struct ScaledVectors {
    const Index* places;
    const T*     factors;
    std::size_t  count;
    const Index* steps;
    std::size_t  runs;
    std::size_t  length;
    const T*     from;
    T*           to;
};

/// What convolutions need of an instruction set.
template <Scalar T>
struct ConvolutionKernels {
    std::size_t width; // of a vector, in elements
    std::size_t panel; // of all panels but the last
    void (*multiply)(const GatheredProduct<T>&);
    void (*pack)(const Packing<T>&);
    void (*unpack)(const Unpacking<T>&);
    void (*pool)(const LanePooling<T>&);
    /// The vectors of `to`, run after run, grow by Σ factor · (those of `from` in the runs from the place).
    void (*gather_scaled)(const ScaledVectors<T>&);
    /// The vectors of `to` in the runs from a place grow by factor · (those of `from`, run after run), for one place after the other.
    void (*scatter_scaled)(const ScaledVectors<T>&);
};

} // namespace xtgrad::kernels
