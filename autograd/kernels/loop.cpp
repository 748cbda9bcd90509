#include <xtgrad/autograd/kernels/loop.hpp>

#include <algorithm>

#include <xtgrad/autograd/kernels/parts.hpp>

namespace xtgrad::kernels {

void run_parts(const Loop& loop, std::size_t operands, void (*run)(const void* context, const LoopPart& part), const void* context) {
    if (loop.outer_axes == 0) {
        for_each_part(loop.inner, elementwise_grain, [&](std::size_t begin, std::size_t end) {
            LoopPart part{.loop = loop, .start = begin};
            part.loop.inner = end - begin;
            for (std::size_t operand = 0; operand < operands; ++operand) part.first[operand] = loop.moves[operand] * begin;
            run(context, part);
        });
        return;
    }
    // Along the outermost axis.
    const std::size_t outermost = loop.outer_axes - 1;
    const std::size_t rows_each = loop.rows / loop.extents[outermost];
    const std::size_t size_each = rows_each * loop.inner;
    parallel_for(loop.extents[outermost], (elementwise_grain + size_each - 1) / size_each, [&](std::size_t begin, std::size_t end) {
        LoopPart part{.loop = loop, .start = begin * size_each};
        part.loop.extents[outermost] = end - begin;
        part.loop.rows               = rows_each * (end - begin);
        for (std::size_t operand = 0; operand < operands; ++operand) part.first[operand] = loop.steps[operand][outermost] * begin;
        run(context, part);
    });
}

void plan(Loop& loop, const Shape& shape, std::span<const Shape* const> operands) {
    loop.outer_axes  = 0;
    loop.rows        = 1;
    loop.inner       = 1;
    std::size_t size = 1;
    for (const std::size_t extent : shape) size *= extent;
    bool linear = true;
    for (std::size_t operand = 0; operand < operands.size(); ++operand) {
        std::size_t count = 1;
        for (const std::size_t extent : *operands[operand]) count *= extent;
        loop.moves[operand] = count == 1 ? 0 : 1;
        linear              = linear && (count == 1 || count == size);
    }
    if (linear || size == 0) {
        loop.inner = size;
        return;
    }
    // From the last axis to the first: an axis joins its neighbour if every operand steps through both or through neither.
    std::array<unsigned char, most_operands> moves_before{};
    std::array<std::size_t, most_operands>   stride;
    stride.fill(1);
    bool        first  = true;
    std::size_t merged = 0; // outer axes, innermost first
    for (std::size_t back = 1; back <= shape.size(); ++back) {
        const std::size_t extent = shape[shape.size() - back];
        if (extent == 1) continue;
        std::array<unsigned char, most_operands> moves{};
        for (std::size_t operand = 0; operand < operands.size(); ++operand) {
            const Shape& own = *operands[operand];
            moves[operand]   = back <= own.size() && own[own.size() - back] != 1 ? 1 : 0;
        }
        const bool joins = !first && moves == moves_before;
        if (first) {
            loop.inner = extent;
            loop.moves = moves;
        } else if (joins) {
            (merged == 0 ? loop.inner : loop.extents[merged - 1]) *= extent;
        } else {
            if (merged == most_axes) throw ShapeError("broadcasting to shape " + to_string(shape) + " needs more than 32 axes");
            loop.extents[merged] = extent;
            for (std::size_t operand = 0; operand < operands.size(); ++operand)
                loop.steps[operand][merged] = moves[operand] != 0 ? stride[operand] : 0;
            ++merged;
        }
        for (std::size_t operand = 0; operand < operands.size(); ++operand) {
            if (moves[operand] != 0) stride[operand] *= extent;
        }
        if (!first) loop.rows *= extent;
        moves_before = moves;
        first        = false;
    }
    // An axis that joined `inner` was counted among the rows.
    loop.rows       = loop.inner == 0 ? 0 : size / loop.inner;
    loop.outer_axes = merged;
}

} // namespace xtgrad::kernels
