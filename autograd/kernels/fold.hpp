#pragma once

#include <algorithm>
#include <cstring>

#include <xtgrad/autograd/kernels/elementwise.hpp>
#include <xtgrad/autograd/kernels/parts.hpp>

namespace xtgrad::kernels {
inline namespace XTGRAD_TARGET {

struct SumFold {
    template <class V>
    static V combine(V a, V b) {
        return a + b;
    }
};
struct ProdFold {
    template <class V>
    static V combine(V a, V b) {
        return a * b;
    }
};
// The running value stays NaN once it is one. `quick` is right where there is no NaN.
struct AmaxFold {
    template <class T>
    static Lanes<T> combine(Lanes<T> a, Lanes<T> b) {
        return select(b > a || isnan(b), b, a);
    }
    template <class T>
    static T combine(T a, T b) {
        return b > a || std::isnan(b) ? b : a;
    }
    template <class T>
    static Lanes<T> quick(Lanes<T> a, Lanes<T> b) {
        return Lanes<T>(xsimd::max(b.batch(), a.batch()));
    }
};
struct AminFold {
    template <class T>
    static Lanes<T> combine(Lanes<T> a, Lanes<T> b) {
        return select(b < a || isnan(b), b, a);
    }
    template <class T>
    static T combine(T a, T b) {
        return b < a || std::isnan(b) ? b : a;
    }
    template <class T>
    static Lanes<T> quick(Lanes<T> a, Lanes<T> b) {
        return Lanes<T>(xsimd::min(b.batch(), a.batch()));
    }
};

// By halves; each in an array of its own, because what has just been written number by number cannot be read as a vector at once.
template <class F, std::size_t count, class T>
T tree(const T* values) {
    if constexpr (count == 1) {
        return values[0];
    } else {
        T halves[count / 2];
        for (std::size_t at = 0; at < count / 2; ++at) halves[at] = F::combine(values[at], values[at + count / 2]);
        return tree<F, count / 2>(halves);
    }
}

template <class F, class T>
T across(Lanes<T> lanes) {
    if constexpr (std::is_same_v<F, SumFold>) {
        return xsimd::hadd(lanes.batch());
    } else {
        alignas(64) T values[Lanes<T>::width];
        lanes.store(values);
        return tree<F, Lanes<T>::width>(values);
    }
}

// The same of a fold whose lanes hold no NaN, in registers.
template <class F, std::size_t half, class T>
T across_quickly(Lanes<T> lanes) {
    if constexpr (half == 0) {
        return lanes.batch().data[0];
    } else {
        const auto upper = [&]<std::size_t... lane>(std::index_sequence<lane...>) {
            const auto vector = lanes.batch().data;
            return __builtin_shufflevector(vector, vector, ((lane + half) % Lanes<T>::width)...);
        }
        (std::make_index_sequence<Lanes<T>::width>{});
        return across_quickly<F, half / 2>(F::quick(lanes, Lanes<T>(typename Lanes<T>::Batch(upper))));
    }
}

template <class F, class T>
struct ExactSteps {
    void combine(Lanes<T>& a, Lanes<T> from) { a = F::combine(a, from); }
    void combine(Lanes<T>& a, Lanes<T> from_a, Lanes<T>& b, Lanes<T> from_b) {
        combine(a, from_a);
        combine(b, from_b);
    }
};

// A NaN among what is combined is missed or stays in the fold; either way it shows.
template <class F, class T>
struct QuickSteps {
    void combine(Lanes<T>& a, Lanes<T> from) {
        a   = F::quick(a, from);
        sum = sum + from;
    }
    void combine(Lanes<T>& a, Lanes<T> from_a, Lanes<T>& b, Lanes<T> from_b) {
        a   = F::quick(a, from_a);
        b   = F::quick(b, from_b);
        sum = sum + (from_a + from_b);
    }
    bool maybe_nan(Lanes<T> folded) const { return any(isnan(sum + folded)); }

    Lanes<T> sum{T(0)};
};

/// Four accumulators over a block of at least as many vectors; `at` ends where less than a vector is left.
template <class T, class Map, class Steps>
[[gnu::always_inline]] inline Lanes<T> fold_block(const T* x, std::size_t count, std::size_t& at, const Map& map, Steps& steps) {
    constexpr std::size_t width = Lanes<T>::width;
    Lanes<T>              a = map(Lanes<T>::load(x)), b = map(Lanes<T>::load(x + width)), c = map(Lanes<T>::load(x + 2 * width)),
             d = map(Lanes<T>::load(x + 3 * width));
    for (at = 4 * width; at + 4 * width <= count; at += 4 * width) {
        steps.combine(a, map(Lanes<T>::load(x + at)), b, map(Lanes<T>::load(x + at + width)));
        steps.combine(c, map(Lanes<T>::load(x + at + 2 * width)), d, map(Lanes<T>::load(x + at + 3 * width)));
    }
    for (; at + width <= count; at += width) steps.combine(a, map(Lanes<T>::load(x + at)));
    steps.combine(a, b, c, d);
    steps.combine(a, c);
    return a;
}

/// As fold_block, and across its lanes.
template <class F, class T, class Map>
T fold_block_across(const T* x, std::size_t count, std::size_t& at, const Map& map) {
    if constexpr (requires(Lanes<T> lanes) { F::quick(lanes, lanes); }) {
        // Quickly; and once more where the sum says that there may be a NaN.
        QuickSteps<F, T> quick;
        const Lanes<T>   folded = fold_block(x, count, at, map, quick);
        if (!quick.maybe_nan(folded)) [[likely]]
            return across_quickly<F, Lanes<T>::width / 2>(folded);
    }
    ExactSteps<F, T> exact;
    return across<F>(fold_block(x, count, at, map, exact));
}

/// Folds `count` ≥ 1 neighbouring elements, each mapped first. Pairs of halves down to blocks of 1024, and within a block on several
/// accumulators, so that the error of a sum grows with the logarithm of the count.
template <class F, class T, class Map>
T fold_row(const T* x, std::size_t count, const Map& map) {
    constexpr std::size_t width = Lanes<T>::width;
    constexpr std::size_t block = 1024;
    if (count > block) {
        const std::size_t half = (count / 2 + block - 1) / block * block;
        return F::combine(fold_row<F>(x, half, map), fold_row<F>(x + half, count - half, map));
    }
    std::size_t at = 0;
    T           result;
    if (count >= 4 * width) {
        result = fold_block_across<F>(x, count, at, map);
    } else if (count >= width) {
        Lanes<T> sum = map(Lanes<T>::load(x));
        for (at = width; at + width <= count; at += width) sum = F::combine(sum, map(Lanes<T>::load(x + at)));
        result = across<F>(sum);
    } else {
        alignas(64) T first[width];
        map(Lanes<T>::load(x)).store(first);
        result = first[0];
        for (at = 1; at < count; ++at) result = F::combine(result, first[at]);
        return result;
    }
    if (at < count) {
        alignas(64) T rest[width];
        map(Lanes<T>::load(x + at)).store(rest);
        for (std::size_t lane = 0; lane < count - at; ++lane) result = F::combine(result, rest[lane]);
    }
    return result;
}

/// Folds rows of four neighbouring vectors of columns; pairs of halves down to blocks of 64 rows.
template <class F, std::size_t N, class T, class Map>
std::array<Lanes<T>, N> fold_columns(const T* x, std::size_t rows, std::size_t stride, const Map& map) {
    constexpr std::size_t   width = Lanes<T>::width;
    constexpr std::size_t   block = 64;
    std::array<Lanes<T>, N> result;
    if (rows > block) {
        const std::size_t half = (rows / 2 + block - 1) / block * block;
        result                 = fold_columns<F, N>(x, half, stride, map);
        const auto second      = fold_columns<F, N>(x + half * stride, rows - half, stride, map);
        for (std::size_t part = 0; part < N; ++part) result[part] = F::combine(result[part], second[part]);
        return result;
    }
    for (std::size_t part = 0; part < N; ++part) result[part] = map(Lanes<T>::load(x + part * width), part);
    for (std::size_t row = 1; row < rows; ++row) {
        for (std::size_t part = 0; part < N; ++part) {
            result[part] = F::combine(result[part], map(Lanes<T>::load(x + row * stride + part * width), part));
        }
    }
    return result;
}

template <class T>
void store_columns(Lanes<T> lanes, T* to, std::size_t count) {
    if (count >= Lanes<T>::width) {
        lanes.store(to);
    } else {
        store_first(lanes, to, count);
    }
}

/// Walks over the columns of an [length, inner] array in groups of N vectors, then one by one.
template <class T, class Group>
void for_each_column_group(std::size_t inner, const Group& group) {
    constexpr std::size_t width  = Lanes<T>::width;
    std::size_t           column = 0;
    for (; column + 4 * width <= inner; column += 4 * width) group(column, std::integral_constant<std::size_t, 4>{});
    for (; column < inner; column += width) group(column, std::integral_constant<std::size_t, 1>{});
}

/// Columns so far apart in memory that they are read in long pieces of a row each, and folded in the first-level cache.
inline constexpr std::size_t piece_of_row  = 512;
inline constexpr std::size_t bytes_of_page = 4096;

template <class T>
using Piece = std::array<T, piece_of_row + 64 / sizeof(T)>;

/// Folds the rows of a piece; pairs of halves down to blocks of 64 rows.
template <class F, class T>
void fold_piece(const T* x, std::size_t rows, std::size_t stride, std::size_t columns, Piece<T>& result) {
    constexpr std::size_t width   = Lanes<T>::width;
    constexpr std::size_t block   = 64;
    const auto            combine = [&](const T* row) {
        for (std::size_t at = 0; at < columns; at += width) {
            F::combine(Lanes<T>::load(result.data() + at), Lanes<T>::load(row + at)).store(result.data() + at);
        }
    };
    if (rows > block) {
        const std::size_t    half = (rows / 2 + block - 1) / block * block;
        alignas(64) Piece<T> second;
        fold_piece<F>(x, half, stride, columns, result);
        fold_piece<F>(x + half * stride, rows - half, stride, columns, second);
        combine(second.data());
        return;
    }
    for (std::size_t at = 0; at < columns; at += width) Lanes<T>::load(x + at).store(result.data() + at);
    std::size_t row = 1;
    for (; row + 2 <= rows; row += 2) {
        const T* first = x + row * stride;
        for (std::size_t at = 0; at < columns; at += width) {
            const Lanes<T> running = F::combine(Lanes<T>::load(result.data() + at), Lanes<T>::load(first + at));
            F::combine(running, Lanes<T>::load(first + stride + at)).store(result.data() + at);
        }
    }
    if (row < rows) combine(x + row * stride);
}

/// A part of a fold of the middle axis of [outer, length, inner].
struct FoldPart {
    std::size_t outer_begin, outer_end;
    std::size_t column_begin, column_end;
};

/// So many elements are worth a thread: they are read from memory in some 10 µs.
inline constexpr std::size_t fold_grain = std::size_t{1} << 16;

/// Calls `run(part)` for parts of a fold, over threads.
template <class Run>
void for_each_fold_part(std::size_t outer, std::size_t length, std::size_t inner, const Run& run) {
    if (outer * length * inner < 2 * fold_grain) {
        run(FoldPart{0, outer, 0, inner});
    } else if (outer > 1) {
        const std::size_t each = length * inner;
        parallel_for(outer, (fold_grain + each - 1) / each, [&](std::size_t begin, std::size_t end) { run(FoldPart{begin, end, 0, inner}); });
    } else {
        for_each_part(inner, (fold_grain + length - 1) / length, [&](std::size_t begin, std::size_t end) { run(FoldPart{0, 1, begin, end}); });
    }
}

/// Rows of less than a vector, in the order in which fold_row takes them; a constant length is known to the compiler.
template <class F, class T, class Length>
void fold_short_rows(const T* x, T* y, std::size_t rows, Length length) {
    for (std::size_t row = 0; row < rows; ++row, x += length) {
        T result = x[0];
        for (std::size_t at = 1; at < length; ++at) result = F::combine(result, x[at]);
        y[row] = result;
    }
}

// Out of line: called from several places.
template <class F, class T>
[[gnu::noinline]] void fold_part(const T* x, T* y, std::size_t length, std::size_t inner, FoldPart of) {
    constexpr std::size_t width = Lanes<T>::width;
    x += of.outer_begin * length * inner + of.column_begin;
    y += of.outer_begin * inner + of.column_begin;
    if (inner == 1 && length < width) {
        const std::size_t rows = of.outer_end - of.outer_begin;
        switch (length) {
        case 2:
            return fold_short_rows<F>(x, y, rows, std::integral_constant<std::size_t, 2>{});
        case 3:
            return fold_short_rows<F>(x, y, rows, std::integral_constant<std::size_t, 3>{});
        case 4:
            return fold_short_rows<F>(x, y, rows, std::integral_constant<std::size_t, 4>{});
        default:
            return fold_short_rows<F>(x, y, rows, length);
        }
    }
    for (std::size_t o = of.outer_begin; o < of.outer_end; ++o, x += length * inner, y += inner) {
        if (inner == 1) {
            *y = fold_row<F>(x, length, [](Lanes<T> lanes) { return lanes; });
            continue;
        }
        const std::size_t columns = of.column_end - of.column_begin;
        if (inner * sizeof(T) >= bytes_of_page) {
            alignas(64) Piece<T> piece;
            for (std::size_t column = 0; column < columns; column += piece_of_row) {
                const std::size_t count = std::min(piece_of_row, columns - column);
                fold_piece<F>(x + column, length, inner, count, piece);
                std::copy_n(piece.data(), count, y + column);
            }
            continue;
        }
        for_each_column_group<T>(columns, [&](std::size_t column, auto parts) {
            constexpr std::size_t N   = decltype(parts)::value;
            const auto            sum = fold_columns<F, N>(x + column, length, inner, [](Lanes<T> lanes, std::size_t) { return lanes; });
            for (std::size_t part = 0; part < N; ++part) store_columns(sum[part], y + column + part * width, columns - column - part * width);
        });
    }
}

/// One long row, in as many pieces as there are threads for it.
template <class F, class T>
T fold_long_row(const T* x, std::size_t length) {
    std::array<T, 256> results; // the most threads there can be
    const std::size_t  pieces = std::min({num_threads(), length / fold_grain, results.size()});
    parallel_for(pieces, 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t piece = begin; piece < end; ++piece) {
            const std::size_t from = length * piece / pieces, to = length * (piece + 1) / pieces;
            results[piece] = fold_row<F>(x + from, to - from, [](Lanes<T> lanes) { return lanes; });
        }
    });
    T result = results[0];
    for (std::size_t piece = 1; piece < pieces; ++piece) result = F::combine(result, results[piece]);
    return result;
}

