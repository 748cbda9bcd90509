#pragma once

#include <xtgrad/autograd/program/trace.hpp>

namespace xtgrad::program {

// None of them changes a bit of what is computed.

/// Steps that do the same to the same operands become one, and equal constants too.
void merge_common(Graph& graph);
/// Multiplications by constants of ones go, as losses and their seeds leave them behind.
void drop_ones(Graph& graph);
/// Steps that neither an output nor a guard nor an update needs go.
void drop_dead(Graph& graph);
/// Neighbouring elementwise steps over long arrays become one that takes them all a piece at a time, so that what passes between them stays in
/// the cache, and is never stored as a whole where nobody else reads it.
void fuse_chains(Graph& graph);

} // namespace xtgrad::program
