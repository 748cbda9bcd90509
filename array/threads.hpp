#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include <xtgrad/array/error.hpp>

namespace xtgrad {

/// How many threads kernels and matrix products may use, the calling one among them: 1 to 256, at first as many as the process may run on.
/// For all threads of the program. At a given number results are the same bits from run to run. Throws ValueError outside that range.
void        set_num_threads(std::size_t count, SourceLocation where = {});
std::size_t num_threads() noexcept;

namespace threads {

/// Runs task(context, part) for every part, on the pool's threads and this one; returns when all are done. Where the pool is at work already, for
/// another thread or a caller further up, this thread runs all parts by itself.
void run(std::size_t parts, void (*task)(const void* context, std::size_t part), const void* context);

} // namespace threads

/// Calls `f(begin, end)` on consecutive parts that cover [0, count), at once where threads are free. The parts depend on `count`, `grain` and
/// num_threads() alone, and each has at least `grain` elements: what is smaller is not worth a thread, and stays on this one. What a
/// part throws is thrown here when those that began have ended; of several exceptions the first.
template <class F>
void parallel_for(std::size_t count, std::size_t grain, const F& f) {
    const std::size_t parts = count < 2 * grain ? 1 : std::min(num_threads(), count / std::max<std::size_t>(grain, 1));
    if (parts <= 1) {
        if (count > 0) f(std::size_t{0}, count);
        return;
    }
    struct Context {
        const F*    f;
        std::size_t count, parts;
    };
    const Context context{&f, count, parts};
    threads::run(
        parts,
        [](const void* raw, std::size_t part) {
            const auto&       all  = *static_cast<const Context*>(raw);
            const std::size_t each = all.count / all.parts;
            const std::size_t more = all.count % all.parts; // the first so many parts have one element more
            const std::size_t from = part * each + std::min(part, more);
            (*all.f)(from, from + each + (part < more ? 1 : 0));
        },
        &context);
}

} // namespace xtgrad