template <class F, class T>
void fold(const T* x, T* y, std::size_t outer, std::size_t length, std::size_t inner) {
    if (outer == 1 && inner == 1 && length >= 2 * fold_grain) {
        *y = fold_long_row<F>(x, length);
    } else {
        for_each_fold_part(outer, length, inner, [=](FoldPart part) { fold_part<F>(x, y, length, inner, part); });
    }
}

// m + log Σ e^(x − m), where m is the largest. An infinite or undefined m is the answer itself; x − m would be NaN.
template <class T>
Lanes<T> finite_or_zero(Lanes<T> m) {
    return select(abs(m) <= std::numeric_limits<T>::max(), m, Lanes<T>(T(0)));
}
template <class T>
Lanes<T> finish_logsumexp(Lanes<T> m, Lanes<T> sum) {
    return select(abs(m) <= std::numeric_limits<T>::max(), m + log(sum), m);
}

template <class T>
[[gnu::noinline]] void fold_part_logsumexp(const T* x, T* y, std::size_t length, std::size_t inner, FoldPart of) {
    constexpr std::size_t width = Lanes<T>::width;
    x += of.outer_begin * length * inner + of.column_begin;
    y += of.outer_begin * inner + of.column_begin;
    for (std::size_t o = of.outer_begin; o < of.outer_end; ++o, x += length * inner, y += inner) {
        if (inner == 1) {
            const Lanes<T> m(fold_row<AmaxFold>(x, length, [](Lanes<T> lanes) { return lanes; }));
            const Lanes<T> shift = finite_or_zero(m);
            const Lanes<T> sum(fold_row<SumFold>(x, length, [shift](Lanes<T> lanes) { return exp(lanes - shift); }));
            store_columns(finish_logsumexp(m, sum), y, 1);
            continue;
        }
        const std::size_t columns = of.column_end - of.column_begin;
        for_each_column_group<T>(columns, [&](std::size_t column, auto parts) {
            constexpr std::size_t   N = decltype(parts)::value;
            const auto              m = fold_columns<AmaxFold, N>(x + column, length, inner, [](Lanes<T> lanes, std::size_t) { return lanes; });
            std::array<Lanes<T>, N> shift;
            for (std::size_t part = 0; part < N; ++part) shift[part] = finite_or_zero(m[part]);
            const auto sum =
                fold_columns<SumFold, N>(x + column, length, inner, [&](Lanes<T> lanes, std::size_t part) { return exp(lanes - shift[part]); });
            for (std::size_t part = 0; part < N; ++part) {
                store_columns(finish_logsumexp(m[part], sum[part]), y + column + part * width, columns - column - part * width);
            }
        });
    }
}

template <class T>
void fold_logsumexp(const T* x, T* y, std::size_t outer, std::size_t length, std::size_t inner) {
    for_each_fold_part(outer, length, inner, [=](FoldPart part) { fold_part_logsumexp(x, y, length, inner, part); });
}

template <class T>
void accumulate(T* x, const T* y, std::size_t count) {
    for_each_part(count, elementwise_grain, [=](std::size_t begin, std::size_t end) {
        for (std::size_t at = begin; at < end; at += Lanes<T>::width) (Lanes<T>::load(x + at) + Lanes<T>::load(y + at)).store(x + at);
    });
}

} // namespace XTGRAD_TARGET
} // namespace xtgrad::kernels
