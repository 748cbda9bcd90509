#pragma once

#include <xtgrad/array/error.hpp>

namespace xtgrad::program {

/// Whether this thread is compiling a function.
bool compiling() noexcept;
/// Then throws TapeError: what the function does with a plain array of gradients would go unseen.
void refuse_arrays(SourceLocation where);

} // namespace xtgrad::program
