#pragma once

#include <algorithm>
#include <cstring>

#include <xtgrad/autograd/kernels/elementwise.hpp>

namespace xtgrad::kernels {
inline namespace XTGRAD_TARGET {

struct SumFold {
    template <class V>
    static V combine(V a, V b) {
        return a + b;
    }
};
// The running value stays NaN once it is one.
struct AmaxFold {
    template <class T>
    static Lanes<T> combine(Lanes<T> a, Lanes<T> b) {
        return select(b > a || isnan(b), b, a);
    }
    template <class T>
    static T combine(T a, T b) {
        return b > a || std::isnan(b) ? b : a;
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
};

template <class F, class T>
T across(Lanes<T> lanes) {
    alignas(64) T values[Lanes<T>::width];
    lanes.store(values);
    for (std::size_t half = Lanes<T>::width / 2; half > 0; half /= 2) {
        for (std::size_t lane = 0; lane < half; ++lane) values[lane] = F::combine(values[lane], values[lane + half]);
    }
    return values[0];
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
        Lanes<T> sums[4];
        for (std::size_t part = 0; part < 4; ++part) sums[part] = map(Lanes<T>::load(x + part * width));
        for (at = 4 * width; at + 4 * width <= count; at += 4 * width) {
            for (std::size_t part = 0; part < 4; ++part) sums[part] = F::combine(sums[part], map(Lanes<T>::load(x + at + part * width)));
        }
        Lanes<T> sum = F::combine(F::combine(sums[0], sums[1]), F::combine(sums[2], sums[3]));
        for (; at + width <= count; at += width) sum = F::combine(sum, map(Lanes<T>::load(x + at)));
        result = across<F>(sum);
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

template <class F, class T>
void fold(const T* x, T* y, std::size_t outer, std::size_t length, std::size_t inner) {
    constexpr std::size_t width = Lanes<T>::width;
    for (std::size_t o = 0; o < outer; ++o, x += length * inner, y += inner) {
        if (inner == 1) {
            *y = fold_row<F>(x, length, [](Lanes<T> lanes) { return lanes; });
            continue;
        }
        for_each_column_group<T>(inner, [&](std::size_t column, auto parts) {
            constexpr std::size_t N   = decltype(parts)::value;
            const auto            sum = fold_columns<F, N>(x + column, length, inner, [](Lanes<T> lanes, std::size_t) { return lanes; });
            for (std::size_t part = 0; part < N; ++part) store_columns(sum[part], y + column + part * width, inner - column - part * width);
        });
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
void fold_logsumexp(const T* x, T* y, std::size_t outer, std::size_t length, std::size_t inner) {
    constexpr std::size_t width = Lanes<T>::width;
    for (std::size_t o = 0; o < outer; ++o, x += length * inner, y += inner) {
        if (inner == 1) {
            const Lanes<T> m(fold_row<AmaxFold>(x, length, [](Lanes<T> lanes) { return lanes; }));
            const Lanes<T> shift = finite_or_zero(m);
            const Lanes<T> sum(fold_row<SumFold>(x, length, [shift](Lanes<T> lanes) { return exp(lanes - shift); }));
            store_columns(finish_logsumexp(m, sum), y, 1);
            continue;
        }
        for_each_column_group<T>(inner, [&](std::size_t column, auto parts) {
            constexpr std::size_t   N = decltype(parts)::value;
            const auto              m = fold_columns<AmaxFold, N>(x + column, length, inner, [](Lanes<T> lanes, std::size_t) { return lanes; });
            std::array<Lanes<T>, N> shift;
            for (std::size_t part = 0; part < N; ++part) shift[part] = finite_or_zero(m[part]);
            const auto sum =
                fold_columns<SumFold, N>(x + column, length, inner, [&](Lanes<T> lanes, std::size_t part) { return exp(lanes - shift[part]); });
            for (std::size_t part = 0; part < N; ++part) {
                store_columns(finish_logsumexp(m[part], sum[part]), y + column + part * width, inner - column - part * width);
            }
        });
    }
}

template <class T>
void accumulate(T* x, const T* y, std::size_t count) {
    for (std::size_t at = 0; at < count; at += Lanes<T>::width) (Lanes<T>::load(x + at) + Lanes<T>::load(y + at)).store(x + at);
}

} // namespace XTGRAD_TARGET
} // namespace xtgrad::kernels
